"""Who a document is for: the reader's own company, the name at a buyer's label, or the one that opens an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ..document import Box
from ..language import is_known_word, label_key
from ..layout import Cell, Layout, same_column
from ..record import Candidate
from .formats import holds_address_of_net, holds_numeric_date, holds_phone
from .labelled import BELOW, INSIDE, PERSON, RIGHT, at_label
from .names import clean_name, has_postal_code, is_person, looks_like_address, looks_like_name
from .roles import labelled_places, sender_lines, stands_apart

if TYPE_CHECKING:
    from ..read import ReadOptions

# Who opens the letter is not who buys; as ``label_key`` writes them.
_DEPARTMENTS = frozenset(
    label_key(name)
    for name in (
        *("accounts", "accounts payable", "accounts payable department", "accounting", "ap department", "finance"),
        *("buchhaltung", "kreditorenbuchhaltung", "rechnungswesen", "comptabilité", "service comptabilité"),
        *("contabilidad", "administración", "contabilità", "amministrazione", "boekhouding", "administratie"),
    )
)
_BLOCK_LINES = 6
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_OWN, _LABELLED, _WINDOW, _BLOCK, _SHIPPED = 0.97, 0.8, 0.7, 0.55, 0.3  # how often each kind of place is right
_SURE = 0.7
_PLACED = {RIGHT: 1.0, INSIDE: 0.97, BELOW: 0.95, PERSON: 0.57}  # ... and what takes from it
_LITTLE = 0.6


@dataclass(frozen=True, slots=True)
class _Place:
    text: str
    page: int
    box: Box
    score: float
    how: str


def find_buyers(layout: Layout, vendors: Sequence[Candidate], options: ReadOptions) -> Iterable[Candidate]:
    vendor = label_key(str(vendors[0].value)) if vendors else ""
    seen: set[str] = set()
    places = [*_own(layout, options), *_labelled(layout), *_windowed(layout), *_addressed(layout, vendors)]
    for place in places:
        name = clean_name(place.text)
        key = label_key(name)
        if key in seen or not _may_be_name(name) or (vendor and fuzz.ratio(key, vendor) >= 85):
            continue
        seen.add(key)
        yield Candidate("buyer_name", name, place.text, place.page, place.box, round(place.score, 4), place.how)


def _may_be_name(name: str) -> bool:
    key = label_key(name)
    # "Harbour.us Works" is a name, "harbour.us" is none.
    dotted = "@" not in name and len(name.split()) > 1 and looks_like_name(name.replace(".", " "))
    if not key or key in _DEPARTMENTS or not (dotted or looks_like_name(name)):
        return False
    return not looks_like_address(_YEAR.sub("", name)) and not all(map(is_known_word, re.findall(r"[^\W\d_]+", name)))


# --- the reader's own company -----------------------------------------------------------------------------------------


def _own(layout: Layout, options: ReadOptions) -> Iterator[_Place]:
    own = [label_key(name) for name in options.own_names]
    for row in layout.rows if own else ():
        for cell in row.cells:
            if any(fuzz.ratio(label_key(clean_name(cell.text)), name) >= 85 for name in own):
                yield _Place(cell.text, cell.page, cell.box, _OWN, "the reader's own company")


# --- at a label -------------------------------------------------------------------------------------------------------


def _labelled(layout: Layout) -> Iterator[_Place]:
    for label in layout.labels("buyer_name"):
        if label.starts_cell and stands_apart(layout, label):
            sure = _LABELLED * label.quality * (_LITTLE if len(label_key(label.text)) <= 4 else 1.0)
            sure *= _PLACED[PERSON] if is_person(label.text) else 1.0
            for spot in at_label(layout, label, _may_be_name):
                placed = "right of" if spot.placed in (RIGHT, INSIDE) else "below"
                how = f"{placed} label '{label.text}'"
                yield _Place(spot.text, spot.page, spot.box, _PLACED[spot.placed] * sure, how)


def names_at_labels(layout: Layout) -> frozenset[str]:
    """The names that stand at a buyer's label beyond doubt, as ``label_key`` writes them."""
    sure = (place for place in _labelled(layout) if place.score >= _SURE)
    return frozenset(label_key(clean_name(place.text)) for place in sure) - {""}


# --- on top of an address ---------------------------------------------------------------------------------------------


def _windowed(layout: Layout) -> Iterator[_Place]:
    for line in sender_lines(layout):
        below = layout.cells_below(line.row, line.box, rows=2)
        if 0.1 < line.box.y0 < 0.45 and below:
            yield _Place(below[0].text, line.page, below[0].box, _WINDOW, "under the sender's address line")


def _addressed(layout: Layout, vendors: Sequence[Candidate]) -> Iterator[_Place]:
    """The first lines of address blocks on the first page that are not the vendor's own."""
    if not vendors or vendors[0].score < 0.3:
        return  # whose address it is could not be told
    shipped = labelled_places(layout, "ship_to_address")
    foreign = labelled_places(layout, "vendor_name", "payee", "account_name")
    for block in _address_blocks(layout):
        box = Box.around(cell.box for cell in block)
        if _is_vendors(block, vendors) or foreign.holds(1, box):
            continue
        top = block[1] if len(block) > 2 and len(block[0].words) == 1 and is_person(block[0].text) else block[0]
        if top.text[:1].isdigit():
            continue  # a house's number
        score = _SHIPPED if shipped.holds(1, top.box) else _BLOCK
        yield _Place(top.text, 1, top.box, score - 0.1 * box.y0, "on top of an address")


def _address_blocks(layout: Layout) -> Iterator[list[Cell]]:
    """Lines that stand one under the other, of which one holds a postal code, in the upper half of the first page."""
    senders = sender_lines(layout)
    done: list[Cell] = []
    for row in layout.rows_of(1):
        for cell in row.cells:
            if (
                cell.box.y0 < 0.5
                and has_postal_code(_YEAR.sub("", cell.text))
                and cell not in senders
                and cell not in done
            ):
                block = _upwards(layout, cell)
                if len(block) > 1 and not any(holds_phone(line.text) for line in block):
                    done += block
                    yield block


def _upwards(layout: Layout, last: Cell) -> list[Cell]:
    block = [last]
    for row in reversed(layout.rows[max(0, last.row - 2 * _BLOCK_LINES) : last.row]):
        above = next((cell for cell in row.cells if cell.page == last.page and _stands_on(cell, block[0])), None)
        if above is None:
            if block[0].box.y0 - row.box.y1 > 1.5 * block[0].box.height:
                break
            continue
        if _ends_block(layout, above) or len(block) == _BLOCK_LINES:
            break
        block.insert(0, above)
    return block


def _stands_on(above: Cell, cell: Cell) -> bool:
    height = max(above.box.height, cell.box.height)
    aligned = abs(above.box.x0 - cell.box.x0) < 0.015
    return aligned and -0.5 * height < cell.box.y0 - above.box.y1 < 0.9 * height


def _ends_block(layout: Layout, cell: Cell) -> bool:
    if ":" in cell.text or holds_numeric_date(cell.text) or holds_address_of_net(cell.text):
        return True
    labels = [label for label in layout.labels_in_row(cell.row) if label.starts_cell]
    return any(
        same_column(label.box, cell.box) and layout.ends_cell(label) and not is_person(label.text) for label in labels
    )


def _is_vendors(block: Sequence[Cell], vendors: Sequence[Candidate]) -> bool:
    text = label_key(" ".join(cell.text for cell in block))
    return fuzz.partial_ratio(label_key(str(vendors[0].value)), text) >= 85
