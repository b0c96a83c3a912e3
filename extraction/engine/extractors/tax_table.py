"""The VAT breakdown: rows in which two figures are to each other as a rate says, whatever their labels.

That reads the summaries of receipts and invoices in any language and column order, and proves itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from ..document import Box
from ..layout import Layout
from ..record import Candidate, TaxLine
from .figures import Figure

MAX_RATE = Decimal(30)
TOLERANCE = Decimal("0.02")
RATES = frozenset(map(Decimal, (4, 5, "5.5", 6, 7, 8, 9, *range(10, 28))))  # usual ones, for columns without a sign
MAX_TABLES = 4
_CENT = Decimal("0.01")
_NOT_TAX = frozenset({"discount", "commission"})


@dataclass(frozen=True, slots=True)
class PlacedTaxLine:
    """A tax line with the row that proves it."""

    line: TaxLine
    page: int
    row: int
    box: Box
    text: str


def tax_lines(layout: Layout, figures: Sequence[Sequence[Figure]]) -> list[PlacedTaxLine]:
    """The proven tax lines in reading order."""
    rates = {f.value for row in figures for f in row if f.percent and 0 < f.value <= MAX_RATE}
    found = []
    for row, items in enumerate(figures):
        if not items or any(label.key in _NOT_TAX for label in layout.labels_in_row(row)):
            continue
        line = _line_of(items, rates) or _over_two_rows(items, figures, row)
        if line:
            box = Box.around(item.box for item in items)
            found.append(PlacedTaxLine(line, items[0].page, row, box, " ".join(item.text for item in items)))
    return found


def _line_of(items: Sequence[Figure], document_rates: set[Decimal]) -> TaxLine | None:
    money = [item.value for item in items if item.is_money and item.value]
    printed = [item.value for item in items if item.percent and item.value <= MAX_RATE]
    if printed:
        proven = next((line for rate in printed for line in _proofs(money, rate)), None)
        return proven or _exempt(items)
    # Without a percent sign all three figures must be printed: base + tax = gross, at a rate seen elsewhere.
    bare = [item.value for item in items if not item.is_money and 1 < item.value <= MAX_RATE]
    bare += [item.value for item in items if item.is_money and item.value in document_rates]
    bare += [item.value for item in items if item.is_money and item.value in RATES and len(money) >= 3]
    for rate in (*bare, *sorted(document_rates)):
        for line in _proofs(money, rate):
            if line.base in money and ((line.base or 0) + (line.amount or 0) in money or rate in bare):
                return line
    return None


def _over_two_rows(items: Sequence[Figure], figures: Sequence[Sequence[Figure]], row: int) -> TaxLine | None:
    """The rate with one figure, the other figure alone in the next row."""
    under = figures[row + 1] if row + 1 < len(figures) else []
    near = len(under) == 1 and under[0].page == items[0].page and under[0].is_money
    if not near or not any(item.percent for item in items) or sum(item.is_money for item in items) != 1:
        return None
    return _line_of([*items, *under], set())


def _exempt(items: Sequence[Figure]) -> TaxLine | None:
    """A row of a rate of 0% with a base and a tax of 0.00."""
    money = [item.value for item in items if item.is_money]
    rates = [item.value for item in items if item.percent]
    if rates == [0] and len(money) >= 2 and Decimal(0) in money and any(money):
        return TaxLine(Decimal(0), max(money, key=abs), Decimal(0))
    return None


def _proofs(money: Sequence[Decimal], rate: Decimal) -> Iterable[TaxLine]:
    """Lines of which two figures are printed in the row: base and tax, or gross and tax."""
    for a, b in combinations(money, 2):
        big, small = (a, b) if abs(a) > abs(b) else (b, a)
        if rate <= 0 or (big < 0) != (small < 0):
            continue
        if abs(big * rate / 100 - small) <= TOLERANCE and abs(small) >= 2 * _CENT:
            yield TaxLine(rate, big, small)
        elif abs(big * rate / (100 + rate) - small) <= TOLERANCE and abs(small) >= 2 * _CENT:
            yield TaxLine(rate, big - small, small)


def choices(lines: Sequence[PlacedTaxLine]) -> list[tuple[TaxLine, ...]]:
    """The breakdowns that the lines can mean, those at the end of the document first.

    Lines that stand together are a breakdown of their own; discounts look like taxes of a few percent. In each, a
    rate's rows may repeat each other or be parts of a sum.
    """
    found: list[tuple[TaxLine, ...]] = []
    for group in [*reversed(_tables(lines)[-MAX_TABLES:]), list(lines)]:
        by_rate: dict[Decimal | None, list[TaxLine]] = {}
        for placed in group:
            rows = by_rate.setdefault(placed.line.rate, [])
            if placed.line not in rows:
                rows.append(placed.line)
        if by_rate:
            found.append(tuple(rows[-1] for rows in by_rate.values()))
            found.append(tuple(max(rows, key=_size) for rows in by_rate.values()))
            found.append(tuple(_total(rows) for rows in by_rate.values()))
    return list(dict.fromkeys(found))


def _tables(lines: Sequence[PlacedTaxLine]) -> list[list[PlacedTaxLine]]:
    tables: list[list[PlacedTaxLine]] = []
    for placed in lines:
        if not tables or placed.row - tables[-1][-1].row > 2:
            tables.append([])
        tables[-1].append(placed)
    return tables


def _size(line: TaxLine) -> Decimal:
    return abs(line.amount or Decimal(0))


def _total(rows: Sequence[TaxLine]) -> TaxLine:
    base = sum((row.base or Decimal(0) for row in rows), Decimal(0))
    amount = sum((row.amount or Decimal(0) for row in rows), Decimal(0))
    return TaxLine(rows[0].rate, base, amount)


def tax_candidates(lines: Sequence[PlacedTaxLine], figures: Sequence[Sequence[Figure]]) -> list[Candidate]:
    """What each breakdown adds up to, as candidates of the totals; a gross total only where it is printed as well."""
    found = []
    rows = {placed.row for placed in lines}
    printed = {f.value: f for row in figures for f in row if f.is_money and f.row not in rows}
    for breakdown in choices(lines):
        place = lines[-1]
        base = sum((line.base or Decimal(0) for line in breakdown), Decimal(0))
        tax = sum((line.amount or Decimal(0) for line in breakdown), Decimal(0))
        reason = "in the tax line" if len(lines) == 1 else "sum of the tax lines"
        found.append(Candidate("net_total", base, place.text, place.page, place.box, 0.6, reason))
        found.append(Candidate("tax_total", tax, place.text, place.page, place.box, 0.7, reason))
        gross = printed.get(base + tax)
        if gross:
            found.append(Candidate("gross_total", gross.value, gross.text, gross.page, gross.box, 0.4, reason))
    return found
