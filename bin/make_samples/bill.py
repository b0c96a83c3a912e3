"""What stands on a sample: items, and the sums that follow from them; and the truth file's row about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Item:
    """Quantity, price and rate (percent) as decimal strings, to be read easily where they are listed."""

    description: str
    quantity: str
    unit: str
    price: str
    rate: str
    code: str = ""

    @property
    def amount(self) -> Decimal:
        return cents(Decimal(self.quantity) * Decimal(self.price))

    def truth(self) -> dict[str, str]:
        row = {
            "description": self.description,
            "quantity": self.quantity,
            "unit_price": self.price,
            "amount": f"{self.amount:f}",
            "tax_rate": self.rate,
            "item_code": self.code,
        }
        return {name: value for name, value in row.items() if value}


@dataclass(frozen=True)
class Bill:
    items: tuple[Item, ...]

    @property
    def bases(self) -> dict[str, Decimal]:
        """Net amount by VAT rate, highest rate first."""
        bases: dict[str, Decimal] = {}
        for item in sorted(self.items, key=lambda item: -Decimal(item.rate)):
            bases[item.rate] = bases.get(item.rate, Decimal(0)) + item.amount
        return bases

    @property
    def taxes(self) -> dict[str, Decimal]:
        return {rate: cents(base * Decimal(rate) / 100) for rate, base in self.bases.items()}

    @property
    def net(self) -> Decimal:
        return sum(self.bases.values(), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes.values(), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    def totals(self) -> dict[str, str]:
        return {"net_total": f"{self.net:f}", "tax_total": f"{self.tax:f}", "gross_total": f"{self.gross:f}"}


@dataclass(frozen=True)
class Sample:
    """A finished file and what it says, in the format of evaluation (docs/record.md)."""

    file: str
    data: bytes
    kind: str
    lang: str
    pages: int
    truth: dict[str, str]
    items: tuple[Item, ...] = ()

    def row(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "kind": self.kind,
            "lang": self.lang,
            "truth": self.truth,
            "line_items": [item.truth() for item in self.items],
            "pages": self.pages,
        }


def comma(value: Decimal, *, thousands: str = ".") -> str:
    """1.234,56 as most of the continent writes it; ``thousands`` is what parts the groups."""
    return f"{value:,.2f}".replace(",", "\0").replace(".", ",").replace("\0", thousands)


def point(value: Decimal) -> str:
    """1,234.56"""
    return f"{value:,.2f}"
