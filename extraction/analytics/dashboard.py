"""All figures of the dashboard, each made when it is asked for; what several need is counted once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from . import dues as owed
from . import spend, tax, work
from .figures import Figure
from .periods import Period, month_label
from .rates import Rates
from .scope import Scope


@dataclass(frozen=True, slots=True)
class Compared:
    """A number now and in the period before; ``change`` is the relative one, None where it says nothing."""

    now: float | Decimal | None
    before: float | Decimal | None

    @property
    def change(self) -> float | None:
        if self.now is None or not self.before:
            return None
        return float(self.now) / float(self.before) - 1


class Dashboard:
    """``before`` is the period that it is compared with; ``month`` the one that the calendar shows."""

    def __init__(self, scope: Scope, before: Period, month: date, *, by_category: bool = False, people: bool = False):
        self.scope, self.before, self.month = scope, before, month
        self.by_category, self.people = by_category, people

    # --- counted once -------------------------------------------------------------------------------------------------

    @cached_property
    def rates(self) -> Rates:
        return self.scope.rates(self.scope.period, self.before)

    @cached_property
    def groups(self) -> list[spend.Group]:
        return spend.spend_groups(self.scope, self.rates, self.scope.period)

    @cached_property
    def groups_before(self) -> list[spend.Group]:
        return spend.spend_groups(self.scope, self.rates, self.before, by=())

    @cached_property
    def tax_groups(self) -> list[tax.TaxGroup]:
        return tax.tax_groups(self.scope, self.rates)

    @cached_property
    def dues(self) -> list[owed.Due]:
        return owed.dues(self.scope)

    @cached_property
    def hands(self) -> list[tuple[Period, work.Hands]]:
        return work.straight_through(self.scope, self.scope.period.weeks())

    @cached_property
    def times(self) -> list[tuple[Period, work.Histogram]]:
        return work.reading_times(self.scope, self.scope.period.weeks())

    @cached_property
    def changes(self) -> list[work.Changed]:
        return work.changes(self.scope)

    @cached_property
    def calendar(self) -> list[list[owed.Day]]:
        return owed.due_calendar(self.scope, self.dues, self.month)

    # --- figures ------------------------------------------------------------------------------------------------------

    @property
    def makers(self) -> dict[str, Callable[[], Figure]]:
        """By name, as it stands in the address of its CSV; figures that this person may not see are not there."""
        found: dict[str, Callable[[], Figure]] = {
            "months": lambda: spend.by_month(self.scope, self.groups, category=self.by_category),
            "vendors": lambda: spend.by_vendor(self.scope, self.groups),
            "categories": lambda: spend.by_category(self.scope, self.groups),
            "currencies": lambda: spend.by_currency(self.scope, self.groups),
            "tax-months": lambda: tax.tax_by_month(self.scope, self.tax_groups),
            "tax-rates": lambda: tax.tax_by_rate(self.scope, self.tax_groups),
            "due": lambda: owed.due_weeks(self.scope, self.dues),
            "overdue": lambda: owed.overdue_ages(self.scope, self.dues),
            "calendar": lambda: owed.calendar_figure(
                self.scope, self.calendar, _("Due in %(month)s") % {"month": month_label(self.month)}
            ),
            "straight-through": lambda: work.straight_figure(self.scope, self.hands),
            "corrections": lambda: work.corrections(self.scope, self.changes),
            "reading-time": lambda: work.reading_figure(self.scope, self.times),
            "documents": lambda: work.by_status(self.scope),
        }
        if self.people:
            found["people"] = lambda: work.by_person(self.scope, self.changes)
        return found

    def figure(self, name: str) -> Figure:
        """KeyError for an unknown name."""
        return self.makers[name]()

    # --- the numbers at the top ---------------------------------------------------------------------------------------

    @cached_property
    def totals(self) -> tuple[spend.Totals, spend.Totals]:
        """Now and before."""
        return spend.spend_totals(self.groups), spend.spend_totals(self.groups_before)

    @cached_property
    def straight(self) -> tuple[work.Hands, work.Hands]:
        before = work.hands_of(work.straight_through(self.scope, [self.before]))
        return work.hands_of(self.hands), before

    @cached_property
    def median(self) -> tuple[float | None, float | None]:
        before = work.merged(work.reading_times(self.scope, [self.before]))
        return work.percentile(work.merged(self.times), 0.5), work.percentile(before, 0.5)
