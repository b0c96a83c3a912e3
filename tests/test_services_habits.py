"""How a vendor writes dates is learned from what people approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from extraction import services
from extraction.models import FieldValue, Invoice, Status, User, Workspace
from extraction.services.habits import vendor_date_orders

from .builders import VALUES, FakeReader

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


def approved(make: Make, printed: str, value: date, *, vendor: str = "Northgate Ltd", **options: Any) -> Invoice:
    invoice = make(values=VALUES | {"vendor_name": vendor, "issue_date": value}, status=Status.APPROVED, **options)
    FieldValue.objects.filter(invoice=invoice, name="issue_date").update(machine_text=printed)
    return invoice


def test_the_order_is_the_one_in_which_approved_dates_were_printed(workspace: Workspace, make_invoice: Make) -> None:
    approved(make_invoice, "03/04/2024", date(2024, 3, 4))
    approved(make_invoice, "28/03/2024", date(2024, 3, 28), vendor="Elm Joinery")
    assert vendor_date_orders(workspace) == {"Northgate Ltd": False, "Elm Joinery": True}


def test_a_correction_by_a_person_counts(workspace: Workspace, make_invoice: Make) -> None:
    invoice = approved(make_invoice, "03/04/2024", date(2024, 4, 3))
    FieldValue.objects.filter(invoice=invoice, name="issue_date").update(human_value="2024-03-04")
    assert vendor_date_orders(workspace) == {"Northgate Ltd": False}


def test_what_says_nothing_or_both_teaches_nothing(workspace: Workspace, make_invoice: Make) -> None:
    approved(make_invoice, "4 March 2024", date(2024, 3, 4))
    approved(make_invoice, "04/04/2024", date(2024, 4, 4), vendor="Same Day Ltd")
    approved(make_invoice, "03/04/2024", date(2024, 3, 4), vendor="Both Ways Ltd")
    approved(make_invoice, "03/04/2024", date(2024, 4, 3), vendor="Both Ways Ltd")
    approved(make_invoice, "03/04/2024", date(2023, 1, 1), vendor="Typed Ltd")
    make_invoice(values=VALUES)  # not approved
    assert vendor_date_orders(workspace) == {}


def test_other_workspaces_teach_nothing(make_invoice: Make, workspace: Workspace, outsider: User) -> None:
    approved(make_invoice, "28/03/2024", date(2024, 3, 28), workspace=outsider.workspaces.get())
    assert vendor_date_orders(workspace) == {}


def test_a_reading_is_told(make_invoice: Make) -> None:
    approved(make_invoice, "28/03/2024", date(2024, 3, 28))
    reader = FakeReader()
    services.invoice_read(invoice_id=make_invoice(status=Status.QUEUED).pk, reader=reader)
    assert reader.options.date_orders == {"Northgate Ltd": True}
