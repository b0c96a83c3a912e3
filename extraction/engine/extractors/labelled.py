"""The value of a party's label: beside it, under it, or in the labelled block under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..document import Box, Word
from ..language import is_known_word, label_key
from ..layout import Cell, Label, Layout
from .names import clean_name, is_person

_COLUMN_GAP = 0.2  # of the page's width: what stands further right belongs to another column
_NUMBERS = (
    *("invoice_number", "issue_date", "due_date", "customer_number", "purchase_order", "vendor_tax_id"),
    "buyer_tax_id",
)
RIGHT, INSIDE, BELOW, PERSON = "right of", "behind", "below", "a person below"


@dataclass(frozen=True, slots=True)
class Spot:
    """A text at a label. ``placed``: RIGHT, INSIDE (its cell, without a colon), BELOW or PERSON (below, no company)."""

    text: str
    page: int
    row: int
    box: Box
    placed: str


def at_label(layout: Layout, label: Label, may_be_name: Callable[[str], bool], rows: int = 4) -> Iterator[Spot]:
    """The likeliest places of the label's value, best first, from at most ``rows`` rows further down.

    ``may_be_name`` judges texts that ``clean_name`` made.
    """
    alone = layout.ends_cell(label) or layout.is_parted(label)
    beside = _beside(layout, label)
    if beside:
        text = " ".join(word.text for word in beside).strip(" :#")
        box = Box.around(word.box for word in beside)
        yield Spot(text, label.page, label.row, box, RIGHT if alone else INSIDE)
        if may_be_name(clean_name(text)) or layout.is_parted(label):
            return  # "Attention: Accounts" says it all
    if alone:  # "Customer code" labels something else
        yield from _below(layout, label, may_be_name, rows)


def _below(layout: Layout, label: Label, may_be_name: Callable[[str], bool], rows: int) -> Iterator[Spot]:
    people = []
    for cell in layout.below(label, rows=rows):
        named = _named(layout, cell)
        if named:
            yield Spot(named, cell.page, cell.row, cell.box, BELOW)
            return
        if _is_label(layout, cell) or len(label_key(clean_name(cell.text))) <= 3:
            continue
        if is_person(cell.text):
            people.append(cell)
        elif may_be_name(clean_name(cell.text)):
            yield Spot(cell.text, cell.page, cell.row, cell.box, BELOW)
            return
    yield from (Spot(cell.text, cell.page, cell.row, cell.box, PERSON) for cell in people[:1])


def _beside(layout: Layout, label: Label) -> tuple[Word, ...]:
    """The words after a label up to the end of their cell; without a colon or a gap only if they begin as names do."""
    taken = _next_words(layout, label)
    if not any(map(str.isalpha, "".join(word.text for word in taken))) or _heads_column(layout, label):
        return ()
    if taken[0].box.x0 - label.box.x1 > (2 * _COLUMN_GAP if _is_form(layout, label) else _COLUMN_GAP):
        return ()
    if layout.ends_cell(label) or layout.is_parted(label):
        return taken
    first = taken[0].text
    enough = len(taken) > 1 or label.end - label.start > 1
    return taken if enough and first[:1].isupper() and not is_known_word(first) else ()


def _is_form(layout: Layout, label: Label) -> bool:
    """Whether labels with colons stand one under the other, so that their values are a column of their own."""
    under = layout.below(label, rows=1)
    return layout.is_parted(label) and bool(under) and under[0].text.endswith(":")


def _heads_column(layout: Layout, label: Label) -> bool:
    """Whether the label is one of several heads with values under them: figures there, none here."""
    if not layout.ends_cell(label) or layout.is_parted(label) or label.row + 1 >= len(layout.rows):
        return False
    row, under = layout.rows[label.row], layout.rows[label.row + 1]
    heads = [cell for cell in row.cells if cell.box.x0 >= label.box.x0 - 0.01]
    values = [cell for cell in under.cells if any(abs(cell.box.x0 - head.box.x0) < 0.015 for head in heads)]
    if len(heads) < 3 or len(values) < 2 or _has_digit(heads) or not _has_digit(values):
        return False
    labels = [other for other in layout.labels_in_row(under.index) if other.box.x0 >= label.box.x0 - 0.01]
    return not any(other.starts_cell and (layout.ends_cell(other) or layout.is_parted(other)) for other in labels)


def _has_digit(cells: Iterable[Cell]) -> bool:
    return any(char.isdigit() for cell in cells for char in cell.text)


def _next_words(layout: Layout, label: Label) -> tuple[Word, ...]:
    """What follows a label to the end of its cell, or the next cell, up to a label that ends in a colon.

    Other labels may be part of a name: "Total Cleaning Ltd".
    """
    row = layout.rows[label.row]
    others = [
        other
        for other in layout.labels_in_row(label.row)
        if other.start >= label.end and (other.key in _NUMBERS or layout.is_parted(other))
    ]
    words = row.words[label.end : min((other.start for other in others), default=len(row.words))]
    while words and not any(map(str.isalnum, words[0].text)):
        words = words[1:]
    cell = next((cell for cell in row.cells if words and words[0] in cell.words), None)
    return tuple(word for word in words if cell is not None and word in cell.words)


def _named(layout: Layout, cell: Cell) -> str:
    """ "Name: Harbour Works Ltd" in a block gives "Harbour Works Ltd"."""
    for label in layout.labels_in_row(cell.row):
        if label.key == "buyer_name" and _opens(label, cell):
            beside = _beside(layout, label) if layout.is_parted(label) else ()
            return " ".join(word.text for word in beside).strip(" :#")
    return ""


def _is_label(layout: Layout, cell: Cell) -> bool:
    """Whether a cell begins with a label; "No. 4711:" in front of a colon is one, too."""
    head, colon, _ = cell.text.partition(":")
    if colon and len(head.split()) <= 3:
        return True
    return any(_opens(label, cell) for label in layout.labels_in_row(cell.row))


def _opens(label: Label, cell: Cell) -> bool:
    return label.starts_cell and abs(label.box.x0 - cell.box.x0) < 0.01
