"""Parquet: one file a table, decimals as decimal128, dates as date32, moments in UTC, in groups of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .records import Record, as_amount, as_date
from .tables import Cell, Column, Table
from .writing import Tally

GROUP = 20_000
DECIMAL = pa.decimal128(38, 4)
TYPES = {
    Cell.TEXT: pa.string(),
    Cell.DATE: pa.date32(),
    Cell.MOMENT: pa.timestamp("us", tz="UTC"),
    Cell.AMOUNT: DECIMAL,
    Cell.NUMBER: DECIMAL,
    Cell.INTEGER: pa.int64(),
}
_PLACES = Decimal("0.0001")


def write_parquet(
    parts: Iterable[list[Record]], tables: Sequence[Table], targets: Sequence[Path], tally: Tally
) -> None:
    """One pass over the records fills a file for each table."""
    with ExitStack() as opened:
        files = [opened.enter_context(_File(table, path)) for table, path in zip(tables, targets, strict=True)]
        for part in parts:
            for file in files:
                tally.rows += file.add(part)


class _File:
    """Rows wait until they fill a row group."""

    def __init__(self, table: Table, path: Path) -> None:
        self.table = table
        self.schema = pa.schema([pa.field(title, TYPES[column.kind]) for title, column in _titled(table)])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")
        self.waiting: list[list[Any]] = []

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_error: object) -> None:
        self._flush()
        self.writer.close()

    def add(self, part: list[Record]) -> int:
        before = len(self.waiting)
        for record in part:
            self.waiting.extend(list(row) for row in self.table.rows(record))
        added = len(self.waiting) - before
        if len(self.waiting) >= GROUP:
            self._flush()
        return added

    def _flush(self) -> None:
        if not self.waiting:
            return
        columns = zip(*self.waiting, strict=True)
        arrays = [
            pa.array([_value(column.kind, value) for value in values], type=TYPES[column.kind])
            for column, values in zip(self.table.columns, columns, strict=True)
        ]
        self.writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.waiting = []


def _titled(table: Table) -> list[tuple[str, Column]]:
    return [(column.title, column) for column in table.columns]


def _value(kind: Cell, value: Any) -> Any:
    if value is None or value == "":
        return None
    if kind in (Cell.AMOUNT, Cell.NUMBER):
        number = as_amount(value) if isinstance(value, str) else value
        return _fitting(number)
    if kind is Cell.DATE and isinstance(value, str):
        return as_date(value)
    return value


def _fitting(number: Decimal | None) -> Decimal | None:
    """Four places, as the database keeps; what no such number holds is no amount of an invoice."""
    if number is None or abs(number) >= Decimal(10) ** 33:
        return None
    return number.quantize(_PLACES, ROUND_HALF_UP)
