"""Sage 50 Accounts (UK and Ireland): purchase invoices and credits as audit trail transactions, by CSV.

Sage's knowledge base (https://gb-kb.sage.com/portal/app/portlets/results/view2.jsp?k2dockey=250321114601443) lists the
columns from A on with their lengths: Type (2), Account Reference (8), Nominal (8), Department (0 to 999), Date
(DD/MM/YYYY), Reference (30), Details (60), Net (8 digits and 2 decimals), Tax code (T0 to T99), Tax, Exchange Rate,
Ex.Ref (30), User Name (32). PI is a purchase invoice, PC a credit; neither has negative amounts. Accounts must exist.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from extraction.exports.postings import is_credit
from extraction.exports.records import Record

from .base import ACCOUNT, DETAIL, NO_VENDOR_ACCOUNT, TOO_LARGE, LeftOut, Preset, foreign, free_text, ready
from .settings import Setting, Settings

COLUMNS = (
    *("Type", "Account Reference", "Nominal A/C Ref", "Department Code", "Date", "Reference", "Details"),
    *("Net Amount", "Tax Code", "Tax Amount", "Exchange Rate", "Extra Reference", "User Name"),
)
LARGEST = Decimal(10) ** 8
LONG_ACCOUNT = _("“%(account)s” is longer than the 8 characters that Sage takes for an account.")
BAD_DEPARTMENT = _("Department “%(text)s” is no number from 0 to 999. Put it right in the vendor codes.")
BOTH_SIDES = _("Some of its tax rates are positive and some negative, which Sage cannot take as one transaction.")


class Sage50(Preset):
    key = "sage50"
    label = _("Sage 50 transactions")
    about = _("CSV of audit trail transactions (PI, PC) for Sage 50 Accounts.")
    titles = COLUMNS
    stem = "sage50-transactions"
    encoding = "cp1252"
    settings = (
        Setting(ACCOUNT.name, _("Default nominal code"), help=ACCOUNT.help, pattern=r".{1,8}",
                told=_("A nominal code has at most 8 characters.")),
        Setting(
            "tax_codes",
            _("Tax codes"),
            "rates",
            "20 = T1\n5 = T5\n0 = T0\nnone = T9",
            help=_("One rate a line, with codes from T0 to T99."),
            pattern=r"T\d{1,2}",
            told=_("a tax code is T0 to T99."),
        ),
        Setting("department", _("Department"), default="0", pattern=r"\d{1,3}", told=_("Type a number from 0 to 999."),
                help=_("The vendor's cost centre goes before it.")),
        Setting("currency", _("Currency of the books"), default="GBP", required=True, pattern="[A-Z]{3}",
                told=_("Type three capital letters, like GBP.")),
        Setting("titles", _("First row holds the names of the columns"), "check", "1"),
        DETAIL,
    )  # fmt: skip

    def head(self, group: str, settings: Settings) -> str:
        return super().head(group, settings) if settings["titles"] else ""

    def rows(self, record: Record, settings: Settings) -> list[list[str]]:
        found = ready(record, settings, self.needed, *foreign(record, settings["currency"]))
        wrong = _wrong(found.codes.vendor_account, found.account)
        department = found.codes.cost_centre or settings["department"] or "0"
        if not (department.isdecimal() and len(department) <= 3):
            wrong.append(str(BAD_DEPARTMENT % {"text": department}))
        if any(one.net >= LARGEST or one.tax >= LARGEST for one in found.postings):
            wrong.append(str(TOO_LARGE))
        if any(one.net < 0 or one.tax < 0 for one in found.postings):
            wrong.append(str(BOTH_SIDES))
        if wrong:
            raise LeftOut(*wrong)
        issued = record.day("issue_date")
        assert issued is not None
        start = ["PC" if is_credit(record) else "PI", found.codes.vendor_account, found.account, department]
        number = free_text(record.text("invoice_number"), 30)
        return [
            [
                *start,
                f"{issued:%d/%m/%Y}",
                number,
                free_text(one.description or record.text("vendor_name"), 60),
                f"{one.net:.2f}",
                code,
                f"{one.tax:.2f}",
                "1",
                free_text(record.text("purchase_order"), 30),
                "",
            ]
            for one, code in zip(found.postings, found.tax_codes, strict=True)
        ]


def _wrong(vendor_account: str, account: str) -> list[str]:
    if not vendor_account:
        return [str(NO_VENDOR_ACCOUNT)]
    return [str(LONG_ACCOUNT % {"account": one}) for one in (vendor_account, account) if len(one) > 8]
