// What keys, pointer and clipboard do in a table.
import { Model } from "./grid_model.js";
import { blockText, parseBlock } from "./grid_numbers.js";
import { toast } from "./page.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const PAGE = 10; // rows

export function listen(view, act) {
  view.body.addEventListener("keydown", (event) => {
    const done = view.input ? typingKey(view, event) : plainKey(view, event, act);
    if (done !== "pass") event.stopPropagation(); // the page's own keys do not work in a table
    if (done === true) event.preventDefault();
  });
  // A screen reader may put the focus where it likes.
  view.body.addEventListener("focusin", ({ target }) => {
    const row = view.model.index(target.closest("tr").dataset.key);
    const column = view.shown.indexOf(view.columns[target.cellIndex - 1]);
    if (column >= 0 && (row !== view.at.row || column !== view.at.column)) view.place(row, column, { focus: false });
  });
  listenToPointer(view);
  const clip = (kind, handle) => document.addEventListener(kind, (event) => {
    if (view.hasFocus && !view.input) handle(event), event.preventDefault();
  });
  clip("copy", (event) => event.clipboardData.setData("text/plain", blockText(view.block())));
  clip("cut", (event) => (event.clipboardData.setData("text/plain", blockText(view.block())), view.clear()));
  clip("paste", (event) => {
    const words = event.clipboardData.getData("text/plain");
    if (words && !view.paste(parseBlock(words), () => Model.newRow())) toast(view.texts.cut);
  });
}

// true: handled; false: the browser does it; "pass": the page may do it as well.
function typingKey(view, event) {
  const { key, shiftKey, ctrlKey, metaKey } = event;
  if (event.isComposing) return false;
  if (key === "Escape") return view.commit({ cancel: true }), true;
  if (key === "Enter" && (ctrlKey || metaKey)) return view.commit(), view.add(Model.newRow()), true;
  if (key === "Enter") return view.commit(), enter(view, shiftKey), true;
  if (key === "Tab") return view.commit(), tab(view, shiftKey);
  if (key === "F2" || ((key === "ArrowUp" || key === "ArrowDown") && !event.altKey)) {
    view.commit();
    if (ARROWS[key]) view.place(view.at.row + ARROWS[key][0], view.at.column);
    return true;
  }
  return event.altKey && event.code.startsWith("Key") ? "pass" : false;
}

function plainKey(view, event, act) {
  const { key, shiftKey, altKey } = event;
  const ctrl = event.ctrlKey || event.metaKey;
  const { row, column } = view.at;
  if (ARROWS[key] && altKey) return ARROWS[key][0] ? (view.move(ARROWS[key][0]), true) : "pass";
  if (ARROWS[key]) return go(view, ARROWS[key], { ctrl, extend: shiftKey }), true;
  if (key === "Tab" && !ctrl && !altKey) return tab(view, shiftKey);
  if (key === "Enter") return ctrl ? act("add") : enter(view, shiftKey), true;
  if (key === "Insert" && !ctrl && !shiftKey) return act("add"), true;
  if (key === "F2") return view.edit(), true;
  if (key === "Home") return view.place(ctrl ? 0 : row, 0, { extend: shiftKey }), true;
  if (key === "End") return view.place(ctrl ? view.model.rows.length - 1 : row, view.shown.length - 1, { extend: shiftKey }), true;
  if (key === "PageUp" || key === "PageDown") return view.place(row + (key === "PageUp" ? -PAGE : PAGE), column, { extend: shiftKey }), true;
  if (key === "Delete" && ctrl) return act("remove"), true;
  if (key === "Delete" || key === "Backspace") return view.clear(), true;
  if (key === "Escape") return escape(view), true;
  if (ctrl) return command(view, key.toLowerCase(), shiftKey, act);
  if (key.length === 1 && !altKey) return view.edit(""), false; // the letter itself goes into the field
  return "pass";
}

function command(view, key, shift, act) {
  if (key === "z") return act(shift ? "redo" : "undo"), true;
  if (key === "y") return act("redo"), true;
  if (key !== "a") return "pass";
  view.anchor = { row: 0, column: 0 };
  view.place(view.model.rows.length - 1, view.shown.length - 1, { extend: true });
  return true;
}

function go(view, [down, right], { ctrl, extend }) {
  const { row, column } = view.at;
  if (ctrl) view.place(down ? edge(view, down) : row, right ? (right > 0 ? view.shown.length - 1 : 0) : column, { extend });
  else view.place(row + down, column + right, { extend });
}

// As spreadsheets do: to the end of a run of filled cells, or to the next one after a gap.
function edge(view, way) {
  const { name } = view.shown[view.at.column];
  const filled = (row) => Boolean(view.model.rows[row]?.cells[name]);
  const last = view.model.rows.length - 1;
  let row = view.at.row;
  const run = filled(row) && filled(row + way);
  do row += way;
  while (row > 0 && row < last && (run ? filled(row + way) : !filled(row)));
  return row;
}

function enter(view, up) {
  const { row, column } = view.at;
  const isLast = row === view.model.rows.length - 1;
  const isEmpty = Object.values(view.model.rows[row]?.cells ?? {}).every((text) => !text);
  if (up) view.place(row - 1, column);
  else if (isLast && !isEmpty) view.add(Model.newRow());
  else view.place(row + 1, column);
}

// To the next cell; behind the last one, and before the first, the table is left.
function tab(view, back) {
  const { row, column } = view.at;
  const width = view.shown.length;
  const next = row * width + column + (back ? -1 : 1);
  if (next < 0 || next >= width * view.model.rows.length) return false;
  view.place(Math.floor(next / width), next % width);
  return true;
}

// First only the range goes; then the table is left, for what is to be decided about the cell or for its buttons.
function escape(view) {
  const { top, bottom, left, right } = view.range;
  if (top !== bottom || left !== right) return view.place(view.at.row, view.at.column);
  (view.note.querySelector("button") ?? view.section.querySelector(".grid-tools button")).focus();
}

function listenToPointer(view) {
  const find = (target) => {
    const cell = target.closest?.("td, th");
    const line = cell?.closest("tr");
    if (!line || !view.body.contains(line)) return null;
    const row = view.model.index(line.dataset.key);
    return { row, column: view.shown.indexOf(view.columns[cell.cellIndex - 1]), isHead: cell.cellIndex === 0 };
  };
  let from = null;
  let wasAt = false;
  view.body.addEventListener("pointerdown", (event) => {
    const at = find(event.target);
    if (!at || event.button !== 0 || view.input?.contains(event.target)) return;
    if (event.pointerType !== "touch" || at.isHead) event.preventDefault(); // nor does the text become selected
    if (at.isHead) return dragRows(view, event, at.row, find);
    wasAt = view.hasFocus && at.row === view.at.row && at.column === view.at.column;
    view.commit();
    if (event.pointerType === "touch") return; // it may be scrolling; the click tells
    from = at;
    view.place(at.row, at.column, { extend: event.shiftKey });
  });
  view.body.addEventListener("pointermove", (event) => {
    if (!from || !(event.buttons & 1)) return;
    const at = find(event.target);
    if (at && !at.isHead && (at.row !== view.at.row || at.column !== view.at.column)) view.place(at.row, at.column, { extend: true }), (wasAt = false);
  });
  addEventListener("pointerup", () => (from = null));
  view.body.addEventListener("click", (event) => {
    const at = find(event.target);
    if (!at || at.isHead || event.shiftKey || view.input) return;
    if (event.pointerType === "touch" && !wasAt) view.place(at.row, at.column);
    if (wasAt || event.detail > 1) view.edit();
    wasAt = false;
  });
}

// By its number a row is chosen, and dragged to another place.
function dragRows(view, event, row, find) {
  const inside = row >= view.range.top && row <= view.range.bottom && view.range.left === 0 && view.range.right === view.shown.length - 1;
  if (!inside) {
    view.anchor = { row: event.shiftKey ? view.anchor.row : row, column: 0 };
    view.place(row, view.shown.length - 1, { extend: true });
  }
  const { top, bottom } = view.range;
  let target = null;
  const mark = (line, side) => {
    view.body.querySelectorAll(".drop-before, .drop-after").forEach((other) => other.classList.remove("drop-before", "drop-after"));
    if (line) line.classList.add(`drop-${side}`);
  };
  const over = (moved) => {
    const at = find(document.elementFromPoint(moved.clientX, moved.clientY) ?? document.body);
    if (!at || (at.row >= top && at.row <= bottom)) return mark(null), void (target = null);
    target = at.row < top ? at.row : at.row - (bottom - top);
    mark(view.body.children[at.row], at.row < top ? "before" : "after");
  };
  const end = (kind) => {
    document.removeEventListener("pointermove", over);
    mark(null);
    if (kind === "pointerup" && target !== null) view.moveTo(top, bottom, target);
  };
  document.addEventListener("pointermove", over);
  const done = ({ type }) => (end(type), ["pointerup", "pointercancel"].forEach((name) => document.removeEventListener(name, done)));
  ["pointerup", "pointercancel"].forEach((name) => document.addEventListener(name, done));
}
