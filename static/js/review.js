// The review form: every field saves itself, what is typed is never lost, keys do the work.
import { fill, isTyping, plainKey, toast } from "./page.js";
import { parsePlace, startViewer } from "./viewer.js";

const page = document.getElementById("review");
const texts = page.dataset;
const editable = texts.editable === "true";
const forms = [...document.querySelectorAll("form.field")];
const inputOf = (form) => form.querySelector(".input");
const pending = new Map(); // form -> requests on their way
let savedOnce = false;
let lastFocused = null;
let leaving = false;

const viewer = startViewer({ onPick: fillFromPage, onHover: linkField });

// --- what is saved and what is not -----------------------------------------------------------------------------------

for (const form of forms) {
  form.dataset.saved = form.querySelector("[data-error]") ? form.querySelector(".state").dataset.value : inputOf(form).value;
  inputOf(form).addEventListener("input", showSaveState);
}

const isDirty = (form) => editable && inputOf(form).value !== form.dataset.saved;
const dirtyForms = () => forms.filter(isDirty);
const isBusy = () => [...pending.values()].some((count) => count > 0);

function showSaveState() {
  const state = document.getElementById("save-state");
  if (!state || !editable) return;
  const failed = forms.some((form) => isDirty(form) && (form.dataset.trouble || form.querySelector("[data-error]")));
  const offline = forms.some((form) => form.dataset.trouble === "offline");
  const [words, tone] = isBusy() ? [texts.textSaving, ""]
    : offline ? [texts.textOffline, "bad"]
    : failed ? [texts.textFailed, "bad"]
    : dirtyForms().length ? [texts.textUnsaved, ""]
    : savedOnce ? [texts.textSaved, "ok"] : ["", ""];
  state.textContent = words;
  state.dataset.tone = tone;
}

const formOf = (event) => (event.detail.elt.matches?.("form.field") ? event.detail.elt : null);

// Enter fires both change and submit: the second of two equal requests is dropped.
document.addEventListener("htmx:confirm", (event) => {
  const form = formOf(event);
  const submitter = event.detail.triggeringEvent?.submitter;
  if (!form || submitter?.name) return;
  if (pending.get(form) && form.dataset.sent === inputOf(form).value) event.preventDefault();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event);
  if (!form) return;
  form.dataset.sent = inputOf(form).value;
  pending.set(form, (pending.get(form) ?? 0) + 1);
  showSaveState();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event);
  if (!form) return;
  pending.set(form, Math.max(0, (pending.get(form) ?? 1) - 1));
  const { status } = event.detail.xhr;
  delete form.dataset.trouble;
  if (status === 0 || status >= 500) tryAgain(form);
  else if (status >= 400 && status !== 422) form.dataset.trouble = "refused";
  if (status < 400 && status > 0) taken(form);
  inputOf(form).setAttribute("aria-invalid", String(status === 422));
  showSaveState();
});

// The server's spelling replaces the typed one, unless typing went on in the meantime.
function taken(form) {
  const state = form.querySelector(".state");
  const input = inputOf(form);
  savedOnce = true;
  const untouched = input.value === form.dataset.sent;
  if (untouched) input.value = state.dataset.value;
  form.dataset.saved = untouched ? input.value : state.dataset.value;
  drawPlaces();
  if (form.dataset.advance) step(form, 1);
  delete form.dataset.advance;
}

function tryAgain(form) {
  form.dataset.trouble = "offline";
  setTimeout(() => form.dataset.trouble && isDirty(form) && form.requestSubmit(), 5000);
}

addEventListener("beforeunload", (event) => {
  if (leaving || (!dirtyForms().length && !isBusy())) return;
  event.preventDefault();
  event.returnValue = texts.textUnsaved;
});
addEventListener("online", () => dirtyForms().forEach((form) => form.requestSubmit()));
// Signed in again in another tab: what was refused meanwhile is sent now.
addEventListener("focus", () => dirtyForms().filter((form) => form.dataset.trouble).forEach((form) => form.requestSubmit()));

/** Send what is typed but not saved, and wait; true when nothing is left. */
async function flush() {
  for (const form of dirtyForms()) if (!pending.get(form)) form.requestSubmit();
  for (let tries = 0; isBusy() && tries < 300; tries += 1) await new Promise((done) => setTimeout(done, 50));
  return dirtyForms().length === 0 && !isBusy();
}

// Nothing leaves this page by a button before the last field is saved, and then only once.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches(".field") || form.method === "dialog") return;
  if (leaving) return event.preventDefault();
  if (!dirtyForms().length && !isBusy()) return leave();
  event.preventDefault();
  if (await flush()) form.requestSubmit(event.submitter);
  else focusField(dirtyForms()[0]);
});
function leave() {
  leaving = true;
  setTimeout(() => (leaving = false), 10_000); // still here: the answer did not come
}
addEventListener("pageshow", () => (leaving = false));

// A document that only another file can help: choosing one sends it.
document.addEventListener("change", (event) => "send" in event.target.dataset && event.target.form.requestSubmit());

// --- form and page, linked -------------------------------------------------------------------------------------------

function drawPlaces() {
  viewer.draw(forms.map((form) => {
    const state = form.querySelector(".state");
    return { name: form.dataset.field, label: form.dataset.label, place: parsePlace(state?.dataset.place), tone: state?.dataset.tone };
  }));
}

function linkField(name) {
  for (const form of forms) form.classList.toggle("linked", form.dataset.field === name);
}

function focusField(form) {
  if (!form) return;
  const folded = form.closest("details:not([open])");
  if (folded) folded.open = true;
  inputOf(form).focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}

const needsALook = (form) => form.querySelector('[data-tone="check"], [data-tone="bad"], [data-error], .field-problems li');

/** From one value to check to the next (1) or the one before (-1). */
function step(from, by) {
  const at = forms.indexOf(from);
  const onwards = by > 0 ? forms.slice(at + 1) : forms.slice(0, Math.max(at, 0)).reverse();
  focusField(onwards.find(needsALook));
}

// With a field in hand a click fills it, also from another field's place: one printed total may be several values.
// With none in hand a click on a place goes to its field.
function fillFromPage(words, field) {
  if (field && !document.activeElement.closest("form.field")) return focusField(document.getElementById(`field-${field}`));
  if (!editable || !words) return;
  if (!lastFocused) return toast(texts.textChoose);
  const input = inputOf(lastFocused);
  if (input.matches("select")) return;
  input.value = words;
  if (document.activeElement !== input) input.focus({ preventScroll: true });
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("focusin", (event) => {
  const form = event.target.closest?.("form.field");
  if (!form) return;
  lastFocused = form;
  takeInHand(form);
  viewer.activate(form.dataset.field);
  const hint = document.getElementById("fill-hint");
  if (hint && editable) hint.textContent = fill(texts.textFill, { field: form.dataset.label });
});
// What a field shows more than the others moves what is below it, so it waits until a press is over: a button must not
// slip away from under the pointer between down and up.
let pressed = false;
function takeInHand(form) {
  if (pressed) return;
  for (const other of forms) other.classList.toggle("in-hand", other === form);
  form.scrollIntoView({ block: "nearest" });
}
addEventListener("pointerdown", () => (pressed = true), true);
for (const over of ["pointerup", "pointercancel"]) {
  addEventListener(over, () => setTimeout(() => {
    pressed = false;
    if (lastFocused) takeInHand(lastFocused);
  }), true);
}
document.querySelector(".form-scroll")?.classList.add("calm");

for (const [over, on] of [["mouseover", true], ["mouseout", false]]) {
  document.addEventListener(over, (event) => {
    const source = event.target.closest?.(".chip, tr[data-place]");
    if (source) viewer.hint(on ? parsePlace(source.dataset.place) : null);
  });
}
document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-go]")?.dataset.go;
  if (name) focusField(document.getElementById(`field-${name}`));
});

// --- keys ------------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    if (!event.repeat) document.getElementById("approve-form")?.requestSubmit(); // a key held down approves one
    return;
  }
  const form = event.target.closest("form.field");
  const way = event.altKey && { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way) {
    event.preventDefault();
    return step(form, way);
  }
  // Enter saves what is typed, or confirms what stands there, and goes on to the next value to check.
  if (event.key === "Enter" && editable && event.target.matches(".input:not(textarea)")) {
    form.dataset.advance = "yes";
    if (event.target.matches("select")) form.requestSubmit();
    return;
  }
  if (event.key === "Escape" && form) {
    if (isDirty(form)) inputOf(form).value = form.dataset.saved;
    else event.target.blur();
    return showSaveState();
  }
  if (isTyping(event) || !plainKey(event)) return;
  const act = {
    j: () => document.getElementById("go-after")?.click(),
    k: () => document.getElementById("go-before")?.click(),
    "+": () => viewer.zoom("in"), "=": () => viewer.zoom("in"), "-": () => viewer.zoom("out"), 0: () => viewer.zoom("fit"),
    p: () => document.getElementById("go-arrange")?.click(),
    "?": () => document.getElementById("shortcuts").showModal(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

drawPlaces();
showSaveState();
if (location.hash.startsWith("#field-")) focusField(document.querySelector(location.hash));
