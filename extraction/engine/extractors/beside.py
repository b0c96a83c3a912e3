"""Text that belongs to a label: after it in its cell, in the next cell, or under it."""

from __future__ import annotations

from collections.abc import Sequence

from ..document import Box, Word
from ..layout import Cell, Label, Layout

_REACH = 0.4  # of the page's width: what stands further right belongs to another column
_REST = 4  # words of a label that are not known
_MARKS = " :.·=#-–|"


def text_of(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words).strip(_MARKS)


def box_of(words: Sequence[Word]) -> Box:
    return Box.around(word.box for word in words)


def value_of(layout: Layout, label: Label, *, whole: bool = False) -> tuple[tuple[Word, ...], str] | None:
    """(words, how they stand) of the text that a label speaks for; None where there is none.

    It ends where the next label has a value of its own. ``whole``: up to the end of the cell, as in "30 days net".
    """
    inside = _after(layout, label, whole=whole)
    if _says_something(inside):
        return inside, "right of"
    if not layout.ends_cell(label) and _says_something(_after(layout, label, whole=True)):
        return None
    beside = None if _is_head(layout, label) else _next_cell(layout, label)
    if beside is not None:
        return _trimmed(beside.words if whole else _up_to_label(layout, beside)), "right of"
    for cell in layout.below(label, rows=2):
        if _is_parted(layout, cell) if whole else starts_with_label(layout, cell):
            return None
        if cell.box.y0 - label.box.y1 < 2.5 * max(cell.box.height, label.box.height):
            return _trimmed(cell.words if whole else _up_to_label(layout, cell)), "below"
    return None


def starts_with_label(layout: Layout, cell: Cell, *, besides: frozenset[str] = frozenset()) -> bool:
    """Whether a cell opens with a label that has a value, or is one; "Project House 7" is neither."""
    return any(
        label.starts_cell
        and label.quality >= 0.85
        and label.key not in besides
        and cell.box.x0 - 0.005 <= label.box.x0 <= cell.box.x0 + 0.005
        and (layout.ends_cell(label) or _announces(layout, label))
        for label in layout.labels_in_row(cell.row)
    )


def _is_parted(layout: Layout, cell: Cell) -> bool:
    """Whether a cell opens with a label and a colon."""
    labels = (label for label in layout.labels_in_row(cell.row) if abs(label.box.x0 - cell.box.x0) < 0.005)
    return any(layout.is_parted(label) for label in labels)


def _announces(layout: Layout, label: Label) -> bool:
    """Whether a value follows: a colon, or a word with digits."""
    words = layout.rows[label.row].words
    following = words[label.end].text if label.end < len(words) else ""
    return layout.is_parted(label) or any(char.isdigit() for char in following)


def _after(layout: Layout, label: Label, *, whole: bool) -> tuple[Word, ...]:
    """The words of the label's own cell behind it."""
    cell = layout.cell_of(label)
    ids = {id(word) for word in cell.words}
    words = tuple(word for word in layout.rows[label.row].words[label.end :] if id(word) in ids)
    if not layout.is_parted(label):
        rest = _behind_colon(words)
        if len(rest) < len(words):
            return _trimmed(rest)
    return _trimmed(words if whole else words[: _reach(layout, label.row, label.end, len(words))])


def _behind_colon(words: Sequence[Word]) -> Sequence[Word]:
    """What follows a colon that ends a longer label: "Mandate reference of the debit: A-123"."""
    colons = [index for index, word in enumerate(words[:_REST]) if word.text.endswith(":")]
    return words[colons[0] + 1 :] if colons else words


def _up_to_label(layout: Layout, cell: Cell) -> tuple[Word, ...]:
    first = next(index for index, word in enumerate(layout.rows[cell.row].words) if word is cell.words[0])
    return cell.words[: _reach(layout, cell.row, first, len(cell.words))]


def _reach(layout: Layout, row: int, first: int, count: int) -> int:
    """How many of ``count`` words stand before the next label that has a value of its own."""
    starts = [
        label.start - first
        for label in layout.labels_in_row(row)
        if first < label.start < first + count and _announces(layout, label)
    ]
    return min(starts, default=count)


def _trimmed(words: Sequence[Word]) -> tuple[Word, ...]:
    """Without the marks before it: "Terms : 30 days"."""
    first = next((index for index, word in enumerate(words) if any(map(str.isalnum, word.text))), len(words))
    return tuple(words[first:])


def _is_head(layout: Layout, label: Label) -> bool:
    """Whether the label is one of the heads of a table: three cells or more, no colon, and no digit in any."""
    row = layout.rows[label.row]
    digits = any(char.isdigit() for char in row.text)
    return len(row.cells) > 2 and not digits and not layout.is_parted(label)


def _next_cell(layout: Layout, label: Label) -> Cell | None:
    for cell in layout.rows[label.row].cells:
        if cell.box.x0 > label.box.x1:
            near = cell.box.x0 - label.box.x1 < _REACH
            return cell if near and not starts_with_label(layout, cell) and _says_something(cell.words) else None
    return None


def _says_something(words: Sequence[Word]) -> bool:
    return any(char.isalnum() for word in words for char in word.text)
