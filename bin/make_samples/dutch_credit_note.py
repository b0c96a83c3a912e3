"""A credit note with negative amounts that refers to the invoice it corrects; a clean PDF."""

from decimal import Decimal

from bill import Bill, Item, Sample, comma
from sheet import Sheet

TEAL = "#0f6b66"
BILL = Bill(
    (
        Item("Retour bureaustoel Delta, beschadigd geleverd", "-2", "st", "189.00", "21", "ST-DLT"),
        Item("Retour monitorarm dubbel", "-1", "st", "74.50", "21", "MA-02"),
    )
)


def euros(value: Decimal) -> str:
    return f"€ {comma(value)}"


def make() -> Sample:
    sheet = Sheet(title="Creditnota CN-2026-0093")
    _head(sheet)
    y = _table(sheet, 128)
    _sums(sheet, y)
    _foot(sheet)
    truth = {
        "document_type": "credit_note",
        "invoice_number": "CN-2026-0093",
        "issue_date": "2026-05-06",
        "currency": "EUR",
        "preceding_invoice": "F-2026-1187",
        "vendor_name": "Kantoorhuis Meijer B.V.",
        "vendor_address": "Havenkade 112, 3011 AB Rotterdam",
        "vendor_tax_id": "NL314159265B01",
        "vendor_registration_id": "58221406",
        "buyer_name": "Stichting De Leeszaal",
        "buyer_address": "Lange Nieuwstraat 40, 3512 PH Utrecht",
        "customer_number": "20417",
        "iban": "NL93RABO0314159265",
        **BILL.totals(),
    }
    return Sample("dutch-credit-note.pdf", sheet.pdf(), "credit_note", "nl", 1, truth, BILL.items)


def _head(sheet: Sheet) -> None:
    sheet.block(0, 0, 210, 34, TEAL)
    for number, color in enumerate(("#ffffff", "#bfe3df", "#7fc7c0")):
        sheet.block(20 + number * 6, 23 - number * 5, 5, 6 + number * 5, color)
    sheet.text(43, 22, "Kantoorhuis Meijer", size=20, font="Helvetica-Bold", color="#ffffff")
    sheet.text(43, 28.5, "inrichting voor werkplekken", size=10, color="#d8efec")
    buyer = ["Stichting De Leeszaal", "t.a.v. de administratie", "Lange Nieuwstraat 40", "3512 PH Utrecht"]
    sheet.lines(20, 52, buyer, size=10.5, step=5)
    sheet.text(20, 94, "Creditnota", size=22, font="Helvetica-Bold", color=TEAL)
    rows = [
        ("Creditnotanummer", "CN-2026-0093"),
        ("Datum", "6 mei 2026"),
        ("Klantnummer", "20417"),
        ("Betreft factuur", "F-2026-1187"),
    ]
    for number, (label, value) in enumerate(rows):
        y = 52 + number * 6
        sheet.text(125, y, label, size=10, color="#555555")
        sheet.text(165, y, value, size=10, font="Helvetica-Bold")
    sheet.text(20, 106, "Wij crediteren u voor de onderstaande geretourneerde artikelen.")


def _table(sheet: Sheet, y: float) -> float:
    heads = [(20, "left", "Artikel"), (42, "left", "Omschrijving"), (132, "right", "Aantal"), (156, "right", "Prijs"),
             (168, "right", "Btw"), (190, "right", "Bedrag")]  # fmt: skip
    sheet.row(y, heads, size=9.5, font="Helvetica-Bold", color=TEAL)
    sheet.rule(20, y + 2, 190, width=1, color=TEAL)
    for item in BILL.items:
        y += 9
        cells = [
            (20, "left", item.code),
            (42, "left", item.description),
            (132, "right", item.quantity),
            (156, "right", euros(Decimal(item.price))),
            (168, "right", f"{item.rate}%"),
            (190, "right", euros(item.amount)),
        ]
        sheet.row(y, cells)
    sheet.rule(20, y + 4, 190, width=0.4)
    return y + 13


def _sums(sheet: Sheet, y: float) -> None:
    sheet.row(y, [(130, "left", "Subtotaal"), (190, "right", euros(BILL.net))], size=10)
    sheet.row(y + 6, [(130, "left", "Btw 21%"), (190, "right", euros(BILL.tax))], size=10)
    sheet.rule(130, y + 9, 190, width=0.8, color=TEAL)
    total = [(130, "left", "Totaal te crediteren"), (190, "right", euros(BILL.gross))]
    sheet.row(y + 15, total, size=10.5, font="Helvetica-Bold")
    sheet.text(20, y + 34, "Het bedrag wordt binnen 14 dagen verrekend met openstaande facturen of teruggestort.")


def _foot(sheet: Sheet) -> None:
    sheet.block(0, 280, 210, 17, "#eef6f5")
    texts = [
        "Kantoorhuis Meijer B.V. · Havenkade 112 · 3011 AB Rotterdam · 010 555 0166 · info@kantoorhuismeijer.example",
        "KvK 58221406 · Btw-nr. NL314159265B01 · IBAN NL93 RABO 0314 1592 65 · BIC RABONL2U",
    ]
    y = 287.0
    for text in texts:
        sheet.text(105, y, text, size=8, align="center", color="#33524f")
        y += 4.5
