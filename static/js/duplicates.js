// Two documents beside each other: they scroll and zoom in step, and keys decide.
import { isTyping, plainKey } from "./page.js";

const page = document.getElementById("compare");
const panes = [...page.querySelectorAll(".page-scroll")];
const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4];
let zoomed = 1;

// --- in step: by the share of what there is to scroll, so that pages of other sizes meet too ----------------------------

const share = (at, size, room) => (size > room ? at / (size - room) : 0);
let leader = null;
let resting = 0;

for (const pane of panes) {
  pane.addEventListener("scroll", () => {
    if (leader && leader !== pane) return; // it was moved by the other one
    leader = pane;
    clearTimeout(resting);
    resting = setTimeout(() => (leader = null), 120);
    for (const other of panes) {
      if (other === pane) continue;
      other.scrollTop = share(pane.scrollTop, pane.scrollHeight, pane.clientHeight) * (other.scrollHeight - other.clientHeight);
      other.scrollLeft = share(pane.scrollLeft, pane.scrollWidth, pane.clientWidth) * (other.scrollWidth - other.clientWidth);
    }
  }, { passive: true });
  pane.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? "in" : "out");
  }, { passive: false });
}

function zoom(way) {
  const now = ZOOMS.findIndex((step) => step >= zoomed - 0.001);
  zoomed = way === "fit" ? 1 : ZOOMS[Math.min(Math.max(now + (way === "in" ? 1 : -1), 0), ZOOMS.length - 1)];
  for (const pane of panes) {
    const middle = (pane.scrollTop + pane.clientHeight / 2) / pane.scrollHeight;
    pane.style.setProperty("--zoom", zoomed);
    pane.scrollTop = middle * pane.scrollHeight - pane.clientHeight / 2;
  }
  document.getElementById("zoom-level").textContent = `${Math.round(zoomed * 100)} %`;
}

// --- on narrow screens one part at a time -------------------------------------------------------------------------------

function show(part) {
  page.dataset.showing = part;
  for (const button of page.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === part));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.show) show(button.dataset.show);
  if (button?.dataset.zoom) zoom(button.dataset.zoom);
});

// A decision is sent once, however often the key is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return;
  if (page.dataset.decided) return event.preventDefault();
  page.dataset.decided = "yes";
});
addEventListener("pageshow", () => delete page.dataset.decided);

// --- keys -----------------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || !plainKey(event) || event.repeat && !event.key.startsWith("Arrow")) return;
  const scroll = (by) => panes[0]?.contains(document.activeElement) || panes[1]?.contains(document.activeElement) ? null : () => panes[0]?.scrollBy({ top: by });
  const press = page.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  const act = press ? () => press.click() : {
    n: () => document.getElementById("go-next")?.click(),
    Escape: () => document.getElementById("go-back").click(),
    "+": () => zoom("in"), "=": () => zoom("in"), "-": () => zoom("out"), 0: () => zoom("fit"),
    ArrowDown: scroll(80), ArrowUp: scroll(-80),
    "?": () => document.getElementById("shortcuts").showModal(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
