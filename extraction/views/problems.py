"""Problems as the review page shows them: how grave, the sum worked out, and what can be done about it by one click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from extraction.engine.checks import CENTS
from extraction.engine.fields import BY_NAME
from extraction.engine.record import canonical
from extraction.models import FieldValue, Invoice, InvoicePage

GRAVE = frozenset({"bank_details_changed", "possible_duplicate", "not_an_invoice"})

# code -> the terms that are added (or taken off), and the field that names their sum
EQUATIONS: dict[str, tuple[tuple[tuple[int, str], ...], str]] = {
    "totals_disagree": (((1, "net_total"), (1, "tax_total")), "gross_total"),
    "due_disagrees": (((1, "gross_total"), (-1, "amount_paid"), (1, "rounding")), "amount_due"),
    "net_disagrees": (((1, "line_total"), (-1, "allowance_total"), (1, "charge_total")), "net_total"),
}


def is_grave(problem: Mapping[str, Any]) -> bool:
    return problem["code"] in GRAVE


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a worked sum. ``odd``: the one that most likely does not fit."""

    name: str
    label: str
    sign: str
    amount: Decimal
    odd: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """A value that would make the sum hold. ``printed``: it stands somewhere on the pages."""

    name: str
    label: str
    value: str
    printed: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """``terms`` make ``worked``; ``said`` is what the document is read to say instead."""

    terms: tuple[Term, ...]
    worked: Decimal
    said: Term
    fixes: tuple[Fix, ...]

    @property
    def difference(self) -> Decimal:
        return self.said.amount - self.worked


@dataclass(frozen=True, slots=True)
class ProblemView:
    code: str
    message: str
    fields: tuple[str, ...]
    grave: bool
    link: str = ""

    @property
    def field(self) -> str:
        """Where "Show" leads: of a sum, to the field that it is worked out beside."""
        if self.code in EQUATIONS:
            return EQUATIONS[self.code][1]
        return self.fields[0] if self.fields else ""


def problem_views(invoice: Invoice) -> list[ProblemView]:
    """Grave ones first. Nothing is asked of the database unless a problem needs it."""
    # What proposes to divide the file is shown with its own buttons (_proposal.html).
    found = [_view(problem, invoice) for problem in invoice.problems if not problem.get("parts")]
    return sorted(found, key=lambda view: not view.grave)


def _view(problem: Mapping[str, Any], invoice: Invoice) -> ProblemView:
    code = problem["code"]
    link = reverse("duplicates", args=[invoice.pk]) if code == "possible_duplicate" else ""
    return ProblemView(code, problem["message"], tuple(problem["fields"]), is_grave(problem), link)


# --- sums -------------------------------------------------------------------------------------------------------------


def worked_sums(invoice: Invoice) -> dict[str, Sum]:
    """For each field that names the sum of others and does not hold: the sum worked out. Asks nothing if all hold."""
    codes = [problem["code"] for problem in invoice.problems if problem["code"] in EQUATIONS]
    found = {EQUATIONS[code][1]: worked_sum(code, invoice) for code in codes}
    return {name: worked for name, worked in found.items() if worked}


def worked_sum(code: str, invoice: Invoice) -> Sum | None:
    """The sum of a problem from the values that hold; None where it has come to hold, or a value is no amount."""
    signed, total = EQUATIONS[code]
    names = [name for _sign, name in signed] + [total]
    rows = {row.name: row for row in invoice.field_values.all() if row.name in names}
    amounts = {name: Decimal(row.value) for name, row in rows.items() if row.value}
    present = [(sign, name) for sign, name in signed if name in amounts]
    if total not in amounts or not present:
        return None
    worked = sum((sign * _size(sign, amounts[name]) for sign, name in present), Decimal(0))
    if abs(worked - amounts[total]) <= CENTS:
        return None
    fixes = _fixes(present, total, amounts, worked, invoice)
    odd = _odd(fixes, rows)
    terms = tuple(_term(name, "-" if sign < 0 else "+", amounts, odd) for sign, name in present)
    return Sum(terms, worked, _term(total, "=", amounts, odd), fixes)


def _size(sign: int, amount: Decimal) -> Decimal:
    """What is taken off may be printed with its own minus."""
    return abs(amount) if sign < 0 else amount


def _term(name: str, sign: str, amounts: Mapping[str, Decimal], odd: str) -> Term:
    return Term(name, _(BY_NAME[name].label), sign, amounts[name], odd=name == odd)


def _fixes(
    present: list[tuple[int, str]], total: str, amounts: Mapping[str, Decimal], worked: Decimal, invoice: Invoice
) -> tuple[Fix, ...]:
    """For each line the value that it would have to be; those that stand on the pages first."""
    gap = amounts[total] - worked
    values = {total: worked} | {name: _size(sign, amounts[name]) + sign * gap for sign, name in present}
    on_pages = _printed(invoice)
    found = []
    for name, value in values.items():
        if value >= 0 or amounts[name] < 0:
            printed = bool(_spellings(value) & on_pages)
            found.append(Fix(name, _(BY_NAME[name].label), canonical(value), printed))
    return tuple(sorted(found, key=lambda fix: not fix.printed))


def _odd(fixes: tuple[Fix, ...], rows: Mapping[str, FieldValue]) -> str:
    """The line that does not fit: its right value stands on the page, or it is the one that was read least surely."""
    if not fixes:
        return ""

    def doubt(fix: Fix) -> tuple[bool, bool, float]:
        row = rows[fix.name]
        return not fix.printed, row.human_value is not None, row.confidence or 0.0

    return min(fixes, key=doubt).name


def _printed(invoice: Invoice) -> set[str]:
    """The words of the pages without their marks: "1.234,50" is 123450."""
    texts = InvoicePage.objects.filter(invoice=invoice).values_list("text", flat=True)[:20]
    words = (word for text in texts for word in text.split())
    return {"".join(filter(str.isdigit, word)) for word in words}


def _spellings(value: Decimal) -> set[str]:
    """As ``_printed`` has them: with cents, a round amount also without. A digit or two may stand anywhere."""
    cents = f"{abs(value):.2f}".replace(".", "")
    whole = {cents[:-2]} if cents.endswith("00") else set()
    return {text for text in {cents, *whole} if len(text) > 2}
