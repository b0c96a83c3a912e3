"""Which values a person should look at, and the queries of the doubt sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from . import selectors
from .engine.fields import BY_NAME, FIELDS
from .engine.record import NOT_AN_INVOICE
from .models import FieldValue, Invoice, InvoiceQuerySet, Membership, Status, User, Workspace
from .permissions import roles_with
from .services.columns import COLUMNS

SURE = 0.9  # from here on people may trust a value without looking
MAIN = tuple(spec.name for spec in FIELDS if spec.main)
REQUIRED = tuple(spec.name for spec in FIELDS if spec.required)
MISSING = "missing"  # stands where a field's name does: required values of which nothing was read
PER_SHEET = 60


@dataclass(frozen=True, slots=True)
class After:
    """Where the next sheet goes on: the last one's place in the order, and its id."""

    place: str
    pk: int


def doubtful_fields() -> QuerySet[FieldValue]:
    """Main values that nobody looked at and the machine is not sure of.

    A row that no person touched holds what the machine read, so nothing is asked of its value: that leaves the index
    ``field_to_look_at`` alone to answer.
    """
    return FieldValue.objects.filter(human_value__isnull=True, confidence__lt=SURE, name__in=MAIN)


def workspaces_to_settle(user: User) -> Any:
    """The ids of those in which this person may correct values, as a query."""
    return Membership.objects.filter(user=user, role__in=roles_with("correct")).values("workspace")


def settleable(user: User) -> InvoiceQuerySet:
    """Invoices to review that are not set aside, and whose values this person may correct."""
    here = selectors.invoices_here(user).filter(workspace__in=workspaces_to_settle(user))
    return here.filter(status=Status.REVIEW, held_at__isnull=True)


def doubts_of(user: User) -> QuerySet[FieldValue]:
    return doubtful_fields().filter(invoice__in=settleable(user))


def doubt_counts(user: User) -> dict[str, int]:
    """How many values of each field are doubtful, most first; ``MISSING`` counts invoices, and comes last."""
    rows = doubts_of(user).order_by().values_list("name").annotate(n=Count("pk"))
    counts = dict(sorted(rows, key=lambda row: (-row[1], MAIN.index(row[0]))))
    lacking = invoices_lacking(user).count()
    return counts | ({MISSING: lacking} if lacking else {})


def doubt_sheet(user: User, name: str, *, by_doubt: bool, after: After | None) -> list[FieldValue]:
    """Up to ``PER_SHEET`` + 1 doubtful values of one field, with their invoices: by vendor, or the doubtful first."""
    found = doubts_of(user).filter(name=name).select_related("invoice")
    place = F("confidence") if by_doubt else F("invoice__vendor_name")
    found = found.annotate(place=place).order_by("place", "pk")
    if after is not None:
        start: Any = float(after.place) if by_doubt else after.place
        found = found.filter(Q(place__gt=start) | Q(place=start, pk__gt=after.pk))
    values: list[FieldValue] = list(found[: PER_SHEET + 1])
    lend_places(values)
    return values


def lend_places(rows: list[FieldValue]) -> None:
    """Values without a place, as of an amount due that was concluded, get that of another field with the same value."""
    lacking = [row for row in rows if row.box is None]
    if not lacking:
        return
    found = FieldValue.objects.filter(invoice__in=[row.invoice_id for row in lacking], box__isnull=False)
    same = {
        (row.invoice_id, row.machine_value): row for row in found.only("invoice_id", "machine_value", "page", "box")
    }
    for row in lacking:
        lender = same.get((row.invoice_id, row.machine_value))
        if lender is not None:
            row.page, row.box = lender.page, lender.box


def invoices_lacking(user: User) -> InvoiceQuerySet:
    """Those without a required value of which nobody said that the document has none."""
    lacking = Q(pk__in=[])
    for workspace in Workspace.objects.filter(pk__in=workspaces_to_settle(user)):
        lacks_one = Q(pk__in=[])
        for name in required_in(workspace):
            lacks_one |= _lacks(name)
        lacking |= Q(workspace=workspace.pk) & lacks_one
    told = Cast("problems", TextField())
    return settleable(user).filter(lacking).annotate(told=told).exclude(told__contains=f'"{NOT_AN_INVOICE}"')


def required_in(workspace: Workspace) -> tuple[str, ...]:
    """What an invoice must have there; what the catalogue requires where the workspace says nothing."""
    return tuple(name for name in workspace.required_fields if name in BY_NAME) or REQUIRED


def _lacks(name: str) -> Q:
    """Nothing was read and nothing said. The column tells quickly for the main fields, and only then rows are asked."""
    rows = FieldValue.objects.filter(invoice=OuterRef("pk"), name=name)
    if name not in COLUMNS:
        return ~Q(Exists(rows.filter(Q(human_value__isnull=False) | ~Q(machine_value=""))))
    text = isinstance(COLUMNS[name], CharField)
    return Q(**{name: ""} if text else {f"{name}__isnull": True}) & ~Q(Exists(rows.filter(human_value__isnull=False)))


def missing_sheet(user: User, *, after: After | None) -> list[tuple[Invoice, list[str]]]:
    """Up to ``PER_SHEET`` + 1 invoices by vendor, each with the required fields of which it has nothing."""
    found = invoices_lacking(user).select_related("workspace").order_by("vendor_name", "pk")
    if after is not None:
        found = found.filter(Q(vendor_name__gt=after.place) | Q(vendor_name=after.place, pk__gt=after.pk))
    invoices = list(found[: PER_SHEET + 1])
    rows = FieldValue.objects.filter(invoice__in=invoices)
    said = set(rows.filter(human_value__isnull=False).values_list("invoice_id", "name"))
    read = set(rows.exclude(machine_value="").values_list("invoice_id", "name"))

    def is_missing(invoice: Invoice, name: str) -> bool:
        empty = getattr(invoice, name) in (None, "") if name in COLUMNS else (invoice.pk, name) not in read
        return empty and (invoice.pk, name) not in said

    return [(row, [name for name in required_in(row.workspace) if is_missing(row, name)]) for row in invoices]


def invoice_is_clear(invoice: Invoice) -> bool:
    """Nothing is left to look at: no doubtful value and no problem, a missing one included."""
    return not invoice.problems and not doubtful_fields().filter(invoice=invoice).exists()
