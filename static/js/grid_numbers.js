// Figures of a table while they are typed: sums against the header, and whether each row works out.

const CENTS = 0.0205; // what rounding may add up to; the engine's checks allow two cents as well

/** A typed number as the server will read it; null for none. `decimal` parts whole and decimals where it is not clear. */
export function toNumber(text, decimal) {
  const plain = (text ?? "").replace(/[\s\u00a0\u202f'’%]/g, "").replace("−", "-");
  if (/^[-+]?\d+(\.\d+)?$/.test(plain) && !(decimal === "," && /^[-+]?\d{1,3}\.\d{3}$/.test(plain))) return Number(plain);
  const found = plain.match(/^[^\d\-+.,]*([-+]?)([\d.,]*\d)(-?)[^\d]*$/);
  if (!found) return null;
  const [, sign, digits, after] = found;
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  const single = digits.replace(/\d/g, "").length === 1;
  const tail = digits.length - last - 1;
  const thousands = last >= 0 && tail === 3 && (!single || digits[last] !== decimal);
  const value = last < 0 || thousands ? Number(digits.replace(/\D/g, "")) : Number(`${digits.slice(0, last).replace(/\D/g, "") || 0}.${digits.slice(last + 1)}`);
  return sign === "-" || after ? -value : value;
}

const round = (value) => Math.round(value * 1e4) / 1e4;
export const money = (value) => (Math.abs(value * 100 - Math.round(value * 100)) < 1e-6 ? value.toFixed(2) : String(round(value)));

/** "2 × 10.00 is 20.00, not 25.00", or "" where the row works out or cannot be checked. */
export function rowTrouble(table, cells, decimal, texts) {
  const of = (column) => toNumber(cells[column], decimal);
  if (table === "tax_lines") {
    const [rate, base, amount] = [of("rate"), of("base"), of("amount")];
    if ([rate, base, amount].includes(null) || Math.abs((base * rate) / 100 - amount) <= CENTS) return "";
    return told(texts.checkTax, { rate, base: money(base), product: money(round((base * rate) / 100)), amount: money(amount) });
  }
  const [quantity, price, amount] = [of("quantity"), of("unit_price"), of("amount")];
  if ([quantity, price, amount].includes(null)) return "";
  const discount = of("discount") ?? 0;
  const expected = round(quantity * price - discount);
  const withTax = expected * (1 + (of("tax_rate") ?? 0) / 100); // receipts may price without tax
  if (Math.abs(expected - amount) <= CENTS || Math.abs(withTax - amount) <= CENTS) return "";
  return told(discount ? texts.checkLess : texts.checkRow, { quantity, price: money(price), discount: money(discount), product: money(expected), amount: money(amount) });
}

/** The sum of the amounts beside the total it should be: {words, tone}. `totals`: [[name, label, text], ...], best first. */
export function sumWords(rows, totals, decimal, texts) {
  const amounts = rows.map((row) => toNumber(row.cells.amount, decimal));
  const known = amounts.filter((amount) => amount !== null);
  if (!known.length) return { words: "", tone: "" };
  const sum = round(known.reduce((all, amount) => all + amount, 0));
  const given = totals.map(([, label, text]) => [label, toNumber(text, ".")]).filter(([, total]) => total !== null);
  const words = told(texts.sum, { sum: money(sum) });
  if (!given.length) return { words, tone: "" };
  const same = given.find(([, total]) => Math.abs(total - sum) <= CENTS);
  if (same) return { words: `${words} · ${told(texts.sumRight, { label: same[0], total: money(same[1]) })}`, tone: "ok" };
  const [label, total] = given[0];
  const off = round(total - sum);
  return { words: `${words} · ${told(off > 0 ? texts.sumMissing : texts.sumOver, { label, total: money(total), off: money(Math.abs(off)) })}`, tone: "bad" };
}

const told = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// --- clipboard --------------------------------------------------------------------------------------------------------

/** Cells of a spreadsheet as they lie in the clipboard: tabs between them, or commas or semicolons, quoted where needed. */
export function parseBlock(text) {
  const body = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const mark = separator(body);
  const rows = [[]];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < body.length; at += 1) {
    const char = body[at];
    if (quoted && char === '"' && body[at + 1] === '"') (cell += '"'), (at += 1);
    else if (quoted ? char === '"' : char === '"' && cell === "") quoted = !quoted;
    else if (!quoted && char === mark) rows.at(-1).push(cell), (cell = "");
    else if (!quoted && char === "\n") rows.at(-1).push(cell), (cell = ""), rows.push([]);
    else cell += char;
  }
  rows.at(-1).push(cell);
  return rows.map((row) => row.map((words) => words.replace(/\s+/g, " ").trim()));
}

// A comma parts cells only where every line has equally many of them and no decimal comma explains them.
function separator(body) {
  if (body.includes("\t")) return "\t";
  const lines = body.replace(/"[^"]*"/g, '""').split("\n");
  for (const mark of [";", ","]) {
    const counts = new Set(lines.map((line) => line.split(mark).length - 1));
    const parts = counts.size === 1 && !counts.has(0) && (lines.length > 1 || body.includes('"') || mark === ";");
    if (parts && !(mark === "," && lines.every((line) => /^\s*[-+€$£]?\s?[\d.]+,\d+\s*\S{0,3}\s*$/.test(line)))) return mark;
  }
  return "\t";
}

export const blockText = (rows) => rows.map((row) => row.map((cell) => (/["\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join("\t")).join("\n");
