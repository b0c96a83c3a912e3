"""When a bill is due, for targets that will not do without."""

from __future__ import annotations

from datetime import date, timedelta

from extraction.exports.records import Record

from .base import missing
from .settings import Settings


def due_day(record: Record, settings: Settings) -> date | None:
    """As printed, else so many days after the invoice's date as the profile says."""
    printed, issued = record.day("due_date"), record.day("issue_date")
    if printed or not issued or not settings["due_days"]:
        return printed
    return issued + timedelta(days=int(settings["due_days"]))


def needs_due(record: Record, settings: Settings) -> list[str]:
    return [] if settings["due_days"] else missing(record, ["due_date"])
