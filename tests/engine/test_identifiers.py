"""Invoice numbers and orders, found by their labels on small pages."""

from __future__ import annotations

import pytest

from extraction.engine.extractors.identifiers import find_identifiers
from extraction.engine.language import load_language
from extraction.engine.layout import build_layout
from extraction.engine.options import ReadOptions
from extraction.engine.record import Candidate
from extraction.engine.spoken import detect_language

from .pages import page_of


def candidates(art: str, field: str = "invoice_number") -> list[Candidate]:
    document = page_of(art)
    language = load_language(detect_language(document.text))
    found = find_identifiers(build_layout(document, language), language, ReadOptions())
    return sorted((c for c in found if c.field == field), key=lambda c: -c.score)


def number(art: str, field: str = "invoice_number") -> object:
    found = candidates(art, field)
    return found[0].value if found else None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Invoice No: 4711", "4711"),
        ("Invoice #123-A", "123-A"),
        ("Invoice INV/2023/03/0008", "INV/2023/03/0008"),
        ("Rechnungsnummer: RE-2024-0815", "RE-2024-0815"),
        ("Rechnung Nr. 2024 0815 7", "2024 0815 7"),
        ("Rechnung # RE-20171118/506 vom 18.11.2017", "RE-20171118/506"),
        ("Facture n°562044387 du 2 Juillet 2015", "562044387"),
        ("Fattura n. 12/2024", "12/2024"),
        ("Factura nº: F-2024/17", "F-2024/17"),
        ("Factuurnummer  20240017", "20240017"),
        ("Fatura nº FT A/188", "FT A/188"),
        ("Bon-Nr.:1946", "1946"),
        ("Kvittonummer: 6404021154", "6404021154"),
        ("Št. računa: U109-1122-2101", "U109-1122-2101"),
        ("Folio No. 797026 A", "797026 A"),
        ("Gutschrift GS-77120", "GS-77120"),
    ],
)
def test_a_number_is_found_right_of_its_label(line: str, expected: str) -> None:
    assert number(line) == expected


def test_a_number_is_found_under_its_label() -> None:
    art = """
Order No.       Invoice Date      Invoice No.
55512           12.03.2024        4711-2
"""
    found = candidates(art)[0]
    assert (found.value, found.reason) == ("4711-2", "below label 'Invoice No'")


def test_a_misread_label_is_still_a_label() -> None:
    assert number("lnvoice Numher: 20117") == "20117"


@pytest.mark.parametrize(
    "line",
    [
        "Invoice 12.03.2024",
        "Invoice date: 12.03.2024",
        "Invoice 1,250.00",
        "Invoice +49 30 123456",
        "Customer No. 4711",
        "VAT No. GB123456789",
        "Rechnung vom 3. März 2024",
        "Invoice for your order, thank you",
    ],
)
def test_dates_amounts_phones_and_other_numbers_are_no_invoice_numbers(line: str) -> None:
    assert number(line) is None


def test_an_invoice_number_wins_over_receipt_and_order_numbers() -> None:
    art = """
Order number: 1001
Receipt No: 20027
Invoice number: 3003
"""
    assert [c.value for c in candidates(art)] == ["3003", "20027", "1001"]


def test_the_number_of_a_card_payment_is_doubted() -> None:
    art = """
Bon-Nr.: 3785




Terminal-ID: 5512
Beleg-Nr.: 5742
"""
    assert number(art) == "3785"


def test_a_number_printed_twice_is_surer() -> None:
    once = candidates("Receipt No: 4711-1")[0]
    twice = candidates("Receipt No: 4711-1\n\n\nReceipt No: 4711-1")[0]
    assert twice.score > once.score


def test_a_booking_code_without_digits_is_offered_with_little_confidence() -> None:
    found = candidates("Auftragsnummer: QXTYWD")[0]
    assert found.value == "QXTYWD"
    assert found.score < 0.4


def test_orders_and_customers_have_fields_of_their_own() -> None:
    art = """
Bestellnummer: PO-7781
Kundennummer: 10023
"""
    assert number(art, "purchase_order") == "PO-7781"
    assert number(art, "customer_number") == "10023"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Invoice No: 4711 / 2", "4711 / 2"),
        ("Monatsrechnung Nr. 20240017 vom 03.04.2024", "20240017"),
        ("Monatsrechnung (380) Nr. 20240017 vom 03.04.2024", "20240017"),
        ("Kvitto nr: 640402", "640402"),
        ("Lasku nro 20881", "20881"),
        ("Račun št. 24-310-000117", "24-310-000117"),
        ("Αρ. τιμολογίου: 10482", "10482"),
        ("Guest check no. 70713", "70713"),
        ("Nota de crédito n 2024/18", "2024/18"),
        ("Kassabonnummer 004417", "004417"),
    ],
)
def test_numbers_of_many_kinds_of_papers_are_found(line: str, expected: str) -> None:
    assert "".join(str(number(line)).split()) == "".join(expected.split())


def test_a_tills_number_stands_beside_date_and_time_without_any_label() -> None:
    art = """
        Radhaus Sommer
   Summe            12,50
   16.09.2020  18:03  K1  115460
"""
    assert number(art) == "115460"


def test_what_is_printed_again_is_more_likely_the_number() -> None:
    once = candidates("Order number: QX7RT2")[0].score
    again = candidates("Order number: QX7RT2\n\nReference on your statement   QX7RT2")[0].score
    assert again > once


def test_a_house_number_is_no_invoice_number() -> None:
    art = """
Willow Cafe
No. 53, Mill Lane, 45600 Leith
Receipt No. 7081
"""
    assert [candidate.value for candidate in candidates(art)] == ["7081"]


def test_a_number_with_a_mark_before_it_alone_under_the_title_is_the_documents() -> None:
    assert number("Menuiserie Castel            FACTURE\nEscaliers et cuisines        N° F2026-118") == "F2026-118"
    assert candidates("Menuiserie Castel            FACTURE\nEscaliers et cuisines        N° F2026-118")[0].score > 0.5
