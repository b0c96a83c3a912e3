"""Dates for people who read English: short, and the same day for British and American eyes."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
