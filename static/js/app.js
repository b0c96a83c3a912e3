// On every page: theme, panels, messages, shortcuts overlay, and what htmx must know.
import { csrfToken, text, toast } from "./page.js";

const NEXT_THEME = { light: "dark", dark: "light" };

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  document.querySelectorAll("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  if (!button) return;
  if ("themeToggle" in button.dataset) switchTheme();
  if ("shortcuts" in button.dataset) document.getElementById("shortcuts")?.showModal();
  if ("dismiss" in button.dataset) button.closest(".toast").remove();
  if ("close" in button.dataset) button.closest("dialog").close();
  if (button.dataset.open) document.getElementById(button.dataset.open)?.showModal();
});

// The second half of a double click would send twice, or press what has come under the pointer since: the next invoice's
// button, the next row's. What is meant to be pressed again and again says so.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("form button:not([data-repeat])")) event.preventDefault();
}, true);

function switchTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = NEXT_THEME[document.documentElement.dataset.theme || system];
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
});

// Another tab may have signed in anew: the cookie's token is right when the form's is not.
document.addEventListener("submit", (event) => {
  const token = event.target.elements?.csrfmiddlewaretoken;
  if (token && csrfToken()) token.value = csrfToken();
});
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") detail.parameters.csrfmiddlewaretoken = csrfToken();
});

// An answer that is not wanted inside the page becomes a message over it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt, requestConfig } = event.detail;
  if (xhr.status < 400) return;
  event.detail.shouldSwap = xhr.status < 500 && xhr.status !== 401 && "inlineErrors" in requestConfig.elt.dataset;
  if (xhr.status === 401) return toast(text("sessionEnded"), { error: true, link: [text("signIn"), text("signInUrl")] });
  if (event.detail.shouldSwap || requestConfig.verb === "get") return;
  const said = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[role=alert]");
  toast(said ? said.textContent.trim() : text("failed"), { error: true });
});
document.addEventListener("htmx:sendError", ({ detail }) => {
  if (detail.requestConfig.verb !== "get") toast(text("offline"), { error: true });
});

// Messages go by themselves, errors stay; nothing disappears from under a pointer or a keyboard.
const toasts = document.getElementById("toasts");
function letGo(note) {
  setTimeout(() => (note.matches(":hover, :focus-within") ? letGo(note) : note.remove()), 15_000);
}
toasts.querySelectorAll(".toast:not(.error)").forEach(letGo);
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const note of addedNodes) if (note.matches?.(".toast:not(.error)")) letGo(note);
}).observe(toasts, { childList: true });
