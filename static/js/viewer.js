// The pages: boxes of the fields over the picture, zoom, and words that a click hands to the form.
import { fill } from "./page.js";
import { givePick, hintsAreDrawnBy } from "./picks.js";

const SVG = "http://www.w3.org/2000/svg";
const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4];

/** "page x0 y0 x1 y1" -> numbers, or null. */
export function parsePlace(words) {
  const [page, x0, y0, x1, y1] = (words || "").split(" ").map(Number);
  return words && Number.isFinite(y1) ? { page, x0, y0, x1, y1 } : null;
}

/** onPick(text, field) gets the words that were clicked and whose field's box that was; onHover(field) the pointer's. */
export function startViewer({ onPick, onHover }) {
  const scroll = document.getElementById("page-scroll");
  if (!scroll) return { draw() {}, activate() {}, hint() {}, zoom() {} };
  const pages = new Map([...scroll.querySelectorAll(".page")].map((figure) => [Number(figure.dataset.page), figure]));
  const boxes = new Map();
  let zoomed = 1;
  let active = "";
  let hintBox = null;

  function draw(fields) {
    boxes.forEach((rect) => rect.remove());
    boxes.clear();
    for (const { name, label, place, tone } of fields) {
      const rect = place && add(place, `place ${tone}`);
      if (!rect) continue;
      rect.dataset.field = name;
      rect.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: label }));
      rect.classList.toggle("active", name === active);
      boxes.set(name, rect);
    }
  }

  function add(place, classes) {
    const svg = pages.get(place.page)?.querySelector("svg");
    if (!svg) return null;
    const rect = document.createElementNS(SVG, "rect");
    const [dx, dy] = [0.003, 0.002]; // a little air around the letters
    const geometry = { x: place.x0 - dx, y: place.y0 - dy, width: place.x1 - place.x0 + 2 * dx, height: place.y1 - place.y0 + 2 * dy };
    for (const [name, value] of Object.entries(geometry)) rect.setAttribute(name, value);
    rect.setAttribute("class", classes);
    svg.append(rect);
    return rect;
  }

  function activate(name) {
    boxes.get(active)?.classList.remove("active");
    active = name;
    const rect = boxes.get(name);
    if (!rect) return;
    rect.classList.add("active");
    rect.parentNode.append(rect);
    if (scroll.clientWidth < 600 && zoomed === 1) zoom(2); // a phone: whole pages are too small to read
    bringIntoView(rect);
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
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
  }

  function hint(place) {
    hintBox?.remove();
    hintBox = place && add(place, "hint");
  }

  // --- zoom ---

  /** "in", "out", "fit", or a factor. */
  function zoom(way) {
    const now = ZOOMS.findIndex((step) => step >= zoomed - 0.001);
    zoomed = typeof way === "number" ? way : way === "fit" ? 1 : ZOOMS[Math.min(Math.max(now + (way === "in" ? 1 : -1), 0), ZOOMS.length - 1)];
    const center = (scroll.scrollTop + scroll.clientHeight / 2) / scroll.scrollHeight;
    scroll.style.setProperty("--zoom", zoomed);
    scroll.scrollTop = center * scroll.scrollHeight - scroll.clientHeight / 2;
    document.getElementById("zoom-level").textContent = `${Math.round(zoomed * 100)} %`;
  }
  document.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => zoom(button.dataset.zoom)));
  scroll.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? "in" : "out");
  }, { passive: false });

  // --- which page ---

  const number = document.getElementById("page-number");
  const showNumber = () => {
    const middle = scroll.getBoundingClientRect().top + scroll.clientHeight / 2;
    const at = [...pages.values()].filter((figure) => figure.getBoundingClientRect().top <= middle).length || 1;
    number.textContent = fill(number.dataset.text, { n: at, all: pages.size });
  };
  scroll.addEventListener("scroll", showNumber, { passive: true });
  showNumber();

  // --- words ---

  for (const figure of pages.values()) pickWords(figure, onPick);
  scroll.addEventListener("mouseover", (event) => onHover(event.target.dataset?.field ?? ""));

  hintsAreDrawnBy((place) => hint(parsePlace(place)));
  return { draw, activate, hint, zoom };
}

// A click takes the word under it, a drag all words between its ends; touch scrolls, so there only a tap counts.
function pickWords(figure, onPick) {
  const svg = figure.querySelector("svg");
  let lines = null;
  let start = null;
  const load = async () => (lines ??= await fetch(figure.dataset.words).then((answer) => (answer.ok ? answer.json() : { lines: [] })).then((found) => found.lines).catch(() => null));
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const clear = () => svg.querySelectorAll(".word").forEach((rect) => rect.remove());
  const show = (words) => {
    clear();
    for (const [, x0, y0, x1, y1] of words) {
      const rect = document.createElementNS(SVG, "rect");
      for (const [name, value] of Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 })) rect.setAttribute(name, value);
      rect.setAttribute("class", "word");
      svg.append(rect);
    }
  };
  const between = (from, to) => {
    const [x0, x1, y0, y1] = [Math.min(from.x, to.x), Math.max(from.x, to.x), Math.min(from.y, to.y), Math.max(from.y, to.y)];
    return (lines ?? []).flat().filter(([, a, b, c, d]) => a <= x1 && c >= x0 && b <= y1 && d >= y0);
  };
  svg.addEventListener("pointerenter", load);
  svg.addEventListener("pointerdown", async (event) => {
    if (event.button !== 0) return;
    start = { ...at(event), field: event.target.dataset.field ?? "" };
    if (event.pointerType !== "touch") {
      event.preventDefault(); // the field keeps the focus
      svg.setPointerCapture(event.pointerId);
    }
    await load();
  });
  svg.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch" && lines) show(between(start ?? at(event), at(event)));
  });
  svg.addEventListener("pointerup", async (event) => {
    if (!start) return;
    const [from, to] = [start, at(event)];
    start = null;
    await load();
    const words = between(from, to);
    const still = Math.hypot(to.x - from.x, to.y - from.y) < 0.01;
    const field = still ? from.field : "";
    if (!words.length && !field) return clear();
    const edge = (at, best) => best(...words.map((word) => word[at]));
    const box = words.length ? [edge(1, Math.min), edge(2, Math.min), edge(3, Math.max), edge(4, Math.max)] : null;
    const rows = (lines ?? []).map((line) => line.filter((word) => words.includes(word)).map(([word]) => word).join(" ")).filter(Boolean);
    const taken = givePick({ text: rows.join("\n"), page: Number(figure.dataset.page), box, field });
    if (!taken) onPick(rows.join(" "), field);
    clear();
  });
  svg.addEventListener("pointercancel", () => ((start = null), clear()));
  svg.addEventListener("pointerleave", () => start || clear());
}
