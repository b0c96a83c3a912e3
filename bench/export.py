"""How long do large exports take, and how much memory?

``python -m bench.export``: makes a database of 100,000 invoices with 5 lines, 2 tax rates and 12 values each (once, in
``--folder``, which a later run finds again), then writes each format in a child of its own and prints its seconds,
rows, bytes and the largest memory that the child ever held. ``csv-header`` has a row an invoice, ``csv-lines`` a row a
line with the invoice's main values, ``csv`` both in a ZIP, ``xlsx`` both in a workbook; ``xlsx-all`` adds tax rates.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

CASES = ("csv-header", "csv-lines", "csv", "xlsx", "xlsx-all", "jsonl", "parquet")
AT_ONCE = 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "invoicelens-bench-export")
    parser.add_argument("--invoices", type=int, default=100_000)
    parser.add_argument("--cases", default="csv-header,csv-lines,csv,xlsx", help=f"some of {', '.join(CASES)}")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["DATA_DIR"] = str(options.folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    if options.child:
        print(json.dumps(measure(options.child, options.folder)))
        return
    make_database(options.folder, options.invoices)
    print(f"{options.invoices} invoices, 5 lines each; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for case in options.cases.split(","):
        command = [sys.executable, "-m", "bench.export", "--folder", str(options.folder), "--child", case]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(
            f"{case:12} {told['seconds']:6.1f} s, {told['processor']:.1f} s of processor;  {told['rows']:>9,} rows"
            f"  {told['bytes'] / 1e6:7.1f} MB  peak memory {told['peak_mb']:.0f} MB",
            flush=True,
        )


def measure(case: str, folder: Path) -> dict[str, Any]:
    """In the child: write one file, from the first query to the last byte on the disk."""
    import django

    django.setup()
    from extraction import exports
    from extraction.exports.records import read_records
    from extraction.models import Invoice

    target = folder / f"export-{case}"
    ids = list(Invoice.objects.order_by("pk").values_list("pk", flat=True))
    tally = exports.Tally()
    started, before = time.perf_counter(), time.process_time()
    plan = plan_of(case)
    exports.write(read_records(ids, base=Invoice.objects.all(), wanted=plan.wanted), plan, tally, target)
    seconds, processor = time.perf_counter() - started, time.process_time() - before
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = used.ru_maxrss / 1024
    return {
        "seconds": seconds,
        "processor": processor,
        "rows": tally.rows,
        "bytes": target.stat().st_size,
        "peak_mb": peak,
    }


def plan_of(case: str) -> Any:
    from extraction.exports import Level, plan_for

    format, _, what = case.partition("-")
    levels = {"": (Level.HEADER, Level.LINE), "header": (Level.HEADER,), "lines": (Level.LINE,), "all": tuple(Level)}[
        what
    ]
    return plan_for(format, levels)


def make_database(folder: Path, count: int) -> None:
    """Rows by the thousand, always the same; a folder that holds as many already is left alone."""
    import django

    folder.mkdir(parents=True, exist_ok=True)
    django.setup()
    from django.core.management import call_command

    from extraction.models import FieldValue, Invoice, LineItem, TaxLine, Workspace

    call_command("migrate", verbosity=0)
    if Invoice.objects.count() == count:
        return
    Invoice.objects.all().delete()
    workspace, _ = Workspace.objects.get_or_create(name="Bench")
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        invoices = Invoice.objects.bulk_create([Invoice(**head(workspace, number)) for number in numbers])
        FieldValue.objects.bulk_create(
            [FieldValue(invoice=it, **row) for it, n in zip(invoices, numbers, strict=True) for row in values(n)]
        )
        LineItem.objects.bulk_create(
            [LineItem(invoice=it, **row) for it, n in zip(invoices, numbers, strict=True) for row in lines(n)]
        )
        TaxLine.objects.bulk_create(
            [TaxLine(invoice=it, **row) for it, n in zip(invoices, numbers, strict=True) for row in taxes(n)]
        )


def net(number: int) -> Decimal:
    return Decimal(number % 9_000 + 10) + Decimal("0.50")


def day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number % 330)


def head(workspace: Any, number: int) -> dict[str, Any]:
    from django.utils import timezone

    now = timezone.now()
    return {
        "workspace": workspace,
        "status": "approved",
        "file": f"invoices/{number}.pdf",
        "file_name": f"invoice {number}.pdf",
        "media_type": "application/pdf",
        "size": 1000,
        "sha256": f"{number:064x}",
        "approved_at": now,
        "read_at": now,
        "language": "en",
        "source": "text_layer",
        "page_count": 1,
        "pages_done": 1,
        "currency": "EUR",
        "issue_date": day(number),
        "vendor_name": f"Vendor {number % 700} Ltd",
        "gross_total": net(number) * 2,
    }


def values(number: int) -> Iterator[dict[str, Any]]:
    """Twelve fields, as many as an invoice usually gives."""
    base = net(number)
    given = {
        "document_type": "invoice",
        "invoice_number": f"2026-{number:06}",
        "issue_date": day(number).isoformat(),
        "due_date": (day(number) + timedelta(days=14)).isoformat(),
        "currency": "EUR",
        "vendor_name": f"Vendor {number % 700} Ltd",
        "vendor_address": f"{number % 99 + 1} High Street, Springfield",
        "vendor_tax_id": f"DE{number % 700 + 100_000_000}",
        "iban": "DE89370400440532013000",
        "net_total": f"{base * 2:.2f}",
        "tax_total": f"{base * Decimal('0.26'):.2f}",
        "gross_total": f"{base * Decimal('2.26'):.2f}",
    }
    for name, value in given.items():
        yield {"name": name, "machine_value": value, "machine_text": value, "confidence": 0.97, "page": 1}


def lines(number: int) -> Iterator[dict[str, Any]]:
    for position in range(1, 6):
        yield {
            "position": position,
            "description": f"Article {position} of order {number}, grey",
            "quantity": Decimal(position),
            "unit": "pcs",
            "unit_price": Decimal("12.3456"),
            "tax_rate": Decimal(19 if position % 2 else 7),
            "amount": Decimal("12.3456") * position,
            "item_code": f"A-{position}",
            "page": 1,
        }


def taxes(number: int) -> Iterator[dict[str, Any]]:
    for position, rate in enumerate((19, 7), start=1):
        yield {"position": position, "rate": Decimal(rate), "base": net(number), "amount": net(number) * rate / 100}


if __name__ == "__main__":
    main()
