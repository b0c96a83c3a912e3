"""What a caller may choose about a reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from .document import Page
from .files import Limits


@dataclass(frozen=True, slots=True)
class Steps:
    """What can be left out to measure what it brings (``manage.py evaluate --ablation``); people always get all."""

    ranking: bool = True  # learned, instead of the extractors' own scores
    arithmetic: bool = True  # totals chosen together
    dates: bool = True  # day and month told apart by the whole document; nothing due before it was issued
    calibration: bool = True  # confidences are learned probabilities, and values are given by them


ALL_STEPS = Steps()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """``own_names`` and ``own_tax_ids`` belong to the reader's own company: always the buyer, never the vendor.

    ``pages`` are the first and the last page to read, where they are known to be one document; it is not split then.
    ``known`` are pages of this file that were read before, by their number: their words are taken as they are.
    ``upright`` are the numbers of pages that stand as a person turned them: which way is up is not asked again.
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
    steps: Steps = ALL_STEPS
    pages: tuple[int, int] | None = None
    one_document: bool = False  # a person put these pages together; they are not split
    known: Mapping[int, Page] = field(default_factory=dict)
    upright: frozenset[int] = frozenset()
