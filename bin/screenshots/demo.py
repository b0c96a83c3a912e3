"""An accounts department in the middle of its week: documents that are free to ship, and what people did with them."""

from __future__ import annotations

import io
import time
from decimal import Decimal
from pathlib import Path

import bills
from django.core.files.base import ContentFile
from sheet import Sheet

from extraction import services
from extraction.models import Invoice, Mailbox, Status, User, WatchFolder, Workspace

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = (
    ("ben@example.com", "Ben Okafor", "approver"),
    ("chiara@example.com", "Chiara de Luca", "reviewer"),
    ("dmitri@example.com", "Dmitri Volkov", "approver"),
)
MINUTES = 15


class Demo:
    def __init__(self) -> None:
        self.workspace = Workspace.objects.get()
        self.anna = User.objects.get(email="anna@example.com")

    def fill(self) -> dict[str, int]:
        """The documents that pictures are taken of, by what they show."""
        self._people()
        drawn = bills.bills()
        moved = next(bill for bill in drawn if bill.iban.startswith("DE02"))
        first = [bill for bill in drawn if bill is not moved]
        for bill in first:
            self._receive(bill.file, bills.drawn(bill).pdf())
        for path in sorted((ROOT / "tests/data/einvoices").glob("*.pdf")):
            self._receive(path.name, path.read_bytes())
        for path in sorted((ROOT / "extraction/samples").glob("*.*")):
            if path.suffix != ".jsonl":
                self._receive(path.name, path.read_bytes())
        self._all_read()
        self._approve(first[:10])
        copy = bills.Bill(**{**first[13].__dict__, "note": "copy"})
        for bill in (moved, copy):
            self._receive(bill.file, bills.drawn(bill).pdf())
        self._receive("scanned-post.pdf", _stack(first[11:14:2]))
        self._all_read()
        self._talk(first[12:])
        self._inbound()
        found = {"sample": "german-invoice.pdf", "scan": "english-scan.pdf", "moved": moved.file, "copy": copy.file}
        return {name: self._named(file).pk for name, file in found.items()} | {
            "pages": Invoice.objects.filter(file_name="spanish-fax.tif")[0].pk,
        }

    def _people(self) -> None:
        services.profile_set(user=self.anna, name="Anna Lindqvist", language="en")
        services.preference_set(user=self.anna, guide_hidden=True)
        services.workspace_company_set(
            workspace=self.workspace,
            user=self.anna,
            name="Northlight",
            own_names=["Northlight Trading Ltd"],
            own_tax_ids=[],
        )
        services.workspace_approval_set(workspace=self.workspace, user=self.anna, second_approval_from=Decimal(5000))
        for email, name, role in PEOPLE:
            services.member_invite(workspace=self.workspace, user=self.anna, email=email, role=role, name=name)
        self.ben, self.chiara, self.dmitri = (User.objects.get(email=email) for email, *_rest in PEOPLE)

    def _receive(self, name: str, data: bytes) -> None:
        file = ContentFile(data, name)
        services.invoice_receive(workspace=self.workspace, user=self.anna, file=file, file_name=name)

    def _all_read(self) -> None:
        end = time.monotonic() + MINUTES * 60
        while Invoice.objects.filter(status__in=[Status.QUEUED, Status.READING]).exists():
            if time.monotonic() > end:
                raise SystemExit(f"Not everything was read in {MINUTES} minutes.")
            time.sleep(1)

    def _named(self, file: str) -> Invoice:
        return Invoice.objects.filter(file_name=file).earliest("pk")

    def _approve(self, done: list[bills.Bill]) -> None:
        for bill in done:
            invoice = self._named(bill.file)
            if not services.approval_blockers(invoice, bulk=False, user=self.ben):
                services.invoice_approve(invoice=invoice, user=self.ben)

    def _talk(self, rows: list[bills.Bill]) -> None:
        invoices = [self._named(bill.file) for bill in rows]
        for n, invoice in enumerate(invoices[:8]):
            services.invoice_assign(
                invoice=invoice, user=self.ben, assignee=(self.anna, self.chiara, self.dmitri)[n % 3]
            )
        services.invoice_hold(invoice=invoices[4], user=self.anna, reason="Waiting for the delivery note")
        services.invoice_reject(invoice=invoices[5], user=self.anna, reason="Not ours")
        sample = self._named("german-invoice.pdf")
        for invoice in (sample, self._named("english-scan.pdf")):
            services.comment_add(invoice=invoice, user=self.chiara, text="@Anna Lindqvist was the freight agreed?")
            services.comment_add(invoice=invoice, user=self.anna, text="Yes, by phone on Tuesday.")
        services.view_create(
            workspace=self.workspace, user=self.anna, name="Large amounts", query="status=review&min=1000", shared=True
        )

    def _inbound(self) -> None:
        mailbox = Mailbox(
            workspace=self.workspace,
            address="invoices@northlight.example",
            host="imap.northlight.example",
            username="invoices@northlight.example",
            is_active=False,
        )
        services.mailbox_save(mailbox=mailbox, user=self.anna, password="not a real one")  # noqa: S106
        services.folder_save(folder=WatchFolder(workspace=self.workspace, name="scanner"), user=self.anna)


def _stack(several: list[bills.Bill]) -> bytes:
    """Some bills in one file, as a scanner with a feeder makes it."""
    sheet = Sheet(title="Scanned post")
    for n, bill in enumerate(several):
        if n:
            sheet.new_page()
        bills.drawn(bill, sheet)
    return io.BytesIO(sheet.pdf()).getvalue()
