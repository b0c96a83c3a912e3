"""The period that is invoiced: a range of dates, or one month or quarter, beside or under its label."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from ..dating import DateText, all_months, find_dates
from ..document import Word
from ..language import Language, fold
from ..layout import Label, Layout, TextMap
from ..record import Candidate
from .beside import value_of

if TYPE_CHECKING:
    from ..options import ReadOptions

_BETWEEN = re.compile(
    r"\s*(?:[-–—/]|to|until|through|bis(?: zum)?|au|jusqu'au|al?|hasta(?: el)?|fino al|tot(?: en met)?|t/m|t\.e\.m\."
    r"|até|do|till?|til|ate|och med|og med|az do)\s*(?:den|the|dnia)?\s*",
    re.IGNORECASE,
)
_OPEN_DAY = re.compile(
    r"(?<![\d.,/])(\d{1,2})(?:[./](\d{1,2}))?[./]?\s*(?:[-–—]|bis(?: zum)?|to|au|al|tot|t/m|a|do|til)\s*$",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(r"(?<![\d./-])(0?[1-9]|1[0-2])\s?[./-]\s?((?:19|20)\d\d)(?![\d./-])")
_YEAR_MONTH = re.compile(r"(?<![\d./-])((?:19|20)\d\d)\s?[./-]\s?(0[1-9]|1[0-2])(?![\d./-])")
_NAMED_MONTH = re.compile(r"([^\W\d_]{3,12})\.?\s?(?:de |del )?((?:19|20)\d\d)(?!\d)")
_QUARTER = re.compile(
    r"(?<!\w)(?:Q([1-4])|([1-4])\.?\s?(?:quartal|quarter|trimestre|kwartaal|kwartał))\s?/?\s?((?:19|20)\d\d)", re.I
)
_LONGEST = 800  # days: a longer range is the term of a contract


@dataclass(frozen=True, slots=True)
class Period:
    start: date
    end: date
    text: str
    span: tuple[int, int]


def find_periods(layout: Layout, language: Language, options: ReadOptions) -> list[Candidate]:
    found = [*_labelled(layout, language), *_labelled_ends(layout, language)]
    return found if found else list(_unlabelled(layout, language))


def _labelled(layout: Layout, language: Language) -> Iterable[Candidate]:
    for label in layout.labels("service_period"):
        if not (label.starts_cell or layout.is_parted(label)):
            continue
        for words, placed in _places(layout, label):
            period = period_in(TextMap(words).text, language)
            if period:
                score = 0.9 * label.quality * (1.0 if placed == "right of" else 0.9)
                yield from _candidates(period, words, label.page, score, f"{placed} label '{label.text}'")
                break


def _places(layout: Layout, label: Label) -> Iterable[tuple[Sequence[Word], str]]:
    """Labels inside a period are words of it: "from", "date", "am"."""
    found = value_of(layout, label, whole=True)
    if found and found[1] == "right of":
        yield found
    right = layout.right_of(label, past_labels=True)
    if right and right[0].box.x0 - label.box.x1 < 0.4:
        yield right, "right of"
    if found and found[1] == "below":
        yield found


def _labelled_ends(layout: Layout, language: Language) -> Iterable[Candidate]:
    """A start and an end with labels of their own."""
    for field in ("service_period_start", "service_period_end"):
        for label in layout.labels(field):
            found = value_of(layout, label, whole=True)
            dates = find_dates(TextMap(found[0]).text, language.code) if found else []
            if found and dates:
                words, placed = found
                box = TextMap(words).box(dates[0].start, dates[0].end)
                value = _reading(dates[0], language.day_first)
                text = TextMap(words).text[dates[0].start : dates[0].end]
                reason = f"{placed} label '{label.text}'"
                yield Candidate(field, value, text, label.page, box, 0.85 * label.quality, reason)


def _unlabelled(layout: Layout, language: Language) -> Iterable[Candidate]:
    """The only range of dates that is printed: several belong to lines."""
    found = []
    for row in layout.rows:
        chars = TextMap(row.words)
        period = (
            _range(chars.text, find_dates(chars.text, language.code), language) if _may_hold_range(chars.text) else None
        )
        if period and period.end > period.start:
            found.append((row, period))
    if len({(period.start, period.end) for _, period in found}) == 1:
        row, period = found[0]
        yield from _candidates(period, row.words, row.page, 0.55, "the only range of dates")


def _may_hold_range(text: str) -> bool:
    return sum(char.isdigit() for char in text) >= 8


def _candidates(period: Period, words: Sequence[Word], page: int, score: float, reason: str) -> Iterable[Candidate]:
    box = TextMap(words).box(*period.span)
    for field, value in (("service_period_start", period.start), ("service_period_end", period.end)):
        yield Candidate(field, value, period.text, page, box, round(score, 4), reason)


def period_in(text: str, language: Language) -> Period | None:
    """The first period of a text: two dates, a day before a date, a quarter, a month; None for a single day."""
    dates = find_dates(text, language.code)
    month = _month(text, language)
    if month and len(dates) == 1 and dates[0].end <= month[3].end() and dates[0].start >= month[3].start():
        return _months(*month)  # "March 2024" is no 20 March 24
    found = _range(text, dates, language)
    if found or dates:
        return found
    quarter = _QUARTER.search(text)
    if quarter:
        number, year = int(quarter[1] or quarter[2]), int(quarter[3])
        return _months(year, 3 * number - 2, 3 * number, quarter)
    return _months(*month) if month else None


def _range(text: str, dates: Sequence[DateText], language: Language) -> Period | None:
    for first, second in pairwise(dates):
        if _BETWEEN.fullmatch(text[first.end : second.start]):
            order = _order(first, second, language.day_first)
            start, end = _reading(first, order), _reading(second, order)
            if start <= end and (end - start).days <= _LONGEST:
                return Period(start, end, text[first.start : second.end], (first.start, second.end))
    for last in dates:
        opening = _OPEN_DAY.search(text, 0, last.start)
        end = _reading(last, language.day_first)
        if opening:
            day, month = int(opening[1]), int(opening[2] or end.month)
            begin = _date(end.year - (month > end.month), month, day)
            if begin and begin <= end:
                return Period(begin, end, text[opening.start() : last.end], (opening.start(), last.end))
    return None


def _order(first: DateText, second: DateText, day_first: bool) -> bool:
    """Whether days stand first: as one of the two shows, else so that the period runs forward."""
    for found in (first, second):
        if found.day_first is None or found.month_first is None:
            return found.day_first is not None
    if _reading(first, day_first) <= _reading(second, day_first):
        return day_first
    return not day_first


def _reading(found: DateText, day_first: bool) -> date:
    return found.reading(day_first=day_first)


def _month(text: str, language: Language) -> tuple[int, int, int, re.Match[str]] | None:
    """(year, first month, last month, where) of the first month named in a text."""
    match = _MONTH_YEAR.search(text)
    if match:
        return int(match[2]), int(match[1]), int(match[1]), match
    match = _YEAR_MONTH.search(text)
    if match:
        return int(match[1]), int(match[2]), int(match[2]), match
    months = all_months(language.code)
    for match in _NAMED_MONTH.finditer(text):
        number = months.get(fold(match[1]))
        if number:
            return int(match[2]), number, number, match
    return None


def _months(year: int, first: int, last: int, match: re.Match[str]) -> Period:
    end = date(year, last, calendar.monthrange(year, last)[1])
    return Period(date(year, first, 1), end, match[0], match.span())


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
