"""Each format, read again by another program, says what the records say."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.escape import unescape

from extraction import exports
from extraction.engine.fields import FIELDS, Kind
from extraction.exports.profiles import Draft, column_dict, plan_of
from extraction.exports.records import Record, read_records
from extraction.exports.tables import TABLES, Level
from extraction.models import FieldValue, Invoice, LineItem, TaxLine, User

D = Decimal


def written(plan: exports.Plan, *invoices: Invoice, at_once: int = 2) -> bytes:
    ids = [invoice.pk for invoice in invoices]
    parts = read_records(ids, base=Invoice.objects.all(), wanted=plan.wanted, at_once=at_once)
    return b"".join(exports.stream(parts, plan))


def records(*invoices: Invoice) -> list[Record]:
    plan = exports.plan_for("jsonl")
    ids = [invoice.pk for invoice in invoices]
    parts = read_records(ids, base=Invoice.objects.all(), wanted=plan.wanted)
    return [record for part in parts for record in part]


@pytest.fixture
def bills(make_bill: Callable[..., Invoice]) -> list[Invoice]:
    """Ordinary, negative in another currency, nearly empty, hostile."""
    return [
        make_bill(),
        make_bill(document_type="credit_note", currency="CHF", gross_total=D("-48213.07"), invoice_number="0042"),
        make_bill(lines=(), taxes=(), net_total=None, tax_total=None, due_date=None),
        make_bill(
            vendor_name="=HYPERLINK(1)",
            invoice_number="+1",
            vendor_address="A St\x0b1\nB\x00 Town\x1f",
            payment_reference="_x0041_ \ufffe\u2028",
            lines=(("-2+3\x01", "0.0005", "1234567.8901", "5.5", "-10.00"),),
            taxes=((None, "1.00", None),),
        ),
    ]


def test_csv_lines_read_by_pandas_are_the_lines(bills: list[Invoice]) -> None:
    table = pd.read_csv(
        io.BytesIO(written(exports.plan_for("csv", (Level.LINE,)), *bills)),
        dtype={"invoice_number": str},
        parse_dates=["issue_date"],
    )
    found = [(row.id, row.position, row.quantity, row.amount) for row in table.itertuples()]
    expected = [
        (line.invoice_id, line.position, float(line.quantity or 0), float(line.amount or 0))
        for line in LineItem.objects.order_by("invoice_id", "position")
    ]
    assert found == expected
    assert table["issue_date"].dtype.kind == "M"
    assert table["description"].tolist()[-1].startswith("'-2+3")
    assert table["invoice_number"].tolist()[2] == "0042"


def test_several_levels_as_csv_come_in_one_zip(bills: list[Invoice]) -> None:
    plan = exports.plan_for("csv", tuple(Level))
    assert (plan.extension, plan.media_type) == ("zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(written(plan, *bills))) as archive:
        assert archive.namelist() == ["invoices.csv", "lines.csv", "taxes.csv"]
        counts = {name: len(pd.read_csv(archive.open(name))) for name in archive.namelist()}
    assert counts == {"invoices.csv": 4, "lines.csv": LineItem.objects.count(), "taxes.csv": TaxLine.objects.count()}
    assert written(plan, *bills) == written(plan, *bills)


def sheet_rows(data: bytes, name: str) -> tuple[list[str], list[list[Any]], Any]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))[name]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [str(title) for title in rows[0]], rows[1:], sheet


def test_a_workbook_read_by_openpyxl_has_typed_cells_equal_to_the_records(bills: list[Invoice]) -> None:
    data = written(exports.plan_for("xlsx", tuple(Level)), *bills)
    titles, rows, sheet = sheet_rows(data, "Invoices")
    for record, row in zip(records(*bills), rows, strict=False):
        cells = dict(zip(titles, row, strict=True))
        assert cells["id"] == record.pk
        assert cells["uploaded_at"].replace(tzinfo=UTC) == record.created_at.replace(microsecond=0)
        for spec in FIELDS:
            value = record.fields.get(spec.name)
            if value is None:
                assert cells[spec.name] is None
            elif spec.kind is Kind.AMOUNT:
                assert cells[spec.name] == float(value)
            elif spec.kind is Kind.DATE:
                assert cells[spec.name] == datetime.fromisoformat(value)
            elif value.isprintable():
                assert str(cells[spec.name]) == value
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.column_dimensions["A"].width >= 8
    titles, rows, _sheet = sheet_rows(data, "Lines")
    count = LineItem.objects.count()
    lines = [dict(zip(titles, row, strict=True)) for row in rows[:count]]
    for cells, line in zip(lines, LineItem.objects.order_by("invoice_id", "position"), strict=True):
        assert (cells["quantity"], cells["amount"]) == (float(line.quantity or 0), float(line.amount or 0))
    titles, rows, _sheet = sheet_rows(data, "Taxes")
    assert len([row for row in rows if row[0] and not str(row[0]).startswith("Total")]) == TaxLine.objects.count()


def test_a_workbook_has_no_formula_but_its_totals(bills: list[Invoice]) -> None:
    data = written(exports.plan_for("xlsx", tuple(Level)), *bills)
    titles, rows, sheet = sheet_rows(data, "Invoices")
    at = titles.index("vendor_name")
    assert rows[3][at] == "=HYPERLINK(1)"
    assert sheet.cell(row=5, column=at + 1).data_type == "s"
    formulas = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert {cell.row for cell in formulas} == {6, 7}
    assert all(str(cell.value).startswith("=SUMIF(") for cell in formulas)


def test_totals_are_by_currency_and_have_their_value_at_once(bills: list[Invoice]) -> None:
    data = written(exports.plan_for("xlsx", (Level.HEADER,)), *bills)
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["Invoices"]
    titles = [cell.value for cell in sheet[1]]
    at = titles.index("gross_total") + 1
    totals = {sheet.cell(row=row, column=1).value: sheet.cell(row=row, column=at).value for row in (6, 7)}
    assert totals == {"Total CHF": -48213.07, "Total EUR": 517.5}


def test_what_xml_cannot_hold_is_left_out_of_a_workbook(bills: list[Invoice]) -> None:
    data = written(exports.plan_for("xlsx", tuple(Level)), *bills)
    titles, rows, _sheet = sheet_rows(data, "Invoices")
    cells = dict(zip(titles, rows[3], strict=True))
    assert cells["vendor_address"] == "A St1\nB Town"
    assert unescape(cells["payment_reference"]).startswith("_x0041_ ")
    assert sheet_rows(data, "Lines")[1][-3][sheet_rows(data, "Lines")[0].index("description")] == "-2+3"


def test_a_sheet_that_is_full_goes_on_in_another(
    make_bill: Callable[..., Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extraction.exports.xlsx.MOST_ROWS", 53)
    data = written(exports.plan_for("xlsx", (Level.LINE,)), *[make_bill() for _at in range(4)])
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Lines", "Lines 2", "Lines 3"]
    assert sum(1 for sheet in book for row in sheet.iter_rows(min_row=2) if row[1].value) == 8


def test_parquet_read_by_duckdb_has_exact_decimals_and_dates(bills: list[Invoice], tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(written(exports.plan_for("parquet", tuple(Level)), *bills))) as archive:
        archive.extractall(tmp_path)
    query = f"SELECT id, gross_total, issue_date, vendor_name FROM '{tmp_path}/invoices.parquet' ORDER BY id"
    found = duckdb.sql(query).fetchall()
    assert found == [
        (one.pk, one.amount("gross_total"), one.day("issue_date"), one.text("vendor_name")) for one in records(*bills)
    ]
    types = dict(zip(duckdb.sql(query).columns, map(str, duckdb.sql(query).types), strict=True))
    assert types == {"id": "BIGINT", "gross_total": "DECIMAL(38,4)", "issue_date": "DATE", "vendor_name": "VARCHAR"}
    total = duckdb.sql(f"SELECT sum(amount), count(*) FROM '{tmp_path}/lines.parquet'").fetchall()
    lines = LineItem.objects.all()
    assert total == [(sum((line.amount or D(0) for line in lines), D(0)), lines.count())]


def test_parquet_has_groups_of_rows(make_bill: Callable[..., Invoice], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extraction.exports.parquet.GROUP", 4)
    data = written(exports.plan_for("parquet", (Level.LINE,)), *[make_bill() for _at in range(5)])
    found = pq.ParquetFile(io.BytesIO(data))
    assert [found.metadata.row_group(at).num_rows for at in range(found.num_row_groups)] == [4, 4, 2]


def test_json_lines_are_records_with_peoples_values(bills: list[Invoice], approver: User) -> None:
    FieldValue.objects.filter(invoice=bills[0], name="gross_total").update(
        human_value="172.60", confirmed_by=approver, confirmed_at=datetime(2026, 3, 15, tzinfo=UTC)
    )
    lines = written(exports.plan_for("jsonl"), *bills).splitlines()
    assert len(lines) == 4
    first = json.loads(lines[0])
    assert first["fields"]["vendor_name"] == {
        "value": "Birch & Sons Ltd",
        "confidence": 0.9,
        "text": "Birch & Sons Ltd",
        "reason": "right of its label",
        "page": 1,
        "box": [0.1, 0.1, 0.2, 0.12],
    }
    assert first["fields"]["gross_total"] == {
        "value": "172.60",
        "machine_value": "172.50",
        "confirmed_at": "2026-03-15T00:00:00+00:00",
    }
    assert first["tax_breakdown"][0] == {"rate": "19", "base": "100", "amount": "19"}
    assert first["line_items"][1] == {
        "position": 2,
        "description": "Book; second-hand",
        "quantity": "2",
        "unit_price": "25",
        "tax_rate": "7",
        "amount": "50",
    }
    assert (first["file"], first["document_type"], first["pages"]) == (bills[0].file_name, "invoice", 1)


def test_a_field_that_a_person_emptied_is_absent(bills: list[Invoice]) -> None:
    FieldValue.objects.filter(invoice=bills[0], name="due_date").update(human_value="")
    assert "due_date" not in json.loads(written(exports.plan_for("jsonl"), bills[0]))["fields"]


def test_json_is_one_array_also_of_nothing(bills: list[Invoice]) -> None:
    assert [one["id"] for one in json.loads(written(exports.plan_for("json"), *bills))] == [bill.pk for bill in bills]
    assert json.loads(written(exports.plan_for("json"))) == []


def test_a_profile_as_json_has_its_own_names(bills: list[Invoice]) -> None:
    draft = Draft(
        name="x",
        format="jsonl",
        columns=[column_dict("vendor_name", "Lieferant"), column_dict("gross_total", "Brutto", "signed")],
    )
    found = [json.loads(line) for line in written(plan_of(draft), bills[0], bills[1]).splitlines()]
    assert found == [
        {"Lieferant": "Birch & Sons Ltd", "Brutto": "172.50"},
        {"Lieferant": "Birch & Sons Ltd", "Brutto": "-48213.07"},
    ]


def test_a_profile_as_csv_writes_exactly_these_bytes(make_bill: Callable[..., Invoice]) -> None:
    draft = Draft(
        name="x",
        level="line",
        columns=[
            column_dict("invoice_number", "Nr", "alnum"),
            column_dict("constant", "Mandant", "", "007"),
            column_dict("issue_date", "Datum"),
            column_dict("due_date", "", "compact"),
            column_dict("line.description", "Text", "upper"),
            column_dict("line.amount", "Betrag", "places4"),
            column_dict("gross_total"),
        ],
        options={"delimiter": ";", "decimal": ",", "dates": "dotted", "encoding": "cp1252", "bom": ""},
    )
    bill = make_bill(lines=(("Stühle – żółty 東", "1", "100.00", "19", "100.00"),), document_type="credit_note")
    assert written(plan_of(draft), bill) == (
        "Nr;Mandant;Datum;due_date;Text;Betrag;gross_total\r\n"
        "20240117;007;14.03.2026;20260413;STÜHLE – ZÓLTY ?;100,0000;172,50\r\n"
    ).encode("cp1252")


def test_a_level_with_rows_in_none_is_only_a_head(make_bill: Callable[..., Invoice]) -> None:
    assert written(exports.plan_for("csv", (Level.LINE,)), make_bill(lines=())).count(b"\r\n") == 1


def test_an_export_that_nobody_finishes_reading_leaves_no_file_behind(
    bills: list[Invoice], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("extraction.exports.writing.BLOCK", 10)
    plan = exports.plan_for("xlsx", tuple(Level))
    parts = read_records([bill.pk for bill in bills], base=Invoice.objects.all(), wanted=plan.wanted)
    stream: Iterator[bytes] = exports.stream(parts, plan)
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_all_levels_have_their_keys() -> None:
    for level in (Level.LINE, Level.TAX):
        assert [column.title for column in TABLES[level].columns][:3] == ["id", "file", "document_type"]
        titles = [column.title for column in TABLES[level].columns]
        assert len(set(titles)) == len(titles)


def test_reading_takes_a_few_queries_a_part(make_bill: Callable[..., Invoice], django_assert_num_queries: Any) -> None:
    ids = [make_bill(issue_date=date(2026, 1, at + 1)).pk for at in range(12)]
    plan = exports.plan_for("xlsx", tuple(Level))
    with django_assert_num_queries(8):
        list(read_records(ids, base=Invoice.objects.all(), wanted=plan.wanted, at_once=6))
