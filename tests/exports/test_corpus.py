"""Real documents through every export: what another program reads from the files is what the engine read.

What OCR found is taken from the folder that INVOICELENS_OCR_CACHE names (``evaluate`` fills one); documents that need
OCR and are not in it are left out.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest

from extraction import exports
from extraction.engine import read_invoice
from extraction.engine.errors import InvoiceError
from extraction.engine.ocr import default_ocr
from extraction.engine.options import ReadOptions
from extraction.engine.record import InvoiceRecord, canonical
from extraction.exports.codes import code_book
from extraction.exports.presets import PRESETS, WANTED, PresetRun, parsed
from extraction.exports.records import read_records
from extraction.exports.tables import Level
from extraction.exports.writing import Tally
from extraction.models import Invoice, LineItem, Status, TaxLine, VendorCode, Workspace
from extraction.ocr_cache import FileDocumentCache
from extraction.services.columns import row_values
from tests.builders import make_invoice
from tests.corpus import CORPUS, needs_corpus

from . import datev_rules, target_rules

pytestmark = [pytest.mark.corpus, needs_corpus, pytest.mark.django_db]

CACHE = os.environ.get("INVOICELENS_OCR_CACHE", "")
KINDS = {".pdf", ".xml", ".jpg", ".jpeg", ".png", ".tif"}


class OnlyRemembered:
    """An OCR engine whose name finds what the real one left in the cache; it reads nothing itself."""

    name = default_ocr().name

    def __getattr__(self, name: str) -> Any:
        raise InvoiceError


@pytest.fixture(scope="module")
def documents() -> list[InvoiceRecord]:
    return list(read_documents())


def read_documents() -> Iterator[InvoiceRecord]:
    cache = FileDocumentCache(Path(CACHE)) if CACHE else None
    limit = int(os.environ.get("CORPUS_DOCUMENTS", "100000"))
    paths = [path for path in sorted(CORPUS.rglob("*")) if path.suffix.lower() in KINDS]
    for path in paths[:: max(1, len(paths) // limit)]:
        try:
            reading = read_invoice(path, options=ReadOptions(), ocr=OnlyRemembered(), cache=cache)  # type: ignore[arg-type]
        except InvoiceError:
            continue  # not in the cache, or a file that is refused
        if reading.record.fields:
            yield reading.record


def stored(workspace: Workspace, record: InvoiceRecord) -> Invoice:
    values = {name: found.value for name, found in record.fields.items()}
    invoice = make_invoice(workspace, status=Status.APPROVED, values=values)
    LineItem.objects.bulk_create(
        [LineItem(invoice=invoice, **row_values(LineItem, item)) for item in record.line_items]
    )
    TaxLine.objects.bulk_create(
        [
            TaxLine(invoice=invoice, position=at, **row_values(TaxLine, row))
            for at, row in enumerate(record.tax_breakdown, start=1)
        ]
    )
    return invoice


@pytest.fixture
def corpus(workspace: Workspace, documents: list[InvoiceRecord]) -> dict[int, InvoiceRecord]:
    found = {stored(workspace, record).pk: record for record in documents}
    assert found
    print(f"{len(found)} documents")
    return found


def written(plan: exports.Plan, ids: list[int]) -> bytes:
    return b"".join(exports.stream(read_records(ids, base=Invoice.objects.all(), wanted=plan.wanted), plan))


def test_every_format_says_what_the_engine_read(corpus: dict[int, InvoiceRecord], tmp_path: Path) -> None:
    ids = sorted(corpus)
    table = pd.read_csv(io.BytesIO(written(exports.plan_for("csv"), ids)), dtype=str, keep_default_na=False)
    for row in table.to_dict("records"):
        for name, found in corpus[int(row["id"])].fields.items():
            given = row[name].replace("'", "")
            assert given == canonical(found.value).replace("'", "").replace("\r", "\n"), (row["id"], name)
    book = openpyxl.load_workbook(io.BytesIO(written(exports.plan_for("xlsx", tuple(Level)), ids)), read_only=True)
    titles, *rows = book["Invoices"].iter_rows(values_only=True)
    at = titles.index("gross_total")
    totals = {row[0]: row[at] for row in rows if isinstance(row[0], int | float)}
    for pk, record in corpus.items():
        gross = record.value("gross_total")
        assert totals[pk] == (float(gross) if isinstance(gross, Decimal) else None)
    lines = [row for row in book["Lines"].iter_rows(min_row=2, values_only=True) if isinstance(row[0], int | float)]
    assert len(lines) == sum(len(record.line_items) for record in corpus.values())
    with zipfile.ZipFile(io.BytesIO(written(exports.plan_for("parquet", tuple(Level)), ids))) as archive:
        archive.extractall(tmp_path)
    for pk, gross in duckdb.sql(f"SELECT id, gross_total FROM '{tmp_path}/invoices.parquet'").fetchall():
        assert gross == corpus[pk].value("gross_total")


def owed(record: InvoiceRecord) -> Decimal:
    """The gross to the cent; less than nothing for a credit note, however its sign is printed."""
    gross = record.value("gross_total")
    assert isinstance(gross, Decimal)
    credit = record.value("document_type") == "credit_note" or gross < 0
    return abs(gross).quantize(Decimal("0.01"), ROUND_HALF_UP) * (-1 if credit else 1)


@pytest.mark.parametrize("key", PRESETS)
def test_what_every_preset_writes_keeps_the_rules_of_its_target(
    corpus: dict[int, InvoiceRecord], workspace: Workspace, tmp_path: Path, key: str
) -> None:
    """Codes as a workspace would set them; what is taken posts the gross of its invoice to the cent."""
    preset = PRESETS[key]
    rates = "\n".join(f"{rate} = {'T1' if key == 'sage50' else '9'}" for rate in ("none", *range(51), "5.5", "2.1"))
    typed = {one.name: one.default for one in preset.settings} | {"tax_codes": rates, "account": "4980"}
    typed |= {"due_days": "14", "consultant": "29098", "client": "1", "creditor": "79999", "currency": "EUR"}
    settings, errors = parsed(preset.settings, typed)
    assert errors == {}
    for record in corpus.values():
        name = str(record.value("vendor_name") or "")[:200]
        VendorCode.objects.get_or_create(
            workspace=workspace, vendor_name=name or "?", defaults={"vendor_account": "70001"}
        )
    run = PresetRun(preset, settings, Tally())
    parts = read_records(sorted(corpus), base=Invoice.objects.all(), wanted=WANTED, book=code_book(workspace))
    target = tmp_path / "file"
    run.write(parts, target)
    assert run.taken
    print(f"{key}: {len(run.taken)} taken, {len(run.left)} left out")
    data = target.read_bytes()
    files = [data]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(target) as archive:
            files = [archive.read(name) for name in archive.namelist()]
    check: Any = {
        "datev": datev_rules.check,
        "xero": lambda one: list(target_rules.check_xero(one)),
        "quickbooks": lambda one: list(target_rules.check_quickbooks(one)),
        "sage50": target_rules.check_sage,
        "odoo": target_rules.check_odoo,
    }[key]
    found = [row for one in files for row in check(one)]
    if key == "datev":
        total = sum((Decimal(row["amount"]) * (1 if row["side"] == "S" else -1) for row in found), Decimal(0))
        assert total == sum((owed(corpus[taken.pk]) for taken in run.taken), Decimal(0))
    if key == "odoo":
        assert len(found) == len(run.taken)


def test_nothing_depends_on_the_order(corpus: dict[int, InvoiceRecord]) -> None:
    plan = replace(exports.plan_for("jsonl"))
    ids = sorted(corpus)
    forth, back = written(plan, ids).splitlines(), written(plan, ids[::-1]).splitlines()
    assert forth == back[::-1]
