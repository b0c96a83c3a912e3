"""Day before month, or month before day? One order for the whole document, with the probability that it is right.

Evidence adds up in log-odds: dates of the document that leave no doubt, what is due before it was issued or lies in the
future, how the vendor writes dates as people approved them, the country, the language, full points between the parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..country import country_votes
from ..dating import DateText
from ..document import Document
from ..language import Language, plain
from ..ranking import sigmoid

MONTH_FIRST = frozenset({"US", "PH"})
MIXED = frozenset({"CA"})
SOON = timedelta(days=3)  # a clock may be wrong, and a date of tomorrow is printed at night
LONGEST_TERM = timedelta(days=120)
TELLING = 6  # letters and digits of a vendor's name or number that no text holds by chance

CERTAIN = 3.5  # for each date with a day beyond 12, at most two
SAME = 3.0  # another date is the same in this order
IMPOSSIBLE = 3.0  # the other order makes it due before it was issued, or end before it began
UNLIKELY = 1.0
FUTURE = 1.5
VENDOR = 3.0
LANGUAGE = 3.5
POINTS = 2.0
COUNTRY = 3.0
CURRENCY = 1.5
HABIT = 0.4  # more countries write the day first


@dataclass(frozen=True, slots=True)
class Dated:
    """A date with the key of its label ("" without one). ``row`` tells which dates stand beside each other."""

    found: DateText
    text: str
    key: str
    row: int


@dataclass(frozen=True, slots=True)
class DayOrder:
    """``probability`` that ``day_first`` is the order of all dates; ``reason`` is the strongest evidence, in words."""

    day_first: bool
    probability: float
    reason: str


Evidence = tuple[float, str]  # log-odds for the day first; what it is


def day_order(
    document: Document, language: Language, dates: Sequence[Dated], *, today: date, known: Mapping[str, bool]
) -> DayOrder:
    """``known`` are vendors, by name or tax id, and whether they write the day first."""
    evidence = [
        *_certain(dates),
        *_same(dates),
        *_future(dates, today),
        *_terms(dates),
        *_periods(dates),
        *_vendor(document, known),
        *_custom(document, language, dates),
    ]
    odds = sum(weight for weight, _ in evidence)
    day_first = odds >= 0
    strongest = max(
        evidence, key=lambda item: item[0] if day_first else -item[0], default=(0.0, "as most countries do")
    )
    return DayOrder(day_first, sigmoid(abs(odds)), strongest[1])


def _certain(dates: Sequence[Dated]) -> Iterable[Evidence]:
    for sign, such in (
        (1, [dated for dated in dates if dated.found.month_first is None]),
        (-1, [dated for dated in dates if dated.found.day_first is None]),
    ):
        if such:
            yield sign * CERTAIN * min(2, len(such)), f"as in {such[0].text}"


def _same(dates: Sequence[Dated]) -> Iterable[Evidence]:
    certain = {d.found.day_first for d in dates if d.found.day_first == d.found.month_first}
    for dated in dates:
        if dated.found.ambiguous:
            agreement = (dated.found.day_first in certain) - (dated.found.month_first in certain)
            if agreement:
                yield SAME * agreement, "another date is the same in this order"


def _future(dates: Sequence[Dated], today: date) -> Iterable[Evidence]:
    """Only the issue date cannot lie in the future; of a date without a label it is unlikely."""
    signs = [
        (dated.found.month_first > today + SOON) - (dated.found.day_first > today + SOON)
        for dated in dates
        if dated.found.ambiguous and dated.key in ("", "issue_date", "date")
        if dated.found.day_first and dated.found.month_first
    ]
    total = sum(signs)
    if total:
        yield (FUTURE if total > 0 else -FUTURE), "the other order lies in the future"


def _terms(dates: Sequence[Dated]) -> Iterable[Evidence]:
    """What is due after it was issued, and soon after, in one order only."""
    issued = next((d.found for d in dates if d.key == "issue_date"), None)
    issued = issued or next((d.found for d in dates if d.key == "date"), None)
    due = next((d.found for d in dates if d.key == "due_date"), None)
    if issued is None or due is None:
        return
    first, second = (due.reading(day_first=way) - issued.reading(day_first=way) for way in (True, False))
    possible = (first >= timedelta(0)) - (second >= timedelta(0))
    if possible:
        yield IMPOSSIBLE * possible, "it would be due before it was issued"
    elif first >= timedelta(0) and (first <= LONGEST_TERM) != (second <= LONGEST_TERM):
        yield (UNLIKELY if first <= LONGEST_TERM else -UNLIKELY), "the time to pay would be very long"


def _periods(dates: Sequence[Dated]) -> Iterable[Evidence]:
    """A period ends after it began."""
    by_row: dict[int, list[DateText]] = {}
    for dated in dates:
        if dated.key == "service_period":
            by_row.setdefault(dated.row, []).append(dated.found)
    for row in by_row.values():
        if len(row) == 2:
            first, second = (row[0].reading(day_first=way) <= row[1].reading(day_first=way) for way in (True, False))
            if first != second:
                yield IMPOSSIBLE * (first - second), "the period would end before it began"


def _vendor(document: Document, known: Mapping[str, bool]) -> Iterable[Evidence]:
    text = plain(document.text) if known else ""
    ways = {day_first for vendor, day_first in known.items() if len(plain(vendor)) >= TELLING and plain(vendor) in text}
    if len(ways) == 1:
        yield (VENDOR if ways == {True} else -VENDOR), "as this vendor writes dates"


def _custom(document: Document, language: Language, dates: Sequence[Dated]) -> Iterable[Evidence]:
    """The habit of the language; English is written in countries of either order."""
    yield HABIT, "as most countries write dates"
    if any(dated.found.ambiguous and "." in dated.text for dated in dates):
        yield POINTS, "full points stand between day and month"
    if language.code != "en":
        yield (LANGUAGE if language.day_first else -LANGUAGE), "as the language of the document does"
        return
    text = document.text
    votes = country_votes(text).most_common(1)
    country = votes[0][0] if votes else ""
    if country in MONTH_FIRST:
        yield -COUNTRY, "as in the vendor's country"
    elif country and country not in MIXED:
        yield COUNTRY, "as in the vendor's country"
    if "USD" in text or "US$" in text:
        yield -CURRENCY, "as where the currency is used"
