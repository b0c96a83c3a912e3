"""Fills a database with many invoices to review, quickly, to measure pages and queries.

    DATA_DIR=/tmp/desk python -m bench.desk_data [--invoices 20000] [--seed 1]

Makes the database if there is none, a workspace "Bench" and its administrator. Files and page pictures are not made:
what is measured is the database. Other benches call ``fill``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
EMAIL, PASSWORD = "admin@bench.example", "bench"
TREES = ("Alder", "Beech", "Cedar", "Elm", "Hazel", "Larch", "Maple", "Oak", "Pine", "Rowan")
DOUBTS = 1.5  # doubtful values an invoice, on average


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--invoices", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    fill(arguments.invoices, seed=arguments.seed)
    print(f"{arguments.invoices} invoices; sign in as {EMAIL}")


def fill(invoices: int, *, seed: int = 1) -> tuple[Any, Any]:
    """(the workspace, its administrator) with so many more invoices to review, some ``DOUBTS`` in each."""
    from extraction.models import FieldValue, Invoice

    workspace, user = _people()
    chance, first = random.Random(seed), Invoice.objects.count()
    for at in range(0, invoices, 1000):
        numbers = range(first + at, first + min(at + 1000, invoices))
        rows = Invoice.objects.bulk_create([_invoice(workspace, user, number, chance) for number in numbers])
        values = [value for row in rows for value in _values(row, chance)]
        FieldValue.objects.bulk_create(values, batch_size=2000)
    return workspace, user


def _people() -> tuple[Any, Any]:
    from extraction.models import Membership, Role, User, Workspace

    workspace, _made = Workspace.objects.get_or_create(name="Bench")
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, PASSWORD)
    Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": Role.ADMIN})
    return workspace, user


def _invoice(workspace: Any, user: Any, number: int, chance: random.Random) -> Any:
    from django.utils import timezone

    from extraction.models import Invoice, Status

    net = Decimal(chance.randrange(500, 900_000)) / 100
    tax = (net * Decimal("0.19")).quantize(Decimal("0.01"))
    now = timezone.now() - timedelta(days=1, minutes=number)
    return Invoice(
        workspace=workspace, uploaded_by=user, status=Status.REVIEW, file=f"invoices/bench/{number}.pdf",
        file_name=f"document-{number:05}.pdf", media_type="application/pdf", size=80_000,
        sha256=hashlib.sha256(f"bench {number}".encode()).hexdigest(), created_at=now, read_at=now, page_count=1,
        pages_done=1, language="en", source="ocr", confidence=chance.random(), document_type="invoice",
        vendor_name=f"{chance.choice(TREES)} {chance.randrange(200)} Ltd",
        vendor_tax_id=f"DE{100_000_000 + chance.randrange(10_000)}", invoice_number=f"R-{number:06}",
        issue_date=date(2025, 1, 1) + timedelta(days=chance.randrange(600)),
        currency="EUR" if chance.random() > 0.02 else "", net_total=net, tax_total=tax, gross_total=net + tax,
        amount_due=net + tax,
    )  # fmt: skip


def _values(invoice: Any, chance: random.Random) -> Iterator[Any]:
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


if __name__ == "__main__":
    main()
