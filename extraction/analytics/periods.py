"""Periods in the calendar: presets, the period before, and the months, weeks and instants within."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PRESETS: dict[str, Any] = {
    "12-months": gettext_lazy("Last 12 months"),
    "this-month": gettext_lazy("This month"),
    "last-month": gettext_lazy("Last month"),
    "this-quarter": gettext_lazy("This quarter"),
    "last-quarter": gettext_lazy("Last quarter"),
    "this-year": gettext_lazy("This year"),
    "last-year": gettext_lazy("Last year"),
    "custom": gettext_lazy("From … to …"),
}
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
MOST_WEEKS = 60  # more are told by month
LONGEST_YEARS = 20


@dataclass(frozen=True, slots=True)
class Period:
    """Days ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        return f"{day_label(self.first)} – {day_label(self.last)}"

    @property
    def text(self) -> str:
        """As it stands in addresses."""
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    @classmethod
    def of(cls, text: str) -> Period:
        first, dots, last = text.partition("..")
        if not dots:
            raise ValueError(text)
        return cls(date.fromisoformat(first), date.fromisoformat(last))

    def instants(self) -> tuple[datetime, datetime]:
        """The start of its first day and that of the day after its last, in the site's time zone."""
        return _midnight(self.first), _midnight(self.last + timedelta(days=1))

    def before(self, preset: str, today: date) -> Period:
        """What it is compared with: as many months before, cut at the same day while it still runs."""
        months = _months_in(self, preset)
        if not months:
            return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))
        found = Period(month_added(self.first, -months), self.first - timedelta(days=1))
        if not self.first <= today < self.last:
            return found
        return Period(found.first, min(found.last, found.first + (today - self.first)))

    def months(self) -> list[Period]:
        found, start = [], self.first.replace(day=1)
        while start <= self.last:
            after = month_added(start, 1)
            found.append(Period(max(start, self.first), min(after - timedelta(days=1), self.last)))
            start = after
        return found

    def weeks(self) -> list[Period]:
        """From Monday to Sunday, the first and last cut to the period; months where there are too many."""
        if self.days > MOST_WEEKS * 7:
            return self.months()
        found, start = [], self.first - timedelta(days=self.first.weekday())
        while start <= self.last:
            found.append(Period(max(start, self.first), min(start + timedelta(days=6), self.last)))
            start += timedelta(days=7)
        return found


def preset_period(preset: str, today: date) -> Period:
    """Whole months of the calendar, also those to come: documents may bear tomorrow's date."""
    if preset == "12-months":
        return Period(month_added(today.replace(day=1), -11), month_added(today.replace(day=1), 1) - timedelta(days=1))
    which, _dash, unit = preset.partition("-")
    months = MONTHS_OF[unit]
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    if which == "last":
        first = month_added(first, -months)
    return Period(first, month_added(first, months) - timedelta(days=1))


def custom_period(first: str, last: str) -> Period:
    """ValueError with a sentence for people."""
    try:
        found = Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise ValueError(_("Choose both dates of the period, the first and the last day.")) from None
    if found.first > found.last:
        raise ValueError(_("The period ends before it begins. Exchange the two dates."))
    if found.days > LONGEST_YEARS * 366:
        raise ValueError(_("Choose a period of at most %(n)d years.") % {"n": LONGEST_YEARS})
    return found


def month_added(first: date, months: int) -> date:
    """The first day of the month so many months later."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def day_label(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def month_label(day: date) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT")


def _months_in(period: Period, preset: str) -> int:
    return 12 if preset == "12-months" else MONTHS_OF.get(preset.partition("-")[2], 0)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def month_short(day: date) -> str:
    """Under an axis: the year stands where it begins."""
    return date_format(day, "M y") if day.month == 1 else date_format(day, "M")


def day_short(day: date) -> str:
    return date_format(day, "j M")
