// Undo and redo of saved values, across fields, for this visit to the page.
import { onSaved, save } from "./saving.js";

const done = [];
const undone = [];
const buttons = { undo: document.getElementById("undo"), redo: document.getElementById("redo") };

function showButtons() {
  if (buttons.undo) buttons.undo.disabled = !done.length;
  if (buttons.redo) buttons.redo.disabled = !undone.length;
}

/** Put a field back to how it was: also whether a person stood behind the value. */
async function goBackTo(field, { value, human }, kind) {
  const saved = await save(field, { value, ...(human ? {} : { as_read: "1" }) }, kind);
  field.focus();
  return saved;
}

async function move(from, to, way) {
  const step = from.pop();
  if (!step) return false;
  if (await goBackTo(step.field, way === "undo" ? step.before : step.after, way)) to.push(step);
  else from.push(step);
  showButtons();
  return true;
}

/** True when there was something to take back. */
export const undo = () => move(done, undone, "undo");
export const redo = () => move(undone, done, "redo");
export const canUndo = () => done.length > 0;

export function startUndo() {
  onSaved(({ field, before, after, kind }) => {
    const changed = before.value !== after.value || before.human !== after.human;
    if (["undo", "redo"].includes(kind) || !changed) return;
    done.push({ field, before, after });
    undone.length = 0;
    showButtons();
  });
  buttons.undo?.addEventListener("click", undo);
  buttons.redo?.addEventListener("click", redo);
  showButtons();
}
