// Arranging pages: keys, pointer and search act on the model; nothing reaches the server before Apply.
import { startModel } from "./arrange-model.js";
import { startView } from "./arrange-view.js";
import { csrfToken, fill, isTyping, text, toast } from "./page.js";

const page = document.getElementById("arrange");
const texts = page.dataset;
const editable = texts.editable === "true";
const given = JSON.parse(document.getElementById("arrange-data").textContent);
const draftName = `arrange-${given.invoice}`;
const model = startModel(given.documents);
const view = startView(model, texts, editable && given.documents.length > 0);
const refusal = document.getElementById("refusal");
let applying = false;

// --- what shows ------------------------------------------------------------------------------------------------------

function show() {
  for (const key of model.selected) if (!model.order().includes(key)) model.selected.delete(key);
  view.draw();
  if (!editable || !given.documents.length) return;
  const changed = model.changed();
  const again = model.state.groups.filter((group) => !model.isUnchanged(group)).length;
  const left = model.state.out.length;
  document.getElementById("plan").textContent = !changed ? texts.textNone
    : fill(texts.textPlan, { n: model.state.groups.length, changed: again }) + (left ? ` · ${fill(texts.textOut, { n: left })}` : "");
  document.getElementById("selected").textContent = model.selected.size > 1 ? fill(texts.textSelected, { n: model.selected.size }) : "";
  document.getElementById("apply").disabled = document.getElementById("discard").disabled = !changed || applying;
  const can = { undo: model.canUndo, redo: model.canRedo };
  for (const [name, possible] of Object.entries(can)) document.querySelector(`[data-act="${name}"]`).disabled = !possible;
}

function keep() {
  if (model.changed() || model.canUndo) localStorage.setItem(draftName, JSON.stringify(model.draft()));
  else localStorage.removeItem(draftName);
}

function after(done) {
  if (done) {
    refusal.hidden = true;
    keep();
  }
  show();
  return done;
}

function refuse(message) {
  refusal.querySelector("span").textContent = message;
  refusal.hidden = false;
  refusal.scrollIntoView({ block: "nearest" });
}

// --- the draft that a closed tab left --------------------------------------------------------------------------------

async function resume() {
  const draft = JSON.parse(localStorage.getItem(draftName) ?? "null");
  if (!draft || !editable) return;
  const missing = Object.keys(draft.seen).filter((id) => !model.known.has(Number(id)));
  if (missing.length) for (const document of await documents(missing.map((id) => ["id", id]))) model.add(document);
  const fits = [...model.known.values()].every((one) => draft.seen[one.id] === one.state) && Object.keys(draft.seen).every((id) => model.known.has(Number(id)));
  if (!fits) {
    localStorage.removeItem(draftName);
    return toast(texts.textStale, { error: true });
  }
  model.resume(draft);
  if (model.changed()) toast(texts.textRestored);
  show();
}

// --- apply -----------------------------------------------------------------------------------------------------------

async function apply() {
  if (applying || !model.changed()) return;
  if (!model.state.groups.length) return refuse(texts.textEmpty);
  applying = true;
  show();
  document.getElementById("plan").textContent = texts.textApplying;
  const answer = await send().catch(() => null);
  if (answer?.ok) {
    localStorage.removeItem(draftName);
    location.assign((await answer.json()).url);
    return;
  }
  applying = false;
  show();
  if (!answer) return refuse(text("offline"));
  if (answer.status === 401) return toast(text("sessionEnded"), { error: true, link: [text("signIn"), text("signInUrl")] });
  refuse((await answer.json().catch(() => ({}))).error ?? text("failed"));
}

function send() {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", csrfToken());
  body.append("arrangement", JSON.stringify(model.request()));
  return fetch(texts.apply, { method: "POST", body, headers: { Accept: "application/json" } });
}

// --- commands --------------------------------------------------------------------------------------------------------

const acts = {
  undo: () => after(model.undo()),
  redo: () => after(model.redo()),
  split: () => after(model.split()),
  merge: () => after(model.merge()),
  earlier: () => after(model.shift(-1)),
  later: () => after(model.shift(1)),
  before: () => after(model.toGroup(-1)),
  behind: () => after(model.toGroup(1)),
  rotate: () => after(model.rotate()),
  back: () => after(model.rotate(undefined, -90)),
  remove: () => after(model.remove()),
  discard: () => after(model.discard()),
  view: () => preview(),
  add: () => openSearch(),
  apply,
};

document.addEventListener("click", (event) => {
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (act) return acts[act]();
  const merging = event.target.closest("[data-merge]");
  if (merging) return after(model.merge(merging.closest(".group-box").at));
  const tile = event.target.closest(".tile");
  if (!tile) return;
  const key = tile.dataset.key;
  const own = event.target.closest("[data-tile]")?.dataset.tile;
  model.focus = key;
  if (own === "view") return show(), preview();
  if (!editable) return show();
  if (own) return after({ split: () => model.split(key), rotate: () => model.rotate([key]), remove: () => model.remove([key]) }[own]());
  if (event.detail === 0) return; // Enter and Space have keys of their own
  choose(key, event);
});
document.addEventListener("dblclick", (event) => event.target.closest(".face") && preview());

/** A click selects one, with Ctrl one more, with Shift all up to it; on a touch screen each tap one more. */
function choose(key, event) {
  if (model.lockedKey(key)) {
    toast(fill(texts.textLocked, { reason: model.pages.get(key).document.locked }));
    return show();
  }
  const more = event.ctrlKey || event.metaKey || event.pointerType === "touch";
  if (event.shiftKey && model.selected.size) reach(key);
  else if (more) toggle(key);
  else {
    const alone = model.selected.size === 1 && model.selected.has(key);
    model.selected.clear();
    if (!alone) model.selected.add(key);
  }
  show();
  view.focusTile();
}

function toggle(key) {
  if (model.lockedKey(key)) return;
  if (!model.selected.delete(key)) model.selected.add(key);
}

function reach(key) {
  const order = model.order();
  const last = order.indexOf([...model.selected].at(-1));
  const [from, to] = [last, order.indexOf(key)].sort((one, other) => one - other);
  for (const between of order.slice(from, to + 1)) if (!model.lockedKey(between)) model.selected.add(between);
}

function go(to, event) {
  if (!to) return;
  if (event.shiftKey && editable) {
    if (!model.selected.size) toggle(model.focus);
    reach(to);
  }
  model.focus = to;
  show();
  view.focusTile();
}

function step(by) {
  const order = model.order();
  return order[order.indexOf(model.focus) + by] ?? "";
}

const WAYS = {
  ArrowLeft: { go: () => step(-1), move: "earlier" },
  ArrowRight: { go: () => step(1), move: "later" },
  ArrowUp: { go: () => view.vertical(-1), move: "before" },
  ArrowDown: { go: () => view.vertical(1), move: "behind" },
  Home: { go: () => model.order()[0] },
  End: { go: () => model.order().at(-1) },
};
const LETTERS = { s: "split", m: "merge", r: "rotate", R: "back", v: "view", a: "add", Delete: "remove", Backspace: "remove" };

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return previewKey(event);
  if (isTyping(event)) return;
  const control = event.ctrlKey || event.metaKey;
  const onTile = event.target.closest(".face");
  if (event.key === "Enter" && (control || onTile) && editable) return event.preventDefault(), event.repeat || apply();
  if (control && event.key.toLowerCase() === "z") return event.preventDefault(), acts[event.shiftKey ? "redo" : "undo"]();
  if (control && event.key === "y") return event.preventDefault(), acts.redo();
  const way = WAYS[event.key];
  if (way && (onTile || event.target === document.body || event.target.id === "main")) {
    event.preventDefault();
    if (!control && !event.altKey) return go(way.go(), event);
    if (way.move && editable) acts[way.move]();
    return view.focusTile();
  }
  if (control || event.altKey) return;
  if (event.key === " " && onTile) {
    event.preventDefault();
    if (editable) toggle(onTile.closest(".tile").dataset.key);
    return show();
  }
  if (event.key === "Escape" && model.selected.size) return model.selected.clear(), show();
  if (event.key === "?") return document.getElementById("shortcuts").showModal();
  const act = LETTERS[event.key];
  if (!act || (!editable && act !== "view")) return;
  event.preventDefault();
  acts[act]();
  if (act !== "view" && act !== "add") view.focusTile();
});
document.addEventListener("focusin", (event) => {
  const key = event.target.closest?.(".tile")?.dataset.key;
  if (!key || key === model.focus) return;
  model.focus = key;
  show();
});

// --- drag and drop ---------------------------------------------------------------------------------------------------

let lifted = [];
const marks = () => document.querySelectorAll(".tile.before, .tile.after, .here");
const unmark = () => marks().forEach((one) => one.classList.remove("before", "after", "here"));

document.addEventListener("dragstart", (event) => {
  const key = event.target.closest?.(".tile")?.dataset.key;
  if (!key || !editable || model.lockedKey(key)) return;
  if (!model.selected.has(key)) model.selected.clear();
  lifted = model.selected.has(key) ? model.meant() : [key];
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", lifted.map(view.nameOf).join("\n"));
  requestAnimationFrame(() => {
    page.classList.add("dragging");
    lifted.forEach((one) => view.tileOf(one).classList.add("lifted"));
  });
});

/** Where a drop would put the pages: {tile, after}, {newAt}, or {out}; null where it would do nothing. */
function placeAt(event) {
  const tray = event.target.closest?.("#tray");
  if (tray) return { mark: tray, out: true };
  const gap = event.target.closest?.(".gap");
  if (gap) return { mark: gap, newAt: gap.at };
  const box = event.target.closest?.(".group-box:not(.locked)");
  if (!box) return null;
  const tile = event.target.closest(".tile") ?? [...box.querySelectorAll(".tile")].at(-1);
  const { left, width } = tile.getBoundingClientRect();
  return { mark: tile, beside: tile.dataset.key, after: event.clientX > left + width / 2 };
}

document.addEventListener("dragover", (event) => {
  if (!lifted.length) return;
  unmark();
  const place = placeAt(event);
  if (!place) return;
  event.preventDefault();
  place.mark.classList.add(place.beside ? (place.after ? "after" : "before") : "here");
});
document.addEventListener("drop", (event) => {
  const place = lifted.length && placeAt(event);
  if (!place) return;
  event.preventDefault();
  const keys = lifted;
  if (place.out) after(model.remove(keys.filter((key) => !model.state.out.includes(key))));
  else after(model.moveTo(keys, place));
});
document.addEventListener("dragend", () => {
  lifted.forEach((one) => view.tileOf(one).classList.remove("lifted"));
  lifted = [];
  unmark();
  page.classList.remove("dragging");
});

// --- a page at full size ---------------------------------------------------------------------------------------------

const dialog = document.getElementById("preview");
let looked = "";

function preview() {
  const shown = model.pages.get(model.focus);
  if (!shown?.image) return;
  looked = model.focus;
  const turn = model.state.turns[looked];
  const image = dialog.querySelector("img");
  image.src = shown.image;
  image.alt = document.getElementById("preview-title").textContent = view.nameOf(model.focus);
  image.className = turn ? `turn-${turn}` : "";
  if (!dialog.open) dialog.showModal();
}

function turnOver(way) {
  if (way === "r") editable && acts.rotate();
  else model.focus = step(Number(way)) || model.focus;
  show();
  preview();
}

function previewKey(event) {
  if (!dialog.open) return;
  const way = { ArrowLeft: -1, ArrowRight: 1, r: "r" }[event.key];
  if (event.key === "v") return dialog.close();
  if (!way) return;
  event.preventDefault();
  turnOver(way);
}
dialog.addEventListener("click", (event) => {
  const way = event.target.closest("[data-preview]")?.dataset.preview;
  if (way) turnOver(way);
});
// The browser gives the focus back to where it was when the picture opened; the page shown last has it from now on.
dialog.addEventListener("close", () => {
  model.focus = looked;
  show();
  view.focusTile();
});

// --- another document ------------------------------------------------------------------------------------------------

const panel = document.getElementById("add-panel");
const search = document.getElementById("add-search");
const found = document.getElementById("found");
const note = document.getElementById("found-note");
let asked = 0;

async function documents(pairs) {
  const answer = await fetch(`${texts.documents}?${new URLSearchParams(pairs)}`, { headers: { Accept: "application/json" } });
  return answer.ok ? (await answer.json()).documents : [];
}

function openSearch() {
  panel.showModal();
  search.select();
  look();
}

async function look() {
  const mine = (asked += 1);
  note.textContent = texts.textSearching;
  const results = await documents([["q", search.value], ...[...model.known.keys()].map((id) => ["without", id])]).catch(() => null);
  if (mine !== asked) return;
  note.textContent = results === null ? text("offline") : results.length ? "" : texts.textNothing;
  found.replaceChildren(...(results ?? []).map(resultOf));
}

function resultOf(one) {
  const row = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button" });
  const image = Object.assign(document.createElement("img"), { alt: "", loading: "lazy" });
  if (one.pages[0].thumb) image.src = one.pages[0].thumb;
  const words = Object.assign(document.createElement("span"), { className: "words" });
  words.append(
    Object.assign(document.createElement("strong"), { className: "truncate", textContent: one.name }),
    Object.assign(document.createElement("span"), { className: "small muted truncate", textContent: `${one.detail} · ${one.pages.length === 1 ? texts.textPage : fill(texts.textPages, { n: one.pages.length })}` }),
  );
  button.append(image, words);
  button.addEventListener("click", () => take(one));
  row.append(button);
  return row;
}

function take(one) {
  if (!model.add(one)) return;
  keep();
  panel.close(); // which gives the focus back to where it was
  model.focus = `${one.id}:${one.pages[0].number}`;
  show();
  toast(fill(texts.textAdded, { name: one.name }));
  view.focusTile();
}

let waiting = 0;
search?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, 200);
});
search?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "Enter") event.preventDefault(), found.querySelector("button")?.focus();
});
found?.addEventListener("keydown", (event) => {
  const row = event.target.closest("li");
  const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key];
  if (event.key === "ArrowUp" && !next) return search.focus();
  if (next) event.preventDefault(), next.firstElementChild.focus();
});

// ---------------------------------------------------------------------------------------------------------------------

if (given.documents.length) {
  const own = given.documents.find((one) => one.id === given.invoice) ?? given.documents[0];
  model.focus = `${own.id}:${own.pages[0].number}`;
  show();
  resume();
  if (document.activeElement === document.body) view.focusTile();
}
