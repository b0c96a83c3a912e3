"""A till receipt on thermal paper: prices with VAT included, a fold, fading."""

from decimal import Decimal

from bill import Item, Sample, cents, comma
from sheet import Sheet
from spoil import crumpled, jpeg, render

ITEMS = (
    Item("RISOTTO AI FUNGHI", "2", "", "13.50", "10"),
    Item("TAGLIATA RUCOLA", "1", "", "19.00", "10"),
    Item("ACQUA NAT. 0,75L", "2", "", "2.50", "10"),
    Item("CALICE BARBERA", "3", "", "5.50", "22"),
    Item("TIRAMISU", "2", "", "6.00", "10"),
    Item("CAFFE", "3", "", "1.50", "10"),
    Item("COPERTO", "3", "", "2.00", "10"),
)
FONT = "Courier"
BOLD = "Courier-Bold"


def make() -> Sample:
    total = sum((item.amount for item in ITEMS), Decimal(0))
    tax = sum((_tax_within(item) for item in ITEMS), Decimal(0))
    tax = cents(tax)
    sheet = Sheet(80, 162, title="Documento commerciale")
    y = _head(sheet)
    y = _items(sheet, y)
    y = _sums(sheet, y, total, tax)
    _foot(sheet, y)
    page = crumpled(render(sheet.pdf(), 230)[0], seed=3)
    truth = {
        "document_type": "receipt",
        "invoice_number": "0412-0057",
        "issue_date": "2026-04-18",
        "currency": "EUR",
        "vendor_name": "Trattoria Al Vecchio Pozzo",
        "vendor_address": "Via delle Rose 31, 40124 Bologna BO",
        "vendor_tax_id": "04829170374",
        "tax_total": f"{tax:f}",
        "gross_total": f"{total:f}",
    }
    return Sample("italian-receipt.jpg", jpeg(page, 62), "receipt", "it", 1, truth, ITEMS)


def _tax_within(item: Item) -> Decimal:
    rate = Decimal(item.rate)
    return item.amount * rate / (100 + rate)


def _head(sheet: Sheet) -> float:
    sheet.disc(40, 11, 4.5, "#333333")
    sheet.block(36.5, 10.2, 7, 1.6, "#ffffff")
    sheet.text(40, 21, "TRATTORIA", size=12, font=BOLD, align="center")
    sheet.text(40, 26, "AL VECCHIO POZZO", size=12, font=BOLD, align="center")
    texts = [
        "di Bassi Marco & C. s.n.c.",
        "Via delle Rose 31",
        "40124 Bologna BO",
        "P.IVA 04829170374",
        "Tel. 051 555 0193",
    ]
    y = 31.0
    for text in texts:
        sheet.text(40, y, text, size=8.5, font=FONT, align="center")
        y += 3.8
    sheet.text(40, y + 3, "DOCUMENTO COMMERCIALE", size=9.5, font=BOLD, align="center")
    sheet.text(40, y + 7, "di vendita o prestazione", size=8.5, font=FONT, align="center")
    return y + 13


def _items(sheet: Sheet, y: float) -> float:
    heads = [(5, "left", "DESCRIZIONE"), (58, "right", "IVA"), (75, "right", "Prezzo(€)")]
    sheet.row(y, heads, size=8.5, font=FONT)
    y += 4.6
    for item in ITEMS:
        label = item.description
        if item.quantity != "1":
            sheet.text(7, y, f"{item.quantity} x {comma(Decimal(item.price))}", size=8.5, font=FONT)
            y += 3.9
        cells = [(5, "left", label), (58, "right", f"{item.rate}%"), (75, "right", comma(item.amount))]
        sheet.row(y, cells, size=8.5, font=FONT)
        y += 4.3
    return y


def _sums(sheet: Sheet, y: float, total: Decimal, tax: Decimal) -> float:
    sheet.rule(5, y - 1.5, 75, width=0.6)
    cells = [(5, "left", "TOTALE COMPLESSIVO"), (75, "right", comma(total))]
    sheet.row(y + 3, cells, size=10, font=BOLD)
    sheet.row(y + 8, [(5, "left", "di cui IVA"), (75, "right", comma(tax))], size=8.5, font=FONT)
    sheet.row(y + 13, [(5, "left", "Pagamento elettronico"), (75, "right", comma(total))], size=8.5, font=FONT)
    sheet.row(y + 17, [(5, "left", "Importo pagato"), (75, "right", comma(total))], size=8.5, font=FONT)
    return y + 24


def _foot(sheet: Sheet, y: float) -> None:
    for text in ("18-04-2026 21:47", "DOCUMENTO N. 0412-0057", "RT 96MKR014482", "Grazie e arrivederci"):
        sheet.text(40, y, text, size=8.5, font=FONT, align="center")
        y += 4.2
