"""When the invoice is to be paid, in the words that are printed: beside a label, or as a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..document import Word
from ..language import Language
from ..layout import Cell, Label, Layout
from ..record import Candidate
from .beside import box_of, text_of, value_of
from .formats import is_amount, is_date

if TYPE_CHECKING:
    from ..options import ReadOptions

_LONGEST = 300  # characters of terms; what is longer is the small print
_DAYS = re.compile(r"\d")
_WRAPPED = 2  # rows that a sentence may go on in


def find_terms(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    return [*_labelled_terms(layout), *_sentences(layout)]


def _labelled_terms(layout: Layout) -> Iterable[Candidate]:
    for label in layout.labels("payment_terms"):
        if not label.starts_cell:
            continue
        found = value_of(layout, label, whole=True)
        text = text_of(found[0]) if found else ""
        if found and _may_be_terms(text):
            score = (0.85 if _DAYS.search(text) else 0.7) * label.quality
            reason = f"{found[1]} label '{label.text}'"
            yield Candidate("payment_terms", text, text, label.page, box_of(found[0]), round(score, 4), reason)


def _may_be_terms(text: str) -> bool:
    letters = sum(char.isalpha() for char in text)
    return letters >= 3 and len(text) <= _LONGEST and not (is_date(text) or is_amount(text))


def _sentences(layout: Layout) -> Iterable[Candidate]:
    """A sentence that says when to pay, wherever it stands."""
    for label in layout.labels("payment_sentence"):
        words = _sentence(layout, label)
        text = text_of(words)
        if _may_be_terms(text) and len(words) > 2:
            score = (0.72 if _DAYS.search(text) else 0.55) * label.quality * (1.0 if label.starts_cell else 0.9)
            reason = f"the sentence with '{label.text}'"
            yield Candidate("payment_terms", text, text, label.page, box_of(words), round(score, 4), reason)


def _sentence(layout: Layout, label: Label) -> Sequence[Word]:
    """The label's cell, and the rows that a sentence goes on in, up to its full stop."""
    cell = layout.cell_of(label)
    words = list(cell.words)
    bottom = cell
    for below in layout.cells_below(cell.row, cell.box, rows=_WRAPPED):
        if words[-1].text.endswith((".", "!", ":")) or not _goes_on(bottom, below):
            break
        words.extend(below.words)
        bottom = below
    return words


def _goes_on(cell: Cell, below: Cell) -> bool:
    close = below.box.y0 - cell.box.y1 < 0.9 * cell.box.height
    aligned = abs(below.box.x0 - cell.box.x0) < 0.02
    return close and aligned and below.words[0].text[:1].islower()
