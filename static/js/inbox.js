// The inbox: keyboard, export panel, news from elsewhere; choosing.js holds what concerns many documents at once.
import { chosenIds, chooseFocused, extend, startChoosing, unchoose } from "./choosing.js";
import { fill, isTyping, plainKey } from "./page.js";

const LOOK_EVERY = 15_000;
const TABS = { a: "all", w: "working", r: "review", h: "hold", f: "failed", p: "approved", e: "exported", x: "rejected" };
const results = () => document.getElementById("results");
const refresh = () => document.body.dispatchEvent(new Event("refresh"));
startChoosing();

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open=export-panel]")) prepareExport();
  if (event.target.closest("[data-show-new]")) refresh();
});

// The panel says what it is about to write: the filter may have changed since the page was made.
function prepareExport() {
  const { query, count } = results().dataset;
  const form = document.getElementById("export-form");
  form.querySelectorAll("input[data-filter]").forEach((input) => input.remove());
  const asked = new URLSearchParams(query);
  const ids = chosenIds();
  if (ids.length) asked.set("ids", ids.join(","));
  for (const [name, value] of asked) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    input.dataset.filter = "";
    form.append(input);
  }
  const what = document.getElementById("export-what");
  const n = ids.length ? String(ids.length) : count;
  const words = ids.length ? [what.dataset.chosenOne, what.dataset.chosenMany] : [what.dataset.one, what.dataset.many];
  what.textContent = fill(n === "1" ? words[0] : words[1], { n });
}

document.getElementById("export-form").addEventListener("submit", () => {
  document.getElementById("export-panel").close();
  // A download tells no one that it is done; what it marked shows after the next look.
  for (const wait of [1500, 5000]) setTimeout(refresh, wait);
});

// The panels save what is listed now, which may be another list than the page began with.
for (const form of document.querySelectorAll("form[data-listing]")) {
  form.addEventListener("htmx:configRequest", ({ detail }) => (detail.path = `${form.dataset.listing}?${results().dataset.query}`));
}

// What came from elsewhere: asked for while somebody looks, shown when they want it.
setInterval(() => document.visibilityState === "visible" && document.body.dispatchEvent(new Event("look")), LOOK_EVERY);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && document.body.dispatchEvent(new Event("look")));

// A filter that cannot be understood is marked where it was typed.
document.addEventListener("htmx:afterSettle", () => {
  const wrong = (results()?.dataset.errors ?? "").split(" ");
  for (const input of document.querySelectorAll("#filter-panel [name]")) {
    const bad = wrong.includes(input.name);
    input.toggleAttribute("aria-invalid", bad);
    if (bad) input.setAttribute("aria-invalid", "true");
    if (bad) input.setAttribute("aria-describedby", "filter-errors");
    else input.removeAttribute("aria-describedby");
  }
});

// --- keyboard --------------------------------------------------------------------------------------------------------

let going = false; // after g, the next letter names a tab
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  J: () => extend(step(1)),
  K: () => extend(step(-1)),
  o: () => focusedRow()?.querySelector(".open")?.click(),
  x: () => chooseFocused(focusedRow()),
  a: () => act("bulk-approve"),
  r: () => openMenu("bulk-reject", "textarea"),
  s: () => openMenu("bulk-assign", "select"),
  e: () => document.querySelector("[data-open=export-panel]").click(),
  f: () => openPanel(document.getElementById("filter-panel"), "input"),
  u: () => document.getElementById("file")?.click(),
  g: () => (going = true),
  "/": () => document.getElementById("search").focus(),
  "?": () => document.getElementById("shortcuts").showModal(),
  Escape: unchoose,
};

document.addEventListener("keydown", (event) => {
  if (event.target.type === "checkbox" && event.target.name === "pick" && !document.querySelector("dialog[open]")) return keys(event);
  if (!isTyping(event)) keys(event);
});

function keys(event) {
  if ((event.ctrlKey || event.metaKey) && event.key === "a" && focusedRow()) {
    event.preventDefault();
    return document.getElementById("choose-page").click();
  }
  if (!plainKey(event) || event.isComposing) return;
  const tab = going && document.querySelector(`[data-tab="${TABS[event.key]}"]`);
  going = false;
  const run = tab ? () => tab.click() : KEYS[event.key];
  if (!run || closing) return;
  if (event.target.closest("details.menu[open]")) return; // keys there belong to what is in it
  if (event.key !== "Escape") event.preventDefault();
  run();
}

// From the search straight to what was found, without Tab through all filters.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || event.target.id !== "search" || !plainKey(event)) return;
  event.preventDefault();
  step(1);
});

const focusedRow = () => document.activeElement.closest("tbody tr");

function step(by) {
  const rows = [...document.querySelectorAll(".documents tbody tr")];
  const from = focusedRow();
  const at = rows.indexOf(from);
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
  next?.querySelector(".open").focus();
  next?.scrollIntoView({ block: "nearest" });
  return [from, next];
}

// Without a choice, the key is meant for the document one stands on.
function ready() {
  if (!chosenIds().length && focusedRow()) chooseFocused(focusedRow());
  return chosenIds().length > 0;
}

function act(id) {
  if (ready()) document.getElementById(id)?.click();
}

function openMenu(id, field) {
  const menu = document.getElementById(id);
  if (menu && ready()) openPanel(menu, field);
}

function openPanel(menu, field) {
  menu.open = true;
  menu.querySelector(field)?.focus();
}

// Escape closes an open panel, gives the focus back to what opened it, and does nothing else then.
let closing = false;
document.addEventListener("keydown", (event) => {
  closing = event.key === "Escape" && Boolean(document.querySelector("details.menu[open], dialog[open]"));
  const menu = closing && event.target.closest("details.menu");
  if (menu?.open) menu.querySelector("summary").focus();
}, true);

// Rows are replaced while someone walks through them with the keyboard: keep their place, or the nearest that is left.
let kept = null;
document.addEventListener("htmx:beforeSwap", () => {
  const row = focusedRow();
  if (row) kept = { id: row.id, at: row.sectionRowIndex };
});
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const row = detail.elt.matches("#bulk") && document.querySelector('.documents [name="pick"]:checked')?.closest("tr");
  if (row) kept = { id: row.id, at: row.sectionRowIndex };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!kept || document.activeElement !== document.body) return;
  const rows = document.querySelectorAll(".documents tbody tr");
  const row = document.getElementById(kept.id) ?? rows[Math.min(kept.at, rows.length - 1)];
  row?.querySelector(".open").focus({ preventScroll: true });
  kept = null;
});
