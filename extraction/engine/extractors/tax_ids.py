"""VAT ids: the vendor's and the buyer's, by label, check digits and place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from stdnum import get_cc_module

from .. import repair
from ..document import Box, Word
from ..language import Language, fold
from ..layout import Label, Layout, TextMap
from ..record import Candidate
from .formats import is_date
from .roles import Places, buyer_places

if TYPE_CHECKING:
    from ..read import ReadOptions

# Tried in this order for a number without a country; each checks its own check digits.
_NATIONAL = ("pl", "es", "it", "ie", "gb", "pt", "gr", "hr", "nl", "fr", "be", "se", "no", "dk", "in", "au", "ch")
_WITH_PREFIX = re.compile(
    r"(?<![^\W_])(ATU|CHE|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)"
    r"[ .:-]{0,2}[0-9A-Zlo](?:[ .-]{0,2}[0-9A-Zlo]){6,13}(?![^\W_])"
)
# Forms that are told from other numbers without label or country, by the document's language.
_NATIONAL_FORMS = {"es": re.compile(r"(?<![^\W_])[A-HJNP-SUVW]-?\d{8}(?![^\W_])")}
_LITTLE = 3  # characters: words such as "du" are no labels here
_FOOTER = 0.85  # below, on a page, ids are the vendor's
_BARE = re.compile(r"(?<![^\W_])[A-Z]?[ -]?\d[\d .-]{5,16}\d?(?:-?[A-Z]{1,2})?(?![^\W_])|[A-Z]{1,4}\d{3,}[A-Z0-9]{2,}")
_NEXT_WORD = re.compile(r"\s(?=[A-Z]{2,}(?![A-Z\d]*\d))")
_TAX_NUMBER = re.compile(
    r"[\s:.#-]*(?:[A-Z]{2}\s)?(\d{2,5}(?:\s?/\s?|\s)\d{3,5}(?:\s?/\s?|\s)?[\d/]{1,8}|\d{9,13})(?![\d,.])"
)
_DIGITS_ONLY = frozenset(
    ["BE", "BG", "DE", "DK", "EE", "EL", "FI", "HR", "HU", "IT", "LU", "LV", "MT", "PL", "PT", "RO", "SE", "SI", "SK"]
)
_SMALL = str.maketrans("lo", "10")  # small letters stand in no id
_MARKS = re.compile(r"^[\s:.#№-]+")


def find_tax_ids(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    own = {_compact(number) for number in options.own_tax_ids}
    found: dict[str, Candidate] = {}
    buyers = buyer_places(layout)
    for candidate in (
        *_labelled(layout, buyers),
        *_after_tax_word(layout, buyers),
        *_unlabelled(layout, language, buyers),
    ):
        key = _compact(str(candidate.value))
        if key in own:
            candidate = replace(candidate, field="buyer_tax_id")
        before = found.get(key)
        if before is None or candidate.score > before.score:
            found[key] = candidate
    return [*_first_is_vendors(_with_country(found)), *_tax_numbers(layout)]


def _with_country(found: Mapping[str, Candidate]) -> list[Candidate]:
    """Where an id is printed with its country and without, the one with it, as sure as the surer."""
    kept = []
    for key, candidate in found.items():
        if any(other != key and other[2:] == key and other[:2].isalpha() for other in found):
            continue
        bare = found.get(key[2:]) if key[:2].isalpha() else None
        kept.append(replace(candidate, score=max(candidate.score, bare.score)) if bare else candidate)
    return kept


def _tax_numbers(layout: Layout) -> Iterable[Candidate]:
    """National tax numbers that are no VAT ids: "Steuernummer 22/815/08154"."""
    for label in layout.labels("vendor_tax_number"):
        chars = TextMap(layout.right_of(label))
        match = _TAX_NUMBER.match(chars.text)
        if match:
            box = chars.box(*match.span(1))
            reason = f"right of label '{label.text}'"
            yield Candidate("vendor_tax_number", match[1], match[1], label.page, box, 0.85 * label.quality, reason)


def _first_is_vendors(found: Sequence[Candidate]) -> list[Candidate]:
    """Of several vendor ids the first in reading order is a little more likely, the one in the footer more so."""
    ordered = sorted(found, key=lambda c: (c.page, c.box.y0 if c.box else 0.0))
    seen = 0
    result = []
    for candidate in ordered:
        if candidate.field == "vendor_tax_id":
            in_footer = seen and candidate.box and candidate.box.y0 > _FOOTER
            factor = 1.04 if in_footer else 0.97**seen
            candidate = replace(candidate, score=round(min(0.98, candidate.score * factor), 4))
            seen += 1
        result.append(candidate)
    return result


def _labelled(layout: Layout, buyers: Places) -> Iterable[Candidate]:
    for key in ("buyer_tax_id", "vendor_tax_id"):
        for label in layout.labels(key):
            for words, placed in _places(layout, label):
                found = _read(words)
                if found:
                    value, text, box, sure = found
                    is_buyers = key == "buyer_tax_id" or buyers.holds(label.page, box) or _beside_buyer(layout, label)
                    field = "buyer_tax_id" if is_buyers else "vendor_tax_id"
                    reason = f"{placed} label '{label.text}'" + (_proof(text, value) if sure >= 0.9 else "")
                    score = sure * label.quality * (1.0 if placed == "right of" else 0.9)
                    yield Candidate(field, value, text, label.page, box, round(score, 4), reason)
                    break


def _beside_buyer(layout: Layout, label: Label) -> bool:
    """Whether the buyer's label opens the row, and nothing else's stands between: "Customer: Miller   VAT no. ..."."""
    left = [other for other in layout.labels_in_row(label.row) if other.start < label.start]
    before = [other for other in left if len(other.text) > _LITTLE]
    return bool(before) and before[0].starts_cell and all(other.key == "buyer_name" for other in before)


def _proof(text: str, value: str) -> str:
    right = ", check digits are right"
    return right if value in _compact(text) else f"{right} after correcting misread characters"


def _places(layout: Layout, label: Label) -> Iterable[tuple[Sequence[Word], str]]:
    right = layout.right_of(label)
    if any(char.isalnum() for word in right for char in word.text):
        yield right, "right of"
        return
    for cell in layout.below(label, rows=2):
        if not any(
            other.starts_cell and other.box.x0 <= cell.box.x0 + 0.005 for other in layout.labels_in_row(cell.row)
        ):
            yield cell.words, "below"


def _after_tax_word(layout: Layout, buyers: Places) -> Iterable[Candidate]:
    """ "VAT: GB 123 4567 89": the word for the tax, then a number in the form of an id."""
    for label in layout.labels("tax_total"):
        words = layout.right_of(label)
        found = _read(words)
        if not found:
            continue
        value, text, box, sure = found
        prefixed = _WITH_PREFIX.match(text) is not None
        if prefixed or (sure >= 0.9 and sum(char.isdigit() for char in text) >= 8):
            field = "buyer_tax_id" if buyers.holds(label.page, box) else "vendor_tax_id"
            yield Candidate(field, value, text, label.page, box, 0.75 if prefixed else 0.6, f"right of '{label.text}'")


def _unlabelled(layout: Layout, language: Language, buyers: Places) -> Iterable[Candidate]:
    """Ids whose form and check digits need no label."""
    national = _NATIONAL_FORMS.get(language.code)
    for row in layout.rows:
        chars = TextMap(row.words)
        found = [(match, _valid_with_prefix(match[0]), 0.85) for match in _WITH_PREFIX.finditer(chars.text)]
        if national:
            found += [
                (match, _compact(match[0]) if _valid_somewhere(match[0]) else None, 0.6)
                for match in national.finditer(chars.text)
            ]
        for match, value, score in found:
            if value:
                box = chars.box(*match.span())
                field = "buyer_tax_id" if buyers.holds(row.page, box) else "vendor_tax_id"
                reason = "form and check digits of a VAT id"
                yield Candidate(field, value, match[0].strip(), row.page, box, score, reason)


def _read(words: Sequence[Word]) -> tuple[str, str, Box, float] | None:
    """(value, text, box, how sure) of the id that opens ``words``."""
    if not words:
        return None
    chars = TextMap(words)
    skip = _MARKS.match(chars.text)
    start = skip.end() if skip else 0
    prefixed = _WITH_PREFIX.search(chars.text, start)
    if prefixed and prefixed.start() - start < 12:
        value = _valid_with_prefix(prefixed[0])
        printed = _NEXT_WORD.split(prefixed[0])[0].strip(" .-")
        if value or sum(char.isdigit() for char in printed) >= 7:
            return value or printed, printed, chars.box(*prefixed.span()), 0.95 if value else 0.75
    bare = _BARE.search(chars.text, start)
    if not bare or bare.start() - start > 12 or is_date(bare[0]):
        return None
    text = bare[0].strip(" .-")
    if sum(char.isdigit() for char in text) < 6:
        return None
    return text, text, chars.box(*bare.span()), 0.95 if _valid_somewhere(text) else 0.7


def _valid_with_prefix(text: str) -> str | None:
    """The compact id when its check digits are right, misread digits put right; words behind it cut off."""
    compact = _compact(text.translate(_SMALL))
    module = _module(compact[:2].lower())
    if module is None:
        return None
    whole = compact.startswith("CH")  # stdnum wants the country of Swiss numbers
    for repaired in (False, True):
        for end in range(len(compact), 7, -1):
            if end < len(compact) and compact[end].isdigit():
                continue  # part of a longer number, such as a bank account
            number = compact[2:end]
            kind = "n" if compact[:2] in _DIGITS_ONLY else "c"
            readings = repair.readings(number, kind * len(number)) if repaired else (number,)
            found = repair.only(readings, lambda read: module.is_valid(f"CH{read}" if whole else read))
            if found:
                return compact[:2] + found
    return None


def _valid_somewhere(text: str) -> bool:
    number = _compact(text)
    return any(module is not None and module.is_valid(number) for module in map(_module, _NATIONAL))


@cache
def _module(country: str) -> ModuleType | Any:
    """stdnum's checker of a country's VAT numbers; None where there is none."""
    known = {"el": "gr", "xi": "gb"}.get(country, country)
    return get_cc_module(known, "vat")


def _compact(text: str) -> str:
    return "".join(char for char in fold(text).upper() if char.isalnum())
