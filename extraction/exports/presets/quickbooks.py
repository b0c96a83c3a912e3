"""QuickBooks Online: bills by CSV (Settings, Import data, Bills).

Its import has a step that maps columns to fields: Bill No., Supplier, Bill Date, Due Date, Account and Line Amount must
be mapped, rows with one bill number are one bill, and columns named like fields map themselves. Limits are those of the
Bill record (https://support.zed-systems.com/kb/a238/import-bills-into-quickbooks-online.aspx lists them): a bill number
(DocNumber) of 21 characters, text of 4000. Supplier credits are another record, which this import does not make.
Amounts are without tax: choose "exclusive of tax".
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from extraction.exports.postings import is_credit
from extraction.exports.records import Record
from extraction.exports.shapes import DATES

from .base import ACCOUNT, DETAIL, DUE_DAYS, Preset, free_text, ready
from .dates import due_day, needs_due
from .settings import Setting, Settings

COLUMNS = (
    *("Bill No.", "Supplier", "Bill Date", "Due Date", "Memo", "Account", "Line Description", "Line Amount"),
    *("Line Tax Code", "Line Tax Amount", "Currency Code"),
)
NO_CREDITS = _("It is a credit note: QuickBooks Online imports bills only. Enter it there as a supplier credit.")
LONG_NUMBER = _("Its number is longer than the 21 characters that QuickBooks Online takes.")


class QuickBooks(Preset):
    key = "quickbooks"
    label = _("QuickBooks Online bills")
    about = _("CSV whose columns QuickBooks Online recognises when you import bills.")
    titles = COLUMNS
    stem = "quickbooks-bills"
    settings = (
        Setting(ACCOUNT.name, _("Default account"), help=_("Its name as the chart of accounts has it.")),
        Setting(
            "tax_codes",
            _("Tax codes"),
            "rates",
            "20 = 20.0% S\n5 = 5.0% R\n0 = 0.0% Z\nnone = No VAT",
            help=_("One rate a line, with the code as QuickBooks shows it; nothing after “=” leaves it open."),
        ),
        Setting(
            "dates",
            _("Dates"),
            "choice",
            "british",
            choices={name: DATES[name][0] for name in ("british", "american", "iso")},
            help=_("You choose the same when you import."),
        ),
        DUE_DAYS,
        DETAIL,
        Setting(
            "most",
            _("Bills in one file"),
            default="100",
            required=True,
            pattern=r"[1-9]\d{0,3}",
            told=_("Type a number from 1 to 9999."),
            help=_("More become several files in a ZIP; QuickBooks refuses long ones."),
        ),
    )

    def bill(self, rows: list[list[str]]) -> str:
        return rows[0][0]

    def rows(self, record: Record, settings: Settings) -> list[list[str]]:
        others = [str(NO_CREDITS)] if is_credit(record) else needs_due(record, settings)
        number = free_text(record.text("invoice_number"), 255)
        if len(number) > 21:
            others.append(str(LONG_NUMBER))
        found = ready(record, settings, self.needed, *others)
        issued, due = record.day("issue_date"), due_day(record, settings)
        assert issued is not None
        assert due is not None
        pattern = DATES[settings["dates"]][1]
        head = [number, free_text(record.text("vendor_name"), 100), issued.strftime(pattern), due.strftime(pattern)]
        memo = free_text(record.document_name, 1000)
        return [
            [
                *head,
                memo,
                found.account,
                free_text(one.description or record.text("invoice_number"), 1000),
                f"{one.net:.2f}",
                code,
                f"{one.tax:.2f}" if code else "",
                record.text("currency"),
            ]
            for one, code in zip(found.postings, found.tax_codes, strict=True)
        ]
