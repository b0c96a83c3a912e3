"""When the invoice is to be paid, in the words that are printed: beside a label, or as a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..document import Word
from ..language import Language
from ..layout import Cell, Label, Layout
from ..record import Candidate
from .beside import box_of, starts_with_label, text_of, value_of
from .formats import is_amount, is_date

if TYPE_CHECKING:
    from ..options import ReadOptions

_LONGEST = 300  # characters of terms; what is longer is the small print
_DAYS = re.compile(r"\d")
_WRAPPED = 3  # rows that a sentence may go on in
_WIDE = 0.45  # of the page's width: so long a line is wrapped rather than ended


def find_terms(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    return [*_labelled_terms(layout), *_sentences(layout)]


def _labelled_terms(layout: Layout) -> Iterable[Candidate]:
    for label in layout.labels("payment_terms"):
        if not label.starts_cell:
            continue
        found = value_of(layout, label, whole=True)
        text = text_of(found[0]) if found else ""
        if found and _may_be_terms(text) and (len(found[0]) > 1 or _DAYS.search(text)):
            words = _with_next_rows(layout, found[0])
            text = text_of(words)
            score = (0.85 if _DAYS.search(text) else 0.7) * label.quality
            reason = f"{found[1]} label '{label.text}'"
            yield Candidate("payment_terms", text, text, label.page, box_of(words), round(score, 4), reason)


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
    return _with_next_rows(layout, layout.cell_of(label).words)


def _with_next_rows(layout: Layout, words: Sequence[Word]) -> list[Word]:
    row = next(row for row in layout.rows if any(word is words[0] for word in row.words))
    bottom = Cell(row.page, row.index, tuple(words), box_of(words))
    taken = list(words)
    for below in layout.cells_below(row.index, bottom.box, rows=_WRAPPED):
        ended = taken[-1].text.endswith((".", "!", ":"))
        if ended or starts_with_label(layout, below) or not _goes_on(bottom, below):
            break
        taken.extend(below.words)
        bottom = below
    return taken


def _goes_on(cell: Cell, below: Cell) -> bool:
    """Whether a sentence is wrapped: it had no room for the next word, or that begins small."""
    close = below.box.y0 - cell.box.y1 < 0.9 * cell.box.height
    aligned = abs(below.box.x0 - cell.box.x0) < 0.02
    small = below.words[0].text[:1].islower()
    open_end = cell.words[-1].text.endswith((",", ";", "%", "-", "–")) or cell.box.width > _WIDE
    full = cell.box.x1 + below.words[0].box.width > below.box.x1
    return close and aligned and (small or (open_end and full))
