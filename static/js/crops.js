// Pieces of a page's picture beside the form, so that the eye need not look for them on the page.
import { parsePlace } from "./places.js";

const TEXT = 17; // px: how tall the printed words are shown
const AIR = 0.4; // around the words, in heights of them
const SHARE = 0.55; // of a button's width; the value stands beside it
const SMALLEST = 0.006; // of a page: a box that is thinner was not measured well

/** Fill every .crop inside `within` from the picture of its page; one without a place or a picture hides. */
export function drawCrops(within) {
  for (const crop of within.querySelectorAll(".crop")) {
    const place = parsePlace(crop.dataset.place);
    const picture = place && document.querySelector(`.page[data-page="${place.page}"] img`);
    crop.hidden = !picture;
    if (picture) cut(crop, picture, place);
  }
}

function cut(crop, picture, place) {
  const ratio = picture.height ? Number(picture.getAttribute("width")) / Number(picture.getAttribute("height")) : 0.7;
  const lines = Math.max(1, Math.round((place.y1 - place.y0) / 0.016)); // of an address; each gets its height
  const tall = Math.max(place.y1 - place.y0, SMALLEST);
  const pageHeight = (TEXT * Math.min(lines, 4)) / tall;
  const pageWidth = pageHeight * ratio;
  const air = AIR * TEXT;
  const most = (crop.parentElement.clientWidth || 300) * (crop.closest(".chip") ? SHARE : 1);
  const width = Math.min((place.x1 - place.x0) * pageWidth + 4 * air, most);
  const height = tall * pageHeight + 2 * air;
  Object.assign(crop.style, {
    width: `${width}px`,
    height: `${height}px`,
    backgroundImage: `url("${picture.currentSrc || picture.src}")`,
    backgroundSize: `${pageWidth}px ${pageHeight}px`,
    backgroundPosition: `${2 * air - place.x0 * pageWidth}px ${air - place.y0 * pageHeight}px`,
  });
}
