"""What the dashboard counts: a period and filters, the documents within, and their amounts in one currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import BigIntegerField, Case, CharField, F, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs, Cast, Coalesce, Round, Substr

from extraction.models import SETTLED, Invoice, InvoiceQuerySet, User, Workspace

from .cells import narrowed
from .periods import Period
from .rates import Rates, rates_for

UNITS = 10_000  # amounts are summed as whole numbers of this part: SQLite would sum floats
CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True)
class Scope:
    """``reporting`` is the currency that all is converted into. ``currency`` and ``vendor`` "" mean all."""

    user: User
    workspace: Workspace
    period: Period
    reporting: str
    today: date
    vendor: str = ""
    currency: str = ""
    approved_only: bool = False
    net: bool = False

    @property
    def cell(self) -> dict[str, str]:
        """The conditions that all figures about money share, without the period."""
        chosen = {"counted": "approved" if self.approved_only else "read"}
        return chosen | self.filters

    @property
    def filters(self) -> dict[str, str]:
        return {name: value for name, value in (("vendor", self.vendor), ("currency", self.currency)) if value}

    def documents(self, *cells: dict[str, str]) -> InvoiceQuerySet:
        """Those of the workspace that fulfil every cell; without an order, ready to be counted."""
        here = Invoice.objects.for_user(self.user).filter(workspace=self.workspace)
        for cell in cells:
            here = narrowed(here, cell, self.workspace)
        return here.order_by()

    def rates(self, *periods: Period) -> Rates:
        """For all currencies of the documents issued then."""
        first, last = min(p.first for p in periods), max(p.last for p in periods)
        here = self.documents(self.cell).filter(issue_date__range=(first, last))
        currencies = here.values_list("currency", flat=True).distinct()
        return rates_for(self.workspace, self.reporting, currencies, first, last)


# --- expressions ------------------------------------------------------------------------------------------------------


def total_of(net: bool) -> Combinable:
    """The amount of a document as printed; where no total is printed, what follows from its other amounts."""
    if net:
        return Coalesce(F("net_total"), F("gross_total") - F("tax_total"))
    return Coalesce(F("gross_total"), F("amount_due"))


def signed(amount: Combinable) -> Case:
    """Credit notes take away, whichever sign is printed on them."""
    return Case(When(document_type=CREDIT_NOTE, then=-Abs(amount)), default=amount)


def sum_of(amount: Combinable) -> Sum:
    """In ``UNITS``, exactly, on every database."""
    return Sum(Cast(Round(amount * Value(UNITS)), BigIntegerField()))


def rate_day(reporting: str) -> Case:
    """The day whose rate an amount needs; None where it needs none: these groups stay few."""
    return Case(When(currency=reporting, then=Value(None)), default=F("issue_date"))


def month_of(column: str) -> Combinable:
    """ "2024-03", without the detour over Python that SQLite's own truncation takes."""
    return Substr(Cast(column, CharField()), 1, 7)


def settled() -> Case:
    return Case(When(status__in=SETTLED, then=Value(1)), default=Value(0))


def bucket(column: str, edges: list[Period]) -> Combinable:
    """Which of consecutive periods an instant lies in, in the site's time zone; the last holds all that is later.

    Halved again and again: a year has 53 weeks, and six comparisons find one.
    """

    def among(start: int, end: int) -> Combinable:
        if end - start == 1:
            return Value(start)
        middle = (start + end) // 2
        before = When(**{f"{column}__lt": edges[middle].instants()[0]}, then=among(start, middle))
        return Case(before, default=among(middle, end))

    return among(0, len(edges))


def money(units: int | None) -> Decimal:
    return Decimal(units or 0) / UNITS
