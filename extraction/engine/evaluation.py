"""How right a reading is: a record against the truth of its document. The rules are those of docs/record.md.

``judge`` compares one document, ``summarise`` counts many. Nothing here reads a file.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from rapidfuzz.distance import Levenshtein

from .fields import BY_NAME, FIELDS, Kind
from .record import Field, InvoiceRecord, LineItem, Value, canonical

FUZZY = 0.85  # the edit similarity from which two names count as the same
TOTAL = "total"  # what is to be paid, where a truth does not say whether it is gross_total or amount_due
ROW_CELLS = ("description", "quantity", "unit_price", "tax_rate", "amount")
SCORABLE = (*(spec.name for spec in FIELDS), TOTAL)

TruthValue = str | list[str] | None


@dataclass(frozen=True, slots=True)
class Truth:
    """What people know of one document. None: it does not have the field. A list: any of its values is right."""

    file: str
    fields: Mapping[str, TruthValue]
    line_items: tuple[Mapping[str, Any], ...] | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Truth:
        """KeyError, TypeError or ValueError when ``data`` is not a truth."""
        unknown = set(data["truth"]) - set(SCORABLE)
        if unknown:
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        rows = data.get("line_items")
        return cls(data["file"], data["truth"], None if rows is None else tuple(rows))


@dataclass(frozen=True, slots=True)
class Verdict:
    """One field of one document. ``given`` is None where nothing was given; ``strict`` differs for names only."""

    file: str
    field: str
    truth: TruthValue
    given: str | None
    confidence: float
    reason: str
    right: bool
    strict: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """``expected`` values in the truth, ``given`` ones, and how many of these are ``right``."""

    expected: int = 0
    given: int = 0
    right: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.expected + other.expected, self.given + other.given, self.right + other.right)

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 0.0

    @property
    def f1(self) -> float:
        both = self.expected + self.given
        return 2 * self.right / both if both else 0.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "n": self.expected,
            "given": self.given,
            "right": self.right,
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
        }


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """All verdicts on one document; ``rows`` counts its line items under ``row`` and the names of their cells.

    ``row_misses`` says what is wrong with these, for people.
    """

    file: str
    verdicts: tuple[Verdict, ...]
    rows: Mapping[str, Counts] = field(default_factory=dict)
    row_misses: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return all(verdict.right for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class FieldReport:
    name: str
    counts: Counts
    strict: Counts


@dataclass(frozen=True, slots=True)
class Report:
    """A set's figures. ``calibration_error`` and ``coverage`` look at the values given, by their confidence."""

    documents: int
    documents_right: int
    fields: tuple[FieldReport, ...]
    micro: Counts
    rows: Mapping[str, Counts]
    calibration_error: float
    coverage: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "documents": self.documents,
            "documents_right": self.documents_right,
            "fields": {row.name: {**row.counts.to_dict(), "strict_f1": round(row.strict.f1, 4)} for row in self.fields},
            "micro": self.micro.to_dict(),
            "line_items": {name: counts.to_dict() for name, counts in self.rows.items()},
            "calibration_error": round(self.calibration_error, 4),
            "coverage_at_99": round(self.coverage, 4),
        }


# --- one document -----------------------------------------------------------------------------------------------------


def judge(truth: Truth, record: InvoiceRecord) -> DocumentScore:
    """An unreadable file is judged by an empty record: all that its truth names is missing."""
    verdicts = tuple(_verdict(truth, name, record) for name in sorted(truth.fields, key=SCORABLE.index))
    rows = {} if truth.line_items is None else _judge_rows(truth.line_items, record.line_items)
    return DocumentScore(truth.file, verdicts, rows, tuple(row_misses(truth, record)) if rows else ())


def _verdict(truth: Truth, name: str, record: InvoiceRecord) -> Verdict:
    expected = truth.fields[name]
    accepted = [expected] if isinstance(expected, str) else expected or []
    found, right, strict = _best(_carriers(name, truth, record), kind_of(name), accepted)
    if found is None:
        absent = not accepted
        return Verdict(truth.file, name, expected, None, 0.0, "", right=absent, strict=absent)
    return Verdict(truth.file, name, expected, canonical(found.value), found.confidence, found.reason, right, strict)


def _carriers(name: str, truth: Truth, record: InvoiceRecord) -> list[Field]:
    """The given fields that answer for ``name``: one, but two where the truth gives no more than a ``total``."""
    names = [name]
    if name == TOTAL:
        names = [wanted for wanted in ("gross_total", "amount_due") if wanted not in truth.fields]
    return [record.fields[wanted] for wanted in names if wanted in record.fields]


def _best(given: Sequence[Field], kind: Kind, accepted: Sequence[str]) -> tuple[Field | None, bool, bool]:
    judged = [
        (found, any(same(kind, right, found.value) for right in accepted), _any_equal(kind, accepted, found.value))
        for found in given
    ]
    return max(judged, key=lambda item: (item[1], item[2]), default=(None, False, False))


def kind_of(name: str) -> Kind:
    return Kind.AMOUNT if name == TOTAL else BY_NAME[name].kind


def _any_equal(kind: Kind, accepted: Iterable[str], value: Value) -> bool:
    if kind in {Kind.NAME, Kind.ADDRESS, Kind.TEXT}:
        return any(letters(right) == letters(canonical(value)) for right in accepted)
    return any(same(kind, right, value) for right in accepted)


def same(kind: Kind, truth: str, value: Value) -> bool:
    """Whether ``value`` is right; names, addresses and free text by edit similarity."""
    text = canonical(value)
    if kind is Kind.AMOUNT:
        return _decimal(truth) is not None and _decimal(truth) == _decimal(value)
    if kind is Kind.IDENTIFIER:
        return letters(truth) == letters(text)
    if kind in {Kind.NAME, Kind.ADDRESS, Kind.TEXT}:
        return similarity(truth, text) >= FUZZY
    return truth.strip().casefold() == text.strip().casefold()


def letters(text: str) -> str:
    """Letters and digits only, without case: what is left to compare of names and identifiers."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def similarity(left: str, right: str) -> float:
    return float(Levenshtein.normalized_similarity(letters(left), letters(right)))


def _decimal(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


# --- line items -------------------------------------------------------------------------------------------------------


def _judge_rows(truth: Sequence[Mapping[str, Any]], given: Sequence[LineItem]) -> dict[str, Counts]:
    pairs = _align(truth, sorted(given, key=lambda item: item.position))
    cells: dict[str, Counts] = {"row": Counts(len(truth), len(given), sum(_row_right(*pair) for pair in pairs))}
    for name in ROW_CELLS:
        expected = sum(row.get(name) is not None for row in truth)
        if expected:
            # A cell that the truth does not name is not scored, so only matched rows and surplus rows count as given.
            paired = [(row, item) for row, item in pairs if row.get(name) is not None]
            taken = {item.position for _, item in pairs}
            surplus = sum(item.position not in taken and getattr(item, name) is not None for item in given)
            filled = sum(getattr(item, name) is not None for _, item in paired)
            cells[name] = Counts(expected, filled + surplus, sum(_cell_right(name, *pair) for pair in paired))
    return cells


def _align(truth: Sequence[Mapping[str, Any]], given: Sequence[LineItem]) -> list[tuple[Mapping[str, Any], LineItem]]:
    """One to one, neither list reordered, with the best total similarity (dynamic programming, as in diff)."""
    alike = [[_row_similarity(row, item) for item in given] for row in truth]
    best = [[0.0] * (len(given) + 1) for _ in range(len(truth) + 1)]
    for i in range(len(truth) - 1, -1, -1):
        for j in range(len(given) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + alike[i][j])
    pairs, i, j = [], 0, 0
    while i < len(truth) and j < len(given):
        if alike[i][j] > 0 and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            pairs.append((truth[i], given[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def row_misses(truth: Truth, record: InvoiceRecord) -> list[str]:
    """What is wrong with a document's line items, for people: lines that are missing, surplus or wrong."""
    rows = truth.line_items or ()
    pairs = _align(rows, sorted(record.line_items, key=lambda item: item.position))
    matched = {id(row): item for row, item in pairs}
    taken = {item.position for item in matched.values()}
    misses = []
    for row in rows:
        item = matched.get(id(row))
        if item is None or not _row_right(row, item):
            wanted = ", ".join(f"{name} {row[name]!r}" for name in ROW_CELLS if row.get(name) is not None)
            misses.append(f"truth {wanted}; given {_given(item) if item else 'none'}")
    surplus = [item for item in record.line_items if item.position not in taken]
    return misses + [f"not in the truth: {_given(item)}" for item in surplus]


def _given(item: LineItem) -> str:
    cells = {name: getattr(item, name) for name in ROW_CELLS}
    given = (f"{name} {str(value)!r}" for name, value in cells.items() if value is not None)
    return f"{', '.join(given)} ({item.confidence:.2f})"


def _row_similarity(row: Mapping[str, Any], item: LineItem) -> float:
    score = sum(_cell_right(name, row, item) for name in ROW_CELLS if name != "description" and row.get(name))
    return score + similarity(str(row.get("description") or ""), item.description or "")


def _row_right(row: Mapping[str, Any], item: LineItem) -> bool:
    asked = [name for name in ("amount", "quantity", "description") if row.get(name) is not None]
    return all(_cell_right(name, row, item) for name in asked)


def _cell_right(name: str, row: Mapping[str, Any], item: LineItem) -> bool:
    value = getattr(item, name)
    return value is not None and same(Kind.TEXT if name == "description" else Kind.AMOUNT, str(row[name]), value)


# --- many documents ---------------------------------------------------------------------------------------------------


def summarise(scores: Sequence[DocumentScore]) -> Report:
    verdicts = [verdict for score in scores for verdict in score.verdicts]
    by_name: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_name[verdict.field].append(verdict)
    rows: dict[str, Counts] = {}
    for score in scores:
        for name, counts in score.rows.items():
            rows[name] = rows.get(name, Counts()) + counts
    given = [(verdict.confidence, verdict.right) for verdict in verdicts if verdict.given is not None]
    return Report(
        documents=len(scores),
        documents_right=sum(score.right for score in scores),
        fields=tuple(
            FieldReport(name, _count(by_name[name]), _count(by_name[name], lambda v: v.strict))
            for name in sorted(by_name, key=SCORABLE.index)
        ),
        micro=_count(verdicts),
        rows=rows,
        calibration_error=calibration_error(given),
        coverage=coverage(given),
    )


def _count(verdicts: Sequence[Verdict], is_right: Callable[[Verdict], bool] = lambda v: v.right) -> Counts:
    return Counts(
        expected=sum(verdict.truth is not None for verdict in verdicts),
        given=sum(verdict.given is not None for verdict in verdicts),
        right=sum(verdict.given is not None and is_right(verdict) for verdict in verdicts),
    )


def calibration_error(given: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error of (confidence, right): mean gap of confidence and accuracy, weighted by bin size."""
    if not given:
        return 0.0
    filled: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in given:
        filled[min(int(confidence * bins), bins - 1)].append((confidence, right))
    gaps = (
        abs(sum(confidence for confidence, _ in rows) - sum(right for _, right in rows)) for rows in filled.values()
    )
    return sum(gaps) / len(given)


def coverage(given: Sequence[tuple[float, bool]], precision: float = 0.99) -> float:
    """The largest share of the values, by falling confidence, of which ``precision`` are right.

    Values of equal confidence stand or fall together: no threshold could tell them apart.
    """
    ordered = sorted(given, key=lambda item: -item[0])
    right, largest = 0, 0
    for rank, (confidence, is_right) in enumerate(ordered, start=1):
        right += is_right
        last_of_its_kind = rank == len(ordered) or ordered[rank][0] < confidence
        if last_of_its_kind and right >= precision * rank:
            largest = rank
    return largest / len(ordered) if ordered else 0.0
