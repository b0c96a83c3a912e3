// Documents that are ticked for one act on all of them. The checkboxes are the truth; the bar shows by itself (CSS).
import { fill } from "./page.js";

const boxes = () => [...document.querySelectorAll('.documents [name="pick"]')];
const everything = () => document.getElementById("bulk-all")?.checked ?? false;
let last = null; // where a range with Shift begins

/** Ids of what is ticked; none where "all that match" is, because then they are what the list says. */
export const chosenIds = () => (everything() ? [] : boxes().filter((box) => box.checked).map((box) => box.value));

export function startChoosing() {
  document.addEventListener("click", (event) => {
    const box = event.target.closest('.documents [name="pick"]');
    if (box) tick(box, event.shiftKey);
    if (event.target.id === "choose-page") setAll(event.target.checked);
    if (event.target.closest("[data-unchoose]")) unchoose();
  });
  document.addEventListener("change", (event) => event.target.id === "bulk-all" && show());
  document.addEventListener("htmx:afterSettle", show);
  // A list that was only asked for anew keeps what is ticked in it; another list does not.
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSwap", recall);
  show();
}

function tick(box, asRange) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (asRange && from >= 0) all.slice(from, to + 1).forEach((other) => (other.checked = box.checked));
  last = box;
  show();
}

export function chooseFocused(row) {
  const box = row?.querySelector('[name="pick"]');
  if (!box) return;
  box.checked = !box.checked;
  last = box;
  show();
}

/** Both rows of a step with Shift become ticked. */
export function extend(rows) {
  for (const row of rows) {
    const box = row?.querySelector('[name="pick"]');
    if (box) box.checked = true;
  }
  show();
}

function setAll(checked) {
  boxes().forEach((box) => (box.checked = checked));
  show();
}

export function unchoose() {
  const all = document.getElementById("bulk-all");
  if (all) all.checked = false;
  setAll(false);
}

function show() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  const ticked = boxes().filter((box) => box.checked).length;
  const page = document.getElementById("choose-page");
  page.checked = ticked > 0 && ticked === boxes().length;
  page.indeterminate = ticked > 0 && !page.checked;
  if (!ticked && everything()) document.getElementById("bulk-all").checked = false;
  const n = everything() ? Number(document.getElementById("results").dataset.count) : ticked;
  const words = n ? fill(n === 1 ? bar.dataset.one : bar.dataset.many, { n }) : "";
  const count = document.getElementById("bulk-count");
  if (count.textContent !== words) count.textContent = words;
}

let before = null;
function remember({ detail }) {
  if (detail.target?.id !== "results" && !detail.target?.closest?.(".documents")) return;
  before ??= { query: document.getElementById("results").dataset.query, ids: new Set(chosenIds()) };
}

function recall() {
  if (!before) return;
  const { query, ids } = before;
  before = null;
  if (document.getElementById("results")?.dataset.query !== query || acted) return (acted = false);
  boxes().forEach((box) => ids.has(box.value) && (box.checked = true));
}

// After an act, nothing is ticked any more.
let acted = false;
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt.id === "bulk" && detail.successful) acted = true;
});
