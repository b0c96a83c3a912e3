// The inbox: keyboard, export panel; uploads live in upload.js.
import { fill, isTyping, plainKey } from "./page.js";
import { startUploads } from "./upload.js";

const results = () => document.getElementById("results");
const uploads = startUploads(() => document.body.dispatchEvent(new Event("refresh")));

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-pick]")) document.getElementById("file").click();
  if (event.target.closest("[data-open=export-panel]")) prepareExport();
});

// The panel says what it is about to write: the filter may have changed since the page was made.
function prepareExport() {
  const { query, count } = results().dataset;
  const form = document.getElementById("export-form");
  form.querySelectorAll("input[data-filter]").forEach((input) => input.remove());
  for (const [name, value] of new URLSearchParams(query)) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    input.dataset.filter = "";
    form.append(input);
  }
  const what = document.getElementById("export-what");
  what.textContent = fill(count === "1" ? what.dataset.one : what.dataset.many, { n: count });
}

document.getElementById("export-form").addEventListener("submit", () => {
  document.getElementById("export-panel").close();
  // A download tells no one that it is done; what it marked shows after the next look.
  for (const wait of [1500, 5000]) setTimeout(() => document.body.dispatchEvent(new Event("refresh")), wait);
});

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || !plainKey(event)) return;
  const act = { j: () => step(1), k: () => step(-1), "/": () => document.getElementById("search").focus(), u: () => uploads?.pick(), "?": showShortcuts }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function step(by) {
  const links = [...document.querySelectorAll(".documents .open")];
  const row = document.activeElement.closest("tr");
  const at = row ? links.findIndex((link) => row.contains(link)) : -1;
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function showShortcuts() {
  document.getElementById("shortcuts").showModal();
}

// Rows are replaced while someone walks through them with the keyboard: keep their place.
let focusedRow = "";
document.addEventListener("htmx:beforeSwap", () => (focusedRow = document.activeElement.closest("tr")?.id ?? ""));
document.addEventListener("htmx:afterSettle", () => {
  if (focusedRow && document.activeElement === document.body) document.getElementById(focusedRow)?.querySelector(".open")?.focus({ preventScroll: true });
});
