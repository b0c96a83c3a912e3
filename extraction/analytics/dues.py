"""What is to be paid when: documents that were not exported yet; an export counts as handing them over for payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from .figures import Cell, Figure, Row, Series, Shape, Unit
from .periods import Period, day_label, day_short, month_added
from .rates import rates_for
from .scope import Scope, money, rate_day, settled, signed, sum_of

WEEKS_AHEAD = 8
AGES = (7, 30, 60, 90)  # days overdue, the upper ends of the brackets
FAR = date.max


@dataclass(frozen=True, slots=True)
class Due:
    """Amounts due on one day; ``amount`` None where there is no exchange rate."""

    day: date | None
    approved: bool
    amount: Decimal | None
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month grid. ``inside``: whether it belongs to the month."""

    day: date
    amount: Decimal
    count: int
    inside: bool
    is_today: bool
    is_past: bool
    figure: dict[str, str]


def dues(scope: Scope) -> list[Due]:
    """Of all open documents, whatever the period: what is owed does not depend on what one looks at."""
    owed = signed(Coalesce(F("amount_due"), F("gross_total")))
    rows = list(
        scope.documents(open_cell(scope))
        .annotate(_settled=settled(), _day=rate_day(scope.reporting))
        .values_list("due_date", "_settled", "currency", "_day")
        .annotate(_units=sum_of(owed), _count=Count("pk"))
    )
    issued = [day for _due, _settled, _code, day, _units, _count in rows if day]
    codes = {code for _due, _settled, code, _day, _units, _count in rows}
    first, last = min(issued, default=scope.today), max(issued, default=scope.today)
    rates = rates_for(scope.workspace, scope.reporting, codes, first, last)
    found = []
    for day, is_settled, currency, rated, units, count in rows:
        factor = rates.factor(currency, rated)
        found.append(Due(day, bool(is_settled), None if factor is None else money(units) * factor, count))
    return found


def open_cell(scope: Scope) -> dict[str, str]:
    return {**scope.filters, "counted": "open-approved" if scope.approved_only else "open"}


# --- figures ----------------------------------------------------------------------------------------------------------


def overdue(found: list[Due], today: date) -> tuple[Decimal, int]:
    late = [due for due in found if due.day is not None and due.day < today]
    return sum((due.amount or Decimal(0) for due in late), Decimal(0)), sum(due.count for due in late)


def due_weeks(scope: Scope, found: list[Due]) -> Figure:
    """The rest of this week, the weeks after, and all that is later."""
    weeks = list(_weeks(scope.today))
    rows = [
        _row(scope, found, period, _week_label(period), day_short(period.first), period.first.isoformat())
        for period in weeks
    ]
    later = Period(weeks[-1].last + timedelta(days=1), FAR)
    rows.append(_row(scope, found, later, _("Later"), _("later"), f"{later.first.isoformat()}-"))
    undated = [due for due in found if due.day is None]
    notes = []
    if undated:
        notes.append(_("%(n)d more have no due date.") % {"n": sum(due.count for due in undated)})
    return Figure(
        "due", _("Due in the weeks ahead"), _("What is open today: not exported yet. An export counts as handed over."),
        _("Week"), _series(scope), tuple(rows), Shape.COLUMNS, scope.reporting, (*notes, *_gap(found)),
    )  # fmt: skip


def overdue_ages(scope: Scope, found: list[Due]) -> Figure:
    """By how long it is overdue, in brackets of days."""
    rows, start = [], 1
    for end in (*AGES, 0):
        first = scope.today - timedelta(days=end) if end else date.min
        period = Period(first, scope.today - timedelta(days=start))
        words = {"from": start, "to": end}
        label = _("%(from)d to %(to)d days") % words if end else _("more than %(to)d days") % {"to": AGES[-1]}
        rows.append(
            _row(scope, found, period, label, f"{start}–{end}" if end else f">{AGES[-1]}", f"{start}-{end or ''}")
        )
        start = end + 1
    return Figure(
        "overdue", _("Overdue"), _("Open documents whose day has passed, by age."), _("Overdue for"), _series(scope),
        tuple(rows), Shape.COLUMNS, scope.reporting,
    )  # fmt: skip


def due_calendar(scope: Scope, found: list[Due], month: date) -> list[list[Day]]:
    """The weeks of a month, Monday to Sunday."""
    sums: dict[date, Decimal] = defaultdict(Decimal)
    counts: dict[date, int] = defaultdict(int)
    for due in found:
        if due.day is not None:
            sums[due.day] += due.amount or 0
            counts[due.day] += due.count
    first = month.replace(day=1)
    start, after = first - timedelta(days=first.weekday()), month_added(first, 1)
    weeks = []
    while start < after:
        days = [start + timedelta(days=at) for at in range(7)]
        weeks.append(
            [
                Day(
                    day, sums[day], counts[day], day.month == first.month, day == scope.today, day < scope.today,
                    {**open_cell(scope), "due": Period(day, day).text},
                )
                for day in days
            ]
        )  # fmt: skip
        start += timedelta(days=7)
    return weeks


def calendar_figure(scope: Scope, weeks: list[list[Day]], title: str) -> Figure:
    """The grid as a table of days, for its CSV."""
    rows = [
        Row(day.day.isoformat(), day_label(day.day), (Cell(day.amount, day.figure), Cell(day.count, day.figure)))
        for week in weeks for day in week if day.inside and day.count
    ]  # fmt: skip
    series = (Series(_("Due"), "c1"), Series(_("Documents"), "", Unit.COUNT, shown=False))
    return Figure("calendar", title, "", _("Day"), series, tuple(rows), Shape.TABLE, scope.reporting)


def _row(scope: Scope, found: list[Due], period: Period, label: str, short: str, key: str) -> Row:
    here = [due for due in found if due.day is not None and period.first <= due.day <= period.last]
    cell = {**open_cell(scope), "due": period.text}

    def amount(which: Callable[[Due], Any]) -> Decimal:
        return sum((due.amount or Decimal(0) for due in here if which(due)), Decimal(0))

    cells = [Cell(amount(lambda due: due.approved), {**cell, "counted": "open-approved"})]
    if not scope.approved_only:
        cells.append(Cell(amount(lambda due: not due.approved), {**cell, "counted": "waiting"}))
    cells.append(Cell(sum(due.count for due in here), cell))
    return Row(key, label, tuple(cells), short, cell)


def _series(scope: Scope) -> tuple[Series, ...]:
    waiting = [] if scope.approved_only else [Series(_("Not approved yet"), "open")]
    return (Series(_("Approved"), "c1"), *waiting, Series(_("Documents"), "", Unit.COUNT, shown=False))


def _weeks(today: date) -> Iterator[Period]:
    start, end = today, today + timedelta(days=6 - today.weekday())
    for _week in range(WEEKS_AHEAD):
        yield Period(start, end)
        start, end = end + timedelta(days=1), end + timedelta(days=7)


def _week_label(period: Period) -> str:
    return _("%(first)s to %(last)s") % {"first": day_short(period.first), "last": day_short(period.last)}


def _gap(found: list[Due]) -> list[str]:
    count = sum(due.count for due in found if due.amount is None)
    return [_("%(n)d are left out of the sums: there is no exchange rate for them.") % {"n": count}] if count else []
