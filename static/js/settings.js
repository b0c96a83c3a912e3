// Settings and profile: send a choice at once, copy a link, keep the theme.
document.documentElement.classList.add("js");
// On a phone the sections are a row that is wider than the screen.
document.querySelector(".settings-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-send]")) event.target.form.requestSubmit();
  if (event.target.name === "theme" && event.target.closest("[data-theme-choice]")) setTheme(event.target.value);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copy);
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
  } catch {
    document.execCommand("copy"); // without HTTPS there is no clipboard to write to
  }
  button.textContent = button.dataset.done;
});

const themes = document.querySelector("[data-theme-choice]");
if (themes) {
  themes.hidden = false;
  const kept = localStorage.getItem("theme") ?? "";
  const chosen = [...themes.querySelectorAll("input")].find((input) => input.value === kept);
  if (chosen) chosen.checked = true;
}

function setTheme(theme) {
  if (theme) {
    localStorage.setItem("theme", theme);
    document.documentElement.dataset.theme = theme;
  } else {
    localStorage.removeItem("theme");
    delete document.documentElement.dataset.theme;
  }
}
