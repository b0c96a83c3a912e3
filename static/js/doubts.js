// The doubt sheet: keys and clicks on a grid of values; settling.js brings them to the server.
import { fill, toast } from "./page.js";
import { startSettling } from "./settling.js";

const page = document.getElementById("doubts");
const texts = page.dataset;
const sheet = document.getElementById("sheet");
const cells = [...(sheet?.querySelectorAll(".doubt") ?? [])];
const undoStack = []; // each: [{ cell, before }] of one act
const clear = new Set(); // invoices without any doubt left
let taken = null; // { cell, digit }: an alternative that may still turn out to be the first digit of a typed value
const TAKEN_FOR = 900; // milliseconds

const focusOf = (cell) => cell.querySelector(".doubt-focus");
const inputOf = (cell) => cell.querySelector("input");
const part = (cell, name) => cell.querySelector(name);
const isSettled = (cell) => cell.dataset.state === "settled";
const cellFor = (change) => cells.find((cell) => Number(cell.dataset.invoice) === change.invoice && cell.dataset.field === change.field);

for (const cell of cells) {
  cell.home = { crop: part(cell, "img")?.getAttribute("src"), value: cell.dataset.value, shown: cell.dataset.shown };
  cell.home.pill = { tone: part(cell, ".pill").className, words: part(cell, ".pill").textContent };
}

const settling = startSettling({ url: texts.settle, user: texts.user, onResult, onState: showState });
let rescued = 0;

// --- what is done to a value ------------------------------------------------------------------------------------------

const stateOf = (cell) => ({ value: cell.dataset.value, shown: cell.dataset.shown, settled: isSettled(cell) || Boolean(cell.dataset.stamp) });

/** One act over some cells: shown at once, sent, and undone as one. */
function act(chosen, what, { text = "", shown = text } = {}) {
  undoStack.push(chosen.map((cell) => ({ cell, before: stateOf(cell) })));
  settling.add(chosen.map((cell) => change(cell, what, text)));
  for (const cell of chosen) show(cell, what === "confirm" ? stateOf(cell) : { value: text, shown }, { settled: true });
  showProgress();
}

function change(cell, what, text = "") {
  const { invoice, field, value, stamp } = cell.dataset;
  return { invoice: Number(invoice), field, act: what, seen: cell.sent ?? value, stamp, text };
}

function show(cell, { value, shown }, { settled, waiting = true } = {}) {
  if (waiting) cell.sent ??= cell.dataset.value; // what the server knows until it answers
  else delete cell.sent;
  cell.dataset.value = value;
  cell.dataset.shown = shown;
  const words = shown || (settled ? texts.textNone : texts.textType);
  const output = part(cell, ".value");
  output.textContent = words;
  output.title = words;
  output.classList.toggle("muted", !shown);
  focusOf(cell).setAttribute("aria-label", `${cell.dataset.name}: ${words}`);
  cell.toggleAttribute("data-waiting", waiting);
  cell.dataset.state = settled ? "settled" : "";
  if (!settled) setPill(cell, cell.home.pill.tone, cell.home.pill.words);
  say(cell, "");
}

function setPill(cell, tone, words) {
  const pill = part(cell, ".pill");
  pill.className = tone.startsWith("pill") ? tone : `pill ${tone}`;
  pill.textContent = words;
}

function say(cell, message) {
  const line = part(cell, ".doubt-error");
  line.textContent = message;
  line.hidden = !message;
}

function onResult(change, result, { more }) {
  const cell = cellFor(change);
  if (change.rescued && result.outcome === "saved") rescued += 1;
  if (result.clear) clear.add(change.invoice);
  else clear.delete(change.invoice);
  showClear();
  if (!cell || more) return;
  if (result.outcome === "invalid") return refuse(cell, change, result);
  if (result.value !== undefined) {
    cell.dataset.stamp = result.stamp;
    show(cell, result, { settled: result.settled && result.outcome === "saved", waiting: false });
    setPill(cell, result.tone, result.words);
  }
  if (result.outcome !== "saved") forget(cell, result);
  showProgress();
}

/** Somebody was first, or it may not be: what is now is shown, and the person decides again. */
function forget(cell, result) {
  cell.dataset.state = "changed";
  cell.removeAttribute("data-waiting");
  const who = result.by ? fill(texts.textBy, { who: result.by, words: result.words }) : "";
  say(cell, [result.message, who].filter(Boolean).join(" "));
  dropFromUndo(cell);
}

/** No value of this kind: what was typed stays to be mended, the stored value is named beside it. */
function refuse(cell, change, result) {
  dropFromUndo(cell);
  show(cell, result, { settled: result.settled, waiting: false });
  edit(cell, change.text, { focus: !document.activeElement.closest("input") });
  say(cell, result.message);
  showProgress();
}

function dropFromUndo(cell) {
  for (const entry of undoStack) entry.splice(0, entry.length, ...entry.filter((one) => one.cell !== cell));
  showProgress();
}

function undo() {
  settleTaken();
  let entry = undoStack.pop();
  while (entry && !entry.length) entry = undoStack.pop();
  if (!entry) return toast(texts.textNothing);
  settling.add(entry.map(({ cell, before }) =>
    before.settled ? change(cell, "correct", before.value) : change(cell, "reset")));
  for (const { cell, before } of entry) {
    show(cell, before, { settled: before.settled });
    picture(cell, cell.home.crop);
  }
  showProgress();
  if (entry.length > 1) toast(fill(texts.textUndone, { n: entry.length }));
  go(entry[0].cell);
}

const confirm = (cell) => (cell.dataset.value ? act([cell], "confirm") : edit(cell, ""));
const absent = (cell) => act([cell], "correct");

// --- typing -----------------------------------------------------------------------------------------------------------

function edit(cell, text, { focus = true } = {}) {
  const input = inputOf(cell);
  input.hidden = false;
  part(cell, ".value").hidden = true;
  input.value = text;
  if (!focus) return;
  input.focus();
  if (text === cell.dataset.value) input.select();
}

function closeEditor(cell) {
  inputOf(cell).hidden = true;
  part(cell, ".value").hidden = false;
}

function saveTyped(cell) {
  const text = inputOf(cell).value.trim();
  closeEditor(cell);
  say(cell, "");
  if (!text) return false; // nothing typed says nothing; Delete says that there is none
  if (text === cell.dataset.value) confirm(cell);
  else act([cell], "correct", { text });
  return true;
}

sheet?.addEventListener("focusout", (event) => {
  const cell = event.target.closest(".doubt");
  if (event.target.matches("input") && !event.target.hidden && document.hasFocus()) saveTyped(cell);
  if (taken?.cell === cell && !cell.contains(event.relatedTarget)) settleTaken();
});

// --- alternatives -----------------------------------------------------------------------------------------------------

function picture(cell, address) {
  const image = part(cell, ".crop img");
  if (image && address && image.getAttribute("src") !== address) image.src = address;
}

/** A digit takes an alternative; another digit right after it was meant as typing. So it is sent a moment later. */
function take(cell, digit) {
  settleTaken();
  const other = part(cell, `[data-take="${digit}"]`);
  if (!other) return false;
  part(cell, ".value").textContent = other.dataset.shown;
  cell.classList.add("maybe");
  picture(cell, other.dataset.crop);
  taken = { cell, other, digit, timer: setTimeout(settleTaken, TAKEN_FOR) };
  return true;
}

function settleTaken() {
  const now = dropTaken();
  if (now) act([now.cell], "correct", { text: now.other.dataset.value, shown: now.other.dataset.shown });
  return now;
}

function dropTaken() {
  const now = taken;
  taken = null;
  clearTimeout(now?.timer);
  now?.cell.classList.remove("maybe");
  return now;
}

for (const [on, off] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  sheet?.addEventListener(on, ({ target }) => {
    const other = target.closest(".other");
    if (other?.dataset.crop) picture(other.closest(".doubt"), other.dataset.crop);
  });
  sheet?.addEventListener(off, ({ target }) => {
    const cell = target.closest(".other")?.closest(".doubt");
    if (cell && !isSettled(cell) && taken?.cell !== cell) picture(cell, cell.home.crop);
  });
}

// --- moving -----------------------------------------------------------------------------------------------------------

function go(cell) {
  if (!cell) return;
  for (const other of cells) focusOf(other).tabIndex = other === cell ? 0 : -1;
  focusOf(cell).focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest" });
}

function onwards(cell) {
  const at = cells.indexOf(cell);
  const next = cells.slice(at + 1).find((other) => !isSettled(other)) ?? cells.slice(0, at).find((other) => !isSettled(other));
  if (next) go(next);
  else document.getElementById("next-sheet").focus();
}

/** The cell above (-1) or below (1): the nearest one of the next row. */
function vertical(cell, way) {
  const { left, top } = cell.getBoundingClientRect();
  const rows = (way > 0 ? cells : [...cells].reverse()).map((other) => [other, other.getBoundingClientRect()]);
  const row = rows.find(([, box]) => (box.top - top) * way > 4)?.[1].top;
  const near = rows.filter(([, box]) => row !== undefined && Math.abs(box.top - row) < 4);
  return near.sort(([, a], [, b]) => Math.abs(a.left - left) - Math.abs(b.left - left))[0]?.[0];
}

const MOVES = {
  ArrowRight: (cell) => cells[cells.indexOf(cell) + 1],
  ArrowLeft: (cell) => cells[cells.indexOf(cell) - 1],
  ArrowDown: (cell) => vertical(cell, 1),
  ArrowUp: (cell) => vertical(cell, -1),
  Home: () => cells[0],
  End: () => cells.at(-1),
};

const open = (cell) => part(cell, "a.source").click();
const COMMANDS = { Delete: (cell) => (absent(cell), onwards(cell)), F2: (cell) => edit(cell, cell.dataset.value) };
const LETTERS = { x: COMMANDS.Delete, o: open, z: () => undo() };

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.metaKey) {
    const typing = event.target.matches("input");
    if (event.key === "Enter") return done(event, () => askForAll());
    if (event.key.toLowerCase() === "z" && !typing) return done(event, undo);
    return;
  }
  const cell = event.target.closest(".doubt");
  if (!cell && event.key === "?") return done(event, showShortcuts);
  if (!cell && event.key in MOVES && event.target === document.body && cells.length) return done(event, () => go(cells[0]));
  if (!cell || event.target.matches("button, a")) return;
  if (event.target.matches("input")) return typingKey(event, cell);
  cellKey(event, cell);
});

function done(event, what) {
  event.preventDefault();
  what();
}

function typingKey(event, cell) {
  if (event.key === "Escape") {
    closeEditor(cell);
    say(cell, "");
    go(cell);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (saveTyped(cell)) onwards(cell);
    else go(cell);
  }
}

function cellKey(event, cell) {
  const { key } = event;
  if (event.altKey) return key === "Enter" ? done(event, () => open(cell)) : undefined;
  if (taken?.cell === cell && ("letters" in cell.dataset ? /^[\d.,'/-]$/ : /^\S$/).test(key)) return done(event, () => edit(cell, dropTaken().digit + key));
  if (key === "Enter" || key === " ") {
    if (event.repeat) return event.preventDefault(); // a key held down confirms one
    return done(event, () => {
      if (settleTaken() || isSettled(cell)) return onwards(cell);
      confirm(cell);
      if (isSettled(cell)) onwards(cell);
    });
  }
  if (key === "Escape" && taken) return done(event, () => cancelTaken(cell));
  if (key in MOVES) return done(event, () => go(MOVES[key](cell)));
  if (key === "?") return done(event, showShortcuts);
  const command = COMMANDS[key] ?? ("letters" in cell.dataset ? LETTERS[key] : undefined);
  if (command) return done(event, () => (settleTaken(), command(cell)));
  if (/^[1-4]$/.test(key) && !isSettled(cell) && take(cell, key)) return event.preventDefault();
  if (key.length === 1) done(event, () => edit(cell, key));
}

function cancelTaken(cell) {
  dropTaken();
  part(cell, ".value").textContent = cell.dataset.shown;
  picture(cell, cell.home.crop);
}

const showShortcuts = () => document.getElementById("shortcuts").showModal();

// --- the pointer ------------------------------------------------------------------------------------------------------

sheet?.addEventListener("click", (event) => {
  const cell = event.target.closest(".doubt");
  const button = event.target.closest("button");
  if (!cell || event.target.closest("a, input")) return;
  if (!button) return go(cell);
  if (button.dataset.take) {
    act([cell], "correct", { text: button.dataset.value, shown: button.dataset.shown });
    picture(cell, button.dataset.crop);
  }
  if (button.dataset.act === "edit") return edit(cell, cell.dataset.value);
  if (button.dataset.act === "none") absent(cell);
  if (button.dataset.act === "confirm" && !isSettled(cell)) confirm(cell);
  if (isSettled(cell)) go(cell);
});
document.getElementById("undo")?.addEventListener("click", undo);

// --- all that are shown, after a question -----------------------------------------------------------------------------

const panel = document.getElementById("confirm-panel");
let asked = [];

function onScreen(cell) {
  const box = cell.getBoundingClientRect();
  const top = document.querySelector(".topbar").getBoundingClientRect().bottom;
  return box.top >= top - box.height / 2 && box.bottom <= innerHeight + box.height / 2; // most of it
}

function askForAll() {
  if (!document.getElementById("confirm-shown")) return;
  asked = cells.filter((cell) => onScreen(cell) && cell.dataset.value && !cell.dataset.state && !("problem" in cell.dataset) && inputOf(cell).hidden);
  const sentence = { 0: texts.textSureNone, 1: texts.textSureOne }[asked.length] ?? texts.textSure;
  document.getElementById("confirm-title").textContent = fill(sentence, { n: asked.length });
  document.getElementById("confirm-list").replaceChildren(...asked.map((cell) =>
    Object.assign(document.createElement("li"), { textContent: `${cell.dataset.shown} · ${part(cell, "a.source").textContent}` })));
  document.getElementById("confirm-go").disabled = !asked.length;
  panel.returnValue = "";
  panel.showModal();
  document.getElementById("confirm-not").focus(); // an Enter too many confirms nothing
}
document.getElementById("confirm-shown")?.addEventListener("click", askForAll);
panel?.addEventListener("close", () => {
  if (panel.returnValue !== "confirm" || !asked.length) return;
  act(asked, "confirm");
  onwards(asked.at(-1));
});

// --- how it stands ----------------------------------------------------------------------------------------------------

function showProgress() {
  const count = cells.filter(isSettled).length;
  const words = document.getElementById("settled");
  if (!words) return;
  words.textContent = fill(texts.textProgress, { done: count, all: cells.length });
  document.getElementById("settled-bar").value = count;
  document.getElementById("undo").disabled = !undoStack.some((entry) => entry.length);
}

function showClear() {
  const note = document.getElementById("clear-note");
  note.hidden = !clear.size;
  document.getElementById("clear-words").textContent = fill(clear.size === 1 ? texts.textClearOne : texts.textClear, { n: clear.size });
}

function showState(state) {
  const line = document.getElementById("save-state");
  line.textContent = { saving: texts.textSaving, saved: texts.textSaved, offline: texts.textOffline, session: texts.textSession, failed: texts.textFailed }[state];
  line.dataset.tone = { saving: "", saved: "ok" }[state] ?? "bad";
  if (state === "saved" && rescued) {
    toast(fill(texts.textRescued, { n: rescued }));
    rescued = 0;
  }
}

addEventListener("beforeunload", (event) => {
  settleTaken();
  const typing = cells.some((cell) => !inputOf(cell).hidden && inputOf(cell).value.trim());
  if (!settling.count() && !typing) return;
  event.preventDefault();
  event.returnValue = texts.textUnsaved;
});

document.querySelector(".kinds [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
go(cells[0]);
