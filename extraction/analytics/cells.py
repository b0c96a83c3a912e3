"""Which documents stand behind a number: the conditions that figures count by, and that lists are narrowed by.

A cell of a figure is a mapping of names of ``CONDITIONS`` to texts. Both the figure and the list that opens when it is
clicked are made from it, so that they cannot disagree. To let people click on something new, add a row here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from extraction.engine.fields import BY_NAME
from extraction.models import (
    SETTLED,
    Channel,
    Correction,
    Invoice,
    InvoiceQuerySet,
    Status,
    TaxLine,
    User,
    VendorCategory,
    Workspace,
)

from .periods import Period, day_label
from .rates import rates_for

READ = (Status.REVIEW, *SETTLED)
COUNTED: dict[str, tuple[tuple[Status, ...], Any]] = {
    "read": (READ, gettext_lazy("read, not rejected")),
    "approved": (SETTLED, gettext_lazy("approved")),
    "waiting": ((Status.REVIEW,), gettext_lazy("not yet approved")),
    "open": ((Status.REVIEW, Status.APPROVED), gettext_lazy("not yet exported")),
    "open-approved": ((Status.APPROVED,), gettext_lazy("approved, not yet exported")),
}
LONGEST = 4000
EVER = date.min
Condition = Callable[[str, Workspace], Q]


def _names(text: str) -> list[str]:
    found = json.loads(text)
    if not isinstance(found, list):
        raise ValueError(text)
    return [str(name) for name in found]


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise ValueError(text)
    return int(text)


def _dates(column: str) -> Condition:
    """Days of a date column: from..to, or "none"."""

    def condition(text: str, workspace: Workspace) -> Q:
        if text == "none":
            return Q(**{f"{column}__isnull": True})
        period = Period.of(text)
        return Q(**{f"{column}__range": (period.first, period.last)})

    return condition


def _instants(column: str) -> Condition:
    """Days of the site's time zone, for a column of instants."""

    def condition(text: str, workspace: Workspace) -> Q:
        first, after = Period.of(text).instants()
        return Q(**{f"{column}__gte": first, f"{column}__lt": after})

    return condition


def _category(text: str, workspace: Workspace) -> Q:
    known = VendorCategory.objects.filter(workspace=workspace)
    if not text:
        return ~Q(vendor_name__in=known.values("vendor_name"))
    return Q(vendor_name__in=known.filter(category=text).values("vendor_name"))


def _tax_rate(text: str, workspace: Workspace) -> Q:
    """A rate; "none" for lines without one; "no-lines" for documents without any line."""
    lines = TaxLine.objects.filter(invoice=OuterRef("pk"))
    if text == "no-lines":
        return ~Q(Exists(lines))
    return Q(Exists(lines.filter(rate__isnull=True) if text == "none" else lines.filter(rate=Decimal(text))))


def _corrected(text: str, workspace: Workspace) -> Q:
    """A field, and the days in which it was corrected: ``name@from..to``; without a name any field."""
    name, _at, days = text.partition("@")
    rows = Correction.objects.filter(invoice=OuterRef("pk"))
    if days:
        first, after = Period.of(days).instants()
        rows = rows.filter(created_at__gte=first, created_at__lt=after)
    return Q(Exists(rows.filter(field=name) if name else rows))


def _corrected_by(text: str, workspace: Workspace) -> Q:
    person, _at, days = text.partition("@")
    first, after = Period.of(days).instants()
    rows = Correction.objects.filter(invoice=OuterRef("pk"), user=_number(person))
    return Q(Exists(rows.filter(created_at__gte=first, created_at__lt=after)))


def _untouched(text: str, workspace: Workspace) -> Q:
    touched = Exists(Correction.objects.filter(invoice=OuterRef("pk")))
    return Q(touched) if text == "no" else ~Q(touched)


def _no_amount(text: str, workspace: Workspace) -> Q:
    if text == "net":
        return Q(net_total=None) & (Q(gross_total=None) | Q(tax_total=None))
    return Q(gross_total=None, amount_due=None)


def _unconverted(text: str, workspace: Workspace) -> Q:
    """``CURRENCY>TARGET``: documents of the first for whose day there is no rate into the second."""
    currency, _arrow, target = text.partition(">")
    here = Invoice.objects.filter(workspace=workspace, deleted_at__isnull=True, currency=currency)
    days = [day for day in here.order_by().values_list("issue_date", flat=True).distinct() if day]
    rates = rates_for(workspace, target, [currency], min(days, default=date.min), max(days, default=date.min))
    missing = [day for day in days if rates.factor(currency, day) is None]
    return Q(currency=currency) & (Q(issue_date__in=missing) | Q(issue_date__isnull=True))


def _status(text: str, workspace: Workspace) -> Q:
    return Q(status__in=COUNTED[text][0]) if text in COUNTED else Q(status=Status(text))


CONDITIONS: dict[str, Condition] = {
    "counted": _status,
    "status": _status,
    "channel": lambda text, workspace: Q(channel=Channel(text)),
    "vendor": lambda text, workspace: Q(vendor_name=text),
    "vendors-but": lambda text, workspace: ~Q(vendor_name__in=_names(text)),
    "category": _category,
    "categories-but": lambda text, workspace: _other_categories(_names(text), workspace),
    "currency": lambda text, workspace: Q(currency=text),
    "issued": _dates("issue_date"),
    "due": _dates("due_date"),
    "came": _instants("created_at"),
    "read": _instants("read_at"),
    "approved": _instants("approved_at"),
    "approved-by": lambda text, workspace: Q(approved_by=_number(text)),
    "tax-rate": _tax_rate,
    "corrected": _corrected,
    "corrected-by": _corrected_by,
    "untouched": _untouched,
    "no-amount": _no_amount,
    "unconverted": _unconverted,
}


def _other_categories(names: list[str], workspace: Workspace) -> Q:
    found = Q()
    for name in names:
        found &= ~_category(name, workspace)
    return found


def cell_text(cell: Mapping[str, str]) -> str:
    """The cell as one parameter of an address."""
    return json.dumps(cell, ensure_ascii=False, separators=(",", ":"))


def cell_of(text: str) -> dict[str, str]:
    """ValueError with a sentence for people, for what no figure could have written."""
    try:
        found = json.loads(text) if len(text) <= LONGEST else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or any(name not in CONDITIONS for name in found):
        raise ValueError(_("This link from the dashboard is damaged. Open the dashboard and click again."))
    return {name: str(value).replace("\x00", "") for name, value in found.items()}


def narrowed(found: InvoiceQuerySet, cell: Mapping[str, str], workspace: Workspace) -> InvoiceQuerySet:
    """Only the documents of the cell. ValueError for texts that no figure could have written."""
    for name, text in cell.items():
        found = found.filter(CONDITIONS[name](text, workspace))
    return found


def figure_narrow(found: InvoiceQuerySet, text: str, user: User) -> InvoiceQuerySet:
    """For the filters of a list: ``text`` is what ``cell_text`` wrote. ValueError with a sentence for people."""
    from extraction.selectors import workspace_for

    workspace = workspace_for(user)
    cell = cell_of(text)
    if workspace is None:
        return found.none()
    try:
        return narrowed(found, cell, workspace)
    except (ValueError, KeyError, TypeError, ArithmeticError):
        raise ValueError(_("This link from the dashboard is damaged. Open the dashboard and click again.")) from None


# --- in words ---------------------------------------------------------------------------------------------------------


def figure_say(text: str, user: User | None = None) -> str:
    """The cell in words, for the chip above a list."""
    try:
        parts = [_said(name, value) for name, value in cell_of(text).items()]
    except (ValueError, KeyError, TypeError):
        return text[:60]
    return ", ".join(part for part in parts if part)


def _days(text: str) -> str:
    if text == "none":
        return _("no date")
    period = Period.of(text)
    if period.last == date.max:
        return _("from %(day)s") % {"day": day_label(period.first)}
    if period.first == EVER:
        return _("until %(day)s") % {"day": day_label(period.last)}
    return day_label(period.first) if period.days == 1 else period.label


def _status_words(text: str) -> str:
    return str(COUNTED[text][1] if text in COUNTED else Status(text).label)


def _corrected_words(text: str) -> str:
    name = text.partition("@")[0]
    return _("%(field)s corrected") % {"field": _(BY_NAME[name].label) if name in BY_NAME else name or _("a value")}


def _rate_words(text: str) -> str:
    words = {"none": _("tax without a rate"), "no-lines": _("no tax lines")}
    return words.get(text) or _("tax of %(rate)s %%") % {"rate": text.rstrip("0").rstrip(".")}


WORDS: dict[str, Callable[[str], str]] = {
    "counted": _status_words,
    "status": _status_words,
    "channel": lambda text: str(Channel(text).label),
    "vendor": lambda text: text or _("no vendor"),
    "vendors-but": lambda text: _("other vendors"),
    "category": lambda text: text or _("no category"),
    "categories-but": lambda text: _("other categories"),
    "currency": lambda text: text or _("no currency"),
    "issued": lambda text: _("issued %(days)s") % {"days": _days(text)},
    "due": lambda text: _("due %(days)s") % {"days": _days(text)},
    "came": lambda text: _("received %(days)s") % {"days": _days(text)},
    "read": lambda text: _("read %(days)s") % {"days": _days(text)},
    "approved": lambda text: _("approved %(days)s") % {"days": _days(text)},
    "approved-by": lambda text: _("by one person"),
    "tax-rate": _rate_words,
    "corrected": _corrected_words,
    "corrected-by": lambda text: _("corrected by one person"),
    "untouched": lambda text: _("values changed") if text == "no" else _("no value changed"),
    "no-amount": lambda text: _("no amount"),
    "unconverted": lambda text: _("no exchange rate for %(pair)s") % {"pair": text},
}


def _said(name: str, text: str) -> str:
    return WORDS[name](text)
