"""How likely a chosen value is right, and a whole record.

The features of one logistic model for all fields, with an own intercept and slope for each field that had examples
enough to earn them; the others share those of all. The weights are fitted to choices made among documents of vendors
that the ranking had not seen, so a confidence is meant as a frequency.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .fields import FIELDS
from .legibility import CLEAR
from .ranking import LEARNED, Weights, log_odds, probability
from .record import Candidate, Field

PROVED = 2.0  # support of the arithmetic from which a value is believed whatever else speaks against it
# What each feature can say: for the value (1), against it (-1), either (0).
SIGNS: Mapping[str, int] = {
    "bias": 0,
    "rank": 1,  # log-odds of the candidate, learned
    "raw": 1,  # the same where its field has no learned ranking
    "lead": 1,  # log-odds more than the next value's
    "support": 1,  # of the arithmetic, in log-odds
    "proved": 1,  # by sums or check digits
    "unproved": -1,  # it has check digits, and they are wrong
    "contradicted": -1,  # by sums
    "unread": -1,  # how much less than clearly its words were read
    "derived": -1,  # printed nowhere
    "again": 1,  # printed in further places
    "shared": -1,  # another field claims the same place
    "elsewhere": 0,  # the value is another field's best, too
    "ocr": -1,
    "foreign": -1,  # no language file
    "receipt": 0,
    "unranked": 0,  # its field has no learned ranking
}
# What is expected without any example: scores mean what they say.
PRIOR: Mapping[str, float] = {"rank": 1.0, "raw": 1.0, "unproved": -4.0}
NOTHING = -3.0  # log-odds of there being another value where none is printed
STRONGEST = 6.0  # log-odds: a candidate cannot be surer


def of_field(name: str) -> tuple[str, str]:
    """A field's own intercept and slope."""
    return f"field:{name}", f"rank:{name}"


def features(
    chosen: Candidate,
    rivals: Sequence[Candidate],
    *,
    support: float,
    contradicted: bool = False,
    proved: bool | None = None,
    receipt: bool = False,
    is_ranked: bool = True,
) -> dict[str, float]:
    """``rivals``: candidates of other values. ``proved``: by check digits; None where it has none."""
    own = chosen.features
    rank = _odds(chosen)
    rival = max([NOTHING, *map(_odds, rivals)])
    sure = proved or support >= PROVED
    intercept, slope = of_field(chosen.field)
    return {
        "rank": rank if is_ranked else 0.0,
        "raw": 0.0 if is_ranked else rank,
        "lead": rank - rival if is_ranked else 0.0,
        "support": min(3.0, support),
        "proved": float(sure),
        "unproved": float(proved is False),
        "contradicted": float(contradicted),
        "unread": 0.0 if sure else max(0.0, CLEAR - chosen.certainty),
        "derived": float(chosen.box is None),
        "again": own.get("rule_places", 0.0),
        "shared": own.get("place_shared", 0.0),
        "elsewhere": own.get("value_elsewhere", 0.0),
        "ocr": own.get("read_by_ocr", 0.0),
        "foreign": 1.0 - own.get("language_known", 1.0),
        "receipt": float(receipt),
        "unranked": float(not is_ranked),
        intercept: 1.0,
        slope: rank,
    }


def _odds(candidate: Candidate) -> float:
    return min(STRONGEST, candidate.features.get(LEARNED, log_odds(candidate.score)))


def confidence(features: Mapping[str, float], weights: Weights) -> float:
    return min(0.9999, max(0.0001, probability(features, weights)))


def document_features(fields: Mapping[str, Field]) -> dict[str, float]:
    """Of a record's required fields: are all of them given, and right?"""
    required = [fields.get(spec.name) for spec in FIELDS if spec.required]
    given = [found.confidence for found in required if found is not None]
    return {
        "all": min(STRONGEST, log_odds(math.prod(given))),
        "least": min(STRONGEST, log_odds(min(given, default=0.0))),
        "missing": float(len(required) - len(given)),
    }


DOCUMENT_SIGNS: Mapping[str, int] = {"bias": 0, "all": 1, "least": 1, "missing": -1}
DOCUMENT_PRIOR: Mapping[str, float] = {"all": 1.0, "missing": -6.0}
