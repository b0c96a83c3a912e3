"""What the database itself refuses, by the name of the constraint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from extraction.models import AuditEvent, Correction, FieldValue, Invoice, InvoicePage, Membership, Status, User

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


def refused(invoice: Invoice, **changes: Any) -> str:
    """The database's own words, on either database, when a row is changed behind the services' back."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(**changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "status", "changes"),
    [
        ("invoice_status_is_known", Status.REVIEW, {"status": "lost"}),
        ("invoice_leased_iff_reading", Status.REVIEW, {"lease_until": timezone.now()}),
        ("invoice_leased_iff_reading", Status.QUEUED, {"status": Status.READING}),
        ("invoice_error_iff_failed", Status.REVIEW, {"error_code": "damaged_file"}),
        ("invoice_error_iff_failed", Status.FAILED, {"error_code": ""}),
        ("invoice_approved_at_iff_approved", Status.REVIEW, {"status": Status.APPROVED}),
        ("invoice_approved_at_iff_approved", Status.APPROVED, {"status": Status.REVIEW}),
        ("invoice_exported_at_iff_exported", Status.APPROVED, {"status": Status.EXPORTED}),
        ("invoice_pages_done_within_count", Status.REVIEW, {"pages_done": 2}),
    ],
)
def test_an_invoice_that_contradicts_itself_is_refused(
    make_invoice: Make, name: str, status: Status, changes: dict[str, Any]
) -> None:
    assert name in refused(make_invoice(status=status), **changes)


def test_a_file_is_in_a_workspace_once(make_invoice: Make) -> None:
    first, second = make_invoice(), make_invoice()
    assert "sha256" in refused(second, sha256=first.sha256) or connection.vendor == "postgresql"


def test_a_deleted_file_does_not_count(make_invoice: Make) -> None:
    first, second = make_invoice(deleted_at=timezone.now()), make_invoice()
    Invoice.objects.filter(pk=second.pk).update(sha256=first.sha256)
    assert Invoice.objects.filter(sha256=first.sha256).count() == 2


def test_a_person_is_a_member_once_and_in_a_known_role(reviewer: User) -> None:
    membership = reviewer.memberships.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(workspace=membership.workspace, user=reviewer)
    with pytest.raises(IntegrityError, match="membership_role_is_known"), transaction.atomic():
        Membership.objects.filter(pk=membership.pk).update(role="owner")


def test_a_page_and_a_field_are_there_once(make_invoice: Make) -> None:
    invoice = make_invoice()
    page = {"invoice": invoice, "number": 1, "width": 1, "height": 1, "source": "ocr"}
    InvoicePage.objects.create(**page)
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoicePage.objects.create(**page)
    with pytest.raises(IntegrityError), transaction.atomic():
        FieldValue.objects.create(invoice=invoice, name="gross_total")


def test_a_confidence_is_a_probability(make_invoice: Make) -> None:
    with pytest.raises(IntegrityError, match="field_confidence_is_a_probability"), transaction.atomic():
        make_invoice().field_values.update(confidence=1.01)


def test_corrections_and_audit_events_cannot_be_changed(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    correction = Correction.objects.create(invoice=invoice, field="iban", new_value="x", user=reviewer)
    event = AuditEvent.objects.create(workspace=invoice.workspace, user=reviewer, action="approved")
    for rows, change in (
        (Correction.objects.filter(pk=correction.pk), {"new_value": "y"}),
        (AuditEvent.objects.filter(pk=event.pk), {"action": "rejected"}),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**change)
    correction.refresh_from_db()
    event.refresh_from_db()
    assert (correction.new_value, event.action) == ("x", "approved")


def test_corrections_go_with_their_invoice(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    Correction.objects.create(invoice=invoice, field="iban", new_value="x", user=reviewer)
    invoice.delete()
    assert not Correction.objects.exists()


def test_people_sign_in_with_their_address_in_any_case() -> None:
    user = User.objects.create_user("Ann@Example.com", "a long enough password")
    assert User.objects.get_by_natural_key("ANN@example.COM") == user


def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
