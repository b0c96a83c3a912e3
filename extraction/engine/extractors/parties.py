"""Who sent the document and who it is for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ..document import Box
from ..language import Language, label_key
from ..layout import Layout
from ..record import Candidate
from .names import clean_name, is_person, looks_like_address, looks_like_name
from .roles import sender_lines
from .vendor import find_vendor

if TYPE_CHECKING:
    from ..read import ReadOptions


def find_parties(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    vendors = find_vendor(layout, language, options)
    return [*vendors, *_buyers(layout, vendors)]


def _buyers(layout: Layout, vendors: list[Candidate]) -> Iterable[Candidate]:
    """The first line beside or under a buyer's label, or in the address window under the sender's line."""
    vendor = label_key(str(vendors[0].value)) if vendors else ""
    seen: set[str] = set()
    for text, page, box, score, how in [*_labelled_buyers(layout), *_windowed_buyers(layout)]:
        name = clean_name(text)
        key = label_key(name)
        if key in seen or not key or not looks_like_name(name) or looks_like_address(name):
            continue
        seen.add(key)
        if not vendor or fuzz.ratio(key, vendor) < 85:
            yield Candidate("buyer_name", name, text, page, box, score, how)


def _labelled_buyers(layout: Layout) -> Iterable[tuple[str, int, Box, float, str]]:
    for label in layout.labels("buyer_name"):
        if not label.starts_cell:
            continue
        sure = (
            (0.8 if len(label_key(label.text)) > 4 else 0.5) * label.quality * (0.6 if is_person(label.text) else 1.0)
        )
        right = layout.right_of(label)
        text = " ".join(word.text for word in right).strip(" :#")
        if any(char.isalpha() for char in text):
            yield text, label.page, Box.around(word.box for word in right), sure, f"right of label '{label.text}'"
            continue
        for cell in layout.below(label, rows=2)[:1]:
            yield cell.text, cell.page, cell.box, 0.95 * sure, f"below label '{label.text}'"


def _windowed_buyers(layout: Layout) -> Iterable[tuple[str, int, Box, float, str]]:
    for line in sender_lines(layout):
        below = layout.cells_below(line.row, line.box, rows=2)
        if 0.1 < line.box.y0 < 0.45 and below:
            yield below[0].text, line.page, below[0].box, 0.7, "under the sender's address line"
