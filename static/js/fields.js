// The fields of the form: what is stored, what stands in the input, and which of them needs a look.

class Field {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector(".input");
    this.name = form.dataset.field;
    this.label = form.dataset.label;
    this.trouble = ""; // why the last saving did not work: "", "offline", "session", "refused", "invalid", "conflict"
    this.base = null; // the stored value that a restored draft was typed over, where that is not the stored one
    this.unsent = null; // what else was to be sent (a confirmation, another value that was taken) and did not arrive
    this.settling = false; // confirmed, and the answer is not there yet
    this.sent = null; // what stood in the input when it was sent last
    const state = this.state;
    if ("error" in state.dataset) this.trouble = "invalid";
    if ("conflict" in state.dataset) this.trouble = "conflict";
    if (this.trouble) this.sent = this.input.value;
  }

  /** What the server says beside the input; replaced by each answer. */
  get state() {
    return this.form.querySelector(".state");
  }

  /** The canonical value that is stored: the server's word, not what stood in the input when the scripts started. */
  get stored() {
    return this.state.dataset.value;
  }

  /** Value, and whether a person stands behind it: what an undo goes back to. */
  get snapshot() {
    return { value: this.stored, human: "human" in this.state.dataset };
  }

  get dirty() {
    return this.input.value !== asShown(this.stored, this.input);
  }

  get needsALook() {
    if (this.settling) return false;
    const { check, error, conflict, human } = this.state.dataset;
    if (check !== undefined || error !== undefined || conflict !== undefined || this.dirty) return true;
    if (this.form.querySelector(".draft")) return true;
    return human === undefined && this.form.querySelector(".field-problems li") !== null;
  }

  get place() {
    return this.state.dataset.place;
  }

  show(text) {
    this.input.value = text;
  }

  focus() {
    const folded = this.form.closest("details:not([open])");
    if (folded) folded.open = true;
    this.input.focus({ preventScroll: true });
    this.input.select?.();
    this.form.scrollIntoView({ block: "nearest" });
  }
}

/** What an element makes of the lines of a text: an area keeps them, with \n between; an input drops their ends. */
const asShown = (text, input) => (input.matches("textarea") ? text.replace(/\r\n?/g, "\n") : text.replace(/[\r\n]/g, ""));

export const fields = [...document.querySelectorAll("form.field")].map((form) => new Field(form));
const byForm = new Map(fields.map((field) => [field.form, field]));
const byName = new Map(fields.map((field) => [field.name, field]));

export const fieldOf = (node) => byForm.get(node?.closest?.("form.field")) ?? null;
export const fieldNamed = (name) => byName.get(name) ?? null;
export const dirtyFields = () => fields.filter((field) => field.dirty || field.unsent);

/** The next field (1) or the one before (-1), of those that can be seen. */
export function neighbour(from, by) {
  const shown = fields.filter((field) => field === from || !field.form.closest("details:not([open])"));
  return shown[shown.indexOf(from) + by] ?? null;
}

/** The next field that needs a look, then those above it; null when none is left. */
export function nextToCheck(from, by = 1) {
  const at = fields.indexOf(from);
  const after = fields.slice(at + 1);
  const before = fields.slice(0, Math.max(at, 0));
  const circle = by > 0 ? [...after, ...before] : [...before.reverse(), ...after.reverse()];
  return circle.find((field) => field.needsALook) ?? null;
}

// --- the field in hand ------------------------------------------------------------------------------------------------

let inHand = null;
let pressed = false;
const followers = [];

export const handField = () => inHand;

/** follow(field) is called whenever another field comes into hand. */
export function followHand(follow) {
  followers.push(follow);
}

// What a field shows more than the others moves what is below it, so it waits until a press is over: a button must not
// slip away from under the pointer between down and up.
function show(field) {
  if (pressed || !field) return;
  for (const other of fields) other.form.classList.toggle("in-hand", other === field);
  for (const follow of followers) follow(field);
  field.form.scrollIntoView({ block: "nearest" });
}

/** Into hand without the focus: on a phone the focus would open a keyboard over half the window. */
export function takeInHand(field) {
  inHand = field;
  show(field);
}

export function startHand() {
  document.querySelector(".form-scroll")?.classList.add("calm");
  document.addEventListener("focusin", (event) => {
    const field = fieldOf(event.target);
    if (!field || field === inHand) return;
    inHand = field;
    show(field);
  });
  addEventListener("pointerdown", () => (pressed = true), true);
  for (const over of ["pointerup", "pointercancel"]) {
    addEventListener(over, () => setTimeout(() => {
      const waited = inHand && !inHand.form.classList.contains("in-hand");
      pressed = false;
      if (waited) show(inHand);
    }), true);
  }
}
