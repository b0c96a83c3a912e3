"""Spend by month, vendor, category and currency: one query, then sums of what it grouped."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, Sum, Value, When
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from extraction.models import VendorCategory

from .cells import CONDITIONS
from .figures import Cell, Figure, Row, Series, Shape, Unit
from .periods import Period, month_label, month_short
from .rates import Rates
from .scope import Scope, money, month_of, rate_day, settled, signed, sum_of, total_of

STACKED, LISTED = 5, 15
Key = Callable[["Group"], str]


@dataclass(frozen=True, slots=True)
class Group:
    """Documents that share all of this. ``amount`` is in the reporting currency, None where there is no rate."""

    month: str
    vendor: str
    currency: str
    approved: bool
    amount: Decimal | None
    original: Decimal
    count: int
    without_amount: int


@dataclass(frozen=True, slots=True)
class Totals:
    approved: Decimal
    waiting: Decimal
    documents: int
    waiting_documents: int

    @property
    def all(self) -> Decimal:
        return self.approved + self.waiting


def spend_groups(scope: Scope, rates: Rates, period: Period, *, by: Iterable[str] = ("month", "vendor")) -> list[Group]:
    """Fewer keys make fewer groups; what is left out is ""."""
    amount = total_of(scope.net)
    named = {"_month": month_of("issue_date")} if "month" in by else {}
    no_amount = CONDITIONS["no-amount"]("net" if scope.net else "gross", scope.workspace)
    here = scope.documents(scope.cell).filter(issue_date__range=(period.first, period.last))
    rows = (
        here.annotate(_settled=settled(), _day=rate_day(scope.reporting), **named)
        .values_list(
            *(["_month"] if "month" in by else []),
            *(["vendor_name"] if "vendor" in by else []),
            "currency", "_settled", "_day",
        )
        .annotate(
            _units=sum_of(signed(amount)),
            _count=Count("pk"),
            _without=Sum(Case(When(no_amount, then=Value(1)), default=Value(0))),
        )
    )  # fmt: skip
    found = []
    for *chosen, currency, is_settled, day, units, count, without in rows:
        month = chosen.pop(0) if "month" in by else ""
        vendor = chosen.pop(0) if "vendor" in by else ""
        original, factor = money(units), rates.factor(currency, day)
        amount_here = None if factor is None else original * factor
        found.append(Group(month, vendor, currency, bool(is_settled), amount_here, original, count, without))
    return found


def spend_totals(groups: Iterable[Group]) -> Totals:
    """Of what could be converted."""
    approved = waiting = Decimal(0)
    documents = waiting_documents = 0
    for group in groups:
        documents += group.count
        if group.approved:
            approved += group.amount or 0
        else:
            waiting += group.amount or 0
            waiting_documents += group.count
    return Totals(approved, waiting, documents, waiting_documents)


def categories_of(scope: Scope) -> dict[str, str]:
    rows = VendorCategory.objects.filter(workspace=scope.workspace)
    return dict(rows.values_list("vendor_name", "category"))


# --- figures ----------------------------------------------------------------------------------------------------------


def by_month(scope: Scope, groups: list[Group], *, category: bool = False) -> Figure:
    """Stacked by the largest vendors or categories; what is not approved yet stands apart, on top."""
    categories = categories_of(scope) if category else {}
    key: Key = (lambda group: categories.get(group.vendor, "")) if category else (lambda group: group.vendor)
    name = "category" if category else "vendor"
    largest = [who for who, _amount in ranked(groups, key) if who][:STACKED]
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    places = {who: f"c{at}" for at, who in enumerate(largest, start=1)}
    for group in groups:
        if group.amount is not None:
            place = places.get(key(group), "rest") if group.approved else "open"
            sums[group.month, place] += group.amount
    series = [*((who, places[who], {name: who}) for who in largest)]
    others = "vendors-but" if name == "vendor" else "categories-but"
    if any(place == "rest" for _month, place in sums):
        label = _("Other vendors and none") if name == "vendor" else _("Other categories and none")
        series.append((label, "rest", {others: _json(largest)} if largest else {}))
    if not scope.approved_only:
        series.append((_("Not approved yet"), "open", {}))
    rows = []
    for month in scope.period.months():
        issued = {**scope.cell, "issued": month.text}
        cells = [
            Cell(
                sums.get((f"{month.first:%Y-%m}", tone), Decimal(0)),
                {**issued, "counted": "waiting" if tone == "open" else "approved", **more},
            )
            for _label, tone, more in series
        ]
        rows.append(
            Row(f"{month.first:%Y-%m}", month_label(month.first), tuple(cells), month_short(month.first), issued)
        )
    return Figure(
        "months", _("Spend by month"), _("By date of issue. Credit notes count negative."), _("Month"),
        tuple(Series(label, tone) for label, tone, _more in series), tuple(rows), Shape.COLUMNS, scope.reporting,
        wide=True,
    )  # fmt: skip


def by_vendor(scope: Scope, groups: list[Group]) -> Figure:
    return _listed(scope, groups, "vendors", _("Spend by vendor"), _("Vendor"), lambda group: group.vendor)


def by_category(scope: Scope, groups: list[Group]) -> Figure:
    categories = categories_of(scope)
    return _listed(
        scope, groups, "categories", _("Spend by category"), _("Category"),
        lambda group: categories.get(group.vendor, ""),
    )  # fmt: skip


def _listed(scope: Scope, groups: list[Group], name: str, title: str, head: str, key: Key) -> Figure:
    """The largest, then the rest in one row; approved and waiting side by side."""
    singular, others = ("vendor", "vendors-but") if name == "vendors" else ("category", "categories-but")
    order = [who for who, _amount in ranked(groups, key)]
    listed = order if len(order) <= LISTED + 1 else order[:LISTED]
    sums: dict[tuple[str | None, bool], Decimal] = defaultdict(Decimal)
    counts: dict[str | None, int] = defaultdict(int)
    chosen = set(listed)
    for group in groups:
        who = key(group) if key(group) in chosen else None
        counts[who] += group.count
        sums[who, group.approved] += group.amount or 0
    nobody = _("No vendor") if singular == "vendor" else _("No category")
    rows = [_listed_row(scope, who, who or nobody, sums, counts, {singular: who}) for who in listed]
    if None in counts:
        words = _("All %(n)d others") % {"n": len(order) - len(listed)}
        rows.append(_listed_row(scope, None, words, sums, counts, {others: _json(listed)}))
    about = _("In the period, the largest first.")
    return Figure(name, title, about, head, _approved_series(scope), tuple(rows), Shape.BARS, scope.reporting)


def _listed_row(
    scope: Scope,
    who: str | None,
    label: str,
    sums: dict[tuple[str | None, bool], Decimal],
    counts: dict[str | None, int],
    more: dict[str, str],
) -> Row:
    cell = {**scope.cell, "issued": scope.period.text, **more}
    amounts = [Cell(sums[who, True], {**cell, "counted": "approved"})]
    if not scope.approved_only:
        amounts.append(Cell(sums[who, False], {**cell, "counted": "waiting"}))
    return Row(label, label, (*amounts, Cell(counts[who], cell)), figure=cell)


def _approved_series(scope: Scope) -> tuple[Series, ...]:
    waiting = [] if scope.approved_only else [Series(_("Not approved yet"), "open")]
    return (Series(_("Approved"), "c1"), *waiting, Series(_("Documents"), "", Unit.COUNT, shown=False))


def by_currency(scope: Scope, groups: list[Group]) -> Figure:
    """As printed, and converted; what could not be converted has no converted amount and says so."""
    original: dict[str, Decimal] = defaultdict(Decimal)
    converted: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    apart: dict[str, Decimal] = defaultdict(Decimal)
    counts: dict[str, int] = defaultdict(int)
    for group in groups:
        original[group.currency] += group.original
        counts[group.currency] += group.count
        if group.amount is None:
            apart[group.currency] += group.original
        else:
            converted[group.currency, group.approved] += group.amount
    size = {code: abs(converted[code, True] + converted[code, False]) for code in original}
    rows = []
    for code in sorted(original, key=lambda code: (-size[code], code)):
        cell = {**scope.cell, "issued": scope.period.text, "currency": code}
        amounts = [Cell(converted[code, True], {**cell, "counted": "approved"})]
        if not scope.approved_only:
            amounts.append(Cell(converted[code, False], {**cell, "counted": "waiting"}))
        gap = Cell(apart[code], {**cell, "unconverted": f"{code}>{scope.reporting}"} if code in apart else None)
        label = code or _("No currency")
        rows.append(Row(label, label, (*amounts, Cell(original[code], cell), gap, Cell(counts[code], cell)),
                        figure=cell))  # fmt: skip
    *drawn, documents = _approved_series(scope)
    plain = (
        Series(_("In its own currency"), "", Unit.AMOUNT, shown=False),
        Series(_("Of it not converted"), "", Unit.AMOUNT, shown=False),
    )
    return Figure(
        "currencies", _("Spend by currency"), _("Converted at the rate of the date of issue."), _("Currency"),
        (*drawn, *plain, documents), tuple(rows), Shape.BARS, scope.reporting,
    )  # fmt: skip


def ranked(groups: Iterable[Group], key: Key) -> list[tuple[str, Decimal]]:
    """The largest first; of what is equal, by name."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for group in groups:
        sums[key(group)] += group.amount or 0
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


# --- what the figures leave out ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Apart:
    """Documents that no sum holds, and why."""

    words: str
    figure: dict[str, str]
    count: int


def left_out(scope: Scope, groups: list[Group]) -> list[Apart]:
    """Not converted, without an amount, without a date: each to be looked at."""
    here = {**scope.cell, "issued": scope.period.text}
    unconverted: dict[str, tuple[int, Decimal]] = {}
    for group in groups:
        if group.amount is None:
            count, amount = unconverted.get(group.currency, (0, Decimal(0)))
            unconverted[group.currency] = count + group.count, amount + group.original
    found = [
        Apart(_unconverted_words(code, amount, scope), _gap(here, code, scope), count)
        for code, (count, amount) in sorted(unconverted.items())
    ]
    without = sum(group.without_amount for group in groups)
    if without:
        found.append(Apart(_("without an amount"), {**here, "no-amount": "net" if scope.net else "gross"}, without))
    undated = scope.documents(scope.cell, {"issued": "none"}).count()
    if undated:
        found.append(
            Apart(_("without a date of issue, whatever the period"), {**scope.cell, "issued": "none"}, undated)
        )
    return found


def _gap(here: dict[str, str], code: str, scope: Scope) -> dict[str, str]:
    return {**here, "currency": code, "unconverted": f"{code}>{scope.reporting}"}


def _unconverted_words(code: str, amount: Decimal, scope: Scope) -> str:
    said = number_format(amount.quantize(Decimal("0.01")), 2, force_grouping=True)
    if not code:
        return _("of unknown currency, %(amount)s in all") % {"amount": said}
    return _("of %(amount)s %(code)s without a rate into %(target)s") % {
        "amount": said, "code": code, "target": scope.reporting,
    }  # fmt: skip


def _json(names: list[str]) -> str:
    return json.dumps(names, ensure_ascii=False, separators=(",", ":"))
