"""Dates in running text, found by pattern, with both readings where day and month can be swapped.

Which reading is right is decided later, with the whole document in view (``extractors/dates.py``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from . import repair
from .language import codes, fold, month_names

_D = r"(?:[0-9OoIl|]|(?<=\d)[QDSsBZzGTbgqA]|[QDSsBZzGTbgqA](?=\d))"  # what recognisers print for digits
_YYYY = r"(?:19|[2Zz][0OoQD])"
_SEP = r"\s?[./\-–,·:]\s?"
_TIME = re.compile(r"[\sT,;@|()a-z-]{0,8}\d{1,2}\s?[:.hH]\s?\d{2}(?!\d)")
_YEAR_FIRST = re.compile(
    rf"(?<![\w.,/-])({_YYYY}{_D}{{2}})(?:{_SEP}|年\s?)({_D}{{1,2}})(?:{_SEP}|月\s?)({_D}{{1,2}})日?(?!\d(?!\d?:\d\d))"
)
_NUMERIC = re.compile(
    rf"(?<![^\W_])(?<!\d[./,-])({_D}{{1,2}})({_SEP})({_D}{{1,2}})({_SEP})({_YYYY}\s?{_D}{{2}}|'?{_D}{{2}})"
    r"(?![^\W_]{3}|\d(?!\d?:\d\d)|[./,-]\d(?!\d?[./-]\d{1,2}[./-]\d))"
)
# Strokes between the parts that were read as letters or, beside a label only, as ones.
_STROKES = re.compile(r"(?<![\w.,/-])(\d{1,2})[lI|/](\d{1,2})[lI|/](20\d\d)(?!\w)")
_ONES = re.compile(r"(?<![\w.,/-])([0-3]\d)1([01]\d)1(20[0-4]\d)(?![\w.,/-])")
_COMPACT = re.compile(r"(?<![\w.,/-])(20[0-4]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")
# Letters, of which one may have been read as a digit: "Okt0ber", "0ct", "Apri1".
_WORD = r"[^\W\d_]{3,12}|[^\W\d_]{1,8}[0158][^\W\d_]{1,8}|0[^\W\d_]{2,8}|[^\W\d_]{2,8}1(?!\d)"
_YEAR = r"((?:19|20)\d{2}|['’´`]?\d{2})(?!\d|[.,:]\d)"
_GAP = r"[\s./\-–,]{0,3}"
_DAY_MONTH = re.compile(
    rf"(?<![\d.,/-])(\d{{1,2}})(?:st|nd|rd|th|er|º|°|ª)?{_GAP}(?:of |de |d')?\s?({_WORD}){_GAP}(?:de |del |do )?{_YEAR}"
)
_MONTH_DAY = re.compile(rf"(?<![^\W_])({_WORD})[\s./\-–,]{{0,3}}(\d{{1,2}})(?:st|nd|rd|th)?[\s./\-–,]{{0,3}}{_YEAR}")
_YEAR_MONTH_DAY = re.compile(rf"(?<!\d)((?:19|20)\d{{2}})[\s./\-–,]{{0,2}}({_WORD})[\s./\-–,]{{0,2}}(\d{{1,2}})(?!\d)")
_LONG_WORD = 4  # letters: shorter words are units and days of the week as often as months
_LETTERS = str.maketrans("0158", "olsb")
_MONTH_SLIPS = 1.0  # what a month's name may cost in ``repair.distance``


@dataclass(frozen=True, slots=True)
class DateText:
    """A date in a text: ``text[start:end]``. ``day_first`` and ``month_first`` are equal where only one reading is.

    One of them is None where the other is the only possible. ``short_year``: two digits were printed. ``note`` says
    which letters were taken for digits.
    """

    day_first: date | None
    month_first: date | None
    start: int
    end: int
    short_year: bool = False
    has_time: bool = False
    note: str = ""

    @property
    def ambiguous(self) -> bool:
        return self.day_first is not None and self.month_first is not None and self.day_first != self.month_first

    def reading(self, *, day_first: bool) -> date:
        first, second = (self.day_first, self.month_first) if day_first else (self.month_first, self.day_first)
        found = first or second
        assert found is not None  # _found never makes one without a reading
        return found


def find_dates(text: str, language: str, *, compact: bool = False) -> list[DateText]:
    """All dates of a text, left to right, not overlapping. ``compact`` also takes 20240312."""
    if not any(char.isdigit() for char in text):
        return []
    found = [_numeric(text, m, m[1], m[2], m[3]) for m in _YEAR_FIRST.finditer(text)]
    found += [_numeric(text, m, m[5], m[3], m[1], m[2] + m[4]) for m in _NUMERIC.finditer(text)]
    found += [_numeric(text, m, m[3], m[2], m[1]) for m in _STROKES.finditer(text)]
    found += [_named(text, m, _month(m[2], language), m[3], m[1]) for m in _finditer(_DAY_MONTH, text)]
    found += [_named(text, m, _month(m[1], language), m[3], m[2]) for m in _finditer(_MONTH_DAY, text)]
    found += [_named(text, m, _month(m[2], language), m[1], m[3]) for m in _finditer(_YEAR_MONTH_DAY, text)]
    if compact:
        found += [_numeric(text, m, m[3], m[2], m[1]) for m in _ONES.finditer(text)]
        found += [_numeric(text, m, m[1], m[2], m[3]) for m in _COMPACT.finditer(text)]
    return _without_overlap([date_text for date_text in found if date_text is not None])


def find_foreign_dates(text: str, language: str = "", *, compact: bool = False) -> list[DateText]:
    """Dates with four digits of year whose month is named in any language that dateparser knows (some 200).

    A new word costs 20 ms, and the first one of a process 2 s: for what ``find_dates`` finds no date in.
    """
    matches = [(m, m[3], m[2], m[1]) for m in _finditer(_DAY_MONTH, text)]
    matches += [(m, m[3], m[1], m[2]) for m in _finditer(_MONTH_DAY, text)]
    matches += [(m, m[1], m[2], m[3]) for m in _finditer(_YEAR_MONTH_DAY, text)]
    found = [
        _named(text, match, _foreign_month(month), year, day)
        for match, year, month, day in matches
        if len(_clean(year)) == 4 and len(month) >= _LONG_WORD
    ]
    return _without_overlap([date_text for date_text in found if date_text is not None])


@lru_cache(maxsize=4096)
def _foreign_month(word: str) -> int:
    import dateparser  # 0.3 s and 50 MB: only for the rare text that needs it

    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"], "DATE_ORDER": "DMY"}
    parsed = dateparser.parse(f"28 {word.casefold()} 2000", settings=settings)
    return parsed.month if parsed and (parsed.year, parsed.day) == (2000, 28) else 0


def _finditer(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Overlapping matches too: in "Guests 2 Nov 30 2018" the first try must not hide the second."""
    matches, position = [], 0
    while match := pattern.search(text, position):
        matches.append(match)
        position = match.start() + max(1, len(match[1]))
    return matches


def _without_overlap(found: list[DateText]) -> list[DateText]:
    """Of two that overlap the one with the full year, then the longer, then the first."""
    kept: list[DateText] = []
    for date_text in sorted(found, key=lambda d: (d.short_year, d.start - d.end, d.start)):
        if all(date_text.end <= other.start or other.end <= date_text.start for other in kept):
            kept.append(date_text)
    return sorted(kept, key=lambda d: d.start)


def _numeric(text: str, match: re.Match[str], year: str, month: str, day: str, separators: str = "") -> DateText | None:
    """``month`` and ``day`` as in day-first or year-first order; day and month swap only where the year is last."""
    if not any(char.isdigit() for char in match[0]) or not _same_separators(separators, year):
        return None
    numbers = [int(_clean(part)) for part in (year, month, day)]
    short = numbers[0] < 100
    full = _full_year(numbers[0])
    first = _date(full, numbers[1], numbers[2])
    swaps = match.re in (_NUMERIC, _STROKES, _ONES)
    second = _date(full, numbers[2], numbers[1]) if swaps else None
    if short and first is None and second is None:  # 18/03/31: the year stands first
        first = _date(_full_year(numbers[2]), numbers[1], numbers[0])
    if first is None and second is None:
        return None
    if not swaps:
        second = first
    note = "; ".join(filter(None, (repair.note(part, repair.as_digits(part)) for part in (day, month, year))))
    return DateText(first, second, match.start(), match.end(), short, _has_time(text, match.end()), note)


def _named(text: str, match: re.Match[str], month: int, year: str, day: str) -> DateText | None:
    """``month`` is 0 where the word is no month."""
    value = int(_clean(year))
    found = _date(_full_year(value), month, int(day))
    if found is None:
        return None
    return DateText(found, found, match.start(), match.end(), value < 100, _has_time(text, match.end()))


def _clean(text: str) -> str:
    return re.sub(r"\D", "", repair.as_digits(text))


def _same_separators(separators: str, year: str) -> bool:
    """A full point may be misread as a comma in "12.03,2024"; "1.2,50" is no date, "12:03:24" a time."""
    marks = {char for char in separators if not char.isspace()}
    if ":" in marks:
        return marks <= set(":.") and len(_clean(year)) == 4
    return len(marks) <= 1 or marks <= set("-–") or (marks <= set(".,·") and len(_clean(year)) == 4)


def _full_year(year: int) -> int:
    if year >= 100:
        return year
    return 2000 + year if year < 70 else 1900 + year


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1950 <= year <= 2099 else None
    except ValueError:
        return None


def _has_time(text: str, end: int) -> bool:
    return _TIME.match(text, end) is not None


@cache
def all_months(language: str) -> Mapping[str, int]:
    """The month names of all languages; the given one decides where they disagree ("srpen" and "srpanj")."""
    names: dict[str, int] = {}
    for code in dict.fromkeys((language or "en", "en", *codes())):
        for name, number in month_names(code).items():
            names.setdefault(name, number)
    return names


@lru_cache(maxsize=4096)
def _month(word: str, language: str) -> int:
    """The number of a month by its name as printed, misread digits and one wrong character allowed; 0 if none."""
    months, name = all_months(language), fold(word).translate(_LETTERS)
    if name in months:
        return months[name]
    if len(name) < 5 or any(char.isdigit() for char in name):
        return 0
    near: dict[int, float] = {}
    for other, number in months.items():
        if len(other) >= 5 and abs(len(other) - len(name)) <= 2 and number not in near:
            slips = repair.distance(name, other, most=_MONTH_SLIPS)
            if slips <= _MONTH_SLIPS:
                near[number] = slips
    return near.popitem()[0] if len(near) == 1 else 0
