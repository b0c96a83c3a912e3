"""JSON and JSON Lines: the record as docs/record.md shows it, or the rows of a table as flat objects.

Dates are ISO 8601 and amounts decimal texts with a point, as everywhere in the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .records import Record, plain, record_json
from .tables import Cell, Column, Table
from .writing import Tally


class JsonStream:
    """An array with one object a line, or with ``lines`` just the objects, a line each."""

    def __init__(self, table: Table | None, tally: Tally, *, lines: bool) -> None:
        self.table, self.tally, self.lines = table, tally, lines
        self.begun = False

    def head(self) -> bytes:
        return b"" if self.lines else b"["

    def add(self, part: list[Record]) -> bytes:
        objects = list(self._objects(part))
        self.tally.rows += len(objects)
        if self.lines:
            return b"".join(line + b"\n" for line in objects)
        before = (b",\n" if self.begun else b"\n") if objects else b""
        self.begun = self.begun or bool(objects)
        return before + b",\n".join(objects)

    def tail(self) -> bytes:
        return b"" if self.lines else b"\n]\n" if self.begun else b"]\n"

    def _objects(self, part: list[Record]) -> Iterator[bytes]:
        if self.table is None:
            yield from map(record_json, part)
            return
        columns = self.table.columns
        for record in part:
            for row in self.table.rows(record):
                cells = {column.title: _cell(column, value) for column, value in zip(columns, row, strict=True)}
                yield json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _cell(column: Column, value: Any) -> Any:
    """None where there is nothing."""
    if isinstance(value, Decimal):
        return plain(value, 2 if column.kind is Cell.AMOUNT else 0)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value
