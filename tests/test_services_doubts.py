"""Settling doubtful values: only as they were seen, once, and back again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from extraction import selectors, services
from extraction.models import AuditEvent, Correction, FieldValue, Invoice, Status, User, Workspace
from extraction.services import Seen

READ = Seen("119.00")


def row(invoice: Invoice, name: str = "gross_total") -> FieldValue:
    return FieldValue.objects.get(invoice=invoice, name=name)


def actions(invoice: Invoice) -> list[str]:
    return list(AuditEvent.objects.filter(invoice_id=invoice.pk).order_by("pk").values_list("action", flat=True))


def test_a_value_is_confirmed_as_it_was_seen(make_invoice: Callable[..., Invoice], reviewer: User) -> None:
    invoice = make_invoice()
    services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ)
    assert (row(invoice).human_value, row(invoice).confirmed_by) == ("119.00", reviewer)
    assert actions(invoice) == ["field_confirmed"]


def test_a_typed_value_is_understood_and_fills_the_column(make_invoice: Callable[..., Invoice], reviewer: User) -> None:
    invoice = make_invoice()
    services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ, text="1.200,50")
    invoice.refresh_from_db()
    assert invoice.gross_total == Decimal("1200.50")
    assert Correction.objects.get(invoice=invoice).new_value == "1200.50"


def test_an_empty_text_says_that_the_document_has_none(make_invoice: Callable[..., Invoice], reviewer: User) -> None:
    invoice = make_invoice()
    services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ, text="")
    invoice.refresh_from_db()
    assert (row(invoice).human_value, invoice.gross_total) == ("", None)


@pytest.mark.parametrize("text", [None, "200"])
def test_what_somebody_else_changed_is_not_overwritten(
    make_invoice: Callable[..., Invoice], reviewer: User, approver: User, text: str | None
) -> None:
    invoice = make_invoice()
    services.field_correct(invoice=invoice, user=approver, name="gross_total", text="150.00")
    with pytest.raises(services.ValueChanged):
        services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ, text=text)
    assert row(invoice).value == "150.00"


def test_a_correction_does_not_overwrite_what_somebody_else_confirmed(
    make_invoice: Callable[..., Invoice], reviewer: User, approver: User
) -> None:
    invoice = make_invoice()
    services.field_confirm(invoice=invoice, user=approver, name="gross_total")
    with pytest.raises(services.ValueChanged):
        services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ, text="150")
    services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ)  # both mean the same
    assert (row(invoice).value, row(invoice).confirmed_by) == ("119.00", approver)


def test_a_new_reading_with_another_value_is_noticed(make_invoice: Callable[..., Invoice], reviewer: User) -> None:
    invoice = make_invoice()
    FieldValue.objects.filter(invoice=invoice, name="gross_total").update(machine_value="118.00")
    with pytest.raises(services.ValueChanged):
        services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ)


@pytest.mark.parametrize("text", [None, "150,00", ""])
def test_what_is_sent_twice_is_done_once(
    make_invoice: Callable[..., Invoice], reviewer: User, text: str | None
) -> None:
    invoice = make_invoice()
    for _time in range(2):
        services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ, text=text)
    assert len(actions(invoice)) == 1
    assert Correction.objects.count() == (0 if text is None else 1)


def test_what_was_settled_can_be_taken_back(make_invoice: Callable[..., Invoice], reviewer: User) -> None:
    invoice = make_invoice()
    services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ, text="150.00")
    for _time in range(2):
        seen = Seen.of(row(invoice))
        services.doubt_reset(invoice=invoice, user=reviewer, name="gross_total", seen=seen)
    invoice.refresh_from_db()
    found = row(invoice)
    assert (found.value, found.human_value, found.confirmed_by, found.confirmed_at) == ("119.00", None, None, None)
    assert invoice.gross_total == Decimal("119.00")
    assert actions(invoice) == ["field_corrected", "field_corrected"]
    assert [change.new_value for change in Correction.objects.all()] == ["150.00", "119.00"]


def test_a_value_that_is_settled_or_taken_back_voids_the_first_of_two_approvals(
    make_invoice: Callable[..., Invoice], reviewer: User, approver: User
) -> None:
    invoice = make_invoice()
    Workspace.objects.update(second_approval_from=100)
    invoice.refresh_from_db()

    def first_approval_holds_after(**settled: str) -> bool:
        services.invoice_approve(invoice=invoice, user=approver)
        seen = Seen.of(row(invoice))
        if settled:
            services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=seen, **settled)
        else:
            services.doubt_reset(invoice=invoice, user=reviewer, name="gross_total", seen=seen)
        invoice.refresh_from_db()
        return invoice.awaits_second_approval

    assert not first_approval_holds_after(text="150.00")
    assert not first_approval_holds_after()
    assert "first_approval_voided" in actions(invoice)


def test_what_is_settled_or_taken_back_is_found_by_its_new_value(
    make_invoice: Callable[..., Invoice], reviewer: User
) -> None:
    invoice = make_invoice()

    def found(words: str) -> bool:
        return selectors.found_by(Invoice.objects.for_user(reviewer), words).exists()

    services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ, text="150.75")
    assert found("150.75")
    services.doubt_reset(invoice=invoice, user=reviewer, name="gross_total", seen=Seen.of(row(invoice)))
    assert found("119.00")
    assert not found("150.75")


def test_taking_back_a_missing_value_leaves_it_missing(make_invoice: Callable[..., Invoice], reviewer: User) -> None:
    invoice = make_invoice()
    services.doubt_settle(invoice=invoice, user=reviewer, name="iban", seen=Seen(""), text="DE89370400440532013000")
    services.doubt_reset(invoice=invoice, user=reviewer, name="iban", seen=Seen.of(row(invoice, "iban")))
    assert (row(invoice, "iban").value, row(invoice, "iban").human_value) == ("", None)
    invoice.refresh_from_db()
    assert invoice.iban == ""


def test_taking_back_does_not_undo_what_somebody_else_did_since(
    make_invoice: Callable[..., Invoice], reviewer: User, approver: User
) -> None:
    invoice = make_invoice()
    services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ)
    mine = Seen.of(row(invoice))
    services.field_correct(invoice=invoice, user=approver, name="gross_total", text="150.00")
    with pytest.raises(services.ValueChanged):
        services.doubt_reset(invoice=invoice, user=reviewer, name="gross_total", seen=mine)
    assert row(invoice).value == "150.00"


def test_a_text_that_is_no_value_changes_nothing(make_invoice: Callable[..., Invoice], reviewer: User) -> None:
    invoice = make_invoice()
    with pytest.raises(services.InvalidValue):
        services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ, text="about a hundred")
    assert row(invoice).human_value is None


def test_an_approved_invoice_is_left_alone(make_invoice: Callable[..., Invoice], reviewer: User) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    with pytest.raises(services.InvalidState):
        services.doubt_settle(invoice=invoice, user=reviewer, name="gross_total", seen=READ)


def test_who_may_not_correct_settles_nothing(make_invoice: Callable[..., Invoice], uploader: User) -> None:
    invoice = make_invoice()
    with pytest.raises(services.NotAllowed):
        services.doubt_settle(invoice=invoice, user=uploader, name="gross_total", seen=READ)
    with pytest.raises(services.NotAllowed):
        services.doubt_reset(invoice=invoice, user=uploader, name="gross_total", seen=READ)
