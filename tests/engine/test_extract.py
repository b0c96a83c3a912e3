"""The whole extraction, on whole small documents in several languages."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from extraction.engine.document import Document
from extraction.engine.extract import extract
from extraction.engine.options import ReadOptions

from .pages import page_of

OPTIONS = ReadOptions(today=date(2025, 1, 1))

INVOICES = {
    "en": """
INVOICE
Invoice date:   12 March 2024
Due date:       11 April 2024
Net amount           1,000.00
VAT 20%                200.00
Total amount due    £1,200.00
Thank you for your order
""",
    "de": """
RECHNUNG
Rechnungsdatum:   12.03.2024
Zahlbar bis:      11.04.2024
Summe netto          1.000,00 €
zzgl. 20 % MwSt.       200,00 €
Rechnungsbetrag      1.200,00 €
Vielen Dank für Ihren Auftrag
""",
    "fr": """
FACTURE
Date de facture :   12/03/2024
Date d'échéance :   11/04/2024
Total HT           1 000,00 €
TVA 20 %             200,00 €
Total TTC          1 200,00 €
Merci de votre confiance
""",
    "es": """
FACTURA
Fecha de factura:      12/03/2024
Fecha de vencimiento:  11/04/2024
Base imponible       1.000,00 €
IVA 20 %               200,00 €
Total factura        1.200,00 €
Gracias por su visita
""",
    "it": """
FATTURA
Data fattura:      12/03/2024
Data di scadenza:  11/04/2024
Imponibile           1.000,00 €
IVA 20 %               200,00 €
Totale fattura       1.200,00 €
Grazie per la preferenza
""",
    "nl": """
FACTUUR
Factuurdatum:    12-03-2024
Vervaldatum:     11-04-2024
Totaal excl. btw     1.000,00 €
Btw 20 %               200,00 €
Totaal incl. btw     1.200,00 €
Bedankt voor uw bestelling
""",
    "pt": """
FATURA
Data da fatura:       12/03/2024
Data de vencimento:   11/04/2024
Total sem IVA        1.000,00 €
IVA 20 %               200,00 €
Total com IVA        1.200,00 €
Obrigado pela sua visita
""",
}


@pytest.mark.parametrize("code", INVOICES)
def test_an_invoice_of_each_language_is_read_whole(code: str) -> None:
    document, record = extract(page_of(INVOICES[code]), options=OPTIONS)
    assert document.language == code
    expected = {
        "document_type": "invoice",
        "issue_date": date(2024, 3, 12),
        "due_date": date(2024, 4, 11),
        "currency": "GBP" if code == "en" else "EUR",
        "net_total": Decimal("1000.00"),
        "tax_total": Decimal("200.00"),
        "gross_total": Decimal("1200.00"),
    }
    assert {name: record.value(name) for name in expected} == expected


@pytest.mark.parametrize("code", INVOICES)
def test_a_sound_invoice_is_read_with_confidence(code: str) -> None:
    _, record = extract(page_of(INVOICES[code]), options=OPTIONS)
    assert all(record.fields[name].confidence > 0.9 for name in ("gross_total", "net_total", "tax_total"))
    assert not [problem for problem in record.problems if problem.code != "required_missing"]


def test_an_empty_document_gives_an_empty_record() -> None:
    document, record = extract(Document(pages=()), options=OPTIONS)
    assert record.fields == {}
    assert document.language == ""


def test_noise_is_read_without_failing() -> None:
    noise = "".join(chr(33 + (index * 7919) % 600) + (" " if index % 5 == 0 else "") for index in range(4000))
    lines = "\n".join(noise[start : start + 80] for start in range(0, len(noise), 80))
    extract(page_of(lines), options=OPTIONS)


def test_the_same_document_gives_the_same_record() -> None:
    document = page_of(INVOICES["de"])
    assert extract(document, options=OPTIONS) == extract(document, options=OPTIONS)


def test_a_document_survives_json_on_the_way() -> None:
    document = page_of(INVOICES["fr"])
    again = Document.from_dict(json.loads(json.dumps(document.to_dict())))
    assert extract(again, options=OPTIONS)[1].value("gross_total") == Decimal("1200.00")
