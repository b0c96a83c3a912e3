// Working together on the review page: comments with mentions, whose work it is, hold, and what is new meanwhile.
import { fill, isTyping } from "./page.js";

const activity = document.getElementById("activity");
const form = document.getElementById("comment-form");
const input = document.getElementById("comment-text");

// What htmx sends does not leave the page: the handlers of the page that wait for a leaving form need not know.
for (const part of [document.getElementById("review"), document.getElementById("assign-panel")]) {
  part?.addEventListener("submit", (event) => {
    if (event.target.matches("#activity [hx-post], #people [hx-post], #assign-panel [hx-post]")) event.stopPropagation();
  });
}

// --- the draft: kept in the browser until it is sent, so that neither a closed tab nor a dead session loses it ---------

if (form) {
  const key = form.dataset.draft;
  const keep = () => (input.value.trim() ? localStorage.setItem(key, input.value) : localStorage.removeItem(key));
  input.value ||= localStorage.getItem(key) ?? "";
  input.addEventListener("input", keep);
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form || !event.detail.successful) return;
    if (input.value.trim() === event.detail.requestConfig.parameters.get("text")?.trim()) input.value = "";
    keep();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation(); // Ctrl Enter approves elsewhere on the page; here it sends the comment
    if (!event.repeat) form.requestSubmit();
  });
  mentions(input, document.getElementById("mention-list"));
}

// --- mentions: a list under the text that arrow keys and Enter serve ---------------------------------------------------

function mentions(text, list) {
  const SHOWN = 8;
  const options = [...list.querySelectorAll("[role=option]")];
  const said = document.getElementById("mention-said");
  let found = [];
  let chosen = 0;

  /** The @ and what follows it up to the caret, or null. Names have spaces, so up to two words. */
  function typed() {
    const before = text.value.slice(0, text.selectionStart);
    const match = before.match(/(^|[\s(])@([^\s@]*(?: [^\s@]*)?)$/);
    return match && { at: before.length - match[2].length - 1, word: match[2].toLocaleLowerCase() };
  }

  function show() {
    const now = typed();
    found = now ? options.filter(({ textContent }) => textContent.toLocaleLowerCase().split(/\s+/).some((_, at, words) => words.slice(at).join(" ").startsWith(now.word))).slice(0, SHOWN) : [];
    if (now && found.length === 1 && found[0].dataset.name.toLocaleLowerCase() === now.word) found = []; // typed in full
    options.forEach((option) => (option.hidden = !found.includes(option)));
    list.hidden = !found.length;
    choose(0);
    said.textContent = found.length ? fill(activity.dataset.textPeople, { n: found.length }) : "";
  }

  function choose(at) {
    chosen = found.length ? (at + found.length) % found.length : 0;
    options.forEach((option) => option.setAttribute("aria-selected", String(option === found[chosen])));
    if (found.length) {
      text.setAttribute("aria-activedescendant", found[chosen].id);
      found[chosen].scrollIntoView({ block: "nearest" });
    } else text.removeAttribute("aria-activedescendant");
  }

  function take(option) {
    const { at } = typed();
    text.setRangeText(`@${option.dataset.name} `, at, text.selectionStart, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  }

  text.addEventListener("input", show);
  text.addEventListener("click", show);
  text.addEventListener("blur", () => setTimeout(() => list.contains(document.activeElement) || (list.hidden = true), 150));
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey) return;
    const act = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Enter: () => take(found[chosen]),
      Tab: () => take(found[chosen]),
      Escape: () => (list.hidden = true),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the text keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}

// --- what is new ------------------------------------------------------------------------------------------------------

// Something was saved here: what it means for the approval and the history is asked for at once.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.verb === "get" || !detail.successful || detail.elt.closest("#activity")) return;
  ask();
  if (detail.elt.matches("[data-closes]")) detail.elt.closest("dialog").close();
});
document.addEventListener("invoicelens:values", () => ask());
function ask() {
  const timeline = document.getElementById("timeline");
  if (timeline) htmx.trigger(timeline, "activity");
}

// A link to a comment leads there once the comments have come.
document.addEventListener("htmx:afterSettle", () => {
  const asked = location.hash.match(/^#comment-\d+$/) && document.querySelector(location.hash);
  if (!asked || asked.dataset.shown) return;
  asked.dataset.shown = "yes";
  const folded = asked.closest("details:not([open])");
  if (folded) folded.open = true;
  asked.classList.add("asked");
  asked.scrollIntoView({ block: "center" });
  history.replaceState(null, "", location.pathname + location.search);
});

// --- keys: a letter where nothing is typed, and with Alt everywhere ------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.repeat) return;
  if (isTyping(event) && !event.altKey) return;
  const letter = event.code.startsWith("Key") ? event.code.slice(3) : ""; // with Alt, some keyboards make other letters of it
  const act = {
    m: () => document.getElementById("assign-me")?.requestSubmit(),
    M: () => document.getElementById("assign-panel")?.showModal(),
    w: () => (document.getElementById("unhold") ?? document.getElementById("hold"))?.click(),
    c: () => input?.focus(),
  }[event.shiftKey ? letter : letter.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
