"""Words regrouped by where they stand: rows, cells, blocks, and the labels among them. Built once per document.

- A ``Cell`` is a run of words on one baseline without a wide gap: a phrase, a table cell, a label with its value.
- A ``Row`` is everything that stands at one height of a page, left to right, whatever the recogniser's own lines
  were. The page's slope is estimated first, so a slightly skewed scan or photo still gives whole rows.
- A ``Label`` is a printed phrase that the language files know ("Invoice date"), matched without regard to case,
  accents, spaces and punctuation, tolerant to the usual misreadings. Each word belongs to one label phrase at most,
  the longest one: in "Delivery date" there is no label "date". All labels are found in one pass.

Conventions for extractors, ``find_X(layout, language, options) -> list[Candidate]``:
``layout.labels("invoice_number")`` gives the labels of a key in reading order; ``layout.right_of(label)`` the words
after it in its row, up to the next label; ``layout.below(label)`` the cells under it in its column. Words that hold
a label and its value in one ("Date:12/03/2018") are split before, with boxes shared out by length.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from itertools import pairwise
from typing import Any, TypeVar

from .document import Box, Document, Page, Word
from .language import Language, label_key, label_tokens
from .rows import group_words

Found = TypeVar("Found")
MAX_PHRASE = 7  # tokens
_PARTS = re.compile(r"[^\W_]+|[\W_]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """Words of one row without a wide gap between them. ``row`` is an index into ``Layout.rows``."""

    page: int
    row: int
    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Row:
    """Cells at one height of a page, left to right; ``words`` are the cells' words in the same order."""

    page: int
    index: int
    cells: tuple[Cell, ...]
    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Block:
    """Cells stacked closely in one column, such as an address."""

    page: int
    cells: tuple[Cell, ...]
    box: Box

    @property
    def text(self) -> str:
        return "\n".join(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Label:
    """A known phrase as printed. ``start`` and ``end`` delimit it in its row's words (end exclusive).

    ``quality`` is 1.0 for the exact phrase in the document's language, less for misread or foreign ones.
    ``starts_cell`` tells labels, which open their cell, from words inside sentences.
    """

    key: str
    text: str
    page: int
    row: int
    start: int
    end: int
    box: Box
    quality: float
    starts_cell: bool


@dataclass(frozen=True)
class Layout:
    """All pages of a document as rows in reading order. Use ``build_layout``."""

    document: Document
    language: Language
    rows: tuple[Row, ...]
    page_rows: dict[int, tuple[int, int]] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # see ``once``

    @cached_property
    def all_labels(self) -> tuple[Label, ...]:
        """Every label of the document in reading order."""
        single = [label for row in self.rows for label in _row_labels(row, self.language)]
        stacked, covered = _stacked_labels(self.rows, self.language)
        return tuple(label for label in single if (label.row, label.start) not in covered) + tuple(stacked)

    @cached_property
    def _labels_by_key(self) -> dict[str, list[Label]]:
        by_key: dict[str, list[Label]] = defaultdict(list)
        for label in self.all_labels:
            by_key[label.key].append(label)
        return by_key

    @cached_property
    def _labels_by_row(self) -> dict[int, list[Label]]:
        by_row: dict[int, list[Label]] = defaultdict(list)
        for label in self.all_labels:
            by_row[label.row].append(label)
        for labels in by_row.values():
            labels.sort(key=lambda label: label.start)
        return by_row

    def labels(self, *keys: str) -> list[Label]:
        """The labels of these keys, in reading order."""
        found = [label for key in keys for label in self._labels_by_key.get(key, ())]
        return sorted(found, key=lambda label: (label.row, label.start))

    def labels_in_row(self, row: int) -> list[Label]:
        return self._labels_by_row.get(row, [])

    def rows_of(self, page: int) -> tuple[Row, ...]:
        first, end = self.page_rows.get(page, (0, 0))
        return self.rows[first:end]

    def right_of(self, label: Label, *, past_labels: bool = False) -> tuple[Word, ...]:
        """The words after the label in its row, up to the next label (``past_labels``: to the end of the row)."""
        words = self.rows[label.row].words
        following = [other.start for other in self.labels_in_row(label.row) if other.start >= label.end]
        end = len(words) if past_labels or not following else min(following)
        return words[label.end : end]

    def below(self, label: Label, *, rows: int = 3) -> list[Cell]:
        """The cells under the label in its column, nearest first, from at most ``rows`` rows further down."""
        return self.cells_below(label.row, label.box, rows=rows)

    def cells_below(self, row: int, box: Box, *, rows: int = 3) -> list[Cell]:
        page = self.rows[row].page
        following = self.rows[row + 1 : row + 1 + rows]
        return [cell for r in following if r.page == page for cell in r.cells if same_column(cell.box, box)]

    @cached_property
    def _cell_by_word(self) -> dict[int, Cell]:
        return {id(word): cell for row in self.rows for cell in row.cells for word in cell.words}

    def cell_with(self, word: Word) -> Cell:
        """The cell of one of the layout's own words."""
        return self._cell_by_word[id(word)]

    def cell_of(self, label: Label) -> Cell:
        """The cell in which the label ends."""
        return self.cell_with(self.rows[label.row].words[label.end - 1])

    def is_parted(self, label: Label) -> bool:
        """Whether a colon parts the label from what follows."""
        words = self.rows[label.row].words
        return words[label.end - 1].text.endswith(":") or (
            label.end < len(words) and words[label.end].text.startswith(":")
        )

    def ends_cell(self, label: Label) -> bool:
        """Whether no word follows the label in its cell."""
        return self.cell_of(label).words[-1] is self.rows[label.row].words[label.end - 1]

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Cells stacked closely in one column, top to bottom; in reading order of their first cells."""
        chains: list[list[Cell]] = []
        open_chain: dict[tuple[int, int], list[Cell]] = {}  # (row, position of the cell in it) -> chain
        for row in self.rows:
            for position, cell in enumerate(row.cells):
                chain = self._chain_above(cell, open_chain)
                if chain is None:
                    chain = []
                    chains.append(chain)
                chain.append(cell)
                open_chain[(row.index, position)] = chain
        return tuple(Block(c[0].page, tuple(c), Box.around(cell.box for cell in c)) for c in chains)

    def _chain_above(self, cell: Cell, chains: dict[tuple[int, int], list[Cell]]) -> list[Cell] | None:
        for index in range(cell.row - 1, max(-1, cell.row - 3), -1):
            row = self.rows[index]
            if row.page != cell.page:
                return None
            for position, above in enumerate(row.cells):
                chain = chains[(index, position)]
                if chain[-1] is above and _stacked(above.box, cell.box):
                    return chain
        return None


def once(find: Callable[[Layout], Found]) -> Callable[[Layout], Found]:
    """Keep what a function finds in a layout: several extractors ask for the same."""

    @wraps(find)
    def kept(layout: Layout) -> Found:
        if find.__qualname__ not in layout.found:
            layout.found[find.__qualname__] = find(layout)
        found: Found = layout.found[find.__qualname__]
        return found

    return kept


def same_column(a: Box, b: Box) -> bool:
    """Whether two boxes share at least half of the narrower one's width."""
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 * min(a.width, b.width)


def _stacked(above: Box, below: Box) -> bool:
    height = min(above.height, below.height)
    close = -0.6 * height < below.y0 - above.y1 < 0.9 * max(above.height, below.height)
    similar = max(above.height, below.height) < 1.9 * height
    aligned = abs(above.x0 - below.x0) < 0.02 or abs(above.center_x - below.center_x) < 0.02
    return close and similar and aligned


def build_layout(document: Document, language: Language) -> Layout:
    rows: list[Row] = []
    page_rows: dict[int, tuple[int, int]] = {}
    for page in document.pages:
        first = len(rows)
        rows.extend(_page_rows(page, first))
        page_rows[page.number] = (first, len(rows))
    return Layout(document, language, tuple(rows), page_rows)


def _page_rows(page: Page, first: int) -> list[Row]:
    return [_make_row(page.number, first + index, cells) for index, cells in enumerate(group_words(page))]


def _make_row(page: int, index: int, runs: Sequence[Sequence[Word]]) -> Row:
    cells = tuple(Cell(page, index, tuple(run), Box.around(word.box for word in run)) for run in runs)
    words = tuple(word for run in runs for word in run)
    return Row(page, index, cells, words, Box.around(cell.box for cell in cells))


def _row_labels(row: Row, language: Language) -> Iterable[Label]:
    offset = 0
    for cell in row.cells:
        yield from _cell_labels(row, cell, offset, language)
        offset += len(cell.words)


def _cell_labels(row: Row, cell: Cell, offset: int, language: Language) -> Iterable[Label]:
    tokens = [(token, index) for index, word in enumerate(cell.words) for token in label_tokens(word.text)]
    position = 0
    while position < len(tokens):
        for size in range(min(MAX_PHRASE, len(tokens) - position), 0, -1):
            phrase = "".join(token for token, _ in tokens[position : position + size])
            if _spans_colon(cell, tokens[position][1], tokens[position + size - 1][1]):
                hits = language.vocabulary.exact.get(phrase, ())
            else:
                hits = language.vocabulary.find(phrase, words=size)
            if hits and not _inside_value(cell, tokens, position + size):
                start, end = tokens[position][1], tokens[position + size - 1][1] + 1
                for key, quality in hits:
                    yield _label(key, row, cell.words[start:end], offset + start, quality, position == 0)
                position += size
                break
        else:
            position += 1


def _spans_colon(cell: Cell, first: int, last: int) -> bool:
    """What stands behind a colon is a value and no misread end of the label: "Reference: R. Miller"."""
    return any(word.text.endswith(":") for word in cell.words[first:last])


def _inside_value(cell: Cell, tokens: Sequence[tuple[str, int]], end: int) -> bool:
    """Whether a phrase would end inside a word that goes on with digits: "INV-2023" is a value, not the label "inv"."""
    if end >= len(tokens) or tokens[end][1] != tokens[end - 1][1]:
        return False
    index = tokens[end][1]
    used = sum(position == index for _, position in tokens[:end])
    parts = _PARTS.findall(cell.words[index].text)
    starts = [number for number, part in enumerate(parts) if part[0].isalnum()]
    return parts[starts[used] - 1][0] in "-/_" and any(
        char.isdigit() for part in parts[starts[used] :] for char in part
    )


def _label(key: str, row: Row, words: Sequence[Word], start: int, quality: float, starts_cell: bool) -> Label:
    text = " ".join(word.text for word in words).strip(" :.·")
    box = Box.around(word.box for word in words)
    return Label(key, text, row.page, row.index, start, start + len(words), box, quality, starts_cell)


def _stacked_labels(rows: Sequence[Row], language: Language) -> tuple[list[Label], set[tuple[int, int]]]:
    """Labels spread over two cells, one under the other, as in the heads of tables: "Invoice" above "date".

    Rows with figures are no heads: "Tax 1.00" above "Total 6.00" is not a label "tax total". Also returns where
    (row, first word) the labels stand that these replace.
    """
    labels: list[Label] = []
    covered: set[tuple[int, int]] = set()
    heads = [not any(char.isdigit() for char in row.text) for row in rows]
    for row, under in pairwise(rows):
        if row.page != under.page or not (heads[row.index] and heads[under.index]):
            continue
        for first, cell in _short_cells(row):
            for start, below in _short_cells(under):
                if _stacked(cell.box, below.box) and same_column(cell.box, below.box):
                    joined = _joined_labels(cell, below, start, language)
                    labels.extend(joined)
                    covered.update([(row.index, first), (under.index, start)] if joined else ())
    return labels, covered


def _short_cells(row: Row) -> Iterable[tuple[int, Cell]]:
    """(index of its first word in the row, cell) of the cells that may be half a label."""
    offset = 0
    for cell in row.cells:
        if len(cell.words) <= 3:
            yield offset, cell
        offset += len(cell.words)


def _joined_labels(cell: Cell, below: Cell, start: int, language: Language) -> list[Label]:
    text = f"{cell.text} {below.text}".strip(" :.·")
    place = (below.page, below.row, start, start + len(below.words), cell.box.union(below.box))
    hits = language.vocabulary.find(label_key(text))
    return [Label(key, text, *place, 0.95 * quality, True) for key, quality in hits]


class TextMap:
    """Words joined by single spaces, with the way back from a span of characters to the words it touches."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.text = " ".join(word.text for word in words)
        self.starts: list[int] = []
        position = 0
        for word in words:
            self.starts.append(position)
            position += len(word.text) + 1

    def indices(self, start: int, end: int) -> tuple[int, int]:
        """The words touched by ``text[start:end]``, as a half-open range."""
        return bisect_right(self.starts, start) - 1, bisect_left(self.starts, end)

    def box(self, start: int, end: int) -> Box:
        first, last = self.indices(start, end)
        return Box.around(word.box for word in self.words[first:last])
