"""Letters and figures that look alike, told apart by what stands beside them: "T0TAL", "Te1:", "RM 1O.00".

A recogniser sees one character at a time and is often undecided between 0 and O, or 1, l and I; its own chances say how
much. What the nearest other characters are settles it: a logistic model, fitted on words of receipts and A4 pages that
differ from their transcription in nothing else (bench/lookalikes.py; in cross-validation half of the mistakes go).
Characters that the recogniser is sure of are never touched, so a code like "SH01" stays what it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

FIGURES = {"0": "0", "O": "0", "o": "0", "1": "1", "l": "1", "I": "1"}
LETTERS = {"0": "Oo", "1": "lIi"}
CHARACTERS = "0Oo1lIi"
SETTLED = 0.01  # below this chance of the other kind there is nothing to decide
_FLOOR = 1e-3
# Weights for "is a figure": in the order of ``features``.
_WEIGHTS = (1.88, 0.9, -0.58, -0.75, 2.72, 1.16, -4.07, -0.51, -2.37, -0.14, 2.02, 0.25, -2.43, -2.32, -2.18, -3.89)


def settled(text: str, position: int, chances: Mapping[str, float]) -> tuple[str, float] | None:
    """What the character at ``position`` is, and how sure that is; None where it may stay as it is.

    ``text`` has spaces between words; ``chances`` are the recogniser's of all CHARACTERS at this place.
    """
    read = text[position]
    if read not in FIGURES:
        return None
    figure = FIGURES[read]
    letter = max(LETTERS[figure], key=lambda other: chances[other])
    if chances[letter if read == figure else figure] < SETTLED:
        return None
    likely = chances[figure], chances[letter]
    score = sum(weight * value for weight, value in zip(_WEIGHTS, features(text, position, *likely), strict=True))
    chosen = figure if score > 0 else letter if read == figure else read
    return chosen, min(1.0, sum(likely)) / (1 + math.exp(-abs(score)))


def features(text: str, position: int, figure: float, letter: float) -> tuple[float, ...]:
    """``figure`` and ``letter`` are the chances of both; neighbours count apart when a punctuation mark is between."""
    left, right = _nearest(reversed(text[:position])), _nearest(text[position + 1 :])
    sides = (float((kind, apart) == side) for side in (left, right) for kind in "9aA" for apart in (False, True))
    within = float(left in _LETTER_BESIDE and right in _LETTER_BESIDE)
    undecided = math.log(figure + _FLOOR) - math.log(letter + _FLOOR)
    return (1.0, undecided, float(FIGURES[text[position]] == "1"), within, *sides)


_LETTER_BESIDE = {("a", False), ("A", False)}


def _nearest(characters: Iterable[str]) -> tuple[str, bool]:
    """The kind of the first character that is neither a look-alike nor one punctuation mark: "9", "a", "A" or ""."""
    apart = False
    for character in characters:
        if character in FIGURES:
            continue
        if character.isdigit():
            return "9", apart
        if character.isalpha():
            return "a" if character.islower() else "A", apart
        if character.isspace() or apart:
            break
        apart = True
    return "", False
