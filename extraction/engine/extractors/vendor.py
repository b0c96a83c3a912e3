"""Who sent the document.

Every printed text that may be the vendor's name becomes a mention with features: how high it stands, how large it is
printed, whether an address follows, whether it ends in a legal form, agrees with a web address, is printed again, and
so on. A logistic model of the features gives each mention its score, which is meant as a probability.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from .. import ranking
from ..document import Box
from ..language import Language, fold, label_key, month_names, plain, suffixes, weekday_names
from ..layout import Cell, Label, Layout
from ..ranking import Weights
from ..record import Candidate
from .document_type import title_phrases
from .formats import holds_address_of_net, holds_date, holds_phone
from .names import (
    clean_name,
    ends_in_suffix,
    is_person,
    is_registration,
    is_suffix,
    looks_like_address,
    looks_like_name,
    names_with_suffix,
)
from .roles import Places, buyer_places, sender_lines, sender_name, stands_apart

if TYPE_CHECKING:
    from ..read import ReadOptions

_HEADER_ROWS = 14
_KEPT = 6  # candidates
_HOPELESS = -2.0  # log-odds below which no mention was ever right
_LONGEST_NAME = 8  # words
_CONTACT = ("vendor_tax_id", "vendor_phone", "vendor_fax", "vendor_email", "vendor_website", "vendor_registration_id")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?|\b)([\w-]{2,}(?:\.[\w-]{2,})*)\.([a-z]{2,4})\b", re.IGNORECASE)
_MAIL_HOSTS = {
    "gmail",
    "hotmail",
    "yahoo",
    "outlook",
    "gmx",
    "web",
    "icloud",
    "aol",
    "live",
    "me",
    "mail",
    "googlemail",
}
# Where a name was found, as people read it beside the value.
_TOP, _TWO_LINES = "at the top of the page", "at the top of the page, over two lines"
_IN_FULL, _LEGAL_FORM = "the name in full", "a name with its legal form"
_SENDER, _WEB = "in the sender's address line", "agrees with the web address"
_VENDOR_LABELS = ("vendor_name", "payee", "account_name")
_NOT_NAMES = ("invoice_word", "invoice_number", "receipt_number", "issue_date", "date", "vendor_tax_id", "vendor_phone")


@dataclass(frozen=True, slots=True)
class Mention:
    """A printed text that may be a name. ``how`` is where it was found, for people."""

    name: str
    text: str
    page: int
    row: int
    box: Box
    how: str
    features: Mapping[str, float] = field(default_factory=dict)


def find_vendor(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    """The likeliest names of the vendor, best first."""
    mentions = vendor_mentions(layout, options)
    ranked = sorted(((ranking.score(m.features, _WEIGHTS), m) for m in mentions), key=lambda item: -item[0])[:_KEPT]
    return [
        Candidate(
            *("vendor_name", m.name, m.text, m.page, m.box, round(_likelihood(score, place), 4), m.how),
            features=m.features,
        )
        for place, (score, m) in enumerate(ranked)
    ]


def _likelihood(score: float, place: int) -> float:
    """How often the best of several mentions is right: more often than its score alone says (fitted as the weights)."""
    odds = ranking.log_odds(score)
    if odds < _HOPELESS:
        return score
    best = ranking.sigmoid(1.2 + 0.4 * odds)
    return best if place == 0 else min(score, 1 - best)


class _Context:
    """What is computed once per document."""

    def __init__(self, layout: Layout, options: ReadOptions) -> None:
        self.layout = layout
        self.buyers = buyer_places(layout)
        self.own = [label_key(name) for name in options.own_names]
        self.domains = _domains(layout, self.buyers)
        self.titles = title_phrases(layout.language.code)
        self.calendar = frozenset((*layout.language.months, *month_names("en"), *weekday_names(layout.language.code)))
        first = layout.rows_of(1)
        self.height = median(row.box.height for row in first) if first else 0.01
        self.text = label_key(layout.document.text)
        self.header = [cell for row in first[:_HEADER_ROWS] for cell in row.cells]


def vendor_mentions(layout: Layout, options: ReadOptions) -> list[Mention]:
    """Every name once, with the features of all the places where it is printed."""
    context = _Context(layout, options)
    found = [*_header_mentions(context), *_suffix_mentions(context), *_sender_mentions(context)]
    found += [*_labelled_mentions(context), *_domain_mentions(context)]
    found += _fuller_mentions(found, context)
    usable = [mention for mention in found if _usable(mention, context)]
    ranks = {row: rank for rank, row in enumerate(sorted({m.row for m in usable if m.how in (_TOP, _TWO_LINES)}))}
    keys = {label_key(mention.name) for mention in usable if not looks_like_address(mention.name)}
    merged: dict[str, Mention] = {}
    for mention in sorted(usable, key=lambda m: (m.page, m.row)):
        features = _features(mention, ranks.get(mention.row, 9), keys, context)
        before = merged.get(label_key(mention.name))
        merged[label_key(mention.name)] = (
            replace(mention, features=features)
            if before is None
            else replace(before, features=_united(before.features, features))
        )
    return list(merged.values())


def _united(first: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The features of one name printed in two places: place and rank of the first, evidence of both."""
    placed = ("y", "rank0", "rank1", "rank2", "rank3", "height", "many_cells", "decorated", "confidence", "tall")
    evidence = {name: max(value, other.get(name, 0.0)) for name, value in first.items() if name not in placed}
    doubts = {name: min(first[name], other[name]) for name in ("buyer", "colon", "two_lines", "person", "title")}
    return {**first, **evidence, **doubts}


def _fuller_mentions(found: list[Mention], context: _Context) -> list[Mention]:
    """Cells elsewhere that begin with a name of the header and go on: a logo's name in full, as in a footer."""
    brands = {label_key(m.name) for m in found if m.how == _TOP and len(label_key(m.name)) > 3}
    fuller = []
    for row in context.layout.rows:
        for cell in row.cells:
            name = clean_name(cell.text) if len(cell.words) <= _LONGEST_NAME else ""
            key = label_key(name)
            if key and any(key != brand and key.startswith(brand) for brand in brands):
                fuller.append(Mention(name, cell.text, cell.page, cell.row, cell.box, _IN_FULL))
    return fuller


def _usable(mention: Mention, context: _Context) -> bool:
    key = label_key(mention.name)
    if len(key) < 2 or not looks_like_name(mention.name) or plain(mention.name) in suffixes():
        return False
    if all(part.isdigit() or part in context.calendar for part in fold(mention.name).replace(".", " ").split()):
        return False
    if holds_date(mention.text) and any(char.isdigit() for char in mention.name):
        return False
    return not any(fuzz.ratio(key, own) >= 85 for own in context.own)


def _header_mentions(context: _Context) -> Iterable[Mention]:
    previous: Cell | None = None
    for cell in context.header:
        name = clean_name(_before_labels(cell, context.layout))
        if name:
            yield Mention(name, cell.text, cell.page, cell.row, cell.box, _TOP)
            titled = previous is not None and label_key(previous.text) in context.titles
            if previous is not None and not titled and _continues_name(previous, cell):
                joined = f"{clean_name(previous.text)} {name}"
                box = previous.box.union(cell.box)
                yield Mention(joined, f"{previous.text} {cell.text}", cell.page, previous.row, box, _TWO_LINES)
        previous = cell


def _continues_name(above: Cell, cell: Cell) -> bool:
    heights = sorted((above.box.height, cell.box.height))
    close = cell.row - above.row == 1 and -0.5 * heights[1] < cell.box.y0 - above.box.y1 < 1.2 * heights[1]
    aligned = min(abs(above.box.x0 - cell.box.x0), abs(above.box.center_x - cell.box.center_x)) < 0.06
    return close and aligned and heights[1] < 1.6 * heights[0] and looks_like_name(above.text) and len(above.words) <= 6


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


def _suffix_mentions(context: _Context) -> Iterable[Mention]:
    for row in context.layout.rows:
        for cell in row.cells:
            for start, end in names_with_suffix(cell.words):
                words = cell.words[start:end]
                text = " ".join(word.text for word in words)
                box = Box.around(word.box for word in words)
                yield Mention(clean_name(text), text, cell.page, cell.row, box, _LEGAL_FORM)


def _sender_mentions(context: _Context) -> Iterable[Mention]:
    for cell in sender_lines(context.layout):
        yield Mention(clean_name(sender_name(cell)), cell.text, cell.page, cell.row, cell.box, _SENDER)


def _labelled_mentions(context: _Context) -> Iterable[Mention]:
    layout = context.layout
    for label in layout.labels(*_VENDOR_LABELS):
        if label.key == "vendor_name" and not (label.starts_cell and stands_apart(layout, label)):
            continue
        how = f"label '{label.text}'"
        right = layout.right_of(label)
        text = " ".join(word.text for word in right).strip(" :#")
        if any(char.isalpha() for char in text) and not is_suffix(text):
            box = Box.around(word.box for word in right)
            yield Mention(clean_name(text), text, label.page, label.row, box, how)
        elif not text:
            for cell in layout.below(label, rows=2)[:1]:
                yield Mention(clean_name(cell.text), cell.text, cell.page, cell.row, cell.box, how)


def _domains(layout: Layout, buyers: Places) -> tuple[str, ...]:
    """The names in web and e-mail addresses, the buyer's left out: "www.miller-ltd.com" gives "millerltd"."""
    found = []
    for row in layout.rows:
        for word in row.words:
            if "@" not in word.text and "." not in word.text:
                continue
            for match in _DOMAIN.finditer(word.text):
                name = match[1].split(".")[-1].lower()
                printed = "@" in word.text or "www" in word.text.lower() or "http" in word.text.lower()
                foreign = name in _MAIL_HOSTS or len(name) < 3 or buyers.holds(row.page, word.box)
                if not foreign and (printed or holds_address_of_net(word.text)):
                    found.append(label_key(name))
    return tuple(dict.fromkeys(found))


def _domain_mentions(context: _Context) -> Iterable[Mention]:
    """Words that spell a web address's name, with the rest of their cell: "Miller Ltd" beside "www.miller.com"."""
    for row in context.layout.rows:
        for cell in row.cells:
            keys = [label_key(word.text) for word in cell.words]
            if any(_spells(keys, domain) for domain in context.domains) and not holds_address_of_net(cell.text):
                text = _before_labels(cell, context.layout)
                yield Mention(clean_name(text), cell.text, cell.page, cell.row, cell.box, _WEB)


def _spells(keys: list[str], domain: str) -> bool:
    spans = ((start, end) for start in range(len(keys)) for end in range(start + 1, min(start + 5, len(keys)) + 1))
    return any("".join(keys[start:end]) == domain for start, end in spans)


def _features(mention: Mention, rank: int, keys: set[str], context: _Context) -> dict[str, float]:
    layout, box = context.layout, mention.box
    key = label_key(mention.name)
    lines = 2.2 if mention.how == _TWO_LINES else 1.0
    height = math.log(max(box.height / lines, 1e-4) / max(context.height, 1e-4))
    words = mention.name.split()
    labels = layout.labels_in_row(mention.row)
    return {
        "header": float(mention.how in (_TOP, _TWO_LINES)),
        "rank0": float(rank == 0),
        "rank1": float(rank == 1),
        "rank2": float(rank == 2),
        "rank3": float(rank in (3, 4)),
        "page1": float(mention.page == 1),
        "y": box.y0,
        "footer": float(box.y0 > 0.8),
        "height": max(-1.0, min(1.2, height)),
        "suffix": float(ends_in_suffix(mention.name)),
        "two_lines": float(mention.how == _TWO_LINES),
        "two_large": float(mention.how == _TWO_LINES and height > 0.25),
        "two_form": float(mention.how == _TWO_LINES and ends_in_suffix(mention.name)),
        "sender": float(mention.how == _SENDER),
        "label": float(any(_names_vendor(label, mention) for label in layout.labels("vendor_name"))),
        "account": float(any(_names_vendor(label, mention) for label in layout.labels("account_name", "payee"))),
        "fuller": float(mention.how == _IN_FULL),
        "company": float(mention.how == _LEGAL_FORM),
        "domain": _agreement(key, context.domains),
        "web_only": float(mention.how == _WEB),
        "follows": _address_below(mention, layout),
        "tax_near": float(any(abs(label.row - mention.row) <= 4 for label in layout.labels("vendor_tax_id"))),
        "repeated": min(3, max(0, context.text.count(key) - 1)) / 3 if len(key) > 3 else 0.0,
        "buyer": float(context.buyers.holds(mention.page, box)),
        "address": float(looks_like_address(mention.name)),
        "person": float(is_person(mention.name)),
        "title": float(not ends_in_suffix(mention.name) and _is_title(mention, labels, layout.language)),
        "part": float(any(key != other and key in other and len(other) < 45 for other in keys)),
        "whole": float(any(key != other and other in key and len(other) > 2 for other in keys)),
        "confidence": _confidence(mention, layout),
        "lower": float(mention.name == mention.name.lower()),
        "tall": float(box.height > 3 * context.height),
        "buyer_above": float(any(r.x1 < box.x0 and abs(r.y0 - box.y0) < 0.02 for _, r in context.buyers.regions)),
        "digits": float(any(char.isdigit() for char in mention.name)),
        "long": max(0.0, (len(words) - 5) / 3),
        "short": float(len(key) <= 3),
        "one_word": float(len(words) == 1),
        "many_cells": float(len(layout.rows[mention.row].cells) > 1),
        "sentence": _sentence(words, layout.language),
        "colon": float(":" in mention.text),
        "decorated": float(mention.text.strip()[:1] in "-*("),
    }


def _names_vendor(label: Label, mention: Mention) -> bool:
    return label.page == mention.page and mention.how == f"label '{label.text}'"


def _is_title(mention: Mention, labels: Iterable[Label], language: Language) -> bool:
    """A kind of document ("Payment receipt"), or a label that makes up most of the text."""
    last = label_key(mention.name.split()[-1])
    return last in title_phrases(language.code) or any(_covers(label, mention) for label in labels)


def _covers(label: Label, mention: Mention) -> bool:
    """Whether a label makes up most of the text: a title such as "Tax invoice", a column's head."""
    inside = label.box.x0 >= mention.box.x0 - 0.01 and label.box.x1 <= mention.box.x1 + 0.01
    return inside and len(label_key(label.text)) >= 0.6 * len(label_key(mention.name))


def _agreement(key: str, domains: tuple[str, ...]) -> float:
    """How well a name agrees with a web address, 0..1."""
    if len(key) < 3:
        return 0.0
    scores = [fuzz.partial_ratio(key, domain) / 100 * min(1.0, len(key) / len(domain)) for domain in domains]
    best = max(scores, default=0.0)
    return max(0.0, (best - 0.6) / 0.4)


def _confidence(mention: Mention, layout: Layout) -> float:
    """How surely the row was read, 0 (half) to 1 (all)."""
    words = [word.confidence for word in layout.rows[mention.row].words if mention.box.x0 - 0.01 <= word.box.center_x]
    return max(0.0, 2 * min(words, default=1.0) - 1)


def _address_below(mention: Mention, layout: Layout) -> float:
    """The share of the next three cells under the name that are address, phone or registration lines."""
    cells = layout.cells_below(mention.row, mention.box, rows=4)[:3]
    return sum(_is_contact(cell, layout) for cell in cells) / 3


def _is_contact(cell: Cell, layout: Layout) -> bool:
    labelled = any(label.key in _CONTACT for label in layout.labels_in_row(cell.row))
    return labelled or looks_like_address(cell.text) or holds_phone(cell.text) or is_registration(cell.text)


def _sentence(words: list[str], language: Language) -> float:
    lower = sum(word.lower() in language.words for word in words if word[:1].islower())
    return min(1.0, lower / 2)


# Log-odds, fitted to labelled documents (see docs/benchmarks.md); each stays near what a person would expect.
_WEIGHTS: Weights = {
    "account": 3.49,
    "address": -3.13,
    "bias": -5.51,
    "buyer": -2.1,
    "buyer_above": -1.15,
    "colon": -0.88,
    "company": 0.96,
    "confidence": 1.0,
    "decorated": 0.19,
    "digits": -1.75,
    "domain": 2.27,
    "follows": 1.99,
    "footer": 0.25,
    "fuller": 0.8,
    "header": 0.31,
    "height": -0.66,
    "label": 2.04,
    "long": -0.49,
    "lower": -2.06,
    "many_cells": -0.65,
    "one_word": -0.84,
    "page1": -0.64,
    "part": -0.33,
    "person": -0.87,
    "rank0": 4.02,
    "rank1": 2.5,
    "rank2": 1.58,
    "rank3": 0.44,
    "repeated": 1.64,
    "sender": 0.5,
    "sentence": -2.22,
    "short": -0.15,
    "suffix": 2.22,
    "tall": -0.45,
    "tax_near": -0.27,
    "title": -2.59,
    "two_form": -0.49,
    "two_large": 0.7,
    "two_lines": -2.25,
    "web_only": 0.5,
    "whole": 0.13,
    "y": -0.25,
}
