"""The reading pipeline, top down: file -> document (words with places) -> record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from PIL import Image

from .files import Limits

ENGINE_VERSION = "1.0.0"

OnPage = Callable[[int, int], None]  # (pages done, pages in all); called with done=0 first; may raise to stop
OnImage = Callable[
    [int, Image.Image], None
]  # (page number from 1, the upright page as an RGB image for people to look at)


class DocumentCache(Protocol):
    """Keeps what OCR found; keys hold the file's hash and the engine's version. Absent entries give None."""

    def get(self, key: str) -> dict[str, Any] | None: ...

    def put(self, key: str, document: dict[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """``own_names`` and ``own_tax_ids`` belong to the reader's own company: always the buyer, never the vendor."""

    limits: Limits = field(default_factory=Limits)
    skip_einvoice: bool = False
    own_names: tuple[str, ...] = ()
    own_tax_ids: tuple[str, ...] = ()
    today: date | None = None
