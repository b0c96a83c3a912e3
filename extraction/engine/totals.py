"""Which candidates for the totals belong together, by the sums of EN 16931.

The sum of lines (BR-CO-10) less allowances plus charges is the net total (BR-CO-13), net + tax is gross (BR-CO-15), the
tax is that of the breakdown (BR-CO-14, 17), and gross - paid + rounding is due (BR-CO-16).

Every combination of the likely candidates is weighed: the sum of their log-odds plus what the arithmetic says about
them. Arithmetic that holds is strong evidence, because figures seldom add up by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, product

from .confidence import PROVED
from .ranking import log_odds
from .record import Candidate, TaxLine
from .repair import amount_readings

Amounts = Mapping[str, Sequence[Candidate]]

MAX_CHARGES = 4  # more are the lines of a bill
WIDTH = 7  # candidates per field that are tried
CENT = Decimal("0.01")
MAX_SHARE = Decimal("0.35")  # no tax is a larger share of the net amount
TOLERANCE = Decimal("0.02")  # tax rounded per line and per total may differ by a cent each
ZERO = Decimal(0)
RATES = (Decimal("5.5"), *map(Decimal, range(3, 28)))

ADDS_UP = 4.5  # log-odds for net + tax = gross
EXACTLY = 1.0
ADDS_UP_WITH_OTHERS = 3.5  # ... with a tip, a discount or a rounding between them
ADDS_UP_WITHOUT_TAX = 1.0
AT_A_RATE = 1.5
CONTRADICTS = -4.0
BREAKDOWN = 1.0
NO_GROSS = -3.0  # a document without a total is rare
CASH_LESS_CHANGE = 2.5
PAID = 1.0  # a payment of this amount is printed
REPAIRED_FROM, REPAIRED_WIDTH = 0.3, 4  # score and number of the candidates of each field that may hold a slip
LINES = 1.5  # the lines that were read add up to this total
LESS_ALLOWANCE = 2.5  # the sum of lines less a discount or commission


@dataclass(frozen=True, slots=True)
class Totals:
    """The chosen candidates; absent fields are not in ``chosen``.

    ``support`` is what the arithmetic adds to the belief in each field, in log-odds.
    """

    chosen: Mapping[str, Candidate]
    support: Mapping[str, float]
    breakdown: tuple[TaxLine, ...]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What is printed besides net, tax and gross, and bears on them."""

    between: tuple[Decimal, ...]  # rounding, tips, charges, discounts: may stand between net + tax and gross
    less_allowance: frozenset[Decimal]  # sums of lines less a discount or commission
    owed: frozenset[Decimal]  # what was handed over less what was given back
    excess: frozenset[Decimal]  # what was handed over where something was given back
    paid: frozenset[Decimal]
    breakdowns: tuple[tuple[Decimal, Decimal], ...]  # (base, tax) that the tax lines add up to
    lines: Decimal | None  # what the line items add up to


def choose_totals(amounts: Amounts, breakdowns: Sequence[tuple[TaxLine, ...]], lines: Decimal | None = None) -> Totals:
    """The likeliest combination of candidates; any of the fields may be left out of it.

    ``lines`` is what the line items add up to, where all of them have an amount.
    """
    evidence = _evidence(amounts, breakdowns, lines)
    best: tuple[float, Totals] = (float("-inf"), Totals({}, {}, ()))
    fields = ("gross_total", "net_total", "tax_total")
    for gross, net, tax in product(*(_top(amounts, field) for field in fields)):
        chosen = {c.field: c for c in (gross, net, tax) if c is not None}
        weight, support = _weigh(_value(gross), _value(net), _value(tax), evidence)
        weight += sum(log_odds(candidate.score) for candidate in chosen.values())
        if weight > best[0]:
            best = (weight, Totals(chosen, support, _breakdown(net, tax, breakdowns)))
    likeliest = best[1]
    if likeliest.support.get("gross_total", 0.0) < PROVED:
        likeliest = _repaired(amounts, breakdowns, lines) or likeliest
    return _with_due(_with_parts(_without_part(likeliest, amounts), amounts, lines), amounts)


def likeliest_totals(amounts: Amounts) -> Totals:
    """Each field's own best candidate, whatever the sums say: what ``choose_totals`` is measured against."""
    fields = ("gross_total", "net_total", "tax_total", "amount_due")
    best = {field: max(amounts[field], key=lambda c: c.score) for field in fields if amounts.get(field)}
    return Totals(best, {}, ())


def adds_up(chosen: Mapping[str, Candidate]) -> bool:
    """Whether net, tax and gross hold, as far as they are all there."""
    g, n, t = (_value(chosen.get(field)) for field in ("gross_total", "net_total", "tax_total"))
    return g is None or n is None or t is None or abs(g - n - t) <= TOLERANCE


def _repaired(amounts: Amounts, breakdowns: Sequence[tuple[TaxLine, ...]], lines: Decimal | None) -> Totals | None:
    """Net, tax and gross with one slip of the recogniser put right, where exactly one slip makes them add up.

    The tax must be a usual rate of the net amount as well, or the lines must add up to it: sums alone would sometimes
    hold by chance.
    """
    slots = [
        [c for c in _top(amounts, field)[:REPAIRED_WIDTH] if c is not None and c.score > REPAIRED_FROM]
        for field in ("gross_total", "net_total", "tax_total")
    ]
    slips = {id(c): _slips(c) for slot in slots for c in slot}
    found: dict[tuple[Decimal, ...], Totals] = {}
    for triple in product(*slots):
        g, n, t = (_value(c) or ZERO for c in triple)
        for index, (candidate, wanted) in enumerate(zip(triple, (n + t, g - t, g - n), strict=True)):
            note = slips[id(candidate)].get(wanted)
            values = tuple(wanted if i == index else value for i, value in enumerate((g, n, t)))
            if note and _proves(values[1], values[2], lines) and len({(c.page, c.box) for c in triple}) == len(triple):
                net = f"{'lines' if values[1] == lines else 'net'} {values[1]:f}"
                reason = f"{candidate.reason}; {note}: {net} and tax {values[2]:f} agree on {values[0]:f}"
                mended = replace(candidate, value=wanted, reason=reason)
                chosen = {c.field: mended if c is candidate else c for c in triple}
                tax_lines = _breakdown(chosen["net_total"], chosen["tax_total"], breakdowns)
                found.setdefault(values, Totals(chosen, dict.fromkeys(chosen, PROVED), tax_lines))
    return next(iter(found.values())) if len(found) == 1 else None


def _slips(candidate: Candidate) -> dict[Decimal, str]:
    value = _value(candidate) or ZERO
    exponent = value.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return dict(amount_readings(candidate.text, value, decimals))


def _proves(net: Decimal, tax: Decimal, lines: Decimal | None) -> bool:
    return bool(tax) and (tax < 0) == (net < 0) and (_at_a_rate(net, tax) or net == lines)


def _without_part(totals: Totals, amounts: Amounts) -> Totals:
    """The taxable part is no net total where an exempt part is printed beside it."""
    g, n, t = (_value(totals.chosen.get(field)) for field in ("gross_total", "net_total", "tax_total"))
    if g is None or n is None or t is None or g - n - t not in _values(amounts, "exempt") or g == n + t:
        return totals
    return replace(totals, chosen={field: c for field, c in totals.chosen.items() if field != "net_total"})


def _top(amounts: Amounts, field: str) -> list[Candidate | None]:
    ranked = sorted(amounts.get(field, ()), key=lambda candidate: -candidate.score)
    return [*ranked[:WIDTH], None]


def _evidence(amounts: Amounts, breakdowns: Sequence[tuple[TaxLine, ...]], lines: Decimal | None) -> _Evidence:
    cash, change = (_values(amounts, field) for field in ("cash", "change"))
    totals = _values(amounts, "gross_total")
    owed = {c - h for c in cash for h in change if c > h} | {
        c - h for c in totals for h in change if c - h in totals and h
    }
    less = {x - a for x in _values(amounts, "line_total") for a in _values(amounts, "allowance_total") if 0 < a < x}
    return _Evidence(
        between=tuple(_between(amounts)),
        less_allowance=frozenset(less),
        owed=frozenset(owed),
        excess=frozenset(c for c in (*cash, *totals) for h in change if 0 < h < c and c - h in owed and c not in owed),
        paid=frozenset(map(abs, [*cash, *_values(amounts, "amount_paid")])),
        breakdowns=tuple((_sum(rows, "base"), _sum(rows, "amount")) for rows in breakdowns),
        lines=lines,
    )


def _between(amounts: Amounts) -> Iterable[Decimal]:
    """Each rounding, charge, discount, withheld tax and exempt part; the sums of two, and of all, of the charges."""
    signs = {"rounding": 1, "charge_total": 1, "allowance_total": -1, "withholding": -1, "exempt": 1}
    for field, sign in signs.items():
        ranked = sorted(amounts.get(field, ()), key=lambda candidate: -candidate.score)
        values = [c.value for c in ranked[:WIDTH] if c.score > 0.3 and isinstance(c.value, Decimal) and c.value]
        yield from (sign * value for value in values)
        if field == "charge_total" and 1 < len(values) <= MAX_CHARGES:
            yield from (a + b for a, b in combinations(values, 2))
            yield sum(values, ZERO)


def _weigh(
    g: Decimal | None, n: Decimal | None, t: Decimal | None, evidence: _Evidence
) -> tuple[float, dict[str, float]]:
    """What the arithmetic says about a combination as a whole and about each of its fields, in log-odds."""
    weight, support = _together(g, n, t, evidence)
    weight += BREAKDOWN * any((n is None or n == base) and t == amount for base, amount in evidence.breakdowns)
    if g is None:
        return weight + NO_GROSS, support
    if g in evidence.owed:
        weight += CASH_LESS_CHANGE
        support["gross_total"] = support.get("gross_total", 0.0) + 1.5
    weight += PAID * (g in evidence.paid and g not in evidence.excess)
    if g in evidence.excess:
        weight -= CASH_LESS_CHANGE
    for field, value in (("gross_total", g), ("net_total", n)):
        if value is not None and value == evidence.lines:
            weight += LINES / (1 if n is None else 2)
            support[field] = support.get(field, 0.0) + LINES
        if value in evidence.less_allowance:
            weight += LESS_ALLOWANCE / (1 if n is None else 2)
            support[field] = support.get(field, 0.0) + 1.5
    return weight, support


def _together(
    g: Decimal | None, n: Decimal | None, t: Decimal | None, evidence: _Evidence
) -> tuple[float, dict[str, float]]:
    if g is not None and n is not None and t is not None:
        weight, belief = _whole(g, n, t, evidence.between)
        return weight, dict.fromkeys(("gross_total", "net_total", "tax_total"), belief)
    if g is not None and t is not None:
        return _pair(g - t, t), _at_rate_support(g - t, t, "gross_total", "tax_total")
    if g is not None and n is not None:
        return _pair(n, g - n), _at_rate_support(n, g - n, "gross_total", "net_total")
    if n is not None and t is not None:
        return _pair(n, t), _at_rate_support(n, t, "net_total", "tax_total")
    return 0.0, {}


def _whole(g: Decimal, n: Decimal, t: Decimal, between: Sequence[Decimal]) -> tuple[float, float]:
    """(weight of the combination, support of each field)"""
    if t and (abs(t) > MAX_SHARE * abs(n) or (t < 0) != (n < 0)):
        return CONTRADICTS, 0.0
    gap = g - n - t
    if abs(gap) <= TOLERANCE and not (gap and gap in between):
        if not t:
            return ADDS_UP_WITHOUT_TAX, 0.7
        weight = ADDS_UP + EXACTLY * (not gap) + (AT_A_RATE if _at_a_rate(n, t) else 0.0)
        return weight, PROVED if gap else PROVED + EXACTLY
    if t and any(abs(gap - other) <= CENT for other in between):
        return ADDS_UP_WITH_OTHERS, 2.0
    if t and n == g and _at_a_rate(g - t, t):
        return -1.0, 0.0  # the "net" is the gross again, tax included
    return CONTRADICTS, 0.0


def _pair(n: Decimal, t: Decimal) -> float:
    if not t:
        return 0.0
    if abs(t) > MAX_SHARE * abs(n) or (t < 0) != (n < 0):
        return CONTRADICTS
    return AT_A_RATE if _at_a_rate(n, t) else -0.3


def _at_rate_support(n: Decimal, t: Decimal, *fields: str) -> dict[str, float]:
    return dict.fromkeys(fields, 1.2 if t and _at_a_rate(n, t) else 0.0)


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


def _with_parts(totals: Totals, amounts: Amounts, lines: Decimal | None) -> Totals:
    """What the net total is made of: a sum of lines, less allowances, plus charges; without tax, the gross total is."""
    whole = _value(totals.chosen.get("net_total") or totals.chosen.get("gross_total"))
    found: list[tuple[float, dict[str, Candidate]]] = []
    for parts in product(*(_top(amounts, field) for field in ("line_total", "allowance_total", "charge_total"))):
        total, allowance, charge = (_value(part) or ZERO for part in parts)
        chosen = {part.field: part for part in parts if part is not None}
        if total and total - abs(allowance) + charge == whole and (allowance or charge or total == lines):
            found.append((sum(log_odds(part.score) for part in chosen.values()), chosen))
    if not found:
        return totals
    return _chosen(totals, max(found, key=lambda item: item[0])[1], support=PROVED)


def _with_due(totals: Totals, amounts: Amounts) -> Totals:
    """The amount due that follows from gross, payments and rounding is believed more than any other."""
    totals = _with_tip(_rounded(totals, amounts), amounts)
    gross = _value(totals.chosen.get("gross_total"))
    candidates = sorted(amounts.get("amount_due", ()), key=lambda candidate: -candidate.score)[:WIDTH]
    if not candidates or gross is None or "amount_due" in totals.chosen:
        return totals
    paid = _likely(amounts, "amount_paid") + _likely(amounts, "withholding")
    expected: dict[Decimal, tuple[Candidate, ...]] = {}
    for parts in product([None, *paid], [None, *_likely(amounts, "rounding")]):
        less, more = (_value(part) or ZERO for part in parts)
        expected.setdefault(gross - abs(less) + more, tuple(part for part in parts if part is not None))
    best = max(candidates, key=lambda c: log_odds(c.score) + (2.5 if c.value in expected else -0.5))
    if best.score < 0.3 and best.value not in expected:
        return totals
    proved = {c.field: c for c in expected.get(_value(best) or ZERO, ()) if c.field != "withholding"}
    return _chosen(totals, {"amount_due": best, **proved}, support=PROVED if best.value in expected else 0.0)


def _with_tip(totals: Totals, amounts: Amounts) -> Totals:
    """A tip or fee printed under the total, and under that their sum as a new total: the sum is what was asked for."""
    gross = totals.chosen.get("gross_total")
    g = _value(gross)
    charges = [c for c in amounts.get("charge_total", ()) if c.score > 0.3 and (_value(c) or ZERO) > 0]
    for charge, total in product(charges, _top(amounts, "gross_total")):
        if gross is None or g is None or total is None or total.score < 0.5:
            continue
        if _value(total) == g + (_value(charge) or ZERO) and _stand_under(gross, charge, total):
            return _chosen(totals, {"gross_total": total}, support=PROVED)
    return totals


def _stand_under(*candidates: Candidate) -> bool:
    """Whether each stands lower in the document than the one before."""
    places = [(c.page, c.box.y0) for c in candidates if c.box is not None]
    return len(places) == len(candidates) and places == sorted(set(places))


def _rounded(totals: Totals, amounts: Amounts) -> Totals:
    """With a rounding, two totals are printed: the exact one is the gross total, the rounded one is due."""
    gross = totals.chosen.get("gross_total")
    g = _value(gross)
    if gross is None or g is None:
        return totals
    printed = {c.value: c for field in ("gross_total", "amount_due") for c in amounts.get(field, ()) if c.score > 0.2}
    believed = totals.support.get("gross_total", 0.0) >= PROVED
    for rounding in _values(amounts, "rounding"):
        if not rounding or abs(rounding) >= 1:
            continue
        if g + rounding in printed and (g - rounding not in printed or believed):
            return _chosen(totals, {"amount_due": replace(printed[g + rounding], field="amount_due")}, support=PROVED)
        if g - rounding in printed and not believed:
            exact = replace(printed[g - rounding], field="gross_total")
            due = replace(gross, field="amount_due")
            return _chosen(totals, {"gross_total": exact, "amount_due": due}, support=PROVED)
    return totals


def _chosen(totals: Totals, chosen: Mapping[str, Candidate], *, support: float) -> Totals:
    supported = {field: max(support, totals.support.get(field, 0.0)) for field in chosen}
    return replace(totals, chosen={**totals.chosen, **chosen}, support={**totals.support, **supported})


def _values(amounts: Amounts, field: str) -> list[Decimal]:
    return [candidate.value for candidate in _likely(amounts, field) if isinstance(candidate.value, Decimal)]


def _likely(amounts: Amounts, field: str) -> list[Candidate]:
    return [candidate for candidate in amounts.get(field, ()) if candidate.score > 0.2][:4]
