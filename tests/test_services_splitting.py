"""A file that holds several invoices becomes several documents: all of them or none, each with its own pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from extraction import services
from extraction.engine import read_invoice
from extraction.engine.record import Problem, Reading, Value
from extraction.models import AuditEvent, Invoice, Status, User, Workspace
from extraction.searchable import searchable_pdf
from extraction.services.errors import LeaseLost

from .badfiles import text_pdf
from .builders import VALUES, FakeOcr, FakeReader, make_reading, upload

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]
SEVERAL = Problem("several_invoices", (), "This file may hold several invoices.")


def part(first: int, last: int, number: str) -> Reading:
    values: dict[str, Value] = VALUES | {"invoice_number": number}
    whole = make_reading(values, pages=last)
    document = whole.document.of_pages(first, last)
    return replace(whole, document=document, record=whole.record.on_later_pages(first - 1), page_range=(first, last))


def divided() -> Reading:
    return replace(
        make_reading(pages=4, problems=(SEVERAL,)), parts=(part(1, 1, "A"), part(2, 3, "B"), part(4, 4, "C"))
    )


def read(invoice: Invoice, reading: Reading | None = None) -> list[Invoice]:
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(reading or divided()))
    return list(Invoice.objects.filter(deleted_at__isnull=True).order_by("first_page"))


def page_files() -> list[Path]:
    return [path for path in Path(default_storage.location).rglob("*.jpg") if path.is_file()]


def test_each_invoice_gets_a_row_with_its_own_pages(make_invoice: Make) -> None:
    upload_ = make_invoice(status=Status.QUEUED, file_name="scan.pdf")
    rows = read(upload_)
    assert [row.pk for row in rows][0] == upload_.pk
    assert [row.page_range for row in rows] == [(1, 1), (2, 3), (4, 4)]
    assert [row.invoice_number for row in rows] == ["A", "B", "C"]
    assert {row.status for row in rows} == {Status.REVIEW}
    assert [list(row.pages.values_list("number", flat=True)) for row in rows] == [[1], [2, 3], [4]]
    assert [row.page_count for row in rows] == [1, 2, 1]
    assert all(page.image for row in rows for page in row.pages.all())
    assert [row.document_name for row in rows][1] == "scan.pdf, pages 2-3"
    assert not any(problem["code"] == "several_invoices" for row in rows for problem in row.problems)


def test_the_same_file_again_is_a_duplicate_of_the_first(
    workspace: Workspace, uploader: User, make_invoice: Make
) -> None:
    data = text_pdf("A")
    received = services.invoice_receive(workspace=workspace, user=uploader, file=upload(data), file_name="scan.pdf")
    read(received.invoice)
    again = services.invoice_receive(workspace=workspace, user=uploader, file=upload(data), file_name="scan.pdf")
    assert (again.duplicate, again.invoice) == (True, received.invoice)


def test_invoices_of_one_file_are_no_duplicates_of_each_other(make_invoice: Make) -> None:
    rows = read(make_invoice(status=Status.QUEUED))
    assert rows[0].gross_total == rows[1].gross_total
    assert not any(problem["code"] == "possible_duplicate" for row in rows for problem in row.problems)


def test_what_was_divided_is_on_record(make_invoice: Make) -> None:
    rows = read(make_invoice(status=Status.QUEUED))
    event = AuditEvent.objects.get(action="split")
    assert (event.invoice_id, event.detail["pages"]) == (rows[0].pk, [[1, 1], [2, 3], [4, 4]])
    assert set(AuditEvent.objects.filter(action="split_off").values_list("invoice_id", flat=True)) == {
        row.pk for row in rows[1:]
    }


def test_a_run_that_lost_its_lease_divides_nothing(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    token = services.invoice_claim(invoice_id=invoice.pk)
    assert token is not None
    Invoice.objects.filter(pk=invoice.pk).update(status=Status.QUEUED, run_token=None, lease_until=None)
    with pytest.raises(LeaseLost):
        services.invoice_store(invoice_id=invoice.pk, token=token, reading=divided(), images={})
    assert Invoice.objects.count() == 1


def test_a_failure_on_the_way_leaves_neither_rows_nor_pictures(
    make_invoice: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from extraction.services import storing

    stored: list[int] = []

    def fail_at_the_second(invoice: Invoice, reading: Reading, rows: Any) -> None:
        stored.append(invoice.pk)
        if len(stored) == 2:
            raise RuntimeError

    monkeypatch.setattr(storing, "_fill_row", fail_at_the_second)
    invoice = make_invoice(status=Status.QUEUED)
    (row,) = read(invoice)
    assert (row.status, row.page_range, row.pages.count()) == (Status.FAILED, None, 0)
    assert page_files() == []


def test_what_a_person_worked_on_stays_one_document_with_a_hint(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    services.field_correct(invoice=invoice, user=reviewer, name="invoice_number", text="B-17")
    services.invoice_retry(invoice=invoice, user=reviewer)
    (row,) = read(invoice)
    assert (row.page_range, row.page_count, row.invoice_number) == (None, 4, "B-17")
    assert "several_invoices" in [problem["code"] for problem in row.problems]


def test_a_part_is_read_again_by_its_own_pages(make_invoice: Make, reviewer: User) -> None:
    second = read(make_invoice(status=Status.QUEUED))[1]
    services.invoice_retry(invoice=second, user=reviewer)
    reader = FakeReader(part(2, 3, "B-2"))
    reader.result = replace(reader.result, parts=())  # type: ignore[type-var]
    services.invoice_read(invoice_id=second.pk, reader=reader)
    second.refresh_from_db()
    assert reader.options.pages == (2, 3)
    assert (second.invoice_number, Invoice.objects.count()) == ("B-2", 3)


def test_a_file_divided_wrongly_is_put_together_again(make_invoice: Make, reviewer: User) -> None:
    rows = read(make_invoice(status=Status.QUEUED))
    kept = services.file_rejoin(invoice=rows[2], user=reviewer)
    assert (kept.pk, kept.status, kept.page_range) == (rows[0].pk, Status.QUEUED, (1, 4))
    reader = FakeReader(make_reading(pages=4))
    services.invoice_read(invoice_id=kept.pk, reader=reader)
    kept.refresh_from_db()
    assert (reader.options.pages, kept.page_count) == ((1, 4), 4)
    assert Invoice.objects.filter(deleted_at__isnull=True).count() == 1


def test_an_approved_part_keeps_the_file_divided(make_invoice: Make, reviewer: User, approver: User) -> None:
    rows = read(make_invoice(status=Status.QUEUED))
    services.invoice_approve(invoice=rows[1], user=approver)
    with pytest.raises(services.InvalidState):
        services.file_rejoin(invoice=rows[0], user=reviewer)
    assert Invoice.objects.filter(deleted_at__isnull=True).count() == 3


def test_the_file_and_the_pictures_stay_until_the_last_part_is_gone(
    make_invoice: Make, reviewer: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.DELETED_KEPT_DAYS = 0
    rows = read(make_invoice(status=Status.QUEUED))
    for row in rows[:2]:
        services.invoice_delete(invoice=row, user=reviewer)
    Invoice.objects.filter(deleted_at__isnull=False).update(deleted_at=timezone.now() - timedelta(days=1))
    services.invoices_purge()
    last = Invoice.objects.get()
    assert default_storage.exists(str(last.file.name))
    assert default_storage.exists(str(last.pages.get().image.name))
    assert len(page_files()) == 1
    services.invoice_delete(invoice=last, user=reviewer)
    Invoice.objects.update(deleted_at=timezone.now() - timedelta(days=1))
    services.invoices_purge()
    assert not default_storage.exists(str(last.file.name))
    assert page_files() == []


def test_people_see_the_pages_and_the_others_of_the_file(make_invoice: Make, client: Client, approver: User) -> None:
    client.force_login(approver)
    rows = read(make_invoice(status=Status.QUEUED, file_name="scan.pdf"))
    shown = client.get(f"/invoices/{rows[1].pk}/").content.decode()
    assert "scan.pdf, pages 2-3" in shown
    assert "Pages 2-3 of 4 of scan.pdf" in shown
    assert f'href="/invoices/{rows[2].pk}/">page 4</a>' in shown
    assert shown.count('<figure class="page"') == 2
    assert "scan.pdf, page 4" in client.get("/").content.decode()


def joined_pdf() -> bytes:
    joined = pikepdf.Pdf.new()
    for number, vendor in (("A-4711", "Elm Joinery Ltd"), ("77-B", "Oak Catering Ltd")):
        lines = [vendor, "INVOICE", f"Invoice no: {number}", "Date: 03/05/2024", "Work done 120.00", "Total GBP 120.00"]
        lines += [f"Remark {n} on the work that was done for you this spring" for n in range(8)]
        with pikepdf.Pdf.open(BytesIO(text_pdf(*lines))) as one:
            joined.pages.extend(one.pages)
    out = BytesIO()
    joined.save(out)
    return out.getvalue()


def test_from_the_upload_to_the_pdf_of_one_part(workspace: Workspace, uploader: User) -> None:
    """The real engine and the real storage; only recognition is not needed."""
    services.invoice_receive(workspace=workspace, user=uploader, file=upload(joined_pdf()), file_name="scan.pdf")
    first = Invoice.objects.get()

    def reader(path: Path, **options: Any) -> Reading:
        return read_invoice(path, ocr=FakeOcr("x"), **options)

    services.invoice_read(invoice_id=first.pk, reader=reader)
    second = Invoice.objects.exclude(pk=first.pk).get()
    assert (second.invoice_number, second.gross_total, second.page_range) == ("77-B", Decimal("120.00"), (2, 2))
    with searchable_pdf(second) as stream, pikepdf.Pdf.open(stream) as pdf:
        assert len(pdf.pages) == 1
        assert b"77-B" in pdf.pages[0].Contents.read_bytes()


def test_the_list_fetches_itself_when_a_file_on_it_was_divided(
    make_invoice: Make, client: Client, approver: User
) -> None:
    client.force_login(approver)
    invoice = make_invoice(status=Status.QUEUED)
    asked = f"/live/?id={invoice.pk}:queued"
    assert "HX-Trigger" not in client.get(asked).headers
    read(invoice)
    assert client.get(asked).headers["HX-Trigger"] == "refresh"
