"""A Spanish invoice of three pages with many lines, scanned in black and white into one TIFF."""

from decimal import Decimal

from bill import Bill, Item, Sample, comma
from sheet import Sheet
from spoil import faxed, render, tiff

GOODS = (
    ("Tornillo hexagonal M8x40 inox", "caja", "7.85"),
    ("Arandela plana M8 inox", "caja", "3.20"),
    ("Tuerca autoblocante M8", "caja", "4.15"),
    ("Broca widia 10 mm", "ud", "5.60"),
    ("Disco de corte 125 mm", "ud", "1.45"),
    ("Guantes de trabajo talla 9", "par", "3.95"),
    ("Cinta aislante negra 20 m", "ud", "0.98"),
    ("Brida nylon 200x4,8", "bolsa", "2.75"),
    ("Silicona neutra transparente", "ud", "4.40"),
    ("Espuma de poliuretano 750 ml", "ud", "6.35"),
    ("Cable H07V-K 2,5 mm azul", "m", "0.62"),
    ("Caja de registro IP55", "ud", "3.10"),
    ("Taco expansivo 8x50", "bolsa", "5.05"),
    ("Pletina galvanizada 40x4", "ud", "8.90"),
    ("Lija grano 120", "pliego", "0.55"),
    ("Pintura antióxido gris 4 l", "bote", "27.80"),
)
ROWS_PER_PAGE = (24, 30, 10)


def _items() -> tuple[Item, ...]:
    rows = []
    for number in range(sum(ROWS_PER_PAGE)):
        name, unit, price = GOODS[number % len(GOODS)]
        series = "ABCD"[number // len(GOODS)]
        quantity = str((number * 7) % 23 + 2)
        rows.append(Item(f"{name} {series}", quantity, unit, price, "21", f"F{4100 + number * 13}"))
    return tuple(rows)


BILL = Bill(_items())


def make() -> Sample:
    sheet = Sheet(title="Factura 2026/A/00731")
    start = 0
    for page, count in enumerate(ROWS_PER_PAGE, 1):
        if page > 1:
            sheet.new_page()
        _head(sheet, page)
        y = _table(sheet, 104 if page == 1 else 52, BILL.items[start : start + count])
        start += count
        if page < len(ROWS_PER_PAGE):
            carried = sum((item.amount for item in BILL.items[:start]), Decimal(0))
            sheet.row(y + 3, [(150, "right", "Suma y sigue"), (190, "right", comma(carried))], font="Helvetica-Oblique")
        else:
            _sums(sheet, y + 8)
        _foot(sheet)
    pages = [faxed(page, degrees=turn) for page, turn in zip(render(sheet.pdf(), 200), (0.4, -0.5, 0.7), strict=True)]
    truth = {
        "document_type": "invoice",
        "invoice_number": "2026/A/00731",
        "issue_date": "2026-03-31",
        "due_date": "2026-05-30",
        "currency": "EUR",
        "vendor_name": "Suministros Industriales Olmedo S.L.",
        "vendor_address": "Polígono Las Eras, nave 14, 28906 Getafe (Madrid)",
        "vendor_tax_id": "B84172303",
        "buyer_name": "Talleres Hermanos Roldán C.B.",
        "buyer_address": "Calle del Yunque 6, 28914 Leganés (Madrid)",
        "buyer_tax_id": "E83014472",
        "customer_number": "00418",
        "iban": "ES7721000004450200051332",
        **BILL.totals(),
    }
    return Sample("spanish-fax.tif", tiff(pages, 200), "invoice", "es", 3, truth, BILL.items)


def _head(sheet: Sheet, page: int) -> None:
    sheet.polygon([(20, 34), (28, 18), (36, 34)], "#000000")
    sheet.polygon([(25, 31.5), (28, 25), (31, 31.5)], "#ffffff")
    sheet.text(41, 25, "SUMINISTROS INDUSTRIALES OLMEDO, S.L.", size=13, font="Helvetica-Bold")
    sheet.text(41, 30, "Polígono Las Eras, nave 14 - 28906 Getafe (Madrid)", size=9.5)
    sheet.text(41, 34.5, "CIF: B84172303   Tel. 91 555 01 77", size=9.5)
    sheet.text(190, 40, f"Factura 2026/A/00731     Página {page} de {len(ROWS_PER_PAGE)}", size=9, align="right")
    if page > 1:
        return
    sheet.frame(20, 48, 84, 40)
    rows = [("Nº factura:", "2026/A/00731"), ("Fecha factura:", "31/03/2026"), ("Vencimiento:", "30/05/2026"),
            ("Cliente nº:", "00418"), ("Forma de pago:", "Transferencia a 60 días")]  # fmt: skip
    for number, (label, value) in enumerate(rows):
        sheet.text(24, 56 + number * 7, label, size=10, font="Helvetica-Bold")
        sheet.text(56, 56 + number * 7, value, size=10)
    sheet.frame(110, 48, 80, 40)
    buyer = [
        "Cliente:",
        "Talleres Hermanos Roldán C.B.",
        "Calle del Yunque 6",
        "28914 Leganés (Madrid)",
        "CIF: E83014472",
    ]
    sheet.lines(114, 56, buyer, size=10, step=6.5)


def _table(sheet: Sheet, y: float, items: tuple[Item, ...]) -> float:
    sheet.rule(20, y - 5, 190, width=1)
    heads = [(20, "left", "Referencia"), (42, "left", "Descripción"), (122, "right", "Cantidad"), (138, "left", "Ud."),
             (168, "right", "Precio"), (190, "right", "Importe")]  # fmt: skip
    sheet.row(y, heads, size=9.5, font="Helvetica-Bold")
    sheet.rule(20, y + 2, 190, width=1)
    y += 1.5
    for item in items:
        y += 6
        cells = [
            (20, "left", item.code),
            (42, "left", item.description),
            (122, "right", item.quantity),
            (138, "left", item.unit),
            (168, "right", comma(Decimal(item.price))),
            (190, "right", comma(item.amount)),
        ]
        sheet.row(y, cells)
    sheet.rule(20, y + 3, 190, width=0.6)
    return y + 6


def _sums(sheet: Sheet, y: float) -> None:
    sheet.frame(110, y - 3, 80, 30)
    sheet.row(y + 4, [(114, "left", "Base imponible"), (186, "right", f"{comma(BILL.net)} €")], size=10.5)
    sheet.row(y + 12, [(114, "left", "IVA 21 %"), (186, "right", f"{comma(BILL.tax)} €")], size=10.5)
    total = [(114, "left", "TOTAL FACTURA"), (186, "right", f"{comma(BILL.gross)} €")]
    sheet.row(y + 22, total, size=12, font="Helvetica-Bold")
    bank = ["Banco: Caja del Sur", "IBAN: ES77 2100 0004 4502 0005 1332"]
    sheet.lines(20, y + 4, bank, size=10.5, step=6)


def _foot(sheet: Sheet) -> None:
    text = "Inscrita en el Registro Mercantil de Madrid, Tomo 21.004, Folio 118, Hoja M-373201"
    sheet.text(105, 286, text, size=7.5, align="center")
