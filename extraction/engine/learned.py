"""What was learned from labelled documents: how likely candidates, chosen values and whole records are right.

Three logistic models in one small JSON file, which ``manage.py train_ranking`` writes. A model is read by people: each
weight is in log-odds for one named feature.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .ranking import Weights

VERSION = 1  # of the file's form
SHIPPED = Path(__file__).parent / "weights" / "ranking.json"


@dataclass(frozen=True, slots=True)
class Learned:
    """``ranking``: weights of candidates by field; a field without them keeps its extractor's scores.

    ``confidence`` weighs a chosen value, ``document`` a whole record (``confidence.py``). ``least`` is the confidence
    from which a field's value is given. ``trained_on`` says how many documents, vendors and values taught it.
    """

    ranking: Mapping[str, Weights]
    confidence: Weights
    document: Weights
    least: Mapping[str, float]
    trained_on: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        def rounded(weights: Weights) -> dict[str, float]:
            return {name: round(weight, 4) for name, weight in sorted(weights.items()) if round(weight, 4)}

        return {
            "version": VERSION,
            "trained_on": dict(self.trained_on),
            "ranking": {field: rounded(weights) for field, weights in sorted(self.ranking.items())},
            "confidence": rounded(self.confidence),
            "document": rounded(self.document),
            "least": rounded(self.least),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Learned:
        """ValueError for a file of another form, KeyError for one that lacks a part."""
        if data["version"] != VERSION:
            raise ValueError(f"weights of version {data['version']}, this engine reads version {VERSION}")
        return cls(data["ranking"], data["confidence"], data["document"], data["least"], data["trained_on"])


def load(path: Path) -> Learned:
    return Learned.from_dict(json.loads(path.read_text(encoding="utf-8")))


@cache
def shipped() -> Learned:
    return load(SHIPPED)
