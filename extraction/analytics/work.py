"""How the work goes: what needed no hand, what people correct, how long reading takes, who does what."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import BigIntegerField, Case, Count, Exists, OuterRef, Sum, Value, When
from django.db.models.functions import Cast, Round
from django.utils.translation import gettext as _

from extraction.engine.fields import BY_NAME
from extraction.models import Channel, Correction, Status, User

from .figures import Cell, Figure, Row, Series, Shape, Unit
from .periods import Period, day_short, month_label, month_short
from .scope import Scope, bucket

MOST_FIELDS = 15
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Hands:
    """Approved documents, and how many of them nobody had changed a value of."""

    approved: int
    untouched: int

    @property
    def share(self) -> float | None:
        return self.untouched / self.approved if self.approved else None


def straight_through(scope: Scope, weeks: list[Period]) -> list[tuple[Period, Hands]]:
    """By time of approval, in consecutive periods."""
    period = Period(weeks[0].first, weeks[-1].last)
    touched = Exists(Correction.objects.filter(invoice=OuterRef("pk")))
    rows = (
        scope.documents(scope.filters, {"counted": "approved", "approved": period.text})
        .annotate(_week=bucket("approved_at", weeks), _touched=Case(When(touched, then=Value(1)), default=Value(0)))
        .values_list("_week")
        .annotate(_all=Count("pk"), _by_hand=Sum("_touched"))
    )
    found = {week: Hands(count, count - (by_hand or 0)) for week, count, by_hand in rows}
    return [(week, found.get(at, Hands(0, 0))) for at, week in enumerate(weeks)]


def hands_of(weeks: list[tuple[Period, Hands]]) -> Hands:
    return Hands(sum(hands.approved for _w, hands in weeks), sum(hands.untouched for _w, hands in weeks))


def straight_figure(scope: Scope, weeks: list[tuple[Period, Hands]]) -> Figure:
    rows = []
    for week, hands in weeks:
        cell = {**scope.filters, "counted": "approved", "approved": week.text}
        cells = (
            Cell(hands.share, {**cell, "untouched": "yes"}),
            Cell(hands.approved, cell),
            Cell(hands.untouched, {**cell, "untouched": "yes"}),
        )
        rows.append(_week_row(week, cells, cell))
    series = (
        Series(_("Straight through"), "c3", Unit.SHARE),
        Series(_("Approved"), "", Unit.COUNT, shown=False),
        Series(_("Of them unchanged"), "", Unit.COUNT, shown=False),
    )
    return Figure(
        "straight-through", _("Straight through"),
        _("Share of approved documents of which nobody had to change a value, by week of approval."), _("Week"),
        series, tuple(rows), Shape.COLUMNS, wide=False,
    )  # fmt: skip


Changed = tuple[str, int, int]  # a value that somebody changed: field, person, document; there are very many


def changes(scope: Scope) -> list[Changed]:
    """Of the period. One query for all that is told about them."""
    first, after = scope.period.instants()
    here = scope.documents(scope.filters).filter(pk=OuterRef("invoice"))
    rows = Correction.objects.filter(Exists(here), created_at__gte=first, created_at__lt=after).order_by()
    return list(rows.values_list("field", "user_id", "invoice_id"))


def corrections(scope: Scope, changed: list[Changed]) -> Figure:
    """By field: how often, and in how many documents."""
    times = Counter(field for field, _person, _invoice in changed)
    documents = Counter(field for field, _invoice in {(field, invoice) for field, _person, invoice in changed})
    order = sorted(times, key=lambda field: (-times[field], field))[:MOST_FIELDS]
    found = [(field, times[field], documents[field]) for field in order]
    told = []
    for field, count, touched in found:
        cell = {**scope.filters, "corrected": f"{field}@{scope.period.text}"}
        label = _(BY_NAME[field].label) if field in BY_NAME else field
        told.append(Row(field, label, (Cell(count, cell), Cell(touched, cell)), figure=cell))
    return Figure(
        "corrections", _("Corrections by field"), _("Values that people changed in the period."), _("Field"),
        (Series(_("Corrections"), "c2", Unit.COUNT), Series(_("Documents"), "", Unit.COUNT, shown=False)),
        tuple(told), Shape.BARS,
    )  # fmt: skip


# --- reading time -----------------------------------------------------------------------------------------------------

Histogram = dict[int, int]  # tenths of a second -> documents


def reading_times(scope: Scope, weeks: list[Period]) -> list[tuple[Period, Histogram]]:
    """In consecutive periods. The database counts tenths of seconds: few groups, however many documents."""
    period = Period(weeks[0].first, weeks[-1].last)
    rows = (
        scope.documents(scope.filters, {"read": period.text})
        .filter(seconds__isnull=False)
        .annotate(_week=bucket("read_at", weeks), _tenths=Cast(Round(Round("seconds", 1) * TENTHS), BigIntegerField()))
        .values_list("_week", "_tenths")
        .annotate(_count=Count("pk"))
    )
    found: dict[int, Histogram] = defaultdict(dict)
    for week, tenths, count in rows:
        found[week][tenths] = count
    return [(week, found.get(at, {})) for at, week in enumerate(weeks)]


def percentile(times: Histogram, share: float) -> float | None:
    """The time that this share of documents did not take longer than, in seconds (nearest rank)."""
    count = sum(times.values())
    rank = max(1, math.ceil(count * share))
    seen = 0
    for tenths in sorted(times):
        seen += times[tenths]
        if seen >= rank:
            return tenths / TENTHS
    return None


def merged(weeks: list[tuple[Period, Histogram]]) -> Histogram:
    found: Histogram = defaultdict(int)
    for _week, times in weeks:
        for tenths, count in times.items():
            found[tenths] += count
    return found


def reading_figure(scope: Scope, weeks: list[tuple[Period, Histogram]]) -> Figure:
    rows = []
    for week, times in weeks:
        cell = {**scope.filters, "read": week.text}
        cells = (
            Cell(percentile(times, 0.5), cell),
            Cell(percentile(times, 0.95), cell),
            Cell(sum(times.values()), cell),
        )
        rows.append(_week_row(week, cells, cell))
    series = (
        Series(_("Median"), "c1", Unit.SECONDS),
        Series(_("95 % took at most"), "c2", Unit.SECONDS),
        Series(_("Documents"), "", Unit.COUNT, shown=False),
    )
    return Figure(
        "reading-time", _("Reading time"), _("Seconds from start to end of a reading, by week."), _("Week"), series,
        tuple(rows), Shape.LINES,
    )  # fmt: skip


# --- documents and people ---------------------------------------------------------------------------------------------


def by_status(scope: Scope) -> Figure:
    """All that came in the period, also what was rejected or could not be read."""
    came = {**scope.filters, "came": scope.period.text}
    rows = scope.documents(came).values_list("channel", "status").annotate(_count=Count("pk"))
    counts = {(channel, status): count for channel, status, count in rows}
    statuses = [status for status in Status if any(counts.get((channel, status)) for channel in Channel)]
    told = []
    for channel in Channel:
        cell = {**came, "channel": channel.value}
        cells = tuple(Cell(counts.get((channel, status), 0), {**cell, "status": status.value}) for status in statuses)
        if any(part.value for part in cells):
            told.append(Row(channel.value, str(channel.label), cells, figure=cell))
    series = tuple(Series(str(status.label), STATUS_TONES[status], Unit.COUNT) for status in statuses)
    return Figure(
        "documents", _("Documents by channel and status"), _("All that came in the period, by how they came."),
        _("Channel"), series, tuple(told), Shape.BARS,
    )  # fmt: skip


STATUS_TONES: dict[Status, str] = {
    Status.QUEUED: "rest",
    Status.READING: "c6",
    Status.REVIEW: "open",
    Status.APPROVED: "c1",
    Status.EXPORTED: "c3",
    Status.FAILED: "c2",
    Status.REJECTED: "c5",
}


def by_person(scope: Scope, changed: list[Changed]) -> Figure:
    """What each approved and corrected in the period."""
    period = scope.period.text
    approved = scope.documents(scope.filters, {"counted": "approved", "approved": period})
    approvals = dict(approved.filter(approved_by__isnull=False).values_list("approved_by").annotate(Count("pk")))
    times = Counter(person for _field, person, _invoice in changed)
    people = User.objects.in_bulk({*approvals, *times})
    rows = []
    for pk in sorted(people, key=lambda pk: (-approvals.get(pk, 0), -times[pk], str(people[pk]))):
        done = {**scope.filters, "counted": "approved", "approved": period, "approved-by": str(pk)}
        hand = {**scope.filters, "corrected-by": f"{pk}@{period}"}
        cells = (Cell(approvals.get(pk, 0), done), Cell(times[pk], hand))
        rows.append(Row(people[pk].email, str(people[pk]), cells, figure=done))
    return Figure(
        "people", _("Work by person"), _("Approvals and corrections in the period. Only administrators see this."),
        _("Person"), (Series(_("Approved"), "c1", Unit.COUNT), Series(_("Corrections"), "c2", Unit.COUNT)), tuple(rows),
        Shape.BARS,
    )  # fmt: skip


def _week_row(week: Period, cells: tuple[Cell, ...], figure: dict[str, str]) -> Row:
    if week.days > 7:
        return Row(f"{week.first:%Y-%m}", month_label(week.first), cells, month_short(week.first), figure)
    label = _("%(first)s to %(last)s") % {"first": day_short(week.first), "last": day_short(week.last)}
    return Row(week.first.isoformat(), label, cells, day_short(week.first), figure)
