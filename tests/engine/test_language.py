"""The language files: whole, consistent, and enough to tell a document's language."""

from __future__ import annotations

import re

import pytest

from extraction.engine.fields import BY_NAME
from extraction.engine.language import codes, label_key, load_language, month_names
from extraction.engine.spoken import detect_language

REQUIRED = {
    "issue_date", "date", "due_date", "gross_total", "amount_due", "net_total", "tax_total", "invoice_number",
    "vendor_tax_id",
}  # fmt: skip


def test_the_promised_languages_are_there() -> None:
    assert {"en", "de", "fr", "es", "it", "nl", "pt"} <= set(codes())


@pytest.mark.parametrize("code", [code for code in codes() if code != "ja"])
def test_every_language_has_labels_for_the_main_fields(code: str) -> None:
    language = load_language(code)
    assert set(language.labels) >= REQUIRED
    assert set(language.document_types) >= {"invoice", "receipt"}
    assert set(language.months.values()) == set(range(1, 13))


@pytest.mark.parametrize("code", codes())
def test_no_label_key_is_misspelt(code: str) -> None:
    known = set(BY_NAME) | set(load_language("en").labels) | set(load_language("de").labels)
    assert set(load_language(code).labels) <= known


@pytest.mark.parametrize("code", codes())
def test_no_phrase_is_empty(code: str) -> None:
    for phrases in load_language(code).labels.values():
        assert all(label_key(phrase) for phrase in phrases)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Rechnung Nr. 12 vom 3. März, Gesamtbetrag inkl. MwSt.", "de"),
        ("Facture du 3 mars, montant total TTC, merci de votre visite", "fr"),
        ("Invoice date, total amount due, thank you for your business", "en"),
        ("Factura simplificada, base imponible, IVA incluido, gracias por su visita", "es"),
        ("Fattura del 3 marzo, imponibile, totale da pagare, grazie", "it"),
        ("Factuurdatum, te betalen, inclusief btw, bedankt", "nl"),
        ("Fatura, total a pagar, contribuinte, obrigado pela sua visita", "pt"),
        ("Sprzedaż opodatkowana, suma PLN, paragon fiskalny", "pl"),
    ],
)
def test_the_language_is_told_by_its_words(text: str, code: str) -> None:
    assert detect_language(text) == code


def test_figures_alone_have_no_language() -> None:
    assert detect_language("12 34 56") == ""


def test_an_unknown_language_is_read_as_english() -> None:
    assert load_language("xx").code == "en"


def test_the_own_language_decides_about_phrases_that_mean_different_things() -> None:
    keys = {code: {key for key, _ in load_language(code).vocabulary.find("netto")} for code in ("de", "nl")}
    assert keys["de"] == {"net_total"}
    assert "net_total" in keys["nl"]


def test_month_names_are_known_with_accents_and_short_forms() -> None:
    assert month_names("de")["marz"] == 3
    assert month_names("fr")["dec"] == 12
    assert month_names("fr")["juil"] == 7
    assert "jui" not in month_names("fr"), "it could be June or July"
    assert all(not re.search(r"\s$", name) for name in month_names("en"))
