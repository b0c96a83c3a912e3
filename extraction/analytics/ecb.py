"""The file of exchange rates that the European Central Bank publishes (eurofxref-hist.csv, or the .zip around it).

The first row names the currencies, each further row holds a day and what one euro cost; "N/A" where there was no rate.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from io import BytesIO, StringIO

from django.utils.translation import gettext as _

MOST_BYTES = 20 * 1024 * 1024
CURRENCY = re.compile(r"[A-Z]{3}")
NOTHING = {"", "N/A", "-"}


def parse_rates(data: bytes, *, since: date | None = None) -> Iterator[tuple[date, str, Decimal]]:
    """(day, currency, what one euro cost). ValueError with a sentence for people names the line that is wrong."""
    rows = csv.reader(StringIO(_text(data)))
    head = [cell.strip() for cell in next(rows, [])]
    if not head or head[0].lower() != "date" or not any(CURRENCY.fullmatch(cell) for cell in head[1:]):
        text = _("This is not the European Central Bank's file of rates: its first row must begin with “Date,USD”.")
        raise ValueError(text)
    for row in rows:
        if any(cell.strip() for cell in row):
            yield from _rates(head, row, rows.line_num, since)


def _rates(head: list[str], row: list[str], line: int, since: date | None) -> Iterator[tuple[date, str, Decimal]]:
    try:
        day = date.fromisoformat(row[0].strip())
        if since and day < since:
            return
        for currency, cell in zip(head[1:], row[1:], strict=False):
            if CURRENCY.fullmatch(currency) and cell.strip() not in NOTHING:
                rate = Decimal(cell.strip())
                if not (rate.is_finite() and 0 < rate < 10**9):
                    raise ValueError(cell)
                yield day, currency, rate
    except (ValueError, InvalidOperation):
        text = _("Line %(line)d of the file is not a date followed by rates. Nothing was imported.")
        raise ValueError(text % {"line": line}) from None


def _text(data: bytes) -> str:
    if data.startswith(b"PK"):
        data = _unzipped(data)
    if len(data) > MOST_BYTES:
        raise ValueError(_("This file is too large to be a file of exchange rates."))
    return data.decode("utf-8-sig", errors="replace")


def _unzipped(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            if not names:
                raise ValueError(_("There is no CSV file in this archive."))
            with archive.open(names[0]) as inside:
                return inside.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
        raise ValueError(_("This archive is damaged. Download it again.")) from None
