"""What a search finds, and that its index follows what services do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from extraction import selectors, services
from extraction.models import Invoice, InvoicePage, SearchText, Status, User, Workspace
from extraction.words import amount_words, date_words, typed, words_of

from .builders import VALUES, FakeReader, make_reading, png, upload

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


def found(user: User, search: str) -> list[int]:
    return [row.pk for row in selectors.invoices_for(user, search=search)]


def test_words_are_lower_case_without_accents_and_also_without_their_marks() -> None:
    assert words_of("Größe RE-2024/7") == {"grosse", "re", "2024", "7", "re20247"}
    assert "123456" in words_of("Total 1 234,56 EUR")
    assert amount_words("1234.5") >= {"12345", "123450"}
    assert {"14032024", "20240314", "1432024", "032024"} <= date_words("2024-03-14")
    assert list(typed("1 234,56 Müller-Thurgau &")) == [(("123456",),), (("mullerthurgau",), ("muller", "thurgau"))]


@pytest.mark.parametrize(
    "search",
    [
        "1234.56", "1.234,56", "1,234.56", "1 234,56", "1'234.56", "1234",
        "14.03.2024", "2024-03-14", "14/3/2024", "14.3.24", "03/14/2024", "03.2024",
        "grosse", "GRÖSSE", "Söhne große", "soh", "bulk order", "bul ord", "scan-7", "scan_7.pdf", "2024-0117", "0117",
        "billing@acme.example", "acme.example", "from@mail.example", "rechnung märz",
    ],
)  # fmt: skip
def test_each_usual_spelling_finds_the_document(
    make_invoice: Make, reviewer: User, workspace: Workspace, search: str
) -> None:
    from extraction.models import Package

    package = Package.objects.create(
        workspace=workspace, file="x", file_name="a.eml", media_type="x", sha256="0" * 64,
        sender="from@mail.example", subject="Rechnung März",
    )  # fmt: skip
    values = VALUES | {"vendor_name": "Große & Söhne", "gross_total": Decimal("1234.56")}
    invoice = make_invoice(values=values, file_name="scan_7.pdf", package=package)
    InvoicePage.objects.create(
        invoice=invoice, number=1, width=1, height=1, source="ocr", text="Bulk order\nbilling@acme.example"
    )
    services.search_index(invoice=invoice)
    make_invoice(values=VALUES | {"issue_date": date(2023, 1, 2), "invoice_number": "X-9"})
    assert found(reviewer, search) == [invoice.pk]


def test_what_is_printed_in_japanese_is_found_inside_a_line(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    InvoicePage.objects.create(invoice=invoice, number=1, width=1, height=1, source="ocr", text="株式会社山田商店御中")
    services.search_index(invoice=invoice)
    assert found(reviewer, "山田商店") == [invoice.pk]


def test_a_document_is_found_from_its_upload_on_and_by_what_was_read_later(
    workspace: Workspace, uploader: User
) -> None:
    received = services.invoice_receive(
        workspace=workspace, user=uploader, file=upload(png("a")), file_name="march-bill.png"
    )
    pk = received.invoice.pk
    assert found(uploader, "march bill") == [pk]
    assert found(uploader, "birch") == []
    services.invoice_read(invoice_id=pk, reader=FakeReader(make_reading()))
    assert found(uploader, "birch 119,00") == [pk]


def test_a_correction_changes_what_finds_it(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    InvoicePage.objects.create(invoice=invoice, number=1, width=1, height=1, source="ocr", text="printed words")
    services.search_index(invoice=invoice)
    services.field_correct(invoice=invoice, user=reviewer, name="vendor_name", text="Oak Ltd")
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="77,10")
    assert found(reviewer, "oak 77.10 printed") == [invoice.pk]
    assert found(reviewer, "birch") == []
    assert found(reviewer, "11900") == []


def test_what_is_purged_leaves_the_index_and_what_is_restored_is_found_again(
    make_invoice: Make, reviewer: User, settings: object
) -> None:
    settings.DELETED_KEPT_DAYS = 0  # type: ignore[attr-defined]
    kept, gone = make_invoice(file_name="kept.png"), make_invoice(file_name="gone.png")
    for invoice in (kept, gone):
        services.invoice_delete(invoice=invoice, user=reviewer)
    assert found(reviewer, "birch") == []
    services.invoice_restore(invoice_id=kept.pk, user=reviewer)
    services.invoices_purge()
    assert found(reviewer, "birch") == [kept.pk]
    assert list(SearchText.objects.values_list("pk", flat=True)) == [kept.pk]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO extraction_searchwords(extraction_searchwords) VALUES ('integrity-check')")


def test_what_a_service_forgot_is_caught_up_with(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    services.search_catch_up()
    assert services.search_catch_up() == 0
    Invoice.objects.filter(pk=invoice.pk).update(vendor_name="Oak Ltd", revision=5)
    assert found(reviewer, "oak") == []
    assert services.search_catch_up() == 1
    assert found(reviewer, "oak") == [invoice.pk]


def test_a_corrected_value_does_not_hide_that_a_line_was_changed_before(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    row = services.RowChange(uuid4(), {"description": ("", "Wheelbarrow")}, new=True)
    changes = services.TableChanges(rows=[row])
    services.table_update(invoice=invoice, user=reviewer, name="line_items", changes=changes)
    services.field_correct(invoice=invoice, user=reviewer, name="vendor_name", text="Oak Ltd")
    assert found(reviewer, "wheelbarrow oak") == [invoice.pk]


def test_the_index_is_built_anew_by_a_command(make_invoice: Make, reviewer: User, capsys: object) -> None:
    invoice = make_invoice()
    SearchText.objects.all().delete()
    assert found(reviewer, "birch") == []
    call_command("rebuild_search")
    assert found(reviewer, "birch") == [invoice.pk]
    assert "1 documents indexed" in capsys.readouterr().out  # type: ignore[attr-defined]


def test_a_stranger_finds_nothing_of_ours(make_invoice: Make, outsider: User) -> None:
    make_invoice()
    assert found(outsider, "birch") == []


def test_a_reading_divided_into_several_is_found_by_part(workspace: Workspace, make_invoice: Make) -> None:
    """Each row of its own has words of its own: none is left without."""
    make_invoice(status=Status.READING, run_token=uuid4(), lease_until=timezone.now())
    make_invoice(status=Status.APPROVED)
    assert SearchText.objects.count() == Invoice.objects.count() == 2
