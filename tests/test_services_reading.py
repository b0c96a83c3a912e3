"""Claim, lease, heartbeat, fencing, sweep, and what is stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.core.files.storage import default_storage
from django.utils import timezone

from extraction import services
from extraction.engine.document import Box
from extraction.engine.errors import DamagedFile, OcrUnavailable
from extraction.engine.record import LineItem, Problem, TaxLine
from extraction.models import Invoice, Status, User
from extraction.services.errors import FileUnavailable, LeaseLost
from extraction.services.running import LeaseKeeper

from .builders import VALUES, FakeReader, make_reading

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


def claim(invoice: Invoice) -> UUID:
    token = services.invoice_claim(invoice_id=invoice.pk)
    assert token is not None
    return token


def expire(invoice: Invoice) -> None:
    Invoice.objects.filter(pk=invoice.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def codes(invoice: Invoice) -> list[str]:
    return [problem["code"] for problem in invoice.problems]


def page_files() -> list[Path]:
    return list((Path(default_storage.location) / "pages").rglob("*.jpg"))


# --- claim, lease, fencing --------------------------------------------------------------------------------------------


def test_one_of_two_claims_gets_the_invoice(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    assert services.invoice_claim(invoice_id=invoice.pk) is not None
    assert services.invoice_claim(invoice_id=invoice.pk) is None
    invoice.refresh_from_db()
    assert (invoice.status, invoice.attempts) == (Status.READING, 1)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.QUEUED])
def test_only_what_is_queued_is_claimed(make_invoice: Make, status: Status) -> None:
    assert services.invoice_claim(invoice_id=make_invoice(status=status).pk) is None


def test_what_is_deleted_or_absent_is_not_claimed(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED, deleted_at=timezone.now())
    assert services.invoice_claim(invoice_id=invoice.pk) is None
    assert services.invoice_claim(invoice_id=0) is None


def test_a_heartbeat_is_progress_and_renews_the_lease(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    token = claim(invoice)
    expire(invoice)
    services.invoice_heartbeat(invoice_id=invoice.pk, token=token, done=2, total=5)
    invoice.refresh_from_db()
    assert (invoice.pages_done, invoice.page_count) == (2, 5)
    assert invoice.lease_until is not None
    assert invoice.lease_until > timezone.now() + timedelta(seconds=60)


def test_a_heartbeat_with_another_token_is_refused(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    claim(invoice)
    with pytest.raises(LeaseLost):
        services.invoice_heartbeat(invoice_id=invoice.pk, token=uuid4(), done=1, total=1)


def test_a_late_store_of_a_fenced_off_run_stores_nothing(make_invoice: Make, tmp_path: Path) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    late = claim(invoice)
    expire(invoice)
    services.invoices_sweep()
    claim(invoice)
    image = tmp_path / "1.jpg"
    image.write_bytes(b"jpeg")
    with pytest.raises(LeaseLost):
        services.invoice_store(invoice_id=invoice.pk, token=late, reading=make_reading(), images={1: image})
    services.invoice_fail(invoice_id=invoice.pk, token=late, error=DamagedFile())
    invoice.refresh_from_db()
    assert invoice.status == Status.READING
    assert not invoice.field_values.exists()
    assert not invoice.pages.exists()
    assert page_files() == []


@pytest.mark.parametrize("action", ["delete", "reject", "cancel"])
def test_a_reading_that_people_stop_stores_nothing(make_invoice: Make, reviewer: User, action: str) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    seen: list[int] = []

    def click(done: int) -> None:
        seen.append(done)
        if done == 1 and action == "delete":
            services.invoice_delete(invoice=invoice, user=reviewer)
        elif done == 1 and action == "cancel":
            services.invoice_cancel(invoice=invoice, user=reviewer)
        elif done == 1:
            services.invoice_reject(invoice=invoice, user=reviewer, reason="not ours")

    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading(pages=3), during=click))
    invoice.refresh_from_db()
    assert seen == [1]
    ends = {"delete": Status.QUEUED, "cancel": Status.FAILED, "reject": Status.REJECTED}
    assert invoice.status == ends[action]
    assert not invoice.pages.exists()


def test_the_probability_of_the_whole_record_is_stored(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading()))
    invoice.refresh_from_db()
    assert invoice.confidence == 0.9348


def test_a_restored_invoice_is_read_after_all(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    claim(invoice)
    services.invoice_delete(invoice=invoice, user=reviewer)
    services.invoice_restore(invoice_id=invoice.pk, user=reviewer)
    assert services.invoice_read(invoice_id=invoice.pk, reader=FakeReader())
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW


# --- sweep ------------------------------------------------------------------------------------------------------------


def test_an_invoice_whose_worker_is_gone_is_queued_again(make_invoice: Make, celery_messages: Any) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    claim(invoice)
    services.invoices_sweep()
    invoice.refresh_from_db()
    assert invoice.status == Status.READING
    expire(invoice)
    services.invoices_sweep()
    invoice.refresh_from_db()
    assert (invoice.status, celery_messages()) == (Status.QUEUED, 1)


def test_an_invoice_that_kills_its_worker_again_and_again_is_given_up(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    for _ in range(3):
        claim(invoice)
        expire(invoice)
        services.invoices_sweep()
    invoice.refresh_from_db()
    assert (invoice.status, invoice.error_code, invoice.attempts) == (Status.FAILED, "worker_lost", 3)
    assert "upload" in invoice.error_message


def test_a_lost_wakeup_call_is_sent_again_and_one_that_waits_is_not(make_invoice: Make, celery_messages: Any) -> None:
    old = timezone.now() - timedelta(hours=1)
    for _ in range(3):
        make_invoice(status=Status.QUEUED, queued_at=old)
    services.invoices_sweep()
    assert celery_messages() == 3
    services.invoices_sweep()
    assert celery_messages() == 3


def test_a_fresh_upload_is_left_to_its_own_wakeup_call(make_invoice: Make, celery_messages: Any) -> None:
    make_invoice(status=Status.QUEUED)
    services.invoices_sweep()
    assert celery_messages() == 0


def test_the_sweep_survives_a_broker_that_is_down(make_invoice: Make, broken_broker: None) -> None:
    invoice = make_invoice(status=Status.QUEUED, queued_at=timezone.now() - timedelta(hours=1))
    claimed = make_invoice(status=Status.QUEUED)
    claim(claimed)
    expire(claimed)
    services.invoices_sweep()
    for row in (invoice, claimed):
        row.refresh_from_db()
        assert row.status == Status.QUEUED


def test_leases_are_released_at_a_start_without_workers(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    claim(invoice)
    services.leases_release()
    services.invoices_sweep()
    assert Invoice.objects.get().status == Status.QUEUED


# --- failing ----------------------------------------------------------------------------------------------------------


def test_a_bad_file_fails_with_its_own_message(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(DamagedFile()))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.error_code, invoice.error_message) == (
        "failed",
        "damaged_file",
        DamagedFile.default,
    )


def test_a_retryable_error_is_tried_until_the_attempts_are_used_up(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    seen = []
    for _ in range(3):
        services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(OcrUnavailable()))
        invoice.refresh_from_db()
        seen.append(invoice.status)
    assert seen == ["queued", "queued", "failed"]
    assert invoice.error_code == "ocr_unavailable"


def test_an_unexpected_error_is_logged_and_told_without_its_traceback(
    make_invoice: Make, caplog: pytest.LogCaptureFixture
) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(ZeroDivisionError("secret detail")))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.error_code) == ("failed", "internal_error")
    assert "secret detail" not in invoice.error_message
    assert "ZeroDivisionError" in caplog.text
    assert f"invoice {invoice.pk}" in caplog.text


def test_a_document_that_takes_too_long_is_stopped(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(SoftTimeLimitExceeded()))
    invoice.refresh_from_db()
    assert invoice.error_code == "took_too_long"


def test_a_stored_file_that_is_missing_is_said(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED, attempts=2)
    default_storage.delete(invoice.file.name)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader())
    invoice.refresh_from_db()
    assert (invoice.error_code, invoice.error_message) == ("file_unavailable", FileUnavailable.default)


# --- storing ----------------------------------------------------------------------------------------------------------


def test_a_reading_is_stored_whole(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    reading = make_reading(
        pages=2,
        line_items=(LineItem(7, "Bricks", Decimal("2.5"), unit_price=Decimal("40"), amount=Decimal("100"),
                             date=date(2024, 3, 1), page=1, box=Box(0.1, 0.2, 0.3, 0.4)),),
        tax_breakdown=(TaxLine(Decimal("19"), Decimal("100.00"), Decimal("19.00")),),
    )  # fmt: skip
    reader = FakeReader(reading)
    assert services.invoice_read(invoice_id=invoice.pk, reader=reader)
    invoice.refresh_from_db()
    assert reader.contents == [invoice.file.read()]
    assert not reader.paths[0].exists()
    assert (invoice.status, invoice.vendor_name, invoice.gross_total) == ("review", "Birch & Sons Ltd", Decimal("119"))
    assert (invoice.issue_date, invoice.pages_done, invoice.language) == (date(2024, 3, 14), 2, "en")
    row = invoice.field_values.get(name="issue_date")
    assert (row.machine_value, row.confidence, row.box) == ("2024-03-14", 0.9, [0.1, 0.1, 0.2, 0.12])
    item, tax = invoice.line_items.get(), invoice.tax_lines.get()
    assert (item.position, item.quantity, item.box) == (1, Decimal("2.5"), [0.1, 0.2, 0.3, 0.4])
    assert (tax.rate, tax.amount) == (Decimal("19"), Decimal("19"))
    assert [page.image.read()[:2] for page in invoice.pages.all()] == [b"\xff\xd8"] * 2
    assert invoice.pages.all()[0].lines[0][0][0] == "Birch"


def test_a_document_with_nothing_in_it_still_goes_to_review(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading({})))
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW
    assert "nothing_found" in codes(invoice)


def test_what_the_database_cannot_hold_does_not_lose_the_rest(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    odd = {"vendor_name": "A\x00B\ud800" + "x" * 300, "gross_total": Decimal("1e30"), "net_total": Decimal("-1e15"),
           "tax_total": Decimal("1.23456789"), "currency": "EUROS", "iban": "D" * 99}  # fmt: skip
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading(odd)))
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW
    assert invoice.vendor_name.startswith("AB?xxx")
    assert (invoice.gross_total, invoice.net_total, invoice.tax_total) == (None, None, Decimal("1.2346"))


def test_a_second_reading_replaces_the_first_and_keeps_what_people_typed(
    make_invoice: Make, reviewer: User, django_capture_on_commit_callbacks: Any
) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading(pages=2)))
    invoice.refresh_from_db()
    services.field_correct(invoice=invoice, user=reviewer, name="vendor_name", text="Birch and Sons")
    services.field_correct(invoice=invoice, user=reviewer, name="purchase_order", text="PO-9")
    services.invoice_retry(invoice=invoice, user=reviewer)
    with django_capture_on_commit_callbacks(execute=True):
        changed = make_reading(VALUES | {"invoice_number": "other"})
        services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(changed))
    invoice.refresh_from_db()
    values = {row.name: (row.machine_value, row.value) for row in invoice.field_values.all()}
    assert values["vendor_name"] == ("Birch & Sons Ltd", "Birch and Sons")
    assert values["purchase_order"] == ("", "PO-9")
    assert values["invoice_number"] == ("other", "other")
    assert (invoice.vendor_name, invoice.invoice_number) == ("Birch and Sons", "other")
    assert invoice.pages.count() == len(page_files()) == 1


def test_problems_of_the_reading_itself_stay_until_their_field_is_corrected(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    reading = make_reading(problems=(Problem("blurred", ("iban",), "Blurred."), Problem("page_missing", (), "Gone.")))
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(reading))
    invoice.refresh_from_db()
    services.field_confirm(invoice=invoice, user=reviewer, name="currency")
    assert {"blurred", "page_missing"} <= set(codes(invoice))
    services.field_confirm(invoice=invoice, user=reviewer, name="iban")
    assert "blurred" not in codes(invoice)
    assert "page_missing" in codes(invoice)


def test_the_workspace_tells_the_engine_its_own_names(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    invoice.workspace.own_names = ["Acme GmbH"]
    invoice.workspace.save()
    reader = FakeReader()
    services.invoice_read(invoice_id=invoice.pk, reader=reader)
    assert reader.options.own_names == ("Acme GmbH",)


@pytest.mark.parametrize("changed", ["", "invoice_number", "vendor_name", "gross_total"])
def test_a_likely_duplicate_is_said(make_invoice: Make, changed: str) -> None:
    other: dict[str, Any] = {"invoice_number": "9", "vendor_name": "Elm Ltd", "gross_total": Decimal("7")}
    make_invoice(values=VALUES, file_name="first.pdf")
    invoice = make_invoice(status=Status.QUEUED)
    values = VALUES | ({changed: other[changed]} if changed else {})
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading(values)))
    invoice.refresh_from_db()
    # Same vendor and number, or same vendor, date and total: one changed value of the two ways leaves the other.
    assert ("possible_duplicate" in codes(invoice)) == (changed != "vendor_name")


def test_a_new_bank_account_of_an_approved_vendor_is_said(make_invoice: Make) -> None:
    make_invoice(status=Status.APPROVED, values=VALUES | {"iban": "DE89370400440532013000"})
    for iban, warned in (("DE89370400440532013000", False), ("GB33BUKB20201555555555", True)):
        invoice = make_invoice(status=Status.QUEUED)
        values = VALUES | {"iban": iban, "invoice_number": iban}
        services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading(values)))
        invoice.refresh_from_db()
        assert ("bank_details_changed" in codes(invoice)) == warned


@pytest.mark.django_db(transaction=True)
def test_a_long_page_keeps_its_lease(make_invoice: Make, settings: Any) -> None:
    settings.LEASE_SECONDS = 0.3
    invoice = make_invoice(status=Status.QUEUED)
    token = claim(invoice)
    with LeaseKeeper(invoice.pk, token):
        for _ in range(8):
            time.sleep(0.1)
            services.invoices_sweep()
    invoice.refresh_from_db()
    assert invoice.run_token == token
