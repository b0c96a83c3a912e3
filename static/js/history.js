// Who made what of a field, asked for when somebody wants to know.

export async function toggleHistory(field) {
  if (!field) return;
  const open = field.form.querySelector(".history");
  if (open) return open.remove();
  const box = Object.assign(document.createElement("div"), { className: "history" });
  box.setAttribute("aria-live", "polite");
  box.setAttribute("aria-busy", "true");
  field.form.append(box);
  try {
    const answer = await fetch(field.form.dataset.history, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const said = new DOMParser().parseFromString(await answer.text(), "text/html");
    box.replaceChildren(...said.body.childNodes);
  } catch {
    box.textContent = document.getElementById("review").dataset.textHistoryFailed;
  }
  box.removeAttribute("aria-busy");
  field.form.scrollIntoView({ block: "nearest" });
}
