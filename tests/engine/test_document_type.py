"""Invoice, credit note or receipt: titles, the paper of tills, signs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extraction.engine.extract import extract
from extraction.engine.options import ReadOptions
from extraction.engine.record import InvoiceRecord

from .pages import page_of

TILL = "CORNER SHOP\nTAX INVOICE\n12/05/2018 13:45\nTea   3.20\nTotal   3.20\nCash   5.00\nChange   1.80"
LETTER = "Date   03/05/2024\nNet   100.00\nVAT 20%   20.00\nTotal   120.00"


def record_of(text: str) -> InvoiceRecord:
    return extract(page_of(text), options=ReadOptions())[1]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Invoice no. 4711", "invoice"),
        ("Stromrechnung 2024", "invoice"),
        ("Gutschrift Nr. 17", "credit_note"),
        ("Facture d'avoir n° 3", "credit_note"),
        ("NOTA DE CRÉDITO", "credit_note"),
        ("Debit note", "debit_note"),
        ("Pro forma invoice", "proforma"),
        ("Official receipt", "receipt"),
    ],
)
def test_the_title_names_the_type(title: str, kind: str) -> None:
    assert record_of(f"{title}\n{LETTER}").value("document_type") == kind


def test_what_a_till_prints_is_a_receipt_though_it_says_tax_invoice() -> None:
    assert record_of(TILL).value("document_type") == "receipt"


def test_a_paper_that_waits_for_payment_is_an_invoice_though_it_names_cash() -> None:
    text = f"Tax invoice 4711\nBill to: Elm Ltd\nDue date 03/06/2024\n{LETTER}\nCash or cheque accepted"
    assert record_of(text).value("document_type") == "invoice"


def test_negative_amounts_without_a_title_are_a_credit_note_as_printed() -> None:
    record = record_of("Date   03/05/2024\nNet   -100.00\nVAT 20%   -20.00\nTotal   -120.00")
    assert record.value("document_type") == "credit_note"
    assert record.value("gross_total") == Decimal("-120.00")


def test_a_column_of_a_table_is_no_title() -> None:
    text = "FACTURA 4711\nFecha   Concepto   Cargo   Abono\n03/05/2024   Habitación   120,00   0,00\nTotal   120,00 €"
    assert record_of(text).value("document_type") == "invoice"
