// Changes on their way to the server: sent together, in order for each value, kept in the browser until they are answered.
import { csrfToken } from "./page.js";

const BATCH = 4; // some 20 ms each on the server: a request stays short, and others get their turn in between
const PAUSES = [1000, 2000, 5000, 10_000, 30_000];
const sameCell = (one, other) => one.invoice === other.invoice && one.field === other.field;

/**
 * startSettling({ url, user, onResult, onState }) -> { add, count }
 * A change is { invoice, field, act, seen, stamp, text }. onResult(change, result) tells what became of it, onState(words)
 * one of saving, saved, offline, session, failed.
 */
export function startSettling({ url, user, onResult, onState }) {
  const prefix = `doubts:${user}:`;
  const key = prefix + Math.random().toString(36).slice(2);
  const queue = [];
  let sending = false;
  let failures = 0;
  let timer = 0;

  const keep = () => (queue.length ? localStorage.setItem(key, JSON.stringify(queue)) : localStorage.removeItem(key));

  /** The first waiting change of each value: a later one of the same value builds on its answer. */
  function batch() {
    const chosen = [];
    for (const change of queue) if (!chosen.some((other) => sameCell(other, change))) chosen.push(change);
    return chosen.slice(0, BATCH);
  }

  async function send() {
    clearTimeout(timer);
    if (sending || !queue.length) return;
    sending = true;
    onState("saving");
    const chosen = batch();
    const trouble = await post(chosen);
    sending = false;
    if (!trouble) {
      failures = 0;
      return queue.length ? send() : onState("saved");
    }
    onState(trouble);
    if (trouble === "offline") timer = setTimeout(send, PAUSES[Math.min(failures, PAUSES.length - 1)]);
    failures += 1;
  }

  async function post(changes) {
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify({ changes }),
        signal: AbortSignal.timeout(30_000),
      });
      if (answer.status === 401) return "session";
      if (answer.status >= 500) return "offline";
      if (!answer.ok) return "failed";
      const { results } = await answer.json();
      results.forEach((result, at) => settle(changes[at], result));
      return "";
    } catch {
      return "offline";
    }
  }

  function settle(change, result) {
    queue.splice(queue.indexOf(change), 1);
    const later = queue.filter((other) => sameCell(other, change));
    if (result.outcome === "saved") {
      const next = later[0];
      if (next) Object.assign(next, { seen: result.value, stamp: result.stamp });
    } else {
      for (const other of later) queue.splice(queue.indexOf(other), 1); // they meant a value that is not there
    }
    keep();
    onResult(change, result, { more: later.length > 0 && result.outcome === "saved" });
  }

  /** What a closed tab or another visit could not send. A tab that lives holds a lock on its own, so it is waited for. */
  function adopt() {
    for (const name of Object.keys(localStorage).filter((other) => other.startsWith(prefix) && other !== key)) {
      if (navigator.locks) navigator.locks.request(name, () => take(name));
      else take(name); // not on a secure address: what is sent twice is done once
    }
  }

  function take(name) {
    try {
      queue.push(...(JSON.parse(localStorage.getItem(name)) ?? []).map((change) => ({ ...change, rescued: true })));
    } catch { /* nothing that we wrote */ }
    keep();
    localStorage.removeItem(name);
    send();
  }

  navigator.locks?.request(key, () => new Promise(() => {})); // as long as this tab lives
  adopt();
  for (const event of ["online", "focus", "pageshow"]) addEventListener(event, send);

  return {
    add(changes) {
      queue.push(...changes);
      keep();
      send();
    },
    count: () => queue.length,
  };
}
