"""The views as Parquet files, as they are at one moment: for DuckDB, pandas, Power BI and the like."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from .schema import TABLES, Table, Type, python_row

ROWS = 20_000  # in memory at once, and in a row group
ARROW: dict[Type, pa.DataType] = {
    Type.INTEGER: pa.int64(),
    Type.TEXT: pa.string(),
    Type.DECIMAL: pa.decimal128(22, 4),
    Type.FLOAT: pa.float64(),
    Type.DATE: pa.date32(),
    Type.INSTANT: pa.timestamp("us", tz="UTC"),
    Type.BOOLEAN: pa.bool_(),
}


def snapshot_write(folder: Path, *, workspace_id: int | None = None) -> dict[str, int]:
    """One file a view into ``folder``, old ones replaced only when all are written. Returns rows by view.

    OSError where the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drafts: dict[Path, Path] = {}
    counts = {}
    try:
        with _one_moment():
            for table in TABLES:
                goal = folder / f"{table.name}.parquet"
                drafts[goal] = goal.with_name(f".{goal.name}.{uuid.uuid4().hex}")
                counts[table.name] = _write(table, drafts[goal], workspace_id)
        for goal, draft in drafts.items():
            draft.replace(goal)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return counts


def _write(table: Table, path: Path, workspace_id: int | None) -> int:
    schema = pa.schema([pa.field(column.name, ARROW[column.type]) for column in table.columns])
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in batches(table, workspace_id=workspace_id):
            columns = [pa.array(list(values), ARROW[c.type]) for values, c in zip(zip(*rows), table.columns)]  # noqa: B905
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            count += len(rows)
    return count


def batches(table: Table, *, workspace_id: int | None = None) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a view as typed values, ``ROWS`` at a time."""
    names = ", ".join(column.name for column in table.columns)
    where = " WHERE workspace_id = %s" if workspace_id is not None and table.per_workspace else ""
    with connection.chunked_cursor() as cursor:
        # Names of our own tables and columns, no values.
        cursor.execute(f"SELECT {names} FROM {table.name}{where} ORDER BY {table.key}", [workspace_id] if where else [])  # noqa: S608
        while rows := cursor.fetchmany(ROWS):
            yield [python_row(table, row) for row in rows]


@contextmanager
def _one_moment() -> Iterator[None]:
    """All files of the same state, without keeping anybody from writing."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # deferred: it only reads, so in WAL mode writers go on
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        if connection.vendor == "postgresql" and not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
