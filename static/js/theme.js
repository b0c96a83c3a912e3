// Runs before the first paint, so that a chosen theme does not flash; it is a classic script for that reason.
(() => {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();

// Pressed before the review's scripts run, its approval would leave behind what is typed and not saved yet: it waits for them.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "approve-form" || document.querySelector("#review[data-ready]")) return;
  event.preventDefault();
  if (form.dataset.waits) return;
  form.dataset.waits = "yes";
  let tries = 0;
  const timer = setInterval(() => {
    if (!document.querySelector("#review[data-ready]") && (tries += 1) < 200) return; // ten seconds: then without them
    clearInterval(timer);
    if (tries < 200) form.requestSubmit();
    else form.submit();
  }, 50);
}, true);
