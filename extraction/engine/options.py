"""What a caller may choose about a reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from .files import Limits


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """``own_names`` and ``own_tax_ids`` belong to the reader's own company: always the buyer, never the vendor.

    ``pages`` are the first and the last page to read, where they are known to be one document; it is not split then.
    ``is_invoice``: a person says so, whatever it looks like. ``date_orders`` are vendors, by name or tax id, and
    whether they write the day before the month.
    ``page_threads`` pages of a document are read at a time; no more than these are in memory.
    """

    limits: Limits = field(default_factory=Limits)
    skip_einvoice: bool = False
    own_names: tuple[str, ...] = ()
    own_tax_ids: tuple[str, ...] = ()
    today: date | None = None
    is_invoice: bool = False
    date_orders: Mapping[str, bool] = field(default_factory=dict)
    page_threads: int = 1
    pages: tuple[int, int] | None = None
