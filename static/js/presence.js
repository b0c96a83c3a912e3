// Who else looks at this document, and whether they changed something: asked now and then while the page is seen.
import { csrfToken } from "./page.js";

const EVERY = 15_000; // ms

export function startPresence() {
  const note = document.getElementById("presence");
  if (!note) return;
  const { address, seen } = note.dataset;
  const link = note.querySelector("a");
  async function ask() {
    if (document.hidden) return;
    const body = new URLSearchParams({ seen });
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const found = await fetch(address, { method: "POST", body, headers }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    if (!found) return; // said elsewhere, when something is to be saved
    note.querySelector(".words").textContent = found.words;
    link.href = location.pathname + location.search;
    link.hidden = !found.newer;
    note.hidden = !found.words && !found.newer;
  }
  setTimeout(ask, 800);
  setInterval(ask, EVERY);
}
