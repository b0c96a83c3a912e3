"""Xero: bills by CSV, in the columns of Xero's own bill template (Business, Bills to pay, Import).

Xero Central, "Import or create invoices using a CSV file", of which bills have the same columns: those with an asterisk
are required, rows of one contact and number are one bill, a file has at most 500, dates are written as the organisation
does, and all amounts of a file are either with or without tax. Total and TaxAmount are computed by Xero from quantity,
price and tax type, so they stay empty. Choose "tax exclusive" when you import.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from extraction.exports.postings import Posting, is_credit
from extraction.exports.records import Record, plain
from extraction.exports.shapes import DATES

from .base import ACCOUNT, DETAIL, DUE_DAYS, Preset, free_text, ready
from .dates import due_day, needs_due
from .settings import Setting, Settings

COLUMNS = (
    *("*ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4"),
    *("POCity", "PORegion", "POPostalCode", "POCountry", "*InvoiceNumber", "*InvoiceDate", "*DueDate", "Total"),
    *("InventoryItemCode", "Description", "*Quantity", "*UnitAmount", "*AccountCode", "*TaxType", "TaxAmount"),
    *("TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency"),
)
NO_CREDITS = _("It is a credit note, and the profile leaves these out.")
AT = {name: at for at, name in enumerate(COLUMNS)}


class Xero(Preset):
    key = "xero"
    label = _("Xero bills")
    about = _("CSV in the columns of Xero's bill template.")
    titles = COLUMNS
    most = 500
    stem = "xero-bills"
    settings = (
        Setting(ACCOUNT.name, _("Default account code"), help=ACCOUNT.help),
        Setting(
            "tax_codes",
            _("Tax types"),
            "rates",
            "20 = 20% (VAT on Expenses)\n5 = 5% (VAT on Expenses)\n0 = Zero Rated Expenses\nnone = No VAT",
            help=_("One rate a line, with the name of the tax rate as Xero shows it."),
            pattern=r".{1,50}",
            told=_("type the name of the tax rate, of at most 50 letters."),
        ),
        Setting(
            "dates",
            _("Dates"),
            "choice",
            "british",
            choices={name: DATES[name][0] for name in ("british", "american")},
            help=_("As your organisation in Xero writes them."),
        ),
        DUE_DAYS,
        DETAIL,
        Setting(
            "credits",
            _("Credit notes"),
            "choice",
            "negative",
            choices={"negative": _("With negative prices"), "out": _("Leave them out")},
        ),
        Setting("tracking_name", _("Tracking category"), help=_("Takes the cost centre of the vendor codes.")),
    )

    def bill(self, rows: list[list[str]]) -> str:
        return rows[0][AT["*InvoiceNumber"]]

    def rows(self, record: Record, settings: Settings) -> list[list[str]]:
        credit = is_credit(record)
        others = [str(NO_CREDITS)] if credit and settings["credits"] == "out" else []
        found = ready(record, settings, self.needed, *needs_due(record, settings), *others)
        issued, due = record.day("issue_date"), due_day(record, settings)
        assert issued is not None
        assert due is not None
        pattern = DATES[settings["dates"]][1]
        centre = found.codes.cost_centre if settings["tracking_name"] else ""
        common = {
            "*ContactName": free_text(record.text("vendor_name"), 255),
            "EmailAddress": free_text(record.text("vendor_email"), 255),
            "*InvoiceNumber": free_text(record.text("invoice_number"), 255),
            "*InvoiceDate": issued.strftime(pattern),
            "*DueDate": due.strftime(pattern),
            "*AccountCode": found.account,
            "Currency": record.text("currency"),
            "TrackingName1": settings["tracking_name"] if centre else "",
            "TrackingOption1": centre,
        }
        sign = -1 if credit else 1
        return [
            _row(common | _line(one, code, sign, record))
            for one, code in zip(found.postings, found.tax_codes, strict=True)
        ]


def _line(one: Posting, code: str, sign: int, record: Record) -> dict[str, str]:
    price = one.net if one.unit_price is None else one.unit_price
    text = one.description or record.text("invoice_number")
    return {
        "Description": free_text(text, 4000),
        "*Quantity": _number(one.quantity),
        "*UnitAmount": _number(price * sign, 2),
        "*TaxType": code,
    }


def _number(value: Decimal, least: int = 0) -> str:
    """At most four places, as Xero keeps."""
    return plain(value.quantize(Decimal("0.0001"), ROUND_HALF_UP), least)


def _row(values: dict[str, str]) -> list[str]:
    cells = [""] * len(COLUMNS)
    for name, value in values.items():
        cells[AT[name]] = value
    return cells
