// Hands on the pages: drag with the middle button or the space bar, wheel, two fingers, double click.
import { isTyping } from "./page.js";

export function startGestures(scroll, { zoom, zoomTo, zoomed }) {
  scroll.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomTo(zoomed() * Math.exp(-Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 100) / 400), [event.clientX, event.clientY]);
  }, { passive: false });
  dragToPan(scroll);
  pinchToZoom(scroll, { zoomTo, zoomed });
  // On a word a click has picked it already; beside the words nothing was meant but a closer look.
  scroll.addEventListener("dblclick", (event) => {
    if (!event.target.closest(".page") || event.target.closest(".page").querySelector(".word")) return;
    zoom(zoomed() < 1.9 ? 2 : "width", [event.clientX, event.clientY]);
  });
}

function dragToPan(scroll) {
  let over = false;
  let from = null;
  scroll.addEventListener("pointerenter", () => (over = true));
  scroll.addEventListener("pointerleave", () => (over = false));
  // The space bar belongs to the pages while the pointer is over them, also with a button in focus.
  addEventListener("keydown", (event) => {
    if (event.key !== " " || !over || isTyping(event)) return;
    event.preventDefault();
    scroll.classList.add("panning");
  }, true);
  addEventListener("keyup", (event) => {
    if (event.key !== " " || !scroll.classList.contains("panning")) return;
    event.preventDefault();
    scroll.classList.remove("panning");
  }, true);
  scroll.addEventListener("pointerdown", (event) => {
    if (event.button !== 1 && !(event.button === 0 && scroll.classList.contains("panning"))) return;
    event.preventDefault();
    event.stopPropagation(); // picks no words
    from = [event.clientX + scroll.scrollLeft, event.clientY + scroll.scrollTop];
    scroll.setPointerCapture(event.pointerId);
  }, true);
  scroll.addEventListener("pointermove", (event) => {
    if (!from) return;
    scroll.scrollLeft = from[0] - event.clientX;
    scroll.scrollTop = from[1] - event.clientY;
  }, true);
  for (const over of ["pointerup", "pointercancel"]) scroll.addEventListener(over, () => (from = null), true);
}

function pinchToZoom(scroll, { zoomTo, zoomed }) {
  let start = null;
  const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  scroll.addEventListener("touchstart", (event) => {
    if (event.touches.length === 2) start = { spread: spread(event.touches), zoom: zoomed() };
  }, { passive: true });
  scroll.addEventListener("touchmove", (event) => {
    if (!start || event.touches.length !== 2) return;
    event.preventDefault();
    const [a, b] = event.touches;
    zoomTo(start.zoom * spread(event.touches) / start.spread, [(a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2]);
  }, { passive: false });
  for (const end of ["touchend", "touchcancel"]) scroll.addEventListener(end, (event) => event.touches.length < 2 && (start = null));
}
