"""Odoo: vendor bills and refunds as an import file of journal entries (account.move).

Odoo's documentation, "Export and import data"
(https://www.odoo.com/documentation/19.0/applications/essentials/export_import_data.html): the head of a column is the
technical name of a field, a path leads to the fields of the lines (``invoice_line_ids/price_unit``), further lines of a
record leave the record's own columns empty, and an External ID (``id``) makes a second import update instead of double.
Related records are found by name. A refund has positive amounts and the type ``in_refund``.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from extraction.exports.postings import is_credit
from extraction.exports.records import Record, plain

from .base import ACCOUNT, DETAIL, Preset, free_text, ready
from .settings import Setting, Settings

OF_MOVE = (
    *("id", "move_type", "partner_id", "ref", "invoice_date", "invoice_date_due", "currency_id"),
    *("payment_reference", "invoice_origin"),
)
OF_LINE = tuple(f"invoice_line_ids/{name}" for name in ("name", "quantity", "price_unit", "account_id", "tax_ids"))


class Odoo(Preset):
    key = "odoo"
    label = _("Odoo vendor bills")
    about = _("CSV to import under Accounting, Vendors, Bills.")
    titles = (*OF_MOVE, *OF_LINE)
    stem = "odoo-bills"
    settings = (
        Setting(ACCOUNT.name, _("Default account"), help=_("Its code as the chart of accounts has it.")),
        Setting(
            "tax_codes",
            _("Taxes"),
            "rates",
            "19 = 19% VST\n7 = 7% VST\n0 =\nnone =",
            help=_("One rate a line, with the name of the purchase tax in Odoo; nothing after “=” means no tax."),
        ),
        DETAIL,
    )

    def rows(self, record: Record, settings: Settings) -> list[list[str]]:
        found = ready(record, settings, self.needed)
        issued, due = record.day("issue_date"), record.day("due_date")
        assert issued is not None
        move = [
            f"invoicelens_{record.pk}",
            "in_refund" if is_credit(record) else "in_invoice",
            free_text(record.text("vendor_name"), 255),
            free_text(record.text("invoice_number"), 255),
            issued.isoformat(),
            due.isoformat() if due else "",
            record.text("currency"),
            free_text(record.text("payment_reference"), 255),
            free_text(record.text("purchase_order"), 255),
        ]
        rows: list[list[str]] = []
        for one, code in zip(found.postings, found.tax_codes, strict=True):
            price = one.net if one.unit_price is None else one.unit_price
            text = free_text(one.description or record.text("invoice_number"), 1000)
            line = [text, plain(one.quantity), plain(price, 2), found.account, code]
            rows.append([*(move if not rows else [""] * len(move)), *line])
        return rows
