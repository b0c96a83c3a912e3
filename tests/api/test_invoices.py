"""Documents through the API: list, get, upload, correct, decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from extraction.models import ApiAnswer, Invoice, InvoicePage, LineItem, TaxLine, User
from tests.badfiles import text_pdf
from tests.builders import png, upload
from tests.engine.test_containers import mail

from .conftest import Program

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


def test_a_document_is_shown_as_the_record_has_it(program: Program, make_invoice: Make):
    invoice = make_invoice(problems=[{"code": "totals_disagree", "fields": ["net_total"], "message": "They differ."}])
    LineItem.objects.create(
        invoice=invoice, position=1, description="Nails", quantity=Decimal("2.5"), amount=Decimal(100)
    )
    TaxLine.objects.create(invoice=invoice, position=1, rate=Decimal(19), base=Decimal(100), amount=Decimal(19))
    shown = program.get(f"/invoices/{invoice.pk}").json()
    assert shown["fields"]["gross_total"]["value"] == "119.00"
    assert shown["fields"]["gross_total"]["box"] == [0.1, 0.1, 0.2, 0.12]
    assert "iban" not in shown["fields"]
    assert (shown["gross_total"], shown["issue_date"], shown["currency"]) == ("119.00", "2024-03-14", "EUR")
    line = shown["line_items"][0]
    assert (line["quantity"], line["amount"], line["unit_price"]) == ("2.5", "100.00", None)
    assert shown["tax_breakdown"] == [
        {"rate": "19", "base": "100.00", "amount": "19.00", "category": None, "exemption_reason": None}
    ]
    assert shown["problems"] == [{"code": "totals_disagree", "fields": ["net_total"], "message": "They differ."}]


def test_an_unchanged_document_is_not_sent_again(program: Program, make_invoice: Make):
    invoice = make_invoice()
    first = program.get(f"/invoices/{invoice.pk}")
    again = program.get(f"/invoices/{invoice.pk}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    program.patch(f"/invoices/{invoice.pk}/fields", {"fields": {"invoice_number": "R-9"}})
    changed = program.get(f"/invoices/{invoice.pk}", headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed.json()["invoice_number"]) == (200, "R-9")


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"a", "b", "c"}),
        ({"status": ["review"]}, {"a", "b"}),
        ({"status": ["approved", "failed"]}, {"c"}),
        ({"vendor": "oak"}, {"b"}),
        ({"vendor": "DE136695976"}, {"c"}),
        ({"issued_from": "2024-02-01", "issued_to": "2024-02-28"}, {"b"}),
        ({"amount_from": "100", "amount_to": "119.00"}, {"a"}),
        ({"currency": "USD"}, {"b"}),
        ({"problem": "totals_disagree"}, {"c"}),
        ({"channel": "api"}, {"b"}),
        ({"q": "oak 2024"}, {"b"}),
        ({"changed_since": "2100-01-01T00:00:00Z"}, set()),
    ],
)
def test_filters_choose(program: Program, make_invoice: Make, query: dict[str, Any], expected: set[str]):
    make_invoice(file_name="a", issue_date=date(2024, 1, 5))
    make_invoice(
        file_name="b", issue_date=date(2024, 2, 5), vendor_name="Oak AG", gross_total=5, currency="USD", channel="api"
    )
    problem = {"code": "totals_disagree", "fields": [], "message": ""}
    make_invoice(
        file_name="c",
        status="approved",
        gross_total=9000,
        problems=[problem],
        vendor_tax_id="DE136695976",
        vendor_name="X",
    )
    found = program.get("/invoices", data=query)
    assert {row["file"] for row in found.json()["items"]} == expected


@pytest.mark.parametrize(
    "sort", ["created_at", "-created_at", "issue_date", "-gross_total", "vendor_name", "-updated_at"]
)
def test_pages_hold_every_document_once_also_when_new_ones_come_in_between(
    program: Program, make_invoice: Make, sort: str
):
    """Among them equal values and missing ones."""
    for day in (3, 1, 1, None, 2, None):
        make_invoice(issue_date=day and date(2024, 1, day), gross_total=day, vendor_name="Oak")
    expected = set(Invoice.objects.values_list("pk", flat=True))
    seen: list[int] = []
    address = f"/api/v1/invoices?limit=2&sort={sort}"
    while address:
        page = program.client.get(address).json()
        seen += [row["id"] for row in page["items"]]
        address = page["next"]
        make_invoice(issue_date=date(2023, 1, 1), gross_total=99, vendor_name="Ash", created_at=timezone.now())
        if len(seen) > 30:
            break
    assert len(seen) == len(set(seen))
    assert set(seen) >= expected


@pytest.mark.parametrize("cursor", ["x", "WzFd", "W10", "bnVsbA", "eyJhIjoxfQ", "%00", "WyJjcmVhdGVkX2F0IiwieCIsMV0"])
def test_a_cursor_that_is_none_is_refused(program: Program, cursor: str):
    answer = program.get("/invoices", data={"cursor": cursor, "sort": "created_at"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


# --- upload -----------------------------------------------------------------------------------------------------------


def test_an_upload_is_kept_with_the_tokens_name(program: Program, admin: User):
    answer = program.upload(upload(png("a"), "a.png"))
    assert answer.status_code == 201
    [document] = answer.json()["documents"]
    invoice = Invoice.objects.get()
    assert (document["invoice"]["id"], document["duplicate"]) == (invoice.pk, False)
    assert (invoice.channel, invoice.sender, invoice.uploaded_by) == ("api", "ERP", admin)


def test_the_same_file_again_is_the_document_that_is_here(program: Program):
    first = program.upload(upload(png("a")))
    again = program.upload(upload(png("a")))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["documents"][0]["duplicate"] is True
    assert Invoice.objects.count() == 1


def test_a_mail_brings_each_of_its_documents(program: Program):
    content = mail({"a.pdf": text_pdf("Invoice A"), "b.pdf": text_pdf("Invoice B")}).as_bytes()
    answer = program.upload(upload(content, "mail.eml"))
    body = answer.json()
    assert (answer.status_code, body["packed"]) == (201, True)
    assert [row["file"] for row in body["documents"]] == ["a.pdf", "b.pdf"]


def test_an_idempotency_key_brings_the_same_answer_and_no_second_document(program: Program):
    first = program.upload(upload(png("a")), **{"Idempotency-Key": "k1"})
    Invoice.objects.update(deleted_at=timezone.now())  # even where the file alone would be new again
    again = program.upload(upload(png("a")), **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert again.json() == first.json()
    assert Invoice.objects.count() == 1


def test_an_idempotency_key_with_another_file_is_refused(program: Program):
    program.upload(upload(png("a")), **{"Idempotency-Key": "k1"})
    other = program.upload(upload(png("b")), **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Invoice.objects.count() == 1


def test_a_request_that_is_still_dealt_with_says_so(program: Program):
    program.upload(upload(png("a")), **{"Idempotency-Key": "k1"})
    ApiAnswer.objects.update(status=None)
    again = program.upload(upload(png("a")), **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_key_in_work")


def test_a_key_whose_upload_was_refused_may_be_used_again(program: Program):
    bad = program.upload(upload(b"nothing of use", "a.xyz"), **{"Idempotency-Key": "k1"})
    assert bad.status_code == 422
    assert ApiAnswer.objects.count() == 0


def test_a_file_of_no_use_is_refused_in_words(program: Program):
    answer = program.upload(upload(b"MZ nothing", "setup.exe"))
    body = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert body["detail"].endswith(".")
    assert body["code"] == "unsupported_type"


# --- change -----------------------------------------------------------------------------------------------------------


def test_fields_are_corrected_as_people_type_them(program: Program, make_invoice: Make, admin: User):
    invoice = make_invoice(language="de")
    body = {
        "fields": {"gross_total": "1.190,00", "issue_date": "15.03.2024", "vendor_name": None},
        "confirm": ["currency"],
    }
    answer = program.patch(f"/invoices/{invoice.pk}/fields", body)
    shown = answer.json()
    assert answer.status_code == 200, shown
    assert (shown["gross_total"], shown["issue_date"], shown["vendor_name"]) == ("1190.00", "2024-03-15", None)
    assert shown["fields"]["vendor_name"]["value"] is None
    assert shown["fields"]["currency"]["confirmed_by"] == admin.email
    assert invoice.corrections.count() == 3


def test_what_cannot_be_taken_is_named_by_field_and_nothing_changes(program: Program, make_invoice: Make):
    invoice = make_invoice()
    answer = program.patch(
        f"/invoices/{invoice.pk}/fields", {"fields": {"gross_total": "many", "nonsense": "1", "invoice_number": "R-9"}}
    )
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "invalid_fields")
    assert {row["field"] for row in body["errors"]} == {"gross_total", "nonsense"}
    assert not invoice.corrections.exists()


def test_a_decision_about_an_old_revision_is_refused(program: Program, make_invoice: Make):
    invoice = make_invoice()
    etag = program.get(f"/invoices/{invoice.pk}")["ETag"]
    program.patch(f"/invoices/{invoice.pk}/fields", {"fields": {"invoice_number": "R-9"}})
    late = program.post(f"/invoices/{invoice.pk}/approve", headers={"If-Match": etag})
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    fresh = program.get(f"/invoices/{invoice.pk}")["ETag"]
    approved = program.post(f"/invoices/{invoice.pk}/approve", headers={"If-Match": fresh})
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")


def test_a_document_goes_through_all_its_decisions(program: Program, make_invoice: Make):
    address = f"/invoices/{make_invoice().pk}"
    assert program.post(f"{address}/approve").json()["status"] == "approved"
    assert program.post(f"{address}/approve").status_code == 409
    assert program.post(f"{address}/reopen").json()["status"] == "review"
    assert program.post(f"{address}/reject", {"reason": "Not ours"}).json()["status"] == "rejected"
    assert program.post(f"{address}/retry").json()["status"] == "queued"
    assert program.delete(address).status_code == 204
    assert program.get(address).status_code == 404
    assert program.post(f"{address}/restore").json()["status"] == "queued"


def test_pages_words_and_files(program: Program, make_invoice: Make, add_page: Callable[..., InvoicePage]):
    invoice = make_invoice()
    add_page(invoice)
    [page] = program.get(f"/invoices/{invoice.pk}/pages").json()
    assert page["number"] == 1
    assert program.client.get(page["image"])["Content-Type"] == "image/png"
    words = program.client.get(page["words"]).json()["lines"]
    assert [word["text"] for word in words[0]] == ["Birch", "&", "Sons", "Ltd"]
    original = program.get(f"/invoices/{invoice.pk}/original")
    assert b"".join(original.streaming_content) == invoice.file.read()
    assert "attachment" in original["Content-Disposition"]


def test_vendors_come_page_by_page(program: Program, make_invoice: Make):
    for name in ("Ash", "Birch", "Cedar"):
        make_invoice(vendor_name=name)
    first = program.get("/vendors", data={"limit": 2}).json()
    second = program.client.get(first["next"]).json()
    assert [row["name"] for row in [*first["items"], *second["items"]]] == ["Ash", "Birch", "Cedar"]
    assert second["next"] is None


def test_an_export_is_a_file_and_marks_only_when_asked(program: Program, make_invoice: Make):
    invoice, other = make_invoice(status="approved"), make_invoice()
    assert program.get("/exports").json()[0]["format"] == "csv"
    file = b"".join(program.get("/exports/csv", data={"status": "approved"}).streaming_content).decode()
    assert invoice.file_name in file
    assert other.file_name not in file
    invoice.refresh_from_db()
    assert invoice.status == "approved"
    b"".join(program.post("/exports/csv").streaming_content)
    invoice.refresh_from_db()
    assert invoice.status == "exported"
    assert program.get("/exports/docx").status_code == 404
