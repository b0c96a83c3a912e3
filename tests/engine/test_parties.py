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


def test_the_name_of_a_logo_goes_on_in_the_next_line() -> None:
    art = """
           GREEN HERON
            BISTRO
      12 Harbour Street, Leith
       Tel 0131 496 0000

Flat white                3.20
Total                     3.20
"""
    assert party(art) == "GREEN HERON BISTRO"


def test_a_brand_gives_way_to_the_name_with_its_legal_form_in_the_footer() -> None:
    art = """
   Holzwerk Tannert                              RECHNUNG
   Lärchenweg 8 - 79115 Freiburg - Tel. 0761 555012

   Gesamtbetrag                                  1.190,00



   Holzwerk Tannert GmbH - Lärchenweg 8 - 79115 Freiburg
   USt-IdNr. DE136695976
"""
    assert party(art) == "Holzwerk Tannert GmbH"
    assert party(art, "vendor_address") == "Lärchenweg 8\n79115 Freiburg"


def test_letters_spaced_apart_for_show_are_one_word() -> None:
    assert clean_name("L I N D N E R & Söhne GmbH") == "LINDNER & Söhne GmbH"


def test_the_party_of_a_labelled_block_stands_beside_its_name() -> None:
    art = """
Rechnung Nr. 4711 vom 03.04.2024

Verkäufer
Nummer:          549910
Name:            Kranich Technik GmbH
Anschrift:       Seeweg 4
                 20095 Hamburg

Käufer
Nummer:          GE2020
Name:            Muster Handel AG
Anschrift:       Hafenstr. 9
                 20457 Hamburg
"""
    assert party(art) == "Kranich Technik GmbH"
    assert party(art, "buyer_name") == "Muster Handel AG"


def test_a_buyer_without_any_label_stands_on_top_of_its_address() -> None:
    art = """
   Kranich Technik GmbH
   Seeweg 4, 20095 Hamburg     Tel. 040 123456


   Muster Handel AG
   Hafenstr. 9
   20457 Hamburg

   Rechnung Nr. 2024-117
"""
    assert party(art, "buyer_name") == "Muster Handel AG"


def test_the_value_of_a_column_stands_under_its_head() -> None:
    art = """
Harbour Radio                      Invoice 4711

Advertiser             Product            Estimate
Friends of the Quay    SPRING FAIR        1078
"""
    assert party(art, "buyer_name") == "Friends of the Quay"


def test_who_advertises_comes_before_the_agency_that_is_billed() -> None:
    art = """
Harbour Radio                      Invoice 4711

Billing Address:                   Advertiser     Quay Festival 2020
Northwind Media                    Product        SPRING FAIR
22 Mill Lane
"""
    assert party(art, "buyer_name") == "Quay Festival 2020"


def test_our_own_company_is_the_buyer_wherever_it_stands() -> None:
    art = """
Blue Anchor Hotel
5 Quay Street, 10400 Penang

Kept for Muster Handel AG
Muster Handel AG
Room 12
"""
    assert party(art, "buyer_name", own=("Muster Handel AG",)) == "Muster Handel AG"


def test_towns_countries_and_house_numbers_are_no_vendors() -> None:
    art = """
GERMANY
Willow Cafe
12 Harbour Street
20095 Hamburg
Hamburg
"""
    assert party(art) == "Willow Cafe"


def test_the_scores_of_the_vendors_names_share_out_one_probability() -> None:
    document = page_of(LETTER)
    language = load_language("de")
    found = find_parties(build_layout(document, language), language, ReadOptions())
    shares = [candidate.score for candidate in found if candidate.field == "vendor_name"]
    assert shares == sorted(shares, reverse=True)
    assert 0.5 < sum(shares) <= 1


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
        ("Blue Anchor Penang 22 Quay Road, Wanchai", "Blue Anchor Penang"),
        ("Studio 54 Lounge", "Studio 54 Lounge"),
        ("Faro Linie AG/Faro Netz", "Faro Linie AG"),
        ("MR. TOOL (M) SDN BHD", "MR. TOOL (M) SDN BHD"),
    ],
)
def test_a_name_is_freed_of_what_is_printed_around_it(printed: str, name: str) -> None:
    assert clean_name(printed) == name


def test_legal_forms_are_known_in_many_languages_but_digits_are_none() -> None:
    for name in (
        "Kranich GmbH",
        "Anchor Sdn Bhd",
        "Moulin SARL",
        "Prova S.r.l.",
        "Faro, S.L.U.",
        "Amber Sp. z o.o.",
        "株式会社みどり商事",
    ):
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


def test_tax_numbers_above_an_address_and_phones_behind_it_are_left_out() -> None:
    art = """
BLUE ANCHOR TRADING SDN BHD
GST ID No: 001147416576
No. 9-G, Jalan Dinar D U3/D
40150 Shah Alam  Tel: 03-78459183
Date 12.03.2024
"""
    assert party(art, "vendor_address") == "No. 9-G, Jalan Dinar D U3/D\n40150 Shah Alam"


def test_a_footer_holds_the_vendors_address_too() -> None:
    art = "Kranich Technik GmbH\nRechnung 4711\n" + "\n" * 60
    art += "Kranich Technik GmbH · Seeweg 4 · 20095 Hamburg · Tel. 040 123456"
    assert party(art, "vendor_address") == "Seeweg 4\n20095 Hamburg"


def test_a_senders_line_holds_the_vendors_address_too() -> None:
    assert party("." + "\n" * 15 + LETTER, "vendor_address") == "Seeweg 4\n20095 Hamburg"


def test_a_year_belongs_to_a_name_and_a_registration_number_does_not() -> None:
    assert clean_name("Harbour Festival 2020") == "Harbour Festival 2020"
    assert clean_name("Harbour Foods (CO. REG: 201012-K)") == "Harbour Foods"
    assert clean_name("Harbour Foods 273500-U (KJ1)") == "Harbour Foods"


def test_dates_under_a_name_are_no_address() -> None:
    page = "HV\n28 January 2026\n27 February 2026\n\nInvoice HV-20931\nTotal GBP 120.00\nVAT Reg. No GB 739 4260 17"
    assert party(page, "vendor_address") is None
