// Every field saves itself. What is typed stays in the input, and in the browser's store, until the server has it.
import { dirtyFields, fieldOf, fields } from "./fields.js";
import { csrfToken, text, toast } from "./page.js";

const PATIENCE = 20_000; // ms that an answer may take before it is asked for again
const SOONEST = 2_000;
const LATEST = 15_000;

const page = document.getElementById("review");
const texts = page.dataset;
const editable = texts.editable === "true";
const chains = new Map(); // field -> the promise of what is on its way
const listeners = [];
let savedOnce = false;
let wait = SOONEST;
let retrying = 0;

/** listen({ field, before, after, kind }) after each value that was saved; kind "undo" and "redo" come from undo.js. */
export function onSaved(listen) {
  listeners.push(listen);
}

const isBusy = () => chains.size > 0;
export const nothingToSave = () => !editable || (!dirtyFields().length && !isBusy());

/** Save what is typed, if it is not saved yet. Refused text is not sent again before it was changed. */
export function saveTyped(field) {
  if (editable && field.unsent && !chains.has(field)) return save(field, field.unsent, "pick");
  if (!editable || !field.dirty || field.trouble === "conflict") return chains.get(field);
  if (field.sent === field.input.value && (chains.has(field) || field.trouble === "invalid")) return chains.get(field);
  return save(field);
}

/** Send a field, after what is on its way; true when the server has it. `more`: other parts of the form to send. */
export function save(field, more = {}, kind = "edit") {
  const sending = (chains.get(field) ?? Promise.resolve()).then(() => send(field, more, kind));
  chains.set(field, sending);
  field.settling = "confirm" in more;
  sending.finally(() => {
    field.settling = false;
    if (chains.get(field) === sending) chains.delete(field);
    showState();
  });
  showState();
  return sending;
}

async function send(field, more, kind) {
  const before = field.snapshot;
  const data = { value: field.input.value, base: field.base ?? field.stored, ...more };
  field.sent = field.input.value;
  let answer;
  let html = "";
  try {
    answer = await post(field, data);
    html = await answer.text();
  } catch {
    return waits(field, "offline", more, kind);
  }
  if (answer.status >= 500) return waits(field, "offline", more, kind);
  if (answer.status === 401) {
    toast(text("sessionEnded"), { error: true, link: [text("signIn"), text("signInUrl")] });
    return waits(field, "session", more, kind);
  }
  field.unsent = null;
  const said = new DOMParser().parseFromString(html, "text/html");
  if (!said.getElementById(`meta-${field.name}`)) return refused(field, said);
  takeOver(said);
  return answer.ok ? taken(field, before, kind) : stays(field, answer.status === 409 ? "conflict" : "invalid");
}

// keepalive: it arrives also when the page goes away meanwhile.
function post(field, data) {
  return fetch(field.form.action, {
    method: "POST",
    body: new URLSearchParams(data),
    headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() },
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE),
  });
}

/** Parts of the answer take the place of what has their id; what is typed is not among them. */
function takeOver(said) {
  for (const part of said.querySelectorAll("[id]")) {
    const old = document.getElementById(part.id);
    if (old && old.innerHTML !== part.innerHTML) old.replaceChildren(...part.childNodes);
  }
}

// The server's spelling replaces the typed one, unless typing went on in the meantime.
function taken(field, before, kind) {
  const untouched = field.input.value === field.sent || kind !== "edit";
  if (untouched) field.show(field.stored);
  Object.assign(field, { trouble: "", base: null });
  field.input.setAttribute("aria-invalid", "false");
  savedOnce = true;
  wait = SOONEST;
  for (const listen of listeners) listen({ field, before, after: field.snapshot, kind });
  document.dispatchEvent(new CustomEvent("invoicelens:values", { detail: { [field.name]: field.stored } }));
  return true;
}

function stays(field, trouble) {
  field.trouble = trouble;
  field.input.setAttribute("aria-invalid", String(trouble === "invalid" || trouble === "conflict"));
  return false;
}

/** Not arrived: it is sent again, also what does not stand in the input. An undo is not: it stays to be done. */
function waits(field, trouble, more, kind) {
  if (kind === "undo" || kind === "redo") toast(text(trouble === "session" ? "sessionEnded" : "offline"), { error: true });
  else {
    field.unsent = Object.keys(more).length ? more : null;
    tryAgainLater();
  }
  return stays(field, trouble);
}

function refused(field, said) {
  toast(said.querySelector("[role=alert]")?.textContent.trim() || text("failed"), { error: true });
  return stays(field, "refused");
}

// --- again, until it works --------------------------------------------------------------------------------------------

function tryAgainLater() {
  clearTimeout(retrying);
  retrying = setTimeout(tryAgain, wait);
  wait = Math.min(wait * 2, LATEST);
}

export function tryAgain() {
  for (const field of fields) {
    if (!chains.has(field) && ["offline", "session"].includes(field.trouble)) saveTyped(field);
  }
}

/** Send what is typed and not saved, and wait; true when nothing is left. */
export async function flush() {
  dirtyFields().forEach(saveTyped);
  await Promise.all(chains.values());
  return nothingToSave();
}

// --- what people see of it --------------------------------------------------------------------------------------------

const state = document.getElementById("save-state");

export function showState() {
  if (!state || !editable) return;
  const dirty = dirtyFields();
  const has = (...troubles) => dirty.some((field) => troubles.includes(field.trouble));
  const [words, tone] = has("offline") ? [texts.textOffline, "bad"]
    : has("session") ? [texts.textSession, "bad"]
    : has("conflict") ? [texts.textConflict, "bad"]
    : has("invalid", "refused") ? [texts.textFailed, "bad"]
    : isBusy() ? [texts.textSaving, ""]
    : dirty.length ? [texts.textUnsaved, ""]
    : savedOnce ? [texts.textSaved, "ok"] : ["", ""];
  if (state.textContent !== words) state.textContent = words;
  state.dataset.tone = tone;
}

export function startSaving() {
  if (!editable) return;
  document.addEventListener("input", (event) => {
    const field = fieldOf(event.target);
    if (!field) return;
    field.unsent = null; // what is typed now is meant instead
    showState();
  });
  addEventListener("online", tryAgain);
  addEventListener("focus", tryAgain); // signed in again in another tab
  document.addEventListener("visibilitychange", () => document.hidden || tryAgain());
  // Whoever goes has left the fields but the one they type in: that one is a draft, perhaps half a number.
  addEventListener("pagehide", () => {
    for (const field of dirtyFields()) {
      const sendable = !chains.has(field) && !["invalid", "conflict", "refused"].includes(field.trouble) && field.base === null;
      if (sendable && field.input !== document.activeElement && !field.form.querySelector(".draft")) {
        post(field, { value: field.input.value, base: field.stored }).catch(() => {});
      }
    }
  });
  showState();
}
