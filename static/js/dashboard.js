// The dashboard: values at the pointer and at the focus, one tab stop a chart, arrow keys within, dates only when asked for.
document.documentElement.classList.add("js");

const tip = document.getElementById("tip");
const form = document.getElementById("board-filters");

function show(element) {
  if (!tip || !element) return hide();
  tip.textContent = element.dataset.tip;
  tip.hidden = false;
  const box = element.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, box.left + box.width / 2 - width / 2), innerWidth - width - 8);
  const top = box.top - height - 8 < 8 ? Math.min(box.bottom + 8, innerHeight - height - 8) : box.top - height - 8;
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}

function hide() {
  if (tip) tip.hidden = true;
}

document.addEventListener("pointerover", (event) => show(event.target.closest("[data-tip]")));
document.addEventListener("focusin", (event) => show(event.target.matches(":focus-visible") ? event.target.closest("[data-tip]") : null));
document.addEventListener("focusout", hide);
document.addEventListener("scroll", hide, { passive: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
  const hit = event.target.closest?.(".hit");
  if (hit) move(event, hit);
});

// Left and right lead to the same series beside it, up and down through the stack; Home and End to the ends.
function move(event, hit) {
  const all = [...hit.closest("[data-chart]").querySelectorAll(".hit")];
  const rows = [...new Set(all.map((other) => other.dataset.row))];
  const inRow = (key) => all.filter((other) => other.dataset.row === key);
  const beside = (step) => {
    const row = inRow(rows[rows.indexOf(hit.dataset.row) + step]);
    return row.find((other) => other.dataset.at === hit.dataset.at) ?? row[0];
  };
  const stack = inRow(hit.dataset.row);
  const flat = hit.closest(".bars");
  const along = stack[stack.indexOf(hit) + (event.key === (flat ? "ArrowRight" : "ArrowUp") ? 1 : -1)];
  const steps = {
    ArrowLeft: () => (flat ? along : beside(-1)),
    ArrowRight: () => (flat ? along : beside(1)),
    ArrowUp: () => (flat ? beside(-1) : along),
    ArrowDown: () => (flat ? beside(1) : along),
    Home: () => all[0],
    End: () => all.at(-1),
  };
  if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const next = steps[event.key]();
  if (!next) return;
  hit.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus({ focusVisible: true });
}

function oneStopEach(root) {
  for (const chart of root.querySelectorAll("[data-chart]")) {
    chart.querySelectorAll(".hit").forEach((hit, at) => hit.setAttribute("tabindex", at ? "-1" : "0"));
  }
}

function showDates() {
  const custom = form?.elements.period.value === "custom";
  for (const part of document.querySelectorAll("[data-custom]")) part.classList.toggle("on", custom);
}

form?.addEventListener("change", showDates);
document.addEventListener("htmx:afterSettle", (event) => oneStopEach(event.target));
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
showDates();
oneStopEach(document);
