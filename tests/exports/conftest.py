"""Invoices with lines and tax rates, and the codes of their vendors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from extraction.exports.codes import code_book
from extraction.exports.records import Record, Wanted, read_records
from extraction.models import Invoice, LineItem, Status, TaxLine, VendorCode, Workspace

Line = tuple[str, str, str, str, str]  # description, quantity, unit price, rate, amount
Tax = tuple[str | None, str | None, str | None]  # rate, base, amount

VENDOR: dict[str, Any] = {
    "document_type": "invoice",
    "vendor_name": "Birch & Sons Ltd",
    "vendor_tax_id": "DE123456789",
    "invoice_number": "2024-0117",
    "issue_date": date(2026, 3, 14),
    "due_date": date(2026, 4, 13),
    "currency": "EUR",
    "net_total": Decimal("150.00"),
    "tax_total": Decimal("22.50"),
    "gross_total": Decimal("172.50"),
}
LINES: tuple[Line, ...] = (
    ("Desk, oak", "1", "100.00", "19", "100.00"),
    ("Book; second-hand", "2", "25.00", "7", "50.00"),
)
TAXES: tuple[Tax, ...] = (("19", "100.00", "19.00"), ("7", "50.00", "3.50"))


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.fixture
def make_bill(make_invoice: Callable[..., Invoice]) -> Callable[..., Invoice]:
    """An approved invoice over 150 net with two rates and two lines that add up, unless told otherwise."""

    def make(
        lines: Sequence[Line] = LINES, taxes: Sequence[Tax] = TAXES, status: str = Status.APPROVED, **values: Any
    ) -> Invoice:
        given = {name: value for name, value in (VENDOR | values).items() if value is not None}
        invoice = make_invoice(status=status, values=given)
        LineItem.objects.bulk_create(
            [
                LineItem(invoice=invoice, position=at, description=text, quantity=number(quantity),
                         unit_price=number(price), tax_rate=number(rate), amount=number(amount))
                for at, (text, quantity, price, rate, amount) in enumerate(lines, start=1)
            ]
        )  # fmt: skip
        TaxLine.objects.bulk_create(
            [
                TaxLine(invoice=invoice, position=at, rate=number(rate), base=number(base), amount=number(amount))
                for at, (rate, base, amount) in enumerate(taxes, start=1)
            ]
        )
        return invoice

    return make


@pytest.fixture
def vendor_code(workspace: Workspace) -> VendorCode:
    return VendorCode.objects.create(
        workspace=workspace,
        vendor_name="Birch & Sons Ltd",
        vendor_tax_id="DE 123 456 789",
        vendor_account="70001",
        account="4930",
        cost_centre="100",
    )


EVERYTHING = Wanted(None, lines=True, taxes=True)


def records_of(*invoices: Invoice, wanted: Wanted = EVERYTHING) -> list[Record]:
    book = code_book(invoices[0].workspace_id) if invoices else None
    ids = [invoice.pk for invoice in invoices]
    parts = read_records(ids, base=Invoice.objects.all(), wanted=wanted, book=book)
    return [record for part in parts for record in part]


def record_of(invoice: Invoice) -> Record:
    return records_of(invoice)[0]
