"""XLSX: a sheet for each table, with typed cells, a frozen head, filters and totals by currency.

XlsxWriter's constant memory: a row is on disk before the next begins, so all sheets grow in one pass over the records.
Text is written as text, whatever it starts with: it can never become a formula.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from .records import Record, as_amount, as_date
from .shapes import DATES, PLACES, Options, sheet_text
from .tables import Cell, Column, Table
from .writing import Tally

MOST_ROWS = 1_048_576  # of a sheet, in every spreadsheet program
ROOM_FOR_TOTALS = 50
WIDEST, NARROWEST, MEASURED = 48, 8, 200
EPOCH = date(1899, 12, 30).toordinal()  # day 0 of a spreadsheet's calendar
FIRST_DAY = date(1900, 3, 1)  # before it, spreadsheets count a day that never was
LARGEST = Decimal(10) ** 15  # a spreadsheet's numbers have fifteen digits: longer ones stay text, with all of them
TOTALLED = frozenset({"line.amount", "tax.base", "tax.amount"})
Put = Callable[[int, int, Any], Any]


def write_xlsx(
    parts: Iterable[list[Record]], tables: Sequence[Table], options: Options, target: Path, tally: Tally
) -> None:
    """``target`` becomes the workbook; its pieces wait beside it meanwhile."""
    book = xlsxwriter.Workbook(
        str(target), {"constant_memory": True, "tmpdir": str(target.parent), "default_date_format": "yyyy-mm-dd"}
    )
    book.use_zip64()
    sheets = [_Sheet(book, table, options) for table in tables]
    for part in parts:
        for record in part:
            for sheet in sheets:
                tally.rows += sheet.add(record)
    for sheet in sheets:
        sheet.finish()
    book.close()


class _Sheet:
    """One table, on as many sheets as its rows need."""

    def __init__(self, book: Workbook, table: Table, options: Options) -> None:
        self.book, self.table, self.options = book, table, options
        self.head = book.add_format({"bold": True, "bg_color": "#E9EDFC", "bottom": 1, "valign": "top"})
        self.bold = book.add_format({"bold": True, "top": 1})
        self.formats = [_number_format(book, column, options) for column in table.columns]
        self.total_format = book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"})
        self.summed = [at for at, column in enumerate(table.columns) if _is_summed(column)]
        names = [column.name for column in table.columns]
        self.currency_at = names.index("currency") if "currency" in names else -1
        self.opened = 0
        self._open()

    def _open(self) -> None:
        self.opened += 1
        name = self.table.name.capitalize()[:28]
        self.sheet: Worksheet = self.book.add_worksheet(name if self.opened == 1 else f"{name} {self.opened}")
        self.sheet.freeze_panes(1, 0)
        self.widths = [len(column.title) + 3 for column in self.table.columns]
        for at, column in enumerate(self.table.columns):
            self.sheet.write_string(0, at, sheet_text(column.title), self.head)
        self.puts = [self._put(column, form) for column, form in zip(self.table.columns, self.formats, strict=True)]
        self.row = 0
        self.totals: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(self.summed))

    def add(self, record: Record) -> int:
        count = 0
        for values in self.table.rows(record):
            if self.row >= MOST_ROWS - ROOM_FOR_TOTALS:
                self.finish()
                self._open()
            self.row += 1
            count += 1
            for at, (value, put) in enumerate(zip(values, self.puts, strict=True)):
                if value is not None and value != "":
                    put(self.row, at, value)
            if self.summed:
                self._sum(values)
            if self.row <= MEASURED:
                self._measure(values)
        return count

    def _put(self, column: Column, form: Any) -> Put:
        """How a cell of this column is written. What is no number or date after all is text."""
        sheet = self.sheet
        string, number = sheet.write_string, sheet.write_number

        def put_text(row: int, at: int, value: Any) -> None:
            string(row, at, sheet_text(str(value)))

        def put_number(row: int, at: int, value: Any) -> None:
            found = as_amount(value) if isinstance(value, str) else value
            if found is None or not -LARGEST < found < LARGEST:
                put_text(row, at, value)
            else:
                number(row, at, float(found), form)

        def put_day(row: int, at: int, value: Any) -> None:
            day = as_date(value) if isinstance(value, str) else value
            if day is None or day < FIRST_DAY:
                put_text(row, at, value)
            else:
                number(row, at, day.toordinal() - EPOCH, form)

        def put_moment(row: int, at: int, value: datetime) -> None:
            here = timezone.localtime(value)
            seconds = here.hour * 3600 + here.minute * 60 + here.second
            number(row, at, here.toordinal() - EPOCH + seconds / 86400, form)

        return {
            Cell.TEXT: put_text,
            Cell.DATE: put_day,
            Cell.MOMENT: put_moment,
            Cell.INTEGER: put_number,
        }.get(column.kind, put_number)

    def _sum(self, values: list[Any]) -> None:
        totals = self.totals[str(values[self.currency_at] or "") if self.currency_at >= 0 else ""]
        for at, column in enumerate(self.summed):
            value = values[column]
            number = as_amount(value) if isinstance(value, str) else value
            if number is not None:
                totals[at] += number

    def _measure(self, values: list[Any]) -> None:
        for at, value in enumerate(values):
            if value is not None:
                self.widths[at] = max(self.widths[at], len(str(value)) + 2)

    def finish(self) -> None:
        """Filters, widths, and a row of totals for each currency."""
        last = max(self.row, 1)
        self.sheet.autofilter(0, 0, last, len(self.table.columns) - 1)
        for at, width in enumerate(self.widths):
            self.sheet.set_column(at, at, min(max(width, NARROWEST), WIDEST))
        if self.row and self.summed:
            for currency in sorted(self.totals)[: ROOM_FOR_TOTALS - 2]:
                self._total(currency, last)

    def _total(self, currency: str, last: int) -> None:
        self.row += 1
        label = f"Total {currency}".strip()
        if 0 not in self.summed:
            self.sheet.write_string(self.row, 0, label, self.bold)
        for at, column in enumerate(self.summed):
            cells = f"{xl_rowcol_to_cell(1, column)}:{xl_rowcol_to_cell(last, column)}"
            formula = f"=SUM({cells})"
            if self.currency_at >= 0:
                names = f"{xl_rowcol_to_cell(1, self.currency_at)}:{xl_rowcol_to_cell(last, self.currency_at)}"
                quoted = '""' if not currency else '"' + currency.replace('"', '""') + '"'
                formula = f"=SUMIF({names},{quoted},{cells})"
            self.sheet.write_formula(self.row, column, formula, self.total_format, float(self.totals[currency][at]))


def _is_summed(column: Column) -> bool:
    header_amount = column.kind is Cell.AMOUNT and "." not in column.name
    return column.name in TOTALLED or header_amount


def _number_format(book: Workbook, column: Column, options: Options) -> Any:
    if column.kind is Cell.TEXT:
        return None
    if column.kind is Cell.INTEGER:
        return book.add_format({"num_format": "0"})
    if column.kind is Cell.DATE:
        return book.add_format({"num_format": DATES[column.format or options.dates][2]})
    if column.kind is Cell.MOMENT:
        pattern = DATES[column.format][2] if column.format else "yyyy-mm-dd hh:mm:ss"
        return book.add_format({"num_format": pattern})
    if column.format in PLACES:
        places = PLACES[column.format]
        return book.add_format({"num_format": f"#,##0.{'0' * places}" if places else "#,##0"})
    return book.add_format({"num_format": "#,##0.00##" if column.kind is Cell.AMOUNT else "General"})
