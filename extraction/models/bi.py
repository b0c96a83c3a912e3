"""What BI tools join with that is no document."""

from __future__ import annotations

from django.db import models


class Day(models.Model):
    """``dim_date`` of the star schema: a day of the years 2000 to 2050. A migration fills it."""

    date_key = models.DateField(primary_key=True)
    year = models.SmallIntegerField()
    quarter = models.SmallIntegerField()
    month = models.SmallIntegerField()
    day_of_month = models.SmallIntegerField()
    day_of_week = models.SmallIntegerField()  # 0 is Sunday
    day_of_year = models.SmallIntegerField()

    class Meta:
        db_table = "dim_date"

    def __str__(self) -> str:
        return self.date_key.isoformat()
