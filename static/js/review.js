// The review page: what its parts have to do with each other.
import { approve, approveButton, startApproving } from "./approve.js";
import { drawCrops } from "./crops.js";
import { dropDraft, startDrafts } from "./drafts.js";
import { fieldNamed, fieldOf, fields, followHand, handField, nextToCheck, startHand, takeInHand } from "./fields.js";
import { toggleHistory } from "./history.js";
import { firstToCheck, startKeys } from "./keys.js";
import { fill, toast } from "./page.js";
import { hint, takePicks } from "./picks.js";
import { parsePlace } from "./places.js";
import { startPresence } from "./presence.js";
import { onSaved, save, saveTyped, showState, startSaving } from "./saving.js";
import { canUndo, redo, startUndo, undo } from "./undo.js";
import { startViewer } from "./viewer.js";
import { startWords } from "./words.js";

const page = document.getElementById("review");
const texts = page.dataset;
const editable = texts.editable === "true";
const viewer = startViewer({ onHover: linkField });

startSaving();
startUndo();
startApproving();
startHand();

// --- fields and their places on the page ------------------------------------------------------------------------------

function drawPlaces() {
  viewer.draw(fields.map(({ name, label, place, state }) => ({ name, label, place: parsePlace(place), tone: state.dataset.tone })));
}

function linkField(name) {
  for (const field of fields) field.form.classList.toggle("linked", field.name === name);
}

followHand((field) => {
  viewer.activate(field.name);
  drawCrops(field.form);
  const note = document.getElementById("fill-hint");
  if (note && editable) note.textContent = fill(texts.textFill, { field: field.label });
});
onSaved(({ field }) => {
  drawPlaces();
  field.form.querySelector(".history")?.remove(); // it tells of the time before
  if (field === handField()) drawCrops(field.form);
});

let pointed = null; // the suggestion or row under the pointer whose place is shown
document.addEventListener("mouseover", (event) => {
  viewer.light(fieldOf(event.target)?.name ?? "");
  const source = event.target.closest?.(".chip, tr[data-place]") ?? null;
  if (source !== pointed) hint(source?.dataset.place ?? "");
  pointed = source;
});

// --- filling and saving -----------------------------------------------------------------------------------------------

// With a field in hand a pick fills it, also from another field's place: one printed total may be several values. With
// none in hand a click on a place goes to its field.
takePicks(({ text, field }) => {
  if (field && !fieldOf(document.activeElement)) return fieldNamed(field).focus();
  if (!editable || !text) return;
  const hand = handField();
  if (!hand) return toast(texts.textChoose);
  if (hand.input.matches("select")) return;
  hand.show(hand.input.matches("textarea") ? text : text.replace(/\s+/g, " "));
  if (document.activeElement !== hand.input) hand.input.focus({ preventScroll: true });
  hand.input.dispatchEvent(new Event("input", { bubbles: true })); // a draft of it is kept
  save(hand);
});

const LONGEST = 300; // letters: no field of one line holds as much
const known = new Map(); // "field text" -> what it would become
startWords(viewer.pages, {
  async preview(text) {
    const hand = handField();
    const elsewhere = document.activeElement !== document.body && !fieldOf(document.activeElement); // another part's cell
    if (!editable || elsewhere || !hand || hand.input.matches("select, textarea") || text.length > LONGEST) return null;
    const key = `${hand.name} ${text}`;
    if (!known.has(key)) {
      const answer = fetch(`${hand.form.dataset.preview}?${new URLSearchParams({ text })}`, { headers: { Accept: "application/json" } });
      known.set(key, answer.then((found) => (found.ok ? found.json() : null)).catch(() => null));
    }
    return known.get(key);
  },
});

document.addEventListener("change", (event) => {
  const field = fieldOf(event.target);
  if (field?.input === event.target) saveTyped(field);
  if ("send" in event.target.dataset) event.target.form.requestSubmit(); // a document that only another file can help
});
document.addEventListener("focusout", (event) => {
  const field = fieldOf(event.target);
  if (field?.input === event.target) saveTyped(field);
});
document.addEventListener("submit", (event) => {
  const field = fieldOf(event.target);
  if (!field) return;
  event.preventDefault();
  const button = event.submitter;
  if (!editable) return;
  if (button?.name) save(field, { [button.name]: button.value }, button.name === "pick" ? "pick" : "edit");
  else saveTyped(field);
  field.input.focus({ preventScroll: true });
});

/** Enter: save what is typed, or confirm what stands there, and go on to the next value to check; at last to Approve. */
async function advance(field) {
  const mine = field.form.querySelector(".conflict button, .draft [data-use]");
  if (mine) return mine.focus(); // which of two values is right is asked, not guessed
  if (field.dirty) {
    if (!(await (saveTyped(field) ?? Promise.resolve(field.trouble !== "invalid")))) {
      field.form.querySelector(".conflict button")?.focus();
      return;
    }
  } else save(field, { confirm: "1" });
  if (fieldOf(document.activeElement) !== field) return; // somebody who went elsewhere meanwhile stays there
  const next = nextAfter(field);
  if (next) next.focus();
  else (approveButton() ?? neighbourButton())?.focus();
}

/** What was just confirmed does not come again, though the answer is not there yet. */
function nextAfter(field) {
  const next = nextToCheck(field);
  return next === field ? null : next;
}

const neighbourButton = () => document.getElementById("go-after");

/** Escape: what was typed goes, then what is open, then the focus. */
function cancel(field) {
  if (field.dirty || field.form.querySelector(".draft, .conflict")) {
    field.form.querySelector(".conflict")?.remove();
    dropDraft(field);
    field.form.querySelector(".error-text")?.remove();
    delete field.state.dataset.error;
    delete field.state.dataset.conflict;
    field.input.focus();
  } else document.activeElement.blur();
  showState();
}

/** Alt and a number: 1 to 4 take one of the other values that were read, 0 goes back to what the machine had chosen. */
function choose(field, number) {
  const button = number ? field.form.querySelectorAll(".chip")[number - 1] : field.form.querySelector(".machine button");
  if (editable) button?.click();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.go) fieldNamed(button.dataset.go)?.focus();
  if (button?.dataset.take && editable) {
    const field = fieldNamed(button.dataset.take);
    field.focus();
    field.show(button.dataset.value);
    save(field);
  }
  if (button && "history" in button.dataset) toggleHistory(fieldOf(button));
});

// --- keys -------------------------------------------------------------------------------------------------------------

function takeBack() {
  if (canUndo()) return undo();
  document.querySelector(".toast form [data-undo]")?.click(); // the message says what was done to the last document
}

startKeys({
  approve, advance, cancel, choose, undo: takeBack, redo,
  letters: {
    a: approve,
    u: takeBack,
    j: () => document.getElementById("go-after")?.click(),
    k: () => document.getElementById("go-before")?.click(),
    h: () => toggleHistory(handField()),
    p: () => document.getElementById("go-arrange")?.click(),
    r: viewer.turn,
    f: () => viewer.zoom("page"),
    "+": () => viewer.zoom("in"),
    "=": () => viewer.zoom("in"),
    "-": () => viewer.zoom("out"),
    0: () => viewer.zoom("width"),
    PageDown: () => viewer.goBy(1),
    PageUp: () => viewer.goBy(-1),
    "?": () => document.getElementById("shortcuts").showModal(),
  },
}, { editable });

// --- where the work begins --------------------------------------------------------------------------------------------

/** Typed before the scripts had come: saved. Brought back by the browser from an earlier visit: shown, not saved. */
async function begin() {
  const early = fields.filter((field) => editable && field.dirty && !field.trouble);
  const again = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
  for (const field of early) {
    if (again) field.input.dispatchEvent(new Event("input", { bubbles: true }));
    else if (document.activeElement !== field.input) saveTyped(field);
  }
  drawPlaces();
  showState();
  const untouched = document.activeElement === document.body;
  const typed = await drafts;
  if (!untouched) return takeUp();
  if (location.hash.startsWith("#field-")) fieldNamed(location.hash.slice(7))?.focus();
  else if (typed) typed.focus();
  else if (editable) {
    const first = document.getElementById("changes") ? null : firstToCheck(); // who saw the changes goes on to approve
    if (first && matchMedia("(pointer: coarse)").matches) takeInHand(first);
    else if (first) first.focus();
    else approveButton()?.focus({ preventScroll: true });
  }
}

/** A field that somebody was in before the scripts came is in hand now. */
function takeUp() {
  fieldOf(document.activeElement)?.input.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
}

/** The next document's first pages, fetched while this one is looked at. */
function fetchAhead() {
  for (const address of (texts.ahead ?? "").split(" ").filter(Boolean)) {
    if (address.includes("/image/")) new Image().src = address;
    else fetch(address).catch(() => {});
  }
}

startPresence();
const drafts = startDrafts();
begin().finally(() => {
  page.dataset.ready = "true";
  setTimeout(fetchAhead, 300);
});
