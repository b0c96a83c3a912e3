"""Tax by rate and month, from the tax lines of the documents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, F, Value, When
from django.utils.translation import gettext as _

from .figures import Cell, Figure, Row, Series, Shape, Unit
from .periods import month_label, month_short
from .rates import Rates
from .scope import Scope, money, month_of, rate_day, signed, sum_of

MOST_COLOURS = 5
NO_LINES, NO_RATE = "no-lines", "none"


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """``rate`` is a number as text, or one of the two above. Amounts are None where there is no exchange rate."""

    month: str
    rate: str
    base: Decimal | None
    tax: Decimal | None
    documents: int


def tax_groups(scope: Scope, rates: Rates) -> list[TaxGroup]:
    """Documents without tax lines count by their totals."""
    has_line = {"tax_lines__isnull": False}
    lines = Case(When(**has_line, then=Value(1)), default=Value(0))
    base = signed(Case(When(**has_line, then=F("tax_lines__base")), default=F("net_total")))
    tax = signed(Case(When(**has_line, then=F("tax_lines__amount")), default=F("tax_total")))
    rows = (
        scope.documents(scope.cell)
        .filter(issue_date__range=(scope.period.first, scope.period.last))
        .annotate(_month=month_of("issue_date"), _day=rate_day(scope.reporting), _lines=lines)
        .values_list("_month", "tax_lines__rate", "_lines", "currency", "_day")
        .annotate(_base=sum_of(base), _tax=sum_of(tax), _count=Count("pk", distinct=True))
    )
    found = []
    for month, rate, has_lines, currency, day, base_units, tax_units, count in rows:
        factor = rates.factor(currency, day)
        name = NO_LINES if not has_lines else NO_RATE if rate is None else f"{rate:f}"
        amounts = [None if factor is None else money(units) * factor for units in (base_units, tax_units)]
        found.append(TaxGroup(month, name, amounts[0], amounts[1], count))
    return found


def tax_by_month(scope: Scope, groups: list[TaxGroup]) -> Figure:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for group in groups:
        sums[group.month, group.rate] += group.tax or 0
    names = [name for name in _ordered(groups) if any(sums[month, rate] for month, rate in sums if rate == name)]
    series = tuple(
        Series(rate_label(name), f"c{at}" if at <= MOST_COLOURS else "rest") for at, name in enumerate(names, start=1)
    )
    rows = tuple(
        Row(
            f"{month.first:%Y-%m}", month_label(month.first),
            tuple(Cell(sums[f"{month.first:%Y-%m}", name], {**scope.cell, "issued": month.text, "tax-rate": name})
                  for name in names),
            month_short(month.first), {**scope.cell, "issued": month.text},
        )
        for month in scope.period.months()
    )  # fmt: skip
    return Figure(
        "tax-months", _("Tax by month"), _("By date of issue and rate."), _("Month"), series, rows, Shape.COLUMNS,
        scope.reporting,
    )  # fmt: skip


def tax_by_rate(scope: Scope, groups: list[TaxGroup]) -> Figure:
    base: dict[str, Decimal] = defaultdict(Decimal)
    tax: dict[str, Decimal] = defaultdict(Decimal)
    counts: dict[str, int] = defaultdict(int)
    for group in groups:
        base[group.rate] += group.base or 0
        tax[group.rate] += group.tax or 0
        counts[group.rate] += group.documents
    rows = []
    for name in _ordered(groups):
        cell = {**scope.cell, "issued": scope.period.text, "tax-rate": name}
        cells = (Cell(base[name], cell), Cell(tax[name], cell), Cell(counts[name], cell))
        rows.append(Row(_plain(name), rate_label(name), cells, figure=cell))
    return Figure(
        "tax-rates", _("Tax by rate"), _("Base and tax as the documents state them."), _("Rate"),
        (Series(_("Base"), ""), Series(_("Tax"), "c1"), Series(_("Documents"), "", Unit.COUNT, shown=False)),
        tuple(rows), Shape.TABLE, scope.reporting,
    )  # fmt: skip


def _ordered(groups: list[TaxGroup]) -> list[str]:
    """The highest rate first; what has none last."""
    names = {group.rate for group in groups}
    known = sorted((name for name in names if name not in (NO_LINES, NO_RATE)), key=Decimal, reverse=True)
    return [*known, *(name for name in (NO_RATE, NO_LINES) if name in names)]


def _plain(name: str) -> str:
    return {NO_RATE: _("No rate"), NO_LINES: _("No tax lines")}.get(name) or f"{Decimal(name).normalize():f}"


def rate_label(name: str) -> str:
    from extraction.templatetags.ui import quantity

    return _plain(name) if name in (NO_RATE, NO_LINES) else _("%(rate)s %%") % {"rate": quantity(name)}
