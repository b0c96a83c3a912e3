"""Writes of the dashboard: exchange rates, the reporting currency, categories of vendors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction.models import ExchangeRate, RateSource, User, VendorCategory, Workspace
from extraction.permissions import require

from .audit import workspace_event_record
from .columns import storable
from .errors import InvalidValue
from .workspaces import _settings_save

AT_ONCE = 2000
LONGEST_CATEGORY = 60
MOST = Decimal(10) ** 9


def workspace_reporting_currency_set(*, workspace: Workspace, user: User, reporting_currency: str) -> None:
    """ "" follows the documents: the currency that most of the latest ones have."""
    code = reporting_currency.strip().upper()
    if code:
        _currency(code)
    _settings_save(workspace, user, reporting_currency=code)


def rate_save(*, workspace: Workspace, user: User, day: date, currency: str, rate: Decimal) -> ExchangeRate:
    """One that was typed; it takes the place of the workspace's own of that day. Raises InvalidValue."""
    require("manage", workspace=workspace, user=user)
    code = _currency(currency)
    if code == "EUR":
        raise InvalidValue(_("Rates say what one euro costs; the euro itself needs none."))
    if not (rate.is_finite() and 0 < rate < MOST):
        raise InvalidValue(_("Enter what one euro costs in this currency, such as 1.0843."))
    with transaction.atomic():
        row, _made = ExchangeRate.objects.update_or_create(
            workspace=workspace, currency=code, date=day,
            defaults={"rate": rate, "source": RateSource.TYPED, "saved_at": timezone.now()},
        )  # fmt: skip
        workspace_event_record(workspace=workspace, user=user, action="rate_saved", currency=code)
    return row


def rate_remove(*, workspace: Workspace, user: User, rate_id: int) -> bool:
    """One of the workspace's own; whether there was one."""
    require("manage", workspace=workspace, user=user)
    with transaction.atomic():
        removed, _by_model = ExchangeRate.objects.filter(workspace=workspace, pk=rate_id).delete()
        if removed:
            workspace_event_record(workspace=workspace, user=user, action="rate_removed")
    return bool(removed)


def rates_import(
    rates: Iterable[tuple[date, str, Decimal]], *, workspace: Workspace | None = None, user: User | None = None
) -> int:
    """Store them all or none; what was stored for a day and currency is replaced. Returns how many.

    With a workspace they are its own, and ``user`` must manage it; without one they hold for all workspaces.
    """
    if workspace is not None:
        require("manage", workspace=workspace, user=user)
    count, now, left = 0, timezone.now(), iter(rates)
    with transaction.atomic():
        while chunk := list(islice(left, AT_ONCE)):
            count += len(chunk)
            shared = {"workspace": workspace, "source": RateSource.FILE, "saved_at": now}
            rows = [ExchangeRate(date=day, currency=code, rate=rate, **shared) for day, code, rate in chunk]
            _store(rows, shared=workspace is None)
        if workspace is not None and user is not None and count:
            workspace_event_record(workspace=workspace, user=user, action="rates_imported", count=count)
    return count


def _store(rows: list[ExchangeRate], *, shared: bool) -> None:
    if shared:  # no "on conflict" takes a unique index with a condition: the days are replaced
        days = {row.date for row in rows}
        codes = {row.currency for row in rows}
        known = ExchangeRate.objects.filter(workspace__isnull=True, date__range=(min(days), max(days)))
        wanted = {(row.currency, row.date) for row in rows}
        stale = known.filter(currency__in=codes).values_list("pk", "currency", "date")
        old = [pk for pk, code, day in stale if (code, day) in wanted]
        for at in range(0, len(old), AT_ONCE):
            ExchangeRate.objects.filter(pk__in=old[at : at + AT_ONCE]).delete()
        ExchangeRate.objects.bulk_create({(row.currency, row.date): row for row in rows}.values(), batch_size=AT_ONCE)
        return
    ExchangeRate.objects.bulk_create(
        {(row.currency, row.date): row for row in rows}.values(), batch_size=AT_ONCE, update_conflicts=True,
        unique_fields=["workspace", "currency", "date"], update_fields=["rate", "source", "saved_at"],
    )  # fmt: skip


def vendor_category_set(*, workspace: Workspace, user: User, vendor_name: str, category: str) -> None:
    """What this vendor's invoices are spent on; "" takes the category away. Raises InvalidValue."""
    require("correct", workspace=workspace, user=user)
    vendor, words = storable(vendor_name), " ".join(storable(category).split())
    if not vendor or len(vendor) > 255:
        raise InvalidValue(_("There is no such vendor. Reload the page."))
    if len(words) > LONGEST_CATEGORY:
        raise InvalidValue(_("Use at most %(n)d characters for a category.") % {"n": LONGEST_CATEGORY})
    with transaction.atomic():
        rows = VendorCategory.objects.filter(workspace=workspace, vendor_name=vendor)
        if words:
            VendorCategory.objects.update_or_create(
                workspace=workspace, vendor_name=vendor, defaults={"category": words}
            )
        else:
            rows.delete()
        workspace_event_record(workspace=workspace, user=user, action="vendor_category_set")


def _currency(code: str) -> str:
    code = code.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise InvalidValue(_("“%(code)s” is not a currency. Use its three letters, such as USD.") % {"code": code[:20]})
    return code
