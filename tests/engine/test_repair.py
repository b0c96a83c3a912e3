"""Misread characters are put right where type, check digits or sums prove it, and nowhere else."""

# ruff: noqa: E501 - tables
from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from extraction.engine.dating import find_dates
from extraction.engine.document import Document, Line, Word
from extraction.engine.extract import extract
from extraction.engine.language import label_key, load_language
from extraction.engine.money import find_amounts
from extraction.engine.options import ReadOptions
from extraction.engine.record import InvoiceRecord
from extraction.engine.repair import distance, only, readings

from .pages import page_of

OPTIONS = ReadOptions(today=date(2026, 1, 1))


def read(art: str) -> InvoiceRecord:
    return extract(page_of(art), options=OPTIONS)[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1O0,5O", "100.50"), ("l2,50", "12.50"), ("I2.5O", "12.50"), ("1OO.00 €", "100.00"), ("1.2S0,00", "1250.00"),
        ("12.3 4", "12.34"), ("1 234,5 6 €", "1234.56"), ("S50.00", "50.00"), ("E12,50", "12.50"),
    ],
)  # fmt: skip
def test_letters_and_spaces_inside_amounts_are_digits_and_nothing(text: str, value: str) -> None:
    assert [found.value for found in find_amounts(text, decimal=".")] == [Decimal(value)]


@pytest.mark.parametrize("text", ["SO.BO", "Il.OO", "DIN 1.OB", "v1.OO.IO"])
def test_letters_with_hardly_a_digit_are_no_amount(text: str) -> None:
    assert not [found for found in find_amounts(text) if found.decimals == 2]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2O/l1/2026", "2026-11-20"), ("12.0S.2024", "2024-05-12"), ("3l.12.2023", "2023-12-31"), ("12:03:2024", "2024-03-12"),
        ("12l03l2024", "2024-03-12"), ("20Z4-03-12", "2024-03-12"), ("12.03.2O24", "2024-03-12"), ("l2.O3.2024", "2024-03-12"),
        ("12 Decernber 2024", "2024-12-12"), ("3 Novenber 2023", "2023-11-03"), ("12. Okt0ber 2024", "2024-10-12"),
        ("8 Apri1 2024", "2024-04-08"), ("5. Dezernber 2023", "2023-12-05"), ("0ctober 3, 2024", "2024-10-03"),
    ],
)  # fmt: skip
def test_damaged_dates_are_read(text: str, day: str) -> None:
    assert [found.reading(day_first=True).isoformat() for found in find_dates(text, "en")] == [day]


@pytest.mark.parametrize("text", ["S.B. 2024", "12:03:24", "Il.OO.SO", "3 Seminar 2024", "12 Decor 2024"])
def test_what_only_resembles_a_date_is_none(text: str) -> None:
    assert find_dates(text, "en") == []


def test_a_repair_of_an_identifier_needs_exactly_one_reading_that_passes() -> None:
    assert set(readings("1S", "cc")) == {"1S", "15"}
    assert only(["a", "b"], lambda reading: reading == "b") == "b"
    assert only(["a", "b"], lambda reading: True) is None
    assert not list(readings("SBZGTSBZGT")), "too much is doubtful"


def test_an_iban_is_repaired_by_its_check_digits_and_says_so() -> None:
    field = read("Rechnung Nr. 1\nIBAN DE89 37O4 0044 O532 0l30 00").fields["iban"]
    assert field.value == "DE89370400440532013000"
    assert "37O4" in field.text
    assert "misread" in field.reason


def test_an_iban_with_a_wrong_digit_is_not_made_right() -> None:
    found = read("Rechnung Nr. 1\nIBAN DE89 3704 0044 0532 0180 00").fields.get("iban")
    assert found is None or found.confidence < 0.5


def test_a_vat_id_is_repaired_by_its_check_digits() -> None:
    field = read("Muster GmbH\nRechnung Nr. 1\nUSt-IdNr. DE 13669S976").fields["vendor_tax_id"]
    assert field.value == "DE136695976"
    assert "misread" in field.reason


NET = """
Muster GmbH
Rechnung Nr. 17
Datum 12.03.2024

Nettobetrag        {net} EUR
MwSt               {tax} EUR
Gesamtbetrag       {gross} EUR
"""


@pytest.mark.parametrize(
    ("net", "tax", "gross", "field", "value"),
    [
        ("88,50", "15,87", "99,37", "net_total", "83.50"),
        ("83,50", "16,87", "99,37", None, None),  # 6 is not read for 5 and agree
        ("83,50", "15,87", "89,37", "gross_total", "99.37"),
        ("8350", "15,87", "99,37", "net_total", "83.50"),
        ("683,50", "15,87", "99,37", "net_total", "83.50"),
    ],
)
def test_an_amount_is_repaired_where_the_sums_prove_it(
    net: str, tax: str, gross: str, field: str | None, value: str | None
) -> None:
    record = read(NET.format(net=net, tax=tax, gross=gross))
    if field is None or value is None:
        assert Decimal(str(record.value("net_total"))) + Decimal(str(record.value("tax_total"))) == Decimal("99.37")
        return
    assert record.value(field) == Decimal(value)
    assert "agree on 99.37" in record.fields[field].reason
    assert record.fields[field].text.startswith(net if field == "net_total" else gross)


def test_amounts_that_no_single_slip_explains_stay_as_printed() -> None:
    record = read(NET.format(net="84,50", tax="15,87", gross="99,37"))
    assert record.value("gross_total") == Decimal("99.37")
    assert record.value("net_total") in (None, Decimal("84.50"))


def test_names_and_invoice_numbers_are_left_as_read() -> None:
    record = read(
        NET.format(net="83,50", tax="15,87", gross="99,37").replace("Nr. 17", "Nr. A1O7S").replace("Mus", "Mu5")
    )
    assert record.value("invoice_number") == "A1O7S"
    assert record.value("vendor_name") == "Mu5ter GmbH"


def with_confidence(document: Document, text: str, confidence: float) -> Document:
    def judged(word: Word) -> Word:
        return replace(word, confidence=confidence) if word.text == text else word

    page = document.pages[0]
    lines = tuple(Line(tuple(judged(word) for word in line.words)) for line in page.lines)
    return replace(document, pages=(replace(page, lines=lines),))


def test_a_field_is_less_sure_where_its_words_were() -> None:
    clear = page_of("Muster GmbH\nRechnung Nr. 17\nRechnungsdatum 12.03.2024\nGesamtbetrag 99,37 EUR")
    confidences = []
    for confidence in (1.0, 0.85, 0.6, 0.3):
        record = extract(with_confidence(clear, "12.03.2024", confidence), options=OPTIONS)[1]
        field = record.fields["issue_date"]
        assert field.value == date(2024, 3, 12)
        assert ("read with low certainty" in field.reason) == (confidence < 0.8)
        confidences.append(field.confidence)
    assert confidences == sorted(set(confidences), reverse=True)


def test_what_sums_prove_stays_sure() -> None:
    document = page_of(NET.format(net="83,50", tax="15,87", gross="99,37"))
    before, after = (
        extract(with_confidence(document, "99,37", confidence), options=OPTIONS)[1].fields["gross_total"].confidence
        for confidence in (1.0, 0.5)
    )
    assert before == after


DAMAGED = {
    "en": """lnvoice=Invoice;lnv0ice Nurnber=Invoice number;Invoce number=Invoice number;Tota1=Total;T0TAL=Total;Tota|=Total;
        Sub Tota|=Subtotal;Subt0ta1=Subtotal;Amount Oue=Amount due;Arnount due=Amount due;Balance Duc=Balance due;Due Oate=Due date;
        lnvoice Oate=Invoice date;Invoice Dafe=Invoice date;Grand Totai=Grand total;Grand Tota1=Grand total;Purchasc order=Purchase order;
        Custorner nurnber=Customer number;Dellvery date=Delivery date;Net arnount=Net amount;VAT nurnber=VAT number;Bill t0=Bill to;
        Discounf=Discount;Roundlng=Rounding;Payrnent terms=Payment terms;Oate=Date""",
    "de": """Rechnungsdaturn=Rechnungsdatum;Rechnungsnurnmer=Rechnungsnummer;Rechnunqsdatum=Rechnungsdatum;Rechnung5datum=Rechnungsdatum;
        Gesarntbetrag=Gesamtbetrag;Gesamtbetraq=Gesamtbetrag;8etrag=Betrag;Surnme=Summe;Zwischensurnme=Zwischensumme;Nettobetrog=Nettobetrag;
        Bruttobetraq=Bruttobetrag;Lieferdaturn=Lieferdatum;Faelligkeit=Fälligkeit;Kundennurnmer=Kundennummer;Steuernurnmer=Steuernummer;
        Umsatzsfeuer=Umsatzsteuer;Mehrwertsteucr=Mehrwertsteuer;Zahlbetraq=Zahlbetrag;Rechnungsbetrog=Rechnungsbetrag;Rechnunq Nr=Rechnung Nr;
        Daturn=Datum;MwSt 8etrag=MwSt Betrag;Leistungsdafum=Leistungsdatum;Bestellnurnmer=Bestellnummer;Wechselqeld=Wechselgeld""",
    "fr": """Facturc=Facture;Numero de facfure=Numéro de facture;Montant totaI=Montant total;Tota1 TTC=Total TTC;Nef a payer=Net à payer;
        Date de facturc=Date de facture;Echeancc=Échéance;Sous-tota1=Sous-total""",
    "it": """Fattvra=Fattura;lVA=IVA;Imponibi1e=Imponibile;Totale docurnento=Totale documento;Nurnero fattura=Numero fattura;
        Scadenzo=Scadenza;Data fattvra=Data fattura;Tota1e=Totale;Totale da paqare=Totale da pagare""",
    "es": """Factvra=Factura;Nurnero de factura=Número de factura;Fecha de facfura=Fecha de factura;Base lmponible=Base imponible;
        Tota1=Total;Total a paqar=Total a pagar;Fecha de vencirniento=Fecha de vencimiento""",
    "nl": """Factuurdaturn=Factuurdatum;Factuurnurnmer=Factuurnummer;Vervaldaturn=Vervaldatum;Te beta1en=Te betalen;
        Totaal inc1 btw=Totaal incl btw;Klantnurnmer=Klantnummer;Subtotoal=Subtotaal""",
    "pt": """Fafura=Fatura;Data de ernissao=Data de emissão;Tota1 a pagar=Total a pagar;Data de vencirnento=Data de vencimento""",
    "sv": "Fakturadaturn=Fakturadatum;Forfallodaturn=Förfallodatum;Att beta1a=Att betala;Fakturanurnmer=Fakturanummer",
    "da": "Fakturanurnmer=Fakturanummer;Fakturadafo=Fakturadato;Forfaldsdafo=Forfaldsdato",
    "pl": "Nurner faktury=Numer faktury;Data wystawienio=Data wystawienia;Terrnin platnosci=Termin płatności",
}  # fmt: skip
PAIRS = [
    (code, *(part.strip() for part in pair.split("="))) for code, table in DAMAGED.items() for pair in table.split(";")
]


@pytest.mark.parametrize(("code", "damaged", "phrase"), PAIRS)
def test_a_damaged_label_is_the_label(code: str, damaged: str, phrase: str) -> None:
    vocabulary = load_language(code).vocabulary
    wanted = {key for key, _ in vocabulary.find(label_key(phrase))}
    found = {key for key, _ in vocabulary.find(label_key_of(damaged), words=len(damaged.split()))}
    assert wanted
    assert found == wanted


def label_key_of(text: str) -> str:
    return "".join(label_key(word) for word in text.split())


OTHER_WORDS = {
    "en": "betray fate hate late mate gate tote dote tonal tidal petal metal tool toll invite involve voice novice dubs "
    "rake cart lard fact pain laid chance charm orchard stake state duct note node nor tux wax sax fix rare bait belt "
    "bell ball hall halt salt basil paste waste bath earth mouth count mount fount amounted doubt trout",
    "de": "Betrug Beitrag Beirat Bettrag Monge Mango Gummi Sommer Hammer Nummern Sonne Dotter Datsun Notto Lotto Motto "
    "Grotto Otto Runde Hunde Kunst Preisel Kreis Reise Greis Steuben Bart Bier Bor Satin Sitz Fahrt Gast Herd",
    "fr": "tonal total-e datte dame dune prime pris taire taupe tuile fracture nature",
    "es": "fatiga tonel facha leche base-bol importar",
    "it": "fattoria fatica totano dama dote pagano",
    "nl": "datsun dation klant-vriend bedrog beraad",
    "sv": "dotter betald sommar",
    "pt": "fartura tomate pagode",
    "pl": "dama kawa sama",
    "da": "belgier moos dansk",
}
STRANGERS = [(code, word) for code, words in OTHER_WORDS.items() for word in words.split()]


@pytest.mark.parametrize(("code", "word"), STRANGERS)
def test_a_word_that_only_resembles_a_label_is_none(code: str, word: str) -> None:
    vocabulary = load_language(code).vocabulary
    key = label_key(word)
    assert key in vocabulary.exact or not vocabulary.find(key), vocabulary.find(key)


def test_letters_that_look_alike_cost_less() -> None:
    assert distance("daturn", "datum", most=2) == 0.25
    assert distance("betray", "betrag", most=2) == 1
    assert distance("invoice2", "invoice", most=2) > 2
