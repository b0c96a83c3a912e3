"""Checkers for the CSV imports of Xero, QuickBooks Online, Sage 50 and Odoo, by their published rules."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from decimal import Decimal
from typing import Any


def table(data: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    text = data.decode(encoding)
    assert text.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert all(len(row) == len(rows[0]) for row in rows)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def check_xero(data: bytes) -> dict[str, Decimal]:
    """Bills by number with their net; required columns filled, dates DD/MM/YYYY, four decimals, 500 bills at most."""
    rows = table(data)
    bills: dict[str, Decimal] = {}
    shared: dict[str, tuple[str, ...]] = {}
    for row in rows:
        for name, value in row.items():
            assert value or not name.startswith("*"), f"{name} is required"
        issued, due = (datetime.strptime(row[name], "%d/%m/%Y") for name in ("*InvoiceDate", "*DueDate"))
        assert issued <= due
        assert re.fullmatch(r"-?\d+(\.\d{1,4})?", row["*UnitAmount"])
        assert re.fullmatch(r"\d+(\.\d{1,4})?", row["*Quantity"])
        assert row["Total"] == row["TaxAmount"] == "", "Xero computes them"
        assert re.fullmatch("([A-Z]{3})?", row["Currency"])
        number = row["*InvoiceNumber"]
        head = tuple(row[name] for name in ("*ContactName", "*InvoiceDate", "*DueDate", "Currency"))
        assert shared.setdefault(number, head) == head, "all rows of a bill say the same of it"
        bills[number] = bills.get(number, Decimal(0)) + Decimal(row["*Quantity"]) * Decimal(row["*UnitAmount"])
    assert len(bills) <= 500
    return bills


def check_quickbooks(data: bytes) -> dict[str, tuple[Decimal, Decimal]]:
    """Bills by number: net and tax. No negative bill, number of at most 21 characters, one supplier and date a bill."""
    bills: dict[str, tuple[Decimal, Decimal]] = {}
    shared: dict[str, tuple[str, ...]] = {}
    for row in table(data):
        for name in ("Bill No.", "Supplier", "Bill Date", "Due Date", "Account", "Line Amount"):
            assert row[name], f"{name} is required"
        number = row["Bill No."]
        assert len(number) <= 21
        datetime.strptime(row["Bill Date"], "%d/%m/%Y")
        datetime.strptime(row["Due Date"], "%d/%m/%Y")
        head = tuple(row[name] for name in ("Supplier", "Bill Date", "Due Date"))
        assert shared.setdefault(number, head) == head
        assert re.fullmatch(r"-?\d+\.\d\d", row["Line Amount"])
        net, tax = bills.get(number, (Decimal(0), Decimal(0)))
        bills[number] = net + Decimal(row["Line Amount"]), tax + Decimal(row["Line Tax Amount"] or 0)
    assert all(net >= 0 for net, _tax in bills.values())
    return bills


def check_sage(data: bytes) -> list[dict[str, Any]]:
    """Transactions with the lengths and ranges of Sage's article on audit trail imports."""
    rows = table(data, "cp1252")
    for row in rows:
        assert list(row)[:5] == ["Type", "Account Reference", "Nominal A/C Ref", "Department Code", "Date"]
        assert list(row)[5:10] == ["Reference", "Details", "Net Amount", "Tax Code", "Tax Amount"]
        assert row["Type"] in ("PI", "PC")
        assert 0 < len(row["Account Reference"]) <= 8
        assert 0 < len(row["Nominal A/C Ref"]) <= 8
        assert 0 <= int(row["Department Code"]) <= 999
        datetime.strptime(row["Date"], "%d/%m/%Y")
        assert len(row["Reference"]) <= 30
        assert len(row["Details"]) <= 60
        for name in ("Net Amount", "Tax Amount"):
            assert re.fullmatch(r"\d{1,8}\.\d\d", row[name]), f"{name}: never negative"
        assert re.fullmatch(r"T\d{1,2}", row["Tax Code"])
    return rows


def check_odoo(data: bytes) -> list[dict[str, Any]]:
    """Moves with their lines: a row that leaves the move's columns empty belongs to the one above."""
    moves: list[dict[str, Any]] = []
    for row in table(data):
        of_move = {name: value for name, value in row.items() if "/" not in name}
        line = {name.partition("/")[2]: value for name, value in row.items() if "/" in name}
        assert line["name"]
        assert line["account_id"]
        assert Decimal(line["quantity"]) > 0
        Decimal(line["price_unit"])
        if any(of_move.values()):
            assert of_move["move_type"] in ("in_invoice", "in_refund")
            assert re.fullmatch(r"\w+", of_move["id"]), "an External ID"
            assert of_move["partner_id"]
            datetime.strptime(of_move["invoice_date"], "%Y-%m-%d")
            moves.append(of_move | {"lines": []})
        moves[-1]["lines"].append(line)
    assert len({move["id"] for move in moves}) == len(moves)
    return moves
