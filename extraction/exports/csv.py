"""CSV: a header row, then the rows. Quotes as in RFC 4180, CRLF; ``Options`` differ."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator

from .records import Record
from .shapes import Options, encoded, text_writer
from .tables import Table
from .writing import Tally


class Line:
    """The file that csv.writer wants: it hands each line back instead of keeping it."""

    def write(self, text: str) -> str:
        return text


class CsvStream:
    """A table in pieces: its head, then one piece for each part of the records."""

    def __init__(self, table: Table, options: Options, tally: Tally) -> None:
        self.table, self.options, self.tally = table, options, tally
        self.row = csv.writer(Line(), delimiter=options.delimiter).writerow
        self.columns = [(column, text_writer(column, options)) for column in table.columns]
        self.changing = [(at, column.get, write) for at, (column, write) in enumerate(self.columns) if column.of_row]

    def head(self) -> bytes:
        mark = codecs.BOM_UTF8 if self.options.bom and self.options.encoding == "utf-8" else b""
        return mark + encoded(str(self.row([column.title for column in self.table.columns])), self.options.encoding)

    def add(self, part: list[Record]) -> bytes:
        lines = [str(line) for record in part for line in self._lines(record)]
        self.tally.rows += len(lines)
        return encoded("".join(lines), self.options.encoding)

    def _lines(self, record: Record) -> Iterator[object]:
        """Of an invoice with many lines, what they have in common is written as text once."""
        parts = self.table.parts(record)
        if parts:
            cells = [write(column.get(record, None)) for column, write in self.columns]
            for row in parts:
                for at, get, write in self.changing:
                    cells[at] = write(get(record, row))
                yield self.row(cells)

    def tail(self) -> bytes:
        return b""
