"""Which candidates for the totals belong together: net + tax = gross, due = gross - paid + rounding.

Every combination of the likely candidates is weighed: the sum of their log-odds plus what the arithmetic says about
them. Arithmetic that holds is strong evidence, because figures seldom add up by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from .ranking import log_odds
from .record import Candidate, TaxLine

Amounts = Mapping[str, Sequence[Candidate]]

WIDTH = 7  # candidates per field that are tried
CENT = Decimal("0.01")
TOLERANCE = Decimal("0.02")  # tax rounded per line and per total may differ by a cent each
ZERO = Decimal(0)
RATES = (Decimal("5.5"), *map(Decimal, range(3, 28)))

ADDS_UP = 4.5  # log-odds for net + tax = gross
ADDS_UP_WITH_OTHERS = 3.0  # ... with a tip, a discount or a rounding between them
ADDS_UP_WITHOUT_TAX = 1.0
AT_A_RATE = 1.5
CONTRADICTS = -4.0
BREAKDOWN = 1.0
NO_GROSS = -3.0  # a document without a total is rare
CASH_LESS_CHANGE = 2.5
LESS_ALLOWANCE = 2.5  # the sum of lines less a discount or commission


@dataclass(frozen=True, slots=True)
class Totals:
    """The chosen candidates; absent fields are not in ``chosen``. ``proven``: the arithmetic of these fields holds."""

    chosen: Mapping[str, Candidate]
    proven: frozenset[str]
    breakdown: tuple[TaxLine, ...]


def choose_totals(amounts: Amounts, breakdowns: Sequence[tuple[TaxLine, ...]]) -> Totals:
    best: tuple[float, Totals] = (float("-inf"), Totals({}, frozenset(), ()))
    others = _others(amounts)
    less = {x - a for x in _values(amounts, "line_total") for a in _values(amounts, "allowance_total") if 0 < a < x}
    handed = _cash_and_change(amounts)
    sums = [(_sum(b, "base"), _sum(b, "amount")) for b in breakdowns]
    for gross, net, tax in product(
        _top(amounts, "gross_total"), _top(amounts, "net_total"), _top(amounts, "tax_total")
    ):
        chosen = {c.field: c for c in (gross, net, tax) if c is not None}
        weight, proven = _weigh(gross, net, tax, others, sums)
        weight += sum(log_odds(candidate.score) for candidate in chosen.values())
        weight += _paid_in_cash(gross, handed) if gross else NO_GROSS
        weight += LESS_ALLOWANCE * any(_value(total) in less for total in (net, gross))
        if weight > best[0]:
            best = (weight, Totals(chosen, proven, _breakdown(net, tax, breakdowns)))
    return _with_due(best[1], amounts)


def _top(amounts: Amounts, field: str) -> list[Candidate | None]:
    ranked = sorted(amounts.get(field, ()), key=lambda candidate: -candidate.score)
    return [*ranked[:WIDTH], None]


def _others(amounts: Amounts) -> list[Decimal]:
    """What may stand between net + tax and gross: rounding, tips, charges, discounts."""
    values: list[Decimal] = []
    for field, sign in (("rounding", 1), ("charge_total", 1), ("allowance_total", -1)):
        for candidate in sorted(amounts.get(field, ()), key=lambda candidate: -candidate.score)[:3]:
            value = candidate.value
            if isinstance(value, Decimal) and value and candidate.score > 0.3:
                values.append(sign * value)
    return values


def _cash_and_change(amounts: Amounts) -> tuple[set[Decimal], set[Decimal]]:
    """What the customer owed by what was handed over and given back; and what was handed over in excess."""
    cash, change = (_values(amounts, field) for field in ("cash", "change"))
    owed = {c - h for c in cash for h in change if c > h}
    return owed, {c for c in cash for h in change if h > 0 and c > h and c not in owed}


def _paid_in_cash(gross: Candidate, handed: tuple[set[Decimal], set[Decimal]]) -> float:
    owed, excess = handed
    return CASH_LESS_CHANGE * (gross.value in owed) - CASH_LESS_CHANGE * (gross.value in excess)


def _weigh(
    gross: Candidate | None,
    net: Candidate | None,
    tax: Candidate | None,
    others: Sequence[Decimal],
    sums: Sequence[tuple[Decimal, Decimal]],
) -> tuple[float, frozenset[str]]:
    """What the arithmetic says about a combination, in log-odds, and which fields it proves."""
    g, n, t = _value(gross), _value(net), _value(tax)
    weight = BREAKDOWN * any((n is None or n == base) and t == amount for base, amount in sums)
    if g is not None and n is not None and t is not None:
        step, proven = _whole(g, n, t, others)
    elif g is not None and t is not None:
        step, proven = _pair(g - t, t), frozenset[str]()
    elif g is not None and n is not None:
        step, proven = _pair(n, g - n), frozenset[str]()
    elif n is not None and t is not None:
        step, proven = _pair(n, t), frozenset[str]()
    else:
        step, proven = 0.0, frozenset[str]()
    return weight + step, proven


def _whole(g: Decimal, n: Decimal, t: Decimal, others: Sequence[Decimal]) -> tuple[float, frozenset[str]]:
    proven = frozenset({"gross_total", "net_total", "tax_total"})
    if abs(t) >= abs(n) and t:
        return CONTRADICTS, frozenset()
    gap = g - n - t
    if abs(gap) <= TOLERANCE:
        exact = 0.5 * (not gap)
        if not t:
            return ADDS_UP_WITHOUT_TAX, proven
        return ADDS_UP + exact + (AT_A_RATE if _at_a_rate(n, t) else 0.0), proven
    if t and any(abs(gap - other) <= CENT for other in others):
        return ADDS_UP_WITH_OTHERS, proven
    if t and n == g and _at_a_rate(g - t, t):
        return -1.0, frozenset()  # the "net" is the gross again, tax included
    return CONTRADICTS, frozenset()


def _pair(n: Decimal, t: Decimal) -> float:
    if not t:
        return 0.0
    if abs(t) > abs(n) or (t < 0) != (n < 0):
        return CONTRADICTS
    return AT_A_RATE if _at_a_rate(n, t) else -0.3


def _at_a_rate(n: Decimal, t: Decimal) -> bool:
    """Whether the tax is a usual rate of the net amount, to the cent."""
    return any(abs(n * rate / 100 - t) <= CENT for rate in RATES)


def _value(candidate: Candidate | None) -> Decimal | None:
    if candidate is None:
        return None
    assert isinstance(candidate.value, Decimal)  # amounts carry decimals
    return candidate.value


def _sum(breakdown: Iterable[TaxLine], name: str) -> Decimal:
    return sum((getattr(line, name) or ZERO for line in breakdown), ZERO)


def _breakdown(
    net: Candidate | None, tax: Candidate | None, breakdowns: Sequence[tuple[TaxLine, ...]]
) -> tuple[TaxLine, ...]:
    """The reading of the tax lines that fits the totals."""
    n, t = _value(net), _value(tax)
    for lines in breakdowns:
        if abs(_sum(lines, "amount") - (t if t is not None else ZERO)) <= TOLERANCE:
            return lines
    for lines in breakdowns:
        if n is not None and abs(_sum(lines, "base") - n) <= TOLERANCE:
            return lines
    return ()


def _with_due(totals: Totals, amounts: Amounts) -> Totals:
    """The amount due that follows from gross, payments and rounding is believed more than any other."""
    totals = _rounded(totals, amounts)
    gross = _value(totals.chosen.get("gross_total"))
    candidates = sorted(amounts.get("amount_due", ()), key=lambda candidate: -candidate.score)[:WIDTH]
    if not candidates or gross is None or "amount_due" in totals.chosen:
        return totals
    paid = _values(amounts, "amount_paid")
    roundings = [*_values(amounts, "rounding"), ZERO]
    expected = {gross - abs(p) + r for p, r in product([*paid, ZERO], roundings)}
    best = max(candidates, key=lambda c: log_odds(c.score) + (2.5 if c.value in expected else -0.5))
    if best.score < 0.3 and best.value not in expected:
        return totals
    proven = totals.proven | ({"amount_due"} if best.value in expected else set())
    return Totals({**totals.chosen, "amount_due": best}, proven, totals.breakdown)


def _rounded(totals: Totals, amounts: Amounts) -> Totals:
    """With a rounding, two totals are printed: the exact one is the gross total, the rounded one is due."""
    gross = totals.chosen.get("gross_total")
    g = _value(gross)
    if gross is None or g is None:
        return totals
    printed = {c.value: c for field in ("gross_total", "amount_due") for c in amounts.get(field, ()) if c.score > 0.2}
    for rounding in _values(amounts, "rounding"):
        if not rounding or abs(rounding) >= 1:
            continue
        if g + rounding in printed and (g - rounding not in printed or "gross_total" in totals.proven):
            due = replace(printed[g + rounding], field="amount_due")
            return _chosen(totals, {"amount_due": due}, proven={"amount_due"})
        if g - rounding in printed and "gross_total" not in totals.proven:
            exact = replace(printed[g - rounding], field="gross_total")
            due = replace(gross, field="amount_due")
            return _chosen(totals, {"gross_total": exact, "amount_due": due}, proven={"gross_total", "amount_due"})
    return totals


def _chosen(totals: Totals, chosen: Mapping[str, Candidate], *, proven: set[str]) -> Totals:
    return Totals({**totals.chosen, **chosen}, totals.proven | proven, totals.breakdown)


def _values(amounts: Amounts, field: str) -> list[Decimal]:
    values = [candidate.value for candidate in amounts.get(field, ()) if candidate.score > 0.2]
    return [value for value in values if isinstance(value, Decimal)][:4]
