"""Who sent the document.

Every printed text that may be the vendor's name (``mentions.py``) has features: how high it stands, how large it is
printed, whether an address follows, whether it ends in a legal form, agrees with a web address, is printed again, and
so on. A conditional logit model of the features shares out the probability among the names of the document and the
chance that none of them is right. Its weights are fitted by ``python -m bench.vendor``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ..language import Language, is_known_word, label_key
from ..layout import Cell, Layout, same_column
from ..ranking import Weights
from ..record import Candidate
from .buyers import names_at_labels
from .document_type import title_phrases
from .formats import holds_phone
from .mentions import (
    DOMAIN,
    IN_FULL,
    LEGAL_FORM,
    LINES,
    SENDER,
    TOP,
    WEB,
    Mention,
    Surroundings,
    extends,
    find_mentions,
    label_covers,
)
from .names import (
    ends_in_suffix,
    has_postal_code,
    is_person,
    is_registration,
    looks_like_address,
    names_trade,
    without_suffix,
)

if TYPE_CHECKING:
    from ..read import ReadOptions

_KEPT = 6  # candidates
_CODE = re.compile(r"\d|^[A-Z]{2}\.?$")  # postal codes and states
_REGISTERED = ("vendor_tax_id", "vendor_tax_number", "vendor_registration_id")
_CONTACT = ("vendor_tax_id", "vendor_phone", "vendor_fax", "vendor_email", "vendor_website", "vendor_registration_id")
# Of a name printed in several places, the first place's count, and of the others the best, or the least doubtful.
_PLACED = frozenset({"y", "rank0", "rank1", "rank", "height", "largest", "many_cells", "confidence"})
_DOUBTS = frozenset({"colon", "lines", "person", "title"})


def find_vendor(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    """The likeliest names of the vendor, best first; their scores are probabilities and sum to at most 1."""
    mentions = vendor_mentions(layout, options)
    scores = probabilities([mention.features for mention in mentions], _WEIGHTS)
    ranked = sorted(zip(scores, mentions, strict=True), key=lambda item: -item[0])[:_KEPT]
    return [
        Candidate("vendor_name", m.name, m.text, m.page, m.box, round(score, 4), m.how, features=m.features)
        for score, m in ranked
    ]


def probabilities(rows: Sequence[Mapping[str, float]], weights: Weights) -> list[float]:
    """The share of each of several names; what is missing to 1 is the chance that none of them is right."""
    odds = [math.exp(min(30.0, sum(weights[name] * value for name, value in row.items() if value))) for row in rows]
    total = math.exp(weights["none"]) + sum(odds)
    return [value / total for value in odds]


def vendor_mentions(layout: Layout, options: ReadOptions) -> list[Mention]:
    """Every name once, with the features of all the places where it is printed."""
    around = Surroundings(layout, options)
    found = find_mentions(around)
    page = _Page(around, found)
    merged: dict[str, Mention] = {}
    for mention in sorted(found, key=lambda m: (m.page, m.row, len(m.cells))):
        features = _features(mention, page)
        before = merged.get(label_key(mention.name))
        merged[label_key(mention.name)] = (
            replace(mention, features=features)
            if before is None
            else replace(before, features=_united(before.features, features))
        )
    return _with_brands(list(merged.values()))


def _united(first: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The features of one name printed in two places: place and rank of the first, evidence of both."""
    both = {name: max(value, other[name]) for name, value in first.items() if name not in _PLACED}
    return {**first, **both, **{name: min(first[name], other[name]) for name in _DOUBTS}}


def _with_brands(mentions: Sequence[Mention]) -> list[Mention]:
    """A name with its legal form stands where its brand stands: the logo above, the company in the footer."""
    brands = [mention for mention in mentions if mention.features["header"] and not mention.features["lines"]]
    return [_branded(mention, brands) for mention in mentions]


def _branded(mention: Mention, brands: Iterable[Mention]) -> Mention:
    own = [brand for brand in brands if extends(mention, brand)]
    if not own or mention.features["rank0"]:
        return mention
    brand = max(own, key=lambda other: other.features["rank"])
    placed = {name: brand.features[name] for name in ("y", "rank0", "rank1", "rank", "height", "largest", "header")}
    best = {name: max(brand.features[name], mention.features[name]) for name in ("follows", "repeated", "domain")}
    return replace(mention, features={**mention.features, **placed, **best})


class _Page:
    """What the features compare a mention with."""

    def __init__(self, around: Surroundings, mentions: Sequence[Mention]) -> None:
        self.around, self.layout = around, around.layout
        rows = self.layout.rows_of(1)
        self.height = median(row.box.height for row in rows) if rows else 0.01
        self.text = label_key(self.layout.document.text)
        self.billed = names_at_labels(self.layout)
        top = [mention for mention in mentions if mention.how in (TOP, LINES)]
        self.ranks = {row: rank for rank, row in enumerate(sorted({mention.row for mention in top}))}
        self.largest = max((mention.cells[0].box.height for mention in top), default=0.0)
        cells = [cell.text for row in self.layout.rows for cell in row.cells]
        addresses = [text for text in cells if looks_like_address(text)]
        self.addresses = [label_key(text) for text in addresses]
        self.towns = {label_key(town) for text in addresses if has_postal_code(text) for town in _towns(text)}
        self.keys = {label_key(mention.name) for mention in mentions if not looks_like_address(mention.name)}


def _features(mention: Mention, page: _Page) -> dict[str, float]:
    found = {**_of_place(mention, page), **_of_name(mention, page), **_of_context(mention, page)}
    block = found["header"] * found["opens"] * found["closes"]
    return {**found, "block": block, "lines_trade": found["lines"] * found["trade"]}


def _of_place(mention: Mention, page: _Page) -> dict[str, float]:
    rank = page.ranks.get(mention.row, 9) if mention.how in (TOP, LINES) else 9
    heights = [cell.box.height for cell in mention.cells] or [mention.box.height]
    lines = mention.how == LINES
    return {
        "header": float(mention.how in (TOP, LINES)),
        "rank0": float(rank == 0),
        "rank1": float(rank == 1),
        "rank": 1 / (1 + rank) if rank < 9 else 0.0,
        "y": mention.box.y0,
        "height": max(-1.0, min(1.2, math.log(max(max(heights), 1e-4) / max(page.height, 1e-4)))),
        "largest": float(max(heights) >= 0.9 * page.largest and mention.how in (TOP, LINES)),
        "lines": float(lines),
        "lines_short": float(lines and len(mention.name.split()) <= 4),
        "three_lines": float(len(mention.cells) == 3),
        "many_cells": float(len(page.layout.rows[mention.row].cells) > 1),
        "confidence": _confidence(mention, page.layout),
        "label": float(mention.label == "vendor_name"),
        "account": float(mention.label in ("payee", "account_name")),
        "sender": float(mention.how == SENDER),
        "fuller": float(mention.how == IN_FULL),
        "company": float(mention.how == LEGAL_FORM),
        "web": float(mention.how == WEB),
        "domain_only": float(mention.how == DOMAIN),
    }


def _of_name(mention: Mention, page: _Page) -> dict[str, float]:
    name, words = mention.name, mention.name.split()
    key = label_key(name)
    form = ends_in_suffix(name)
    own_form = mention.how == LINES and form and len(without_suffix(mention.cells[-1].text).split()) > 1
    return {
        "suffix": float(form),
        "lines_form": float(mention.how == LINES and form and not own_form),
        "lines_own_form": float(own_form),
        "person": float(is_person(name)),
        "title": float(not form and _is_title(mention, page.layout)),
        "part": float(any(key != other and key in other and len(other) < 45 for other in page.keys)),
        "whole": float(any(key != other and other in key and len(other) > 2 for other in page.keys)),
        "lower": float(name[:1].islower()),
        "digits": float(any(char.isdigit() for char in name)),
        "long": max(0.0, (len(words) - 5) / 3),
        "one_word": float(len(words) == 1),
        "sentence": min(1.0, sum(w.lower() in page.layout.language.words for w in words if w[:1].islower()) / 2),
        "known": 0.0 if form else sum(map(is_known_word, words)) / len(words),
        "colon": float(":" in mention.text),
        "only_trade": float(all(map(names_trade, without_suffix(name).split()))),
        "trade": float(names_trade(name)),
    }


def _of_context(mention: Mention, page: _Page) -> dict[str, float]:
    layout, box, key = page.layout, mention.box, label_key(mention.name)
    return {
        "domain": _agreement(mention.name, page.around.domains),
        "follows": _address_below(mention, layout),
        "opens": float(_gap_above(mention, layout) > 0.8),
        "closes": float(_gap_below(mention, layout) > 0.8 or _address_at_once(mention, layout)),
        "tax_near": float(any(abs(label.row - mention.row) <= 4 for label in layout.labels(*_REGISTERED))),
        "town": float(key in page.towns or any(key in text and not text.startswith(key) for text in page.addresses)),
        "person_near": float(_person_near(mention, layout)),
        "repeated": min(3, max(0, page.text.count(key) - 1)) / 3 if len(key) > 3 else 0.0,
        "buyer": float(page.around.buyers.holds(mention.page, box)),
        "billed": float(any(key.endswith(name) for name in page.billed)),
    }


def _is_title(mention: Mention, layout: Layout) -> bool:
    """A kind of document ("Payment receipt"), or a label that makes up most of the text."""
    last = label_key(mention.name.split()[-1])
    labels = layout.labels_in_row(mention.row)
    return last in title_phrases(layout.language.code) or any(
        label_covers(label, mention.box, mention.name) for label in labels
    )


def _agreement(name: str, domains: tuple[str, ...]) -> float:
    """How well a name without its legal form agrees with a web address, 0..1."""
    key = label_key(without_suffix(name))
    if len(key) < 3:
        return 0.0
    scores = [fuzz.partial_ratio(key, domain) / 100 * _alike_in_length(key, domain) for domain in domains]
    return max(0.0, (max(scores, default=0.0) - 0.6) / 0.4)


def _alike_in_length(key: str, domain: str) -> float:
    """1 for equal lengths; addresses are shorter than names as a rule, but a name that is shorter says little."""
    share = min(len(key), len(domain)) / max(len(key), len(domain))
    return share if len(key) < len(domain) else math.sqrt(share)


def _confidence(mention: Mention, layout: Layout) -> float:
    """How surely the row was read, 0 (half) to 1 (all)."""
    words = [word.confidence for word in layout.rows[mention.row].words if mention.box.x0 - 0.01 <= word.box.center_x]
    return max(0.0, 2 * min(words, default=1.0) - 1)


def _towns(address: str) -> list[str]:
    """What may be the town in a line with a postal code: no first part of a longer line, which may be the name."""
    parts = [" ".join(word for word in part.split() if not _CODE.search(word)) for part in address.split(",")]
    return parts[1:] if len(parts) > 2 else parts


def _person_near(mention: Mention, layout: Layout) -> bool:
    """Whether a line over or under the name greets a person: companies that are written to, not those that write."""
    rows = layout.rows[max(0, mention.row - 1) : mention.row + len(mention.cells) + 1]
    cells = [cell for row in rows if row.page == mention.page for cell in row.cells]
    return any(
        same_column(cell.box, mention.box) and is_person(cell.text) for cell in cells if cell not in mention.cells
    )


def _gap_above(mention: Mention, layout: Layout) -> float:
    """The space between the name and what stands over it, in heights of its line; 9 where nothing does."""
    rows = layout.rows[max(0, mention.row - 4) : mention.row]
    over = [c for r in rows if r.page == mention.page for c in r.cells if same_column(c.box, mention.box)]
    first = mention.cells[0].box if mention.cells else mention.box
    return (first.y0 - max(cell.box.y1 for cell in over)) / first.height if over and first.height else 9.0


def _gap_below(mention: Mention, layout: Layout) -> float:
    last = mention.cells[-1] if mention.cells else None
    box, row = (last.box, last.row) if last else (mention.box, mention.row)
    under = layout.cells_below(row, mention.box, rows=4)
    return (under[0].box.y0 - box.y1) / box.height if under and box.height else 9.0


def _address_at_once(mention: Mention, layout: Layout) -> bool:
    row = mention.cells[-1].row if mention.cells else mention.row
    under = layout.cells_below(row, mention.box, rows=2)
    return bool(under) and _is_contact(under[0], layout)


def _address_below(mention: Mention, layout: Layout) -> float:
    """The share of the next three cells under the name that are address, phone or registration lines."""
    last = mention.cells[-1].row if mention.cells else mention.row
    cells = layout.cells_below(last, mention.box, rows=4)[:3]
    return sum(_is_contact(cell, layout) for cell in cells) / 3


def _is_contact(cell: Cell, layout: Layout) -> bool:
    labelled = any(label.key in _CONTACT for label in layout.labels_in_row(cell.row))
    return labelled or looks_like_address(cell.text) or holds_phone(cell.text) or is_registration(cell.text)


# Log-odds (see the head of this file). "none" is the weight of the chance that no name is the right one.
_WEIGHTS: Weights = {
    "account": 3.35,
    "billed": -4.03,
    "block": 0.67,
    "buyer": -0.63,
    "closes": 0.10,
    "colon": -0.77,
    "company": 1.00,
    "confidence": -0.12,
    "digits": -1.43,
    "domain": 0.91,
    "domain_only": -0.26,
    "follows": 1.90,
    "fuller": 0.70,
    "header": 0.23,
    "height": 0.12,
    "known": -1.10,
    "label": 2.97,
    "largest": -0.52,
    "lines": -1.51,
    "lines_form": 0.96,
    "lines_own_form": -0.27,
    "lines_short": 0.43,
    "lines_trade": 0.36,
    "long": -1.06,
    "lower": -1.29,
    "many_cells": -1.07,
    "none": 1.34,
    "one_word": 0.00,
    "only_trade": -0.54,
    "opens": 0.77,
    "part": -0.10,
    "person": -1.40,
    "person_near": -0.46,
    "rank": 0.49,
    "rank0": 1.85,
    "rank1": 0.88,
    "repeated": 0.55,
    "sender": -0.69,
    "sentence": -1.89,
    "suffix": 2.08,
    "tax_near": 0.23,
    "three_lines": -0.96,
    "title": -1.85,
    "town": -2.00,
    "trade": 0.96,
    "web": 0.81,
    "whole": 0.33,
    "y": -1.19,
}
