"""A desk with work on it: documents as an office has them, with pages, lines, problems, comments and colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from extraction import services
from extraction.models import Invoice, InvoicePage, LineItem, Mailbox, Role, Status, TaxLine, User, Workspace
from extraction.services.duplicates import problems_refresh
from tests.badfiles import picture
from tests.builders import VALUES, make_invoice
from tests.conftest import make_user

IBAN, OTHER_IBAN = "DE89370400440532013000", "FR1420041010050500013M02606"
LONG = "Wohnungsbaugenossenschaftsverwaltungsgesellschaft Nord-West GmbH & Co. Kommanditgesellschaft"
ROWS = (("Bricks, red, 1 pallet", "2", "20.00", "40.00"), ("Sand", "3", "10.00", "30.00"), ("Gravel", "1", "30", "30"))
WORDS = (("Invoice", "2024-0117"), ("Total", "119.00"), ("Birch", "&", "Sons", "Ltd"))


@dataclass(frozen=True)
class Desk:
    """``busy`` has everything on it at once; ``twin`` looks like a duplicate of ``plain``."""

    workspace: Workspace
    user: User
    colleague: User
    busy: Invoice
    plain: Invoice
    twin: Invoice
    approved: Invoice
    rejected: Invoice
    failed: Invoice
    queued: Invoice
    deleted: Invoice


def add_pages(invoice: Invoice, count: int = 1) -> Invoice:
    """Pages with a picture and words on them."""
    for number in range(1, count + 1):
        lines = [
            [[word, 0.1 + at / 8, row / 10, 0.2 + at / 8, row / 10 + 0.03, 0.98] for at, word in enumerate(words)]
            for row, words in enumerate(WORDS, start=1)
        ]  # fmt: skip
        text = "\n".join(" ".join(words) for words in WORDS)
        page = InvoicePage(invoice=invoice, number=number, width=600, height=800, source="ocr", lines=lines, text=text)
        page.image.save("page.jpg", ContentFile(picture("JPEG", size=(600, 800))), save=True)
    Invoice.objects.filter(pk=invoice.pk).update(page_count=count, pages_done=count)
    return invoice


def add_lines(invoice: Invoice) -> None:
    for position, (name, quantity, price, amount) in enumerate(ROWS, start=1):
        LineItem.objects.create(
            invoice=invoice, position=position, description=name, quantity=quantity, unit_price=price, amount=amount,
            page=1, box=[0.1, 0.1 * position, 0.9, 0.1 * position + 0.02],
        )  # fmt: skip
    TaxLine.objects.create(invoice=invoice, position=1, rate=Decimal(19), base=Decimal(100), amount=Decimal(19))


def make_desk(workspace: Workspace, user: User) -> Desk:
    """Everything that a page of the product can show, for ``user``, who should be its administrator."""
    colleague = make_user("sue@example.com", workspace, Role.APPROVER)
    colleague.name = "Sue Moss"
    colleague.save()
    services.workspace_approval_set(workspace=workspace, user=user, second_approval_from=Decimal(100))
    first = {**VALUES, "invoice_number": "1", "iban": IBAN}
    approved = add_pages(make_invoice(workspace, status=Status.APPROVED, approved_by=colleague, values=first))
    plain, twin = (
        add_pages(make_invoice(workspace, values={**VALUES, "currency": code}), 2) for code in ("EUR", "USD")
    )
    add_lines(plain)
    problems_refresh(twin)
    busy = make_busy(workspace, user, colleague)
    rejected = make_invoice(workspace)
    services.invoice_reject(invoice=rejected, user=colleague, reason="Not an invoice")
    deleted = make_invoice(workspace)
    services.invoice_delete(invoice=deleted, user=user)
    failed, queued = (make_invoice(workspace, status=status) for status in (Status.FAILED, Status.QUEUED))
    make_invoice(workspace, values={"vendor_name": LONG, "currency": "EUR"}, file_name=f"{LONG.replace(' ', '_')}.pdf")
    Mailbox.objects.create(
        workspace=workspace, address="invoices@example.com", host="imap.example.com", username="invoices",
        password="sealed", error="The server refused the password.", failures=2, failing_since=timezone.now(),
    )  # fmt: skip
    return Desk(workspace, user, colleague, busy, plain, twin, approved, rejected, failed, queued, deleted)


def make_busy(workspace: Workspace, user: User, colleague: User) -> Invoice:
    """Several pages, doubtful values, a sum that is wrong, another account, comments, a hold, a proposed split."""
    values: dict[str, Any] = {**VALUES, "invoice_number": "77", "vendor_name": LONG, "iban": IBAN}
    make_invoice(workspace, status=Status.APPROVED, approved_by=colleague, values=values)
    busy = add_pages(make_invoice(workspace, values={**values, "invoice_number": "78", "iban": OTHER_IBAN}), 3)
    add_lines(busy)
    other = {"value": "100.00", "confidence": 0.2, "text": "100.00", "page": 1, "box": [0.5, 0.5, 0.6, 0.52]}
    busy.field_values.filter(name="gross_total").update(confidence=0.5, alternatives=[other])
    services.field_correct(invoice=busy, user=colleague, name="net_total", text="90.00")
    services.invoice_assign(invoice=busy, user=colleague, assignee=user)
    services.comment_add(invoice=busy, user=colleague, text=f"@{user.email} is this the new account? {LONG}")
    services.comment_add(invoice=busy, user=user, text="I shall call them.")
    parts = {"code": "several_invoices", "fields": [], "message": "…", "lasting": True, "parts": [[1, 2], [3, 3]]}
    Invoice.objects.filter(pk=busy.pk).update(problems=[*busy.problems, parts])
    busy.refresh_from_db()
    services.invoice_hold(invoice=busy, user=colleague, reason="Waiting for the vendor")
    return busy
