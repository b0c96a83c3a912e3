"""Candidate features -> score in 0..1, by logistic regression with weights that people can read.

A weight is in log-odds: +1 makes a candidate 2.7 times as likely. Features are numbers, mostly 0 or 1. The weights
here were set by hand and give each extractor's own score; ``ranked`` weighs that again, together with what else is
known of a candidate, by what labelled documents taught (``learned.py``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from .record import Candidate

Weights = Mapping[str, float]
LEARNED = "learned"  # feature: log-odds by learned weights


def score(features: Mapping[str, float], weights: Weights) -> float:
    """Unknown features are an error: a misspelt one would silently count for nothing."""
    total = weights["bias"] + sum(weights[name] * value for name, value in features.items() if value)
    return sigmoid(total)


def sigmoid(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


def log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))


def probability(features: Mapping[str, float], weights: Weights) -> float:
    """By learned weights. What they do not know counts for nothing: extractors may grow between two trainings."""
    return sigmoid(weights.get("bias", 0.0) + sum(w * features.get(name, 0.0) for name, w in weights.items()))


def ranked(candidates: Iterable[Candidate], learned: Mapping[str, Weights]) -> list[Candidate]:
    """The candidates with the probability of being right as score, where their field has learned weights.

    Amounts keep their extractor's score: they are chosen together, by sums that are weighed against it. What was
    learned of them counts for the confidence, as ``LEARNED`` among the features.
    """
    return [_ranked(c, learned[c.field]) if c.field in learned and c.features else c for c in candidates]


def _ranked(candidate: Candidate, weights: Weights) -> Candidate:
    likely = probability(candidate.features, weights)
    features = {**candidate.features, LEARNED: log_odds(likely)}
    score = candidate.score if isinstance(candidate.value, Decimal) else likely
    return replace(candidate, score=score, features=features)


DATE_WEIGHTS: Weights = {
    "bias": -2.2,
    "issue_label": 4.2,
    "date_label": 3.2,
    "other_label": -2.5,  # delivery, due, print, arrival ...
    "departure_label": 0.3,  # hotels date their bills by the departure, and often print no other date
    "column": -3.0,  # one of several dates under the head of a table
    "period_label": -2.0,
    "foreign_label": -1.0,  # a label of another kind, such as a registration number
    "below": -0.4,
    "far": -0.7,  # another date stands between label and date
    "in_sentence": -0.9,  # the label does not open its cell
    "label_doubt": -3.0,  # 1 - quality of the label
    "has_time": 1.3,
    "row_has_time": 0.9,
    "first": 0.7,
    "only": 1.5,
    "repeated": 0.6,
    "short_year": -0.2,
    "top": 0.3,
    "future": -5.0,
    "old": -1.2,
    "compact": -0.6,
    "page": -0.5,  # per page after the first
    "range": -1.6,
    "names_invoice": 1.3,  # the row says "invoice": "Invoice 4711 of 3 May 2021"
    "weak_label": -1.3,  # a little word such as "vom" or "le"
}

AMOUNT_WEIGHTS: Weights = {
    "bias": -1.0,
    "label": 1.0,  # how well the label names the field, in log-odds (see extractors/amounts.py)
    "label_doubt": -4.0,
    "in_sentence": -0.8,  # the label does not open its cell
    "whole": -2.2,  # no decimals and no currency: a count as a rule
    "odd_decimals": -4.0,
    "between": -0.4,  # per figure between label and figure
    "not_last": -0.7,
    "below": -0.9,
    "head": 0.4,
    "total_head": -1.2,  # the column of a table: lines rather than totals
    "next_row": -1.6,  # the figure stands alone in the row under the label
    "discount_row": -2.0,
    "one_rate": -3.0,  # the figure belongs to one of several tax lines
    "modifier": -2.5,  # "Total incl. VAT": no label of the tax
    "zero": -2.5,
    "negative": -1.0,
    "largest": 1.2,
    "lower": 0.7,  # how far down the document, 0..1
    "large_print": 0.6,
    "repeated": 0.4,
    "currency": 0.4,
}
"""For amounts of all fields; what a zero or a negative value means depends on the field."""
