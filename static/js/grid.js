// The tables of the review page: each one a model, a view of it, and a connection that saves it.
import { startGuides } from "./grid_guides.js";
import { listen } from "./grid_keys.js";
import { Model } from "./grid_model.js";
import { sumWords } from "./grid_numbers.js";
import { Sync } from "./grid_sync.js";
import { GridView } from "./grid_view.js";
import { csrfToken, fill, toast } from "./page.js";
import { hint as showPlace, takePicks } from "./picks.js";

const syncs = [];
const views = [];

function readRows(section) {
  const columns = [...section.querySelectorAll("th[data-column]")].map((head) => head.dataset.column);
  return [...section.querySelectorAll("table.grid > tbody > tr")].map((line) => ({
    key: line.dataset.key, place: line.dataset.place, by: line.dataset.by, at: line.dataset.at,
    cells: Object.fromEntries(columns.map((column, at) => [column, line.cells[at + 1].textContent])),
  }));
}

const textsOf = (section) => Object.fromEntries(Object.entries(section.dataset).filter(([name]) => name.startsWith("text")).map(([name, words]) => [name[4].toLowerCase() + name.slice(5), words]));

// --- the header's totals, as they stand in the form or as the page tells of them --------------------------------------

const told = {};
document.addEventListener("invoicelens:values", ({ detail }) => {
  Object.assign(told, detail);
  sums.forEach((show) => show());
});
document.addEventListener("input", ({ target }) => {
  const name = target.closest?.("form.field")?.dataset.field;
  if (!name) return;
  delete told[name];
  sums.forEach((show) => show());
});
const sums = [];
const totalsOf = (section) => section.dataset.totals.split(" ").map((name) => [
  name, document.getElementById(`field-${name}`)?.dataset.label ?? name, told[name] ?? document.getElementById(`input-${name}`)?.value ?? "",
]);

function sumsOf(section, rowsNow) {
  const line = section.querySelector("[data-sum]");
  const show = () => {
    const { words, tone } = sumWords(rowsNow(), totalsOf(section), section.dataset.decimal, textsOf(section));
    line.textContent = words;
    line.dataset.tone = tone;
  };
  sums.push(show);
  show();
  return show;
}

// --- one table --------------------------------------------------------------------------------------------------------

function start(section) {
  if (!section.dataset.url) return void sumsOf(section, () => readRows(section));
  const texts = textsOf(section);
  const model = new Model(readRows(section));
  const rowsNow = () => (view.input ? view.typed() : model.rows);
  const changed = () => {
    view.draw();
    sync.changed();
    showSum();
    for (const [name, steps] of [["undo", model.past], ["redo", model.future]]) tool(name).setAttribute("aria-disabled", String(!steps.length));
  };
  const view = new GridView(section, model, {
    texts, onChange: changed, onMove: moved,
    onTyping: () => (sync.changed(), showSum()),
  });
  const state = section.querySelector("[data-state]");
  const sync = new Sync({
    model, texts, rowsNow, url: section.dataset.url, revision: Number(section.dataset.revision), owner: section.dataset.owner,
    onState: (words, tone) => ((state.textContent = words), (state.dataset.tone = tone)),
    onAnswer: (answer) => (view.draw(), showSum(), showProblems(answer.problems)),
  });
  const showSum = sumsOf(section, rowsNow);
  const tool = (name) => section.querySelector(`.grid-tools [data-do="${name}"]`);
  const acts = {
    add: () => view.add(Model.newRow()),
    remove: () => model.rows.length && view.remove(),
    up: () => view.move(-1),
    down: () => view.move(1),
    undo: () => (model.undo(), changed()),
    redo: () => (model.redo(), changed()),
    guides: () => openGuides(),
    wide: () => tool("wide").setAttribute("aria-pressed", String(document.getElementById("review").classList.toggle("wide-form"))),
  };
  const act = (name) => (view.commit(), acts[name]());
  section.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (name) act(name);
  });
  const openGuides = startGuides(section, model, {
    texts, columns: view.columns, totals: () => totalsOf(section),
    onTake: () => (changed(), view.place(0, 0)),
  });
  listen(view, act);
  choosesColumns(section, view);
  section.querySelector(".grid-tools").hidden = false;
  if (sync.restore()) toast(texts.restored);
  changed();
  syncs.push(sync);
  views.push(view);

  // Words of the page go to the cell in hand, until another field is.
  let release = null;
  function moved(row, column) {
    showPlace(row.place);
    const hint = document.getElementById("fill-hint");
    if (hint && view.hasFocus) hint.textContent = fill(texts.pick, { field: fill(texts.cell, { column: column.label, n: view.at.row + 1 }) });
  }
  view.body.addEventListener("focusin", () => (release ??= takePicks(({ text }) => {
    if (!text || !model.rows.length) return;
    if (view.input) view.commit({ cancel: true });
    const { row, column } = view.at;
    view.place(row, column);
    // Several printed lines fill a column of figures downwards; in a column of texts they are one text.
    const down = view.shown[column].numeric ? text.split("\n") : [text.replace(/\s+/g, " ")];
    view.paste(down.map((words) => [words.trim()]), () => Model.newRow());
  })));
  document.addEventListener("focusin", ({ target }) => {
    if (!release || view.body.contains(target) || !target.closest(".form-pane") || target.closest(".grid-tools") === section.querySelector(".grid-tools")) return;
    release();
    release = null;
    showPlace("");
  });
}

function choosesColumns(section, view) {
  section.addEventListener("change", ({ target }) => {
    const { show } = target.dataset;
    if (!show) return;
    const column = view.columns.find(({ name }) => name === show);
    column.shown = target.checked;
    if (!view.shown.length) column.shown = target.checked = true;
    view.draw();
    fetch(section.dataset.columnsUrl, {
      method: "POST", body: JSON.stringify({ [show]: column.shown }),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    }).catch(() => {}); // the choice holds on this page at least
  });
}

// The page's problems as the server found them anew.
function showProblems(html) {
  const fresh = Object.assign(document.createElement("template"), { innerHTML: html }).content;
  document.querySelectorAll(".field-problems").forEach((list) => fresh.getElementById(list.id) ?? list.replaceChildren());
  for (const part of [...fresh.children]) document.getElementById(part.id)?.replaceWith(part);
}

// --- leaving the page -------------------------------------------------------------------------------------------------

// Nothing is decided about the invoice before its tables are saved.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches(".field") || form.method === "dialog") return;
  views.forEach((view) => view.input && view.commit());
  if (!syncs.some((sync) => sync.isDirty)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const saved = await Promise.all(syncs.map((sync) => sync.flush()));
  if (saved.every(Boolean)) form.requestSubmit(event.submitter);
  else document.querySelector(".grid .refused, .grid .disputed, .grid-state[data-tone=bad]")?.scrollIntoView({ block: "center" });
}, true);

document.querySelectorAll("[data-grid]").forEach(start);
