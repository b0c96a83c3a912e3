"""What people do with an invoice that was read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from extraction import services
from extraction.engine.errors import DamagedFile
from extraction.models import AuditEvent, Correction, FieldValue, Invoice, InvoicePage, Role, Status, User, Workspace
from extraction.permissions import ALLOWED

from .builders import VALUES, FakeReader, make_reading
from .conftest import make_user

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


def codes(invoice: Invoice) -> set[str]:
    return {problem["code"] for problem in invoice.problems}


# --- corrections ------------------------------------------------------------------------------------------------------


def test_a_correction_keeps_the_machine_value_beside_the_human_one(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(values=VALUES)
    row = services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="€ 1,234.50")
    assert (row.machine_value, row.human_value, row.value) == ("119.00", "1234.50", "1234.50")
    assert (row.confirmed_by, invoice.gross_total) == (reviewer, Decimal("1234.5"))
    correction = Correction.objects.get()
    assert (correction.old_value, correction.new_value, correction.user) == ("119.00", "1234.50", reviewer)
    event = AuditEvent.objects.get()
    assert (event.action, event.detail) == ("field_corrected", {"field": "gross_total"})


def test_a_correction_checks_the_sums_again(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(values=VALUES)
    before = codes(invoice)
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="120.00")
    wrong = codes(invoice) - before
    assert wrong
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="119.00")
    assert not codes(invoice) & wrong


def test_a_date_is_taken_in_the_way_of_the_country(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(values=VALUES, language="de")
    row = services.field_correct(invoice=invoice, user=reviewer, name="issue_date", text="05.04.2024")
    assert (row.value, invoice.issue_date) == ("2024-04-05", date(2024, 4, 5))


@pytest.mark.parametrize(
    ("name", "text"), [("gross_total", "much"), ("issue_date", "31.02.2024"), ("currency", "?"), ("no_such_field", "x")]
)
def test_what_is_no_value_is_refused_with_a_sentence(make_invoice: Make, reviewer: User, name: str, text: str) -> None:
    invoice = make_invoice(values=VALUES)
    with pytest.raises(services.InvalidValue) as caught:
        services.field_correct(invoice=invoice, user=reviewer, name=name, text=text)
    assert len(caught.value.message) > 10
    assert not Correction.objects.exists()
    assert not FieldValue.objects.filter(human_value__isnull=False).exists()


def test_an_emptied_field_says_that_the_document_has_none(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(values=VALUES)
    row = services.field_correct(invoice=invoice, user=reviewer, name="tax_total", text="  ")
    assert (row.human_value, row.value, invoice.tax_total) == ("", "", None)


def test_a_field_that_the_machine_missed_can_be_typed_in(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(values=VALUES)
    row = services.field_correct(invoice=invoice, user=reviewer, name="purchase_order", text="PO 7")
    assert (row.machine_value, row.value) == ("", "PO 7")


def test_the_same_value_in_other_clothes_is_a_confirmation(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(values=VALUES)
    row = services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="119")
    assert (row.human_value, Correction.objects.count()) == ("119.00", 0)
    assert AuditEvent.objects.get().action == "field_confirmed"


def test_a_confirmed_value_is_remembered(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(values=VALUES)
    found = services.field_confirm(invoice=invoice, user=reviewer, name="vendor_name")
    absent = services.field_confirm(invoice=invoice, user=reviewer, name="iban")
    assert (found.human_value, absent.human_value) == ("Birch & Sons Ltd", "")
    assert found.confirmed_at is not None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.REVIEW])
def test_only_what_is_in_review_can_be_corrected(make_invoice: Make, reviewer: User, status: Status) -> None:
    with pytest.raises(services.InvalidState):
        services.field_correct(invoice=make_invoice(status=status), user=reviewer, name="iban", text="")


def test_a_correction_does_not_undo_one_made_on_another_page(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(values=VALUES)
    stale = Invoice.objects.get(pk=invoice.pk)
    services.field_correct(invoice=invoice, user=reviewer, name="vendor_name", text="Elm Ltd")
    services.field_correct(invoice=stale, user=reviewer, name="currency", text="USD")
    invoice.refresh_from_db()
    assert (invoice.vendor_name, invoice.currency) == ("Elm Ltd", "USD")


# --- approve, reopen, reject, retry -----------------------------------------------------------------------------------


def test_an_invoice_with_warnings_can_be_approved(make_invoice: Make, approver: User) -> None:
    invoice = make_invoice(problems=[{"code": "odd", "fields": [], "message": "Odd."}])
    services.invoice_approve(invoice=invoice, user=approver)
    assert (invoice.status, invoice.approved_by) == (Status.APPROVED, approver)
    assert invoice.approved_at is not None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.REVIEW])
def test_only_what_is_in_review_can_be_approved(make_invoice: Make, approver: User, status: Status) -> None:
    with pytest.raises(services.InvalidState):
        services.invoice_approve(invoice=make_invoice(status=status), user=approver)


def test_of_two_people_who_approve_at_once_one_is_told(make_invoice: Make, approver: User) -> None:
    invoice = make_invoice()
    stale = Invoice.objects.get(pk=invoice.pk)
    services.invoice_approve(invoice=invoice, user=approver)
    with pytest.raises(services.InvalidState, match="approved"):
        services.invoice_approve(invoice=stale, user=approver)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("status", [Status.APPROVED, Status.EXPORTED, Status.REJECTED])
def test_an_invoice_goes_back_to_review(make_invoice: Make, approver: User, status: Status) -> None:
    invoice = make_invoice(status=status)
    services.invoice_reopen(invoice=invoice, user=approver)
    assert (invoice.status, invoice.approved_at, invoice.exported_at) == (Status.REVIEW, None, None)


def test_what_was_typed_is_in_reach_after_a_second_reading_failed(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading(pages=2)))
    invoice.refresh_from_db()
    services.field_correct(invoice=invoice, user=reviewer, name="vendor_name", text="Elm")
    services.invoice_retry(invoice=invoice, user=reviewer)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(DamagedFile()))
    invoice.refresh_from_db()
    assert invoice.status == Status.FAILED
    services.invoice_reopen(invoice=invoice, user=reviewer)
    assert (invoice.status, invoice.error_code, invoice.page_count) == (Status.REVIEW, "", 2)
    assert invoice.vendor_name == "Elm"


def test_a_failed_invoice_that_was_never_read_is_not_reopened(make_invoice: Make, reviewer: User) -> None:
    with pytest.raises(services.InvalidState, match="Retry"):
        services.invoice_reopen(invoice=make_invoice(status=Status.FAILED), user=reviewer)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.READING, Status.REVIEW, Status.FAILED])
def test_a_rejected_invoice_can_be_read_again(make_invoice: Make, reviewer: User, status: Status) -> None:
    invoice = make_invoice(status=status)
    services.invoice_reject(invoice=invoice, user=reviewer, reason="A cat photo")
    assert (invoice.status, invoice.rejected_reason, invoice.run_token) == (Status.REJECTED, "A cat photo", None)
    if invoice.read_at is None:
        with pytest.raises(services.InvalidState, match="Retry"):
            services.invoice_reopen(invoice=invoice, user=reviewer)
    services.invoice_retry(invoice=invoice, user=reviewer)
    assert (invoice.status, invoice.attempts, invoice.rejected_reason) == (Status.QUEUED, 0, "")


def test_a_failed_invoice_is_retried_with_all_attempts(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(status=Status.FAILED, attempts=3)
    services.invoice_retry(invoice=invoice, user=reviewer)
    assert (invoice.status, invoice.attempts, invoice.error_code) == (Status.QUEUED, 0, "")


def test_an_approved_invoice_is_not_read_again(make_invoice: Make, approver: User) -> None:
    with pytest.raises(services.InvalidState):
        services.invoice_retry(invoice=make_invoice(status=Status.APPROVED), user=approver)


# --- delete, restore, purge -------------------------------------------------------------------------------------------


def test_a_deletion_can_be_undone(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    services.invoice_delete(invoice=invoice, user=reviewer)
    assert not Invoice.objects.for_user(reviewer)
    services.invoice_restore(invoice_id=invoice.pk, user=reviewer)
    assert list(Invoice.objects.for_user(reviewer)) == [invoice]
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["deleted", "restored"]


def test_an_outsider_cannot_restore(make_invoice: Make, outsider: User) -> None:
    invoice = make_invoice(deleted_at=timezone.now())
    with pytest.raises(Invoice.DoesNotExist):
        services.invoice_restore(invoice_id=invoice.pk, user=outsider)


def test_what_is_approved_is_deleted_by_approvers_only(make_invoice: Make, reviewer: User, approver: User) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    with pytest.raises(services.NotAllowed):
        services.invoice_delete(invoice=invoice, user=reviewer)
    services.invoice_delete(invoice=invoice, user=approver)


def test_what_was_approved_a_moment_ago_is_not_deleted_by_a_reviewer(
    make_invoice: Make, reviewer: User, approver: User
) -> None:
    invoice = make_invoice()
    services.invoice_approve(invoice=Invoice.objects.get(pk=invoice.pk), user=approver)
    with pytest.raises(services.NotAllowed):
        services.invoice_delete(invoice=invoice, user=reviewer)


def test_the_purge_removes_rows_and_files_and_keeps_the_audit(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading()))
    invoice.refresh_from_db()
    services.field_correct(invoice=invoice, user=reviewer, name="vendor_name", text="Elm")
    kept = make_invoice(deleted_at=timezone.now())
    services.invoice_delete(invoice=invoice, user=reviewer)
    Invoice.objects.filter(pk=invoice.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    assert services.invoices_purge() == 1
    assert list(Invoice.objects.all()) == [kept]
    root = Path(default_storage.location)
    assert [path.relative_to(root) for path in root.rglob("*.*")] == [Path(kept.file.name)]
    assert AuditEvent.objects.filter(invoice_id=invoice.pk, action="purged").exists()


def test_the_purge_removes_pages_that_a_killed_worker_left(make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading(pages=2)))
    InvoicePage.objects.get(invoice=invoice, number=2).delete()
    Invoice.objects.filter(pk=invoice.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    services.invoices_purge()
    root = Path(default_storage.location)
    assert [path for path in root.rglob("*") if path.is_file() or path.name == str(invoice.pk)] == []


# --- exports and samples ----------------------------------------------------------------------------------------------


def test_an_export_marks_what_is_approved(make_invoice: Make, approver: User) -> None:
    approved, review, exported = (make_invoice(status=s) for s in (Status.APPROVED, Status.REVIEW, Status.EXPORTED))
    assert services.invoices_mark_exported(invoices=Invoice.objects.all(), user=approver) == 1
    statuses = [Invoice.objects.get(pk=row.pk).status for row in (approved, review, exported)]
    assert statuses == [Status.EXPORTED, Status.REVIEW, Status.EXPORTED]


def test_what_was_changed_while_the_file_was_written_is_not_marked(make_invoice: Make, approver: User) -> None:
    written = make_invoice(status=Status.APPROVED)
    invoice = Invoice.objects.get(pk=written.pk)
    services.invoice_reopen(invoice=invoice, user=approver)
    services.field_correct(invoice=invoice, user=approver, name="vendor_name", text="Elm")
    services.invoice_approve(invoice=invoice, user=approver)
    assert services.invoices_mark_exported(invoices=[written], user=approver) == 0


def test_the_samples_are_loaded_once(workspace: Workspace, reviewer: User) -> None:
    first = services.samples_load(workspace=workspace, user=reviewer)
    again = services.samples_load(workspace=workspace, user=reviewer)
    assert len(first) >= 5
    assert not any(received.duplicate for received in first)
    assert all(received.duplicate for received in again)


# --- who may ----------------------------------------------------------------------------------------------------------

CALLS: dict[str, tuple[Status, Callable[[Invoice, User], object]]] = {
    "correct": (Status.REVIEW, lambda i, u: services.field_correct(invoice=i, user=u, name="vendor_name", text="x")),
    "reject": (Status.REVIEW, lambda i, u: services.invoice_reject(invoice=i, user=u, reason="")),
    "retry": (Status.FAILED, lambda i, u: services.invoice_retry(invoice=i, user=u)),
    "delete": (Status.REVIEW, lambda i, u: services.invoice_delete(invoice=i, user=u)),
    "approve": (Status.REVIEW, lambda i, u: services.invoice_approve(invoice=i, user=u)),
    "reopen": (Status.APPROVED, lambda i, u: services.invoice_reopen(invoice=i, user=u)),
    "export": (Status.APPROVED, lambda i, u: services.invoices_mark_exported(invoices=[i], user=u)),
}


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says(
    make_invoice: Make, workspace: Workspace, role: Role, action: Any
) -> None:
    user = make_user("someone@example.com", workspace, role)
    status, call = CALLS[action]
    invoice = make_invoice(status=status)
    if action in ALLOWED[role]:
        call(invoice, user)
        return
    with pytest.raises(services.NotAllowed, match=r"\."):
        call(invoice, user)
    assert Invoice.objects.get().status == status


@pytest.mark.parametrize("action", CALLS)
def test_an_outsider_may_do_nothing(make_invoice: Make, outsider: User, action: str) -> None:
    status, call = CALLS[action]
    with pytest.raises(services.NotAllowed):
        call(make_invoice(status=status), outsider)
    assert not AuditEvent.objects.exists()
