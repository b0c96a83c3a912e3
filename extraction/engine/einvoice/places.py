"""Where an e-invoice's values are printed on the pages that carry it, and where these pages say something else.

The XML gives values without places, but people look at the pages. A value is found by what it means, not by its
characters: 1234.56 in "1.234,56 €". Where it is printed several times the place beside the right label is taken; where
no label tells, an amount or a date gets no place, while any of a name's or an identifier's places shows what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from ..dating import find_dates
from ..document import Box, Document, Word
from ..extract import find_candidates, lay_out, record_of
from ..extractors.currency import CROWNS, DOLLARS
from ..extractors.figures import TOTAL_KEYS, Figure, find_figures
from ..fields import BY_NAME, Kind
from ..language import plain
from ..layout import Cell, Layout, TextMap
from ..money import find_currencies
from ..record import Candidate, Field, InvoiceRecord, Problem, Value, canonical

if TYPE_CHECKING:
    from ..options import ReadOptions

LIKELY = 0.3  # the score from which a label is taken to speak for an amount or a date
SURE = 0.8  # the confidence from which the pages are believed to say something else
ALIKE = 0.85  # the edit similarity from which two names are the same
TELLING = 4  # letters and digits: shorter texts stand anywhere by chance
COMPARED = ("gross_total", "invoice_number", "issue_date")


def with_places(document: Document, record: InvoiceRecord, *, options: ReadOptions) -> tuple[Document, InvoiceRecord]:
    """The document with its language told, and the record with the places of its values and `print_differs` problems.

    No value changes. What the pages say instead becomes the field's alternative, one click away.
    """
    layout = lay_out(document)
    if not layout.rows:
        return document, record
    print_ = Print(layout, find_candidates(layout, options))
    fields = {name: _placed(found, print_.place(found)) for name, found in record.fields.items()}
    problems = list(record.problems)
    for other in _differing(record, print_, record_of(layout, print_.candidates, options)):
        found = fields[other.name]
        fields[other.name] = replace(found, alternatives=(_alternative(other), *found.alternatives))
        problems.append(_problem(found, other))
    return layout.document, replace(record, fields=fields, problems=tuple(problems))


@dataclass(frozen=True, slots=True)
class Place:
    page: int
    box: Box


def _placed(found: Field, place: Place | None) -> Field:
    if place is None:
        return found
    return replace(found, page=place.page, box=place.box, reason=f"{found.reason}, printed on page {place.page}")


# --- what the pages say instead ---------------------------------------------------------------------------------------


def _differing(record: InvoiceRecord, print_: Print, printed: InvoiceRecord) -> Iterator[Field]:
    """The pages' own fields that are sure to say something else than the record."""
    for name in COMPARED:
        ours, theirs = record.fields.get(name), printed.fields.get(name)
        if ours is None or theirs is None or theirs.confidence < SURE or theirs.box is None:
            continue
        meant = [ours.value, *([record.value("amount_due")] if name == "gross_total" else [])]
        if any(value is not None and same(value, theirs.value) for value in meant) or print_.says(ours):
            continue
        if not print_.may_be_misread(ours, theirs):
            yield theirs


def _alternative(other: Field) -> Candidate:
    assert other.page is not None  # it has a box
    reason = f"printed on page {other.page}: {other.reason}"
    return Candidate(other.name, other.value, other.text, other.page, other.box, other.confidence, reason)


def _problem(ours: Field, theirs: Field) -> Problem:
    message = (
        f"The page says {canonical(theirs.value)}, the e-invoice {canonical(ours.value)}. "
        "By law the e-invoice's data often counts, not its picture: ask the vendor which is right."
    )
    return Problem("print_differs", (ours.name,), message)


def same(one: Value, other: Value) -> bool:
    """Whether two values mean the same; a credit note's amounts are printed with or without a sign."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one) == abs(other)
    if isinstance(one, str) and isinstance(other, str):
        return plain(one) == plain(other)
    return one == other


# --- where a value is printed -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Print:
    """The pages, and every place on them that may hold a field."""

    layout: Layout
    candidates: Sequence[Candidate]

    def place(self, found: Field) -> Place | None:
        match BY_NAME[found.name].kind:
            case Kind.AMOUNT | Kind.DATE:
                return self._labelled(found, LIKELY) or self._only(found)
            case Kind.CURRENCY:
                return self._currency(str(found.value))
            case Kind.ADDRESS:
                return self._address(str(found.value))
            case Kind.COUNTRY:
                return None  # a code that hardly any invoice prints
            case Kind.CHOICE:
                return self._labelled(found)
            case _:
                return self._labelled(found) or self._text(found)

    def says(self, found: Field) -> bool:
        """Whether the value is printed as this field, however doubtful."""
        if any(c.score >= LIKELY for c in self._equal(found)):
            return True
        if isinstance(found.value, str):
            return any(True for _ in self._runs(plain(found.value)))
        return isinstance(found.value, date) and any(self._dates(found.value))

    def may_be_misread(self, ours: Field, theirs: Field) -> bool:
        """A recogniser that mistakes one character of a number is no news."""
        recognised = any(page.number == theirs.page and page.source == "ocr" for page in self.layout.document.pages)
        return recognised and isinstance(ours.value, str) and _alike(ours.value, str(theirs.value))

    def _equal(self, found: Field) -> list[Candidate]:
        mine = [c for c in self.candidates if c.field == found.name and c.box is not None]
        equal = [c for c in mine if same(c.value, found.value)]
        if not equal and BY_NAME[found.name].kind is Kind.NAME:
            equal = [c for c in mine if _alike(str(c.value), str(found.value))]
        return equal

    def _labelled(self, found: Field, least: float = 0.0) -> Place | None:
        best = max(self._equal(found), key=lambda c: c.score, default=None)
        if best is None or best.box is None or best.score < least:
            return None
        return self._narrowed(Place(best.page, best.box), found.value)

    def _narrowed(self, place: Place, value: Value) -> Place:
        """The amount alone where a candidate's box is a whole row of a table."""
        inside = (
            f for f in self._figures if f.page == place.page and same(f.value, value) and _inside(f.box, place.box)
        )
        return next((Place(figure.page, figure.box) for figure in inside), place)

    def _only(self, found: Field) -> Place | None:
        """The one place of an amount or a date that is printed once."""
        if isinstance(found.value, Decimal):
            places = [Place(f.page, f.box) for f in self._figures if f.is_money and same(f.value, found.value)]
            return places[0] if len(places) == 1 and found.value else None
        places = list(self._dates(found.value)) if isinstance(found.value, date) else []
        return places[0] if len(places) == 1 else None

    @cached_property
    def _figures(self) -> list[Figure]:
        return [figure for row in find_figures(self.layout) for figure in row]

    def _dates(self, value: date) -> Iterator[Place]:
        """Where a date is printed, be it day or month first."""
        for row in self.layout.rows:
            for cell in row.cells:
                spans = TextMap(cell.words)
                for found in find_dates(spans.text, self.layout.language.code):
                    if value in (found.day_first, found.month_first):
                        yield Place(row.page, spans.box(found.start, found.end))

    def _currency(self, code: str) -> Place | None:
        """Its code or sign, best in the row of a total."""
        signs = {code} | {sign for sign, table in (("$", DOLLARS), ("kr", CROWNS)) if code in table.values()}
        marks = [
            (row.index, Place(row.page, spans.box(position, position + 1)))
            for row in self.layout.rows
            for spans in [TextMap(row.words)]
            for mark, position in find_currencies(spans.text)
            if mark in signs
        ]
        rows = {label.row for label in self.layout.labels("currency", "amount_due", *TOTAL_KEYS)}
        return next((place for row, place in marks if row in rows), marks[0][1] if marks else None)

    def _address(self, value: str) -> Place | None:
        """The cells of one row or block that hold most of the address's parts, its first or more than half of them."""
        parts = [part for part in map(plain, value.split(", ")) if len(part) >= TELLING]
        best: list[Cell] = []
        most: set[str] = set()
        for stack in self._stacks:
            cells, held = _holders(stack, parts)
            if len(held) > len(most):
                best, most = cells, held
        if not best or 2 * len(most) < len(parts) + (parts[0] not in most):
            return None
        return Place(best[0].page, Box.around(cell.box for cell in best))

    @cached_property
    def _stacks(self) -> list[tuple[Cell, ...]]:
        """What is read on from cell to cell: down a block, or else across a row, where columns may lie side by side."""
        return [block.cells for block in self.layout.blocks] + [row.cells for row in self.layout.rows]

    @cached_property
    def _streams(self) -> list[tuple[int, _Stream]]:
        return [(cells[0].page, _Stream([w for cell in cells for w in cell.words])) for cells in self._stacks if cells]

    def _runs(self, wanted: str) -> Iterator[tuple[int, Sequence[Word]]]:
        if wanted:
            for page, stream in self._streams:
                for words in stream.find(wanted):
                    yield page, words

    def _text(self, found: Field) -> Place | None:
        """Beside its label; else the first place, unless the text is too short to mean anything by itself."""
        wanted = plain(str(found.value))
        places = [(Place(page, Box.around(word.box for word in words)), words[0]) for page, words in self._runs(wanted)]
        beside = (place for place, word in places if self._has_label(found.name, word))
        first = places[0][0] if places and len(wanted) >= TELLING else None
        return next(beside, first)

    def _has_label(self, name: str, word: Word) -> bool:
        return any(word in self.layout.right_of(label) for label in self.layout.labels(name))


class _Stream:
    """Words as one text of letters and digits, with the way back to the words."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = [(word, text) for word in words if (text := plain(word.text))]
        self.text = "".join(text for _, text in self.words)
        self.starts: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        position = 0
        for index, (_, text) in enumerate(self.words):
            self.starts[position] = index
            position += len(text)
            self.ends[position] = index + 1

    def find(self, wanted: str) -> Iterator[Sequence[Word]]:
        """Whole words that together are ``wanted``."""
        at = self.text.find(wanted)
        while at >= 0:
            first, last = self.starts.get(at), self.ends.get(at + len(wanted))
            if first is not None and last is not None:
                yield [word for word, _ in self.words[first:last]]
            at = self.text.find(wanted, at + 1)


def _holders(stack: Sequence[Cell], parts: Sequence[str]) -> tuple[list[Cell], set[str]]:
    """The cells that each add a part to those held by the cells before, and all parts they hold."""
    cells: list[Cell] = []
    held: set[str] = set()
    for cell in stack:
        text = plain(cell.text)
        added = {part for part in parts if part in text} - held
        if added:
            cells.append(cell)
            held |= added
    return cells, held


def _inside(inner: Box, outer: Box) -> bool:
    return outer.x0 <= inner.center_x <= outer.x1 and outer.y0 <= inner.center_y <= outer.y1


def _alike(one: str, other: str) -> bool:
    return Levenshtein.normalized_similarity(plain(one), plain(other)) >= ALIKE
