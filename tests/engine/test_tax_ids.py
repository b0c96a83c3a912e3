"""VAT ids: whose they are, and whether they can be."""

from __future__ import annotations

import pytest

from extraction.engine.extractors.tax_ids import find_tax_ids
from extraction.engine.language import load_language
from extraction.engine.layout import build_layout
from extraction.engine.options import ReadOptions
from extraction.engine.record import Candidate
from extraction.engine.spoken import detect_language

from .pages import page_of


def candidates(art: str, field: str = "vendor_tax_id", own: tuple[str, ...] = ()) -> list[Candidate]:
    document = page_of(art)
    language = load_language(detect_language(document.text))
    found = find_tax_ids(build_layout(document, language), language, ReadOptions(own_tax_ids=own))
    return sorted((c for c in found if c.field == field), key=lambda c: -c.score)


def value(art: str, field: str = "vendor_tax_id") -> object:
    found = candidates(art, field)
    return found[0].value if found else None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("USt-IdNr.: DE136695976", "DE136695976"),
        ("USt-IdNr. DE 136 695 976", "DE136695976"),
        ("UID-Nr: ATU57991999", "ATU57991999"),
        ("N° TVA intra : FR 83 404 833 048", "FR83404833048"),
        ("TVA : FR83404833048", "FR83404833048"),
        ("NIF B-16606576", "B-16606576"),
        ("NIP 5262403747", "5262403747"),
        ("OIB: 25190869349", "25190869349"),
        ("VAT NO. 170 5101 51", "170 5101 51"),
        ("P.IVA 00743110157", "00743110157"),
        ("GST ID No : 000306020352", "000306020352"),
        ("ATU57991999", "ATU57991999"),
    ],
)
def test_a_vat_id_is_found_by_label_or_by_form(line: str, expected: str) -> None:
    assert value(line) == expected


@pytest.mark.parametrize(
    "line", ["HRB 181098 Amtsgericht", "Steuernummer: 22/815/08154", "MwSt: 19,00", "Tel. 08912345678"]
)
def test_registers_tax_numbers_amounts_and_phones_are_no_vat_ids(line: str) -> None:
    assert value(line) is None


def test_an_id_with_wrong_check_digits_needs_a_label_and_is_doubted() -> None:
    assert value("Code DE136695977") is None
    wrong = candidates("USt-IdNr.: DE136695977")[0]
    right = candidates("USt-IdNr.: DE136695976")[0]
    assert wrong.score < right.score


def test_a_bank_account_is_not_taken_for_an_id() -> None:
    assert value("IBAN DE88 2008 0000 0970 3757 00") is None


def test_the_buyers_id_is_told_by_its_label_and_by_its_place() -> None:
    assert value("Ihre USt-IdNr.: DE136695976", "buyer_tax_id") == "DE136695976"
    art = """
Northwind Ltd
VAT No. GB 980 7806 84

Bill to:
Harbour Works B.V.
VAT No. NL004495445B01
"""
    assert value(art) == "GB980780684"
    assert value(art, "buyer_tax_id") == "NL004495445B01"


def test_our_own_id_is_always_the_buyers() -> None:
    art = "USt-IdNr.: DE136695976"
    assert candidates(art, own=("DE 136695976",)) == []
    assert candidates(art, "buyer_tax_id", own=("DE 136695976",))[0].value == "DE136695976"


def test_of_two_ids_the_one_in_the_footer_is_the_vendors() -> None:
    art = "Numéro TVA FR 83 404 833 048" + "\n" * 125 + "No TVA : FR 61 954 506 077"
    assert value(art) == "FR61954506077"


def test_a_national_tax_number_has_a_field_of_its_own() -> None:
    assert value("Steuernummer: 22/815/08154", "vendor_tax_number") == "22/815/08154"
