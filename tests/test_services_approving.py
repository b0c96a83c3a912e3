"""What an approval asks for: two people, a verified account, nothing missing when many are approved at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from extraction import selectors, services
from extraction.models import AuditEvent, BankVerification, Invoice, Role, Status, User, Workspace

from .builders import VALUES, FakeReader, make_reading
from .conftest import make_user

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]
OLD, NEW = "DE89370400440532013000", "FR1420041010050500013M02606"


@pytest.fixture
def second(workspace: Workspace) -> User:
    return make_user("second@example.com", workspace, Role.APPROVER)


@pytest.fixture
def four_eyes(workspace: Workspace) -> Workspace:
    workspace.second_approval_from = Decimal("100")
    workspace.save()
    return workspace


def actions(invoice: Invoice) -> list[str]:
    return list(AuditEvent.objects.filter(invoice_id=invoice.pk).order_by("pk").values_list("action", flat=True))


# --- two people -------------------------------------------------------------------------------------------------------


def test_two_people_approve_what_costs_much(make_invoice: Make, four_eyes: Any, approver: User, second: User) -> None:
    invoice = make_invoice(workspace=four_eyes)
    services.invoice_approve(invoice=invoice, user=approver)
    assert (invoice.status, invoice.first_approved_by, invoice.approved_at) == (Status.REVIEW, approver, None)
    assert list(selectors.awaiting_second_approval(second)) == [invoice]
    services.invoice_approve(invoice=invoice, user=second)
    assert (invoice.status, invoice.approved_by, invoice.first_approved_by) == (Status.APPROVED, second, approver)
    assert actions(invoice) == ["first_approved", "approved"]


def test_the_first_approver_cannot_be_the_second(make_invoice: Make, four_eyes: Any, approver: User) -> None:
    invoice = make_invoice(workspace=four_eyes)
    services.invoice_approve(invoice=invoice, user=approver)
    with pytest.raises(services.ApprovalBlocked, match="Another person"):
        services.invoice_approve(invoice=invoice, user=approver)
    assert invoice.status == Status.REVIEW
    assert services.approval_blockers(invoice, bulk=False, user=approver)
    assert not services.approval_blockers(invoice, bulk=False)


@pytest.mark.parametrize(
    ("values", "needed"),
    [
        ({"gross_total": Decimal("99.99")}, False),
        ({"gross_total": Decimal("100.00")}, True),
        ({"gross_total": Decimal("-100.00")}, True),
        ({"amount_due": Decimal("250.00")}, True),
        ({"amount_due": Decimal("25.00")}, False),
        ({}, True),  # emptying the total must not get around the rule
    ],
)
def test_the_amount_decides_as_it_is_printed(
    make_invoice: Make, four_eyes: Any, approver: User, values: dict[str, Any], needed: bool
) -> None:
    invoice = make_invoice(workspace=four_eyes, values={"vendor_name": "Elm", "currency": "JPY", **values})
    services.invoice_approve(invoice=invoice, user=approver)
    assert (invoice.status == Status.REVIEW) is needed


def test_a_changed_value_voids_the_first_approval(
    make_invoice: Make, four_eyes: Any, approver: User, second: User
) -> None:
    invoice = make_invoice(workspace=four_eyes)
    services.invoice_approve(invoice=invoice, user=approver)
    services.field_confirm(invoice=invoice, user=second, name="vendor_name")
    assert invoice.awaits_second_approval  # nothing changed
    services.field_correct(invoice=invoice, user=second, name="gross_total", text="1190.00")
    assert (invoice.first_approved_at, invoice.first_approved_by) == (None, None)
    assert "first_approval_voided" in actions(invoice)
    services.invoice_approve(invoice=invoice, user=second)
    assert (invoice.status, invoice.first_approved_by) == (Status.REVIEW, second)


def test_a_second_reading_voids_the_first_approval(make_invoice: Make, four_eyes: Any, approver: User) -> None:
    invoice = make_invoice(workspace=four_eyes)
    services.invoice_approve(invoice=invoice, user=approver)
    services.invoice_retry(invoice=invoice, user=approver)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(make_reading()))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.first_approved_at) == (Status.REVIEW, None)


def test_a_first_approval_is_taken_back(make_invoice: Make, four_eyes: Any, approver: User, reviewer: User) -> None:
    invoice = make_invoice(workspace=four_eyes)
    services.invoice_approve(invoice=invoice, user=approver)
    with pytest.raises(services.NotAllowed):
        services.first_approval_withdraw(invoice=invoice, user=reviewer)
    services.first_approval_withdraw(invoice=invoice, user=approver)
    assert not invoice.awaits_second_approval
    with pytest.raises(services.InvalidState, match="no first approval"):
        services.first_approval_withdraw(invoice=invoice, user=approver)


def test_reopening_takes_both_approvals_back(make_invoice: Make, four_eyes: Any, approver: User, second: User) -> None:
    invoice = make_invoice(workspace=four_eyes)
    services.invoice_approve(invoice=invoice, user=approver)
    services.invoice_approve(invoice=invoice, user=second)
    services.invoice_reopen(invoice=invoice, user=approver)
    assert (invoice.first_approved_at, invoice.approved_by) == (None, None)


def test_the_database_refuses_one_person_as_both(make_invoice: Make, approver: User) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    with pytest.raises(IntegrityError, match="invoice_approved_by_two_people"), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(
            first_approved_at=timezone.now(), first_approved_by=approver, approved_by=approver
        )


def in_threads(*calls: Callable[[], object]) -> list[str]:
    """Runs them at the same moment; what each was told, sorted: "" for success."""
    told: list[str] = []
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        gate.wait()
        try:
            call()
            told.append("")
        except services.ServiceError as error:
            told.append(error.message)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def approve(invoice: Invoice, user: User) -> Callable[[], object]:
    copy = Invoice.objects.get(pk=invoice.pk)
    return lambda: services.invoice_approve(invoice=copy, user=user)


@pytest.mark.django_db(transaction=True)
def test_one_person_who_approves_twice_at_once_gives_one_approval(
    make_invoice: Make, four_eyes: Any, approver: User
) -> None:
    invoice = make_invoice(workspace=four_eyes)
    told = in_threads(approve(invoice, approver), approve(invoice, approver), approve(invoice, approver))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.first_approved_by) == (Status.REVIEW, approver)
    assert [bool(message) for message in told] == [False, True, True]
    assert actions(invoice) == ["first_approved"]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_approve_at_once_are_first_and_second(
    make_invoice: Make, four_eyes: Any, approver: User, second: User
) -> None:
    invoice = make_invoice(workspace=four_eyes)
    told = in_threads(approve(invoice, approver), approve(invoice, second))
    invoice.refresh_from_db()
    assert told == ["", ""]
    assert invoice.status == Status.APPROVED
    assert {invoice.first_approved_by, invoice.approved_by} == {approver, second}
    assert actions(invoice) == ["first_approved", "approved"]


@pytest.mark.django_db(transaction=True)
def test_a_correction_and_a_second_approval_at_once_never_approve_what_the_first_did_not_see(
    make_invoice: Make, four_eyes: Any, approver: User, second: User, reviewer: User
) -> None:
    invoice = make_invoice(workspace=four_eyes)
    services.invoice_approve(invoice=invoice, user=approver)
    copy = Invoice.objects.get(pk=invoice.pk)
    in_threads(
        approve(invoice, second),
        lambda: services.field_correct(invoice=copy, user=reviewer, name="gross_total", text="9999.00"),
    )
    invoice.refresh_from_db()
    corrected = invoice.gross_total == Decimal("9999")
    assert (invoice.status == Status.APPROVED) is not corrected


# --- bank details -----------------------------------------------------------------------------------------------------


@pytest.fixture
def changed(make_invoice: Make) -> Invoice:
    """An invoice of a vendor whose approved ones name another account."""
    make_invoice(status=Status.APPROVED, values={**VALUES, "invoice_number": "1", "iban": OLD})
    return make_invoice(values={**VALUES, "invoice_number": "2", "gross_total": Decimal("7.00"), "iban": NEW})


def test_a_changed_account_blocks_until_somebody_asked_the_vendor(changed: Invoice, approver: User) -> None:
    with pytest.raises(services.ApprovalBlocked, match="bank details"):
        services.invoice_approve(invoice=changed, user=approver)
    services.bank_details_verify(invoice=changed, user=approver, iban=NEW)
    assert not services.approval_blockers(changed, bulk=False)
    assert actions(changed) == ["bank_details_verified"]
    services.invoice_approve(invoice=changed, user=approver)
    assert changed.status == Status.APPROVED


def test_a_changed_account_blocks_bulk_approval_even_when_verified(changed: Invoice, approver: User) -> None:
    services.bank_details_verify(invoice=changed, user=approver, iban=NEW)
    assert len(services.approval_blockers(changed, bulk=True)) == 1
    with pytest.raises(services.ApprovalBlocked):
        services.invoice_approve(invoice=changed, user=approver, bulk=True)


def test_the_confirmation_lapses_with_the_account(changed: Invoice, approver: User) -> None:
    services.bank_details_verify(invoice=changed, user=approver, iban=NEW)
    services.field_correct(invoice=changed, user=approver, name="iban", text="GB82WEST12345698765432")
    assert services.approval_blockers(changed, bulk=False)
    with pytest.raises(services.InvalidState, match="changed in the meantime"):
        services.bank_details_verify(invoice=changed, user=approver, iban=NEW)
    services.field_correct(invoice=changed, user=approver, name="iban", text=OLD)
    assert not services.approval_blockers(changed, bulk=True)


def test_an_account_confirmed_twice_is_recorded_once(changed: Invoice, approver: User) -> None:
    for _ in range(2):
        services.bank_details_verify(invoice=changed, user=approver, iban=NEW)
    assert BankVerification.objects.count() == 1
    assert actions(changed) == ["bank_details_verified"]


def test_what_was_approved_since_the_reading_counts(make_invoice: Make) -> None:
    invoice = make_invoice(values={**VALUES, "iban": NEW})
    assert not services.approval_blockers(invoice, bulk=False)
    make_invoice(status=Status.APPROVED, values={**VALUES, "iban": OLD})
    assert services.approval_blockers(invoice, bulk=False)


# --- many at once, hold -----------------------------------------------------------------------------------------------


def test_missing_fields_block_bulk_approval_only(make_invoice: Make, workspace: Workspace) -> None:
    invoice = make_invoice(values={"vendor_name": "Elm", "issue_date": VALUES["issue_date"], "currency": "EUR"})
    assert not services.approval_blockers(invoice, bulk=False)
    (sentence,) = services.approval_blockers(invoice, bulk=True)
    assert "Gross total" in sentence
    workspace.required_fields = ["vendor_name"]
    workspace.save()
    assert not services.approval_blockers(Invoice.objects.get(pk=invoice.pk), bulk=True)


def test_what_is_on_hold_is_not_approved(make_invoice: Make, approver: User) -> None:
    invoice = make_invoice()
    services.invoice_hold(invoice=invoice, user=approver, reason="Waiting for the goods")
    with pytest.raises(services.ApprovalBlocked, match="Waiting for the goods. Take it off hold first"):
        services.invoice_approve(invoice=invoice, user=approver)
    services.invoice_unhold(invoice=invoice, user=approver)
    services.invoice_approve(invoice=invoice, user=approver)
    assert invoice.status == Status.APPROVED
