"""Allowances, charges, advances and rounding that the document's own sums prove.

"Discount" and "delivery" stand beside lines as often as beside totals. Where lines - allowance + charge = net, or
gross - paid + rounding = due, with figures that are printed beside their labels, they are what BT-107, BT-108, BT-113
and BT-114 mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from ..language import Language
from ..layout import Layout
from ..record import Candidate
from .figures import AMOUNT_KEYS, Figure, find_figures, link_labels

PROVED = 0.96
_LIKELY = 0.5
_ANY = ""
_MOST = 4  # values tried of each field
_LINES = ("line_total", "subtotal", "net_total", "total")
_TOTALS = ("net_total", "gross_total", "subtotal", "total", "amount_due")


def find_adjustments(layout: Layout, language: Language, found: Sequence[Candidate]) -> list[Candidate]:
    labelled = _labelled(layout, language)
    return [*(_of_lines(labelled, found) or _subtotals(labelled, found)), *_of_payment(labelled, found)]


def _labelled(layout: Layout, language: Language) -> Mapping[str, dict[Decimal, Figure]]:
    """Label key -> the amounts that stand beside it, by their absolute value; all amounts under ``_ANY``."""
    figures = find_figures(layout)
    by_key: dict[str, dict[Decimal, Figure]] = {_ANY: {}}
    for row in figures:
        by_key[_ANY].update({abs(figure.value): figure for figure in row if figure.is_money and figure.value})
    for link in link_labels(layout, figures):
        if link.label.key in AMOUNT_KEYS and link.relation == "right of" and link.figure.is_money and link.figure.value:
            by_key.setdefault(link.label.key, {}).setdefault(abs(link.figure.value), link.figure)
    return by_key


def _of_lines(labelled: Mapping[str, dict[Decimal, Figure]], found: Sequence[Candidate]) -> list[Candidate]:
    """lines - allowance + charge = net (BR-CO-13), the lines printed above and the net below; both rather than one."""
    taxed = bool(_values(found, "tax_total"))
    names = ("net_total",) if taxed else ("net_total", "gross_total")
    nets = [figure for value in _values(found, *names) for figure in _figures(labelled, value)]
    lines = [figure for key in _LINES for figure in labelled.get(key, {}).values()]
    allowances = [None, *list(labelled.get("discount", {}).values())[:_MOST]]
    charges = [None, *list(labelled.get("charge_total", {}).values())[:_MOST]]
    solved = [
        (total, allowance, charge, net)
        for total, allowance, charge, net in product(lines, allowances, charges, nets)
        if (allowance or charge)
        and total.row < net.row
        and _amount(total) - _amount(allowance) + _amount(charge) == _amount(net) != _amount(total)
    ]
    if not solved:
        return []
    total, allowance, charge, net = max(solved, key=lambda s: (s[1] is not None) + (s[2] is not None))
    reason = f"{_amount(total):f} - {_amount(allowance):f} + {_amount(charge):f} = {_amount(net):f}"
    parts = (("line_total", total), ("allowance_total", allowance), ("charge_total", charge))
    sign = -1 if total.value < 0 else 1
    return [_proved(field, figure, reason, sign=sign) for field, figure in parts if figure is not None]


def _subtotals(labelled: Mapping[str, dict[Decimal, Figure]], found: Sequence[Candidate]) -> list[Candidate]:
    """A subtotal that is the total without tax is the sum of the lines."""
    if any(c.field == "line_total" and c.score > _LIKELY for c in found):
        return []
    nets = {gross - tax for gross in _values(found, "gross_total")[:1] for tax in _values(found, "tax_total")[:1]}
    figures = [figure for value, figure in labelled.get("subtotal", {}).items() if value in nets]
    reason = "a subtotal that is the total without tax"
    return [replace(_proved("line_total", figure, reason), value=figure.value, score=0.75) for figure in figures[:1]]


def _figures(labelled: Mapping[str, dict[Decimal, Figure]], value: Decimal) -> list[Figure]:
    return [figures[value] for key in _TOTALS if value in (figures := labelled.get(key, {}))]


def _amount(figure: Figure | None) -> Decimal:
    return abs(figure.value) if figure else Decimal(0)


def _of_payment(labelled: Mapping[str, dict[Decimal, Figure]], found: Sequence[Candidate]) -> Iterable[Candidate]:
    """gross - paid + rounding = due (BR-CO-16)."""
    beside = list(labelled.get("amount_paid", {}))[:_MOST]
    sums = set(_values(found, "net_total", "tax_total"))
    others = [value for value in labelled[_ANY] if value not in beside and value not in sums]
    others = others if "amount_paid" in labelled else []
    paid: list[Decimal] = [Decimal(0), *beside, *others]
    roundings: list[Decimal] = [Decimal(0)]
    for figure in list(labelled.get("rounding", {}).values())[:_MOST]:
        roundings += [figure.value, -figure.value]
    dues = _values(found, "amount_due")
    for gross, advance, rounding, due in product(_values(found, "gross_total"), paid, roundings, dues):
        if (advance or rounding) and gross - advance + rounding == due and 0 < due != gross and advance < gross:
            reason = f"{gross:f} - {advance:f} + {rounding:f} = {due:f}"
            if advance in others and (rounding or due in sums):
                continue
            if advance:
                yield _proved("amount_paid", labelled[_ANY][advance], reason)
            if rounding:
                figure = labelled["rounding"][abs(rounding)]
                yield replace(_proved("rounding", figure, reason), value=rounding)
            return


def _values(found: Sequence[Candidate], *fields: str) -> list[Decimal]:
    """The likeliest values of these fields, best first."""
    mine = sorted((c for c in found if c.field in fields and c.score > 0.2), key=lambda c: -c.score)
    return list(dict.fromkeys(abs(c.value) for c in mine if isinstance(c.value, Decimal) and c.value))[:_MOST]


def _proved(field: str, figure: Figure, reason: str, *, sign: int = 1) -> Candidate:
    return Candidate(field, sign * abs(figure.value), figure.text, figure.page, figure.box, PROVED, reason)
