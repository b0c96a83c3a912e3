"""What speaks for a candidate besides its extractor's score: where it stands, what it looks like, what rivals it has.

The features are numbers about layout and form, the same for all fields. None names a vendor, a word or a file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from .document import Box
from .language import codes
from .layout import Layout
from .ranking import log_odds
from .record import Candidate, Value

FEATURES = (
    "rule",  # log-odds of the extractor's score
    "rule_first",  # no other value of its field scores higher
    "rule_lead",  # log-odds more than the best other value's, -LEAD to LEAD
    "rule_rivals",  # other values of its field that are not hopeless, 0..1
    "rule_places",  # further places of the same value, 0..1
    "place_later_page",
    "place_last_page",
    "place_x",
    "place_y",
    "place_none",  # follows from other values, printed nowhere
    "place_shared",  # how likely another field's candidate at the same place is, 0..1
    "place_height",  # as against the usual row, -1..1
    "text_length",  # characters, 0..1
    "text_digits",  # share of the characters
    "text_letters",
    "text_marks",
    "text_words",  # 0..1
    "text_upper",  # share of the letters
    "value_elsewhere",  # the value is the best of another field
    "read_by_ocr",
    "language_known",  # its labels are in a language file
)
LEAD = 4.0
HOPELESS = -3.0  # log-odds
MANY = 4


@dataclass(frozen=True, slots=True)
class _Document:
    """What candidates are compared with, counted once."""

    pages: int
    recognised: frozenset[int]
    row_height: float
    known_language: bool
    ranked: Mapping[str, Sequence[Candidate]]  # by falling score, one of each value
    places: Mapping[tuple[str, Value], int]
    at_place: Mapping[tuple[int, Box | None], Sequence[Candidate]]
    best: Mapping[Value, frozenset[str]]  # value -> fields whose best it is


def described(candidates: Sequence[Candidate], layout: Layout) -> list[Candidate]:
    """The candidates with the features above beside those of their extractors."""
    seen = _document(candidates, layout)
    return [replace(candidate, features={**_own(candidate), **_features(candidate, seen)}) for candidate in candidates]


def _document(candidates: Sequence[Candidate], layout: Layout) -> _Document:
    ranked = by_field(candidates)
    at_place: dict[tuple[int, Box | None], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        at_place[candidate.page, candidate.box].append(candidate)
    best: dict[Value, set[str]] = defaultdict(set)
    for field, rivals in ranked.items():
        best[rivals[0].value].add(field)
    pages = layout.document.pages
    return _Document(
        pages=len(pages),
        recognised=frozenset(page.number for page in pages if page.source == "ocr"),
        row_height=median([row.box.height for row in layout.rows] or [0.01]) or 0.01,
        known_language=layout.language.code in codes(),
        ranked=ranked,
        places=Counter((c.field, c.value) for c in candidates),
        at_place=at_place,
        best={value: frozenset(fields) for value, fields in best.items()},
    )


def by_field(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    """Candidates of each field by falling score, the best of each value only."""
    best: dict[tuple[str, Value], Candidate] = {}
    for candidate in candidates:
        key = (candidate.field, candidate.value)
        if key not in best or candidate.score > best[key].score:
            best[key] = candidate
    ranked: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(best.values(), key=lambda c: -c.score):
        ranked[candidate.field].append(candidate)
    return ranked


def _features(candidate: Candidate, seen: _Document) -> dict[str, float]:
    rule = log_odds(candidate.score)
    rivals = [log_odds(c.score) for c in seen.ranked[candidate.field] if c.value != candidate.value]
    lead = rule - max(rivals) if rivals else LEAD
    return {
        "rule": rule,
        "rule_first": float(lead > 0),
        "rule_lead": max(-LEAD, min(LEAD, lead)),
        "rule_rivals": min(MANY, sum(rival > HOPELESS for rival in rivals)) / MANY,
        "rule_places": min(MANY, seen.places[candidate.field, candidate.value] - 1) / MANY,
        **_place(candidate, seen),
        **_text(candidate.text),
        "value_elsewhere": float(bool(seen.best.get(candidate.value, frozenset()) - {candidate.field})),
        "read_by_ocr": float(candidate.page in seen.recognised),
        "language_known": float(seen.known_language),
    }


def _own(candidate: Candidate) -> dict[str, float]:
    """The extractor's features that say something, as numbers; "own_" parts them from the general ones."""
    return {f"own_{name}": float(value) for name, value in candidate.features.items() if value}


def _place(candidate: Candidate, seen: _Document) -> dict[str, float]:
    box = candidate.box
    others = [c.score for c in seen.at_place[candidate.page, box] if c.field != candidate.field]
    return {
        "place_later_page": float(candidate.page > 1),
        "place_last_page": float(candidate.page == seen.pages and seen.pages > 1),
        "place_x": box.center_x if box else 0.5,
        "place_y": box.center_y if box else 0.5,
        "place_none": float(box is None),
        "place_shared": max(others, default=0.0) if box else 0.0,
        "place_height": max(-1.0, min(1.0, box.height / seen.row_height - 1)) if box else 0.0,
    }


def _text(text: str) -> dict[str, float]:
    size = max(1, len(text))
    letters = sum(char.isalpha() for char in text)
    digits = sum(char.isdigit() for char in text)
    return {
        "text_length": min(1.0, len(text) / 40),
        "text_digits": digits / size,
        "text_letters": letters / size,
        "text_marks": (size - letters - digits - text.count(" ")) / size if text else 0.0,
        "text_words": min(1.0, len(text.split()) / 8),
        "text_upper": sum(char.isupper() for char in text) / letters if letters else 0.0,
    }
