"""The rows of ``dim_date``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

FIRST, LAST = date(2000, 1, 1), date(2050, 12, 31)


def calendar() -> Iterator[dict[str, Any]]:
    """A row a day, oldest first."""
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        yield {
            "date_key": day,
            "year": day.year,
            "quarter": (day.month + 2) // 3,
            "month": day.month,
            "day_of_month": day.day,
            "day_of_week": day.isoweekday() % 7,
            "day_of_year": day.timetuple().tm_yday,
        }
