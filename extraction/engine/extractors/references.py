"""Numbers by which others file the invoice: orders, contracts, the buyer's reference, mandates, payment references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from stdnum.de import leitweg

from ..document import Word
from ..language import Language
from ..layout import Label, Layout, TextMap
from ..record import Candidate
from .beside import box_of, text_of, value_of
from .formats import holds_address_of_net, holds_amount, is_date, is_street_line

if TYPE_CHECKING:
    from ..options import ReadOptions

_LEITWEG = re.compile(r"(?<![\w-])\d{2,12}-(?:[A-Z0-9]{1,30}-)?\d{2}(?![\w-])")
_CREDITOR = re.compile(r"(?<![^\W_])[A-Z]{2} ?\d{2} ?[A-Z0-9]{3} ?(?=[A-Z]{0,6}\d)[A-Z0-9]{4,28}(?![^\W_])")
_STRUCTURED = re.compile(r"(?:\+{3}|\*{3})\s?\d{3}\s?/\s?\d{4}\s?/\s?\d{5}\s?(?:\+{3}|\*{3})")  # Belgian payments
_RF = re.compile(r"(?<![^\W_])RF\d{2}(?: ?[A-Z0-9]{1,4}){1,6}(?![^\W_])")  # ISO 11649
_MANDATE = re.compile(r"[A-Za-z0-9 +?/:().,'_-]{3,35}")
_LONGEST = 40  # characters of a reference that is no number


def find_references(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    """Those that have a form of their own, or are no numbers; see also ``identifiers``."""
    return [
        *_buyer_references(layout),
        *_leitweg_ids(layout),
        *_creditor_ids(layout),
        *_mandates(layout),
        *_payment_references(layout),
    ]


def _buyer_references(layout: Layout) -> Iterable[Candidate]:
    """What the buyer asked to be printed: a number, initials, a person."""
    for label in layout.labels("buyer_reference"):
        if not (label.starts_cell or layout.is_parted(label)):
            continue
        found = value_of(layout, label)
        text = text_of(found[0]) if found else ""
        street = found is not None and found[1] == "below" and is_street_line(text)
        if found and 1 < len(text) <= _LONGEST and not (street or _is_something_else(text)):
            digits = any(char.isdigit() for char in text)
            score = (0.85 if digits else 0.7) * label.quality
            yield _candidate("buyer_reference", text, found[0], label, found[1], score)


def _is_something_else(text: str) -> bool:
    return is_date(text) or holds_amount(text) or holds_address_of_net(text)


def _leitweg_ids(layout: Layout) -> Iterable[Candidate]:
    """The routing id of German authorities, whose check digits need no label."""
    for row in layout.rows:
        chars = TextMap(row.words)
        for match in _LEITWEG.finditer(chars.text) if "-" in chars.text else ():
            if len(match[0]) >= 10 and leitweg.is_valid(match[0]):
                box = chars.box(*match.span())
                reason = "check digits of a Leitweg-ID are right"
                yield Candidate("buyer_reference", match[0], match[0], row.page, box, 0.93, reason)


def _creditor_ids(layout: Layout) -> Iterable[Candidate]:
    """SEPA creditor identifiers, proved by their check digits or named by a label."""
    labelled = {label.row: label for label in layout.labels("creditor_id")}
    beside: set[int] = set()
    for row in layout.rows:
        chars = TextMap(row.words)
        for match in _CREDITOR.finditer(chars.text):
            value = match[0].replace(" ", "")
            above = labelled.get(row.index - 1) if row.index - 1 not in beside else None
            label = labelled.get(row.index) or above
            proved, business = is_creditor_id(value), value[4:7] == "ZZZ"
            if label is None and not (proved and business):
                continue
            beside.add(row.index)
            score = 0.95 if label and proved else 0.85 if proved else 0.7
            reason = f"label '{label.text}'" if label else "form and check digits of a creditor identifier"
            box = chars.box(*match.span())
            yield Candidate("creditor_id", value, match[0], row.page, box, score, reason)


def is_creditor_id(text: str) -> bool:
    """Whether the check digits of a SEPA creditor identifier are right; its business code (5-7) counts for nothing."""
    letters = text[7:] + text[:2] + "00"
    number = "".join(str(int(char, 36)) for char in letters if char.isalnum())
    return text[2:4].isdigit() and bool(number) and 98 - int(number) % 97 == int(text[2:4])


def _mandates(layout: Layout) -> Iterable[Candidate]:
    for label in layout.labels("mandate_reference"):
        found = value_of(layout, label)
        words = _number(found[0]) if found else ()
        text = text_of(words)
        if found and _MANDATE.fullmatch(text) and any(char.isdigit() for char in text) and not is_date(text):
            yield _candidate("mandate_reference", text, words, label, found[1], 0.88 * label.quality)


def _number(words: Sequence[Word]) -> Sequence[Word]:
    """The first word, with the next one where that has the digits: "REF A-123"."""
    split = len(words) > 1 and words[0].text.isalpha() and any(char.isdigit() for char in words[1].text)
    return words[:2] if split else words[:1]


def _payment_references(layout: Layout) -> Iterable[Candidate]:
    """References with a form of their own; any other number beside a label is found by ``identifiers``."""
    for row in layout.rows:
        chars = TextMap(row.words)
        for pattern, reason in ((_STRUCTURED, "form of a structured communication"), (_RF, "an ISO 11649 reference")):
            for match in pattern.finditer(chars.text):
                value = match[0].strip("+* ").replace(" ", "")
                if pattern is _STRUCTURED or _is_rf(value):
                    box = chars.box(*match.span())
                    yield Candidate("payment_reference", value, match[0], row.page, box, 0.93, reason)


def _is_rf(text: str) -> bool:
    number = "".join(str(int(char, 36)) for char in text[4:] + text[:4] if char.isalnum())
    return int(number) % 97 == 1


def _candidate(field: str, text: str, words: Sequence[Word], label: Label, placed: str, score: float) -> Candidate:
    reason = f"{placed} label '{label.text}'"
    return Candidate(field, text, text, label.page, box_of(words), round(score, 4), reason)
