// Leaving the page: by a button only when everything is saved, and then once.
import { dirtyFields } from "./fields.js";
import { flush, nothingToSave } from "./saving.js";

const SECOND_PRESS = 250; // ms: a key that was hit twice meant the document before
const STAMP = "invoicelens:approved-at";

let leaving = false;
const form = () => document.getElementById("approve-form");

function leave(from) {
  if (from === form()) sessionStorage.setItem(STAMP, String(Date.now()));
  leaving = true;
  setTimeout(() => (leaving = false), 10_000); // still here: the answer did not come
}

const tooSoon = () => Date.now() - Number(sessionStorage.getItem(STAMP) ?? 0) < SECOND_PRESS;

/** Approve by key, unless it is the tail of the press that approved the one before. */
export function approve() {
  if (!tooSoon()) form()?.requestSubmit();
}

export function startApproving() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.closest("#approve-form") && tooSoon()) event.preventDefault();
  });
  document.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (sent.matches(".field") || sent.method === "dialog" || event.defaultPrevented) return;
    if (leaving) return event.preventDefault();
    if (nothingToSave()) return leave(sent);
    event.preventDefault();
    if (await flush()) sent.requestSubmit(event.submitter);
    else dirtyFields()[0]?.focus();
  });
  addEventListener("beforeunload", (event) => {
    if (leaving || nothingToSave()) return;
    event.preventDefault();
    event.returnValue = "";
  });
  addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted) location.reload(); // as it was when it was left: it may be approved since
  });
}

export const approveButton = () => form()?.querySelector("button.primary") ?? null;
