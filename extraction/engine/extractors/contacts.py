"""The vendor's phone, e-mail address and web site: what stands in the buyer's block is the buyer's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..country import dialled_country
from ..language import Language
from ..layout import Cell, Label, Layout, Row, TextMap
from ..record import Candidate
from .formats import is_date
from .roles import Places, buyer_places

if TYPE_CHECKING:
    from ..options import ReadOptions

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
_SITE = re.compile(r"(?:https?://|www\.)[\w./-]*\w(?:\.\w+)+(?:/[\w./-]*)?", re.IGNORECASE)
_BARE_SITE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/[\w./-]*)?", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00)?\(?\d[\d ()/.–-]{4,20}\d(?![\w]|[.,/-]\d)")
_PHONE_MARK = re.compile(r"(?:^|\s)(?:T|M|P|Ph|☎|✆|📞)[.:]?\s$")
_FULL = 9  # digits of a whole number with its country
_SEEN = 0.97  # of several the first is a little more likely


def find_contacts(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    buyers = buyer_places(layout)
    return [
        *_in_order(_phones(layout, buyers)),
        *_in_order(_net(layout, buyers, "vendor_email", _EMAIL)),
        *_in_order([*_net(layout, buyers, "vendor_website", _SITE), *_labelled_sites(layout, buyers)]),
    ]


def _in_order(found: Iterable[Candidate]) -> list[Candidate]:
    """The likeliest first, and of equals the one printed first."""
    best: dict[str, Candidate] = {}
    for candidate in found:
        key = str(candidate.value).lower()
        if key not in best or best[key].score < candidate.score:
            best[key] = candidate
    result = []
    for rank, candidate in enumerate(best.values()):
        score = round(candidate.score * _SEEN ** min(rank, 6), 4)
        result.append(
            Candidate(
                candidate.field, candidate.value, candidate.text, candidate.page, candidate.box, score, candidate.reason
            )
        )
    return result


# --- phones -----------------------------------------------------------------------------------------------------------


def _phones(layout: Layout, buyers: Places) -> Iterable[Candidate]:
    for row, offset, cell in _cells(layout):
        chars = TextMap(cell.words)
        for match in _PHONE.finditer(chars.text):
            number = match[0].strip(" -–./")
            digits = sum(char.isdigit() for char in number)
            box = chars.box(*match.span())
            if not 6 <= digits <= 15 or is_date(number) or buyers.holds(row.page, box):
                continue
            label = _label_before(layout, row, offset + chars.indices(*match.span())[0])
            score, reason = _phone_score(chars.text[: match.start()], number, label)
            if score:
                yield Candidate("vendor_phone", number, number, row.page, box, round(score, 4), reason)


def _cells(layout: Layout) -> Iterable[tuple[Row, int, Cell]]:
    """Each cell with its row and the number of words before it there."""
    for row in layout.rows:
        offset = 0
        for cell in row.cells:
            yield row, offset, cell
            offset += len(cell.words)


def _phone_score(before: str, number: str, label: Label | None) -> tuple[float, str]:
    if label is not None and label.key == "vendor_phone":
        return 0.88 * label.quality, f"right of label '{label.text}'"
    if label is not None:
        return 0.0, ""
    if _PHONE_MARK.search(before):
        return 0.75, f"after '{before.split()[-1]}'"
    international = dialled_country(number) is not None and sum(char.isdigit() for char in number) >= _FULL
    return (0.6, "form of an international phone number") if international else (0.0, "")


def _label_before(layout: Layout, row: Row, start: int) -> Label | None:
    """The label right before a word; a phone's where a fax shares its number ("Tel./Fax")."""
    near = [label for label in layout.labels_in_row(row.index) if 0 <= start - label.end <= 1]
    phones = [label for label in near if label.key == "vendor_phone"]
    return phones[0] if phones else near[0] if near else None


# --- net --------------------------------------------------------------------------------------------------------------


def _net(layout: Layout, buyers: Places, field: str, pattern: re.Pattern[str]) -> Iterable[Candidate]:
    for row in layout.rows:
        chars = TextMap(row.words)
        if "@" not in chars.text and "www" not in chars.text.lower() and "http" not in chars.text.lower():
            continue
        for match in pattern.finditer(chars.text):
            box = chars.box(*match.span())
            if not buyers.holds(row.page, box):
                value = match[0].strip(".,;/")
                yield Candidate(field, value, value, row.page, box, 0.85, "form of an address in the net")


def _labelled_sites(layout: Layout, buyers: Places) -> Iterable[Candidate]:
    """ "Web: miller.com", without www."""
    for label in layout.labels("vendor_website"):
        for word in layout.right_of(label)[:1]:
            text = word.text.strip(".,;:/")
            if _BARE_SITE.fullmatch(text) and not buyers.holds(label.page, word.box) and not is_date(text):
                yield Candidate("vendor_website", text, text, label.page, word.box, 0.8, f"right of '{label.text}'")
