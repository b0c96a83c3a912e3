"""What a recogniser's slips look like, and putting them right where something proves it.

A repair is never a guess. Letters among digits are digits where the field's type leaves no choice (``as_digits``,
``digits_in_amounts``). An IBAN or a VAT id is repaired only to the one reading that its check digits accept
(``only``), an amount only to the one that the sums accept (``amount_readings``, decided in ``totals.py``). Names,
descriptions and numbers without check digits are left as read. The printed text stays in ``Candidate.text``; the
reason names the repair.

``distance`` compares phrases that are known (labels, names of months) with what was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import product

from rapidfuzz.distance import Levenshtein

# Letters read for digits, by how they look (the confusions of Unicode TR 39, and what recognisers add to them).
_CERTAIN = {"O": "0", "o": "0", "Q": "0", "D": "0", "l": "1", "I": "1", "|": "1"}
_LIKELY = {"S": "5", "s": "5", "B": "8", "Z": "2", "z": "2", "G": "6", "T": "7", "b": "6", "g": "9", "q": "9", "A": "4"}
_AS_DIGIT = {**_CERTAIN, **_LIKELY}
_DIGITS = str.maketrans(_AS_DIGIT)
_LETTERS = {"0": "OD", "1": "IL", "5": "S", "8": "B", "2": "Z", "6": "G"}  # digits read for letters
LOOKALIKE = "".join(_AS_DIGIT)  # for character classes of patterns: none of it has a meaning there
MAX_READINGS = 64  # of one text: among more, chance would agree with check digits
# Digits that recognisers and hands confuse.
_DIGIT_PAIRS = {
    "0": "689", "1": "47", "2": "7", "3": "589", "4": "19", "5": "36", "6": "058", "7": "129", "8": "0369",
    "9": "03478",
}  # fmt: skip
_SIGN_AS_DIGIT = {"6": "€", "8": "$", "5": "$"}  # a currency sign before an amount
_D = rf"[\d{LOOKALIKE}]"
_AMOUNT = re.compile(
    rf"(?<![\w.,|])(?:[€$£¥]\s?)?(?P<digits>(?:{_D}{{1,3}}(?:[.,'’]{_D}{{3}})+|{_D}{{1,9}})[.,]{_D}{{2}})(?![\w|]|[.,]\d)"
)

_SLIPS = {  # folded letters that look alike: what one of them costs where the other is known
    0.25: "ce do oq co gq uv ft zs 2z 6g 6b 9g 7t 4a 3e",
    0.6: "ao eo ae nh nu mn hb pr ef cg vy lt tr lr kx jl ij bs yv nr lf",
}
_COST = {frozenset(pair): cost for cost, pairs in _SLIPS.items() for pair in pairs.split()}
_SPLIT_LETTERS = {"rn": "m", "vv": "w", "cl": "d", "rl": "n", "ll": "u", "nn": "m", "lc": "k", "ln": "m"}
_SPLIT_COST = 0.25
LOST, EXTRA = 0.9, 1.2  # recognisers leave letters out rather than make them up
_IMPOSSIBLE = 9.0  # a digit that looks like no letter of the phrase
_CLASSES = str.maketrans("eqdvf79246", "coouttgzag")


def as_digits(text: str) -> str:
    """The letters of a text that look like digits as digits; all else as it is. Keeps the length."""
    return text.translate(_DIGITS)


def note(before: str, after: str) -> str:
    """What was changed, for a reason: ``O read for 0``. Empty where nothing was."""
    pairs = dict.fromkeys((a, b) for a, b in zip(before, after, strict=True) if a != b)
    return ", ".join(f"'{a}' read for {b}" for a, b in pairs)


def digits_in_amounts(text: str) -> str:
    """The text with letters inside amounts as digits; of the same length.

    Two decimals and at least as many digits as letters make an amount. A letter before it that may be a currency sign
    ("S50.00" for $50.00) is left alone.
    """

    def repaired(match: re.Match[str]) -> str:
        digits = match["digits"]
        letters = sum(char in _AS_DIGIT for char in digits)
        opens_with_sign = digits[0] in _LIKELY or (digits[0] in "OoQD" and digits[1] not in ".,")
        if not letters or 2 * letters > len(digits) - 1 or opens_with_sign:
            return match[0]
        return match[0][: match.start("digits") - match.start()] + as_digits(digits)

    return _AMOUNT.sub(repaired, text)


def only(readings: Iterable[str], accepts: Callable[[str], bool]) -> str | None:
    """The one reading that passes; None where none does or several do."""
    passed = {reading for reading in readings if accepts(reading)}
    return passed.pop() if len(passed) == 1 else None


def readings(text: str, kinds: str = "") -> Iterable[str]:
    """An identifier's other readings, letters as the digits and digits as the letters they look like.

    ``kinds`` says what stands at each position: "n" a digit, "a" a letter, "c" either; without it all are "c".
    Nothing is yielded where too much is doubtful for check digits to decide.
    """
    choices = []
    for char, kind in zip(text, kinds.ljust(len(text), "c"), strict=False):
        digit, letters = char.translate(_DIGITS), _LETTERS.get(char, "")
        if kind == "n":
            choices.append(digit)
        elif kind == "a":
            choices.append(letters or char)
        else:
            choices.append(char if digit == char else char + digit)
    count = 1
    for options in choices:
        count *= len(options)
    if count <= MAX_READINGS:
        for reading in product(*choices):
            yield "".join(reading)


def amount_readings(text: str, value: Decimal, decimals: int) -> Iterable[tuple[Decimal, str]]:
    """(amount, what was misread) for each single slip that an amount as printed may hide."""
    sign = -1 if value < 0 else 1
    digits = f"{abs(value):.{decimals}f}"
    for position, char in enumerate(digits):
        for other in _DIGIT_PAIRS.get(char, ""):
            changed = Decimal(digits[:position] + other + digits[position + 1 :])
            yield sign * changed, f"{char} read for {other}"
    if decimals == 0 and len(digits) > 2:
        yield value / 100, "the decimal mark was not read"
    if digits[0] in _SIGN_AS_DIGIT and len(digits) > decimals + 2:
        yield sign * Decimal(digits[1:]), f"{digits[0]} read for {_SIGN_AS_DIGIT[digits[0]]}"
    first = text.lstrip("-+ ")[:1]
    if first in _AS_DIGIT:
        yield sign * Decimal(_AS_DIGIT[first] + digits), f"'{first}' read for {_AS_DIGIT[first]}"


def skeleton(text: str) -> str:
    """Folded text with letters that are easily confused made equal: what two spellings of one phrase share."""
    for pair in ("rn", "vv", "cl", "rl"):
        text = text.replace(pair, _SPLIT_LETTERS[pair])
    return text.translate(_CLASSES)


def distance(read: str, known: str, *, most: float) -> float:
    """How far what was read is from a known phrase, both folded, in edits; letters that look alike count for less.

    Weighted Levenshtein distance, in which "rn" for "m" and the like are single slips. More than ``most`` may be any
    number above it.
    """
    if read == known:
        return 0.0
    if Levenshtein.distance(read, known, score_cutoff=6) > 6:
        return most + 1
    before: list[float] = []
    previous = [LOST * index for index in range(len(known) + 1)]
    for i, char in enumerate(read, start=1):
        current = [previous[0] + _single(char, EXTRA)]
        for j, other in enumerate(known, start=1):
            best = min(
                previous[j - 1] + _substitution(char, other),
                previous[j] + _single(char, EXTRA),
                current[j - 1] + _single(other, LOST),
            )
            if i > 1 and _SPLIT_LETTERS.get(read[i - 2 : i]) == other:
                best = min(best, before[j - 1] + _SPLIT_COST)
            if j > 1 and _SPLIT_LETTERS.get(known[j - 2 : j]) == char:
                best = min(best, previous[j - 2] + _SPLIT_COST)
            if i > 1 and j > 1 and char == known[j - 2] and other == read[i - 2]:
                best = min(best, before[j - 2] + 1.0)
            current.append(best)
        if min(min(current), min(previous)) > most:  # of both rows: a split letter takes two
            return most + 1
        before, previous = previous, current
    return previous[-1]


def _single(char: str, cost: float) -> float:
    """Cost of a character too many or too few; a digit is never just noise, and never just missing."""
    return _IMPOSSIBLE if char.isdigit() else cost


def _substitution(a: str, b: str) -> float:
    if a == b:
        return 0.0
    return _COST.get(frozenset((a, b)), _IMPOSSIBLE if a.isdigit() or b.isdigit() else 1.0)
