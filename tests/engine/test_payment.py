"""IBAN and BIC: check digits decide."""

from __future__ import annotations

import pytest

from extraction.engine.extractors.payment import find_payment
from extraction.engine.language import load_language
from extraction.engine.layout import build_layout
from extraction.engine.options import ReadOptions
from extraction.engine.record import Candidate

from .pages import page_of


def found(art: str, field: str = "iban") -> list[Candidate]:
    language = load_language("de")
    candidates = find_payment(build_layout(page_of(art), language), language, ReadOptions())
    return [candidate for candidate in candidates if candidate.field == field]


@pytest.mark.parametrize(
    "line",
    [
        "IBAN: DE89 3704 0044 0532 0130 00",
        "Commerzbank DE89370400440532013000 BIC COBADEFFXXX",
        "IBAN DE89 3704 0044 0532 0130 00 Kontoinhaber: Muster GmbH",
        "Konto  DE89.3704.0044.0532.0130.00",
    ],
)
def test_an_iban_is_found_with_and_without_a_label(line: str) -> None:
    [iban] = found(line)
    assert iban.value == "DE89370400440532013000"
    assert iban.score > 0.95


def test_letters_read_for_digits_are_corrected_when_the_check_digits_then_agree() -> None:
    [iban] = found("IBAN: DE89 37O4 OO44 0532 013O 0O")
    assert iban.value == "DE89370400440532013000"
    assert "correcting" in iban.reason
    [dutch] = found("IBAN NL91 ABNA O417 1643 00")
    assert dutch.value == "NL91ABNA0417164300"


def test_an_iban_that_cannot_be_proved_is_offered_with_little_confidence() -> None:
    [iban] = found("IBAN: DE89 3704 0044 0532 0130 01")
    assert iban.value == "DE89370400440532013001"
    assert iban.score < 0.5


def test_a_number_that_only_looks_like_an_iban_is_left_alone() -> None:
    assert found("Auftrag DE89 3704 0044 0532 0130 01") == []
    assert found("USt-IdNr. DE136695976") == []


def test_an_iban_may_go_on_in_the_next_row() -> None:
    art = """
IBAN: DE89 3704 0044
0532 0130 00
"""
    [iban] = found(art)
    assert iban.value == "DE89370400440532013000"


def test_a_bic_needs_its_label_and_the_country_of_the_iban() -> None:
    assert [c.value for c in found("IBAN DE89370400440532013000 BIC COBADEFFXXX", "bic")] == ["COBADEFFXXX"]
    assert found("GUTSCHEIN COBADEFF", "bic") == []
    assert found("IBAN DE89370400440532013000 BIC BNPAFRPPXXX", "bic") == []
