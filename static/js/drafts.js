// What is typed and not saved outlives a closed tab and a crashed browser: it lies in the browser's own store, for this
// person, document and field, with the value that it was typed over, until the server has it.
import { fields } from "./fields.js";
import { fill } from "./page.js";
import { onSaved, save, showState } from "./saving.js";

const KEPT = 30 * 24 * 3600_000; // ms
const page = document.getElementById("review");
const { user, invoice } = page.dataset;
const PREFIX = "invoicelens:draft:";
const keyOf = (field) => `${PREFIX}${user}:${invoice}:${field.name}`;

// A store that is full or forbidden must not stop the typing.
function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));
const forget = (field) => attempt(() => localStorage.removeItem(keyOf(field)));

function remember(field) {
  if (!field.dirty) return forget(field);
  const draft = { text: field.input.value, base: field.base ?? field.stored, at: Date.now() };
  attempt(() => localStorage.setItem(keyOf(field), JSON.stringify(draft)));
}

/** Whether a draft means what is stored now: its last save may have arrived after its page had gone. */
async function means(field, draft) {
  const address = `${field.form.dataset.preview}?${new URLSearchParams({ text: draft.text })}`;
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).then((found) => found.json()).catch(() => ({}));
  return draft.text.trim() === field.stored || answer.value === field.stored;
}

function note(field, template, values) {
  field.form.querySelector(".draft")?.remove();
  const box = document.getElementById(template).content.firstElementChild.cloneNode(true);
  const words = box.querySelector(".words");
  words.textContent = fill(words.textContent, values);
  field.form.querySelector(".meta").before(box);
  return box;
}

function restore(field, draft) {
  field.show(draft.text);
  const box = note(field, "draft-restored", { when: new Date(draft.at).toLocaleString(document.documentElement.lang) });
  box.querySelector("[data-drop]").addEventListener("click", () => dropDraft(field));
}

// The stored value has changed meanwhile: nothing is put over it without a word.
function offer(field, draft) {
  const box = note(field, "draft-offered", { when: new Date(draft.at).toLocaleString(document.documentElement.lang), mine: draft.text, theirs: field.stored || "–" });
  box.querySelector("[data-use]").addEventListener("click", () => {
    field.show(draft.text);
    box.remove();
    save(field);
  });
  box.querySelector("[data-drop]").addEventListener("click", () => dropDraft(field));
}

/** Give up what was typed; the stored value stands. */
export function dropDraft(field) {
  field.form.querySelector(".draft")?.remove();
  field.show(field.stored);
  Object.assign(field, { base: null, trouble: "", unsent: null });
  field.input.setAttribute("aria-invalid", "false");
  forget(field);
  showState();
}

/** Bring back what was typed before; the answer is the first field that got something back, or null. */
async function recover() {
  let first = null;
  for (const field of fields) {
    const draft = read(keyOf(field));
    if (!draft) continue;
    if (await means(field, draft)) forget(field);
    else {
      if (draft.base === field.stored) restore(field, draft);
      else offer(field, draft);
      first ??= field;
    }
  }
  return first;
}

function forgetOld() {
  attempt(() => {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && Date.now() - (read(key)?.at ?? 0) > KEPT) localStorage.removeItem(key);
    }
  });
}

/** Starts to keep drafts; resolves to the field whose draft came back first, or null. */
export function startDrafts() {
  forgetOld();
  if (page.dataset.editable !== "true") return Promise.resolve(null);
  document.addEventListener("input", (event) => {
    const field = fields.find(({ input }) => input === event.target);
    if (field) remember(field);
  });
  onSaved(({ field }) => {
    field.form.querySelector(".draft")?.remove();
    remember(field);
  });
  return recover();
}
