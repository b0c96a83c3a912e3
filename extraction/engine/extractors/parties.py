"""Who sent the document and who it is for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ..document import Box, Word
from ..language import Language, label_key
from ..layout import Cell, Label, Layout
from ..record import Candidate
from .addresses import find_vendor_address
from .names import clean_name, is_person, looks_like_address, looks_like_name
from .roles import sender_lines, stands_apart
from .vendor import find_vendor

if TYPE_CHECKING:
    from ..read import ReadOptions


# Who opens the letter is not who buys; as ``label_key`` writes them.
_DEPARTMENTS = frozenset(
    label_key(name)
    for name in (
        *("accounts", "accounts payable", "accounts payable department", "accounting", "ap department", "finance"),
        *("buchhaltung", "kreditorenbuchhaltung", "rechnungswesen", "comptabilité", "service comptabilité"),
        *("contabilidad", "administración", "contabilità", "amministrazione", "boekhouding", "administratie"),
    )
)
_COLUMN_GAP = 0.2  # of the page's width: what stands further right belongs to another column


def find_parties(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    vendors = find_vendor(layout, language, options)
    return [*vendors, *find_vendor_address(layout, vendors), *_buyers(layout, vendors)]


def _buyers(layout: Layout, vendors: list[Candidate]) -> Iterable[Candidate]:
    """The first line beside or under a buyer's label, or in the address window under the sender's line."""
    vendor = label_key(str(vendors[0].value)) if vendors else ""
    seen: set[str] = set()
    for text, page, box, score, how in [*_labelled_buyers(layout), *_windowed_buyers(layout)]:
        name = clean_name(text)
        key = label_key(name)
        if key in seen or not key or key in _DEPARTMENTS or not looks_like_name(name) or looks_like_address(name):
            continue
        seen.add(key)
        if not vendor or fuzz.ratio(key, vendor) < 85:
            yield Candidate("buyer_name", name, text, page, box, score, how)


def _labelled_buyers(layout: Layout) -> Iterable[tuple[str, int, Box, float, str]]:
    for label in layout.labels("buyer_name"):
        if not label.starts_cell or not stands_apart(layout, label):
            continue
        sure = (
            (0.8 if len(label_key(label.text)) > 4 else 0.5) * label.quality * (0.6 if is_person(label.text) else 1.0)
        )
        beside = _beside(layout, label)
        if beside:
            text = " ".join(word.text for word in beside).strip(" :#")
            yield text, label.page, Box.around(word.box for word in beside), sure, f"right of label '{label.text}'"
            continue
        if not (layout.ends_cell(label) or layout.is_parted(label)):
            continue  # "Customer code" labels something else
        for cell in layout.below(label, rows=3):
            if _may_be_buyer(layout, cell):
                yield cell.text, cell.page, cell.box, 0.95 * sure, f"below label '{label.text}'"
                break


def _beside(layout: Layout, label: Label) -> tuple[Word, ...]:
    """The words after a label in its own cell, if a colon parts them, or the next cell, if that is no label."""
    row = layout.rows[label.row]
    words = layout.right_of(label)
    if not words:
        return ()
    apart = words[0].box.x0 - label.box.x1 > _COLUMN_GAP
    if apart or not (layout.ends_cell(label) or layout.is_parted(label)):
        return ()
    cell = next(cell for cell in row.cells if words[0] in cell.words)
    taken = tuple(word for word in words if word in cell.words)
    return taken if any(char.isalpha() for word in taken for char in word.text) else ()


def _may_be_buyer(layout: Layout, cell: Cell) -> bool:
    labelled = any(label.starts_cell and label.box.x0 <= cell.box.x0 + 0.01 for label in layout.labels_in_row(cell.row))
    return not labelled and len(label_key(clean_name(cell.text))) > 3 and not is_person(cell.text)


def _windowed_buyers(layout: Layout) -> Iterable[tuple[str, int, Box, float, str]]:
    for line in sender_lines(layout):
        below = layout.cells_below(line.row, line.box, rows=2)
        if 0.1 < line.box.y0 < 0.45 and below:
            yield below[0].text, line.page, below[0].box, 0.7, "under the sender's address line"
