"""What a list can be narrowed by. To add a filter: a row in ``FILTERS``, and an input in templates/inbox/_filters.html.

A filter's value is kept as it was typed, so that it stays in the address and in its input also while it is no date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from extraction.analytics.cells import figure_narrow, figure_say
from extraction.doubts import doubtful_fields
from extraction.engine.fields import DOCUMENT_TYPES, Kind
from extraction.engine.values import parse_value
from extraction.models import BulkAct, InvoiceQuerySet, Status, User

PROBLEMS: dict[str, Any] = {
    "any": gettext_lazy("any problem"),
    "possible_duplicate": gettext_lazy("possible duplicate"),
    "bank_details_changed": gettext_lazy("bank details changed"),
    "required_missing": gettext_lazy("required value missing"),
    "totals_disagree": gettext_lazy("totals disagree"),
    "due_disagrees": gettext_lazy("amount due disagrees"),
    "net_disagrees": gettext_lazy("net total disagrees"),
    "breakdown_disagrees": gettext_lazy("tax breakdown disagrees"),
    "tax_line_disagrees": gettext_lazy("tax line disagrees"),
    "lines_disagree": gettext_lazy("lines disagree with the total"),
    "line_disagrees": gettext_lazy("a line disagrees"),
    "date_ambiguous": gettext_lazy("ambiguous date"),
    "date_in_future": gettext_lazy("date in the future"),
    "date_too_old": gettext_lazy("very old date"),
    "due_before_issue": gettext_lazy("due before it was issued"),
    "iban_invalid": gettext_lazy("IBAN wrong"),
    "bic_invalid": gettext_lazy("BIC wrong"),
    "tax_id_invalid": gettext_lazy("VAT ID wrong"),
    "currency_unknown": gettext_lazy("currency unknown"),
    "print_differs": gettext_lazy("print differs from the e-invoice"),
    "unreadable_value": gettext_lazy("unreadable value"),
    "several_invoices": gettext_lazy("several invoices in one file"),
    "not_an_invoice": gettext_lazy("not an invoice"),
    "nothing_found": gettext_lazy("nothing found"),
}
PERIODS: dict[str, Any] = {
    "this-month": gettext_lazy("this month"),
    "last-month": gettext_lazy("last month"),
    "this-quarter": gettext_lazy("this quarter"),
    "last-quarter": gettext_lazy("last quarter"),
    "this-year": gettext_lazy("this year"),
    "last-year": gettext_lazy("last year"),
}
Narrow = Callable[[InvoiceQuerySet, str, User], InvoiceQuerySet]


def as_typed(text: str, user: User) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Filter:
    """``narrow`` raises ValueError with a sentence for people; ``say`` is the value in words, for the chip."""

    label: Any
    narrow: Narrow
    say: Callable[[str, User], str] = as_typed


def narrowed(found: InvoiceQuerySet, chosen: Mapping[str, str], user: User) -> tuple[InvoiceQuerySet, dict[str, str]]:
    """What remains, and what is wrong by filter. With an error nothing remains: acts on "all" must not be on more."""
    errors = {}
    for name, text in chosen.items():
        try:
            found = FILTERS[name].narrow(found, text, user)
        except ValueError as error:
            errors[name] = str(error)
    return (found.none() if errors else found), errors


# --- dates and amounts ------------------------------------------------------------------------------------------------


def day_of(text: str) -> date:
    try:
        value = parse_value(Kind.DATE, text)
    except ValueError:
        value = None
    if not isinstance(value, date):
        raise ValueError(_("“%(text)s” is not a date. Write it like 2024-03-14 or 14.03.2024.") % {"text": text})
    return value


def amount_of(text: str) -> Decimal:
    try:
        value = parse_value(Kind.AMOUNT, text)
    except ValueError:
        value = None
    if not isinstance(value, Decimal):
        raise ValueError(_("“%(text)s” is not an amount. Write it like 1234.56 or 1.234,56.") % {"text": text})
    return value


def dates_of(period: str, today: date) -> tuple[date, date]:
    """First and last day."""
    which, _dash, unit = period.partition("-")
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    start = today.year * 12 + (today.month - 1) // months * months - (months if which == "last" else 0)
    first, after = (date(month // 12, month % 12 + 1, 1) for month in (start, start + months))
    return first, after - timedelta(days=1)


def in_period(found: InvoiceQuerySet, text: str, user: User) -> InvoiceQuerySet:
    if text not in PERIODS:
        raise ValueError(_("There is no such period. Choose one of the list."))
    return found.filter(issue_date__range=dates_of(text, timezone.localdate()))


# --- choices ----------------------------------------------------------------------------------------------------------


def with_problem(found: InvoiceQuerySet, text: str, user: User) -> InvoiceQuerySet:
    if text == "any":
        return found.exclude(problems=[])
    if text not in PROBLEMS:
        raise ValueError(_("There is no such problem. Choose one of the list."))
    # As text: SQLite cannot look for an element of a list, and both databases write JSON alike.
    return found.alias(told=Cast("problems", TextField())).filter(told__contains=f'"code": "{text}"')


def assigned(found: InvoiceQuerySet, text: str, user: User) -> InvoiceQuerySet:
    if text == "nobody":
        return found.filter(assignee=None)
    if text == "me":
        return found.filter(assignee=user)
    if not text.isdecimal() or len(text) > 18:
        raise ValueError(_("There is no such person. Choose one of the list."))
    return found.filter(assignee=int(text))


def assignee_name(text: str, user: User) -> str:
    if text in ("me", "nobody"):
        return {"me": _("me"), "nobody": _("nobody")}[text]
    colleagues = User.objects.filter(workspaces__in=user.workspaces.all()).distinct()
    found = colleagues.filter(pk=int(text)).first() if text.isdecimal() and len(text) <= 18 else None
    return str(found or text)


def doubtful(found: InvoiceQuerySet, text: str, user: User) -> InvoiceQuerySet:
    return found.filter(Exists(doubtful_fields().filter(invoice=OuterRef("pk"))), status=Status.REVIEW)


def only_these(found: InvoiceQuerySet, text: str, user: User) -> InvoiceQuerySet:
    """Ids with commas between: what somebody ticked."""
    return found.filter(pk__in=[int(pk) for pk in text.split(",") if pk.isdecimal() and len(pk) <= 18])


def refused_in(found: InvoiceQuerySet, text: str, user: User) -> InvoiceQuerySet:
    """Those that an act on many documents left out."""
    act = BulkAct.objects.filter(user=user, pk=int(text)).first() if text.isdecimal() and len(text) <= 18 else None
    return found.filter(pk__in=[pk for pk, _reason in act.refused] if act else [])


FILTERS: dict[str, Filter] = {
    "vendor": Filter(gettext_lazy("Vendor"), lambda found, text, user: found.filter(vendor_name__icontains=text)),
    "period": Filter(gettext_lazy("Issued"), in_period, lambda text, user: str(PERIODS.get(text, text))),
    "from": Filter(gettext_lazy("Issued from"), lambda found, text, user: found.filter(issue_date__gte=day_of(text))),
    "to": Filter(gettext_lazy("Issued until"), lambda found, text, user: found.filter(issue_date__lte=day_of(text))),
    "min": Filter(gettext_lazy("Total from"), lambda found, text, user: found.filter(gross_total__gte=amount_of(text))),
    "max": Filter(
        gettext_lazy("Total up to"), lambda found, text, user: found.filter(gross_total__lte=amount_of(text))
    ),
    "currency": Filter(gettext_lazy("Currency"), lambda found, text, user: found.filter(currency=text.strip().upper())),
    "type": Filter(
        gettext_lazy("Type"),
        lambda found, text, user: found.filter(document_type=text),
        lambda text, user: _(DOCUMENT_TYPES[text]) if text in DOCUMENT_TYPES else text,
    ),
    "problem": Filter(gettext_lazy("Problem"), with_problem, lambda text, user: str(PROBLEMS.get(text, text))),
    "assignee": Filter(gettext_lazy("Assigned to"), assigned, assignee_name),
    "doubtful": Filter(gettext_lazy("Values"), doubtful, lambda text, user: _("doubtful ones only")),
    "figure": Filter(gettext_lazy("Dashboard"), figure_narrow, figure_say),
    "bulk": Filter(gettext_lazy("Left out"), refused_in, lambda text, user: _("by what you did to many")),
    "ids": Filter(gettext_lazy("Chosen"), only_these, lambda text, user: str(text.count(",") + 1)),
}
