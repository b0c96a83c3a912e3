"""Which invoices of a workspace may be the same one, uploaded twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models import Value as V
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from .engine.record import Value
from .models import DistinctPair, Invoice, InvoicePage, Status, TextBand
from .similarity import likeness, numbers, pairs

BY_NUMBER = ("vendor_name", "invoice_number")
BY_AMOUNT = ("vendor_name", "issue_date", "gross_total")
NEARLY_THE_SAME = 0.7  # of the pairs of words; two scans of one page share about 80 %
SAME_NUMBERS = 0.75
AT_MOST = 10
TOLD_APART_BY = ("invoice_number", "issue_date", "gross_total")


@dataclass(frozen=True, slots=True)
class Match:
    """``fields`` agree; none where it is the text that does."""

    invoice: Invoice
    fields: tuple[str, ...]


def others(invoice: Invoice) -> QuerySet[Invoice]:
    """The workspace's other invoices that count."""
    rows = Invoice.objects.filter(workspace_id=invoice.workspace_id, deleted_at__isnull=True)
    return rows.exclude(pk=invoice.pk).exclude(status=Status.REJECTED)


def same_text(name: str, text: Value) -> Q:
    """The column has this text, in whatever case. An equation, unlike ``iexact``, is answered from an index."""
    return Q(Exact(Upper(name), Upper(V(str(text)))))


def duplicates_of(invoice: Invoice, values: Mapping[str, Value], *, at_most: int = AT_MOST) -> list[Match]:
    """Oldest first within each kind of match; without pairs of which a person said that they are two."""
    found: dict[int, Match] = {}
    rows = others(invoice).exclude(pk__in=kept_beside(invoice)).order_by("pk")
    for names in (BY_NUMBER, BY_AMOUNT):
        if len(found) < at_most and all(name in values for name in names):
            for other in rows.filter(_same(invoice, values, names)).exclude(pk__in=found)[: at_most - len(found)]:
                found[other.pk] = Match(other, names)
    if len(found) < at_most:
        for other in _alike(invoice, values, rows.exclude(pk__in=found))[: at_most - len(found)]:
            found[other.pk] = Match(other, ())
    return list(found.values())


def kept_beside(invoice: Invoice) -> set[int]:
    """Ids of invoices that a person found to be others than this one."""
    rows = DistinctPair.objects.filter(Q(first=invoice) | Q(second=invoice)).values_list("first", "second")
    return {pk for row in rows for pk in row} - {invoice.pk}


def _same(invoice: Invoice, values: Mapping[str, Value], names: tuple[str, ...]) -> Q:
    same = same_text("vendor_name", values["vendor_name"])
    if names == BY_NUMBER:
        return same & same_text("invoice_number", values["invoice_number"])
    same &= Q(issue_date=values["issue_date"], gross_total=values["gross_total"])
    if "invoice_number" in values:  # invoices of one file were told apart by their numbers
        same &= ~Q(Q(sha256=invoice.sha256) & ~Q(invoice_number=""))
    return same


def _alike(invoice: Invoice, values: Mapping[str, Value], rows: QuerySet[Invoice]) -> list[Invoice]:
    """Nearly the same text, and no number, date or total that says otherwise: a vendor's invoices all look alike."""
    bands = list(invoice.text_bands.values_list("value", flat=True))
    if not bands:
        return []
    rows = rows.filter(pk__in=TextBand.objects.filter(value__in=bands).values("invoice")).exclude(sha256=invoice.sha256)
    for name in TOLD_APART_BY:
        if name in values:
            rows = rows.filter(Q(**{name: values[name]}) | _empty(name))
    text = _text(invoice)
    return [other for other in rows[: 2 * AT_MOST] if _nearly_the_same(text, _text(other))]


def _nearly_the_same(one: str, other: str) -> bool:
    """Words in their order, and numbers wherever they stand: next month's invoice has the words and other numbers."""
    words = likeness(pairs(one), pairs(other))
    return words >= NEARLY_THE_SAME and likeness(numbers(one), numbers(other)) >= SAME_NUMBERS


def _empty(name: str) -> Q:
    return Q(invoice_number="") if name == "invoice_number" else Q(**{f"{name}__isnull": True})


def _text(invoice: Invoice) -> str:
    return "\n".join(InvoicePage.objects.filter(invoice=invoice).order_by("number").values_list("text", flat=True))


def compared(invoices: list[Invoice]) -> list[dict[str, Any]]:
    """Row by row what each of them says: ``name``, ``values`` (one each), ``differs``. Only fields that any has."""
    from .engine.fields import FIELDS

    rows = []
    said = [{row.name: row.value for row in invoice.field_values.all()} for invoice in invoices]
    for spec in FIELDS:
        values = [found.get(spec.name, "") for found in said]
        if any(values):
            rows.append({"spec": spec, "values": values, "differs": len(set(values)) > 1})
    return rows
