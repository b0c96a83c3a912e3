// Guides over the page: where a table's columns end and what they mean. Its lines are read by them on all pages, shown
// beside what the table has now, and taken over as one step.
import { sumWords } from "./grid_numbers.js";
import { GuideLayer } from "./guide_layer.js";
import { csrfToken, fill, text as said } from "./page.js";

const START = { page: 1, top: 0.3, bottom: 0.75, borders: [0.06, 0.5, 0.6, 0.76, 0.94], columns: ["description", "quantity", "unit_price", "amount"] };
const WAIT = 350; // ms after the last move of a guide

/** Gives the function that opens the panel. onTake() is called after the model took the lines over. */
export function startGuides(section, model, { texts, columns, totals, onTake }) {
  const panel = section.querySelector("[data-guides]");
  if (!panel) return () => {};
  const part = (name) => panel.querySelector(`[data-guides-${name}]`);
  const words = panel.dataset;
  let layer = null;
  let found = [];
  let timer = 0;
  let asked = 0;

  async function open() {
    if (layer) return part("close").focus();
    const proposal = await fetch(section.dataset.guidesUrl, { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : {})).catch(() => ({}));
    part("from").textContent = proposal.guides ? words[`text${proposal.from[0].toUpperCase()}${proposal.from.slice(1)}`] : words.textStart;
    layer = new GuideLayer(proposal.guides ?? START, { words, columns, onChange: later });
    panel.hidden = false;
    layer.focus();
    await preview();
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(preview, WAIT);
  }

  async function preview() {
    const turn = (asked += 1);
    const answer = await fetch(section.dataset.previewUrl, {
      method: "POST", body: JSON.stringify(layer.guides),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    }).catch(() => null);
    const told = await answer?.json().catch(() => ({}));
    if (turn !== asked || !layer) return; // a later one is on its way, or the panel was closed
    found = answer?.ok ? told.rows.map(toRow) : [];
    show(answer ? (answer.ok ? "" : told.error ?? said("failed")) : said("offline"));
  }

  // A line at the place of a row that is there already keeps what its other columns hold.
  function toRow(line) {
    const old = line.key ? model.row(line.key) : null;
    const named = Object.fromEntries(layer.guides.columns.filter(Boolean).map((name) => [name, ""]));
    const cells = { ...old?.cells, ...named, ...line.cells };
    return old ? { ...old, cells, place: line.place } : { ...model.constructor.newRow(cells, line.place) };
  }

  function show(trouble) {
    const keys = new Set(found.map(({ key }) => key));
    const isChanged = (row) => Object.entries(row.cells).some(([name, text]) => text !== (model.row(row.key)?.cells[name] ?? ""));
    const added = found.filter(({ key }) => !model.row(key)).length;
    const changed = found.filter((row) => model.row(row.key) && isChanged(row)).length;
    const gone = model.rows.filter(({ key }) => !keys.has(key)).length;
    part("found").textContent = trouble || (found.length ? fill(words.textFound, { n: found.length, added, changed, gone }) : words.textNothing);
    part("take").disabled = !found.length;
    const { words: sum, tone } = sumWords(found, totals(), section.dataset.decimal, texts);
    part("sum").textContent = sum;
    part("sum").dataset.tone = tone;
    drawTable(found);
  }

  function drawTable(rows) {
    const used = columns.filter(({ name }) => rows.some((row) => row.cells[name]));
    const box = panel.querySelector(".guides-preview");
    const table = box.querySelector("table");
    box.hidden = !rows.length;
    const make = (name, content, classes = "") => Object.assign(document.createElement(name), { textContent: content, className: classes });
    const head = document.createElement("tr");
    head.append(...used.map(({ label, numeric }) => Object.assign(make("th", label, numeric ? "num" : ""), { scope: "col" })));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...rows.map((row) => {
      const old = model.row(row.key);
      const line = make("tr", "", old ? "" : "added");
      line.append(...used.map(({ name, numeric }) => {
        const text = row.cells[name] ?? "";
        const was = old?.cells[name] ?? "";
        const cell = make("td", text, `${numeric ? "num " : ""}${old && text !== was ? "changed" : ""}`);
        if (old && was && text !== was) cell.prepend(make("del", was), " ");
        return cell;
      }));
      return line;
    }));
  }

  function close() {
    clearTimeout(timer);
    layer?.remove();
    layer = null;
    panel.hidden = true;
  }

  part("take").addEventListener("click", () => {
    model.change(() => found);
    for (const column of columns) column.shown ||= found.some((row) => row.cells[column.name]);
    close();
    onTake();
  });
  part("border").addEventListener("click", () => layer.addBorder());
  part("close").addEventListener("click", () => (close(), section.querySelector('[data-do="guides"]').focus()));
  return open;
}
