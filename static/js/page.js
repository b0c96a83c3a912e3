// What the modules share.

export const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

/** A translated sentence of base.html: text("offline"). */
export const text = (name) => document.getElementById("texts").dataset[name];

/** Fill {names} of a translated sentence. */
export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export function toast(message, { error = false, link = null } = {}) {
  if ([...document.querySelectorAll(".toast .text")].some((other) => other.textContent === message)) return;
  const note = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  note.classList.toggle("error", error);
  note.querySelector(".text").textContent = message;
  if (link) {
    const anchor = Object.assign(document.createElement("a"), { className: "button compact", textContent: link[0], href: link[1], target: "_blank" });
    note.querySelector(".text").after(anchor);
  }
  document.getElementById("toasts").append(note);
}

/** True while a key belongs to what is being typed or to an open dialog. */
export function isTyping(event) {
  return event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");
}

export const plainKey = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;
