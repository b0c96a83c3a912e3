"""What is no invoice waits for a person, who sees that at once and may say otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extraction import services
from extraction.engine.classify import Verdict, other_record
from extraction.engine.record import Reading
from extraction.models import Invoice, Status, User

from .builders import FakeReader, make_reading

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


def other(kind: str = "delivery_note") -> Reading:
    whole = make_reading()
    return Reading(whole.document, other_record(Verdict(0.01, kind)), "0" * 64, 0.1, "test")


def read(invoice: Invoice, reader: FakeReader | None = None) -> Invoice:
    services.invoice_read(invoice_id=invoice.pk, reader=reader or FakeReader(other()))
    invoice.refresh_from_db()
    return invoice


def codes(invoice: Invoice) -> list[str]:
    return [problem["code"] for problem in invoice.problems]


def test_it_waits_for_a_review_with_one_problem_and_no_value(make_invoice: Make) -> None:
    invoice = read(make_invoice(status=Status.QUEUED))
    assert (invoice.status, codes(invoice), invoice.field_values.count()) == (Status.REVIEW, ["not_an_invoice"], 0)
    assert invoice.problems[0]["message"].startswith("This looks like a delivery note, not an invoice.")


def test_people_see_it_in_the_list_and_beside_the_page(make_invoice: Make, client: Client, approver: User) -> None:
    client.force_login(approver)
    invoice = read(make_invoice(status=Status.QUEUED))
    assert "no invoice?" in client.get("/").content.decode()
    assert "This looks like a delivery note" in client.get(f"/invoices/{invoice.pk}/").content.decode()


def test_a_person_who_says_that_it_is_one_is_believed(make_invoice: Make, reviewer: User) -> None:
    invoice = read(make_invoice(status=Status.QUEUED))
    services.field_correct(invoice=invoice, user=reviewer, name="document_type", text="invoice")
    assert "not_an_invoice" not in codes(invoice)
    assert "required_missing" in codes(invoice)
    services.invoice_retry(invoice=invoice, user=reviewer)
    reader = FakeReader(make_reading())
    assert read(invoice, reader).vendor_name == "Birch & Sons Ltd"
    assert reader.options.is_invoice
