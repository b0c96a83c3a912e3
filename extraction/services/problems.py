"""What a person should look at: the engine's checks, and those that need the workspace's other invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

from django.db.models import Q

from extraction.duplicates import duplicates_of, others, same_text
from extraction.engine import resolve
from extraction.engine.record import NOT_AN_INVOICE, LineItem, Problem, TaxLine, Value
from extraction.models import SETTLED, FieldValue, Invoice, Status, Workspace

from .columns import typed_value
from .limits import required_fields

AT_ONCE = 500


def problems_found(
    *, invoice: Invoice, values: Mapping[str, Value], lasting: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """All problems as they are stored. ``lasting`` ones come from the reading itself and no check can repeat them."""
    checked = resolve.check(
        values,
        tax_breakdown=_tax_breakdown(invoice),
        line_items=_line_items(invoice),
        required=required_fields(invoice.workspace),
    )
    if any(row["code"] == NOT_AN_INVOICE for row in lasting):  # nobody misses an invoice's fields there
        checked = tuple(problem for problem in checked if problem.code != "required_missing")
    found = [*checked, *_duplicates(invoice, values), *bank_details_changed(invoice, values)]
    return [*(dict(row) for row in lasting), *(problem.to_dict() for problem in found)]


def _tax_breakdown(invoice: Invoice) -> tuple[TaxLine, ...]:
    return tuple(
        TaxLine(row.rate, row.base, row.amount, row.category or None, row.exemption_reason or None)
        for row in invoice.tax_lines.all()
    )


def _line_items(invoice: Invoice) -> tuple[LineItem, ...]:
    names = [column.name for column in fields(LineItem) if column.name != "box"]
    rows: list[dict[str, Any]] = [
        {name: None if getattr(row, name) == "" else getattr(row, name) for name in names}
        for row in invoice.line_items.all()
    ]
    return tuple(LineItem(**row) for row in rows)


def lasting_problems(record_problems: Sequence[Problem], checked: Sequence[Problem]) -> list[dict[str, Any]]:
    repeatable = {(problem.code, problem.fields) for problem in checked}
    return [
        {**problem.to_dict(), "lasting": True}
        for problem in record_problems
        if (problem.code, problem.fields) not in repeatable
    ]


def _duplicates(invoice: Invoice, values: Mapping[str, Value]) -> list[Problem]:
    matches = duplicates_of(invoice, values, at_most=1)
    if not matches:
        return []
    other = matches[0].invoice
    named = f"“{other.document_name}”, uploaded on {other.created_at:%Y-%m-%d}."
    text = f"This may be the same invoice as {named}"
    if not matches[0].fields:
        text = f"The text is nearly the same as that of {named}"
    return [Problem("possible_duplicate", matches[0].fields, text)]


def bank_details_changed(invoice: Invoice, values: Mapping[str, Value]) -> list[Problem]:
    """Compared with what people approved: a changed account is the commonest trick of invoice fraud."""
    iban = values.get("iban")
    vendors = []
    if values.get("vendor_tax_id"):
        vendors.append(Q(vendor_tax_id=values["vendor_tax_id"]))
    if values.get("vendor_name"):
        vendors.append(same_text("vendor_name", values["vendor_name"]))
    if not iban or not vendors:
        return []
    approved = others(invoice).filter(status__in=SETTLED).exclude(iban="").order_by().values_list("iban", flat=True)
    # Not one query with "or": each of these is answered from an index of its own.
    first, *more = (approved.filter(vendor) for vendor in vendors)
    known = set(first.union(*more))
    if not known or iban in known:
        return []
    text = (
        "This vendor's approved invoices name another bank account. "
        "Call the vendor on a number you already know before you pay."
    )
    return [Problem("bank_details_changed", ("iban",), text)]


def required_recheck(*, workspace: Workspace) -> int:
    """Look anew at what is missing in the invoices that wait for a review. Returns how many have other problems now.

    Only this rule is applied, in a few queries for all of them: no value has changed.
    """
    required, changed = required_fields(workspace), 0
    waiting = Invoice.objects.filter(workspace=workspace, status=Status.REVIEW, deleted_at__isnull=True)
    for part in batched(waiting.order_by("pk").values_list("pk", "problems"), AT_ONCE):
        filled: dict[int, set[str]] = defaultdict(set)
        for row in FieldValue.objects.filter(invoice__in=[pk for pk, _problems in part]):
            if typed_value(row.name, row.value) is not None:
                filled[row.invoice_id].add(row.name)
        for pk, problems in part:
            new = _with_missing(problems, filled[pk], required)
            changed += new != problems and waiting.filter(pk=pk).update(problems=new)
    return changed


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most so many."""
    rest = iter(rows)
    while part := list(islice(rest, size)):
        yield part


def _with_missing(problems: list[dict[str, Any]], filled: set[str], required: Collection[str]) -> list[dict[str, Any]]:
    lasting = [row for row in problems if row.get("lasting")]
    others = [row for row in problems if not row.get("lasting") and row["code"] != "required_missing"]
    if any(row["code"] == NOT_AN_INVOICE for row in lasting):
        return [*lasting, *others]
    found = resolve.check(dict.fromkeys(filled, ""), required=required)
    return [*lasting, *(problem.to_dict() for problem in found if problem.code == "required_missing"), *others]
