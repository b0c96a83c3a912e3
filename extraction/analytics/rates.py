"""Amounts in another currency, at the rate of a day; what cannot be converted stays None, never zero or unchanged."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q

from extraction.models import ExchangeRate, Invoice, Workspace

EURO = "EUR"
OLDEST = timedelta(days=10)  # a rate holds over weekends and holidays, not for ever
LATEST = 200  # documents that tell which currency is usual


@dataclass(frozen=True, slots=True)
class Rates:
    """The stored rates of some currencies, for looking up by day."""

    target: str
    days: dict[str, list[date]]
    values: dict[str, list[Decimal]]
    _known: dict[tuple[str, date], Decimal | None] = field(default_factory=dict)

    def factor(self, currency: str, day: date | None) -> Decimal | None:
        """By what an amount is multiplied; None where a rate is missing or the currency is unknown."""
        if currency == self.target:
            return Decimal(1)
        if not currency or day is None:
            return None
        key = (currency, day)
        if key not in self._known:
            source, target = self.per_euro(currency, day), self.per_euro(self.target, day)
            self._known[key] = target / source if source and target else None
        return self._known[key]

    def per_euro(self, currency: str, day: date) -> Decimal | None:
        """The latest rate on or before the day, at most ten days old."""
        if currency == EURO:
            return Decimal(1)
        days = self.days.get(currency, [])
        at = bisect_right(days, day) - 1
        return self.values[currency][at] if at >= 0 and day - days[at] <= OLDEST else None


def rates_for(workspace: Workspace, target: str, currencies: Iterable[str], first: date, last: date) -> Rates:
    """Rates of these currencies and of the target that may be needed for the days ``first`` to ``last``."""
    wanted = {target, *currencies} - {EURO, ""}
    days: dict[str, list[date]] = defaultdict(list)
    values: dict[str, list[Decimal]] = defaultdict(list)
    if wanted - {target} or target != EURO:
        rows = ExchangeRate.objects.filter(
            Q(workspace=workspace) | Q(workspace__isnull=True), currency__in=wanted, date__range=(first - OLDEST, last)
        )
        found: dict[tuple[str, date], Decimal] = {}
        for owner, currency, day, rate in rows.values_list("workspace", "currency", "date", "rate"):
            if owner is not None or (currency, day) not in found:  # the workspace's own goes first
                found[currency, day] = rate
        for currency, day in sorted(found):
            days[currency].append(day)
            values[currency].append(found[currency, day])
    return Rates(target, dict(days), dict(values))


def reporting_currency(workspace: Workspace) -> str:
    """The one that was chosen, else the one that most of the latest documents have, else the euro."""
    if workspace.reporting_currency:
        return workspace.reporting_currency
    latest = Invoice.objects.filter(workspace=workspace, deleted_at__isnull=True).exclude(currency="")
    newest = latest.order_by("-created_at").values("pk")[:LATEST]
    usual = Invoice.objects.filter(pk__in=newest).order_by().values("currency").annotate(n=Count("pk"))
    first = usual.order_by("-n", "currency").first()
    return first["currency"] if first else EURO


def latest_rates(workspace: Workspace) -> list[ExchangeRate]:
    """The newest rate of each currency that holds for the workspace, by currency."""
    rows = ExchangeRate.objects.filter(Q(workspace=workspace) | Q(workspace__isnull=True))
    newest: dict[str, ExchangeRate] = {}
    for currency in rows.order_by("currency").values_list("currency", flat=True).distinct():
        candidates = rows.filter(currency=currency).order_by("-date")[:2]
        newest[currency] = max(candidates, key=lambda row: (row.date, row.workspace_id is not None))
    return list(newest.values())
