"""Approved records as files for other programs. To add a format: one module and one row in ``EXPORTS``.

A format's function takes invoices (with their field values loaded) and gives the file in pieces, so that an export of
any length needs the memory of one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from extraction.models import Invoice

from .csv import DIALECTS as DIALECTS
from .csv import write_csv


@dataclass(frozen=True, slots=True)
class Export:
    """``write(invoices, bom=..., dialect=...)``: what people chose, for the formats to which it means something."""

    label: str
    extension: str
    media_type: str
    write: Callable[..., Iterator[bytes]]


EXPORTS: dict[str, Export] = {
    "csv": Export("CSV", "csv", "text/csv; charset=utf-8", write_csv),
}


def write(invoices: Iterable[Invoice], *, format: str, bom: bool = False, dialect: str = "comma") -> Iterator[bytes]:
    return EXPORTS[format].write(invoices, bom=bom, dialect=dialect)
