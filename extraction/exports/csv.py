"""CSV: a header row, then the rows. Quotes as in RFC 4180, CRLF; ``Options`` differ."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from typing import Any

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
        writers = [text_writer(column, options) for column in table.columns]
        self.columns = [(column.get, write) for column, write in zip(table.columns, writers, strict=True)]
        self.changing = [(at, *self.columns[at]) for at, column in enumerate(table.columns) if column.of_row]

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
            cells = [_cell(get(record, None), write) for get, write in self.columns]
            for row in parts:
                for at, get, write in self.changing:
                    cells[at] = write(get(record, row))
                yield self.row(cells)

    def tail(self) -> bytes:
        return b""


def _cell(value: Any, write: Callable[[Any], str]) -> str:
    """Most columns of an invoice are empty: these are done with at once."""
    return "" if value is None or value == "" else write(value)
