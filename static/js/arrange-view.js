// The groups as they are drawn. A page keeps its element wherever it moves, so that its picture does not load again.
import { fill } from "./page.js";

export function startView(model, texts, editable) {
  const groups = document.getElementById("groups");
  const tray = document.getElementById("tray");
  const out = document.getElementById("out");
  const tileTemplate = document.getElementById("tile-template").content.firstElementChild;
  const groupTemplate = document.getElementById("group-template").content.firstElementChild;
  const tiles = new Map();
  let drawn = null;

  const nameOf = (key) => fill(texts.textPageOf, model.pages.get(key));
  const filesOf = (keys) => [...new Set(keys.map((key) => model.pages.get(key).file))];

  function tileOf(key) {
    if (tiles.has(key)) return tiles.get(key);
    const page = model.pages.get(key);
    const tile = tileTemplate.cloneNode(true);
    const image = tile.querySelector("img");
    tile.dataset.key = key;
    if (page.thumb) image.src = page.thumb;
    else [image.hidden, tile.querySelector(".no-picture").hidden] = [true, false];
    if (editable && !page.document.locked) tile.draggable = true;
    const words = { page: nameOf(key) };
    for (const [name, text] of [["view", texts.textView], ["rotate", texts.textRotate], ["remove", texts.textRemove], ["split", texts.textSplit]]) {
      const button = tile.querySelector(`[data-tile="${name}"]`);
      if (!editable && name !== "view") button.remove();
      else button.ariaLabel = button.title = fill(text, words);
    }
    tiles.set(key, tile);
    return tile;
  }

  function draw() {
    const hadFocus = document.activeElement.closest?.(".tile")?.dataset.key;
    for (const keys of [...model.state.groups, model.state.out]) {
      const several = filesOf(keys).length > 1 || keys === model.state.out;
      for (const key of keys) drawTile(key, several);
    }
    // What is focused or selected moves nothing: an element under the pointer must stay where it is.
    if (drawn === model.state) return;
    drawn = model.state;
    const parts = [];
    model.state.groups.forEach((group, at) => {
      parts.push(slotOf(gapAt(at), drawGroup(group, at)));
    });
    parts.push(gapAt(model.state.groups.length));
    groups.replaceChildren(...parts);
    out.replaceChildren(...model.state.out.map(tileOf));
    tray.hidden = !model.state.out.length;
    if (hadFocus) focusTile();
  }

  function drawTile(key, several) {
    const tile = tileOf(key);
    const page = model.pages.get(key);
    const turn = model.state.turns[key] ?? 0;
    const face = tile.querySelector(".face");
    tile.querySelector("img").className = turn ? `turn-${turn}` : "";
    face.ariaPressed = String(model.selected.has(key));
    face.tabIndex = key === model.focus ? 0 : -1;
    face.ariaLabel = turn ? `${nameOf(key)}, ${fill(texts.textTurned, { turn })}` : nameOf(key);
    tile.querySelector(".caption").textContent = several ? nameOf(key) : fill(texts.textShort, page);
    tile.title = nameOf(key);
  }

  /** A group with the gap before it, which wrap together. */
  function slotOf(...parts) {
    const slot = Object.assign(document.createElement("div"), { className: "slot" });
    slot.append(...parts);
    return slot;
  }

  function gapAt(at) {
    return Object.assign(document.createElement("div"), { className: "gap", at });
  }

  function drawGroup(group, at) {
    const box = groupTemplate.cloneNode(true);
    const first = model.pages.get(group[0]).document;
    const unchanged = model.isUnchanged(group);
    const heading = box.querySelector("h2");
    heading.id = `group-${at}`;
    heading.textContent = `${fill(texts.textDocument, { n: at + 1 })} · ${group.length === 1 ? texts.textPage : fill(texts.textPages, { n: group.length })}`;
    box.setAttribute("aria-labelledby", heading.id);
    box.at = at;
    box.classList.toggle("changed", !unchanged);
    box.classList.toggle("locked", Boolean(first.locked));
    const pill = box.querySelector(".pill");
    pill.textContent = first.locked || (unchanged ? texts.textSame : texts.textChanged);
    pill.classList.toggle("info", !unchanged);
    const origin = box.querySelector(".origin");
    origin.textContent = origin.title = unchanged ? first.name : filesOf(group).join(" + ");
    const link = box.querySelector("a");
    if (unchanged) Object.assign(link, { href: first.url, textContent: first.detail || texts.textOpen, title: first.detail });
    else link.remove();
    const merge = box.querySelector("[data-merge]");
    const before = model.state.groups[at - 1];
    if (!editable || !before || first.locked || model.lockedGroup(before)) merge.remove();
    else merge.ariaLabel = merge.title = texts.textMerge;
    const list = box.querySelector(".tiles");
    list.setAttribute("aria-labelledby", heading.id);
    list.append(...group.map(tileOf));
    return box;
  }

  function focusTile() {
    const tile = tiles.get(model.focus);
    tile?.querySelector(".face").focus({ preventScroll: true });
    tile?.scrollIntoView({ block: "nearest" });
  }

  /** The page above or below in the rows as they are laid out. */
  function vertical(by) {
    const at = tiles.get(model.focus)?.getBoundingClientRect();
    if (!at) return "";
    const rects = model.order().map((key) => [key, tiles.get(key).getBoundingClientRect()]);
    const beyond = rects.filter(([, box]) => (by < 0 ? box.top < at.top - 5 : box.top > at.top + 5));
    const row = by < 0 ? Math.max(...beyond.map(([, box]) => box.top)) : Math.min(...beyond.map(([, box]) => box.top));
    const inRow = beyond.filter(([, box]) => Math.abs(box.top - row) < 5);
    inRow.sort(([, one], [, other]) => Math.abs(one.left - at.left) - Math.abs(other.left - at.left));
    return inRow[0]?.[0] ?? "";
  }

  return { draw, focusTile, vertical, nameOf, tileOf };
}
