"""Candidates -> one consistent record, and what is wrong with it.

``choose`` picks a value for every field: totals together (``totals.py``), dates in order, every other field by its best
candidate. ``resolve`` gives those that are likely enough: no value is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .checks import check as check
from .confidence import confidence, document_features, features, of_field
from .evidence import by_field
from .fields import BY_NAME, FIELDS, Kind
from .learned import Learned, shipped
from .legibility import reason_as_read
from .options import ALL_STEPS, Steps
from .ranking import log_odds, sigmoid
from .record import Candidate, Field, InvoiceRecord, LineItem, TaxLine, Value
from .totals import Totals, adds_up, choose_totals, likeliest_totals
from .values import is_iban

MAX_ALTERNATIVES = 4
# Below this score hardly any alternative was right, and a list of nonsense hides the one that is. Numbers are stricter:
# every figure beside some label is a candidate.
LEAST_ALTERNATIVE = 0.02
LEAST_NUMBER = 0.2
TOTAL_FIELDS = frozenset({"gross_total", "net_total", "tax_total", "amount_due"})
# A value is given from this probability on. F1 is largest at half of its own value (Z. Lipton et al., 2014), so a
# little below one half.
LEAST_LIKELY = 0.45
MOST_BY_RULE = 2.0
LEAST_SCORE = 0.3  # the same for scores that are no probabilities
CHECK_DIGITS: Mapping[str, Callable[[str], bool]] = {"iban": is_iban}


@dataclass(frozen=True, slots=True)
class Choice:
    """The best value of one field, likely or not. ``features`` are those of its confidence (``confidence.py``)."""

    candidate: Candidate
    ranked: Sequence[Candidate]  # all of the field, by falling score
    support: float
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Choices:
    fields: Mapping[str, Choice]
    breakdown: tuple[TaxLine, ...]


def resolve(
    candidates: Iterable[Candidate],
    *,
    breakdowns: Sequence[tuple[TaxLine, ...]] = (),
    line_items: Sequence[LineItem] = (),
    today: date | None = None,
    learned: Learned | None = None,
    steps: Steps = ALL_STEPS,
) -> InvoiceRecord:
    """``breakdowns`` are the readings of the printed tax lines; the one that fits the totals is kept.

    ``learned`` is what the engine ships, unless a measurement brings its own.
    """
    learned = learned or shipped()
    choices = choose(
        candidates, breakdowns=breakdowns, line_items=line_items, steps=steps, is_ranked=learned.ranking.keys()
    )
    return given(choices, line_items=line_items, today=today, learned=learned, steps=steps)


def given(
    choices: Choices,
    *,
    line_items: Sequence[LineItem] = (),
    today: date | None,
    learned: Learned,
    steps: Steps = ALL_STEPS,
) -> InvoiceRecord:
    """The record of the choices that are likely enough."""
    fields: dict[str, Field] = {}
    for name, choice in choices.fields.items():
        known = steps.calibration and of_field(name)[0] in learned.confidence
        likely = confidence(choice.features, learned.confidence) if known else _score(choice)
        likely = min(likely, _most(choice))
        if likely >= (learned.least.get(name, LEAST_LIKELY) if steps.calibration else LEAST_SCORE):
            fields[name] = _field(choice, likely)
    values = {name: found.value for name, found in fields.items()}
    return InvoiceRecord(
        fields=fields,
        tax_breakdown=choices.breakdown,
        line_items=tuple(line_items),
        problems=check(values, tax_breakdown=choices.breakdown, line_items=line_items, today=today),
        confidence=confidence(document_features(fields), learned.document),
    )


def _most(choice: Choice) -> float:
    """How likely a value can be at most, by the extractor's own score.

    Truths hardly ever say that a document does not have a field, so what is learned from them holds where there is one:
    the likeliest of poor candidates is then often right, else never.
    """
    field, rule = choice.candidate.field, choice.candidate.features.get("rule")
    if rule is None or BY_NAME[field].required or field in TOTAL_FIELDS or choice.support > 0:
        return 1.0
    return min(1.0, MOST_BY_RULE * sigmoid(rule))


def choose(
    candidates: Iterable[Candidate],
    *,
    breakdowns: Sequence[tuple[TaxLine, ...]] = (),
    line_items: Sequence[LineItem] = (),
    steps: Steps = ALL_STEPS,
    is_ranked: Iterable[str] = (),
) -> Choices:
    """``is_ranked``: the fields whose scores are learned."""
    amounts = by_field(candidates)
    totals = likeliest_totals(amounts)
    if steps.arithmetic:
        totals = choose_totals(amounts, breakdowns, _sum_of(line_items))
    picked: dict[str, tuple[Candidate, Sequence[Candidate]]] = {}
    for spec in FIELDS:
        issued = picked["issue_date"][0].value if "issue_date" in picked and steps.dates else None
        possible = _possible(spec.name, amounts.get(spec.name, []), issued)
        best = possible[0] if possible else None
        chosen = totals.chosen.get(spec.name) or (None if spec.name in TOTAL_FIELDS else best)
        if chosen is not None:
            picked[spec.name] = (chosen, possible)
    if steps.arithmetic:
        _add_amount_due(picked, amounts)
        _drop_contradicted(picked)
    kind = picked["document_type"][0].value if "document_type" in picked else ""
    known = frozenset(is_ranked)
    fields = {
        name: _choice(chosen, ranked, totals, receipt=kind == "receipt", is_ranked=name in known)
        for name, (chosen, ranked) in picked.items()
    }
    return Choices(fields, totals.breakdown)


def _drop_contradicted(picked: dict[str, tuple[Candidate, Sequence[Candidate]]]) -> None:
    """No part was paid where all is due (BR-CO-16), nothing taken off where lines and net are equal (BR-CO-13)."""
    value = {name: chosen.value for name, (chosen, _) in picked.items() if isinstance(chosen.value, Decimal)}
    gross, due, paid = (value.get(name) for name in ("gross_total", "amount_due", "amount_paid"))
    if paid and gross is not None and gross == due and abs(paid) != abs(gross):
        del picked["amount_paid"]
    lines, net = value.get("line_total"), value.get("net_total")
    if value.get("allowance_total") and lines is not None and lines == net and "charge_total" not in picked:
        del picked["allowance_total"]


def _sum_of(line_items: Sequence[LineItem]) -> Decimal | None:
    """What the lines add up to; None where one has no amount."""
    amounts = [item.amount for item in line_items if item.amount is not None]
    return sum(amounts, Decimal(0)) if amounts and len(amounts) == len(line_items) else None


def _choice(
    chosen: Candidate, ranked: Sequence[Candidate], totals: Totals, *, receipt: bool, is_ranked: bool
) -> Choice:
    support = totals.support.get(chosen.field, 0.0)
    has_digits = CHECK_DIGITS.get(chosen.field)
    evidence = features(
        chosen,
        [candidate for candidate in ranked if candidate.value != chosen.value],
        support=support,
        contradicted=chosen.field in ("gross_total", "net_total", "tax_total") and not adds_up(totals.chosen),
        proved=has_digits(str(chosen.value)) if has_digits else None,
        receipt=receipt,
        is_ranked=is_ranked,
    )
    return Choice(chosen, ranked, support, evidence)


def _add_amount_due(
    picked: dict[str, tuple[Candidate, Sequence[Candidate]]], by_field: Mapping[str, Sequence[Candidate]]
) -> None:
    """Where nothing says that an invoice was paid, its whole total is due. Receipts are paid already.

    The one value that is given without being printed: every invoice has an amount due (BT-115), payments are made by
    it, and it follows from what is printed.
    """
    kind, gross = (picked[name][0] if name in picked else None for name in ("document_type", "gross_total"))
    payments = any(c.score > 0.3 for field in ("amount_paid", "cash", "change") for c in by_field.get(field, ()))
    labelled = any(c.score > 0.3 for c in by_field.get("amount_due", ()))
    if kind is None or kind.value == "receipt" or gross is None or payments or labelled or "amount_due" in picked:
        return
    reason = "no payment is printed, so the gross total is due"
    picked["amount_due"] = (replace(gross, field="amount_due", box=None, reason=reason), ())


def _possible(name: str, ranked: Sequence[Candidate], issued: Value | None) -> list[Candidate]:
    """Without what the fields chosen before rule out: nothing is due before it was issued."""
    if name != "due_date" or not isinstance(issued, date):
        return list(ranked)
    return [c for c in ranked if isinstance(c.value, date) and c.value >= issued]


def _score(choice: Choice) -> float:
    """What stands for a confidence where none was learned."""
    return sigmoid(log_odds(choice.candidate.score) + choice.support)


def _field(choice: Choice, likely: float) -> Field:
    chosen = choice.candidate
    least = LEAST_NUMBER if BY_NAME[chosen.field].kind is Kind.IDENTIFIER else LEAST_ALTERNATIVE
    others = [c for c in choice.ranked if c.value != chosen.value and c.score >= least]
    return Field(
        name=chosen.field,
        value=chosen.value,
        text=chosen.text,
        confidence=likely,
        page=chosen.page if chosen.box is not None else None,
        box=chosen.box,
        reason=reason_as_read(chosen, proved=bool(choice.features["proved"])),
        alternatives=tuple(others[:MAX_ALTERNATIVES]),
    )
