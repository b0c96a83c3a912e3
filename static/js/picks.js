// Who gets what is picked on the pages. Usually the field in hand does; a part that works on something else (the grid of
// line items with a cell in hand) takes the picks over and gives them back when it is done:
//
//   import { takePicks, hint } from "./picks.js";
//   const release = takePicks(({ text, page, box, field }) => fillCell(text, `${page} ${box.join(" ")}`));
//   ...
//   release();
//
// text   the words in reading order, parted by spaces; a new line of the page is "\n" ("" where a box without words was clicked)
// page   the page's number as the viewer counts it, from 1
// box    [x0, y0, x1, y1] around the words, in fractions of the upright page
// field  the name of the header field whose box was clicked, or ""
//
// The last that took them gets them. hint(place) draws a box for a moment, such as under the pointer over a row: "page x0
// y0 x1 y1", or "" to take it away.
//
// After each value that was saved, `document` gets the event "invoicelens:values" with detail {field_name: canonical value}.

const takers = [];
let drawHint = () => {};

/** Register a handler for picks; the answer is a function that releases them. */
export function takePicks(handler) {
  takers.push(handler);
  return () => {
    const at = takers.indexOf(handler);
    if (at >= 0) takers.splice(at, 1);
  };
}

/** Hand a pick to whoever has the hand; true when somebody took it. */
export function givePick(pick) {
  takers.at(-1)?.(pick);
  return takers.length > 0;
}

export const hint = (place) => drawHint(place);

/** The viewer says how hints are drawn. */
export function hintsAreDrawnBy(draw) {
  drawHint = draw;
}
