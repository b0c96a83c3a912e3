"""Fills a database with many invoices as a busy department has them, quickly, to measure pages and queries.

    DATA_DIR=/tmp/desk python -m bench.desk_data [--invoices 20000] [--pages 5] [--seed 1]

Makes the database if there is none, a workspace "Bench" and its people (admin@bench.example, password "bench"). Files
and page pictures are not made: what is measured is the database. Other benches call ``fill``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
EMAIL, PASSWORD = "admin@bench.example", "bench"
AT_ONCE = 500
FIRST = (
    "Amber", "Birch", "Cedar", "Delta", "Elm", "Falcon", "Granit", "Harbour", "Iris", "Juniper", "Kestrel",
    "Lumen", "Meridian", "Nord", "Olive", "Piper", "Quarz",
)  # fmt: skip
LAST = (
    "Logistics", "Print", "Catering", "Software", "Steel", "Office", "Energy", "Travel", "Cleaning", "Foods",
    "Media", "Tools", "Labs", "Bau", "Papier",
)  # fmt: skip
FORMS = ["GmbH", "Ltd", "AG", "SAS", "BV", "Inc", "SpA", "Oy"]
WORDS = (
    "delivery", "order", "pallet", "transport", "service", "hours", "licence", "monthly", "support", "paper",
    "toner", "bolts", "steel", "cable", "lamp", "office", "desk", "chair", "coffee", "water", "cleaning",
    "window", "repair", "travel", "hotel", "flight", "train", "ticket", "parking", "fuel", "energy", "kilowatt",
    "heating", "rent", "maintenance", "contract", "project", "phase", "design", "printing", "binding", "poster",
    "leaflet", "shipping", "insurance", "customs", "storage", "packaging", "glass", "copper", "valve", "filter",
    "pump", "motor", "sensor", "controller", "battery", "charger", "screen",
)  # fmt: skip
STATES = {"review": 30, "approved": 25, "exported": 35, "rejected": 4, "failed": 3, "queued": 3}
PROBLEMS = ("possible_duplicate", "totals_disagree", "bank_details_changed", "required_missing", "date_ambiguous")
MAIN = (
    "document_type", "invoice_number", "issue_date", "due_date", "currency", "vendor_name", "vendor_tax_id", "iban",
    "net_total", "tax_total", "gross_total",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--invoices", type=int, default=20_000)
    parser.add_argument("--pages", type=int, default=5, help="of each, on average")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    start = time.perf_counter()
    workspace, _user = fill(arguments.invoices, pages=arguments.pages, seed=arguments.seed)
    print(f"{arguments.invoices} invoices in “{workspace}”, {time.perf_counter() - start:.0f} s; sign in as {EMAIL}")


def fill(invoices: int, *, pages: int = 5, seed: int = 1) -> tuple[Any, Any]:
    """(the workspace, its administrator) with so many more invoices, as searchable as if they had been read."""
    from extraction import services
    from extraction.models import Invoice, SearchText

    rng = random.Random(seed + Invoice.objects.count())
    workspace, people = _people()
    vendors = [_vendor(rng) for _ in range(max(20, min(1200, invoices // 15)))]
    for at in range(0, invoices, AT_ONCE):
        _add(workspace, people, vendors, rng, min(AT_ONCE, invoices - at), pages)
    services.search_catch_up()
    assert SearchText.objects.count() >= invoices
    _analyze()
    return workspace, people[0]


def _people() -> tuple[Any, list[Any]]:
    from extraction.models import Membership, Role, User, Workspace

    workspace, _ = Workspace.objects.get_or_create(name="Bench")
    people = []
    for name, role in (("admin", Role.ADMIN), ("anna", Role.APPROVER), ("ben", Role.REVIEWER), ("cleo", Role.REVIEWER)):
        user = User.objects.filter(email=f"{name}@bench.example").first()
        user = user or User.objects.create_user(f"{name}@bench.example", PASSWORD, name=name.title())
        Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": role})
        people.append(user)
    return workspace, people


def _vendor(rng: random.Random) -> dict[str, str]:
    country = rng.choice(("DE", "GB", "FR", "NL", "IT"))
    return {
        "vendor_name": f"{rng.choice(FIRST)} {rng.choice(LAST)} {rng.choice(FORMS)}",
        "vendor_tax_id": f"{country}{rng.randrange(10**8, 10**9)}",
        "iban": f"{country}{rng.randrange(10, 99)}{rng.randrange(10**17, 10**18)}",
        "currency": {"GB": "GBP"}.get(country, "EUR" if rng.random() < 0.93 else "USD"),
        "language": {"DE": "de", "GB": "en", "FR": "fr", "NL": "nl", "IT": "it"}[country],
    }


def _add(workspace: Any, people: list[Any], vendors: list[dict[str, str]], rng: random.Random, n: int, p: int) -> None:
    from django.db import transaction

    from extraction.models import FieldValue, Invoice, InvoicePage, LineItem

    with transaction.atomic():
        rows = Invoice.objects.bulk_create([_invoice(workspace, people, rng.choice(vendors), rng, p) for _ in range(n)])
        read = [row for row in rows if row.read_at]
        InvoicePage.objects.bulk_create([page for row in read for page in _pages(row, rng)], batch_size=AT_ONCE)
        FieldValue.objects.bulk_create([value for row in read for value in _fields(row, rng)], batch_size=AT_ONCE)
        lines = [_line(LineItem, row, position, rng) for row in read for position in range(1, rng.randrange(2, 7))]
        LineItem.objects.bulk_create(lines, batch_size=AT_ONCE)


def _invoice(workspace: Any, people: list[Any], vendor: dict[str, str], rng: random.Random, pages: int) -> Any:
    from extraction.models import Invoice

    status = rng.choices(list(STATES), list(STATES.values()))[0]
    came = datetime.now(tz=UTC) - timedelta(minutes=rng.randrange(60 * 24 * 500))
    number = f"{rng.choice(('RE', 'INV', 'F', ''))}{came:%Y}-{rng.randrange(10**5):05}"
    row = Invoice(
        workspace=workspace, uploaded_by=rng.choice(people), status=status, file=f"invoices/{number}.pdf",
        file_name=f"{rng.choice(('scan', 'invoice', 'rechnung', 'doc'))}-{rng.randrange(10**6):06}.pdf",
        media_type="application/pdf", size=rng.randrange(20_000, 900_000),
        sha256=hashlib.sha256(rng.randbytes(16)).hexdigest(), created_at=came, queued_at=came,
    )  # fmt: skip
    if status == "failed":
        row.error_code, row.error_message = "damaged_file", "This file is damaged or was cut off."
    if status not in ("failed", "queued"):
        _fill(row, people, vendor, rng, came, number, pages)
    return row


def _fill(
    row: Any, people: list[Any], vendor: dict[str, str], rng: random.Random, came: datetime, number: str, pages: int
) -> None:
    net = Decimal(rng.randrange(1_000, 2_000_000)) / 100
    tax = round(net * Decimal("0.19"), 2)
    issued = came.date() - timedelta(days=rng.randrange(1, 25))
    row.read_at, row.page_count = came + timedelta(minutes=1), rng.randrange(1, 2 * pages)
    row.pages_done, row.source, row.engine_version = row.page_count, rng.choice(("ocr", "text_layer")), "bench"
    row.confidence, row.document_type = rng.betavariate(9, 1), "invoice" if rng.random() < 0.9 else "credit_note"
    row.invoice_number, row.issue_date, row.due_date = number, issued, issued + timedelta(days=30)
    row.net_total, row.tax_total, row.gross_total, row.amount_due = net, tax, net + tax, net + tax
    for name, value in vendor.items():
        setattr(row, name, value)
    if row.status in ("approved", "exported"):
        row.approved_at, row.approved_by = came + timedelta(days=1), people[1]
    if row.status == "exported":
        row.exported_at = came + timedelta(days=2)
    if row.status == "rejected":
        row.rejected_reason = "Not ours."
    if row.status == "review":
        row.assignee = rng.choice((None, None, *people))
        row.held_at = came if rng.random() < 0.05 else None
        row.hold_reason = "Waiting for the goods." if row.held_at else ""
        codes = rng.sample(PROBLEMS, rng.choice((0, 0, 0, 1, 1, 2)))
        row.problems = [{"code": code, "fields": ["gross_total"], "message": f"Bench: {code}."} for code in codes]


def _text(row: Any, number: int, rng: random.Random) -> str:
    head = f"{row.vendor_name}\nInvoice {row.invoice_number}\nDate {row.issue_date:%d.%m.%Y}\n"
    lines = [
        f"{rng.randrange(1, 40)} {' '.join(rng.choices(WORDS, k=5))} {rng.randrange(100, 9999) / 100:.2f}"
        for _ in range(18)
    ]
    return f"{head if number == 1 else ''}Page {number}\n" + "\n".join(lines) + f"\nTotal {row.gross_total:,.2f}"


def _pages(row: Any, rng: random.Random) -> list[Any]:
    from extraction.models import InvoicePage

    pages = []
    for number in range(1, row.page_count + 1):
        text = _text(row, number, rng)
        page = InvoicePage(invoice=row, number=number, width=595, height=842, source=row.source, text=text)
        if number == 1:  # boxes of all pages would make the file several times as large, and no list reads them
            page.lines = [
                [[word, 0.1 + 0.1 * x, 0.04 * y, 0.18 + 0.1 * x, 0.04 * y + 0.02, 0.98] for x, word in enumerate(words)]
                for y, words in enumerate(line.split() for line in text.splitlines())
            ]
        pages.append(page)
    return pages


def _fields(row: Any, rng: random.Random) -> list[Any]:
    from extraction.models import FieldValue

    settled = row.status in ("approved", "exported")
    found = []
    for at, name in enumerate(MAIN):
        value = getattr(row, name)
        text = value.isoformat() if isinstance(value, date) else str(value)
        found.append(
            FieldValue(
                invoice=row, name=name, machine_value=text, machine_text=text, page=1, reason="right of its label",
                confidence=rng.betavariate(20, 1), box=[0.5, 0.05 * at, 0.7, 0.05 * at + 0.02],
                human_value=text if settled and rng.random() < 0.1 else None,
            )
        )  # fmt: skip
    return found


def _line(model: Any, row: Any, position: int, rng: random.Random) -> Any:
    price = Decimal(rng.randrange(100, 50_000)) / 100
    return model(
        invoice=row, position=position, description=" ".join(rng.choices(WORDS, k=3)), quantity=Decimal(1),
        unit_price=price, amount=price,
    )  # fmt: skip


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
