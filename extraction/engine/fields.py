"""The catalogue of header fields. Form, storage, export, API and evaluation iterate ``FIELDS``.

To add a field: one row here, and a function in ``extractors/`` that finds candidates for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a value is parsed, shown, compared and exported."""

    TEXT = "text"
    NAME = "name"
    ADDRESS = "address"
    IDENTIFIER = "identifier"
    DATE = "date"
    AMOUNT = "amount"
    CURRENCY = "currency"
    COUNTRY = "country"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One header field: ``bt`` is its EN 16931 business term; a ``main`` field is always on the review form."""

    name: str
    label: str
    group: str
    kind: Kind
    bt: str
    main: bool = False
    required: bool = False


GROUPS: dict[str, str] = {
    "document": "Document",
    "references": "References",
    "vendor": "Vendor",
    "buyer": "Buyer",
    "payment": "Payment",
    "totals": "Totals",
}

DOCUMENT_TYPES: dict[str, str] = {
    "invoice": "Invoice",
    "credit_note": "Credit note",
    "receipt": "Receipt",
    "debit_note": "Debit note",
    "proforma": "Pro-forma invoice",
}

_K = Kind

FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec("document_type", "Document type", "document", _K.CHOICE, "BT-3", main=True),
    FieldSpec("invoice_number", "Invoice number", "document", _K.IDENTIFIER, "BT-1", main=True),
    FieldSpec("issue_date", "Invoice date", "document", _K.DATE, "BT-2", main=True, required=True),
    FieldSpec("due_date", "Due date", "document", _K.DATE, "BT-9", main=True),
    FieldSpec("tax_point_date", "Tax point date", "document", _K.DATE, "BT-7"),
    FieldSpec("delivery_date", "Delivery date", "document", _K.DATE, "BT-72"),
    FieldSpec("service_period_start", "Service period from", "document", _K.DATE, "BT-73"),
    FieldSpec("service_period_end", "Service period to", "document", _K.DATE, "BT-74"),
    FieldSpec("currency", "Currency", "document", _K.CURRENCY, "BT-5", main=True, required=True),
    FieldSpec("purchase_order", "Purchase order", "references", _K.IDENTIFIER, "BT-13"),
    FieldSpec("sales_order", "Sales order", "references", _K.IDENTIFIER, "BT-14"),
    FieldSpec("contract", "Contract", "references", _K.IDENTIFIER, "BT-12"),
    FieldSpec("project", "Project", "references", _K.IDENTIFIER, "BT-11"),
    FieldSpec("buyer_reference", "Buyer reference", "references", _K.IDENTIFIER, "BT-10"),
    FieldSpec("cost_centre", "Cost centre", "references", _K.IDENTIFIER, "BT-19"),
    FieldSpec("preceding_invoice", "Preceding invoice", "references", _K.IDENTIFIER, "BT-25"),
    FieldSpec("vendor_name", "Vendor", "vendor", _K.NAME, "BT-27", main=True, required=True),
    FieldSpec("vendor_address", "Vendor address", "vendor", _K.ADDRESS, "BT-35"),
    FieldSpec("vendor_country", "Vendor country", "vendor", _K.COUNTRY, "BT-40"),
    FieldSpec("vendor_tax_id", "Vendor VAT ID", "vendor", _K.IDENTIFIER, "BT-31", main=True),
    FieldSpec("vendor_tax_number", "Vendor tax number", "vendor", _K.IDENTIFIER, "BT-32"),
    FieldSpec("vendor_registration_id", "Vendor registration", "vendor", _K.IDENTIFIER, "BT-30"),
    FieldSpec("vendor_phone", "Vendor phone", "vendor", _K.TEXT, "BT-42"),
    FieldSpec("vendor_email", "Vendor e-mail", "vendor", _K.TEXT, "BT-43"),
    FieldSpec("vendor_website", "Vendor website", "vendor", _K.TEXT, ""),
    FieldSpec("buyer_name", "Buyer", "buyer", _K.NAME, "BT-44"),
    FieldSpec("buyer_address", "Buyer address", "buyer", _K.ADDRESS, "BT-50"),
    FieldSpec("buyer_tax_id", "Buyer VAT ID", "buyer", _K.IDENTIFIER, "BT-48"),
    FieldSpec("customer_number", "Customer number", "buyer", _K.IDENTIFIER, "BT-46"),
    FieldSpec("ship_to_address", "Ship-to address", "buyer", _K.ADDRESS, "BT-70"),
    FieldSpec("payment_terms", "Payment terms", "payment", _K.TEXT, "BT-20"),
    FieldSpec("payment_means", "Payment means", "payment", _K.TEXT, "BT-81"),
    FieldSpec("payment_reference", "Payment reference", "payment", _K.IDENTIFIER, "BT-83"),
    FieldSpec("iban", "IBAN", "payment", _K.IDENTIFIER, "BT-84", main=True),
    FieldSpec("bic", "BIC", "payment", _K.IDENTIFIER, "BT-86"),
    FieldSpec("bank_account", "Bank account", "payment", _K.IDENTIFIER, "BT-84"),
    FieldSpec("account_name", "Account name", "payment", _K.NAME, "BT-85"),
    FieldSpec("mandate_reference", "Mandate reference", "payment", _K.IDENTIFIER, "BT-89"),
    FieldSpec("creditor_id", "Creditor ID", "payment", _K.IDENTIFIER, "BT-90"),
    FieldSpec("line_total", "Sum of lines", "totals", _K.AMOUNT, "BT-106"),
    FieldSpec("allowance_total", "Allowances", "totals", _K.AMOUNT, "BT-107"),
    FieldSpec("charge_total", "Charges", "totals", _K.AMOUNT, "BT-108"),
    FieldSpec("net_total", "Net total", "totals", _K.AMOUNT, "BT-109", main=True),
    FieldSpec("tax_total", "Tax total", "totals", _K.AMOUNT, "BT-110", main=True),
    FieldSpec("gross_total", "Gross total", "totals", _K.AMOUNT, "BT-112", main=True, required=True),
    FieldSpec("amount_paid", "Amount paid", "totals", _K.AMOUNT, "BT-113"),
    FieldSpec("rounding", "Rounding", "totals", _K.AMOUNT, "BT-114"),
    FieldSpec("amount_due", "Amount due", "totals", _K.AMOUNT, "BT-115", main=True),
)

BY_NAME: dict[str, FieldSpec] = {spec.name: spec for spec in FIELDS}
