// The guides themselves: lines over the page that a pointer drags and arrows move, and above them what a column means.
import { fill } from "./page.js";
import { pointOn } from "./places.js";

const STEP = 0.002; // of the page, for each press of an arrow; ten times that with Shift
const APART = 0.008; // borders never come closer
const KEYS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export class GuideLayer {
  /** `guides` as engine.guided.Guides has them; onChange() after each move. */
  constructor(guides, { words, columns, onChange }) {
    Object.assign(this, { words, columns, onChange, guides: structuredClone(guides) });
    this.layers = new Map();
    for (const figure of document.querySelectorAll(".page[data-page]")) {
      const layer = Object.assign(document.createElement("div"), { className: "guide-layer" });
      layer.addEventListener("pointerdown", (event) => this.press(event, Number(figure.dataset.page)));
      (figure.querySelector(".leaf") ?? figure).append(layer);
      this.layers.set(Number(figure.dataset.page), layer);
    }
    if (!this.layers.has(this.guides.page)) this.guides.page = Math.min(...this.layers.keys());
    this.draw();
    const frame = this.layers.get(this.guides.page)?.querySelector(".guide-frame");
    const scroll = document.getElementById("page-scroll");
    if (frame && scroll) scroll.scrollTop += frame.getBoundingClientRect().top - scroll.getBoundingClientRect().top - 90;
  }

  remove() {
    this.layers.forEach((layer) => layer.remove());
  }

  focus() {
    this.layers.get(this.guides.page)?.querySelector(".guide-border")?.focus({ preventScroll: true });
  }

  draw() {
    const { guides } = this;
    this.layers.forEach((layer, page) => {
      layer.replaceChildren();
      if (page < guides.page) return;
      const [top, bottom] = page === guides.page ? [guides.top, guides.bottom] : [0, 1];
      const frame = box(layer, "guide-frame", { left: guides.borders[0], top, width: guides.borders.at(-1) - guides.borders[0], height: bottom - top });
      frame.classList.toggle("goes-on", page !== guides.page);
      guides.borders.forEach((at, index) => {
        const line = box(layer, "guide-border", { left: at, top, height: bottom - top });
        if (page === guides.page) this.slider(line, fill(this.words.textBorder, { n: index + 1 }), at, "horizontal", (to) => this.moveBorder(index, to), () => this.dropBorder(index));
      });
      if (page !== guides.page) return;
      for (const [name, edge] of [["textTop", "top"], ["textBottom", "bottom"]]) {
        const line = box(layer, `guide-edge ${edge}`, { left: guides.borders[0], top: guides[edge], width: guides.borders.at(-1) - guides.borders[0] });
        this.slider(line, this.words[name], guides[edge], "vertical", (to) => this.moveEdge(edge, to));
      }
      guides.columns.forEach((meaning, index) => layer.append(this.chooser(meaning, index, top)));
    });
  }

  /** Make an element one that a pointer drags and arrows move. `move` gets where to, in fractions of the page. */
  slider(element, label, at, orientation, move, drop) {
    element.tabIndex = 0;
    for (const [name, value] of Object.entries({ role: "slider", "aria-label": label, "aria-orientation": orientation, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": (at * 100).toFixed(1) })) element.setAttribute(name, value);
    element.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      event.preventDefault();
      const layer = element.parentElement; // it stays, while every move draws what is in it anew
      const follow = (moved) => move(pointOn(layer, moved)[orientation === "horizontal" ? "x" : "y"]);
      this.drag(follow, label);
    });
    element.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (drop && (event.key === "Delete" || event.key === "Backspace")) return event.preventDefault(), drop();
      const way = KEYS[event.key];
      if (!way) return;
      event.preventDefault();
      move(at + way * STEP * (event.shiftKey ? 10 : 1));
      this.again(label);
    });
  }

  drag(follow, label) {
    const end = () => {
      removeEventListener("pointermove", follow);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      if (label) this.again(label);
    };
    addEventListener("pointermove", follow);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }

  // Every move draws anew, so the focus goes to the element that stands for the same guide now.
  again(label) {
    [...this.layers.values()].flatMap((layer) => [...layer.querySelectorAll("[role=slider]")]).find((other) => other.getAttribute("aria-label") === label)?.focus({ preventScroll: true });
  }

  changed() {
    this.draw();
    this.onChange();
  }

  moveBorder(index, to) {
    const { borders } = this.guides;
    const [least, most] = [(borders[index - 1] ?? -APART) + APART, (borders[index + 1] ?? 1 + APART) - APART];
    borders[index] = Math.max(least, Math.min(to, most));
    this.changed();
  }

  moveEdge(edge, to) {
    const { guides } = this;
    guides[edge] = edge === "top" ? Math.max(0, Math.min(to, guides.bottom - APART)) : Math.min(1, Math.max(to, guides.top + APART));
    this.changed();
  }

  /** In the widest column, or where `at` says. The left part keeps its meaning. */
  addBorder(at) {
    const { borders, columns } = this.guides;
    const widths = columns.map((_, index) => borders[index + 1] - borders[index]);
    const index = at === undefined ? widths.indexOf(Math.max(...widths)) : borders.findIndex((border) => border > at) - 1;
    const place = at ?? (borders[index] + borders[index + 1]) / 2;
    if (index < 0 || place - borders[index] < APART || borders[index + 1] - place < APART) return;
    borders.splice(index + 1, 0, place);
    columns.splice(index + 1, 0, "");
    this.changed();
    this.again(fill(this.words.textBorder, { n: index + 2 }));
  }

  dropBorder(index) {
    const { borders, columns } = this.guides;
    if (columns.length < 2) return;
    const gone = Math.max(0, index - 1); // an inner border's columns become one, with the meaning that there is
    if (index > 0 && index < borders.length - 1) columns.splice(gone, 2, columns[gone] || columns[gone + 1]);
    else columns.splice(index === 0 ? 0 : columns.length - 1, 1);
    borders.splice(index, 1);
    this.changed();
    this.again(fill(this.words.textBorder, { n: Math.max(1, index) }));
  }

  chooser(meaning, index, top) {
    const { borders, columns } = this.guides;
    const select = document.createElement("select");
    select.className = "guide-meaning";
    select.setAttribute("aria-label", fill(this.words.textMeaning, { n: index + 1 }));
    select.append(new Option(this.words.textNone, ""), ...this.columns.map(({ name, label }) => new Option(label, name)));
    select.value = meaning;
    select.classList.toggle("unnamed", !meaning);
    placed(select, { left: borders[index], top, width: borders[index + 1] - borders[index] });
    select.addEventListener("pointerdown", (event) => event.stopPropagation());
    select.addEventListener("change", () => {
      const other = columns.indexOf(select.value);
      if (select.value && other >= 0) columns[other] = ""; // a meaning belongs to one column
      columns[index] = select.value;
      this.changed();
      [...this.layers.get(this.guides.page).querySelectorAll("select")][index].focus({ preventScroll: true });
    });
    return select;
  }

  // On the page itself: a drag marks the table anew, a click inside it adds a border.
  press(event, page) {
    if (event.button !== 0) return;
    const at = (pointer) => pointOn(this.layers.get(page), pointer);
    const start = at(event);
    let drawn = false;
    const old = structuredClone(this.guides);
    const follow = (moved) => {
      const end = at(moved);
      if (!drawn && Math.hypot(end.x - start.x, end.y - start.y) < 0.03) return;
      drawn = true;
      this.region(old, page, start, end);
    };
    const up = () => {
      removeEventListener("pointerup", up);
      const { guides } = this;
      const inside = page === guides.page && start.y > guides.top && start.y < guides.bottom && start.x > guides.borders[0] && start.x < guides.borders.at(-1);
      if (!drawn && inside) this.addBorder(start.x);
    };
    if (event.pointerType !== "touch") event.preventDefault();
    this.drag(follow);
    addEventListener("pointerup", up);
  }

  region(old, page, start, end) {
    const [left, right] = [Math.min(start.x, end.x), Math.max(start.x, end.x)].map((x) => Math.max(0, Math.min(1, x)));
    const [top, bottom] = [Math.min(start.y, end.y), Math.max(start.y, end.y)].map((y) => Math.max(0, Math.min(1, y)));
    if (right - left < APART * old.borders.length * 2 || bottom - top < APART) return;
    // Borders that stand inside stay where they are; where none does, all are spread over the new table.
    const inner = old.borders.slice(1, -1).filter((x) => x > left + APART && x < right - APART);
    const [from, to] = [old.borders[0], old.borders.at(-1)];
    const borders = inner.length ? [left, ...inner, right] : old.borders.map((x) => left + ((x - from) / (to - from)) * (right - left));
    const meant = (at) => old.columns[Math.max(0, Math.min(old.borders.findIndex((x) => x > at), old.borders.length - 1) - 1)] ?? "";
    const columns = inner.length ? inner.map((x, index) => meant((borders[index] + x) / 2)).concat(meant((inner.at(-1) + right) / 2)) : old.columns;
    Object.assign(this.guides, { page, top, bottom, borders, columns: columns.map((name, index) => (columns.indexOf(name) === index ? name : "")) });
    this.changed();
  }
}

// The policy forbids style attributes, not properties that a script sets.
function placed(element, places) {
  for (const [name, value] of Object.entries(places)) element.style[name] = `${(value * 100).toFixed(3)}%`;
  return element;
}

function box(layer, classes, places) {
  const element = placed(Object.assign(document.createElement("div"), { className: classes }), places);
  layer.append(element);
  return element;
}
