// Places on pages: fractions of the upright page, and how they are drawn.

const SVG = "http://www.w3.org/2000/svg";

/** "page x0 y0 x1 y1" -> numbers, or null. */
export function parsePlace(words) {
  const [page, x0, y0, x1, y1] = (words || "").split(" ").map(Number);
  return words && Number.isFinite(y1) ? { page, x0, y0, x1, y1 } : null;
}

/** A rectangle around a place, with a little air around the letters; appended to the page's overlay. */
export function drawBox(svg, { x0, y0, x1, y1 }, classes, [dx, dy] = [0.003, 0.002]) {
  const rect = document.createElementNS(SVG, "rect");
  const geometry = { x: x0 - dx, y: y0 - dy, width: x1 - x0 + 2 * dx, height: y1 - y0 + 2 * dy };
  for (const [name, value] of Object.entries(geometry)) rect.setAttribute(name, value);
  rect.setAttribute("class", classes);
  svg.append(rect);
  return rect;
}

/** Where the pointer is on the upright page, however the page is turned for the eye. `layer` covers the page. */
export function pointOn(layer, { clientX, clientY }) {
  const box = layer.getBoundingClientRect();
  const [u, v] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  const turn = Number(layer.closest("[data-turn]")?.dataset.turn ?? 0);
  const [x, y] = [[u, v], [v, 1 - u], [1 - u, 1 - v], [1 - v, u]][turn];
  return { x, y };
}

export function titled(rect, words) {
  rect.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: words }));
}

/** The smallest box around words [text, x0, y0, x1, y1, ...]. */
export function around(words) {
  return [1, 2].map((at) => Math.min(...words.map((word) => word[at])))
    .concat([3, 4].map((at) => Math.max(...words.map((word) => word[at]))));
}
