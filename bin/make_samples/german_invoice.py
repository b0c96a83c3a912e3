"""A clean PDF with a text layer: office supplies, two VAT rates, early payment discount, SEPA details."""

from decimal import Decimal

from bill import Bill, Item, Sample, comma
from sheet import Sheet

BLUE = "#17456b"
BILL = Bill(
    (
        Item("Kopierpapier A4, 80 g/m², Karton 2.500 Blatt", "12", "Ktn", "21.90", "19", "PA-4080"),
        Item("Tonerkassette schwarz, 8.000 Seiten", "3", "Stk", "94.50", "19", "TO-8000B"),
        Item("Handbuch Umsatzsteuer 2026, gebunden", "2", "Stk", "48.60", "7", "BU-2026U"),
        Item("Ordner 8 cm, Rückenschild, sortiert", "40", "Stk", "2.35", "19", "OR-0808"),
        Item("Lieferung frei Verwendungsstelle", "1", "psch", "18.00", "19", "LF-01"),
    )
)
COLUMNS = (25.0, 34.0, 56.0, 131.0, 146.0, 168.0, 190.0)


def make() -> Sample:
    sheet = Sheet(title="Rechnung RE-2026-04417")
    _letterhead(sheet)
    _details(sheet)
    y = _table(sheet, 118)
    _sums(sheet, y + 4)
    _footer(sheet)
    truth = {
        "document_type": "invoice",
        "invoice_number": "RE-2026-04417",
        "issue_date": "2026-03-12",
        "due_date": "2026-04-11",
        "delivery_date": "2026-03-10",
        "currency": "EUR",
        "purchase_order": "B-88213",
        "vendor_name": "Lindner & Söhne Bürobedarf GmbH",
        "vendor_address": "Wiesentalstraße 48, 79115 Freiburg",
        "vendor_tax_id": "DE279364713",
        "vendor_tax_number": "06417/22815",
        "buyer_name": "Architekturbüro Sommer Partnerschaft mbB",
        "buyer_address": "Am Alten Hafen 7, 28195 Bremen",
        "customer_number": "K-10382",
        "iban": "DE67680501010012345678",
        "bic": "FRSPDE66XXX",
        **BILL.totals(),
    }
    return Sample("german-invoice.pdf", sheet.pdf(), "invoice", "de", 1, truth, BILL.items)


def _letterhead(sheet: Sheet) -> None:
    sheet.polygon([(25, 18), (37, 14), (37, 30), (25, 34)], BLUE)
    sheet.polygon([(38.5, 14), (50.5, 18), (50.5, 34), (38.5, 30)], "#e0982f")
    sheet.text(56, 24, "Lindner & Söhne", size=20, font="Helvetica-Bold", color=BLUE)
    sheet.text(56, 31, "Bürobedarf GmbH", size=12, color=BLUE)
    sheet.text(
        25, 51, "Lindner & Söhne Bürobedarf GmbH · Wiesentalstraße 48 · 79115 Freiburg", size=6.5, color="#555555"
    )
    sheet.rule(25, 52.2, 106, width=0.3)
    sheet.lines(
        25,
        59,
        ["Architekturbüro Sommer Partnerschaft mbB", "Frau Ines Sommer", "Am Alten Hafen 7", "28195 Bremen"],
        size=10.5,
        step=5,
    )


def _details(sheet: Sheet) -> None:
    rows = [
        ("Rechnungsnummer", "RE-2026-04417"),
        ("Rechnungsdatum", "12.03.2026"),
        ("Kundennummer", "K-10382"),
        ("Ihre Bestellung", "B-88213"),
        ("Lieferdatum", "10.03.2026"),
        ("Sachbearbeitung", "Tobias Keller"),
    ]
    y = 58.0
    for label, value in rows:
        sheet.text(132, y, label, size=9, color="#555555")
        sheet.text(190, y, value, size=9, align="right")
        y += 5
    sheet.text(25, 99, "Rechnung", size=17, font="Helvetica-Bold", color=BLUE)
    sheet.text(25, 106, "Vielen Dank für Ihren Auftrag. Wir berechnen Ihnen wie folgt:")


def _table(sheet: Sheet, y: float) -> float:
    position, code, description, quantity, unit, price, amount = COLUMNS
    sheet.block(24, y - 5, 167, 7.5, BLUE)
    sheet.row(
        y,
        [
            (position, "left", "Pos."),
            (code, "left", "Artikel-Nr."),
            (description, "left", "Bezeichnung"),
            (quantity, "right", "Menge"),
            (unit, "right", "MwSt."),
            (price, "right", "Einzelpreis"),
            (amount, "right", "Gesamt"),
        ],
        size=8.5,
        font="Helvetica-Bold",
        color="#ffffff",
    )
    for number, item in enumerate(BILL.items, 1):
        y += 8
        sheet.row(
            y,
            [
                (position, "left", str(number)),
                (code, "left", item.code),
                (description, "left", item.description),
                (quantity, "right", f"{item.quantity} {item.unit}"),
                (unit, "right", f"{item.rate} %"),
                (price, "right", comma(Decimal(item.price))),
                (amount, "right", comma(item.amount)),
            ],
            size=8.5,
        )
        sheet.rule(24, y + 2.6, 191, width=0.25, color="#bbbbbb")
    return y + 6


def _sums(sheet: Sheet, y: float) -> None:
    sheet.row(y, [(125, "left", "Nettobetrag"), (190, "right", f"{comma(BILL.net)} €")])
    for rate, tax in BILL.taxes.items():
        y += 5.6
        label = f"zzgl. {rate} % USt. auf {comma(BILL.bases[rate])} €"
        sheet.row(y, [(125, "left", label), (190, "right", f"{comma(tax)} €")])
    y += 8
    sheet.block(123, y - 5.2, 68, 8, "#e8eef4")
    sheet.row(
        y, [(125, "left", "Rechnungsbetrag"), (190, "right", f"{comma(BILL.gross)} €")], font="Helvetica-Bold", size=11
    )
    sheet.lines(
        25,
        y + 16,
        [
            "Zahlbar bis 11.04.2026 ohne Abzug. Bei Zahlung innerhalb von 10 Tagen gewähren wir 2 % Skonto.",
            "Bitte geben Sie bei der Überweisung die Rechnungsnummer an.",
        ],
    )


def _footer(sheet: Sheet) -> None:
    sheet.rule(25, 268, 190, width=0.4)
    company = ["Lindner & Söhne Bürobedarf GmbH", "Wiesentalstraße 48", "79115 Freiburg", "Tel. 0761 5550 148"]
    register = ["Amtsgericht Freiburg HRB 701448", "Geschäftsführer: Georg Lindner", "USt-IdNr.: DE279364713"]
    bank = ["Sparkasse Freiburg", "IBAN: DE67 6805 0101 0012 3456 78", "BIC: FRSPDE66XXX", "www.lindner-soehne.example"]
    columns = ((25, company), (82, [*register, "St.-Nr.: 06417/22815"]), (139, bank))
    for x, texts in columns:
        sheet.lines(x, 273, texts, size=7, step=3.6, color="#444444")
