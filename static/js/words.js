// Words on the pages: a click takes the one under it, a drag all between its ends, in reading order. Whoever has the hand
// (picks.js) gets them; before, a note beside the pointer says what they would become.
import { givePick } from "./picks.js";
import { around, drawBox, pointOn } from "./places.js";

const PAUSE = 90; // ms that the pointer rests before the server is asked
const STILL = 0.01; // of the page: a click, not a drag

/** preview(text) resolves to {value}, {error} or null for nothing to say. */
export function startWords(pages, { preview }) {
  const bubble = startBubble(preview);
  for (const figure of pages.values()) pickWords(figure, bubble);
}

/** The words of lines that touch the rectangle between two points; a line for each line of the page. */
function between(lines, from, to) {
  const [x0, x1, y0, y1] = [Math.min(from.x, to.x), Math.max(from.x, to.x), Math.min(from.y, to.y), Math.max(from.y, to.y)];
  const touched = ([, a, b, c, d]) => a <= x1 && c >= x0 && b <= y1 && d >= y0;
  return (lines ?? []).map((line) => line.filter(touched)).filter((line) => line.length);
}

const textOf = (rows) => rows.map((line) => line.map(([word]) => word).join(" ")).join("\n");

function pickWords(figure, bubble) {
  const svg = figure.querySelector("svg");
  let lines = null;
  let start = null;
  let shown = "";
  const load = async () => (lines ??= await fetch(figure.dataset.words).then((answer) => (answer.ok ? answer.json() : { lines: [] })).then((found) => found.lines).catch(() => null));
  const clear = () => {
    svg.querySelectorAll(".word").forEach((rect) => rect.remove());
    bubble.hide();
    shown = "";
  };
  const show = (rows) => {
    const text = textOf(rows);
    const key = JSON.stringify(rows);
    if (key === shown) return;
    clear();
    shown = key;
    for (const [, x0, y0, x1, y1] of rows.flat()) drawBox(svg, { x0, y0, x1, y1 }, "word", [0, 0]);
    if (text) bubble.say(text, svg);
  };
  let last = null; // where the pointer is, while it is over this page
  const showAt = (event) => event.pointerType !== "touch" && lines && event.buttons !== 4 && show(between(lines, start ?? pointOn(svg, event), pointOn(svg, event)));
  svg.addEventListener("pointerenter", async (event) => {
    last = event;
    await load();
    if (last) showAt(last); // it rested there while the words came
  });
  svg.addEventListener("pointerdown", async (event) => {
    if (event.button !== 0) return;
    start = { ...pointOn(svg, event), field: event.target.dataset.field ?? "" };
    if (event.pointerType !== "touch") {
      event.preventDefault(); // the field keeps the focus
      svg.setPointerCapture(event.pointerId);
    }
    await load();
  });
  svg.addEventListener("pointermove", (event) => {
    last = event;
    showAt(event);
  });
  svg.addEventListener("pointerup", async (event) => {
    if (!start) return;
    const [from, to] = [start, pointOn(svg, event)];
    start = null;
    await load();
    const rows = between(lines, from, to);
    const still = Math.hypot(to.x - from.x, to.y - from.y) < STILL;
    const box = rows.length ? around(rows.flat()) : [from.x, from.y, to.x, to.y];
    const field = still ? from.field : "";
    if (rows.length || field) givePick({ text: textOf(rows), page: Number(figure.dataset.page), box, field });
    clear();
  });
  svg.addEventListener("pointercancel", () => ((start = null), clear()));
  svg.addEventListener("pointerleave", () => {
    last = null;
    if (!start) clear();
  });
}

// --- what it would become ---------------------------------------------------------------------------------------------

function startBubble(preview) {
  const note = document.getElementById("pick-note");
  let asked = 0;
  let timer = 0;
  const hide = () => {
    clearTimeout(timer);
    asked += 1;
    note.hidden = true;
  };
  const say = (text, svg) => {
    clearTimeout(timer);
    const mine = (asked += 1);
    timer = setTimeout(async () => {
      const found = await preview(text);
      if (mine !== asked || !found) return;
      note.dataset.tone = found.error ? "bad" : "";
      note.textContent = found.error ? `${oneLine(text)}: ${found.error}` : `${oneLine(text)} → ${found.value}`;
      note.hidden = false;
      place(note, svg);
    }, PAUSE);
  };
  return { hide, say };
}

const oneLine = (text) => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};

/** Above the marked words, or below where there is no room; inside the pages' pane. */
function place(note, svg) {
  const pane = note.offsetParent.getBoundingClientRect();
  const words = [...svg.querySelectorAll(".word")].map((rect) => rect.getBoundingClientRect());
  if (!words.length) return;
  const [top, bottom, left] = [Math.min(...words.map((box) => box.top)), Math.max(...words.map((box) => box.bottom)), Math.min(...words.map((box) => box.left))];
  const above = top - pane.top - note.offsetHeight - 6;
  note.style.top = `${above > 40 ? above : bottom - pane.top + 6}px`;
  note.style.left = `${Math.max(8, Math.min(left - pane.left, pane.width - note.offsetWidth - 8))}px`;
}
