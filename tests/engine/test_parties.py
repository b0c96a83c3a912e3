"""Who sent the document, who it is for."""

from __future__ import annotations

import pytest

from extraction.engine.extractors.names import clean_name, ends_in_suffix, looks_like_address
from extraction.engine.extractors.parties import find_parties
from extraction.engine.language import load_language
from extraction.engine.layout import build_layout
from extraction.engine.options import ReadOptions
from extraction.engine.spoken import detect_language

from .pages import page_of


def party(art: str, field: str = "vendor_name", own: tuple[str, ...] = ()) -> object:
    document = page_of(art)
    language = load_language(detect_language(document.text))
    found = find_parties(build_layout(document, language), language, ReadOptions(own_names=own))
    values = [candidate for candidate in found if candidate.field == field]
    return max(values, key=lambda candidate: candidate.score).value if values else None


RECEIPT = """
             Willow Cafe
       12 Harbour Street, Leith
          Tel 0131 496 0000
       VAT No. GB 980 7806 84

            TAX INVOICE
Table 4            28/08/2019
Flat white                3.20
Scone                     2.80
Total                     6.00
       Thank you for your visit
"""

LETTER = """



                                             Invoice

Kranich Technik GmbH · Seeweg 4 · 20095 Hamburg

Muster Handel AG                             Rechnungsnummer: 2024-117
Frau Erika Beispiel                          Rechnungsdatum: 12.03.2024
Hafenstr. 9
20457 Hamburg


Rechnung

Beratung         10 h       100,00      1.000,00
Gesamtbetrag                            1.190,00



Kranich Technik GmbH    Tel. 040 123456    USt-IdNr. DE136695976
Seeweg 4                www.kranich-technik.de
"""


def test_a_receipts_vendor_is_the_first_name_of_its_header() -> None:
    assert party(RECEIPT) == "Willow Cafe"


def test_a_letters_vendor_is_its_sender_and_its_buyer_stands_in_the_window() -> None:
    letter = "." + "\n" * 15 + LETTER  # the window stands under the letter head
    assert party(letter) == "Kranich Technik GmbH"
    assert party(letter, "buyer_name") == "Muster Handel AG"


def test_the_company_behind_a_labelled_block_is_the_buyer() -> None:
    art = """
Invoice 4711

Bill to:                     From:
Harbour Works Ltd            Northwind Supplies Ltd
1 Dock Road                  22 Mill Lane
EH6 6QR Leith                EH1 2AB Edinburgh

Total due                    120.00
"""
    assert party(art) == "Northwind Supplies Ltd"
    assert party(art, "buyer_name") == "Harbour Works Ltd"


def test_our_own_company_is_never_the_vendor() -> None:
    art = """
Muster Handel AG
Hafenstr. 9, 20457 Hamburg

Kranich Technik GmbH
Seeweg 4, 20095 Hamburg
Rechnung Nr. 2024-117
"""
    assert party(art, own=("Muster Handel AG",)) == "Kranich Technik GmbH"


def test_titles_greetings_and_dates_are_no_names() -> None:
    art = """
TAX INVOICE
12.03.2024
Welcome to
Blue Anchor Hotel
5 Quay Street, 10400 Penang
Tel: 04-227 2222
"""
    assert party(art) == "Blue Anchor Hotel"


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("BROADVIEW MARKETING SDN BHD(728384-M)", "BROADVIEW MARKETING SDN BHD"),
        ("*** Blue Anchor ***", "Blue Anchor"),
        ("Blue Anchor Store # 17864", "Blue Anchor"),
        ("Kranich, Seeweg 4, 20095 Hamburg", "Kranich"),
        ("Kranich Technik GmbH · Seeweg 4 · 20095 Hamburg", "Kranich Technik GmbH"),
        ("Kraft & Partner GmbH & Co. KG", "Kraft & Partner GmbH & Co. KG"),
        ("Amber Sp. z 0.0.", "Amber Sp. z o.o."),
        ("Olmo Suministros, S.L.", "Olmo Suministros, S.L."),
        ("Rossi S.p.A. - Via Roma 3, 20100 Milano", "Rossi S.p.A."),
        ("Anchor Anchor", "Anchor"),
        ("MR. TOOL (M) SDN BHD", "MR. TOOL (M) SDN BHD"),
    ],
)
def test_a_name_is_freed_of_what_is_printed_around_it(printed: str, name: str) -> None:
    assert clean_name(printed) == name


def test_legal_forms_are_known_in_many_languages_but_digits_are_none() -> None:
    for name in ("Kranich GmbH", "Anchor Sdn Bhd", "Moulin SARL", "Prova S.r.l.", "Faro, S.L.U.", "Amber Sp. z o.o."):
        assert ends_in_suffix(name), name
    assert not ends_in_suffix("Route 55")
    assert not ends_in_suffix("GmbH")


@pytest.mark.parametrize(
    "line", ["12 Harbour Street", "Seeweg 4, 20095 Hamburg", "10400 Penang", "No. 3, Jalan SS21/39", "EH6 6QR Leith"]
)
def test_addresses_are_told_from_names(line: str) -> None:
    assert looks_like_address(line)
    assert not looks_like_address("Harbour Street Bakery")


def test_the_vendors_address_is_what_stands_under_its_name() -> None:
    art = """
BLUE ANCHOR TRADING SDN BHD
(728384-M)
No. 9-G, Jalan Dinar D U3/D
Taman Subang, 40150 Shah Alam
Tel: 03-78459183
Date 12.03.2024
"""
    assert party(art, "vendor_address") == "No. 9-G, Jalan Dinar D U3/D\nTaman Subang, 40150 Shah Alam"


def test_a_senders_line_holds_the_vendors_address_too() -> None:
    assert party("." + "\n" * 15 + LETTER, "vendor_address") == "Seeweg 4\n20095 Hamburg"


def test_a_year_belongs_to_a_name_and_a_registration_number_does_not() -> None:
    assert clean_name("Harbour Festival 2020") == "Harbour Festival 2020"
    assert clean_name("Harbour Foods (CO. REG: 201012-K)") == "Harbour Foods"
    assert clean_name("Harbour Foods 273500-U (KJ1)") == "Harbour Foods"
