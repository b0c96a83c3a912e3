"""Candidates -> one consistent record, and what is wrong with it.

Totals are chosen together (``totals.py``), dates in order, every other field by its best candidate. A field whose best
candidate is not likely enough is absent: no value is better than a wrong one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from .checks import check as check
from .fields import BY_NAME, FIELDS, Kind
from .legibility import as_read
from .ranking import CALIBRATION, log_odds, sigmoid
from .record import Candidate, Field, InvoiceRecord, LineItem, TaxLine, Value
from .totals import choose_totals

MAX_ALTERNATIVES = 4
# Below this score hardly any alternative was right, and a list of nonsense hides the one that is. Numbers are stricter:
# every figure beside some label is a candidate.
LEAST_ALTERNATIVE = 0.02
LEAST_NUMBER = 0.2
TOTAL_FIELDS = frozenset({"gross_total", "net_total", "tax_total", "amount_due"})
# A value is given from this score on. Required fields are given even when doubtful: a person looks at them anyway.
THRESHOLDS: Mapping[str, float] = {
    "issue_date": 0.12,
    "gross_total": 0.1,
    "currency": 0.3,
    "document_type": 0.0,
    "vendor_name": 0.15,
    "buyer_name": 0.25,
    "invoice_number": 0.25,
    "iban": 0.2,
    "net_total": 0.35,
    "tax_total": 0.35,
    "amount_due": 0.35,
    "delivery_date": 0.6,
    "allowance_total": 0.6,
    "charge_total": 0.7,
    "amount_paid": 0.6,
    "rounding": 0.6,
}
DEFAULT_THRESHOLD = 0.5
PROVED: Mapping[str, float] = {"iban": 0.9}  # candidates of this score have right check digits


def resolve(
    candidates: Iterable[Candidate],
    *,
    breakdowns: Sequence[tuple[TaxLine, ...]] = (),
    line_items: Sequence[LineItem] = (),
    today: date | None = None,
) -> InvoiceRecord:
    """``breakdowns`` are the readings of the printed tax lines; the one that fits the totals is kept."""
    by_field = _by_field(candidates)
    totals = choose_totals(by_field, breakdowns)
    fields: dict[str, Field] = {}
    for spec in FIELDS:
        ranked = _possible(spec.name, by_field.get(spec.name, []), fields)
        best = ranked[0] if ranked else None
        chosen = totals.chosen.get(spec.name) if spec.name in TOTAL_FIELDS else best
        if chosen is None:
            continue
        confidence = _confidence(chosen, ranked, totals.support.get(spec.name, 0.0))
        if confidence >= THRESHOLDS.get(spec.name, DEFAULT_THRESHOLD):
            proved = totals.support.get(spec.name, 0.0) >= 2 or chosen.score >= PROVED.get(spec.name, 2.0)
            fields[spec.name] = _field(chosen, ranked, *as_read(confidence, chosen, proved=proved))
    _add_amount_due(fields, by_field)
    values = {name: found.value for name, found in fields.items()}
    problems = check(values, tax_breakdown=totals.breakdown, line_items=line_items, today=today)
    return InvoiceRecord(fields=fields, tax_breakdown=totals.breakdown, line_items=tuple(line_items), problems=problems)


def _add_amount_due(fields: dict[str, Field], by_field: Mapping[str, Sequence[Candidate]]) -> None:
    """Where nothing says that an invoice was paid, its whole total is due. Receipts are paid already.

    The one value that is given without being printed: every invoice has an amount due (BT-115), payments are made by
    it, and it follows from what is printed. Of 10 such values that could be judged, 8 were right; one of the others is
    an invoice that was settled without saying so in words.
    """
    kind, gross = fields.get("document_type"), fields.get("gross_total")
    payments = any(c.score > 0.3 for field in ("amount_paid", "cash", "change") for c in by_field.get(field, ()))
    labelled = any(c.score > 0.3 for c in by_field.get("amount_due", ()))
    if kind is None or kind.value == "receipt" or gross is None or payments or labelled or "amount_due" in fields:
        return
    reason = "no payment is printed, so the gross total is due"
    confidence = 0.9 * gross.confidence
    if confidence >= THRESHOLDS["amount_due"]:
        fields["amount_due"] = Field("amount_due", gross.value, gross.text, confidence, None, None, reason)


def _by_field(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    """Candidates of each field by falling score, the best of each value only."""
    best: dict[tuple[str, Value], Candidate] = {}
    for candidate in candidates:
        key = (candidate.field, candidate.value)
        if key not in best or candidate.score > best[key].score:
            best[key] = candidate
    by_field: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(best.values(), key=lambda c: -c.score):
        by_field[candidate.field].append(candidate)
    return by_field


def _possible(name: str, ranked: Sequence[Candidate], fields: Mapping[str, Field]) -> list[Candidate]:
    """Without what the fields chosen before rule out: nothing is due before it was issued."""
    issued = fields["issue_date"].value if "issue_date" in fields else None
    if name != "due_date" or not isinstance(issued, date):
        return list(ranked)
    return [c for c in ranked if isinstance(c.value, date) and c.value >= issued]


def _confidence(chosen: Candidate, ranked: Sequence[Candidate], support: float) -> float:
    """The candidate's own score, more when sums support it, less when another value is nearly as likely."""
    odds = log_odds(chosen.score) + support + CALIBRATION.get(chosen.field, 0.0)
    if support >= 2:
        return min(0.995, sigmoid(max(odds, 1.5 + support / 2)))
    rivals = [candidate for candidate in ranked if candidate.value != chosen.value]
    if rivals:
        lead = max(0.0, odds - log_odds(rivals[0].score))
        odds -= max(0.0, 1.5 - 0.6 * lead)
    return min(0.995, sigmoid(odds))


def _field(chosen: Candidate, ranked: Sequence[Candidate], confidence: float, reason: str) -> Field:
    least = LEAST_NUMBER if BY_NAME[chosen.field].kind is Kind.IDENTIFIER else LEAST_ALTERNATIVE
    others = [candidate for candidate in ranked if candidate.value != chosen.value and candidate.score >= least]
    return Field(
        name=chosen.field,
        value=chosen.value,
        text=chosen.text,
        confidence=confidence,
        page=chosen.page if chosen.box is not None else None,
        box=chosen.box,
        reason=reason,
        alternatives=tuple(others[:MAX_ALTERNATIVES]),
    )
