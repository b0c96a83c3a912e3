// The table on the screen: one cell in hand (roving tabindex), a range of chosen cells, and a cell that is typed in.
import { fill } from "./page.js";
import { rowTrouble } from "./grid_numbers.js";

export class GridView {
  /** onChange() after the model changed here; onTyping() while a cell is typed in; onMove(row, column) to a cell. */
  constructor(section, model, { texts, onChange, onTyping, onMove }) {
    Object.assign(this, { section, model, texts, onChange, onTyping, onMove });
    this.name = section.dataset.grid;
    this.decimal = section.dataset.decimal;
    this.table = section.querySelector("table.grid");
    this.body = this.table.tBodies[0];
    this.note = section.querySelector("[data-note]");
    this.columns = [...this.table.tHead.querySelectorAll("[data-column]")].map((head) => ({
      name: head.dataset.column, label: head.textContent, numeric: head.classList.contains("num"), shown: !head.hidden, head,
    }));
    this.lines = new Map(); // key -> tr
    this.at = { row: 0, column: 0 };
    this.anchor = { row: 0, column: 0 };
    this.input = null;
    this.chosen = [];
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-multiselectable", "true");
    this.body.replaceChildren();
    this.draw();
  }

  get shown() {
    return this.columns.filter((column) => column.shown);
  }

  /** From the upper left to the lower right chosen cell. */
  get range() {
    const [a, b] = [this.at, this.anchor];
    return { top: Math.min(a.row, b.row), bottom: Math.max(a.row, b.row), left: Math.min(a.column, b.column), right: Math.max(a.column, b.column) };
  }

  get hasFocus() {
    return this.body.contains(document.activeElement);
  }

  // --- drawing ---

  draw() {
    const focused = this.hasFocus && !this.input;
    const seen = new Set();
    this.model.rows.forEach((row, index) => {
      seen.add(row.key);
      const line = this.lines.get(row.key) ?? this.makeLine(row.key);
      if (this.body.children[index] !== line) this.body.insertBefore(line, this.body.children[index] ?? null);
      this.fillLine(line, row, index);
    });
    for (const [key, line] of this.lines) if (!seen.has(key)) line.remove(), this.lines.delete(key);
    for (const { head, shown } of this.columns) head.hidden = !shown;
    this.section.querySelector("[data-count]").textContent = this.model.rows.length;
    const empty = this.section.querySelector("[data-empty]");
    if (empty) empty.hidden = this.model.rows.length > 0;
    this.table.hidden = this.model.rows.length === 0;
    this.place(this.at.row, this.at.column, { keep: true, focus: focused });
  }

  makeLine(key) {
    const line = document.createElement("tr");
    line.dataset.key = key;
    line.append(Object.assign(document.createElement("th"), { scope: "row", className: "grid-no num" }));
    for (const { name, numeric } of this.columns) {
      line.append(Object.assign(document.createElement("td"), { className: `col-${name}${numeric ? " num" : ""}`, tabIndex: -1 }));
    }
    this.lines.set(key, line);
    return line;
  }

  fillLine(line, row, index) {
    const shown = this.shown.length;
    const same = line.row === row && line.index === index && line.shown === shown && !this.model.marks.size && !line.marked;
    if (same && !line.contains(this.input)) return; // hundreds of lines, of which one changed
    Object.assign(line, { row, index, shown, marked: this.model.marks.size > 0 });
    line.dataset.place = row.place;
    line.classList.toggle("touched", Boolean(row.at));
    line.classList.toggle("disputed", Boolean(this.model.mark(row.key, "")));
    const number = line.cells[0];
    if (number.textContent !== String(index + 1)) number.textContent = index + 1;
    const trouble = rowTrouble(this.name, row.cells, this.decimal, this.texts);
    this.columns.forEach(({ name, ...column }, at) => {
      const cell = line.cells[at + 1];
      const text = row.cells[name] ?? "";
      const mark = this.model.mark(row.key, name);
      cell.hidden = !column.shown;
      if (!cell.contains(this.input) && cell.textContent !== text) cell.textContent = text;
      cell.classList.toggle("wrong", name === "amount" && Boolean(trouble));
      cell.classList.toggle("refused", mark?.kind === "refused");
      cell.classList.toggle("disputed", mark?.kind === "conflict");
      cell.title = mark?.message ?? (name === "amount" ? trouble : "");
      mark ? cell.setAttribute("aria-invalid", "true") : cell.removeAttribute("aria-invalid");
    });
  }

  cell(row, column) {
    const line = this.lines.get(this.model.rows[row]?.key);
    return line?.cells[this.columns.indexOf(this.shown[column]) + 1] ?? null;
  }

  /** Take a cell in hand; with `extend` the chosen cells reach from the anchor to it. */
  place(row, column, { extend = false, keep = false, focus = true } = {}) {
    const clamp = (value, count) => Math.max(0, Math.min(value, count - 1));
    const to = { row: clamp(row, this.model.rows.length), column: clamp(column, this.shown.length) };
    this.inHand?.setAttribute("tabindex", "-1");
    this.at = to;
    if (keep) this.anchor = { row: clamp(this.anchor.row, this.model.rows.length), column: clamp(this.anchor.column, this.shown.length) };
    else if (!extend) this.anchor = { ...to };
    this.choose();
    const cell = this.cell(to.row, to.column);
    if (!cell) return this.tell();
    cell.setAttribute("tabindex", "0");
    this.inHand = cell;
    if (focus) {
      cell.focus({ preventScroll: true });
      cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    this.tell();
    if (!keep) this.onMove(this.model.rows[to.row], this.shown[to.column]);
  }

  choose() {
    for (const cell of this.chosen) cell.removeAttribute("aria-selected"), cell.classList.remove("chosen");
    this.chosen = [];
    const { top, bottom, left, right } = this.range;
    for (let row = top; row <= bottom; row += 1) for (let column = left; column <= right; column += 1) {
      const cell = this.cell(row, column);
      if (cell) cell.setAttribute("aria-selected", "true"), this.chosen.push(cell);
    }
    if (this.chosen.length > 1) for (const cell of this.chosen) cell.classList.add("chosen");
  }

  /** Below the table: what is to say about the cell in hand. */
  tell() {
    const row = this.model.rows[this.at.row];
    const column = this.shown[this.at.column]?.name;
    const key = `${row?.key} ${column}`;
    const whole = row && this.model.mark(row.key, "");
    const mark = whole ?? (row && this.model.mark(row.key, column));
    const trouble = row ? rowTrouble(this.name, row.cells, this.decimal, this.texts) : "";
    const words = !row ? "" : mark?.kind === "conflict" ? this.dispute(mark, Boolean(whole))
      : mark ? mark.message : trouble || (row.at ? fill(this.texts.touched, { who: row.by || this.texts.somebody, when: when(row.at) }) : "");
    if (this.note.dataset.words === `${key}${words}`) return;
    this.note.dataset.words = `${key}${words}`;
    this.note.dataset.tone = mark || trouble ? "bad" : "";
    this.note.replaceChildren(words);
    if (mark?.kind !== "conflict") return;
    for (const mine of [true, false]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button compact", textContent: mine ? this.texts.mine : this.texts.theirs });
      button.addEventListener("click", () => {
        this.model.settle(row.key, whole ? "" : column, mine);
        this.onChange();
        this.place(this.at.row, this.at.column);
      });
      this.note.append(" ", button);
    }
  }

  dispute(mark, whole) {
    const sentence = !whole ? this.texts.conflict : mark.theirs ? this.texts.changed : this.texts.deleted;
    return fill(sentence, { who: mark.by || this.texts.somebody, when: when(mark.at), theirs: whole ? "" : mark.theirs });
  }

  // --- typing in a cell ---

  /** `text` replaces what stands there; without it the text is edited. */
  edit(text) {
    const row = this.model.rows[this.at.row];
    const column = this.shown[this.at.column];
    const cell = this.cell(this.at.row, this.at.column);
    if (!cell || this.input) return;
    const input = Object.assign(document.createElement("input"), { className: "cell-input", value: text ?? row.cells[column.name] ?? "", spellcheck: false, autocomplete: "off" });
    if (column.numeric) input.inputMode = "decimal";
    input.setAttribute("aria-label", fill(this.texts.cell, { column: column.label, n: this.at.row + 1 }));
    this.input = input;
    this.edited = { key: row.key, column: column.name };
    cell.classList.add("editing");
    cell.replaceChildren(input);
    input.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    input.setSelectionRange(input.value.length, input.value.length);
    input.addEventListener("input", () => this.onTyping());
    input.addEventListener("blur", () => this.commit());
  }

  /** The rows with what is being typed. */
  typed() {
    const { key, column } = this.edited;
    return this.model.rows.map((row) => (row.key === key ? { ...row, cells: { ...row.cells, [column]: this.input.value } } : row));
  }

  commit({ cancel = false } = {}) {
    const { input, edited } = this;
    if (!input) return;
    this.input = null;
    const cell = input.parentElement;
    cell.classList.remove("editing");
    const held = document.activeElement === input;
    cell.textContent = this.model.row(edited.key)?.cells[edited.column] ?? "";
    if (held) cell.focus({ preventScroll: true });
    if (!cancel) this.model.setCells([[edited.key, edited.column, input.value.replace(/\s+/g, " ").trim()]]);
    this.onChange();
  }

  // --- what is done with the chosen cells and rows ---

  get chosenRows() {
    const { top, bottom } = this.range;
    return this.model.rows.slice(top, bottom + 1);
  }

  block() {
    const { left, right } = this.range;
    return this.chosenRows.map((row) => this.shown.slice(left, right + 1).map(({ name }) => row.cells[name] ?? ""));
  }

  clear() {
    const { left, right } = this.range;
    this.model.setCells(this.chosenRows.flatMap((row) => this.shown.slice(left, right + 1).map(({ name }) => [row.key, name, ""])));
    this.onChange();
  }

  /** Lay a block of texts over the cells; rows that are missing are added, one value fills all chosen cells. */
  paste(block, newRow) {
    const { top, bottom, left, right } = this.range;
    const single = block.length === 1 && block[0].length === 1;
    const height = single ? bottom - top + 1 : block.length;
    const width = single ? right - left + 1 : Math.max(...block.map((row) => row.length));
    const columns = this.shown.slice(left, left + width);
    this.model.change((rows) => {
      const all = [...rows];
      for (let line = 0; line < height; line += 1) {
        const old = all[top + line] ?? newRow();
        const texts = columns.map(({ name }, at) => [name, single ? block[0][0] : block[line][at]]).filter(([, text]) => text !== undefined);
        all[top + line] = { ...old, cells: { ...old.cells, ...Object.fromEntries(texts) } };
      }
      return all;
    });
    this.onChange();
    this.anchor = { row: top, column: left };
    this.place(top + height - 1, left + columns.length - 1, { extend: true });
    return width <= columns.length;
  }

  add(row, below = true) {
    const at = this.model.rows.length ? this.range.bottom + (below ? 1 : 0) : 0;
    this.model.insert(at, [row]);
    this.onChange();
    this.place(at, 0);
  }

  remove() {
    const { top } = this.range;
    this.model.remove(this.chosenRows.map(({ key }) => key));
    this.anchor = { row: top, column: this.at.column };
    this.at = { ...this.anchor };
    this.onChange();
    if (this.model.rows.length) this.place(top, this.at.column);
    else this.section.querySelector('[data-do="add"]')?.focus();
  }

  move(by) {
    const { top, bottom } = this.range;
    this.moveTo(top, bottom, top + by);
  }

  moveTo(top, bottom, target) {
    const to = Math.max(0, Math.min(target, this.model.rows.length - (bottom - top + 1)));
    const [at, anchor] = [this.at.row - top + to, this.anchor.row - top + to];
    this.model.move(top, bottom, to);
    this.at.row = at;
    this.anchor.row = anchor;
    this.onChange();
    this.place(at, this.at.column, { keep: true });
  }
}

const when = (at) => (at ? new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" }) : "");
