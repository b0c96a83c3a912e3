"""Small honest values to test with: files, readings, invoices."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image

from extraction.engine.document import Box, Document, Line, Page, Word
from extraction.engine.fields import BY_NAME
from extraction.engine.record import Field, InvoiceRecord, LineItem, Problem, Reading, TaxLine, Value
from extraction.models import FieldValue, Invoice, Status, Workspace

_serial = itertools.count(1)

VALUES: dict[str, Value] = {
    "document_type": "invoice",
    "vendor_name": "Birch & Sons Ltd",
    "invoice_number": "2024-0117",
    "issue_date": date(2024, 3, 14),
    "currency": "EUR",
    "net_total": Decimal("100.00"),
    "tax_total": Decimal("19.00"),
    "gross_total": Decimal("119.00"),
}


def png(text: str = "") -> bytes:
    """A small real image; another text makes another file."""
    image = Image.new("RGB", (60, 80), (255, 255, 255))
    for x, byte in enumerate(hashlib.sha256(text.encode()).digest()):
        image.putpixel((x, 10), (byte, 0, 0))
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def upload(data: bytes, name: str = "invoice.png") -> ContentFile[bytes]:
    return ContentFile(data, name=name)


def make_page(number: int = 1, text: str = "Birch & Sons Ltd\nTotal 119.00") -> Page:
    lines = []
    for row, line in enumerate(text.splitlines()):
        words = []
        for column, word in enumerate(line.split()):
            x, y = 0.1 + 0.1 * column, 0.1 + 0.05 * row
            words.append(Word(word, Box(x, y, x + 0.08, y + 0.03), 0.98))
        if words:
            lines.append(Line(tuple(words)))
    return Page(number, 600, 800, tuple(lines))


def make_reading(
    values: dict[str, Value] | None = None,
    *,
    pages: int = 1,
    line_items: tuple[LineItem, ...] = (),
    tax_breakdown: tuple[TaxLine, ...] = (),
    problems: tuple[Problem, ...] = (),
) -> Reading:
    found = VALUES if values is None else values
    fields = {
        name: Field(name, value, str(value), 0.9, 1, Box(0.1, 0.1, 0.2, 0.12), "right of its label")
        for name, value in found.items()
    }
    return Reading(
        document=Document(tuple(make_page(number) for number in range(1, pages + 1)), language="en"),
        record=InvoiceRecord(fields, tax_breakdown, line_items, problems, confidence=0.9348),
        sha256="0" * 64,
        seconds=0.5,
        engine_version="test",
    )


class FakeReader:
    """Stands in for the engine: reports its pages, hands out their pictures and returns what it was given.

    ``during`` runs after each page, as other people's clicks do; an exception as ``result`` is raised.
    """

    def __init__(
        self, result: Reading | Exception | None = None, *, during: Callable[[int], object] = lambda done: None
    ) -> None:
        self.result = make_reading() if result is None else result
        self.during = during
        self.paths: list[Path] = []
        self.contents: list[bytes] = []

    def __call__(self, path: Path, /, *, options: Any, on_page: Any = None, on_image: Any = None, **_: Any) -> Reading:
        self.paths.append(path)
        self.contents.append(path.read_bytes())
        self.options = options
        if isinstance(self.result, Exception):
            raise self.result
        total = len(self.result.document.pages)
        on_page(0, total)
        for done in range(1, total + 1):
            on_image(done, Image.new("RGB", (600, 800), (255, 255, 255)))
            self.during(done)
            on_page(done, total)
        return self.result


class FakeOcr:
    """An OCR engine that finds the same lines on every page."""

    name = "fake"

    def __init__(self, text: str) -> None:
        self.lines = make_page(text=text).lines

    def rotation(self, image: NDArray[np.uint8]) -> int:
        return 0

    def read(self, image: NDArray[np.uint8]) -> tuple[Line, ...]:
        return self.lines


def make_invoice(
    workspace: Workspace, *, status: str = Status.REVIEW, values: dict[str, Value] | None = None, **columns: Any
) -> Invoice:
    """An invoice in any status with what its constraints ask for; ``values`` become machine-read fields, too."""
    from extraction.engine.record import canonical
    from extraction.services import search_index
    from extraction.services.columns import COLUMNS, column_values

    number = next(_serial)
    data = png(f"invoice {number}")
    found = (VALUES | {"invoice_number": f"N-{number}"}) if values is None else values
    row: dict[str, Any] = {
        "workspace": workspace,
        "status": status,
        "file": ContentFile(data, name=f"{number}.png"),
        "file_name": f"invoice-{number}.png",
        "media_type": "image/png",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    unread = status in (Status.QUEUED, Status.READING, Status.FAILED)
    if unread:
        found = {} if values is None else found
    else:
        row |= {"read_at": timezone.now(), "page_count": 1, "pages_done": 1, "language": "en", "source": "ocr"}
    if status == Status.FAILED:
        row |= {"error_code": "damaged_file", "error_message": "This file is damaged."}
    if status in (Status.APPROVED, Status.EXPORTED):
        row["approved_at"] = timezone.now()
    if status == Status.EXPORTED:
        row["exported_at"] = timezone.now()
    if status == Status.READING:
        row |= {"run_token": "0" * 32, "lease_until": timezone.now() + timedelta(seconds=60)}
    known = {name: value for name, value in column_values(found).items() if name in COLUMNS}
    invoice = Invoice.objects.create(**{**known, **row, **columns})
    FieldValue.objects.bulk_create(
        [
            FieldValue(invoice=invoice, name=name, machine_value=canonical(value), machine_text=str(value),
                       confidence=0.9, reason="right of its label", page=1, box=[0.1, 0.1, 0.2, 0.12])
            for name, value in found.items()
            if name in BY_NAME
        ]
    )  # fmt: skip
    search_index(invoice=invoice)
    return invoice
