"""What a figure is: a table of numbers that lead to their documents. Charts, tables and CSV are made from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from extraction.exports.shapes import defused

CENT = Decimal("0.01")
Number = Decimal | int | float | None


class Unit(StrEnum):
    MONEY = "money"  # of the figure's currency
    AMOUNT = "amount"  # of the currency that the row names
    COUNT = "count"
    SHARE = "share"  # 0 to 1
    SECONDS = "seconds"


class Shape(StrEnum):
    COLUMNS = "columns"
    BARS = "bars"
    LINES = "lines"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Cell:
    """``figure``: the conditions of the documents behind it, None where there is nothing to open."""

    value: Number
    figure: dict[str, str] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """``tone`` names its colour: c1 to c6, rest, open. ``shown``: whether the chart draws it, or only the table."""

    name: str
    tone: str
    unit: Unit = Unit.MONEY
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """``key`` is what stands in the CSV; ``label`` for people, ``short`` under the axis."""

    key: str
    label: str
    cells: tuple[Cell, ...]
    short: str = ""
    figure: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """``head`` is the title of the first column. ``currency`` is that of its money."""

    name: str
    title: str
    about: str
    head: str
    series: tuple[Series, ...]
    rows: tuple[Row, ...]
    shape: Shape
    currency: str = ""
    notes: tuple[str, ...] = ()
    wide: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(cell.value for row in self.rows for cell in row.cells)

    @property
    def drawn(self) -> list[tuple[int, Series]]:
        return [(at, series) for at, series in enumerate(self.series) if series.shown]

    @property
    def sums(self) -> list[Decimal | int | None]:
        """By column; None where a sum says nothing."""
        return [
            sum((cell.value or 0 for cell in column), Decimal(0))
            if series.unit in (Unit.MONEY, Unit.COUNT) else None
            for series, column in zip(self.series, zip(*(row.cells for row in self.rows), strict=True), strict=True)
        ] if self.rows else []  # fmt: skip

    @property
    def has_sums(self) -> bool:
        return any(value is not None for value in self.sums)

    def csv_rows(self) -> Iterator[list[str]]:
        """The very numbers of the figure: amounts with two decimals, shares with four, seconds with one."""
        titles = [f"{series.name} ({self.currency})" if series.unit is Unit.MONEY else series.name
                  for series in self.series]  # fmt: skip
        yield [defused(self.head), *(defused(title) for title in titles)]
        for row in self.rows:
            numbers = zip(self.series, row.cells, strict=True)
            yield [defused(row.key), *(plain(cell.value, series.unit) for series, cell in numbers)]


def plain(value: Number, unit: Unit) -> str:
    """A number for machines; "" for none."""
    if value is None:
        return ""
    if unit in (Unit.MONEY, Unit.AMOUNT):
        return str(cents(Decimal(value)))
    if unit is Unit.COUNT:
        return str(int(value))
    return f"{value:.4f}" if unit is Unit.SHARE else f"{value:.1f}"


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP) + Decimal(0)  # no minus before a zero


def total(cells: Sequence[Cell]) -> Decimal:
    return sum((Decimal(cell.value or 0) for cell in cells), Decimal(0))
