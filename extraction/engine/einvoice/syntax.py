"""How a syntax is described: where each value stands, as XPath without namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of the amounts at a place that may occur several times."""

    path: str


Place = str | Total
Rows = Mapping[str, tuple[Place, ...]]
"""A value's name and the places to look for it; the first place that holds something wins."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """One XML syntax. ``roots`` are (namespace prefix, local name); ``renames`` maps an older edition's element names.

    ``header`` is keyed by the names of ``fields.FIELDS``, ``tax`` by those of ``TaxLine`` and ``line`` by those of
    ``LineItem``, where ``base_quantity``, ``allowance`` and ``charge`` go into ``unit_price`` and ``discount``, and
    ``name`` and ``details`` into ``description``. A place in ``header`` starts at ``body``, one in ``tax`` or ``line``
    at its own row. The place of an address is an element; ``address_lines`` says which of its parts share a line.
    """

    name: str
    roots: tuple[tuple[str, str], ...]
    header: Rows
    tax_rows: str
    tax: Rows
    line_rows: str
    line: Rows
    address_lines: tuple[tuple[str, ...], ...]
    document_types: Mapping[str, str]
    payment_means: Mapping[str, str]
    body: str = "."
    renames: Mapping[str, str] = field(default_factory=dict)


# UNTDID 1001, as far as EN 16931 allows it for invoices; a code that is not here is an invoice.
DOCUMENT_TYPES: Mapping[str, str] = {
    "CreditNote": "credit_note",
    "81": "credit_note",
    "83": "credit_note",
    "261": "credit_note",
    "262": "credit_note",
    "296": "credit_note",
    "308": "credit_note",
    "325": "proforma",
    "381": "credit_note",
    "383": "debit_note",
    "396": "credit_note",
    "420": "credit_note",
    "458": "credit_note",
    "532": "credit_note",
    "80": "debit_note",
    "84": "debit_note",
}

# UNTDID 4461: the codes in use, for people to read where the XML gives no text of its own.
PAYMENT_MEANS: Mapping[str, str] = {
    "10": "Cash",
    "20": "Cheque",
    "30": "Credit transfer",
    "31": "Debit transfer",
    "42": "Payment to bank account",
    "48": "Bank card",
    "49": "Direct debit",
    "54": "Credit card",
    "55": "Debit card",
    "57": "Standing agreement",
    "58": "SEPA credit transfer",
    "59": "SEPA direct debit",
    "68": "Online payment service",
    "97": "Clearing between partners",
}
