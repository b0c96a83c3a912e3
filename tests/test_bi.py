"""The views for BI tools: names that stay, values that are right, and files that other programs read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from duckdb_extensions import import_extension

from extraction import services
from extraction.bi import VIEWS, schema, view_sql, views_create, views_drop
from extraction.bi.calendar import calendar
from extraction.bi.snapshot import snapshot_write
from extraction.models import Day, Invoice, LineItem, TaxLine, User, Workspace

from .servers import Servers

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


@pytest.fixture(autouse=True)
def _days(db: None) -> None:
    """Tests that commit empty all tables behind them, also this one, which only a migration fills."""
    if not Day.objects.exists():
        Day.objects.bulk_create([Day(**row) for row in calendar()], batch_size=500)


def rows(sql: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture
def invoices(make_invoice: Make, approver: User) -> list[Invoice]:
    """An approved invoice with a line and a tax, a credit note with positive amounts, and a deleted one."""
    paid = make_invoice(status="approved", approved_by=approver, vendor_tax_id="DE 136695976")
    LineItem.objects.create(
        invoice=paid,
        position=1,
        description="Nails",
        quantity=2,
        amount=Decimal("100.00"),
        page=1,
        box=[0.1, 0.2, 0.3, 0.4],
    )
    TaxLine.objects.create(invoice=paid, position=1, rate=19, base=Decimal("100.00"), amount=Decimal("19.00"))
    credit = make_invoice(document_type="credit_note", vendor_tax_id="de136695976")
    gone = make_invoice(deleted_at=timezone.now())
    return [paid, credit, gone]


def test_every_column_that_is_promised_is_there_in_its_order(db: None):
    assert tuple(table.name for table in schema.TABLES) == (*VIEWS, "dim_date")
    for table in schema.TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table.name} LIMIT 0")
            assert [column[0] for column in cursor.description] == [column.name for column in table.columns]


def test_amounts_of_credit_notes_are_negative_and_the_deleted_are_left_out(invoices: list[Invoice]):
    found = rows("SELECT invoice_id, gross_amount, is_approved, approved_by FROM fact_invoice ORDER BY invoice_id")
    assert [
        (row["invoice_id"], float(row["gross_amount"]), row["is_approved"], row["approved_by"]) for row in found
    ] == [
        (invoices[0].pk, 119.0, 1, "approver@example.com"),
        (invoices[1].pk, -119.0, 0, None),
    ]


def test_a_vendor_is_one_row_however_its_tax_id_is_spelled(invoices: list[Invoice], make_invoice: Make):
    make_invoice(vendor_name="Fir Ltd")
    found = rows("SELECT vendor_key, documents FROM dim_vendor ORDER BY documents")
    workspace = invoices[0].workspace_id
    assert [(row["vendor_key"], row["documents"]) for row in found] == [
        (f"{workspace}:fir ltd", 1),
        (f"{workspace}:DE136695976", 2),
    ]
    assert rows("SELECT COUNT(*) AS n FROM fact_invoice JOIN dim_vendor USING (vendor_key)")[0]["n"] == 3


def test_a_field_tells_where_it_was_read_and_who_confirmed_it(invoices: list[Invoice], approver: User):
    services.field_correct(invoice=invoices[1], user=approver, name="gross_total", text="120.00")
    [row] = rows(f"SELECT * FROM fact_field WHERE invoice_id = {invoices[1].pk} AND field = 'gross_total'")
    assert (row["value"], row["read_value"], row["is_corrected"], row["confirmed_by"]) == (
        "120.00", "119.00", 1, "approver@example.com",
    )  # fmt: skip
    assert (row["page"], row["x0"], row["y1"]) == (1, 0.1, 0.12)
    [total] = rows(f"SELECT total_confirmed_by, total_page FROM fact_invoice WHERE invoice_id = {invoices[1].pk}")
    assert total == {"total_confirmed_by": "approver@example.com", "total_page": 1}


def test_the_days_join_with_dates(invoices: list[Invoice]):
    [row] = rows(
        "SELECT DISTINCT year, quarter, month, day_of_week FROM fact_invoice JOIN dim_date ON date_key = issue_date"
    )
    assert row == {"year": 2024, "quarter": 1, "month": 3, "day_of_week": 4}


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_is_read_by_pandas_and_duckdb_with_its_types(invoices: list[Invoice], tmp_path: Path):
    assert snapshot_write(tmp_path)["fact_invoice"] == 2
    frame = pd.read_parquet(tmp_path / "fact_invoice.parquet")
    assert list(frame["gross_amount"]) == [Decimal("119.0000"), Decimal("-119.0000")]
    assert list(frame["issue_date"]) == [date(2024, 3, 14)] * 2
    assert str(frame["uploaded_at"].dtype).startswith("datetime64")
    found = (
        duckdb.connect()
        .execute(
            f"""SELECT SUM(i.gross_amount), SUM(l.amount), ANY_VALUE(d.year)
            FROM '{tmp_path}/fact_invoice.parquet' i JOIN '{tmp_path}/fact_line.parquet' l USING (invoice_id)
            JOIN '{tmp_path}/dim_date.parquet' d ON d.date_key = i.issue_date"""
        )
        .fetchone()
    )
    assert found == (Decimal("119.0000"), Decimal("100.0000"), 2024)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        f"{table.name}.parquet" for table in schema.TABLES
    )


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_of_one_workspace_holds_nothing_of_another(invoices: list[Invoice], tmp_path: Path, outsider: User):
    other = Workspace.objects.get(name="Elsewhere")
    assert snapshot_write(tmp_path, workspace_id=other.pk)["fact_invoice"] == 0
    assert snapshot_write(tmp_path, workspace_id=invoices[0].workspace_id)["fact_line"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_that_fails_leaves_the_old_files(invoices: list[Invoice], tmp_path: Path, monkeypatch: Any):
    snapshot_write(tmp_path)
    before = (tmp_path / "fact_invoice.parquet").read_bytes()
    monkeypatch.setattr(schema, "BY_NAME", None)
    monkeypatch.setattr("extraction.bi.snapshot.python_row", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        snapshot_write(tmp_path)
    assert (tmp_path / "fact_invoice.parquet").read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CommandError, match="cannot be written to"):
        call_command("snapshot", str(tmp_path / "file"))


def test_the_views_are_made_anew_after_they_were_dropped(db: None):
    views_drop(connection)
    views_create(connection)
    assert rows("SELECT COUNT(*) AS n FROM fact_invoice") == [{"n": 0}]


def test_duckdb_reads_the_views_of_a_sqlite_file(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'invoicelens.sqlite3'}"
    migrate(url, tmp_path)
    python(url, tmp_path, "-c", INSERTED)
    import_extension("sqlite_scanner")
    duck = duckdb.connect()
    duck.execute(f"LOAD sqlite_scanner; ATTACH '{tmp_path / 'invoicelens.sqlite3'}' AS site (TYPE sqlite, READ_ONLY)")
    found = duck.execute(
        """SELECT i.gross_amount, CAST(i.upload_date AS VARCHAR), v.documents, d.year
           FROM site.fact_invoice i JOIN site.dim_vendor v USING (vendor_key)
           JOIN site.dim_date d ON d.date_key = i.issue_date"""
    ).fetchall()
    assert [(float(row[0]), *row[1:]) for row in found] == [(-119.0, "2024-03-15", 1, 2024)]
    [field] = duck.execute("SELECT x0, value FROM site.fact_field").fetchall()
    assert (float(field[0]), field[1]) == (0.1, "120.00")


@pytest.mark.services
def test_postgresql_has_the_same_views_and_keeps_the_rights_on_them(servers: Servers, tmp_path: Path):
    """The product's own migrations against a real server, then psql as a reader without any other right."""
    name = "invoicelens_bi"
    url = servers.database_url.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(servers.database_url, autocommit=True) as database:
        database.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        database.execute(f"CREATE DATABASE {name}")
    migrate(url, tmp_path)
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("DROP ROLE IF EXISTS bi_reader")
        database.execute("CREATE ROLE bi_reader LOGIN")
        database.execute("GRANT SELECT ON " + ", ".join((*VIEWS, "dim_date")) + " TO bi_reader")
    python(url, tmp_path, "-c", INSERTED)
    migrate(url, tmp_path)  # again: nothing to do, the rights stay
    psql = shutil.which("psql")
    assert psql, "psql comes with PostgreSQL"
    reader = url.replace("//invoicelens@", "//bi_reader@")
    query = (
        "SELECT gross_amount, is_approved, upload_date, vendor_key, year FROM fact_invoice "
        "LEFT JOIN dim_date ON date_key = issue_date; SELECT documents FROM dim_vendor; "
        "SELECT COUNT(*) FROM fact_line; SELECT COUNT(*) FROM fact_tax; SELECT x0, is_corrected FROM fact_field"
    )
    told = subprocess.run([psql, reader, "-At", "-c", query], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["-119.0000|0|2024-03-15|1:birch|2024", "1", "0", "0", "0.1|1"]
    denied = subprocess.run([psql, reader, "-c", "SELECT * FROM extraction_user"], capture_output=True, text=True)
    assert "permission denied" in denied.stderr


def migrate(url: str, folder: Path) -> None:
    python(url, folder, "manage.py", "migrate", "--verbosity", "0")


def python(url: str, folder: Path, *command: str) -> None:
    env = os.environ | {"DATABASE_URL": url, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "ocrsite.settings"}
    done = subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


INSERTED = """
import django
django.setup()
from datetime import UTC, datetime
from extraction.models import FieldValue, Workspace
from tests.builders import make_invoice
workspace = Workspace.objects.create(pk=1, name="Acme")
came = datetime(2024, 3, 15, 23, 30, tzinfo=UTC)
make_invoice(workspace, vendor_name="Birch", document_type="credit_note", created_at=came)
FieldValue.objects.exclude(name="gross_total").delete()
FieldValue.objects.update(human_value="120.00")
"""


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_no_word_in_braces_is_left_in_the_sql(vendor: str):
    for name in VIEWS:
        assert "{" not in view_sql(name, vendor)


def test_the_documentation_names_every_column():
    text = (Path(__file__).parents[1] / "docs" / "bi.md").read_text(encoding="utf-8")
    for table in schema.TABLES:
        part = text.partition(f"### {table.name}\n")[2].partition("\n### ")[0]
        for column in table.columns:
            assert f"| `{column.name}` | {column.type} | {column.about} |" in part
