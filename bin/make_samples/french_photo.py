"""A phone's photo of a joiner's invoice on a table: perspective, shadow, warm light."""

from decimal import Decimal

from bill import Bill, Item, Sample, comma
from sheet import Sheet
from spoil import jpeg, photographed, render

RED = "#8c2f2b"
BILL = Bill(
    (
        Item("Dépose de l'ancien plan de travail", "1", "forf.", "180.00", "10", ""),
        Item("Plan de travail chêne massif 38 mm", "3.2", "m", "214.00", "20", ""),
        Item("Pose et ajustage, main-d'œuvre", "9", "h", "46.00", "10", ""),
        Item("Huile dure, bidon 2,5 l", "1", "u", "64.90", "20", ""),
    )
)


def francs(value: Decimal) -> str:
    return f"{comma(value, thousands=' ')} €"


def make() -> Sample:
    sheet = Sheet(title="Facture F2026-118")
    _head(sheet)
    y = _table(sheet, 116)
    _sums(sheet, y)
    page = photographed(render(sheet.pdf(), 190)[0], seed=5, size=(1500, 2080))
    truth = {
        "document_type": "invoice",
        "invoice_number": "F2026-118",
        "issue_date": "2026-02-05",
        "due_date": "2026-03-07",
        "currency": "EUR",
        "vendor_name": "Menuiserie Castagnac SARL",
        "vendor_address": "22 rue des Tilleuls, 31500 Toulouse",
        "vendor_tax_id": "FR14813456001",
        "vendor_registration_id": "81345600100011",
        "buyer_name": "Mme Hélène Vidal",
        "buyer_address": "5 impasse du Moulin, 31130 Balma",
        "iban": "FR7630004000000081234567841",
        **BILL.totals(),
    }
    return Sample("french-photo.jpg", jpeg(page, 74), "invoice", "fr", 1, truth, BILL.items)


def _head(sheet: Sheet) -> None:
    sheet.block(20, 18, 4, 26, RED)
    sheet.text(29, 27, "Menuiserie Castagnac", size=21, font="Times-Bold", color=RED)
    sheet.text(29, 34, "Agencement · Cuisines · Escaliers", size=11, font="Times-Italic", color="#444444")
    sheet.text(29, 42, "22 rue des Tilleuls - 31500 Toulouse - Tél. 05 61 55 01 42", size=9.5)
    sheet.text(190, 27, "FACTURE", size=20, font="Helvetica-Bold", align="right")
    sheet.text(190, 35, "N° F2026-118", size=12, align="right")
    sheet.frame(112, 56, 78, 28)
    sheet.lines(117, 64, ["Mme Hélène Vidal", "5 impasse du Moulin", "31130 Balma"], size=11.5, step=6)
    rows = [("Date de facture :", "05/02/2026"), ("Date d'échéance :", "07/03/2026"), ("Devis accepté :", "D2025-412")]
    for number, (label, value) in enumerate(rows):
        sheet.text(20, 63 + number * 7, label, size=11)
        sheet.text(58, 63 + number * 7, value, size=11, font="Helvetica-Bold")
    sheet.text(20, 98, "Chantier : rénovation de la cuisine, janvier 2026", size=10.5, font="Helvetica-Oblique")


def _table(sheet: Sheet, y: float) -> float:
    sheet.block(20, y - 6, 170, 9, "#efe3d8")
    heads = [(23, "left", "Désignation"), (112, "right", "Qté"), (124, "right", "Unité"), (148, "right", "P.U. HT"),
             (163, "right", "TVA"), (188, "right", "Montant HT")]  # fmt: skip
    sheet.row(y, heads, size=10.5, font="Helvetica-Bold")
    for item in BILL.items:
        y += 10
        cells = [
            (23, "left", item.description),
            (112, "right", item.quantity.replace(".", ",")),
            (124, "right", item.unit),
            (148, "right", francs(Decimal(item.price))),
            (163, "right", f"{item.rate} %"),
            (188, "right", francs(item.amount)),
        ]
        sheet.row(y, cells, size=10.5)
        sheet.rule(20, y + 3.2, 190, width=0.4, color="#c9b8a8")
    return y + 14


def _sums(sheet: Sheet, y: float) -> None:
    rows = [("Total HT", BILL.net), *((f"TVA {rate} %", tax) for rate, tax in BILL.taxes.items())]
    for label, value in rows:
        sheet.row(y, [(128, "left", label), (188, "right", francs(value))], size=11.5)
        y += 7
    sheet.block(124, y - 4, 66, 11, RED)
    total = [(128, "left", "Total TTC"), (188, "right", francs(BILL.gross))]
    sheet.row(y + 3.2, total, size=13, font="Helvetica-Bold", color="#ffffff")
    notes = [
        "Règlement par virement à 30 jours : IBAN FR76 3000 4000 0000 8123 4567 841",
        "En cas de retard, pénalités au taux légal et indemnité forfaitaire de 40 € pour frais de recouvrement.",
    ]
    sheet.lines(20, y + 26, notes, size=9.5, step=5.5)
    sheet.rule(20, 272, 190)
    legal = "Menuiserie Castagnac SARL au capital de 8 000 € · SIRET 813 456 001 00011 · TVA intracom. FR14 813456001"
    sheet.text(105, 278, legal, size=8.5, align="center")
