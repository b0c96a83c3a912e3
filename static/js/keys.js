// The keyboard of the review page. One table: key -> act. Keys of one letter work while nothing is typed; in a field they
// work together with Alt.
import { fieldOf, fields, neighbour, nextToCheck } from "./fields.js";
import { isTyping } from "./page.js";

const letterOf = (event) => (event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key);
const isOpen = () => document.querySelector("dialog[open]") !== null;

/** acts: { approve, advance(field), cancel(field), choose(field, n), undo, redo, letters: { j: act, ... } } */
export function startKeys(acts, { editable }) {
  document.addEventListener("keydown", (event) => {
    if (isOpen() || event.isComposing || event.defaultPrevented) return; // another part of the page may have used it
    const act = combined(event, acts) ?? inField(event, acts, editable) ?? alone(event, acts);
    if (!act) return;
    event.preventDefault();
    act();
  });
  // A key that is held down does one thing, once: also on the next document's page, where it is still held.
  document.addEventListener("keydown", (event) => {
    if (event.repeat && event.key === "Enter" && event.target.closest("button, a, summary, .field")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
}

function combined(event, acts) {
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "Enter") return event.repeat ? () => {} : acts.approve;
    const letter = event.altKey ? "" : letterOf(event);
    const field = fieldOf(event.target);
    const own = field ? field.dirty : isTyping(event); // the text's own undo first
    if (own) return null;
    if (letter === "z") return event.shiftKey ? acts.redo : acts.undo;
    return letter === "y" ? acts.redo : null;
  }
  if (!event.altKey) return null;
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way) return () => (nextToCheck(fieldOf(event.target), way) ?? fieldOf(event.target))?.focus();
  const digit = event.code.match(/^(?:Digit|Numpad)([0-9])$/)?.[1];
  const field = fieldOf(event.target);
  if (digit && field) return () => acts.choose(field, Number(digit));
  return acts.letters[letterOf(event)] ?? null;
}

function inField(event, acts, editable) {
  const field = fieldOf(event.target);
  if (!field || event.altKey || event.ctrlKey || event.metaKey) return null;
  if (event.key === "Escape") return () => acts.cancel(field);
  if (event.target !== field.input) return null;
  const area = field.input.matches("textarea");
  if (event.key === "Enter" && editable && !(area && event.shiftKey)) return event.repeat ? () => {} : () => acts.advance(field);
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way && !event.shiftKey && field.input.matches("input")) return () => neighbour(field, way)?.focus();
  return { PageDown: acts.letters.PageDown, PageUp: acts.letters.PageUp }[event.key] && !area ? acts.letters[event.key] : null;
}

function alone(event, acts) {
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return null;
  return acts.letters[event.key] ?? null;
}

export const firstToCheck = () => fields.find((field) => field.needsALook) ?? null;
