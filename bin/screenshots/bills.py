"""Invented bills with a text layer, so that the lists in the pictures look as after a month of work."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "make_samples"))

from bill import Item, cents
from sheet import Sheet


@dataclass(frozen=True)
class Vendor:
    name: str
    street: str
    town: str
    prefix: str
    rate: str
    goods: tuple[tuple[str, str, str], ...]
    currency: str = "EUR"
    color: str = "#24507a"


VENDORS = (
    Vendor(
        "Ashdown Timber Ltd",
        "14 Quay Road",
        "Bristol BS1 4QA",
        "AT-",
        "20",
        (("Larch boards 22 x 145 mm", "38", "11.40"), ("Delivery", "1", "45.00")),
        "GBP",
        "#5b4a2f",
    ),
    Vendor(
        "Brightwater Cleaning Services Ltd",
        "3 Mill Lane",
        "Leeds LS2 7EW",
        "BW",
        "20",
        (("Office cleaning, monthly", "1", "640.00"), ("Window cleaning", "2", "85.00")),
        "GBP",
        "#0f6b74",
    ),
    Vendor(
        "Corvane Logistics GmbH",
        "Hafenstraße 88",
        "20457 Hamburg",
        "CL-26-",
        "19",
        (("Pallet transport Hamburg - Graz", "4", "212.50"), ("Toll surcharge", "1", "38.20")),
    ),
    Vendor(
        "Delmare Foods S.r.l.",
        "Via Colombo 9",
        "16121 Genova",
        "2026/",
        "10",
        (("Olive oil 5 l", "24", "38.90"), ("Anchovies in salt 1 kg", "12", "21.75")),
        color="#7a2b2b",
    ),
    Vendor(
        "Eastgate Print & Copy",
        "27 Bridge Street",
        "Dublin D02 XK11",
        "INV-",
        "23",
        (("Brochures A5, 16 pages", "2500", "0.42"), ("Design corrections", "3", "65.00")),
    ),
    Vendor(
        "Fjordlys Elektro AS",
        "Storgata 51",
        "6002 Aalesund",
        "F",
        "25",
        (("LED panel 60 x 60", "18", "890.00"), ("Installation, hours", "14", "980.00")),
        "NOK",
        "#1d3f72",
    ),
    Vendor(
        "Granite Peak Software Inc.",
        "900 Harbor Blvd",
        "Portland, OR 97201",
        "GP-",
        "0",
        (("Support plan, yearly", "1", "5400.00"), ("Additional seats", "12", "96.00")),
        "USD",
        "#30343b",
    ),
    Vendor(
        "Helvetia Messtechnik AG",
        "Industriestrasse 12",
        "8604 Volketswil",
        "HM",
        "8.1",
        (("Calibration of pressure gauges", "9", "145.00"), ("Certificate", "9", "18.00")),
        "CHF",
        "#8c1c13",
    ),
)


@dataclass(frozen=True)
class Bill:
    vendor: Vendor
    number: str
    issued: date
    items: tuple[Item, ...] = field(default=())
    iban: str = "DE89370400440532013000"
    note: str = ""

    @property
    def file(self) -> str:
        return (
            f"{self.vendor.name.split()[0].lower()}-{self.number.replace('/', '-').lower()}{self.note and '-copy'}.pdf"
        )


def bills() -> list[Bill]:
    """Three of each vendor; the last of the second vendor asks for money on another account."""
    found = []
    for at in range(3):
        for n, vendor in enumerate(VENDORS):
            items = tuple(
                Item(name, str(int(quantity) + at), "pcs", price, vendor.rate) for name, quantity, price in vendor.goods
            )
            moved = n == 2 and at == 2
            found.append(
                Bill(
                    vendor,
                    f"{vendor.prefix}{1040 + 37 * n + 11 * at}",
                    date(2026, 9 + at, 3 + 2 * n),
                    items,
                    "DE02120300000000202051" if moved else "DE89370400440532013000",
                )
            )
    return found


def drawn(bill: Bill, sheet: Sheet | None = None) -> Sheet:
    vendor = bill.vendor
    sheet = sheet or Sheet(title=f"Invoice {bill.number}")
    sheet.block(20, 16, 8, 8, vendor.color)
    sheet.text(32, 23, vendor.name, size=17, font="Helvetica-Bold", color=vendor.color)
    sheet.lines(32, 29, (vendor.street, vendor.town), size=9, color="#555555")
    sheet.lines(20, 56, ("Northlight Trading Ltd", "Accounts Payable", "5 Canal Wharf", "Manchester M1 2WD"), size=10)
    sheet.text(20, 92, "INVOICE" if not bill.note else "INVOICE (copy)", size=15, font="Helvetica-Bold")
    due = bill.issued + timedelta(days=30)
    rows = (
        ("Invoice number", bill.number),
        ("Invoice date", f"{bill.issued:%d %B %Y}"),
        ("Due date", f"{due:%d %B %Y}"),
    )
    for n, (label, value) in enumerate(rows):
        sheet.text(125, 84 + 5 * n, label, size=9, color="#555555")
        sheet.text(190, 84 + 5 * n, value, size=9, align="right")
    y = _table(sheet, bill, 108)
    _sums(sheet, bill, y + 6)
    sheet.rule(20, 270, 190)
    sheet.text(
        20, 275, f"{vendor.name} · {vendor.street} · {vendor.town} · IBAN {bill.iban}", size=7.5, color="#555555"
    )
    return sheet


def _table(sheet: Sheet, bill: Bill, y: float) -> float:
    sheet.block(20, y - 5, 170, 7, bill.vendor.color)
    for x, align, head in (
        (22, "left", "Description"),
        (125, "right", "Quantity"),
        (155, "right", "Unit price"),
        (188, "right", "Amount"),
    ):
        sheet.text(x, y, head, size=9, font="Helvetica-Bold", align=align, color="#ffffff")
    for item in bill.items:
        y += 8
        sheet.text(22, y, item.description)
        for x, value in ((125, item.quantity), (155, _money(Decimal(item.price))), (188, _money(item.amount))):
            sheet.text(x, y, value, align="right")
        sheet.rule(20, y + 2.5, 190, width=0.2)
    return y


def _sums(sheet: Sheet, bill: Bill, y: float) -> None:
    net = sum((item.amount for item in bill.items), Decimal())
    rate = Decimal(bill.vendor.rate)
    tax = cents(net * rate / 100)
    for label, value in (("Net total", net), (f"VAT {bill.vendor.rate} %", tax)):
        y += 6
        sheet.text(150, y, label, align="right")
        sheet.text(188, y, f"{bill.vendor.currency} {_money(value)}", align="right")
    sheet.text(150, y + 8, "Total", font="Helvetica-Bold", size=11, align="right")
    sheet.text(188, y + 8, f"{bill.vendor.currency} {_money(net + tax)}", font="Helvetica-Bold", size=11, align="right")


def _money(value: Decimal) -> str:
    return f"{value:,.2f}"
