"""Rows under the head of a table as drafts of line items: each column's words are what its name says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from ..document import Box
from ..language import label_key
from ..layout import Layout, Row
from ..money import find_amounts, parse_number
from .drafts import DATED, LETTERS, Draft, Entry, closes, date_in, gtin_in, is_carried, is_text, label_of, without_code
from .figures import Figure
from .item_names import described
from .tables import SUMS, Atom, Column, Head, atoms_of, in_columns

MAX_WORDS = 100  # of a row; what is longer is no line, and would take long
_QUANTITY = re.compile(r"^[xX×*]?\s?(?P<number>[-−–]?\s?\d[\d\s.,'’]*?)\s?(?:[xX×*](?!\w))?\s?(?P<unit>[^\d\s].*)?$")
_EXACT = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:[.,]\d{3})+|\d{1,6})[.,]\d{4,8}(?![\d.,])")
_COUNTED = re.compile(r"^(\d{1,3})[xX×]?$")
_POSITION = re.compile(r"^\d{1,3}[.)]?$")


def headed_entries(
    layout: Layout, figures: Sequence[Sequence[Figure]], head: Head, end: int, *, decimals: bool
) -> list[Entry]:
    """What stands under a head, up to row ``end``: drafts, rows of text, and None for rows of totals.

    ``decimals``: the document's amounts have some, so whole numbers are none.
    """
    entries: list[Entry] = []
    for row in layout.rows[head.last + 1 : end]:
        if figures[row.index] and is_carried(layout, row):
            continue
        found = figures[row.index]
        short = len(row.words) <= MAX_WORDS
        draft = _headed(layout, row, found, head.columns, decimals=decimals) if found and short else None
        if closes(layout, row, found) and not (draft and _proves_itself(draft)):
            entries.append(None)
            continue
        entries.append(draft or row)
    return described(_joined(entries, layout), head)


def _proves_itself(draft: Draft) -> bool:
    """Whether a row is a line whatever its words say, such as those of a handbook of taxes: quantity x price."""
    if draft.quantity is None or draft.unit_price is None or not draft.description:
        return False
    product = draft.quantity * draft.unit_price
    return any(figure.value == product.quantize(figure.value) for figure in draft.sums.values())


def _joined(entries: Sequence[Entry], layout: Layout) -> list[Entry]:
    """Rows of which the amount stands half a line higher or lower than the rest are one."""
    joined: list[Entry] = []
    for entry in entries:
        last = joined[-1] if joined else None
        if isinstance(entry, Draft) and isinstance(last, Draft) and _halves(last, entry):
            first, second = (last, entry) if last.sums else (entry, last)
            second.sums = first.sums
            second.description = [*last.description, *entry.description]
            second.figures = [*last.figures, *entry.figures]
            second.boxes = [*last.boxes, *entry.boxes]
            second.name_box = last.name_box or entry.name_box
            second.item_code, second.gtin = last.item_code or entry.item_code, last.gtin or entry.gtin
            joined[-1] = second
            continue
        if isinstance(last, Draft) and not last.sums:
            joined[-1] = layout.rows[last.row]
        joined.append(entry)
    if joined and isinstance(joined[-1], Draft) and not joined[-1].sums:
        joined[-1] = layout.rows[joined[-1].row]
    return joined


def _halves(upper: Draft, lower: Draft) -> bool:
    """Whether one row has quantity and price, the other the amount only."""
    if upper.page != lower.page or bool(upper.sums) == bool(lower.sums):
        return False
    amounts = upper if upper.sums else lower
    box, under = upper.boxes[-1], lower.boxes[0]
    near = under.center_y - box.center_y < 1.8 * max(box.height, under.height)
    return near and amounts.quantity is None and amounts.unit_price is None


def _headed(
    layout: Layout, row: Row, figures: Sequence[Figure], columns: Sequence[Column], *, decimals: bool
) -> Draft | None:
    placed = in_columns(atoms_of(row, figures), columns)
    cells: dict[str, list[Atom]] = {}
    for index, atoms in sorted(placed.items()):
        cells.setdefault(columns[index].key, []).extend(atoms)
    sums = {key: found for key in SUMS if (found := _sum_of(cells.get(key, ()), decimals=decimals))}
    if not sums and not any(atom.figure for key in ("quantity", "unit_price") for atom in cells.get(key, ())):
        return None
    draft = Draft(row.page, row.index, [row.box], list(figures), sums, label=label_of(layout, row))
    keys = [column.key for column in columns]
    draft.counted = "quantity" in keys
    _fill(draft, cells, layout)
    if names := cells.get("description"):
        draft.name_box = Box.around(atom.box for atom in names)
        after = [atom.box.x0 for index, atoms in placed.items() for atom in atoms if atom.box.x0 > names[-1].box.x1]
        draft.right = min([columns[keys.index("description")].x1, *after])
    return draft


def _sum_of(atoms: Sequence[Atom], *, decimals: bool) -> Figure | None:
    found = [atom.figure for atom in atoms if atom.figure and not atom.figure.percent]
    money = [figure for figure in found if figure.is_money or (not decimals and not figure.decimals)]
    return money[-1] if money else None


def _fill(draft: Draft, cells: dict[str, list[Atom]], layout: Layout) -> None:
    text = {key: " ".join(atom.text for atom in atoms) for key, atoms in cells.items()}
    draft.quantity, draft.unit = _quantity(text.get("quantity", ""), layout)
    draft.description = [name] if (name := _named(draft, cells, layout)) else []
    draft.unit = text.get("unit", "").strip() or draft.unit
    price = _last(cells.get("unit_price", ()))
    draft.unit_price = price.value if price else _exact(text.get("unit_price", ""))
    draft.tax_rate = _rate(cells.get("tax_rate", ()))
    off = _last(cells.get("discount", ()), percent=True)
    if off is not None and off.value:
        draft.percent_off = abs(off.value)
    spread = [figure.value for key in ("", "unit") for atom in cells.get(key, ()) if (figure := atom.figure)]
    draft.per = next((value for value in spread if value in (100, 1000)), None)
    draft.gtin = gtin_in(" ".join(text.get(key, "") for key in ("gtin", "item_code", "description", "")))
    code = text.get("item_code", "").strip(" |:")
    if code and is_unit(layout, code):
        draft.unit = draft.unit or code
    elif not draft.description and is_text(code) and " " in code:
        draft.description = [code]  # names reach over into the column before theirs
    elif label_key(code) and not DATED.match(code):
        draft.item_code = code
    draft.po_line = text.get("po_line", "").strip() or None
    draft.date = date_in(text.get("date", "") or code, layout) or draft.date


def is_unit(layout: Layout, text: str) -> bool:
    return any(key == "units" for key, _ in layout.language.columns.exact.get(label_key(text), ()))


def _named(draft: Draft, cells: dict[str, list[Atom]], layout: Layout) -> str:
    """The description, without the date, the position, the quantity and the code that stand before it."""
    words = [atom.text for atom in cells.get("description", ())]
    if dated := DATED.match(" ".join(words)):
        draft.date, words = date_in(dated[0], layout), " ".join(words)[dated.end() :].split()
    if "position" not in cells and len(words) > 1 and _POSITION.match(words[0]) and "quantity" in cells:
        words = words[1:]
    elif (
        "quantity" not in cells
        and draft.counted
        and "unit_price" in cells
        and len(words) > 1
        and (match := _COUNTED.match(words[0]))
    ):
        draft.quantity = Decimal(match[1])
        words = words[1:]
    while len(words) > 1 and not any(char.isalnum() for char in words[0]):
        words = words[1:]
    return without_code(draft, words) if "item_code" not in cells else " ".join(words).strip(" :|")


def _quantity(text: str, layout: Layout) -> tuple[Decimal | None, str | None]:
    match = _QUANTITY.match(text.strip())
    if not match:
        return None, None
    number = match["number"].replace(" ", "")
    found = find_amounts(number, decimal=layout.language.decimal)
    value = found[0].value if len(found) == 1 else None
    unit = (match["unit"] or "").strip(" :|")
    return value, unit[:32] if unit and len(unit) <= 32 and LETTERS.search(unit) else None


def _last(atoms: Sequence[Atom], *, percent: bool = False) -> Figure | None:
    found = [atom.figure for atom in atoms if atom.figure and (percent or not atom.figure.percent)]
    return found[-1] if found else None


def _exact(text: str) -> Decimal | None:
    """A price with more decimals than amounts have."""
    match = _EXACT.search(text)
    return parse_number(match[0])[0] if match else None


def _rate(atoms: Sequence[Atom]) -> Decimal | None:
    figures = [atom.figure for atom in atoms if atom.figure and 0 <= atom.figure.value <= 30]
    rates = [figure.value for figure in figures if figure.percent or not figure.value % Decimal("0.5")]
    return rates[0] if rates else None
