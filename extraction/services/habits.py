"""What people approved of a vendor before, as a hint for the next reading."""

from __future__ import annotations

from collections import Counter, defaultdict

from extraction.engine.dating import find_dates
from extraction.models import SETTLED, FieldValue, Invoice, Workspace

LATEST = 500  # invoices that are looked at: habits of long ago may have changed


def vendor_date_orders(workspace: Workspace) -> dict[str, bool]:
    """Vendors, by tax id and by name, and whether they write the day first; those of either order are left out.

    Known from dates as they were printed and the values that people approved for them.
    """
    approved = Invoice.objects.filter(workspace=workspace, status__in=SETTLED, deleted_at__isnull=True)
    latest = approved.order_by("-approved_at").values_list("pk", flat=True)[:LATEST]
    dates = FieldValue.objects.filter(invoice__in=list(latest), name__in=("issue_date", "due_date"))
    votes: dict[str, Counter[bool]] = defaultdict(Counter)
    for row in dates.select_related("invoice").only(
        "machine_text", "machine_value", "human_value", "invoice__language", "invoice__vendor_name",
        "invoice__vendor_tax_id",
    ):  # fmt: skip
        day_first = _order_of(row)
        if day_first is not None:
            for vendor in filter(None, (row.invoice.vendor_tax_id, row.invoice.vendor_name)):
                votes[vendor][day_first] += 1
    return {vendor: next(iter(ways)) for vendor, ways in votes.items() if len(ways) == 1}


def _order_of(row: FieldValue) -> bool | None:
    """None where the printed date has one reading only whatever the order, or is not the approved one."""
    for found in find_dates(row.machine_text, row.invoice.language):
        readings = {True: found.day_first, False: found.month_first}
        right = [way for way, value in readings.items() if value is not None and value.isoformat() == row.value]
        if found.day_first != found.month_first and len(right) == 1:
            return right[0]
    return None
