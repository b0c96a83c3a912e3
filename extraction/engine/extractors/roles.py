"""Where the buyer stands on a page, so that a name or a number there is not taken for the vendor's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from ..document import Box
from ..layout import Cell, Label, Layout, same_column
from .formats import holds_address_of_net, holds_phone

_ROWS = 8  # an address has no more lines
_BESIDE = 0.15  # of the page's width: a value so near its label goes on under itself
_LITTLE = 4  # characters
_SURE = 0.85  # labels misread beyond this do not open a region
_SEPARATOR = re.compile(r"\s[-–—]\s|\s?[·•●|∙*◦]\s?|,\s")
_POSTAL = re.compile(r"(?<!\d)(?:[A-Z]{1,2}-)?\d{4,6}(?!\d)|\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b")
_FOREIGN = ("issue_date", "date", "due_date", "invoice_number", "vendor_name", "iban", "gross_total", "customer_number")


@dataclass(frozen=True, slots=True)
class Places:
    """Regions of pages, as (page number, box)."""

    regions: tuple[tuple[int, Box], ...]

    def holds(self, page: int, box: Box) -> bool:
        return any(page == number and _inside(box, region) for number, region in self.regions)


def _inside(box: Box, region: Box) -> bool:
    x, y = box.center_x, box.center_y
    return region.x0 - 0.01 <= x <= region.x1 + 0.01 and region.y0 - 0.002 <= y <= region.y1 + 0.002


def buyer_places(layout: Layout) -> Places:
    """What stands beside and under "bill to" and its like, and the address window under a sender line."""
    labelled = labelled_places(layout, "buyer_name", "ship_to_address")
    windows = tuple((cell.page, box) for cell in sender_lines(layout) for box in _window(layout, cell))
    return Places(labelled.regions + windows)


def labelled_places(layout: Layout, *keys: str) -> Places:
    """What stands beside and under the labels of these keys."""
    return Places(tuple((label.page, box) for label in _labels(layout, keys) for box in _labelled(layout, label)))


def _labels(layout: Layout, keys: Iterable[str]) -> Iterable[Label]:
    for label in layout.labels(*keys):
        if label.starts_cell and label.quality >= _SURE and stands_apart(layout, label):
            yield label


def stands_apart(layout: Layout, label: Label) -> bool:
    """Little words are labels only before a colon or alone in their cell: "To" begins sentences, "Van" begins names."""
    return len(label.text) > _LITTLE or layout.ends_cell(label) or layout.is_parted(label)


def _labelled(layout: Layout, label: Label) -> Iterator[Box]:
    right = layout.right_of(label)
    if right:
        beside = Box.around(word.box for word in right)
        yield beside
        if right[0].box.x0 - label.box.x1 < _BESIDE:
            yield from _column(layout, label.row, beside, gap=1.0)
    yield from _column(layout, label.row, label.box)


def _window(layout: Layout, cell: Cell) -> Iterator[Box]:
    if 0.1 < cell.box.y0 < 0.45 and cell.box.x0 < 0.4 and cell.box.width < 0.6:
        yield from _column(layout, cell.row, cell.box)


def _column(layout: Layout, row: int, box: Box, *, gap: float = 3.5) -> Iterator[Box]:
    """The cells stacked under ``box``, as one region, until a gap or a label of another kind."""
    bottom, cells = box.y1, []
    for cell in layout.cells_below(row, box, rows=_ROWS):
        if cell.box.x0 < box.x0 - 0.06:
            continue  # begins in another column
        starting = [
            label
            for label in layout.labels_in_row(cell.row)
            if label.box.x0 <= cell.box.x0 + 0.01 and label.quality >= 0.9
        ]
        if cell.box.y0 - bottom > gap * max(cell.box.height, box.height):
            break
        if any(label.key in _FOREIGN and same_column(label.box, cell.box) for label in starting):
            break
        cells.append(cell)
        bottom = cell.box.y1
    if cells:
        yield Box.around(cell.box for cell in cells)


def sender_lines(layout: Layout) -> list[Cell]:
    """Lines such as "Miller Ltd · Mill Lane 3 · 12345 Town" in the upper half of the first page."""
    return [cell for cell in address_lines(layout) if cell.box.y0 < 0.5 and not holds_phone(cell.text)]


def address_lines(layout: Layout) -> list[Cell]:
    """A name and its address in one line of the first page, over the address window or in the footer."""
    found = []
    for row in layout.rows_of(1):
        for cell in row.cells:
            parts = [part for part in _SEPARATOR.split(cell.text) if part.strip()]
            rest = " ".join(parts[1:])
            is_line = len(parts) >= 3 and bool(_POSTAL.search(rest)) and not any(char.isdigit() for char in parts[0])
            if is_line:
                found.append(cell)
    return found


def sender_name(cell: Cell) -> str:
    return next(part.strip() for part in _SEPARATOR.split(cell.text) if part.strip())


def sender_address(text: str) -> str:
    """What follows the name in a sender's line up to a phone, one part a line; "" for a text that is none."""
    parts = [part.strip() for part in _SEPARATOR.split(text) if part.strip()]
    rest = list(takewhile(lambda part: not (holds_phone(part) or holds_address_of_net(part)), parts[1:]))
    return "\n".join(rest) if len(parts) >= 3 and _POSTAL.search(" ".join(rest)) else ""
