"""Fields beside the main ones, on small pages: periods, references, contacts, registrations, accounts, terms, sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from extraction.engine.extract import find_candidates, lay_out
from extraction.engine.extractors.periods import period_in
from extraction.engine.extractors.references import is_creditor_id
from extraction.engine.language import load_language
from extraction.engine.options import ReadOptions

from .pages import page_of

OPTIONS = ReadOptions(today=date(2025, 1, 1))


def best(art: str, field: str) -> object:
    found = [c for c in find_candidates(lay_out(page_of(art)), OPTIONS) if c.field == field and c.score >= 0.5]
    return max(found, key=lambda c: c.score).value if found else None


@pytest.mark.parametrize(
    ("text", "language", "start", "end"),
    [
        ("01.03.2024 - 31.03.2024", "de", date(2024, 3, 1), date(2024, 3, 31)),
        ("01. - 31.03.2024", "de", date(2024, 3, 1), date(2024, 3, 31)),
        ("vom 01.03. bis zum 30.04.2024", "de", date(2024, 3, 1), date(2024, 4, 30)),
        ("15.12. - 14.01.2024", "de", date(2023, 12, 15), date(2024, 1, 14)),
        ("03/2024", "de", date(2024, 3, 1), date(2024, 3, 31)),
        ("2024-02", "sv", date(2024, 2, 1), date(2024, 2, 29)),
        ("March 2024", "en", date(2024, 3, 1), date(2024, 3, 31)),
        ("mars 2024", "fr", date(2024, 3, 1), date(2024, 3, 31)),
        ("du 1er avril 2024 au 30 avril 2024", "fr", date(2024, 4, 1), date(2024, 4, 30)),
        ("del 01/04/2024 al 30/04/2024", "es", date(2024, 4, 1), date(2024, 4, 30)),
        ("1 maart 2024 t/m 31 maart 2024", "nl", date(2024, 3, 1), date(2024, 3, 31)),
        ("2. Quartal 2024", "de", date(2024, 4, 1), date(2024, 6, 30)),
        ("Q1 2024", "en", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_a_period_is_read_in_many_forms(text: str, language: str, start: date, end: date) -> None:
    period = period_in(text, load_language(language))
    assert period is not None
    assert (period.start, period.end) == (start, end)


def test_a_single_day_is_no_period() -> None:
    assert period_in("31.03.2024", load_language("de")) is None


def test_ranges_of_several_lines_are_not_the_periods_of_the_invoice() -> None:
    art = """
Rechnung
Wartung  01.03.2024 - 31.03.2024   100,00
Miete    01.04.2024 - 30.04.2024   100,00
"""
    assert best(art, "service_period_start") is None


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Ihr Zeichen: AB/chm", "buyer_reference", "AB/chm"),
        ("Your reference: Jane Miller", "buyer_reference", "Jane Miller"),
        ("Kostenstelle: 4711", "cost_centre", "4711"),
        ("Contract No: CT-12345", "contract", "CT-12345"),
        ("Mandatsreferenz: REF A-123", "mandate_reference", "REF A-123"),
        ("Gläubiger-ID: DE98ZZZ09999999999", "creditor_id", "DE98ZZZ09999999999"),
        ("Communication structurée : +++090/9337/55493+++", "payment_reference", "090/9337/55493"),
        ("Payment to RF18 5390 0754 7034", "payment_reference", "RF18539007547034"),
        ("Rechnungskorrektur zu Rechnung RE-4711", "preceding_invoice", "RE-4711"),
    ],
)
def test_a_reference_is_found_beside_its_label(line: str, field: str, value: str) -> None:
    assert best(f"Invoice\n{line}\n", field) == value


def test_a_leitweg_id_needs_no_label() -> None:
    assert best("Rechnung\n04011000-1234512345-06\n", "buyer_reference") == "04011000-1234512345-06"
    assert best("Rechnung\n04011000-1234512345-07\n", "buyer_reference") is None


def test_an_amount_after_a_word_for_orders_is_no_order() -> None:
    assert best("Facture\nFranco de port (commande > 300 € HT)\n", "purchase_order") is None


def test_the_check_digits_of_a_creditor_identifier_leave_out_its_business_code() -> None:
    assert is_creditor_id("DE98ZZZ09999999999")
    assert is_creditor_id("DE98ABC09999999999")
    assert not is_creditor_id("DE97ZZZ09999999999")


LETTER = """
Miller Ltd
Mill Lane 3
Bristol BS1 4DJ
Tel: 0117 555 0142
office@miller.example.co.uk

Bill to:
Baker plc
12 High Street
Leeds LS1 4DX
Tel: 0113 555 0199
pay@baker.example.co.uk

Invoice No: 4711
"""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vendor_phone", "0117 555 0142"),
        ("vendor_email", "office@miller.example.co.uk"),
        ("vendor_address", "Mill Lane 3\nBristol BS1 4DJ"),
        ("buyer_address", "12 High Street\nLeeds LS1 4DX"),
        ("vendor_country", "GB"),
    ],
)
def test_what_stands_in_the_buyers_block_is_not_the_vendors(field: str, value: str) -> None:
    assert best(LETTER, field) == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Amtsgericht Köln HRB 12345", "HRB 12345"),
        ("HRB Berlin 13086", "HRB 13086"),
        ("Facture du mois, merci de votre paiement\nRCS Paris 552 081 317", "552081317"),
        ("SIRET : 732 829 320 00074", "73282932000074"),
        ("KvK 30215892", "30215892"),
        ("REA MI-288410", "MI-288410"),
        ("IČO: 25596641", "25596641"),
        ("Sprzedawca, termin płatności\nKRS: 0000412210", "0000412210"),
        ("Fakturadatum, att betala\nOrg.nr 556030-5921", "556030-5921"),
        ("Company No. 04417782", "04417782"),
    ],
)
def test_a_registration_is_found_in_each_countrys_form(line: str, value: str) -> None:
    assert best(line, "vendor_registration_id") == value


def test_what_a_company_does_is_not_its_registration() -> None:
    assert best("APE : 4778C", "vendor_registration_id") is None


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Sort Code: 20-44-91   Account Number: 31926819", "20-44-91 31926819"),
        ("Bank: Puget Bank   Routing No: 125000024   Account No: 4471009321", "125000024 4471009321"),
        ("Číslo účtu: 3364827195/7990", "3364827195/7990"),
        ("Bankgiro 5555-0144", "5555-0144"),
        ("Account No: C-1042", None),
    ],
)
def test_an_account_is_given_with_its_banks_number(line: str, value: str | None) -> None:
    assert best(line, "bank_account") == value


def test_a_polish_account_without_its_country_is_an_iban() -> None:
    assert best("Nr konta: 34 1240 5367 2897 9990 9107 4301", "iban") == "PL34124053672897999091074301"


def test_the_account_that_will_be_debited_is_not_the_one_to_pay_to() -> None:
    assert best("Wir buchen den Betrag von Ihrem Konto DE89 3704 0044 0532 0130 00 ab", "iban") is None


@pytest.mark.parametrize(
    ("art", "value"),
    [
        ("Payment terms: 30 days net from date of invoice", "30 days net from date of invoice"),
        ("Conditions de règlement : 45 jours fin de mois", "45 jours fin de mois"),
        ("Zahlbar innerhalb 30 Tagen netto", "Zahlbar innerhalb 30 Tagen netto"),
        ("Date      Terms     Rep\nMarch 4   Net 30    KL", "Net 30"),
        ("Zahlungsbedingungen:\nBeschreibung   Betrag", None),
    ],
)
def test_terms_are_what_a_label_or_a_sentence_says(art: str, value: str | None) -> None:
    assert best(art, "payment_terms") == value


@pytest.mark.parametrize(
    ("art", "value"),
    [
        ("Zahlungsart: Überweisung\nTotal 10,00 EUR", "SEPA credit transfer"),
        ("Způsob úhrady: převodem\nCelkem 10,00 Kč", "Credit transfer"),
        ("Payment method: Visa\nTotal 10.00 USD", "Credit card"),
        ("Betaalwijze: automatische incasso\nTotaal 10,00 EUR", "SEPA direct debit"),
        ("Rechnung\nTotal 10,00 EUR", None),
    ],
)
def test_the_means_of_payment_is_one_of_the_words_of_einvoices(art: str, value: str | None) -> None:
    assert best(art, "payment_means") == value


def test_an_allowance_is_one_where_the_sums_say_so() -> None:
    art = """
Invoice
Subtotal          400.00
Discount           20.00
Carriage           10.00
Net total         390.00
VAT 20%            78.00
Total             468.00
"""
    assert best(art, "line_total") == Decimal("400.00")
    assert best(art, "allowance_total") == Decimal("20.00")
    assert best(art, "charge_total") == Decimal("10.00")


def test_a_payment_without_a_label_of_its_own_is_proved_by_what_is_due() -> None:
    art = """
Facture
Total HT          500,00
TVA 20 %          100,00
Total TTC         600,00 €
Règlement    Date          Montant      Solde à payer    400,00 €
Virement     05/11/2017    200,00 €
"""
    assert best(art, "amount_paid") == Decimal("200.00")
