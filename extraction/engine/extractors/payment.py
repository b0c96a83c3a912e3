"""Bank details: IBAN and BIC. Check digits decide, so that a misread account is never offered with confidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from .. import repair
from ..document import Box, Word
from ..language import Language
from ..layout import Layout, Row, TextMap
from ..record import Candidate
from .roles import buyer_places

if TYPE_CHECKING:
    from ..read import ReadOptions

_IBAN_START = re.compile(r"(?<![^\W_])([A-Z]{2})[ ]?[\dOoIlSBZ]{2}(?=[\s.\dA-Z])")
_BIC = re.compile(r"(?<![^\W_])[A-Z]{4} ?[A-Z]{2} ?[A-Z0-9]{2}(?: ?[A-Z0-9]{3})?(?![^\W_])")
_PRINTED = re.compile(r"[A-Z]{2} ?[0-9A-Z]{2}(?: ?(?=[A-Z]{0,4}\d)[A-Z0-9]{2,30})*")
_SEPARATORS = " .-\u00a0"
_LONGEST, _SHORTEST = 34, 15
_KINDS = re.compile(r"(\d+)!([nac])")  # "8!n10!n": digits, letters, either
_NRB = re.compile(r"(?<![\w-])\d{2}(?: ?\d{4}){6}(?![\w-])")
_NEAR = 3  # rows between an IBAN and its BIC


def find_payment(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    found = [
        candidate
        for row in layout.rows
        for candidate in (*_ibans(layout, row), *_wrapped(layout, row), *_polish_accounts(row))
    ]
    ibans = _likeliest(layout, found)
    return [*ibans, *(list(_bics(layout, ibans)) or _bics_beside(layout, ibans))]


def _likeliest(layout: Layout, found: list[Candidate]) -> list[Candidate]:
    """Of several the first, without the buyer's own account, that will be debited."""
    buyers = buyer_places(layout) if found else None
    debited = {label.row for label in layout.labels("debited_account")}
    result = []
    for seen, candidate in enumerate(found):
        row = next((r.index for r in layout.rows_of(candidate.page) if _holds(r, candidate)), -1)
        if {row, row - 1} & debited:
            continue
        is_buyers = bool(buyers and candidate.box and buyers.holds(candidate.page, candidate.box))
        factor = 0.6 if is_buyers else 0.985 ** min(seen, 6)
        result.append(replace(candidate, score=round(candidate.score * factor, 4)))
    return result


def _holds(row: Row, candidate: Candidate) -> bool:
    return candidate.box is not None and row.box.y0 <= candidate.box.center_y <= row.box.y1


def _polish_accounts(row: Row) -> Iterable[Candidate]:
    """26 digits are a Polish account without its country; check digits tell them from other numbers."""
    chars = TextMap(row.words)
    for match in _NRB.finditer(chars.text):
        value = f"PL{match[0].replace(' ', '')}"
        if _is_iban(value):
            reason = "a Polish account number, check digits are right"
            yield Candidate("iban", value, match[0], row.page, chars.box(*match.span()), 0.94, reason)


def _bics_beside(layout: Layout, ibans: list[Candidate]) -> Iterable[Candidate]:
    """Without a label: the code of a bank that exists, in the row of an IBAN of its country or the next one."""
    for iban in ibans[:3]:
        for row in layout.rows_of(iban.page):
            if iban.box is not None and -0.005 < row.box.center_y - iban.box.center_y < 0.03:
                found = _bic(row.words, {str(iban.value)[:2]}, known=True)
                if found and not str(iban.value).endswith(found[0]):
                    value, text, box = found
                    yield Candidate("bic", value, text, row.page, box, 0.8, "a bank's code beside the IBAN")


def _ibans(layout: Layout, row: Row) -> Iterable[Candidate]:
    words = _with_next_row(layout, row)
    chars = TextMap(words)
    own = len(TextMap(row.words).text)
    labels = [label.box.x0 for label in layout.labels_in_row(row.index) if label.key == "iban"]
    for match in _IBAN_START.finditer(chars.text, 0, own):
        found = _read_iban(chars.text, match.start())
        if found:
            value, end, repaired = found
            reason = (
                "check digits are right after correcting misread characters" if repaired else "check digits are right"
            )
            score = 0.9 if repaired else 0.98
        elif (
            _right_of_any(labels, chars.box(*match.span()).x0)
            and len(_as_printed(chars.text, match.start())[0]) >= _SHORTEST
        ):
            value, end = _as_printed(chars.text, match.start())
            reason, score = "label 'IBAN', but the check digits do not agree", 0.25
        else:
            continue
        box = chars.box(match.start(), end)
        yield Candidate("iban", value, chars.text[match.start() : end], row.page, box, score, reason)


def _right_of_any(labels: list[float], x0: float) -> bool:
    return any(label < x0 for label in labels)


def _with_next_row(layout: Layout, row: Row) -> tuple[Word, ...]:
    """An IBAN may go on in the next row, under its beginning."""
    following = layout.rows[row.index + 1 : row.index + 2]
    return row.words + (following[0].words if following and following[0].page == row.page else ())


def _wrapped(layout: Layout, row: Row) -> Iterable[Candidate]:
    """One that goes on under its beginning inside the column of a table."""
    for cell in row.cells:
        if len(row.cells) > 1 and _IBAN_START.match(cell.text):
            for below in layout.cells_below(row.index, cell.box, rows=1):
                chars = TextMap((*cell.words, *below.words))
                found = _read_iban(chars.text, 0)
                if found and found[1] > len(cell.text):
                    box = chars.box(0, found[1])
                    reason = "check digits are right, in two rows of a column"
                    yield Candidate("iban", found[0], chars.text[: found[1]], row.page, box, 0.95, reason)


def _read_iban(text: str, start: int) -> tuple[str, int, bool] | None:
    """(IBAN, end in ``text``, whether characters were corrected), if check digits prove one."""
    compact, ends = "", []
    for position in range(start, len(text)):
        char = text[position]
        if char in _SEPARATORS:
            continue
        if not (char.isascii() and char.isalnum()) or len(compact) == _LONGEST:
            break
        compact += char
        ends.append(position + 1)
    for length in range(len(compact), _SHORTEST - 1, -1):
        plain = compact[:length].upper()
        if _is_iban(plain):
            return plain, ends[length - 1], False
    for length in range(len(compact), _SHORTEST - 1, -1):
        found = repair.only(_readings(compact[:length]), _is_iban)
        if found:
            return found, ends[length - 1], True
    return None


def _readings(text: str) -> Iterable[str]:
    """What a misread IBAN may say, by the digits and letters that its country's accounts are made of."""
    try:
        spec = IBAN(text.upper(), allow_invalid=True).spec
    except SchwiftyException:  # no country of IBANs
        return
    if spec.iban_length != len(text):
        return
    kinds = "".join(kind * int(count) for count, kind in _KINDS.findall(spec.bban_spec))
    for reading in repair.readings(text[2:], "nn" + kinds):
        yield (text[:2] + reading).upper()


def _is_iban(text: str) -> bool:
    return bool(IBAN(text, allow_invalid=True).is_valid)


def _as_printed(text: str, start: int) -> tuple[str, int]:
    match = _PRINTED.match(text, start)
    printed = match[0] if match else text[start:]
    return printed.replace(" ", ""), start + len(printed)


def _bics(layout: Layout, ibans: list[Candidate]) -> Iterable[Candidate]:
    countries = {str(candidate.value)[:2] for candidate in ibans}
    rows = {label.row: label for label in layout.labels("bic")}
    for label in rows.values():
        for index in range(label.row, min(label.row + _NEAR, len(layout.rows))):
            row = layout.rows[index]
            words = row.words[label.end :] if index == label.row else row.words
            found = _bic(words, countries) if words and row.page == label.page else None
            if found:
                value, text, box = found
                yield Candidate("bic", value, text, row.page, box, 0.95, f"label '{label.text}'")
                break


def _bic(words: tuple[Word, ...], countries: set[str], *, known: bool = False) -> tuple[str, str, Box] | None:
    """``known``: only the code of a bank that is registered."""
    chars = TextMap(words)
    for match in _BIC.finditer(chars.text):
        value = match[0].replace(" ", "")
        bic = BIC(value, allow_invalid=True)
        if bic.is_valid and (bic.exists or not known) and (not countries or value[4:6] in countries):
            return value, match[0], chars.box(*match.span())
    return None
