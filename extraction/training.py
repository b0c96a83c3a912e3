"""Learning from labelled documents what the engine ships in ``engine/weights``, and measuring it honestly.

Documents of one vendor are never on both sides: they are one group, groups make the folds, and a model is judged on
the folds that it did not see. Confidences are fitted to choices among candidates that were ranked in the same way.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from rapidfuzz import fuzz

from .engine.confidence import DOCUMENT_PRIOR, DOCUMENT_SIGNS, PRIOR, SIGNS, document_features
from .engine.confidence import confidence as likelihood
from .engine.document import Document
from .engine.evaluation import TOTAL, Truth, accepted, is_right, judge
from .engine.extract import Found, find_candidates, gather, lay_out
from .engine.fields import FIELDS
from .engine.language import fold, suffixes
from .engine.learned import Learned
from .engine.options import ReadOptions
from .engine.ranking import Weights, ranked
from .engine.resolve import Choices, choose, given
from .fitting import fit

# Documents that show a field, for it to be ranked by learned weights. Fields of fewer are those that many documents do
# not have, of which truths seldom say so: taught by them, the ranking would find such a field everywhere.
LEAST_DOCUMENTS = 150
LEAST_WRONG = 8  # candidates among them
RANKING_SIGNS = {"rule": 1, "rule_first": 1, "rule_lead": 1}
RANKING_PENALTY = 4.0
CONFIDENCE_PENALTY, OWN_PENALTY = 1.0, 4.0  # of what all fields share; of what a field has for itself
DOCUMENT_PENALTY = 1.0
FEW = 20  # documents that show a field, for it to have a threshold of its own
LEAST_LEAST, MOST_LEAST = 0.2, 0.5  # thresholds
ALIKE, CONTAINED = 85, 95  # similarity of one vendor's names, in percent; of one that is part of the other


@dataclass(frozen=True, slots=True)
class Example:
    """One document with its truth, and what the extractors found in it."""

    folder: str
    truth: Truth
    found: Found


def observe(folder: str, truth: Truth, document: Document, options: ReadOptions) -> Example:
    layout = lay_out(document)
    return Example(folder, truth, gather(layout, find_candidates(layout, options), options))


# --- vendors ----------------------------------------------------------------------------------------------------------


def group_by_vendor(examples: Sequence[Example]) -> list[str]:
    """The name of each example's group: one vendor's documents, its branches' too; a document without one alone."""
    names = [_vendors(example) for example in examples]
    distinct = sorted({name for several in names for name in several})
    leader = {name: name for name in distinct}

    def lead(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    pairs = [(several[0], other) for several in names for other in several[1:]]
    pairs += [(a, b) for i, a in enumerate(distinct) for b in distinct[:i] if _one_vendor(a, b)]
    for one, other in pairs:
        first, second = sorted((lead(one), lead(other)))
        leader[second] = first
    return [lead(several[0]) for several in names]


def _vendors(example: Example) -> list[str]:
    """All names that the truth accepts, without legal forms and marks."""
    names = accepted(example.truth, "vendor_name") if "vendor_name" in example.truth.fields else []
    plain = [
        " ".join(word for word in re.findall(r"\w+", fold(name)) if len(word) > 1 and word not in suffixes())
        for name in names
    ]
    return [name for name in plain if name] or [f"file {example.folder}/{example.truth.file}"]


def _one_vendor(a: str, b: str) -> bool:
    if a.startswith("file ") or b.startswith("file "):
        return False
    return fuzz.ratio(a, b) >= ALIKE or (min(len(a), len(b)) > 4 and fuzz.token_set_ratio(a, b) >= CONTAINED)


def folds_of(groups: Sequence[str], count: int) -> list[int]:
    """The fold of each example: whole groups, the largest first, each to the fold that is smallest so far."""
    sizes = Counter(groups)
    filled = [0] * count
    fold_of: dict[str, int] = {}
    for group in sorted(sizes, key=lambda name: (-sizes[name], name)):
        fold_of[group] = filled.index(min(filled))
        filled[fold_of[group]] += sizes[group]
    return [fold_of[group] for group in groups]


# --- learning ---------------------------------------------------------------------------------------------------------


class Trainer:
    """Fits the three models to the examples of some folds; equal questions are answered once."""

    def __init__(
        self, examples: Sequence[Example], folds: int, *, ranks: bool = True, today: date | None = None
    ) -> None:
        """``ranks=False`` learns confidences alone, to measure what the ranking brings."""
        self.examples = examples
        self.today = today
        self.groups = group_by_vendor(examples)
        self.folds = folds_of(self.groups, folds)
        sizes = Counter(self.groups)
        # A vendor with many documents counts more than one with few, but not as many times.
        self.weights = [sizes[group] ** -0.5 for group in self.groups]
        self.ranks = ranks
        self.count = folds
        self._candidates = _judged(examples)
        self.ranking = cache(self._ranking)

    def _ranking(self, without: frozenset[int]) -> dict[str, Weights]:
        """What ranks the candidates of each field, learned without some folds."""
        found: dict[str, Weights] = {}
        for spec in FIELDS if self.ranks else ():
            rows = [row for row in self._candidates[spec.name] if self.folds[row[0]] not in without]
            if _teaches(rows, share=1 - len(without) / self.count):
                found[spec.name] = fit(
                    *_columns([(features, right, self.weights[index]) for index, features, right in rows]),
                    prior={"rule": 1.0},
                    penalty=lambda name: RANKING_PENALTY,
                    signs=RANKING_SIGNS,
                )
        return found

    def learned(self, without: int | None = None) -> Learned:
        """All three models, learned without one fold or from all."""
        left_out = frozenset() if without is None else frozenset({without})
        judged = [
            (index, self.choices(index, self.ranking(left_out | {fold})))
            for index, fold in enumerate(self.folds)
            if fold != without
        ]
        ranking = self.ranking(left_out)
        confidence, values = self._confidence(judged)
        draft = Learned(ranking, confidence, DOCUMENT_PRIOR, self._least(judged, confidence), {})
        counts = {
            "documents": len(judged),
            "vendors": len({self.groups[index] for index, _ in judged}),
            "values": values,
        }
        return replace(draft, document=self._document(judged, draft), trained_on=counts)

    def choices(self, index: int, ranking: dict[str, Weights]) -> Choices:
        found = self.examples[index].found
        return choose(
            ranked(found.candidates, ranking),
            breakdowns=found.breakdowns,
            line_items=found.line_items,
            is_ranked=ranking.keys(),
        )

    def _confidence(self, judged: Iterable[tuple[int, Choices]]) -> tuple[Weights, int]:
        rows = [
            (choice.features, right, self.weights[index])
            for index, choices in judged
            for name, choice in choices.fields.items()
            # Specimens print invented bank accounts: that their check digits are wrong is no news about real ones.
            if not choice.features["unproved"]
            and (right := _choice_is_right(self.examples[index].truth, name, choices)) is not None
        ]
        own = ("field:", "rank:")
        return (
            fit(
                *_columns(rows),
                prior=PRIOR,
                penalty=lambda name: OWN_PENALTY if name.startswith(own) else CONFIDENCE_PENALTY,
                signs=SIGNS,
            ),
            len(rows),
        )

    def _least(self, judged: Iterable[tuple[int, Choices]], confidence: Weights) -> dict[str, float]:
        """The confidence from which giving a value raises F1: half of the best F1 (Z. Lipton et al., 2014)."""
        expected: Counter[str] = Counter()
        given: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        for index, choices in judged:
            truth = self.examples[index].truth
            expected.update(_field_of(name) for name in truth.fields if accepted(truth, name))
            for name, choice in choices.fields.items():
                right = _choice_is_right(truth, name, choices)
                if right is not None:
                    given[name].append((likelihood(choice.features, confidence), right))
        return {
            name: min(MOST_LEAST, max(LEAST_LEAST, best_f1(rows, expected[name]) / 2))
            for name, rows in given.items()
            if expected[name] >= FEW
        }

    def _document(self, judged: Iterable[tuple[int, Choices]], draft: Learned) -> Weights:
        rows = []
        for index, choices in judged:
            record = given(choices, today=self.today, learned=draft)
            required = judge(self.examples[index].truth, record).required
            if required is not None:
                rows.append((document_features(record.fields), required[1], self.weights[index]))
        return fit(
            *_columns(rows),
            prior=DOCUMENT_PRIOR,
            penalty=lambda name: DOCUMENT_PENALTY,
            signs=DOCUMENT_SIGNS,
        )

    def out_of_fold(self) -> list[Learned]:
        """For each example, what was learned without its vendor."""
        learned = {fold: self.learned(without=fold) for fold in sorted(set(self.folds))}
        return [learned[fold] for fold in self.folds]


def _teaches(rows: Sequence[tuple[int, Mapping[str, float], bool]], *, share: float) -> bool:
    """Whether candidates are enough to learn a ranking from, where a ``share`` of all documents is looked at."""
    shown = {index for index, _, right in rows if right}
    return len(shown) >= share * LEAST_DOCUMENTS and sum(not right for *_, right in rows) >= LEAST_WRONG


def _judged(examples: Sequence[Example]) -> dict[str, list[tuple[int, Mapping[str, float], bool]]]:
    """(index of the example, features, whether it is right) of the candidates of each field that its truth judges."""
    rows: dict[str, list[tuple[int, Mapping[str, float], bool]]] = defaultdict(list)
    for index, example in enumerate(examples):
        for candidate in example.found.candidates:
            right = is_right(example.truth, candidate.field, candidate.value)
            if right is not None:
                rows[candidate.field].append((index, candidate.features, right))
    return rows


Row = tuple[Mapping[str, float], bool, float]  # features, whether it is right, weight


def _columns(rows: Sequence[Row]) -> tuple[list[Mapping[str, float]], list[bool], list[float]]:
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def _field_of(name: str) -> str:
    return "gross_total" if name == TOTAL else name


def best_f1(given: Iterable[tuple[float, bool]], expected: int) -> float:
    """The best F1 that any threshold of (confidence, right) reaches where ``expected`` values are in the truth."""
    best, right = 0.0, 0
    for count, (_, is_right_) in enumerate(sorted(given, key=lambda row: -row[0]), start=1):
        right += is_right_
        best = max(best, 2 * right / (count + expected))
    return best


def _choice_is_right(truth: Truth, name: str, choices: Choices) -> bool | None:
    """As ``judge`` would count it: a ``total`` asks for one right amount of gross and due."""
    right = is_right(truth, name, choices.fields[name].candidate.value)
    if name == "gross_total" and right is False and name not in truth.fields and "amount_due" in choices.fields:
        due = is_right(truth, "amount_due", choices.fields["amount_due"].candidate.value)
        return None if due else False
    return right
