"""How surely the words of a candidate were read: the recogniser's own scores, brought to the fields made of them.

Handwriting, faint print and blurred photos are recognised with a lower score. A value made of such words is less sure
than its place and form say, unless sums or check digits prove it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .document import Box, Document, Word
from .record import Candidate

CLEAR = 0.9  # scores from here on say no more: most words that were read right have 0.95 to 1
DOUBTFUL = 0.8  # a reason says so below
REASON = "read with low certainty"


def with_certainty(candidates: Iterable[Candidate], document: Document) -> list[Candidate]:
    """The candidates with the lowest score of the words in their boxes; unchanged where all were read clearly."""
    unclear: dict[int, list[Word]] = defaultdict(list)
    for page in document.pages:
        unclear[page.number].extend(word for word in page.words() if word.confidence < CLEAR)
    return [_judged(candidate, unclear.get(candidate.page, ())) for candidate in candidates]


def _judged(candidate: Candidate, unclear: Sequence[Word]) -> Candidate:
    box = candidate.box
    if box is None or not unclear:
        return candidate
    scores = [word.confidence for word in unclear if _holds(box, word.box)]
    return replace(candidate, certainty=max(0.0, min(scores))) if scores else candidate


def _holds(box: Box, word: Box) -> bool:
    """Whether a word's middle lies in a box, or the box's in the word: a value may be part of a word."""
    return _inside(word, box) or _inside(box, word)


def _inside(inner: Box, outer: Box) -> bool:
    return outer.x0 <= inner.center_x <= outer.x1 and outer.y0 <= inner.center_y <= outer.y1


def reason_as_read(candidate: Candidate, *, proved: bool) -> str:
    """A candidate's reason, with a word about how it was read where that is doubtful and nothing proves it."""
    return candidate.reason if proved or candidate.certainty >= DOUBTFUL else f"{candidate.reason}; {REASON}"
