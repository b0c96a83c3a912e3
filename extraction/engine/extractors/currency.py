"""The document's currency: the mark most amounts carry; "$" and "kr" and silence are settled by its country."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from babel.numbers import get_territory_currencies

from ..country import country_votes
from ..language import Language
from ..layout import Layout
from ..money import find_currencies
from ..record import Candidate
from .figures import AMOUNT_KEYS, TOTAL_KEYS, Figure

DOLLARS = {"US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "HK": "HKD", "SG": "SGD", "TW": "TWD"}
CROWNS = {"SE": "SEK", "DK": "DKK", "NO": "NOK"}
COMMON = frozenset(
    {"EUR", "USD", "GBP", "CHF", "MYR", "INR", "JPY", "CAD", "AUD", "SGD", "HKD", "PLN", "CZK", "SEK", "NOK", "DKK"}
)
SURE_COUNTRY, SURE_MARK = 4, 3  # votes: an address in full, or a VAT number and a web site; one mark on a total
FEW, MANY = 2, 8  # figures with a mark; figures in all
# Of its own or at the end of a date: "03.09.2021" is one, "1.2021" may be an amount.
_YEAR = re.compile(r"(?:(?<![\d.,])|(?<=\d[./-]\d\d[./-])|(?<=\d[./-]\d[./-]))20[0-4]\d(?![\d.,]\d)")
BY_LANGUAGE = {
    "de": "EUR", "fr": "EUR", "es": "EUR", "it": "EUR", "nl": "EUR", "pt": "EUR", "el": "EUR", "fi": "EUR", "sl": "EUR",
    "sk": "EUR", "pl": "PLN", "cs": "CZK", "sv": "SEK", "da": "DKK", "hr": "EUR", "hu": "HUF", "ro": "RON", "ja": "JPY",
    "no": "NOK", "nb": "NOK",
}  # fmt: skip


def find_currency(layout: Layout, language: Language, figures: Sequence[Sequence[Figure]]) -> list[Candidate]:
    """At most three candidates; none where nothing speaks for a currency."""
    text = layout.document.text
    countries = country_votes(text)
    votes, stray = _attached(layout, figures, countries)
    for mark in _standing_alone(layout, without=stray):
        votes[_settle(mark, countries)] += 1
    home = {_currency_of(country, text) for country, weight in countries.items() if weight >= 2}
    for code, weight in list(votes.items()):
        if code not in COMMON and code not in home and weight < 6:
            del votes[code]  # GEL and BHD are words as well
        elif code in home:
            votes[code] += 2
    if votes and max(votes.values()) < SURE_MARK and countries:
        country, weight = countries.most_common(1)[0]
        votes[_currency_of(country, text) or ""] += weight if weight >= SURE_COUNTRY else 0
    votes = +Counter({code: weight for code, weight in votes.items() if code})
    if votes:
        return _ranked(layout, votes, home)
    if countries:
        country, weight = countries.most_common(1)[0]
        return _found(layout, _currency_of(country, text), min(0.9, 0.5 + 0.1 * weight), f"the country is {country}")
    guess = BY_LANGUAGE.get(language.code)
    return _found(layout, guess, 0.6, f"usual where '{language.code}' is spoken") if guess else []


def _attached(
    layout: Layout, figures: Sequence[Sequence[Figure]], countries: Counter[str]
) -> tuple[Counter[str], frozenset[int]]:
    """Votes of marks attached to figures, and the rows of stray ones.

    A mark on a few of many figures, none of them a total, may be a misread character.
    """
    rows = {label.row for label in layout.labels(*TOTAL_KEYS, "amount_due")}
    marked = [figure for row in figures for figure in row if figure.currency]
    money = sum(figure.is_money for row in figures for figure in row)
    stray = len(marked) <= FEW and money >= MANY and not any(figure.row in rows for figure in marked)
    votes: Counter[str] = Counter()
    for figure in marked:
        votes[_settle(figure.currency, countries)] += 1 if stray else 3
    return votes, frozenset(figure.row for figure in marked if stray)


def _standing_alone(layout: Layout, *, without: frozenset[int]) -> list[str]:
    """Marks in rows that speak of amounts: three letters elsewhere are more often part of a name."""
    rows = {label.row for label in layout.all_labels if label.key in AMOUNT_KEYS or label.key == "currency"}
    return [mark for row in sorted(rows - without) for mark, _ in find_currencies(layout.rows[row].text)]


def _ranked(layout: Layout, votes: Mapping[str, int], home: set[str | None]) -> list[Candidate]:
    total = sum(votes.values())
    found = []
    for code, count in Counter(votes).most_common(3):
        odds = 0.5 + 0.49 * count / total - 0.2 / (1 + total)
        odds = odds if count == max(votes.values()) else 0.5 * count / total
        times = count // 3 or count
        features = {"printed": 1.0, "abroad": float(bool(home) and code not in home)}
        reason = "printed once" if times == 1 else f"printed {times} times"
        found.extend(_found(layout, code, odds, reason, features))
    return found


def _found(
    layout: Layout, code: str | None, odds: float, reason: str, features: Mapping[str, float] | None = None
) -> list[Candidate]:
    if not code or not layout.rows:
        return []
    return [Candidate("currency", code, code, layout.rows[0].page, None, odds, reason, features=features or {})]


def _settle(mark: str, countries: Counter[str]) -> str:
    """A mark that several countries use means the one the document speaks of."""
    table, default = {"$": (DOLLARS, "USD"), "kr": (CROWNS, "SEK")}.get(mark, ({}, mark))
    return next((table[country] for country, _ in countries.most_common() if country in table), default)


def _currency_of(country: str, text: str) -> str | None:
    """What was paid with there in the year that the text speaks of most."""
    years = Counter(_YEAR.findall(text)).most_common(1)
    day = date(int(years[0][0]), 7, 1) if years else None
    current = get_territory_currencies(country, start_date=day, end_date=day)
    return current[0] if current else None
