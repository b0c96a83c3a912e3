"""What does not add up in a record. Used after reading and again after every correction by a person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from .fields import FIELDS
from .money import CODES
from .record import LineItem, Problem, TaxLine, Value
from .values import is_bic, is_iban, is_tax_id

CENTS = Decimal("0.02")  # rounding per line and per total may differ by a cent each
OLDEST_YEARS = 10
REQUIRED = frozenset(spec.name for spec in FIELDS if spec.required)

Values = Mapping[str, Value]


def check(
    values: Values,
    *,
    tax_breakdown: Sequence[TaxLine] = (),
    line_items: Sequence[LineItem] = (),
    today: date | None = None,
    required: Collection[str] = REQUIRED,
) -> tuple[Problem, ...]:
    """All problems of a record, the graver ones first. Fields that are absent are checked for nothing but that.

    ``required`` are the names of fields that must be there.
    """
    today = today or datetime.now(tz=UTC).date()
    return (
        *_required(values, required),
        *_totals(values, tax_breakdown, line_items),
        *_dates(values, today),
        *_formats(values),
    )


def _required(values: Values, required: Collection[str]) -> Iterable[Problem]:
    for spec in FIELDS:
        if spec.name in required and spec.name not in values:
            yield Problem("required_missing", (spec.name,), f"{spec.label} was not found. Enter it from the document.")


def _totals(values: Values, breakdown: Sequence[TaxLine], items: Sequence[LineItem]) -> Iterable[Problem]:
    amounts = {name: value for name, value in values.items() if isinstance(value, Decimal)}
    yield from _gross(amounts)
    yield from _due(amounts)
    yield from _net(amounts)
    yield from _breakdown(amounts, breakdown)
    yield from _lines(amounts, items)


def _gross(amounts: Mapping[str, Decimal]) -> Iterable[Problem]:
    names = ("net_total", "tax_total", "gross_total")
    if not all(name in amounts for name in names):
        return
    net, tax, gross = (amounts[name] for name in names)
    between = {Decimal(0)} | {amounts.get(name, Decimal(0)) for name in ("rounding", "charge_total")}
    if all(abs(net + tax + other - gross) > CENTS for other in between):
        message = (
            f"Net {_money(net)} and tax {_money(tax)} add up to {_money(net + tax)}, "
            f"but the gross total says {_money(gross)}."
        )
        yield Problem("totals_disagree", names, message)


def _due(amounts: Mapping[str, Decimal]) -> Iterable[Problem]:
    if "amount_due" not in amounts or "gross_total" not in amounts:
        return
    gross, due = amounts["gross_total"], amounts["amount_due"]
    paid, rounding = amounts.get("amount_paid", Decimal(0)), amounts.get("rounding", Decimal(0))
    settled = not due and "amount_paid" not in amounts  # a balance of 0 says itself that it was paid
    rest = gross - abs(paid) + rounding
    if not settled and abs(rest - due) > CENTS and gross != due:
        message = f"Gross {_money(gross)} less {_money(abs(paid))} paid is {_money(rest)}, not the {_money(due)} due."
        yield Problem("due_disagrees", ("gross_total", "amount_paid", "amount_due"), message)


def _net(amounts: Mapping[str, Decimal]) -> Iterable[Problem]:
    names = ("line_total", "allowance_total", "charge_total", "net_total")
    if not {"line_total", "net_total"} <= amounts.keys():
        return
    lines, allowances, charges, net = (amounts.get(name, Decimal(0)) for name in names)
    if abs(lines - allowances + charges - net) > CENTS:
        message = (
            f"Lines of {_money(lines)}, less allowances, plus charges, do not make the net total of {_money(net)}."
        )
        yield Problem("net_disagrees", names, message)


def _breakdown(amounts: Mapping[str, Decimal], breakdown: Sequence[TaxLine]) -> Iterable[Problem]:
    taxes = [line.amount for line in breakdown if line.amount is not None]
    total = amounts.get("tax_total")
    if taxes and len(taxes) == len(breakdown) and total is not None and abs(sum(taxes, Decimal(0)) - total) > CENTS:
        message = f"The tax lines add up to {_money(sum(taxes, Decimal(0)))}, but the tax total says {_money(total)}."
        yield Problem("breakdown_disagrees", ("tax_total",), message)
    for line in breakdown:
        if line.rate is None or line.base is None or line.amount is None:
            continue
        if abs(line.base * line.rate / 100 - line.amount) > CENTS:
            message = f"{_plain(line.rate)}% of {_money(line.base)} is not {_money(line.amount)}."
            yield Problem("tax_line_disagrees", ("tax_total",), message)


def _lines(amounts: Mapping[str, Decimal], items: Sequence[LineItem]) -> Iterable[Problem]:
    lines = [item.amount for item in items if item.amount is not None]
    total = amounts.get("line_total")
    if lines and len(lines) == len(items) and total is not None and abs(sum(lines, Decimal(0)) - total) > CENTS:
        message = f"The lines add up to {_money(sum(lines, Decimal(0)))}, but their total says {_money(total)}."
        yield Problem("lines_disagree", ("line_total",), message)
    for item in items:
        if item.quantity is None or item.unit_price is None or item.amount is None:
            continue
        expected = item.quantity * item.unit_price - (item.discount or Decimal(0))
        with_tax = expected * (1 + (item.tax_rate or Decimal(0)) / 100)  # receipts may price without tax
        if abs(expected - item.amount) > CENTS and abs(with_tax - item.amount) > CENTS:
            product = f"{_plain(item.quantity)} x {_plain(item.unit_price)}"
            message = f"Line {item.position}: {product} is not {_money(item.amount)}."
            yield Problem("line_disagrees", ("line_total",), message)


def _plain(number: Decimal) -> str:
    """Without the zeros that storage appends: 15.0000 is 15."""
    return f"{number.normalize():f}"


def _money(amount: Decimal) -> str:
    """At least two decimals, more where they count."""
    text = _plain(amount)
    return text if len(text.partition(".")[2]) > 2 else f"{amount:.2f}"


def _dates(values: Values, today: date) -> Iterable[Problem]:
    issued, due = values.get("issue_date"), values.get("due_date")
    if not isinstance(issued, date):
        return
    if isinstance(due, date) and due < issued:
        yield Problem("due_before_issue", ("issue_date", "due_date"), "The due date is before the invoice date.")
    if issued > today + timedelta(days=1):
        yield Problem("date_in_future", ("issue_date",), f"The invoice date {issued:%Y-%m-%d} lies in the future.")
    if issued.year < today.year - OLDEST_YEARS:
        yield Problem("date_too_old", ("issue_date",), f"The invoice date is more than {OLDEST_YEARS} years ago.")


_FORMATS: tuple[tuple[str, Callable[[str], bool], str, str], ...] = (
    ("iban", is_iban, "iban_invalid", "The check digits of this IBAN are wrong. Compare it with the document."),
    ("bic", is_bic, "bic_invalid", "This is not a BIC: it has 8 or 11 letters and digits."),
    ("vendor_tax_id", is_tax_id, "tax_id_invalid", "The check digits of this VAT ID are wrong. Compare it."),
    ("buyer_tax_id", is_tax_id, "tax_id_invalid", "The check digits of this VAT ID are wrong. Compare it."),
    ("currency", CODES.__contains__, "currency_unknown", "This currency is not known. Use a code such as EUR."),
)


def _formats(values: Values) -> Iterable[Problem]:
    for name, valid, code, message in _FORMATS:
        value = values.get(name)
        if isinstance(value, str) and not valid(value):
            yield Problem(code, (name,), message)
