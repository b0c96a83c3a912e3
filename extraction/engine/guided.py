"""Rows of a table read by guides that a person drew: where its columns end, and what each of them means.

The guides are drawn on one page and hold for those that follow: a table that goes on keeps its columns. ``rows_of``
is a pure function of the pages' words; ``proposed`` makes the guides to start from out of what the engine finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from .cells import TABLES, CellSpec, cell_text, parse_cell
from .document import Box, Document, Page, Word
from .extractors.figures import find_figures
from .extractors.tables import find_heads, is_head
from .language import Language, load_language
from .layout import Layout, Row, build_layout

SPECS: Mapping[str, CellSpec] = {spec.name: spec for spec in TABLES["line_items"]}
MEANINGS = ("", *SPECS)  # "" is a column to leave out
MAX_COLUMNS = 20
TOTALS = frozenset(
    {"line_total", "net_total", "tax_total", "gross_total", "amount_due", "subtotal", "amount_paid", "allowance_total"}
)
ENDS = frozenset({"net_total", "tax_total", "gross_total", "amount_due"})
CENT = Decimal("0.01")
_COUNTED = re.compile(r"([-+]?\d[\d.,]*)\s*([^\W\d_][\w./]*)")
AIR, APART = 0.004, 0.004  # around what is proposed, and between two borders, in fractions of the page
FAR = 1.2  # of the height of the row above: what stands further below does not go on with it
STEPS = 60  # places between two columns that are tried for a border
SAME_PLACE = 0.5  # of the lower of two rows: what overlaps more is the same row


@dataclass(frozen=True, slots=True)
class Guides:
    """Drawn on ``page``, from ``top`` to ``bottom``, in fractions of it. ``borders`` bound the columns, left to right.

    ``columns`` has a meaning for each gap between two borders: a column's name, or "" to leave it out.
    """

    page: int
    top: float
    bottom: float
    borders: tuple[float, ...]
    columns: tuple[str, ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Guides:
        """ValueError with a message for people where these are no guides."""
        try:
            borders = tuple(float(x) for x in data["borders"])
            guides = cls(int(data["page"]), float(data["top"]), float(data["bottom"]), borders, tuple(data["columns"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            raise ValueError("These guides are incomplete. Draw the table again.") from None
        guides._check()
        return guides

    def _check(self) -> None:
        inside = all(0 <= x <= 1 for x in (*self.borders, self.top, self.bottom))
        rising = all(a < b for a, b in pairwise((*self.borders,))) and self.top < self.bottom
        if not inside or not rising or len(self.columns) != len(self.borders) - 1 or len(self.columns) > MAX_COLUMNS:
            raise ValueError("The borders of the columns must stand apart, and inside the page. Draw the table again.")
        named = [name for name in self.columns if name]
        if not set(named) <= SPECS.keys():
            raise ValueError("One column has a meaning that is not known. Choose it again.")
        if not named or len(set(named)) < len(named):
            raise ValueError("Say what at least one column means, and give each meaning to one column only.")

    def to_dict(self) -> dict[str, Any]:
        return {
            "page": self.page, "top": self.top, "bottom": self.bottom,
            "borders": list(self.borders), "columns": list(self.columns),
        }  # fmt: skip


@dataclass(slots=True)
class GuidedRow:
    """One line: ``cells`` are texts by column, as ``cell_text`` writes them; what is no value stays as printed."""

    page: int
    boxes: list[Box]
    cells: dict[str, str] = field(default_factory=dict)
    amount: Decimal | None = None

    @property
    def box(self) -> Box:
        return Box.around(self.boxes)


def rows_of(document: Document, guides: Guides) -> list[GuidedRow]:
    """The table's lines on the guides' page and all that follow.

    A printed row without figures goes on with the text of the line above; one that stands over several lines is the
    description of those that have none. Heads, subtotals and what is carried over to the next page are left out; after
    the page of the guides, the table ends at its totals.
    """
    layout = build_layout(document, load_language(document.language or "en"))
    rows: list[GuidedRow] = []
    above: Row | None = None  # the printed row that a text may go on with
    title = ""
    for row in _table_rows(layout, guides):
        cells = _cells(row, guides)
        found = _line(row, cells, document.language)
        if found is not None:
            if _is_sum(found, rows):
                above = None
                continue
            if title and "description" in guides.columns:
                found.cells.setdefault("description", title)
            rows.append(found)
            above = row
        elif _goes_on(row, above, guides):
            _go_on(rows[-1], row, cells)
            above = row
        else:
            above, title = None, _title(row, cells, guides) or title
    return rows


def matched(rows: Sequence[GuidedRow], known: Mapping[str, tuple[int, Box]]) -> list[str]:
    """For each row the key of the known row that stands at the same place, or ""; each key once."""
    left = dict(known)
    found = []
    for row in rows:
        box = row.box
        overlaps = {
            key: (min(box.y1, other.y1) - max(box.y0, other.y0)) / max(min(box.height, other.height), 1e-6)
            for key, (page, other) in left.items()
            if page == row.page
        }
        key = max(overlaps, key=overlaps.__getitem__, default="")
        found.append(key if key and overlaps[key] >= SAME_PLACE else "")
        left.pop(found[-1], None)
    return found


def proposed(document: Document) -> Guides | None:
    """Guides by the head of the first table of lines; None where no head is found."""
    layout = build_layout(document, load_language(document.language or "en"))
    head = next((head for head in find_heads(layout, find_figures(layout)) if head.of_lines), None)
    if head is None:
        return None
    names = [_MEANT.get(column.key, column.key) for column in head.columns]
    columns = [name if name in SPECS and name not in names[:index] else "" for index, name in enumerate(names)]
    below = [row for row in layout.rows[head.last + 1 :] if row.page == head.page]
    end = next((index for index, row in enumerate(below) if _labels(layout, row) & ENDS), len(below))
    rows = [*layout.rows[head.first : head.last + 1], *below[:end]]
    borders = _borders([(column.x0 + column.x1) / 2 for column in head.columns], rows)
    top, bottom = rows[0].box.y0 - AIR, rows[-1].box.y1 + AIR
    if len(borders) != len(columns) + 1 or not any(columns):
        return None
    return Guides(head.page, round(max(0.0, top), 4), round(min(1.0, bottom), 4), borders, tuple(columns))


def _borders(centers: Sequence[float], rows: Sequence[Row]) -> tuple[float, ...]:
    """Between each two columns the middle of the widest gap that the fewest words reach into."""
    boxes = [word.box for row in rows for word in row.words]
    first, last = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    edges = [max(0.0, first - AIR)]
    for left, right in pairwise(centers):
        places = [left + (right - left) * step / STEPS for step in range(STEPS + 1)]
        cut = [sum(box.x0 < x < box.x1 for box in boxes) for x in places]
        runs = [list(run) for count, run in groupby(range(len(places)), key=cut.__getitem__) if count == min(cut)]
        best = max(runs, key=len)
        edges.append(places[(best[0] + best[-1]) // 2])
    edges.append(min(1.0, last + AIR))
    return tuple(round(edge, 4) for index, edge in enumerate(edges) if index == 0 or edge > edges[index - 1] + APART)


_MEANT = {"net_amount": "amount", "gross_amount": "amount"}


# --- which rows ------------------------------------------------------------------------------------------------------


def _table_rows(layout: Layout, guides: Guides) -> Iterator[Row]:
    for page in layout.document.pages:
        rows = [row for row in layout.rows_of(page.number) if _inside(row, guides, page)]
        if page.number < guides.page:
            continue
        later = page.number > guides.page
        if later:
            rows = _below_head(rows, layout.language)
        for row in rows:
            labels = _labels(layout, row)
            if later and labels & ENDS:
                return
            if not is_head(row, layout.language.columns) and not labels & TOTALS and not _is_carried(row, layout):
                yield row


def _inside(row: Row, guides: Guides, page: Page) -> bool:
    here = page.number != guides.page or guides.top <= row.box.center_y <= guides.bottom
    return here and any(guides.borders[0] <= word.box.center_x <= guides.borders[-1] for word in row.words)


def _below_head(rows: list[Row], language: Language) -> list[Row]:
    """A page that repeats the head has its lines below it; on another one, all rows may be lines."""
    heads = [index for index, row in enumerate(rows) if is_head(row, language.columns)]
    return rows[heads[0] :] if heads else rows


def _labels(layout: Layout, row: Row) -> set[str]:
    return {label.key for label in layout.labels_in_row(row.index) if label.starts_cell}


def _is_carried(row: Row, layout: Layout) -> bool:
    text = " ".join(word.text for word in row.words if not any(char.isdigit() for char in word.text))
    return any(key == "carried" for key, _ in layout.language.columns.find(text, words=max(1, len(text.split()))))


def _is_sum(found: GuidedRow, rows: Sequence[GuidedRow]) -> bool:
    """A row of nothing but a text and what the lines above add up to: a subtotal, whatever it is called."""
    others = [name for name in found.cells if SPECS[name].is_number and name != "amount"]
    amounts = [row.amount for row in rows if row.amount is not None]
    return bool(
        len(amounts) > 1
        and not others
        and found.amount is not None
        and abs(sum(amounts, Decimal(0)) - found.amount) <= CENT
    )


# --- one row ---------------------------------------------------------------------------------------------------------


def _cells(row: Row, guides: Guides) -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {}
    for word in row.words:
        for (left, right), name in zip(pairwise(guides.borders), guides.columns, strict=True):
            if name and left <= word.box.center_x < right:
                found.setdefault(name, []).append(word)
    return found


def _line(row: Row, cells: Mapping[str, Sequence[Word]], language: str) -> GuidedRow | None:
    """The row as a line of its own; None where it has no amount, nor two other figures."""
    texts = _with_unit({name: " ".join(word.text for word in words) for name, words in cells.items()})
    line = GuidedRow(row.page, [word.box for words in cells.values() for word in words])
    figures = 0
    for name, text in texts.items():
        spec = SPECS[name]
        try:
            value = parse_cell(spec, text, language=language)
        except ValueError:
            line.cells[name] = text
            continue
        line.cells[name] = cell_text(spec, value, language=language)
        figures += isinstance(value, Decimal)
        if name == "amount" and isinstance(value, Decimal):
            line.amount = value
    return line if line.amount is not None or figures > 1 else None


def _with_unit(texts: dict[str, str]) -> dict[str, str]:
    """A quantity with its unit, "3 pcs", as two cells."""
    counted = _COUNTED.fullmatch(texts.get("quantity", ""))
    return {"unit": counted[2], **texts, "quantity": counted[1]} if counted else texts


def _goes_on(row: Row, above: Row | None, guides: Guides) -> bool:
    """Whether a row without figures goes on with the line above: close below it, and in one or two columns only."""
    if above is None or above.page != row.page or row.box.y0 - above.box.y1 > FAR * above.box.height:
        return False
    gaps = list(pairwise(guides.borders))
    return sum(any(left <= word.box.center_x < right for word in row.words) for left, right in gaps) <= 2


def _title(row: Row, cells: Mapping[str, Sequence[Word]], guides: Guides) -> str:
    """The text of a row that stands over the lines it is about; none of running text, which minds no border."""
    if "description" not in cells:
        return ""
    column = guides.columns.index("description")
    edges = guides.borders[column : column + 2]
    if any(word.box.x0 < edge < word.box.x1 for word in row.words for edge in edges):
        return ""
    return " ".join(word.text for word in cells["description"])[: SPECS["description"].longest]


def _go_on(line: GuidedRow, row: Row, cells: Mapping[str, Sequence[Word]]) -> None:
    """Text under a line belongs to it; what stands alone in a column of figures belongs to nothing."""
    for name, words in cells.items():
        if SPECS[name].is_number or name == "date":
            continue
        text = " ".join([line.cells.get(name, ""), *(word.text for word in words)]).strip()
        if len(text) <= SPECS[name].longest:
            line.cells[name] = text
            line.boxes += [word.box for word in words] if line.page == row.page else []
