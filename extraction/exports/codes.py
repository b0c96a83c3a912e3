"""The vendors' codes of a workspace, found by tax id or by name as an invoice prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from extraction.models import VendorCode, Workspace

from .records import Record


@dataclass(frozen=True, slots=True)
class Codes:
    """What the ledger calls a vendor: their own account, and where and how their bills are posted."""

    vendor_account: str = ""
    account: str = ""
    tax_code: str = ""
    cost_centre: str = ""


UNKNOWN = Codes()


class CodeBook:
    """Looks vendors up. A tax id decides before a name: names change, and two vendors may share one."""

    def __init__(self, rows: Iterable[VendorCode]) -> None:
        self._by_tax_id: dict[str, Codes] = {}
        self._by_name: dict[str, Codes] = {}
        for row in rows:
            codes = Codes(row.vendor_account, row.account, row.tax_code, row.cost_centre)
            if folded(row.vendor_tax_id):
                self._by_tax_id[folded(row.vendor_tax_id)] = codes
            if folded(row.vendor_name):
                self._by_name.setdefault(folded(row.vendor_name), codes)

    def find(self, record: Record) -> Codes:
        """The codes of the record's vendor; empty ones for a vendor who is not in the book."""
        by_tax_id = self._by_tax_id.get(folded(record.text("vendor_tax_id")))
        return by_tax_id or self._by_name.get(folded(record.text("vendor_name")), UNKNOWN)


def code_book(workspace: Workspace | int) -> CodeBook:
    key = workspace if isinstance(workspace, int) else workspace.pk
    return CodeBook(VendorCode.objects.filter(workspace_id=key))


def codes_of(record: Record) -> Codes:
    return record.book.find(record) if record.book else UNKNOWN


def folded(text: str) -> str:
    """Letters and digits only, without case: "DE 129.273.398" and "de129273398" are one."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
