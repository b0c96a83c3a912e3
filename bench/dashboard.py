"""What the dashboard costs the server: a database filled once, then the time of each figure and of the whole page.

    DATA_DIR=/tmp/board python -m bench.dashboard [--invoices 100000] [--runs 5] [--period 12-months] [--json OUT]

Each invoice has five lines, one or two tax lines and some corrections; issue dates spread over two years, nine of ten
in euros. ``figure`` times begin with nothing counted, so that what several figures share is in each of them; ``page``
is the view with its templates, as a browser gets it, where it is counted once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
EMAIL, PASSWORD, NAME = "board@bench.example", "bench", "Dashboard bench"
AT_ONCE = 1000
DAYS = 730
VENDORS, CATEGORIES = 1200, ("Rent", "Travel", "Energy", "Software", "Material", "Services", "Office", "Logistics")
STATES = {"review": 20, "approved": 15, "exported": 60, "rejected": 3, "failed": 2}
CHANNELS = {"browser": 30, "mail": 50, "folder": 15, "api": 5}
FIRST = ("Alder", "Birch", "Cedar", "Delta", "Elm", "Fjord", "Granite", "Hazel", "Iris", "Juniper", "Kestrel", "Larch")
LAST = ("Logistics", "Print", "Catering", "Software", "Steel", "Office", "Energy", "Travel", "Cleaning", "Foods")
FIELDS = ("due_date", "vendor_name", "invoice_number", "net_total", "gross_total", "iban", "issue_date")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--period", default="12-months")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    fill(arguments.invoices)
    found = measure(arguments.period, arguments.runs)
    for name, (seconds, cpu) in found.items():
        print(f"{name:24} {seconds * 1000:8.0f} ms {cpu * 1000:8.0f} ms of the processor")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2))


# --- measuring --------------------------------------------------------------------------------------------------------


def measure(period: str, runs: int) -> dict[str, tuple[float, float]]:
    """Medians of seconds by the clock, and of the processor's: on a machine that has more to do they differ."""
    from django.conf import settings
    from django.test import Client, override_settings
    from django.utils import timezone

    from extraction.models import User, Workspace
    from extraction.views.dashboard import LATER, Asked, board_of

    user, workspace = User.objects.get(email=EMAIL), Workspace.objects.get(name=NAME)

    def board() -> Any:
        return board_of(user, workspace, Asked.of({"period": period}, timezone.localdate()))

    def figure(name: str) -> object:
        return board().figure(name)

    def fetched(address: str) -> object:
        return client.get(address, {"period": period}).content

    found = {}
    for name in board().makers:
        found[name] = median(partial(figure, name), runs)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": static}):
        found["page"] = median(partial(fetched, "/dashboard/"), runs)
        for part in sorted(LATER):  # which the page fetches once it stands
            found[f"then: {part}"] = median(partial(fetched, f"/dashboard/section/{part}/"), runs)
    return found


def median(act: Callable[[], object], runs: int) -> tuple[float, float]:
    times = []
    for _ in range(runs):
        start, cpu = time.perf_counter(), time.process_time()
        act()
        times.append((time.perf_counter() - start, time.process_time() - cpu))
    return statistics.median(wall for wall, _cpu in times), statistics.median(cpu for _wall, cpu in times)


# --- filling ----------------------------------------------------------------------------------------------------------


def fill(invoices: int) -> None:
    """Up to so many; what an earlier run made is kept."""
    from django.db import connection, transaction

    from extraction.models import Invoice, Membership, Role, User, Workspace

    workspace, made = Workspace.objects.get_or_create(name=NAME)
    people = []
    for email in (EMAIL, "anna@bench.example", "ben@bench.example", "cleo@bench.example"):
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD)
        Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": Role.ADMIN})
        people.append(user)
    rng = random.Random(7)
    if made:
        _rates_and_categories(workspace, rng)
    for at in range(Invoice.objects.filter(workspace=workspace).count(), invoices, AT_ONCE):
        with transaction.atomic():
            _add(workspace, people, random.Random(at), range(at, min(at + AT_ONCE, invoices)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _vendor(number: int) -> str:
    return f"{FIRST[number % 12]} {LAST[number // 12 % 10]} {number // 120 + 1}"


def _rates_and_categories(workspace: Any, rng: random.Random) -> None:
    from extraction.models import ExchangeRate, VendorCategory

    today = date.today()
    ExchangeRate.objects.bulk_create(
        ExchangeRate(date=today - timedelta(days=day), currency=code, source="file",
                     rate=round(middle + Decimal(rng.randrange(-500, 500)) / 10000, 4))
        for code, middle in (("USD", Decimal("1.08")), ("GBP", Decimal("0.86")), ("CHF", Decimal("0.95")))
        for day in range(DAYS + 60)
        if (today - timedelta(days=day)).weekday() < 5
    )  # fmt: skip
    VendorCategory.objects.bulk_create(
        VendorCategory(workspace=workspace, vendor_name=_vendor(number), category=CATEGORIES[number % 8])
        for number in range(VENDORS)
        if number % 10
    )


def _add(workspace: Any, people: list[Any], rng: random.Random, numbers: range) -> None:
    from extraction.models import Correction, Invoice, LineItem, TaxLine

    rows = Invoice.objects.bulk_create([_invoice(workspace, people, rng, number) for number in numbers])
    read = [row for row in rows if row.read_at]
    TaxLine.objects.bulk_create([line for row in read for line in _tax_lines(row, rng)], batch_size=AT_ONCE)
    lines = [
        LineItem(invoice=row, position=at, description=f"Item {at}", amount=row.net_total / 5)
        for row in read
        for at in range(1, 6)
    ]
    LineItem.objects.bulk_create(lines, batch_size=AT_ONCE)
    Correction.objects.bulk_create(
        [
            Correction(invoice=row, field=rng.choice(FIELDS), new_value="x", user=rng.choice(people),
                       created_at=row.read_at + timedelta(hours=1))
            for row in read for _ in range(rng.choice((0, 0, 0, 1, 2)))
        ],
        batch_size=AT_ONCE,
    )  # fmt: skip


def _invoice(workspace: Any, people: list[Any], rng: random.Random, number: int) -> Any:
    from extraction.models import Invoice

    status = rng.choices(list(STATES), list(STATES.values()))[0]
    came = datetime.now(tz=UTC) - timedelta(minutes=rng.randrange(60 * 24 * DAYS))
    row = Invoice(
        workspace=workspace, uploaded_by=people[0], status=status, file=f"invoices/{number}.pdf",
        file_name=f"document-{number:06}.pdf", media_type="application/pdf", size=80_000, sha256=f"{number:064x}",
        created_at=came, queued_at=came, channel=rng.choices(list(CHANNELS), list(CHANNELS.values()))[0],
    )  # fmt: skip
    if status == "failed":
        row.error_code, row.error_message = "damaged_file", "This file is damaged."
        return row
    net = Decimal(int(rng.lognormvariate(10.5, 1.2))) / 100
    tax = round(net * Decimal("0.19"), 2)
    issued = came.date() - timedelta(days=rng.randrange(1, 25))
    row.read_at, row.seconds = came + timedelta(minutes=1), rng.lognormvariate(1, 0.6)
    row.page_count = row.pages_done = 1
    row.source, row.language, row.confidence = "ocr", "en", rng.betavariate(9, 1)
    row.document_type = "invoice" if rng.random() < 0.95 else "credit_note"
    row.vendor_name = _vendor(
        min(int(rng.paretovariate(0.6)), VENDORS) - 1 if rng.random() < 0.6 else rng.randrange(VENDORS)
    )
    row.invoice_number, row.issue_date = f"R-{number:06}", issued
    row.due_date = issued + timedelta(days=rng.choice((10, 14, 30, 30, 60)))
    row.currency = rng.choices(("EUR", "USD", "GBP", "CHF", ""), (90, 5, 3, 1, 1))[0]
    row.net_total, row.tax_total, row.gross_total, row.amount_due = net, tax, net + tax, net + tax
    if status in ("approved", "exported"):
        row.approved_at, row.approved_by = came + timedelta(hours=20), rng.choice(people)
    if status == "exported":
        row.exported_at = came + timedelta(days=2)
    return row


def _tax_lines(row: Any, rng: random.Random) -> list[Any]:
    from extraction.models import TaxLine

    if rng.random() < 0.1:
        return []
    if rng.random() < 0.7:
        return [TaxLine(invoice=row, position=1, rate=Decimal(19), base=row.net_total, amount=row.tax_total)]
    half = round(row.net_total / 2, 2)
    return [
        TaxLine(invoice=row, position=1, rate=Decimal(19), base=half, amount=round(half * Decimal("0.19"), 2)),
        TaxLine(invoice=row, position=2, rate=Decimal(7), base=row.net_total - half,
                amount=round((row.net_total - half) * Decimal("0.07"), 2)),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
