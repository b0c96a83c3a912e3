// A table being edited: rows that are never changed in place, what the server has of them, undo, and the differences.

const HISTORY = 200;
const EMPTY = Object.freeze({ place: "", by: "", at: "" });

/** What stays of `rows` when the server's rows went from `base` to `fresh`: own changes on top of everybody else's.
 *  `conflicts` are cells, or rows (column ""), that were changed here and there: {key, column, theirs}. */
export function merge(rows, base, fresh) {
  const old = new Map(base.map((row) => [row.key, row]));
  const now = new Map(fresh.map((row) => [row.key, row]));
  const conflicts = [];
  const kept = [];
  for (const row of rows) {
    const was = old.get(row.key);
    const is = now.get(row.key);
    if (is) kept.push(mergeRow(row, was, is, conflicts));
    else if (!was) kept.push(row); // added here
    else if (changedCells(row, was).length) {
      conflicts.push({ key: row.key, column: "", theirs: null });
      kept.push(row);
    }
  }
  const here = new Set(rows.map((row) => row.key));
  fresh.forEach((row, index) => {
    const was = old.get(row.key);
    if (here.has(row.key) || (was && !changedCells(row, was).length)) return; // deleted here, and untouched there
    if (was) conflicts.push({ key: row.key, column: "", theirs: row });
    const before = fresh.slice(0, index).map((other) => kept.findIndex(({ key }) => key === other.key)).filter((at) => at >= 0).pop();
    kept.splice((before ?? -1) + 1, 0, row);
  });
  return { rows: sorted(kept, base, fresh), conflicts };
}

function mergeRow(row, was, is, conflicts) {
  const cells = { ...is.cells };
  for (const [column, text] of Object.entries(row.cells)) {
    const before = was?.cells[column] ?? "";
    const theirs = is.cells[column] ?? "";
    if (text === before || text === theirs) continue;
    if (was && theirs !== before) conflicts.push({ key: row.key, column, theirs });
    cells[column] = text;
  }
  return { ...is, cells };
}

// The order of the others holds where it was not changed here.
function sorted(rows, base, fresh) {
  const keys = (some) => some.map(({ key }) => key);
  const common = new Set(keys(base).filter((key) => rows.some((row) => row.key === key)));
  const mine = keys(rows).filter((key) => common.has(key)).join();
  if (mine !== keys(base).filter((key) => common.has(key)).join()) return rows;
  const rank = new Map(keys(fresh).map((key, index) => [key, index]));
  let last = -1;
  const places = rows.map((row) => [(last = rank.get(row.key) ?? last + 0.5), row]);
  return places.sort(([a], [b]) => a - b).map(([, row]) => row);
}

const changedCells = (row, was) => (row === was ? [] : changes(row, was));
const changes = (row, was) => Object.keys({ ...was.cells, ...row.cells }).filter((column) => (row.cells[column] ?? "") !== (was.cells[column] ?? ""));
const isEmpty = (row) => Object.values(row.cells).every((text) => text.trim() === "");

export class Model {
  /** `rows`: [{key, cells: {column: text}, place, by, at}] as the server has them. */
  constructor(rows) {
    this.base = rows;
    this.rows = rows;
    this.past = [];
    this.future = [];
    this.marks = new Map(); // "key column" -> {kind: "refused" | "conflict", text, message, theirs}
  }

  row = (key) => this.rows.find((row) => row.key === key);
  index = (key) => this.rows.findIndex((row) => row.key === key);

  /** One step that undo takes back. `change` gets the rows and gives new ones. */
  change(change) {
    const rows = change(this.rows);
    if (rows === this.rows) return;
    this.past = [...this.past.slice(-HISTORY + 1), this.rows];
    this.future = [];
    this.rows = rows;
  }

  undo() {
    if (this.past.length) this.future.push(this.rows), (this.rows = this.past.pop());
  }

  redo() {
    if (this.future.length) this.past.push(this.rows), (this.rows = this.future.pop());
  }

  /** texts: [[key, column, text], ...] */
  setCells(texts) {
    const wanted = new Map();
    for (const [key, column, text] of texts) {
      const row = this.row(key);
      if (row && (row.cells[column] ?? "") !== text) wanted.set(key, { ...wanted.get(key), [column]: text });
    }
    if (wanted.size) this.change((rows) => rows.map((row) => (wanted.has(row.key) ? { ...row, cells: { ...row.cells, ...wanted.get(row.key) } } : row)));
  }

  static newRow = (cells = {}, place = "") => ({ ...EMPTY, key: crypto.randomUUID?.() ?? randomKey(), cells, place });

  insert(at, rows) {
    this.change((all) => [...all.slice(0, at), ...rows, ...all.slice(at)]);
  }

  remove(keys) {
    this.change((all) => all.filter((row) => !keys.includes(row.key)));
  }

  /** The rows from `from` to `to`, moved so that they begin at `target` of what remains. */
  move(from, to, target) {
    this.change((all) => {
      const block = all.slice(from, to + 1);
      const rest = [...all.slice(0, from), ...all.slice(to + 1)];
      const at = Math.max(0, Math.min(target, rest.length));
      return at === from ? all : [...rest.slice(0, at), ...block, ...rest.slice(at)];
    });
  }

  mark = (key, column) => {
    const mark = this.marks.get(`${key} ${column}`);
    return mark && (mark.kind === "conflict" || (this.row(key)?.cells[column] ?? "") === mark.text) ? mark : null;
  };

  /** What the server has to be told, as services.TableChanges takes it; null where nothing is different. */
  diff() {
    const base = new Map(this.base.map((row) => [row.key, row]));
    const rows = [];
    const kept = [];
    for (const row of this.rows) {
      const was = base.get(row.key);
      if (!was && isEmpty(row)) continue;
      if (this.mark(row.key, "")?.kind === "conflict") continue;
      kept.push(row.key);
      const cells = {};
      for (const column of changedCells(row, was ?? { cells: {} })) {
        if (!this.mark(row.key, column)) cells[column] = [was?.cells[column] ?? "", row.cells[column] ?? ""];
      }
      if (was && !Object.keys(cells).length) continue;
      const [page, ...box] = (row.place || "").split(" ").map(Number);
      rows.push({ key: row.key, cells, ...(was ? {} : { new: true, ...(row.place && { page, box }) }) });
    }
    const here = new Set(this.rows.map((row) => row.key));
    const deleted = Object.fromEntries(this.base.filter((row) => !here.has(row.key)).map((row) => [row.key, row.cells]));
    const order = kept.join() === this.base.map(({ key }) => key).filter((key) => here.has(key)).join() ? null : kept;
    return rows.length || order || Object.keys(deleted).length ? { rows, deleted, order } : null;
  }

  /** Texts that no save can bring away: refused, or changed by somebody else as well. */
  get stuck() {
    return [...this.marks.keys()].some((name) => this.mark(...name.split(" ")));
  }

  /** Take in the server's answer to `sent`. */
  saved(sent, answer) {
    const texts = new Map(answer.saved.map((row) => [row.key, row]));
    const asked = new Map(sent.rows.map((row) => [row.key, row.cells]));
    const refused = new Map(answer.refused.map(([key, column, message]) => [`${key} ${column}`, message]));
    for (const row of sent.rows) for (const column of Object.keys(row.cells)) this.marks.delete(`${row.key} ${column}`);
    refused.forEach((message, name) => {
      const [key, column] = name.split(" ");
      this.marks.set(name, { kind: "refused", text: asked.get(key)?.[column]?.[1] ?? "", message });
    });
    // The server's spelling replaces the typed one, unless typing went on in the meantime; also in what undo brings back.
    const spelled = (row) => {
      const stored = texts.get(row.key);
      if (!stored) return row;
      const cells = { ...row.cells };
      for (const [column, [, text]] of Object.entries(asked.get(row.key) ?? {})) {
        if (cells[column] === text && !refused.has(`${row.key} ${column}`) && !sentConflict(answer, row.key, column)) cells[column] = stored.cells[column];
      }
      return { ...row, cells, place: stored.place, by: stored.by, at: stored.at };
    };
    this.each((rows) => rows.map(spelled));
    const known = new Map(this.base.map((row) => [row.key, row]));
    const order = sent.order ?? this.base.map(({ key }) => key).filter((key) => !(key in sent.deleted));
    this.base = order.map((key) => (sentConflict(answer, key) ? known.get(key) : texts.get(key) ?? known.get(key))).filter(Boolean);
    if (answer.rows) this.rebase(answer.rows, answer);
  }

  /** Others changed the table: their rows come in under what was changed here. */
  rebase(fresh, { by = "", at = "" } = {}) {
    const { base } = this;
    const { rows, conflicts } = merge(this.rows, base, fresh);
    this.past = this.past.map((some) => merge(some, base, fresh).rows);
    this.future = this.future.map((some) => merge(some, base, fresh).rows);
    this.rows = rows;
    this.base = fresh;
    for (const { key, column, theirs } of conflicts) {
      const row = fresh.find((other) => other.key === key);
      this.marks.set(`${key} ${column}`, { kind: "conflict", theirs, by: row?.by || by, at: row?.at || at });
    }
  }

  /** Mine goes over theirs with the next save; theirs replaces mine. */
  settle(key, column, mine) {
    const mark = this.marks.get(`${key} ${column}`);
    this.marks.delete(`${key} ${column}`);
    if (!mark) return;
    if (column && !mine) this.setCells([[key, column, mark.theirs]]);
    else if (!column && mine === Boolean(mark.theirs)) this.remove([key]); // deleted here and kept so, or deleted there
  }

  each(change) {
    this.past = this.past.map(change);
    this.future = this.future.map(change);
    this.rows = change(this.rows);
  }
}

const sentConflict = (answer, key, column = null) => answer.conflicts.some(([other, name]) => other === key && (column === null || name === "" || name === column));

// Outside secure contexts (plain http in a local network) browsers have no randomUUID.
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
