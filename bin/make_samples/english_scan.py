"""A scan of a printed invoice in British pounds: turned by a degree and a half, grain and dust; no text layer."""

from decimal import Decimal

from bill import Bill, Item, Sample, point
from sheet import Sheet
from spoil import image_pdf, render, scanned

INK = "#222222"
BILL = Bill(
    (
        Item("Annual inspection, goods lift (site visit)", "1", "", "640.00", "20", "SV-100"),
        Item("Replacement door sensor, type DS-4", "2", "", "118.75", "20", "DS-4"),
        Item("Lubricant, 5 litre can", "3", "", "36.40", "20", "LB-05"),
        Item("Labour, lift engineer (hours)", "6.5", "", "58.00", "20", "LAB-E"),
        Item("Safety handbook, printed", "4", "", "12.50", "0", "HB-22"),
    )
)


def make() -> Sample:
    sheet = Sheet(title="Invoice HV-20931")
    _head(sheet)
    y = _table(sheet, 112)
    _sums(sheet, y)
    _foot(sheet)
    page = scanned(render(sheet.pdf(), 170)[0], seed=11, degrees=1.4)
    truth = {
        "document_type": "invoice",
        "invoice_number": "HV-20931",
        "issue_date": "2026-01-28",
        "due_date": "2026-02-27",
        "currency": "GBP",
        "purchase_order": "PO 77120",
        "vendor_name": "Harrow Vale Lift Engineering Ltd",
        "vendor_address": "Unit 9, Brook Mill Estate, Stockport SK3 0RT",
        "vendor_tax_id": "GB739426017",
        "buyer_name": "Northgate Storage Company",
        "buyer_address": "14 Canal Wharf, Manchester M15 4RE",
        "iban": "GB29NWBK60161331926819",
        **BILL.totals(),
    }
    return Sample("english-scan.pdf", image_pdf(page, quality=42, dpi=170), "invoice", "en", 1, truth, BILL.items)


def _head(sheet: Sheet) -> None:
    sheet.disc(34, 28, 10, "#3d5a45")
    sheet.polygon([(34, 21), (39, 29), (29, 29)], "#ffffff")
    sheet.block(32, 29, 4, 6, "#ffffff")
    sheet.text(50, 27, "HARROW VALE", size=19, font="Times-Bold", color=INK)
    sheet.text(50, 34, "Lift Engineering Ltd", size=12, font="Times-Italic", color=INK)
    address = ["Unit 9, Brook Mill Estate", "Stockport SK3 0RT", "Tel 0161 496 0127", "accounts@harrowvale.example"]
    for number, text in enumerate(address):
        sheet.text(190, 22 + number * 4.8, text, size=9.5, font="Times-Roman", align="right")
    sheet.rule(20, 44, 190, width=1.2, color="#3d5a45")
    sheet.text(190, 58, "INVOICE", size=22, font="Times-Bold", align="right", color=INK)
    sheet.text(20, 58, "Invoice to:", size=9.5, font="Times-Italic")
    sheet.lines(
        20,
        64,
        ["Northgate Storage Company", "14 Canal Wharf", "Manchester M15 4RE"],
        size=11,
        font="Times-Roman",
        step=5.2,
    )
    rows = [
        ("Invoice No", "HV-20931"),
        ("Invoice date", "28 January 2026"),
        ("Your order", "PO 77120"),
        ("Payment due", "27 February 2026"),
    ]
    for number, (label, value) in enumerate(rows):
        y = 68 + number * 6
        sheet.text(128, y, label, size=10.5, font="Times-Bold")
        sheet.text(190, y, value, size=10.5, font="Times-Roman", align="right")


def _table(sheet: Sheet, y: float) -> float:
    sheet.frame(20, y - 6, 170, 9)
    heads = [(23, "left", "Item"), (42, "left", "Description"), (128, "right", "Qty"), (150, "right", "Unit price"),
             (163, "right", "VAT"), (187, "right", "Amount")]  # fmt: skip
    sheet.row(y, heads, size=10, font="Times-Bold")
    for item in BILL.items:
        y += 8.5
        cells = [
            (23, "left", item.code),
            (42, "left", item.description),
            (128, "right", item.quantity),
            (150, "right", point(Decimal(item.price))),
            (163, "right", f"{item.rate}%"),
            (187, "right", point(item.amount)),
        ]
        sheet.row(y, cells, size=10.5, font="Times-Roman")
    sheet.frame(20, 115, 170, y - 111)
    return y + 14


def _sums(sheet: Sheet, y: float) -> None:
    for label, value in (("Subtotal", BILL.net), ("VAT @ 20%", BILL.taxes["20"]), ("VAT @ 0%", BILL.taxes["0"])):
        sheet.row(y, [(128, "left", label), (187, "right", point(value))], size=10.5, font="Times-Roman")
        y += 6
    sheet.rule(126, y - 3.2, 190, width=0.8)
    sheet.row(y + 3, [(128, "left", "TOTAL GBP"), (187, "right", f"£{point(BILL.gross)}")], size=13, font="Times-Bold")
    sheet.rule(126, y + 6, 190, width=0.8)
    notes = [
        "Terms: 30 days net. Please quote the invoice number with your payment.",
        "Bank: Northern Counties Bank   IBAN GB29 NWBK 6016 1331 9268 19",
    ]
    sheet.lines(20, y + 22, notes, size=10.5, font="Times-Roman", step=5.6)


def _foot(sheet: Sheet) -> None:
    sheet.rule(20, 274, 190, width=0.6)
    text = "Registered in England No. 04418823   ·   VAT Reg. No. GB 739 4260 17   ·   Registered office as above"
    sheet.text(105, 279, text, size=8.5, font="Times-Roman", align="center")
