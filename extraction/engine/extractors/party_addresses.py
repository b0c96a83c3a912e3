"""Addresses of both parties and of the delivery: under names and labels, in lines that open with a name, in footers.

See ``addresses`` for the letterhead, which is read together with the vendor's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..country import country_named
from ..document import Box, Word
from ..language import Language, label_key
from ..layout import Cell, Label, Layout
from ..record import Candidate
from .beside import box_of, starts_with_label, value_of
from .formats import (
    has_postal_town,
    holds_address_of_net,
    holds_amount,
    holds_numeric_date,
    holds_phone,
    is_street_line,
)
from .names import ends_in_suffix, is_person, is_registration, looks_like_address
from .roles import buyer_places, sender_address, stands_apart

_LINES = 8
_FOOTER = 0.85  # of the page's height
_PARTS = re.compile(r"\s[-–—·•|]\s|\s?[·•|]\s?")
_NUMBERS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]{4,}")
_LONG_NUMBER = re.compile(r"\d{8}")
_LONGEST = 90  # characters of an address in one line
_CONTACT = ("vendor_phone", "vendor_fax", "vendor_email", "vendor_website", "vendor_tax_id", "vendor_tax_number")
_UNDER_LABEL = 0.8  # how often the first address under a buyer's label is the buyer's
_KNOWN = 0.5  # the score from which an address is given
_BEHIND = frozenset((*_CONTACT, "vendor_registration_id"))
_EDGES = " ,.;:-–·|()*"
_CLOSE, _BESIDE = 0.08, 0.25  # of the page: how far below and beside a name its address is announced
_GAP = 2.2  # heights of a line: what stands further down belongs to something else
_ADDRESS_LABELS = frozenset({"address", "vendor_phone", "contact"})  # "Customer service" may be a line of it
_ATTENTION = re.compile(
    r"^(?:t\.?\s?a\.?\s?v|z\.?\s?hd|attn|att|att\.|fao|c/o|à l'attention|all'attenzione|a/a)\b", re.IGNORECASE
)
_SURE, _STREETLESS = 0.95, 0.8  # how often such lines are the whole address


def find_addresses(layout: Layout, language: Language, found: Sequence[Candidate]) -> list[Candidate]:
    """The vendor's where its letterhead does not tell, the buyer's, and where the goods went."""
    return [*_vendor_addresses(layout, found), *_buyer_addresses(layout, found), *_ship_to(layout)]


def _vendor_addresses(layout: Layout, found: Sequence[Candidate]) -> list[Candidate]:
    """Under a label such as "seller"; else, where the letterhead has none, by other prints of the name or a footer."""
    labelled = [
        found_in(layout, "vendor_address", best[0], 0.88 * best[1], reason)
        for best, reason in _after_labels(layout, "vendor_name")
    ]
    known = [c for c in found if c.field == "vendor_address"]
    if labelled or any(c.score >= _KNOWN and (has_postal_town(str(c.value)) or "\n" in str(c.value)) for c in known):
        return labelled
    vendors = sorted((c for c in found if c.field == "vendor_name"), key=lambda c: -c.score)
    named = _of_names(layout, vendors)
    return named if named and named[0].score >= _KNOWN else [*named, *_in_footer(layout)]


def _of_names(layout: Layout, vendors: Sequence[Candidate]) -> list[Candidate]:
    for vendor in vendors[:2]:
        behind = list(behind_name(layout, vendor))
        best = _best_address(layout, vendor)
        if best and (not behind or best[1] >= _SURE):
            cells, sure, reason = best
            return [found_in(layout, "vendor_address", cells, vendor.score * sure, reason)]
        if behind:
            return behind[:1]
    return []


def _in_footer(layout: Layout) -> Iterable[Candidate]:
    """A street and a town between the marks of a footer: "Mill Lane 3, 12345 Town - Tel. 0123 4567"."""
    buyers = buyer_places(layout)
    for row in layout.rows:
        if row.box.y0 > _FOOTER:
            for cell in row.cells:
                for part in _PARTS.split(cell.text):
                    parts = len(_NUMBERS.findall(part)) > 1 and len(_WORDS.findall(part)) > 1
                    whole = has_postal_town(part) and parts and len(part) < _LONGEST
                    if whole and not (
                        holds_phone(part) or holds_address_of_net(part) or buyers.holds(row.page, cell.box)
                    ):
                        yield Candidate(
                            "vendor_address", part, part, row.page, cell.box, 0.6, "at the foot of the page"
                        )


def behind_name(layout: Layout, vendor: Candidate) -> Iterable[Candidate]:
    """The rest of a line that opens with the name: "Miller Ltd · Mill Lane 3 · 12345 Town"."""
    name = str(vendor.value)
    for row in layout.rows:
        for cell in row.cells:
            if cell.text.startswith(name) and len(cell.text) > len(name) + 8:
                rest = sender_address(cell.text) or _address_in(cell.text[len(name) :])
                if rest:
                    score, reason = round(vendor.score * 0.9, 4), "in the line that opens with the name"
                    yield Candidate("vendor_address", rest, rest, cell.page, cell.box, score, reason)


def _address_in(text: str) -> str:
    """A street and a town in one line, after a mark that parts them from the name."""
    rest = text.strip(_EDGES)
    parted = text[:1] in ",·•|" or text.lstrip()[:1] in ",·•|–-"
    whole = has_postal_town(rest) and not holds_address_of_net(rest) and len(rest) < _LONGEST
    return rest if parted and whole else ""


def _buyer_addresses(layout: Layout, found: Sequence[Candidate]) -> Iterable[Candidate]:
    """Under the likeliest names of the buyer, and in the places where buyers stand, whoever is named there."""
    buyers = sorted((c for c in found if c.field == "buyer_name"), key=lambda c: -c.score)
    vendors = {str(c.value) for c in found if c.field == "vendor_address" and c.score >= _KNOWN}
    named = [
        (_of_party(layout, c), c.score, f"under the name '{c.value}'")
        for c in buyers[:3]
        if not is_street_line(str(c.value))
    ]
    places = [(best, sure, reason) for best, sure, reason in named if best]
    places += [(best, _UNDER_LABEL, reason) for best, reason in _after_labels(layout, "buyer_name")]
    together: dict[str, Candidate] = {}
    for best, sure, reason in places:
        candidate = found_in(layout, "buyer_address", best[0], sure * best[1], reason)
        last = str(candidate.value).rpartition("\n")[2]
        before = together.get(last)
        if before is not None:  # two ways to the same address
            score = 1 - (1 - before.score) * (1 - candidate.score)
            candidate = replace(
                max(before, candidate, key=lambda c: len(str(c.value))), score=round(min(score, 0.97), 4)
            )
        if candidate.value not in vendors:
            together[last] = candidate
    yield from together.values()


def _after_labels(layout: Layout, key: str) -> Iterable[tuple[tuple[list[Cell], float], str]]:
    """Addresses in the column under or beside the labels of a party, whoever is named there."""
    for label in layout.labels(key):
        if label.starts_cell and stands_apart(layout, label) and (layout.ends_cell(label) or layout.is_parted(label)):
            value = value_of(layout, label, whole=True)
            if value:
                first = layout.cell_with(value[0][0])
                lines, sure = _address(layout, _lines_of(layout, label, first, value[1]), named=False)
                if lines:
                    yield (lines, sure), f"{value[1]} label '{label.text}'"


def _of_party(layout: Layout, party: Candidate) -> tuple[list[Cell], float] | None:
    best = under_name(layout, party.page, party.box)
    return best if best and best[1] >= _SURE else _labelled(layout, party) or best


def _ship_to(layout: Layout) -> Iterable[Candidate]:
    """The lines beside or under "deliver to", the name of who receives included."""
    for label in layout.labels("ship_to_address"):
        announces = label.quality >= 0.9 and (label.starts_cell or layout.ends_cell(label))
        value = value_of(layout, label, whole=True) if announces and stands_apart(layout, label) else None
        if not value:
            continue
        first = layout.cell_with(value[0][0])
        lines, sure = _address(layout, _lines_of(layout, label, first, value[1]), named=True)
        if lines:
            words = [list(value[0]) if cell is first else list(cell.words) for cell in lines]
            reason = f"{value[1]} label '{label.text}'"
            yield _lines_found("ship_to_address", lines, words, 0.9 * label.quality * sure, reason)


def _lines_of(layout: Layout, label: Label, first: Cell, placed: str) -> list[Cell]:
    """The column of a label's value; under a label, that of its own cell, whatever stands first in it."""
    if placed == "right of":
        return [first, *_column(layout, first, first.box)]
    cell = layout.cell_of(label)
    lines = list(_column(layout, cell, cell.box))
    return lines if lines else [first, *_column(layout, first, first.box)]


# --- the lines of an address ------------------------------------------------------------------------------------------


def _best_address(layout: Layout, vendor: Candidate) -> tuple[list[Cell], float, str] | None:
    """Under the candidate itself, else under or behind the same name elsewhere."""
    reason = f"under the name '{vendor.value}'"
    best = _of_party(layout, vendor)
    if best and best[1] >= _SURE:
        return (*best, reason)
    for cell in _cells_naming(layout, str(vendor.value)):
        other = under_name(layout, cell.page, cell.box)
        if other and (best is None or other[1] > best[1]):
            best = other
    return (*best, reason) if best else None


def _cells_naming(layout: Layout, name: str) -> Iterable[Cell]:
    wanted = label_key(name)
    for row in layout.rows:
        for cell in row.cells:
            if len(wanted) > 4 and label_key(cell.text) == wanted:
                yield cell


def under_name(layout: Layout, page: int, box: Box | None) -> tuple[list[Cell], float] | None:
    """(cells, how sure) of the address in the column under a name."""
    if box is None:
        return None
    start = next((c for r in layout.rows_of(page) for c in r.cells if same_place(c.box, box)), None)
    row = start.row if start else _row_at(layout, page, box)
    anchor = Cell(page, row, start.words if start else (), box)
    lines, sure = _address(layout, list(_column(layout, anchor, box)), named=False)
    return (lines, sure) if lines else None


def same_place(a: Box, b: Box) -> bool:
    return abs(a.x0 - b.x0) < 0.01 and abs(a.y1 - b.y1) < 0.004


def _row_at(layout: Layout, page: int, box: Box) -> int:
    """The last row that the box reaches down to."""
    rows = [row.index for row in layout.rows_of(page) if row.box.center_y <= box.y1]
    return rows[-1] if rows else layout.page_rows.get(page, (0, 0))[0]


def _column(layout: Layout, anchor: Cell, box: Box) -> Iterable[Cell]:
    """What stands under a cell, left-aligned or centred with it, without a wide gap."""
    bottom, height = anchor.box.y1, anchor.box.height
    for row in layout.rows_of(anchor.page):
        if row.index <= anchor.row:
            continue
        for cell in row.cells:
            aligned = abs(cell.box.x0 - box.x0) < 0.02 or abs(cell.box.center_x - box.center_x) < 0.02
            if aligned or min(cell.box.x1, box.x1) - max(cell.box.x0, box.x0) > 0.5 * min(cell.box.width, box.width):
                if cell.box.y0 - bottom > _GAP * max(min(cell.box.height, 2 * height), height * 0.5):
                    return
                bottom, height = cell.box.y1, cell.box.height
                yield cell
                break


def _address(layout: Layout, column: Sequence[Cell], *, named: bool) -> tuple[list[Cell], float]:
    """The cells of a column that are one address, and how sure; none where there is no address.

    It ends with its town, or the country under that. Lines before the street that are neither are left out (a second
    line of the name, a person); with ``named`` they belong to it.
    """
    lines: list[Cell] = []
    towns, streets = 0, 0
    for cell in column[:_LINES]:
        text = cell.text.strip(_EDGES)
        begun = bool(streets or towns)
        if text.isdigit() or (not begun and _is_before_address(layout, cell, named=named)):
            continue
        if _ends_address(layout, cell) or (towns and not country_named(text)):
            break
        if begun or named or not _is_no_line(text):
            lines.append(cell)
            towns = len(lines) if has_postal_town(text) else towns
            streets = len(lines) if is_street_line(text) or looks_like_address(text) else streets
    last = len(lines) if towns and country_named(lines[-1].text.strip(_EDGES)) else max(towns, streets)
    kept = lines[:last] if named else _from_street(lines[:last])
    if not kept or not towns:
        return [], 0.0
    return kept, _SURE if streets and (len(kept) > 1 or "," in kept[0].text) else _STREETLESS


def _is_before_address(layout: Layout, cell: Cell, *, named: bool) -> bool:
    """Whom it is for, a number of the party."""
    numbered = any(
        label.key == "party_number" and label.starts_cell and abs(label.box.x0 - cell.box.x0) < 0.005
        for label in layout.labels_in_row(cell.row)
    )
    to_someone = not named and bool(_ATTENTION.match(cell.text.strip(_EDGES)))
    return numbered or to_someone or bool(_LONG_NUMBER.search(cell.text))


def _is_no_line(text: str) -> bool:
    """Before the street: a person, a registration, a legal form."""
    return (
        bool(_ATTENTION.match(text))
        or is_person(text)
        or is_registration(text)
        or (ends_in_suffix(text) and not looks_like_address(text))
    )


def _from_street(lines: list[Cell]) -> list[Cell]:
    """Without the lines before the first that may be a street; the one right above the town may always be."""
    for index, cell in enumerate(lines):
        text = cell.text.strip(_EDGES)
        parted = "," in text and ":" not in text
        if is_street_line(text) or looks_like_address(text) or parted or has_postal_town(text):
            alone = index == len(lines) - 1 and index > 0 and has_postal_town(text)
            return lines[index - 1 :] if alone and not ends_in_suffix(lines[index - 1].text) else lines[index:]
    return lines[-1:]


def _ends_address(layout: Layout, cell: Cell) -> bool:
    text = cell.text
    if starts_with_label(layout, cell, besides=_ADDRESS_LABELS):
        return True
    other = holds_address_of_net(text) or holds_numeric_date(text) or (holds_amount(text) and not has_postal_town(text))
    return other or (holds_phone(text) and not has_postal_town(text)) or text.rstrip().endswith(":")


def _labelled(layout: Layout, party: Candidate) -> tuple[list[Cell], float] | None:
    """The address that a label announces near a name ("Address: Mill Lane 3", "12345 Town" under it)."""
    for label in layout.labels("address"):
        close = label.page == party.page and party.box is not None and 0 <= label.box.y0 - party.box.y0 < _CLOSE
        beside = close and party.box is not None and abs(label.box.x0 - party.box.x0) < _BESIDE
        value = value_of(layout, label, whole=True) if beside else None
        if value:
            first = Cell(label.page, layout.cell_with(value[0][0]).row, tuple(value[0]), box_of(value[0]))
            lines, sure = _address(layout, [first, *_column(layout, first, first.box)], named=True)
            if lines:
                return lines, sure
    return None


def found_in(layout: Layout, field: str, cells: Sequence[Cell], score: float, reason: str) -> Candidate:
    return _lines_found(field, cells, [_without_label(layout, cell) for cell in cells], score, reason)


def _without_label(layout: Layout, cell: Cell) -> Sequence[Word]:
    """ "Address: Mill Lane 3 - Tel. 0123 4567" is "Mill Lane 3"."""
    words = cell.words
    for label in layout.labels_in_row(cell.row):
        if label.key == "address" and label.starts_cell and abs(label.box.x0 - cell.box.x0) < 0.005:
            words = tuple(word for word in words if word.box.x0 > label.box.x1 - 0.001) or words
        elif label.key in _BEHIND and cell.box.x0 + 0.01 < label.box.x0 < cell.box.x1:
            words = tuple(word for word in words if word.box.x1 < label.box.x0 + 0.001) or words
    return words


def _lines_found(
    field: str, cells: Sequence[Cell], words: Sequence[Sequence[Word]], score: float, reason: str
) -> Candidate:
    lines = [" ".join(word.text for word in line).strip(_EDGES) for line in words]
    closed = [line + ")" if line.count("(") > line.count(")") else line for line in lines]
    text = "\n".join(line for line in closed if line)
    box = Box.around(cell.box for cell in cells)
    return Candidate(field, text, text, cells[0].page, box, round(min(score, 0.97), 4), reason)
