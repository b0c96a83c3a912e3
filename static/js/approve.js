// Leaving the page: by a button only when everything is saved, and then once.
import { dirtyFields } from "./fields.js";
import { csrfToken, text, toast } from "./page.js";
import { flush, nothingToSave } from "./saving.js";

const SECOND_PRESS = 250; // ms: a key that was hit twice meant the document before
const PATIENCE = 20_000; // ms
const STAMP = "invoicelens:approved-at";

let leaving = false;
const form = () => document.getElementById("approve-form");

function leave() {
  leaving = true;
  setTimeout(() => (leaving = false), PATIENCE); // still here: the answer did not come
}

const tooSoon = () => Date.now() - Number(sessionStorage.getItem(STAMP) ?? 0) < SECOND_PRESS;

/** Approve by key, unless it is the tail of the press that approved the one before. */
export function approve() {
  if (!tooSoon()) form()?.requestSubmit();
}

/** By script, so that a server that is away leaves the person here instead of on an error page. */
async function send(sent) {
  if (leaving) return;
  leave();
  sessionStorage.setItem(STAMP, String(Date.now()));
  const body = new URLSearchParams(new FormData(sent));
  body.set("csrfmiddlewaretoken", csrfToken());
  try {
    const answer = await fetch(sent.action, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
    const said = await answer.json();
    if (answer.ok) return location.assign(said.next);
    if (answer.status === 401) toast(text("sessionEnded"), { error: true, link: [text("signIn"), text("signInUrl")] });
    else toast(said.error ?? text("failed"), { error: true });
  } catch {
    toast(document.getElementById("review").dataset.textNotApproved, { error: true });
  }
  leaving = false;
  sessionStorage.removeItem(STAMP);
}

export function startApproving() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.closest("#approve-form") && tooSoon()) event.preventDefault();
  });
  document.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (sent.matches(".field") || sent.method === "dialog" || event.defaultPrevented) return;
    if (leaving) return event.preventDefault();
    const approves = sent === form();
    if (nothingToSave() && !approves) return leave();
    event.preventDefault();
    if (!(await flush())) dirtyFields()[0]?.focus();
    else if (approves) await send(sent);
    else sent.requestSubmit(event.submitter);
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
