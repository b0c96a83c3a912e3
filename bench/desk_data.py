"""Databases to measure the review desk with: documents that were really read, and thousands of rows beside them.

    python -m bench.desk_data DATA_DIR [--documents FOLDER ...] [--count 50] [--rows 20000] [--ocr-cache DIR]

``--documents`` are read by the product's own path, OCR included; what OCR found may be taken from the folder of
``--ocr-cache``. ``--rows`` adds invoices that are rows only: dates, amounts and doubts of all kinds, no files.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extraction.engine.record import Reading
    from extraction.models import FieldValue, Invoice, User, Workspace

SUFFIXES = {".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".xml"}
EMAIL, PASSWORD = "bench@example.com", "quite-a-long-one-42"
TREES = ("Alder", "Beech", "Cedar", "Elm", "Hazel", "Larch", "Maple", "Oak", "Pine", "Rowan")
DOUBTS = 1.5  # doubtful values an invoice, on average


def start(data_dir: Path) -> None:
    """Django over the database of this folder, migrated. Before anything of ``extraction`` is imported."""
    os.environ |= {"DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "ocrsite.settings", "READ_ISOLATED": "false"}
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def people() -> tuple[Workspace, User]:
    """The workspace of the bench and its administrator."""
    from extraction.models import Membership, Role, User, Workspace

    workspace = Workspace.objects.get_or_create(name="Bench")[0]
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, PASSWORD)
    Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": Role.ADMIN})
    return workspace, user


def documents(folders: list[Path], count: int) -> list[Path]:
    """The first ones of each folder in turn, so that every kind is there."""
    found = [sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES) for folder in folders]
    turns = [paths[turn] for turn in range(count) for paths in found if turn < len(paths)]
    return turns[:count]


def read(paths: list[Path], *, ocr_cache: Path | None = None) -> list[Invoice]:
    """Received and read one after the other; those that cannot be are failed, as in the product."""
    from django.core.files import File

    from extraction import services

    workspace, user = people()
    invoices = []
    for path in paths:
        with path.open("rb") as file:
            reception = services.documents_receive(
                workspace=workspace, user=user, file=File(file, name=path.name), file_name=path.name
            )
        for outcome in reception.outcomes:
            if outcome.received and not outcome.received.duplicate:
                services.invoice_read(invoice_id=outcome.received.invoice.pk, reader=_reader(ocr_cache))
                invoices.append(outcome.received.invoice)
    return invoices


def _reader(ocr_cache: Path | None) -> Any:
    from extraction.ocr_cache import FileDocumentCache
    from extraction.reading import configured_reader

    reader = configured_reader()
    if ocr_cache is None:
        return reader

    def cached(path: Path, /, **options: Any) -> Reading:
        return reader(path, cache=FileDocumentCache(ocr_cache), **options)

    return cached


def fill(n: int, *, seed: int = 1) -> None:
    """Add ``n`` invoices to review, with some ``DOUBTS`` each."""
    from extraction.models import FieldValue, Invoice

    workspace, user = people()
    chance, first = random.Random(seed), Invoice.objects.count()
    for start_at in range(0, n, 1000):
        numbers = range(first + start_at, first + min(start_at + 1000, n))
        invoices = Invoice.objects.bulk_create([_invoice(workspace, user, number, chance) for number in numbers])
        rows = [row for invoice in invoices for row in _values(invoice, chance)]
        FieldValue.objects.bulk_create(rows, batch_size=2000)


def _invoice(workspace: Workspace, user: User, number: int, chance: random.Random) -> Invoice:
    from django.utils import timezone

    from extraction.models import Invoice, Status

    net = Decimal(chance.randrange(500, 900_000)) / 100
    tax = (net * Decimal("0.19")).quantize(Decimal("0.01"))
    now = timezone.now() - timedelta(minutes=number)
    return Invoice(
        workspace=workspace, uploaded_by=user, status=Status.REVIEW, file=f"invoices/bench/{number}.pdf",
        file_name=f"document-{number:05}.pdf", media_type="application/pdf", size=80_000,
        sha256=hashlib.sha256(f"bench {number}".encode()).hexdigest(), created_at=now, read_at=now, page_count=1,
        pages_done=1, language="en", source="ocr", confidence=chance.random(), document_type="invoice",
        vendor_name=f"{chance.choice(TREES)} "
        f"{chance.randrange(200)} Ltd", vendor_tax_id=f"DE{100_000_000 + chance.randrange(10_000)}",
        invoice_number=f"R-{number:06}", issue_date=date(2025, 1, 1) + timedelta(days=chance.randrange(600)),
        currency="EUR" if chance.random() > 0.02 else "", net_total=net, tax_total=tax, gross_total=net + tax,
        amount_due=net + tax,
    )  # fmt: skip


def _values(invoice: Invoice, chance: random.Random) -> Iterator[FieldValue]:
    from extraction.models import FieldValue
    from extraction.services.columns import COLUMNS

    for name in COLUMNS:
        value = getattr(invoice, name)
        if value in (None, ""):
            continue
        sure = chance.random() > DOUBTS / 9
        confidence = 0.9 + chance.random() / 10 if sure else chance.random() * 0.9
        x, y = chance.uniform(0.1, 0.8), chance.uniform(0.1, 0.9)
        yield FieldValue(
            invoice=invoice, name=name, machine_value=str(value), machine_text=str(value), confidence=confidence,
            reason="right of its label", page=1, box=[x, y, x + 0.1, y + 0.015],
            alternatives=[] if sure else [{"value": str(value) + "0", "confidence": 0.1, "text": "", "page": 1}],
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--documents", type=Path, nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--ocr-cache", type=Path)
    options = parser.parse_args()
    start(options.data_dir)
    invoices = read(documents(options.documents, options.count), ocr_cache=options.ocr_cache)
    fill(options.rows)
    print(f"{len(invoices)} documents read, {options.rows} rows added to {options.data_dir}")


if __name__ == "__main__":
    main()
