from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse

from extraction import exports
from extraction.engine.fields import FIELDS
from extraction.exports.records import read_records
from extraction.exports.shapes import Options, defused, text_writer
from extraction.exports.tables import SOURCES, TABLES, Level
from extraction.models import AuditEvent, FieldValue, Invoice, Status, User
from tests.builders import VALUES

HEADER = [column.title for column in TABLES[Level.HEADER].columns]


def write_csv(invoices: list[Invoice], options: Options = exports.DIALECTS["comma"]) -> Iterator[bytes]:
    plan = exports.plan_for("csv", options=options)
    ids = [invoice.pk for invoice in invoices]
    return exports.stream(read_records(ids, base=Invoice.objects.all(), wanted=plan.wanted), plan)


def cell(name: str, value: Any, decimal: str = ".") -> str:
    return text_writer(SOURCES[name].column(), Options(decimal=decimal))(value)


NAMES = ",".join(spec.name for spec in FIELDS)


def download(client: Client, **query: str) -> bytes:
    return b"".join(client.get(reverse("export"), query).streaming_content)


def post(client: Client, **data: str) -> bytes:
    return b"".join(client.post(reverse("export"), data).streaming_content)


def line(values: dict[str, str], before: str, after: str) -> bytes:
    cells = ",".join(values.get(spec.name, "") for spec in FIELDS)
    return f"{before},{cells},{after}\r\n".encode()


def test_it_writes_exactly_these_bytes(make_invoice: Callable[..., Invoice], approver: User) -> None:
    moment = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
    invoice = make_invoice(
        status=Status.APPROVED,
        file_name='März, "final".pdf',
        created_at=moment,
        approved_at=moment,
        approved_by=approver,
        problems=[{"code": "totals_disagree", "fields": [], "message": "…"}],
        values=VALUES
        | {"vendor_name": "=HYPERLINK(1)", "gross_total": Decimal("-119.00"), "vendor_address": "A St 1\nB Town"},
    )
    values = {
        "document_type": "invoice",
        "invoice_number": "2024-0117",
        "issue_date": "2024-03-14",
        "currency": "EUR",
        "vendor_name": "'=HYPERLINK(1)",
        "vendor_address": '"A St 1\nB Town"',
        "net_total": "100.00",
        "tax_total": "19.00",
        "gross_total": "-119.00",
    }
    header = f"id,file,status,uploaded_at,{NAMES},approved_at,approved_by,exported_at,language,problems\r\n".encode()
    row = line(
        values,
        f'{invoice.pk},"März, ""final"".pdf",approved,2026-03-14T09:30:00+00:00',
        "2026-03-14T09:30:00+00:00,approver@example.com,,en,totals_disagree",
    )
    assert b"".join(write_csv([invoice])) == header + row
    marked = exports.with_mark(exports.DIALECTS["comma"])
    assert b"".join(write_csv([invoice], marked)) == b"\xef\xbb\xbf" + header + row


def test_for_excel_in_most_of_europe_it_writes_exactly_these_bytes(make_invoice: Callable[..., Invoice]) -> None:
    moment = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
    values: dict[str, Any] = {
        "vendor_name": "Müller; Söhne, Ltd",
        "vendor_address": "=1+1;2",
        "payment_reference": "12.50",
        "issue_date": date(2024, 3, 14),
        "net_total": Decimal("1234.56"),
        "gross_total": Decimal("-1469.13"),
    }
    invoice = make_invoice(status=Status.REVIEW, file_name="a;b.pdf", created_at=moment, values=values)
    cells = {
        "vendor_name": '"Müller; Söhne, Ltd"',
        "vendor_address": '"\'=1+1;2"',
        "payment_reference": "12.50",
        "issue_date": "2024-03-14",
        "net_total": "1234,56",
        "gross_total": "-1469,13",
    }
    row = ";".join(cells.get(spec.name, "") for spec in FIELDS)
    expected = ";".join(HEADER) + f'\r\n{invoice.pk};"a;b.pdf";review;2026-03-14T09:30:00+00:00;{row};;;;en;\r\n'
    assert b"".join(write_csv([invoice], exports.DIALECTS["semicolon"])) == b"\xef\xbb\xbf" + expected.encode()
    assert b"".join(write_csv([invoice], exports.with_mark(exports.DIALECTS["semicolon"]))).count(b"\xef\xbb\xbf") == 1


def test_the_separator_can_be_chosen_and_is_a_comma_unless_it_is(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    make_invoice(values=VALUES | {"gross_total": Decimal("48213.07")})
    table = pd.read_csv(io.BytesIO(post(web, dialect="semicolon")), sep=";", decimal=",")
    assert list(table.columns) == list(HEADER)
    assert table["gross_total"].tolist() == [48213.07]
    for other in ({}, {"dialect": "comma"}, {"dialect": "rubbish"}):
        assert pd.read_csv(io.BytesIO(download(web, **other)))["gross_total"].tolist() == [48213.07]


def test_the_dialog_offers_both_and_has_the_comma_chosen(make_invoice: Callable[..., Invoice], web: Client) -> None:
    make_invoice()
    page = web.get(reverse("inbox")).content.decode()
    assert '<input type="radio" name="dialect" value="comma" checked>' in page
    assert '<input type="radio" name="dialect" value="semicolon">' in page


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_text_cannot_become_a_formula(start: str) -> None:
    assert defused(f"{start}1+1") == f"'{start}1+1"
    assert cell("invoice_number", f"{start}1") == f"'{start}1"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Elm;=1+1;", "Elm;'=1+1;"),
        ('Elm;"=1+1', "Elm;\"'=1+1"),
        ("Elm Street\n=1+1", "Elm Street\n'=1+1"),
        ("Elm,@SUM(1)", "Elm,'@SUM(1)"),
        ("Elm, -5 %; 20-30 C=D", "Elm, -5 %; 20-30 C=D"),
    ],
)
def test_nor_when_the_file_is_split_at_another_separator(text: str, safe: str) -> None:
    assert defused(text) == safe


def test_numbers_stay_numbers_also_negative_ones() -> None:
    assert cell("gross_total", "-1234.50") == "-1234.50"
    assert cell("gross_total", "-1234.50", decimal=",") == "-1234,50"
    assert cell("gross_total", "=1.5", decimal=",") == "'=1.5"
    assert cell("gross_total", "=1+1") == "'=1+1"
    assert cell("gross_total", "-Infinity") == "'-Infinity"
    assert cell("issue_date", "2024-02-29") == "2024-02-29"
    assert cell("issue_date", "@SUM(1)") == "'@SUM(1)"


def test_it_opens_in_pandas_with_the_right_types(make_invoice: Callable[..., Invoice], web: Client) -> None:
    make_invoice(values=VALUES | {"gross_total": Decimal("-48213.07"), "invoice_number": "0042"})
    make_invoice(values=VALUES | {"issue_date": date(2023, 12, 31)})
    for bom in ("", "1"):
        data = io.BytesIO(download(web, bom=bom, sort="date"))
        table = pd.read_csv(data, dtype={"invoice_number": str}, parse_dates=["issue_date", "uploaded_at"])
        assert list(table.columns) == list(HEADER)
        assert table["gross_total"].dtype == "float64"
        assert table["gross_total"].tolist() == [119.0, -48213.07]
        assert str(table["issue_date"].dtype).startswith("datetime64")
        assert table["invoice_number"].tolist()[1] == "0042"


def test_it_brings_a_persons_value_instead_of_the_machines(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    FieldValue.objects.filter(invoice=invoice, name="gross_total").update(human_value="120.00")
    assert b",120.00," in download(web)
    assert b",119.00," not in download(web)


def test_it_brings_what_the_filter_shows_in_its_order(make_invoice: Callable[..., Invoice], web: Client) -> None:
    make_invoice(status=Status.REVIEW, values=VALUES | {"vendor_name": "Not approved"})
    b = make_invoice(status=Status.APPROVED, values=VALUES | {"vendor_name": "B"})
    a = make_invoice(status=Status.APPROVED, values=VALUES | {"vendor_name": "A"})
    table = pd.read_csv(io.BytesIO(download(web, status="approved", sort="vendor")))
    assert table["id"].tolist() == [a.pk, b.pk]
    assert pd.read_csv(io.BytesIO(download(web, q="not approved")))["vendor_name"].tolist() == ["Not approved"]


def test_it_marks_approved_ones_as_exported_when_asked(make_invoice: Callable[..., Invoice], web: Client) -> None:
    approved, waiting = make_invoice(status=Status.APPROVED), make_invoice(status=Status.REVIEW)
    assert post(web).count(b"\r\n") == 3
    approved.refresh_from_db()
    assert approved.status == Status.APPROVED
    assert post(web, mark="1").count(b"\r\n") == 3
    approved.refresh_from_db()
    waiting.refresh_from_db()
    assert (approved.status, waiting.status) == (Status.EXPORTED, Status.REVIEW)
    assert AuditEvent.objects.filter(invoice_id=approved.pk, action="exported").count() == 1


def test_a_download_that_breaks_off_marks_nothing_it_did_not_hand_out(
    make_invoice: Callable[..., Invoice], web: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extraction.views.export.AT_ONCE", 2)
    made = [make_invoice(status=Status.APPROVED) for _number in range(5)]
    answer: Any = web.post(reverse("export"), {"mark": "1"})
    stream = iter(answer.streaming_content)
    for _piece in range(3):  # the header and two parts: the second pair is not through
        next(stream)
    status = dict(Invoice.objects.values_list("pk", "status"))
    assert [status[invoice.pk] for invoice in reversed(made)] == ["exported", "exported"] + ["approved"] * 3


def test_a_reviewer_may_download_but_not_mark(
    make_invoice: Callable[..., Invoice], browse: Callable[[User], Client], reviewer: User
) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    client = browse(reviewer)
    assert download(client).count(b"\r\n") == 2
    answer = client.post(reverse("export"), {"mark": "1"}, follow=True)
    assert "does not include this" in answer.content.decode()
    invoice.refresh_from_db()
    assert invoice.status == Status.APPROVED


def test_an_export_of_nothing_is_the_header(web: Client) -> None:
    assert download(web) == (",".join(HEADER) + "\r\n").encode()


def test_it_loads_invoices_in_parts_and_not_one_by_one(
    make_invoice: Callable[..., Invoice], web: Client, django_assert_max_num_queries: Any
) -> None:
    for _number in range(30):
        make_invoice()
    with django_assert_max_num_queries(8):
        assert download(web).count(b"\r\n") == 31
