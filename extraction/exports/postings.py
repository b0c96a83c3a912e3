"""What an invoice posts: one amount a tax rate, which together are exactly its gross total.

Amounts of a posting are never negative for the kind of document it is: a credit note's are those that are given back,
however its issuer printed their sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from .records import LineRow, Record, TaxRow

CENT = Decimal("0.01")
# A breakdown is rounded line by line: what it differs from the total by that goes to its largest line.
ROUNDED = Decimal("0.05")
HUNDRED = Decimal(100)


class NotPostable(Exception):
    """Its amounts do not say what to post; ``code`` is a key of ``presets.REASONS``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount with one tax rate, in percent; None where the invoice says no rate."""

    rate: Decimal | None
    net: Decimal
    tax: Decimal
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def is_credit(record: Record) -> bool:
    """A credit note by its type, or an invoice over less than nothing."""
    gross = record.amount("gross_total")
    return record.text("document_type") == "credit_note" or (gross is not None and gross < 0)


def postings(record: Record) -> list[Posting]:
    """One posting a tax rate. Raises NotPostable when no gross total is known or the breakdown says another one."""
    gross = record.amount("gross_total")
    if gross is None:
        raise NotPostable("gross_total")
    if gross == 0:
        raise NotPostable("nothing_to_post")
    sign = -1 if gross < 0 else 1
    gross = (gross * sign).quantize(CENT, ROUND_HALF_UP)
    found = _breakdown([row for row in record.taxes if row.base is not None or row.amount is not None], sign)
    if found is None:
        return [_whole(record, gross)]
    difference = gross - sum((one.gross for one in found), Decimal(0))
    if abs(difference) > ROUNDED:
        if len(found) == 1 and not _has_totals(record):
            raise NotPostable("totals_disagree")
        if len(found) == 1:
            return [replace(_whole(record, gross), rate=found[0].rate)]
        raise NotPostable("totals_disagree")
    if difference:
        at = max(range(len(found)), key=lambda index: abs(found[index].net))
        found[at] = replace(found[at], net=found[at].net + difference)
    return found


def _breakdown(rows: Sequence[TaxRow], sign: int) -> list[Posting] | None:
    """Rows of one rate and category together; None when a row cannot be completed."""
    merged: dict[tuple[Decimal | None, str], Posting] = {}
    for row in rows:
        completed = _completed(row)
        if completed is None:
            return None
        net, tax = (_cents(amount * sign) for amount in completed)
        before = merged.get((row.rate, row.category), Posting(row.rate, Decimal(0), Decimal(0)))
        merged[row.rate, row.category] = replace(before, net=before.net + net, tax=before.tax + tax)
    return [one for one in merged.values() if one.gross] or None


def _completed(row: TaxRow) -> tuple[Decimal, Decimal] | None:
    """Base and tax, one from the other where the rate says it."""
    base, tax = row.base, row.amount
    if base is None and tax is not None and row.rate:
        base = tax / row.rate * HUNDRED
    if tax is None and base is not None and row.rate is not None:
        tax = base * row.rate / HUNDRED
    return None if base is None or tax is None else (base, tax)


def _whole(record: Record, gross: Decimal) -> Posting:
    """The invoice as one posting: net and tax as printed where they fit, else the gross with no tax said."""
    tax = record.amount("tax_total")
    net = record.amount("net_total")
    if tax is None and net is None:
        return _from_gross(record, gross) if _only_rate(record) else Posting(_only_rate(record), gross, Decimal(0))
    tax = _cents(abs(tax)) if tax is not None else gross - _cents(abs(net or Decimal(0)))
    if net is not None and abs(gross - abs(net) - tax) > ROUNDED:
        raise NotPostable("totals_disagree")
    if not 0 <= tax <= gross:
        raise NotPostable("totals_disagree")
    rate = _only_rate(record)
    return Posting(rate if rate is not None else _implied_rate(gross - tax, tax), gross - tax, tax)


def _from_gross(record: Record, gross: Decimal) -> Posting:
    """Only the gross and one rate are printed, as on many receipts."""
    rate = _only_rate(record) or Decimal(0)
    net = _cents(gross / (1 + rate / HUNDRED))
    return Posting(rate, net, gross - net)


def _only_rate(record: Record) -> Decimal | None:
    rates = {row.rate for row in record.taxes if row.rate is not None}
    return rates.pop() if len(rates) == 1 else None


def _has_totals(record: Record) -> bool:
    return record.amount("net_total") is not None or record.amount("tax_total") is not None


def _implied_rate(net: Decimal, tax: Decimal) -> Decimal | None:
    """The rate that net and tax are for, where it is one with at most one decimal; None where it is not clear."""
    if net <= 0:
        return None
    for unit in (Decimal(1), Decimal("0.5"), Decimal("0.1")):
        rate = (tax / net * HUNDRED / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
        if abs(_cents(net * rate / HUNDRED) - tax) <= CENT:
            return rate
    return None


def lines_or_postings(record: Record) -> list[Posting]:
    """One posting a line item where the lines add up to each rate's base; else one a rate."""
    whole = postings(record)
    lines = _lines(record, whole)
    return lines if lines is not None else whole


def _lines(record: Record, whole: list[Posting]) -> list[Posting] | None:
    sign = -1 if (record.amount("gross_total") or 0) < 0 else 1
    rates = [one.rate for one in whole]
    if not record.lines or len(set(rates)) != len(rates):
        return None
    left = {one.rate: one for one in whole}
    made: list[Posting] = []
    for line in record.lines:
        rate = line.tax_rate if line.tax_rate is not None else (rates[0] if len(rates) == 1 else None)
        if line.amount is None or rate not in left:
            return None
        made.append(_line(line, rate, sign))
    for rate, one in left.items():
        if sum((line.net for line in made if line.rate == rate), Decimal(0)) != one.net:
            return None
    return _with_tax(made, left)


def _line(line: LineRow, rate: Decimal | None, sign: int) -> Posting:
    """Quantity and price stay where they give the amount; else it is one of that amount."""
    net = _cents((line.amount or Decimal(0)) * sign)
    quantity, price = line.quantity, line.unit_price
    fits = quantity and price is not None and not line.discount and _cents(quantity * price * sign) == net
    if not fits or quantity is None or price is None:
        return Posting(rate, net, Decimal(0), line.description, Decimal(1), net)
    if quantity < 0:  # goods that went back: ledgers take this as a price below nothing
        quantity, price = -quantity, -price
    return Posting(rate, net, Decimal(0), line.description, quantity, price * sign)


def _with_tax(lines: list[Posting], of: dict[Decimal | None, Posting]) -> list[Posting]:
    """Each rate's tax shared out by amount; its last line takes what rounding leaves."""
    made = list(lines)
    for rate, whole in of.items():
        places = [at for at, line in enumerate(made) if line.rate == rate]
        remaining = whole.tax
        for at in places[:-1]:
            share = _cents(whole.tax * made[at].net / whole.net) if whole.net else Decimal(0)
            made[at] = replace(made[at], tax=share)
            remaining -= share
        made[places[-1]] = replace(made[places[-1]], tax=remaining)
    return made


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
