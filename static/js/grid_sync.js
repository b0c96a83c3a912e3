// Saving a table: only what changed, by itself, again when it fails; a draft on this machine until it is saved.
import { csrfToken, text, toast } from "./page.js";

const WAIT = 500; // ms after the last change
const AGAIN = 5000;

export class Sync {
  /** rowsNow() has the model's rows with what is being typed; onState(words, tone) shows how it stands; onAnswer() is called when the model took in an answer. */
  constructor({ model, rowsNow, url, revision, owner, texts, onState, onAnswer }) {
    Object.assign(this, { model, rowsNow, url, revision, texts, onState, onAnswer });
    this.draftName = `invoicelens:table:${owner}:${url}`;
    this.sending = null;
    this.trouble = "";
    addEventListener("online", () => this.trouble && this.send());
    addEventListener("focus", () => this.trouble && this.send()); // signed in again in another tab
    addEventListener("pagehide", () => this.parting());
  }

  /** Bring back what was not saved when this page was left; true if there was something. */
  restore() {
    const draft = read(this.draftName);
    if (![draft?.base, draft?.rows, draft?.marks].every(Array.isArray)) return false;
    const fresh = this.model.base;
    this.model.base = draft.base;
    this.model.rows = draft.rows;
    this.model.marks = new Map(draft.marks);
    this.model.rebase(fresh);
    if (!this.model.diff() && !this.model.stuck) return this.forget(), false;
    this.changed();
    return true;
  }

  /** Called after every change, also of a text that is still being typed. */
  changed() {
    const rows = this.rowsNow();
    const dirty = rows !== this.model.rows || this.model.diff() || this.model.stuck;
    if (dirty) write(this.draftName, { base: this.model.base, rows, marks: [...this.model.marks] });
    else this.forget();
    this.show();
    clearTimeout(this.timer);
    if (this.model.diff()) this.timer = setTimeout(() => this.send(), WAIT);
  }

  show() {
    const { texts } = this;
    if (this.sending) return this.onState(texts.saving, "");
    if (this.trouble) return this.onState(this.trouble, "bad");
    if (this.model.stuck) return this.onState(texts.stuck, "bad");
    if (this.model.diff()) return this.onState(texts.unsaved, "");
    return this.onState(this.savedOnce ? texts.saved : "", "ok");
  }

  send() {
    clearTimeout(this.timer);
    this.sending ??= this.exchange().finally(() => {
      this.sending = null;
      this.changed();
      if (this.trouble) clearTimeout(this.timer), this.retry && (this.timer = setTimeout(() => this.send(), AGAIN));
    });
    return this.sending;
  }

  async exchange() {
    const sent = this.model.diff();
    if (!sent) return;
    this.onState(this.texts.saving, "");
    const answer = await this.post(sent).catch(() => null);
    this.retry = !answer || answer.status >= 500;
    if (this.retry) return void (this.trouble = this.texts.offline);
    if (answer.status === 401) {
      toast(text("sessionEnded"), { error: true, link: [text("signIn"), text("signInUrl")] });
      return void (this.trouble = text("sessionEnded"));
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) return void (this.trouble = told.error ?? text("failed"));
    this.trouble = "";
    this.savedOnce = true;
    this.revision = told.revision;
    this.model.saved(sent, told);
    // What the server took and is different all the same would be sent for ever.
    if (JSON.stringify(this.model.diff()) === JSON.stringify(sent)) this.trouble = text("failed");
    this.onAnswer(told);
  }

  post(sent, options = {}) {
    return fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ ...sent, revision: this.revision }),
      ...options,
    });
  }

  /** The page is left: the draft is safe already, but a small change can still reach the server. */
  parting() {
    const sent = this.sending || this.trouble ? null : this.model.diff();
    if (sent && JSON.stringify(sent).length < 60_000) this.post(sent, { keepalive: true }).catch(() => {});
  }

  /** Save all there is; true when nothing is left to save. */
  async flush() {
    while (this.sending || (this.model.diff() && !this.trouble)) await this.send();
    return !this.model.diff() && !this.model.stuck;
  }

  get isDirty() {
    return Boolean(this.sending || this.model.diff() || this.model.stuck);
  }

  forget() {
    try {
      localStorage.removeItem(this.draftName);
    } catch { /* no storage: nothing was kept either */ }
  }
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function write(name, draft) {
  try {
    localStorage.setItem(name, JSON.stringify(draft));
  } catch { /* storage is full or forbidden: saving to the server goes on */ }
}
