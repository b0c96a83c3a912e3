// The pages: boxes of the fields over the picture, zoom, turn, thumbnails. What is picked on them: words.js.
import { fill } from "./page.js";
import { hintsAreDrawnBy } from "./picks.js";
import { drawBox, parsePlace, titled } from "./places.js";
import { startGestures } from "./gestures.js";

export { parsePlace };

const ZOOMS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4, 6];
const NARROW = 600; // px: on a phone whole pages are too small to read
const NOTHING = { draw() {}, activate() {}, light() {}, hint() {}, zoom() {}, turn() {}, goBy() {}, pages: new Map() };
const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

/** onHover(field) is told whose box the pointer is over, "" for none's. */
export function startViewer({ onHover }) {
  const scroll = document.getElementById("page-scroll");
  if (!scroll) return NOTHING;
  const pages = new Map([...scroll.querySelectorAll(".page")].map((figure) => [Number(figure.dataset.page), figure]));
  const boxes = new Map();
  let zoomed = 1;
  let active = "";
  let hintBox = null;

  // --- boxes ---

  function draw(fields) {
    boxes.forEach((rect) => rect.remove());
    boxes.clear();
    for (const { name, label, place, tone } of fields) {
      const svg = pages.get(place?.page)?.querySelector("svg");
      if (!svg) continue;
      const rect = drawBox(svg, place, `place ${tone}`);
      rect.dataset.field = name;
      titled(rect, label);
      rect.classList.toggle("active", name === active);
      boxes.set(name, rect);
    }
    markThumbnails(fields);
  }

  function activate(name) {
    boxes.get(active)?.classList.remove("active");
    active = name;
    const rect = boxes.get(name);
    if (!rect) return;
    rect.classList.add("active");
    rect.parentNode.append(rect);
    if (scroll.clientWidth < NARROW && zoomed === 1) zoomTo(2);
    bringIntoView(rect);
  }

  function light(name) {
    boxes.forEach((rect, of) => rect.classList.toggle("lit", of === name));
  }

  // Only the pages move: scrollIntoView would move the whole window on a phone.
  function bringIntoView(rect) {
    const box = rect.getBoundingClientRect();
    const view = scroll.getBoundingClientRect();
    const margin = Math.min(60, view.height / 5);
    const inside = box.top >= view.top + margin && box.bottom <= view.bottom - margin && box.left >= view.left && box.right <= view.right;
    if (inside) return;
    scroll.scrollBy({
      top: box.top + box.height / 2 - view.top - view.height / 2,
      left: box.left < view.left || box.right > view.right ? box.left + box.width / 2 - view.left - view.width / 2 : 0,
      behavior: calm(),
    });
  }

  function hint(place) {
    hintBox?.remove();
    const at = parsePlace(place);
    const svg = at && pages.get(at.page)?.querySelector("svg");
    hintBox = svg ? drawBox(svg, at, "hint") : null;
  }

  // --- zoom ---

  /** The point of a page under `at` (of the window; the middle if none is given) stays there. */
  function zoomTo(factor, at = null) {
    const view = scroll.getBoundingClientRect();
    const [x, y] = at ?? [view.left + view.width / 2, view.top + view.height / 2];
    const figure = figureAt(y);
    const before = figure.getBoundingClientRect();
    const share = [(x - before.left) / before.width, (y - before.top) / before.height];
    zoomed = Math.min(Math.max(factor, ZOOMS[0]), ZOOMS.at(-1));
    scroll.style.setProperty("--zoom", zoomed);
    const after = figure.getBoundingClientRect();
    scroll.scrollLeft += after.left + share[0] * after.width - x;
    scroll.scrollTop += after.top + share[1] * after.height - y;
    document.getElementById("zoom-level").textContent = `${Math.round(zoomed * 100)} %`;
  }

  /** "in", "out", "width", "page", or how many times the width. */
  function zoom(way, at = null) {
    const now = ZOOMS.findIndex((step) => step >= zoomed - 0.001);
    if (way === "width") zoomTo(1, at);
    else if (way === "page") fitPage();
    else zoomTo(typeof way === "number" ? way : ZOOMS[Math.min(Math.max(now + (way === "in" ? 1 : -1), 0), ZOOMS.length - 1)], at);
  }

  function fitPage() {
    const figure = figureAt(scroll.getBoundingClientRect().top + scroll.clientHeight / 2);
    const room = scroll.clientHeight - 24;
    zoomTo((zoomed * room) / figure.getBoundingClientRect().height);
    scroll.scrollTop += figure.getBoundingClientRect().top - scroll.getBoundingClientRect().top - 12;
  }

  document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => zoom(button.dataset.zoom)));

  // --- turn, for the eye only ---

  function turn() {
    const quarter = (Number(scroll.dataset.turn ?? 0) + 1) % 4;
    for (const figure of pages.values()) {
      const picture = figure.querySelector("img");
      figure.style.setProperty("--aspect", picture.getAttribute("width") / picture.getAttribute("height"));
    }
    scroll.dataset.turn = quarter;
  }
  document.querySelector("[data-turn-pages]")?.addEventListener("click", turn);

  // --- which page ---

  const number = document.getElementById("page-number");
  const thumbnails = new Map([...document.querySelectorAll("[data-thumb]")].map((button) => [Number(button.dataset.thumb), button]));

  function figureAt(y) {
    const shown = [...pages.values()];
    return shown.findLast((figure) => figure.getBoundingClientRect().top <= y) ?? shown[0];
  }
  function current() {
    const view = scroll.getBoundingClientRect();
    return Number(figureAt(view.top + scroll.clientHeight / 2).dataset.page);
  }
  function goTo(page) {
    const figure = pages.get(page);
    if (figure) scroll.scrollBy({ top: figure.getBoundingClientRect().top - scroll.getBoundingClientRect().top - 8, behavior: calm() });
  }
  const goBy = (by) => goTo([...pages.keys()][[...pages.keys()].indexOf(current()) + by]);
  function showNumber() {
    const at = current();
    number.textContent = fill(number.dataset.text, { n: [...pages.keys()].indexOf(at) + 1, all: pages.size });
    thumbnails.forEach((button, page) => button.toggleAttribute("aria-current", page === at));
    thumbnails.get(at)?.scrollIntoView({ block: "nearest" });
  }
  function markThumbnails(fields) {
    thumbnails.forEach((button, page) => {
      const here = fields.filter(({ place }) => place?.page === page);
      button.dataset.tone = here.some(({ tone }) => tone === "bad" || tone === "check") ? "check" : here.length ? "ok" : "";
      button.querySelector(".fields").textContent = here.length || "";
    });
  }
  document.querySelectorAll("[data-page-by]").forEach((button) => button.addEventListener("click", () => goBy(Number(button.dataset.pageBy))));
  thumbnails.forEach((button, page) => button.addEventListener("click", () => goTo(page)));
  scroll.addEventListener("scroll", showNumber, { passive: true });
  showNumber();

  scroll.addEventListener("mouseover", (event) => onHover(event.target.dataset?.field ?? ""));
  startGestures(scroll, { zoom, zoomTo, zoomed: () => zoomed });
  hintsAreDrawnBy(hint);
  return { draw, activate, light, hint, zoom, turn, goBy, pages };
}
