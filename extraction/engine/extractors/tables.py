"""Tables of invoiced lines: the heads of their columns, and which word of a row stands in which column.

A head is a row in which several columns are named ("Description  Qty  Price  Amount"), also one of several printed
lines. Words fall into columns by where they stand and what they are: a row's words and a head's columns are aligned
in order with the least cost (dynamic programming), so that a figure between two heads goes where its neighbours leave
room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..document import Box, Word
from ..language import OPENING, Vocabulary, label_tokens
from ..layout import Layout, Row
from .figures import Figure

MAX_HEAD_PHRASE = 5  # tokens
SEEN = 8  # rows under a head that tell what its columns hold
FAR = 0.15  # of the page width: in a column that far away nothing belongs, whatever it is
MAX_HEAD_WORDS = 40
MAX_HEAD_ROWS = 3  # printed lines above and below the one that names the most columns
LEAST_NAMED = 0.5  # of a head's letters belong to names of columns; a sentence has other words
SUMS = ("amount", "net_amount", "gross_amount")  # columns that may hold a line's amount, the likeliest first
NUMBERS = frozenset({*SUMS, "quantity", "unit_price", "discount", "tax_rate", "tax_amount", "credit", "position"})
_ORDER = (
    "position", "po_line", "gtin", "item_code", "date", "description", "quantity", "unit", "unit_price", "discount",
    "tax_rate", "tax_amount", "net_amount", "gross_amount", "amount", "credit",
)  # fmt: skip
_NO_HEADS = frozenset({"units", "carried"})
_CODE = re.compile(r"(?=.*\d)[\w./#-]{3,}$")
_TIMES = re.compile(r"[xX×]?\d+[xX×]?$")
_NUMERIC = re.compile(r"[-−]?\d[\d.,]*[.,]\d+$")
_TEXTS = frozenset({"description", "item_code", "gtin", "po_line"})
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]?(?:\d{2,4})?$")


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` is empty for a column whose name is not known. ``x0`` and ``x1`` bound what may stand in it."""

    key: str
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a table: its rows, ``first`` to ``last``, and its columns from left to right.

    ``of_lines`` tells tables of invoiced lines from others, such as of taxes, whose heads only end the tables before.
    """

    page: int
    first: int
    last: int
    columns: tuple[Column, ...]
    of_lines: bool = True

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns)

    @property
    def names(self) -> Column | None:
        """The column of descriptions."""
        return next((column for column in self.columns if column.key == "description"), None)


@dataclass(frozen=True, slots=True)
class Atom:
    """What falls into a column as one: a figure, or a word that is part of none. Indices as in its row's words."""

    start: int
    end: int
    box: Box
    text: str
    figure: Figure | None
    opens_cell: bool


@dataclass(frozen=True, slots=True)
class _Name:
    """A phrase of a head's row: ``keys`` are what it may name, none where it is not known."""

    text: str
    keys: tuple[str, ...]
    box: Box
    row: int


def find_heads(layout: Layout, figures: Sequence[Sequence[Figure]]) -> list[Head]:
    """The heads of tables with amounts, in reading order."""
    named: dict[int, list[_Name]] = {}
    for row in layout.rows:
        if _may_be_head(row, layout.language.columns) and not any(figure.is_money for figure in figures[row.index]):
            names = _names(row, layout.language.columns)
            if _names_columns(names):
                named[row.index] = names
    heads: list[Head] = []
    for index in sorted(named):
        if heads and index <= heads[-1].last:
            continue
        best = index
        while best + 1 in named and len(_known(named[best + 1])) > len(_known(named[best])) and _close(layout, best):
            best += 1
        head = _head(layout, best, figures)
        if head is not None:
            heads.append(head)
    return heads


def is_head(row: Row, vocabulary: Vocabulary) -> bool:
    """Whether a row names columns, of whatever table."""
    return _may_be_head(row, vocabulary) and _names_columns(_names(row, vocabulary))


def _may_be_head(row: Row, vocabulary: Vocabulary) -> bool:
    """Passes quickly over rows with no two words of heads."""
    if not 1 < len(row.words) <= MAX_HEAD_WORDS:
        return False
    return sum(any(token in vocabulary.exact for token in label_tokens(word.text)) for word in row.words) > 1


def _known(names: Iterable[_Name]) -> set[str]:
    return {name.keys[0] for name in names if name.keys and name.keys[0] != "qualifier"}


def _names_columns(names: Sequence[_Name]) -> bool:
    letters = sum(len(name.text) for name in names)
    known = sum(len(name.text) for name in names if name.keys)
    keys = _known(names)
    least = LEAST_NAMED if len(keys) < 3 or "description" not in keys else LEAST_NAMED / 2
    return len(keys) >= 2 and known >= least * letters


def _names(row: Row, vocabulary: Vocabulary) -> list[_Name]:
    """The row's phrases; qualifiers ("excl. VAT") belong to the name before them."""
    names: list[_Name] = []
    for cell in row.cells:
        tokens = [(token, index) for index, word in enumerate(cell.words) for token in label_tokens(word.text)]
        opens = True
        position = 0
        while position < len(tokens):
            size, keys = _longest(tokens, position, vocabulary)
            words = cell.words[tokens[position][1] : tokens[position + size - 1][1] + 1]
            name = _Name(_text(words), keys, Box.around(word.box for word in words), row.index)
            inside = position > 0 and tokens[position][1] == tokens[position - 1][1]
            if inside and not opens:  # a part of a word: "Art-Nr-Supplier"
                position += size
                continue
            if not opens and (keys == ("qualifier",) or (not keys and not names[-1].keys)):
                last = names.pop()
                name = _Name(f"{last.text} {name.text}", last.keys, last.box.union(name.box), row.index)
            names.append(name)
            opens = False
            position += size
    return names


def _longest(tokens: Sequence[tuple[str, int]], position: int, vocabulary: Vocabulary) -> tuple[int, tuple[str, ...]]:
    parts = [token for token, _ in tokens[position : position + MAX_HEAD_PHRASE]]
    phrase = "".join(parts)
    if parts[0] not in vocabulary.exact and phrase[:OPENING] not in vocabulary.openings:
        return 1, ()
    for size in range(len(parts), 0, -1):
        keys = _keys(vocabulary, phrase)
        if keys:
            return size, keys
        phrase = phrase[: len(phrase) - len(parts[size - 1])]
    return 1, ()


def _keys(vocabulary: Vocabulary, phrase: str) -> tuple[str, ...]:
    if not phrase or len(phrase) > 40:
        return ()
    return tuple(key for key, _ in vocabulary.exact.get(phrase, ()) if key not in _NO_HEADS)


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _close(layout: Layout, index: int) -> bool:
    """Whether a row and the one under it may be two printed lines of one head."""
    above, below = layout.rows[index], layout.rows[index + 1]
    gap = below.box.center_y - above.box.center_y
    return above.page == below.page and gap < 2.4 * max(above.box.height, below.box.height)


def _head(layout: Layout, index: int, figures: Sequence[Sequence[Figure]]) -> Head | None:
    vocabulary = layout.language.columns
    names = _readable(_names(layout.rows[index], vocabulary), vocabulary)
    first = last = index
    for step in (-1, 1):
        for other in range(index + step, index + step * (MAX_HEAD_ROWS + 1), step):
            if not 0 <= other < len(layout.rows) or not _close(layout, min(other, other - step)):
                break
            lines = _names(layout.rows[other], vocabulary)
            if any(figure.decimals for figure in figures[other]) or not _goes_on(lines, names, vocabulary, step):
                break
            names = _stacked(names, lines, vocabulary, step)
            first, last = min(first, other), max(last, other)
    below = [figure.box for row in figures[last + 1 : last + 1 + SEEN] for figure in row if figure.is_money]
    columns = _columns(names, below)
    keys = {column.key for column in columns}
    if not keys & {*SUMS}:
        return None
    of_lines = bool(keys & {"description", "quantity", "item_code"})
    return Head(layout.rows[index].page, first, last, columns, of_lines)


def _readable(names: Sequence[_Name], vocabulary: Vocabulary) -> list[_Name]:
    """Names that are misread are recognised beside those that are not."""
    readable = []
    for name in names:
        if not name.keys:
            tokens = label_tokens(name.text)
            found = vocabulary.find("".join(tokens), words=len(tokens))
            name = replace(name, keys=tuple(key for key, _ in found if key not in _NO_HEADS))
        readable.append(name)
    return readable


def _overlap(a: Box, b: Box) -> bool:
    return min(a.x1, b.x1) - max(a.x0, b.x0) > 0.4 * min(a.width, b.width)


def _goes_on(lines: Sequence[_Name], names: Sequence[_Name], vocabulary: Vocabulary, step: int) -> bool:
    """Whether a row is another printed line of a head: most of what it says names columns, or completes names."""
    if not lines or any(re.search(r"\d{2}", line.text) for line in lines):
        return False
    completing = sum(
        line.keys == ("qualifier",)
        or any(_overlap(line.box, name.box) and bool(_joined(name, line, vocabulary, step)) for name in names)
        for line in lines
    )
    naming = sum(bool(line.keys) for line in lines)
    return 2 * max(naming, completing) >= len(lines) and (completing > 0 or _apart(lines))


def _apart(lines: Sequence[_Name]) -> bool:
    """Whether names stand in two places at least: a single one may be the first line of the table's body."""
    named = [line.box for line in lines if line.keys]
    return any(b.x0 - a.x1 > 0.015 for a, b in pairwise(named))


def _joined(name: _Name, line: _Name, vocabulary: Vocabulary, step: int) -> tuple[str, ...]:
    """What two lines of a head name together: "Unit" over "price"."""
    upper, lower = (name.text, line.text) if step > 0 else (line.text, name.text)
    return _keys(vocabulary, "".join(label_tokens(f"{upper} {lower}")))


def _stacked(names: Sequence[_Name], lines: Sequence[_Name], vocabulary: Vocabulary, step: int) -> list[_Name]:
    """The names of a head's lines with one more: what stands over or under a name completes it."""
    merged = list(names)
    for line in lines:
        over = [index for index, name in enumerate(merged) if _overlap(line.box, name.box)]
        if not over:
            merged.append(line)
        for index in over[:1]:
            name = merged[index]
            joined = _joined(name, line, vocabulary, step)
            keys = joined or name.keys or line.keys
            if name.keys == ("qualifier",):
                keys = joined or line.keys
            upper, lower = (name.text, line.text) if step > 0 else (line.text, name.text)
            merged[index] = _Name(f"{upper} {lower}", keys, name.box.union(line.box), name.row)
    return merged


def _columns(names: Sequence[_Name], money: Sequence[Box]) -> tuple[Column, ...]:
    """Each key names one column; from the right, because the amount stands last and "price" may mean it, too.

    ``money`` are the places of amounts under the head: a last column with an unknown name may be that of the amounts.
    """
    ordered = sorted((name for name in names if name.keys != ("qualifier",)), key=lambda name: name.box.x0)
    taken: set[str] = set()
    keys: list[str] = []
    for name in reversed(ordered):
        free = [key for key in name.keys if key not in taken and key != "qualifier"]
        sums = [key for key in free if key in SUMS]
        first = min(free, key=_ORDER.index, default="")
        key = sums[0] if sums and not taken & {*SUMS} else first
        taken.add(key)
        keys.append(key)
    keys.reverse()
    if "description" not in keys:  # "item" is the number of a line, or its name where nothing else is
        named = next((index for index, name in enumerate(ordered) if "description" in name.keys), None)
        keys = ["description" if index == named else key for index, key in enumerate(keys)]
    if not taken & {*SUMS} and taken & {"unit_price", "quantity"}:
        last = ordered[-1].box
        if keys[-1] == "" and any(min(last.x1, box.x1) - max(last.x0, box.x0) > -0.02 for box in money):
            keys[-1] = "amount"
        elif "unit_price" in keys:
            keys[keys.index("unit_price")] = "amount"  # one column of money is that of the amounts
    return tuple(_bounded(ordered, keys, index) for index in range(len(ordered)))


def _bounded(names: Sequence[_Name], keys: Sequence[str], index: int) -> Column:
    """Texts reach from the column before to the one after, wherever the name over them stands."""
    box = names[index].box
    if keys[index] != "description":
        return Column(keys[index], box.x0, box.x1)
    left = names[index - 1].box.x1 if index else 0.0
    right = names[index + 1].box.x0 if index + 1 < len(names) else 1.0
    return Column("description", min(left + 0.003, box.x0), max(right - 0.003, box.x1))


# --- words into columns -----------------------------------------------------------------------------------------------


def atoms_of(row: Row, figures: Sequence[Figure]) -> list[Atom]:
    """Figures and the words between them, left to right."""
    starts: dict[int, Figure] = {}
    for figure in figures:
        starts.setdefault(figure.start, figure)
    openings, position = set(), 0
    for cell in row.cells:
        openings.add(position)
        position += len(cell.words)
    atoms, index = [], 0
    while index < len(row.words):
        found = starts.get(index)
        end = found.end if found else index + 1
        words = row.words[index:end]
        box = found.box if found else words[0].box
        atoms.append(Atom(index, end, box, _text(words), found, index in openings))
        index = end
    return atoms


def in_columns(atoms: Sequence[Atom], columns: Sequence[Column]) -> dict[int, list[Atom]]:
    """Column index -> the atoms that stand in it; the alignment, in order, that costs least."""
    count = len(columns)
    best = [[0.0] * count for _ in atoms]
    came: list[list[int]] = []
    for number, atom in enumerate(atoms):
        previous = best[number - 1] if number else None
        steps: list[int] = []
        for index, column in enumerate(columns):
            least, source = (0.0, index) if previous is None else _cheapest(previous, atoms, number, columns, index)
            best[number][index] = least + _cost(atom, column)
            steps.append(source)
        came.append(steps)
    placed: dict[int, list[Atom]] = {}
    if atoms:
        index = min(range(count), key=best[-1].__getitem__)
        for number in range(len(atoms) - 1, -1, -1):
            placed.setdefault(index, []).insert(0, atoms[number])
            index = came[number][index]
    return placed


def _cheapest(
    previous: Sequence[float], atoms: Sequence[Atom], number: int, columns: Sequence[Column], index: int
) -> tuple[float, int]:
    """The cheapest way to have the atom before in this column or one left of it."""
    before, atom = atoms[number - 1], atoms[number]
    together = 0.0
    if before.figure and atom.figure and columns[index].key in NUMBERS:
        together = 8.0  # a column has one figure
    elif atom.opens_cell and columns[index].key in NUMBERS:
        together = 1.0
    least, source = previous[index] + together, index
    apart = 0.0 if atom.opens_cell else 1.5  # a phrase seldom goes over into the next column
    for other in range(index):
        if previous[other] + apart < least:
            least, source = previous[other] + apart, other
    return least, source


def _cost(atom: Atom, column: Column) -> float:
    """How badly an atom suits a column: its distance in hundredths of the page width, and what it is."""
    box = atom.box
    gap = max(0.0, column.x0 - box.x1, box.x0 - column.x1)
    if gap > FAR:
        return 100 * gap + 12
    edge = min(abs(column.x0 - box.x0), abs(column.x1 - box.x1), abs((column.x0 + column.x1) / 2 - box.center_x))
    distance = 100 * (gap + (0.0 if column.key in _TEXTS else 0.25 * edge))
    return distance + (
        _figure_cost(atom, atom.figure, column.key) if atom.figure else _word_cost(atom.text, column.key)
    )


def _figure_cost(atom: Atom, figure: Figure, key: str) -> float:
    if figure.percent:
        return {"tax_rate": 0.0, "discount": 0.0, "description": 2.0, "": 2.0}.get(key, 9.0)
    if figure.decimals == 2 or figure.currency:
        costs = {"position": 12.0, "description": 3.0, "item_code": 4.0, "date": 10.0, "gtin": 10.0, "po_line": 10.0}
        apart = 3.0 * (key == "description" and atom.opens_cell)
        return apart + costs.get(key, {"quantity": 1.0, "tax_rate": 1.0, "": 1.0}.get(key, 0.0))
    if figure.decimals:
        return {"quantity": 0.0, "unit_price": 0.0, "tax_rate": 0.5, "description": 2.0}.get(key, 2.0)
    if figure.value >= 1000 or key in _TEXTS:
        return {"item_code": 0.0, "gtin": 0.0, "po_line": 0.0, "description": 3.5 * atom.opens_cell}.get(key, 2.5)
    return {"amount": 3.0, "net_amount": 3.0, "gross_amount": 3.0, "unit_price": 2.0, "tax_amount": 3.0}.get(key, 0.5)


def _word_cost(text: str, key: str) -> float:
    if _NUMERIC.match(text):
        return 3.0 if key in ("description", "position") else 0.5
    if key in ("description", ""):
        return 0.0 if key else 1.0
    if key == "date":
        return 0.0 if _DATE.match(text) else 5.0
    if key in _TEXTS:
        return 0.0 if _CODE.match(text) else 0.7 if text.isupper() else 2.5
    if key == "unit":
        return 0.0 if len(text) <= 9 and not any(char.isdigit() for char in text) else 2.0
    if key == "quantity" and _TIMES.match(text):
        return 0.0
    if not any(char.isalnum() for char in text):
        return 0.5
    return 1.5 if len(text) <= 4 or text[0].isdigit() else 5.0
