"""The vendor's address: the lines under its name, or the rest of the sender's line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from ..document import Box
from ..language import label_key
from ..layout import Cell, Layout
from ..record import Candidate
from .formats import holds_address_of_net, holds_amount, holds_numeric_date, holds_phone, is_date
from .names import ends_in_suffix, has_postal_code, is_registration, looks_like_address
from .party_addresses import behind_name, found_in, same_place, under_name
from .roles import address_lines, sender_address, sender_name

_LINES = 6
_SURE = 0.93  # of the addresses under a sure name, so many are whole
_CONTACT = ("vendor_phone", "vendor_fax", "vendor_email", "vendor_website", "vendor_tax_id", "vendor_tax_number")
_TITLES = ("invoice_word", "invoice_number", "receipt_number", "issue_date", "date", "buyer_name", "greeting")
_ENDS = frozenset((*_CONTACT, *_TITLES)) - {"vendor_registration_id"}
_SKIPPED = frozenset(("vendor_registration_id", "vendor_tax_id", "vendor_tax_number"))  # above the address
_HOUSE = re.compile(r"\d{1,4}[A-Z]?(?:-\d+)*\s?,\s?\S")  # "109, Mill Lane"
_LABELLED = re.compile(r"[^\W\d_]{2,}\s?:\s?\d+$")  # "Site: 1046"
_EDGES = " ,.;:-–·|()*"


def find_vendor_address(layout: Layout, vendors: Sequence[Candidate]) -> list[Candidate]:
    """The address of each likely vendor name that has one; names over the same address make it likelier together."""
    found: dict[str, Candidate] = {}
    for vendor in vendors:
        address = _address(layout, _as_likely_as_its_full_name(vendor, vendors[0]))
        if address is not None:
            last = str(address.value).rpartition("\n")[2]
            before = found.get(last)
            score = min(_SURE, (before.score if before else 0.0) + address.score)
            found[last] = replace(before or address, score=round(score, 4))
    return sorted(found.values(), key=lambda address: -address.score)


def _as_likely_as_its_full_name(vendor: Candidate, best: Candidate) -> Candidate:
    """Of "Miller Works" in the head and "Miller Works Ltd" in the footer, the address stands under the first."""
    part = label_key(str(best.value)).startswith(label_key(str(vendor.value)))
    return replace(vendor, score=max(vendor.score, best.score)) if part and vendor is not best else vendor


def _address(layout: Layout, vendor: Candidate) -> Candidate | None:
    own = next((line for line in behind_name(layout, vendor) if _stands_at(line, vendor)), None)
    if own is not None:
        return own
    cells = _lines_under(layout, vendor)
    whole = under_name(layout, vendor.page, vendor.box)
    told = len(cells) > 1 and has_postal_code("\n".join(cell.text for cell in cells))
    if (
        whole
        and not told
        and {id(cell) for cell in cells} <= {id(cell) for cell in whole[0]}
        and not _repeats(whole[0][0], vendor)
    ):
        score, reason = vendor.score * whole[1], f"under the name '{vendor.value}'"
        return found_in(layout, "vendor_address", whole[0], score, reason)
    if cells and not _repeats(cells[0], vendor):
        text = "\n".join(_without_contact(layout, cell) for cell in cells)
        box = Box.around(cell.box for cell in cells)
        score = vendor.score * (0.98 if has_postal_code(text) and len(cells) > 1 else 0.75)
        return _candidate(text, vendor, box, score, f"under the name '{vendor.value}'")
    for line in address_lines(layout):
        if _repeats(line, vendor) and sender_address(line.text):
            score, reason = vendor.score * 0.9, "in a line with the name"
            return _candidate(sender_address(line.text), vendor, line.box, score, reason)
    return None


def _stands_at(address: Candidate, vendor: Candidate) -> bool:
    """Whether the address is the rest of the line that the name was taken from."""
    return address.page == vendor.page and bool(address.box and vendor.box and same_place(address.box, vendor.box))


def _repeats(line: Cell, vendor: Candidate) -> bool:
    """Whether a line begins with the name itself."""
    return fuzz.ratio(label_key(sender_name(line)), label_key(str(vendor.value))) >= 85


def _candidate(text: str, vendor: Candidate, box: Box | None, score: float, reason: str) -> Candidate:
    return Candidate("vendor_address", text, text, vendor.page, box, round(score, 4), reason)


def _lines_under(layout: Layout, vendor: Candidate) -> list[Cell]:
    """The cells under the name, up to the last one that looks like an address; empty when none does."""
    taken: list[Cell] = []
    last = 0
    for cell in _column(layout, vendor):
        keys = _labels_of(layout, cell)
        text = _without_contact(layout, cell)
        if not taken and keys <= _SKIPPED and not _may_begin(text):
            continue
        if keys & _ENDS or _is_something_else(text) or len(taken) == _LINES:
            break
        if keys & _SKIPPED or is_registration(text):
            continue
        if ends_in_suffix(cell.text) and not looks_like_address(cell.text):
            continue
        taken.append(cell)
        if _is_address(text):
            last = len(taken)
    # A town or state may close the address without looking like one: it follows at once, in a short line.
    if last < len(taken) and len(taken[last].words) <= 3 and not _labels_of(layout, taken[last]):
        last += 1
    return taken[:last] if last and any(_is_address(cell.text) for cell in taken[:last]) else []


def _labels_of(layout: Layout, cell: Cell) -> set[str]:
    """The keys of the labels with which a cell begins."""
    labels = layout.labels_in_row(cell.row)
    return {o.key for o in labels if o.starts_cell and o.quality >= 0.9 and abs(o.box.x0 - cell.box.x0) < 0.01}


def _without_contact(layout: Layout, cell: Cell) -> str:
    """The cell's text up to a phone number or its like: "22 Mill Lane - 12345 Town - Tel. 0131 496 0000"."""
    row = layout.rows[cell.row]
    offset = next((index for index, word in enumerate(row.words) if word is cell.words[0]), 0)
    starts = [label.start - offset for label in layout.labels_in_row(cell.row) if label.key in _CONTACT]
    end = min((start for start in starts if 0 < start < len(cell.words)), default=len(cell.words))
    return " ".join(word.text for word in cell.words[:end]).strip(_EDGES)


def _is_address(text: str) -> bool:
    return looks_like_address(text) or bool(_HOUSE.match(text))


def _may_begin(text: str) -> bool:
    if _LABELLED.match(text):
        return False
    return looks_like_address(text) or (any(char.isdigit() for char in text) and "," in text)


def _is_something_else(text: str) -> bool:
    dated = holds_numeric_date(text) or is_date(text)  # "28 January 2026" looks like a street
    return dated or holds_phone(text) or holds_address_of_net(text) or holds_amount(text)


def _column(layout: Layout, vendor: Candidate) -> Iterable[Cell]:
    """What stands under the name, left-aligned or centred with it, without a wide gap."""
    if vendor.box is None:
        return
    bottom = vendor.box.y1
    for row in layout.rows_of(vendor.page):
        if row.box.center_y <= vendor.box.center_y or row.box.y0 < vendor.box.center_y:
            continue
        for cell in row.cells:
            overlap = min(cell.box.x1, vendor.box.x1) - max(cell.box.x0, vendor.box.x0)
            if overlap > 0.4 * min(cell.box.width, vendor.box.width):
                if cell.box.y0 - bottom > 2.5 * max(cell.box.height, vendor.box.height):
                    return
                bottom = cell.box.y1
                yield cell
                break
