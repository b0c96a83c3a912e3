"""Who a document is for: the reader's own company, the name at a buyer's label, or the one that opens an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ..document import Box, Word
from ..language import is_known_word, label_key
from ..layout import Cell, Label, Layout, same_column
from ..record import Candidate
from .formats import holds_address_of_net, holds_numeric_date, holds_phone
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
_COLUMN_GAP = 0.2  # of the page's width: what stands further right belongs to another column
_BLOCK_LINES = 6
_NUMBERS = (
    "invoice_number",
    "issue_date",
    "due_date",
    "customer_number",
    "purchase_order",
    "vendor_tax_id",
    "buyer_tax_id",
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_OWN, _LABELLED, _WINDOW, _BLOCK, _SHIPPED = 0.97, 0.8, 0.7, 0.55, 0.3  # how often each kind of place is right
_BELOW, _IN_CELL, _LITTLE, _PERSON = 0.95, 0.97, 0.6, 0.6  # ... and what takes from it


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
            little = len(label_key(label.text)) <= 4
            sure = (
                _LABELLED * label.quality * (_LITTLE if little else 1.0) * (_PERSON if is_person(label.text) else 1.0)
            )
            yield from _at_label(layout, label, sure)


def _at_label(layout: Layout, label: Label, sure: float) -> Iterator[_Place]:
    beside = _beside(layout, label)
    if beside:
        text = " ".join(word.text for word in beside).strip(" :#")
        box = Box.around(word.box for word in beside)
        inside = _IN_CELL if not (layout.ends_cell(label) or layout.is_parted(label)) else 1.0
        yield _Place(text, label.page, box, inside * sure, f"right of label '{label.text}'")
        if _may_be_name(clean_name(text)):
            return
    if not (layout.ends_cell(label) or layout.is_parted(label)) or (beside and layout.is_parted(label)):
        return  # "Customer code" labels something else, and "Attention: Accounts" says it all
    how = f"below label '{label.text}'"
    people = []
    for cell in layout.below(label, rows=4):
        named = _named(layout, cell)
        if named:
            yield _Place(named, cell.page, cell.box, _BELOW * sure, how)
            return
        if _is_label(layout, cell) or len(label_key(clean_name(cell.text))) <= 3:
            continue
        if is_person(cell.text):
            people.append(cell)
        elif _may_be_name(clean_name(cell.text)):
            yield _Place(cell.text, cell.page, cell.box, _BELOW * sure, how)
            return
    yield from (_Place(cell.text, cell.page, cell.box, _BELOW * _PERSON * sure, how) for cell in people[:1])


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
    return taken if len(taken) > 1 and first[:1].isupper() and not is_known_word(first) else ()


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
