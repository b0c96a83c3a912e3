"""Records as files for other programs. To add a format: one module and one row in ``EXPORTS``.

``records`` reads invoices in parts, ``tables`` says which columns a file has, ``shapes`` how cells look; a format makes
bytes of them. Every format needs the memory of one part, however long the export is. ``presets`` write what accounting
programs import; ``profiles`` turns what people chose into one or the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from .csv import CsvStream
from .json import JsonStream
from .parquet import write_parquet
from .records import Record, Wanted
from .shapes import DIALECTS, Options
from .tables import TABLES, Level, Table, wanted_by
from .writing import Tally, pack, scratch, spooled
from .xlsx import write_xlsx

__all__ = [
    "DIALECTS",
    "EXPORTS",
    "Level",
    "Options",
    "Plan",
    "Tally",
    "plan_for",
    "stream",
    "streams",
    "with_mark",
    "write",
]

Parts = Iterable[list[Record]]
PLAIN = Options()


class Stream(Protocol):
    """A table that grows part by part."""

    def head(self) -> bytes: ...
    def add(self, part: list[Record]) -> bytes: ...
    def tail(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Export:
    """``stream(table, options, tally)`` makes a table that grows; formats that must be whole first have ``write``.

    ``write(parts, tables, options, targets, tally)`` fills one file for each table, or one for all of them where the
    format ``holds_all``. ``keeps_record``: without chosen columns it writes the record instead of a table.
    """

    label: Any
    extension: str
    media_type: str
    stream: Callable[[Table | None, Options, Tally], Stream] | None = None
    write: Callable[[Parts, Sequence[Table], Options, Sequence[Path], Tally], None] | None = None
    holds_all: bool = False
    keeps_record: bool = False


EXPORTS: dict[str, Export] = {
    "csv": Export(
        _("CSV"),
        "csv",
        "text/csv; charset=utf-8",
        stream=lambda table, options, tally: CsvStream(table or TABLES[Level.HEADER], options, tally),
    ),
    "xlsx": Export(
        _("Excel workbook"),
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write=lambda parts, tables, options, targets, tally: write_xlsx(parts, tables, options, targets[0], tally),
        holds_all=True,
    ),
    "json": Export(
        _("JSON"),
        "json",
        "application/json",
        stream=lambda table, options, tally: JsonStream(table, tally, lines=False),
        keeps_record=True,
    ),
    "jsonl": Export(
        _("JSON Lines"),
        "jsonl",
        "application/x-ndjson",
        stream=lambda table, options, tally: JsonStream(table, tally, lines=True),
        keeps_record=True,
    ),
    "parquet": Export(
        _("Parquet"),
        "parquet",
        "application/vnd.apache.parquet",
        write=lambda parts, tables, options, targets, tally: write_parquet(parts, tables, targets, tally),
    ),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write: a format, its tables and its options. No tables: the record itself (JSON)."""

    format: str
    tables: tuple[Table, ...]
    options: Options = PLAIN

    @property
    def wanted(self) -> Wanted:
        """What must be read of each invoice."""
        return wanted_by(self.tables) if self.tables else Wanted(None, lines=True, taxes=True, details=True)

    @property
    def zipped(self) -> bool:
        return len(self.tables) > 1 and not EXPORTS[self.format].holds_all

    @property
    def extension(self) -> str:
        return "zip" if self.zipped else EXPORTS[self.format].extension

    @property
    def media_type(self) -> str:
        if self.zipped:
            return "application/zip"
        named = EXPORTS[self.format].media_type
        return named.replace("utf-8", "windows-1252") if self.options.encoding == "cp1252" else named


def plan_for(format: str, levels: Sequence[Level] = (Level.HEADER,), options: Options = PLAIN) -> Plan:
    """What is written where nobody chose columns: the usual ones of these levels, or the record for JSON."""
    if EXPORTS[format].keeps_record:
        return Plan(format, (), options)
    return Plan(format, tuple(TABLES[level] for level in levels), options)


def with_mark(options: Options) -> Options:
    """The same with a byte order mark in front, by which Excel knows UTF-8."""
    return replace(options, bom=True)


def streams(plan: Plan) -> bool:
    """Whether the first bytes leave before the last record is read."""
    return EXPORTS[plan.format].stream is not None and not plan.zipped


def stream(parts: Parts, plan: Plan, tally: Tally | None = None) -> Iterator[bytes]:
    """The file in pieces. One that cannot be streamed is written to a temporary place first."""
    counted = tally or Tally()
    return _pieces(parts, plan, counted) if streams(plan) else spooled(partial(write, parts, plan, counted))


def write(parts: Parts, plan: Plan, tally: Tally, target: Path) -> None:
    """The whole file at ``target``."""
    if plan.zipped:
        with scratch() as folder:
            files = [folder / f"{table.name}.{EXPORTS[plan.format].extension}" for table in plan.tables]
            _write_tables(parts, plan, files, tally)
            pack(target, files)
    elif streams(plan):
        with target.open("wb") as file:
            for piece in _pieces(parts, plan, tally):
                file.write(piece)
    else:
        _write_tables(parts, plan, [target], tally)


def _pieces(parts: Parts, plan: Plan, tally: Tally) -> Iterator[bytes]:
    flow = _stream(plan, plan.tables[0] if plan.tables else None, tally)
    yield flow.head()
    for part in parts:
        yield flow.add(part)
    yield flow.tail()


def _write_tables(parts: Parts, plan: Plan, files: Sequence[Path], tally: Tally) -> None:
    """Each part of the records goes into all tables, so that they are read once."""
    kind = EXPORTS[plan.format]
    if kind.write is not None:
        kind.write(parts, plan.tables, plan.options, files, tally)
        return
    flows = [_stream(plan, table, tally) for table in plan.tables]
    with ExitStack() as opened:
        targets = [opened.enter_context(path.open("wb")) for path in files]
        for flow, file in zip(flows, targets, strict=True):
            file.write(flow.head())
        for part in parts:
            for flow, file in zip(flows, targets, strict=True):
                file.write(flow.add(part))
        for flow, file in zip(flows, targets, strict=True):
            file.write(flow.tail())


def _stream(plan: Plan, table: Table | None, tally: Tally) -> Stream:
    make = EXPORTS[plan.format].stream
    assert make is not None  # a format streams, or writes files
    return make(table, plan.options, tally)
