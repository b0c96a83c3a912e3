"""Rows of the views for one workspace, by a condition in SQL with parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .schema import Table, python_row

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Select:
    """``where`` and ``order`` are SQL made of our own column names; values stand in ``params`` alone."""

    table: Table
    workspace_id: int
    where: str = ""
    params: tuple[Any, ...] = ()
    order: str = ""
    limit: int | None = None
    offset: int = 0

    def _conditions(self) -> tuple[str, list[Any]]:
        parts = ["workspace_id = %s"] if self.table.per_workspace else []
        params: list[Any] = [self.workspace_id] if self.table.per_workspace else []
        if self.where:
            parts.append(f"({self.where})")
            params += self.params
        return (f" WHERE {' AND '.join(parts)}" if parts else ""), params

    def sql(self) -> tuple[str, list[Any]]:
        where, params = self._conditions()
        names = ", ".join(column.name for column in self.table.columns)
        text = f"SELECT {names} FROM {self.table.name}{where} ORDER BY {self.order or self.table.key}"  # noqa: S608
        if self.limit is not None:
            text += " LIMIT %s OFFSET %s"
            params += [self.limit, self.offset]
        return text, params

    def count_sql(self) -> tuple[str, list[Any]]:
        where, params = self._conditions()
        return f"SELECT COUNT(*) FROM {self.table.name}{where}", params  # noqa: S608


def rows_of(select: Select) -> Iterator[tuple[Any, ...]]:
    """All columns as typed values, in the order of the table, ``AT_ONCE`` in memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(*select.sql())
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                yield python_row(select.table, row)


def count_of(select: Select) -> int:
    with connection.cursor() as cursor:
        cursor.execute(*select.count_sql())
        return int(cursor.fetchone()[0])
