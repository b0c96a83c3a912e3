"""Every printed text that may be the vendor's name: where it stands and how it was found. Nothing is judged here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ..document import Box
from ..language import country_names, fold, label_key, month_names, plain, suffixes, weekday_names
from ..layout import Cell, Label, Layout
from .document_type import title_phrases
from .formats import holds_address_of_net, holds_date
from .labelled import at_label
from .names import (
    clean_name,
    ends_in_suffix,
    first_part,
    is_suffix,
    looks_like_address,
    looks_like_name,
    names_with_suffix,
)
from .roles import Places, buyer_places, sender_lines, sender_name, stands_apart

if TYPE_CHECKING:
    from ..read import ReadOptions

_HEADER_ROWS = 14
_LONGEST_NAME = 8  # words
_LOGO_LINES = 3
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?|\b)([\w-]{2,}(?:\.[\w-]{2,})*)\.([a-z]{2,4})\b", re.IGNORECASE)
_MAIL_HOSTS = frozenset(
    {"gmail", "hotmail", "yahoo", "outlook", "gmx", "web", "icloud", "aol", "live", "me", "mail", "googlemail"}
)
VENDOR_LABELS = ("vendor_name", "payee", "account_name")
_TOWN_AND_STATE = re.compile(r", (?:NV|CO)(?: \d{5}.*)?$")  # of the United States; elsewhere these are legal forms
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{3})[.;] (?=[^\W\d_]{3})")
_NOT_NAMES = ("invoice_word", "invoice_number", "receipt_number", "issue_date", "date", "vendor_tax_id", "vendor_phone")
# Where a name was found, as people read it beside the value.
TOP, LINES = "at the top of the page", "at the top of the page, over several lines"
IN_FULL, LEGAL_FORM = "the name in full", "a name with its legal form"
SENDER, WEB, DOMAIN = "in the sender's address line", "agrees with the web address", "the web address's own name"


@dataclass(frozen=True, slots=True)
class Mention:
    """A printed text that may be a name. ``how`` is where it was found, for people; ``cells`` are its lines."""

    name: str
    text: str
    page: int
    row: int
    box: Box
    how: str
    cells: tuple[Cell, ...]
    label: str = ""  # the key of the label it stands at
    features: dict[str, float] = field(default_factory=dict)


class Surroundings:
    """What is computed once per document."""

    def __init__(self, layout: Layout, options: ReadOptions) -> None:
        self.layout = layout
        self.buyers = buyer_places(layout)
        self.own = [label_key(name) for name in options.own_names]
        self.domains = _domains(layout, self.buyers)
        self.titles = title_phrases(layout.language.code)
        self.calendar = frozenset((*layout.language.months, *month_names("en"), *weekday_names(layout.language.code)))
        self.countries = country_names(layout.language.code) | country_names("en")
        self.header = [cell for row in layout.rows_of(1)[:_HEADER_ROWS] for cell in row.cells]


def find_mentions(around: Surroundings) -> list[Mention]:
    """One for each place; the same name may be printed in several."""
    found = [*_header(around), *_with_legal_form(around.layout), *_senders(around.layout)]
    found += [*_labelled(around.layout), *_on_the_web(around)]
    found += _fuller(found, around.layout)
    return [mention for mention in found if _usable(mention, around)]


def _usable(mention: Mention, around: Surroundings) -> bool:
    key = label_key(mention.name)
    if len(key) < 2 or not looks_like_name(mention.name) or plain(mention.name) in suffixes():
        return False
    if fold(mention.name) in around.countries or _TOWN_AND_STATE.search(mention.text):
        return False
    if looks_like_address(mention.name) and not ends_in_suffix(mention.name):
        return False
    if all(part.isdigit() or part in around.calendar for part in fold(mention.name).replace(".", " ").split()):
        return False
    if holds_date(mention.text) and any(char.isdigit() for char in mention.name):
        return False
    return not any(fuzz.ratio(key, own) >= 85 for own in around.own)


def _mention(name: str, cell: Cell, how: str, label: str = "") -> Mention:
    return Mention(clean_name(name), cell.text, cell.page, cell.row, cell.box, how, (cell,), label)


# --- the head of the page ---------------------------------------------------------------------------------------------


def _header(around: Surroundings) -> Iterator[Mention]:
    for cell in around.header:
        name = clean_name(_before_labels(cell, around.layout))
        if not name:
            continue
        yield _mention(name, cell, TOP)
        if first_part(name):
            yield _mention(first_part(name), cell, TOP)
        yield from _logos(cell, name, around)


def _logos(cell: Cell, name: str, around: Surroundings) -> Iterator[Mention]:
    """Names over two or three lines that begin in this cell."""
    cells = [cell]
    if fold(name) in around.countries:
        return
    while len(cells) < _LOGO_LINES and label_key(cells[-1].text) not in around.titles:
        below = around.layout.cells_below(cells[-1].row, cells[-1].box, rows=2)
        following = next((other for other in below if _continues_name(cells[-1], other)), None)
        more = clean_name(_before_labels(following, around.layout)) if following else ""
        if following is None or not more or label_key(following.text) in around.titles:
            return
        cells.append(following)
        name = f"{name} {more}"
        text = " ".join(line.text for line in cells)
        box = Box.around(line.box for line in cells)
        yield Mention(name, text, cell.page, cell.row, box, LINES, tuple(cells))


def _continues_name(above: Cell, cell: Cell) -> bool:
    heights = sorted((above.box.height, cell.box.height))
    if ":" in above.text or ":" in cell.text:
        return False
    close = -0.5 * heights[1] < cell.box.y0 - above.box.y1 < 1.2 * heights[1]
    aligned = min(abs(above.box.x0 - cell.box.x0), abs(above.box.center_x - cell.box.center_x)) < 0.06
    alike = heights[1] < 3.5 * heights[0] and looks_like_name(above.text) and looks_like_name(cell.text)
    return close and aligned and alike and len(above.words) <= 6 and not looks_like_address(cell.text)


def _before_labels(cell: Cell, layout: Layout) -> str:
    """The cell's words up to the first label in it that is not the name's own; nothing when it begins with one."""
    row = layout.rows[cell.row]
    offset = next((index for index, word in enumerate(row.words) if word is cell.words[0]), 0)
    start, end = offset, offset + len(cell.words)
    for label in layout.labels_in_row(cell.row):
        inside = start <= label.start < end
        if inside and label.key == "greeting" and label.start == start:
            start = label.end
        elif inside and label.key in _NOT_NAMES and label.quality >= 0.9:
            end = min(end, label.start)
    return " ".join(word.text for word in row.words[start:end])


# --- elsewhere --------------------------------------------------------------------------------------------------------


def _with_legal_form(layout: Layout) -> Iterator[Mention]:
    for row in layout.rows:
        for cell in row.cells:
            for start, end in names_with_suffix(cell.words):
                words = cell.words[start:end]
                text = " ".join(word.text for word in words)
                box = Box.around(word.box for word in words)
                yield Mention(clean_name(text), text, cell.page, cell.row, box, LEGAL_FORM, (cell,))


def _senders(layout: Layout) -> Iterator[Mention]:
    for cell in sender_lines(layout):
        yield _mention(sender_name(cell), cell, SENDER)


def _labelled(layout: Layout) -> Iterator[Mention]:
    for label in layout.labels(*VENDOR_LABELS):
        if label.key == "vendor_name" and not (label.starts_cell and stands_apart(layout, label)):
            continue
        for spot in at_label(layout, label, _may_be_labelled, rows=4 if label.key == "vendor_name" else 1):
            how, name = f"label '{label.text}'", clean_name(_SENTENCE_END.split(spot.text)[0])
            yield Mention(name, spot.text, label.page, spot.row, spot.box, how, (), label.key)


def _may_be_labelled(name: str) -> bool:
    return looks_like_name(name) and not is_suffix(name) and not looks_like_address(name)


def _domains(layout: Layout, buyers: Places) -> tuple[str, ...]:
    """The names in web and e-mail addresses, the buyer's left out: "www.miller-ltd.com" gives "millerltd"."""
    return tuple(dict.fromkeys(label_key(name) for name, _ in _web_names(layout, buyers)))


def _web_names(layout: Layout, buyers: Places) -> Iterator[tuple[str, Cell]]:
    for cell in (cell for row in layout.rows for cell in row.cells):
        for word in cell.words:
            for match in _DOMAIN.finditer(word.text) if "@" in word.text or "." in word.text else ():
                name = match[1].split(".")[-1].lower()
                printed = "@" in word.text or "www" in word.text.lower() or "http" in word.text.lower()
                foreign = name in _MAIL_HOSTS or len(name) < 3 or buyers.holds(cell.page, word.box)
                if not foreign and (printed or holds_address_of_net(word.text)):
                    yield name, cell


def _on_the_web(around: Surroundings) -> Iterator[Mention]:
    """Words that spell a web address's name, with the rest of their cell; the address's own name where none do."""
    spelt: set[str] = set()
    for cell in (cell for row in around.layout.rows for cell in row.cells):
        keys = [label_key(word.text) for word in cell.words]
        matching = [domain for domain in around.domains if _spells(keys, domain)]
        if matching and not holds_address_of_net(cell.text):
            spelt.update(matching)
            name = _before_labels(cell, around.layout)
            yield _mention(name.rpartition(": ")[2], cell, WEB)
    for name, cell in _web_names(around.layout, around.buyers):
        if label_key(name) not in spelt:
            spelt.add(label_key(name))
            yield _mention(name.replace("-", " ").title(), cell, DOMAIN)


def _spells(keys: list[str], domain: str) -> bool:
    spans = ((start, end) for start in range(len(keys)) for end in range(start + 1, min(start + 5, len(keys)) + 1))
    return any("".join(keys[start:end]) == domain for start, end in spans)


def _fuller(found: Iterable[Mention], layout: Layout) -> Iterator[Mention]:
    """Cells elsewhere that begin with a name of the header and go on: a logo's name in full, as in a footer."""
    brands = {label_key(mention.name) for mention in found if mention.how == TOP and len(label_key(mention.name)) > 3}
    for cell in (cell for row in layout.rows for cell in row.cells):
        name = clean_name(cell.text) if len(cell.words) <= _LONGEST_NAME else ""
        key = label_key(name)
        if key and any(key != brand and key.startswith(brand) for brand in brands):
            yield _mention(name, cell, IN_FULL)


def label_covers(label: Label, box: Box, name: str) -> bool:
    """Whether a label makes up most of a text: a title such as "Tax invoice", a column's head."""
    inside = label.box.x0 >= box.x0 - 0.01 and label.box.x1 <= box.x1 + 0.01
    return inside and len(label_key(label.text)) >= 0.6 * len(label_key(name))


def extends(full: Mention, brand: Mention) -> bool:
    """Whether one name is another with its legal form: "Miller Works Ltd" and "Miller Works"."""
    long, short = label_key(full.name), label_key(brand.name)
    return len(short) > 3 and long != short and long.startswith(short) and ends_in_suffix(full.name)
