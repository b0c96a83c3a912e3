"""Text to values and back: what people type and documents print."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from extraction.engine.fields import Kind
from extraction.engine.money import decimal_style, find_amounts, parse_number
from extraction.engine.values import format_value, is_bic, is_iban, is_tax_id, parse_value


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1.234,56 €", "1234.56", "EUR"),
        ("$1,234.56", "1234.56", "$"),
        ("1 234,56 kr", "1234.56", "kr"),
        ("CHF 1'234.50", "1234.50", "CHF"),
        ("12,34,567.89", "1234567.89", ""),
        ("RM12.50", "12.50", "MYR"),
        ("12. 50", "12.50", ""),
        ("€ 12,--", "12", "EUR"),
        ("5.00-", "-5.00", ""),
        ("(12.00)", "-12.00", ""),
        ("$1,234.50CR", "-1234.50", "$"),
        ("-€ 3,00", "-3.00", "EUR"),
        ("12,50 A", "12.50", ""),
        ("7,10e", "7.10", ""),
        ("Ä59,50", "59.50", ""),
        ("1,00,000.00", "100000.00", ""),
        ("68,3O", "68.30", ""),
    ],
)
def test_it_reads_amounts_as_documents_print_them(text: str, value: str, currency: str) -> None:
    (found,) = find_amounts(text)
    assert (found.value, found.currency) == (Decimal(value), currency)


@pytest.mark.parametrize("text", ["12.03.2024", "12:30", "500g", "03-87686092", "DE123456789", "192.168.1.10", "7/2"])
def test_dates_times_weights_phones_and_codes_are_no_amounts(text: str) -> None:
    assert find_amounts(text) == []


def test_a_percentage_is_marked_as_one() -> None:
    (rate, amount) = find_amounts("19,00 % 20,00")
    assert rate.percent
    assert not amount.percent


def test_three_digits_after_the_separator_follow_the_documents_own_style() -> None:
    assert parse_number("1.234", decimal=",") == (Decimal(1234), 0)
    assert parse_number("1.234", decimal=".") == (Decimal("1.234"), 3)
    assert parse_number("0.500", decimal=",") == (Decimal("0.500"), 3)
    assert decimal_style("1.250,00 and 3,50", ".") == ","
    assert decimal_style("no amounts here", ",") == ","


@pytest.mark.parametrize("value", ["0.00", "1.5", "-12.34", "1234567.89", "1000", "0.001"])
@pytest.mark.parametrize("language", ["", "en", "de", "fr"])
def test_an_amount_survives_formatting_and_parsing(value: str, language: str) -> None:
    if language in ("de", "fr") and value == "0.001":
        value = "0.0012"  # three decimals are thousands where the comma is the decimal separator
    amount = Decimal(value)
    assert parse_value(Kind.AMOUNT, format_value(amount), language=language) == amount


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(1999, 12, 1), date(2031, 7, 4)])
@pytest.mark.parametrize("language", ["", "en", "de", "ja"])
@pytest.mark.parametrize("day_first", [None, True, False])
def test_a_date_survives_formatting_and_parsing(day: date, language: str, day_first: bool | None) -> None:
    assert parse_value(Kind.DATE, format_value(day), language=language, day_first=day_first) == day


@pytest.mark.parametrize(
    ("text", "language", "day_first", "value"),
    [
        ("31.03.2024", "de", None, date(2024, 3, 31)),
        ("03/04/2024", "en", True, date(2024, 4, 3)),
        ("03/04/2024", "en", False, date(2024, 3, 4)),
        ("3. März 2024", "de", None, date(2024, 3, 3)),
        ("20240312", "", None, date(2024, 3, 12)),
        ("Mar 5, 24", "en", None, date(2024, 3, 5)),
        ("15 Şubat 2023", "en", None, date(2023, 2, 15)),
        ("3 марта 2024", "", None, date(2024, 3, 3)),
    ],
)
def test_people_may_type_dates_their_way(text: str, language: str, day_first: bool | None, value: date) -> None:
    assert parse_value(Kind.DATE, text, language=language, day_first=day_first) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.AMOUNT, "abc"),
        (Kind.AMOUNT, "12,50 or 13,50"),
        (Kind.AMOUNT, "19 %"),
        (Kind.AMOUNT, "1_000"),
        (Kind.AMOUNT, "99999999999999999"),
        (Kind.DATE, "2024-02-30"),
        (Kind.DATE, "yesterday"),
        (Kind.CURRENCY, "ABC"),
        (Kind.COUNTRY, "Germany"),
        (Kind.CHOICE, "letter"),
        (Kind.TEXT, "   "),
        (Kind.NAME, "x" * 1001),
    ],
)
def test_what_is_no_value_is_refused_with_advice(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=r"Enter|Choose|Use|Check"):
        parse_value(kind, text)


def test_symbols_and_small_letters_become_codes() -> None:
    assert parse_value(Kind.CURRENCY, "€") == "EUR"
    assert parse_value(Kind.CURRENCY, "usd") == "USD"
    assert parse_value(Kind.COUNTRY, "de") == "DE"
    assert parse_value(Kind.CHOICE, "Credit note") == "credit_note"


def test_texts_lose_superfluous_spaces_only() -> None:
    assert parse_value(Kind.NAME, "  Muster \n GmbH ") == "Muster GmbH"


def test_check_digits_are_checked() -> None:
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE89 3704 0044 0532 0130 01")
    assert is_bic("COBADEFFXXX")
    assert not is_bic("COBADE")
    assert is_tax_id("DE136695976")
    assert not is_tax_id("DE136695977")
    assert is_tax_id("000781500416"), "numbers without an EU country's prefix cannot be checked"


@pytest.mark.parametrize(
    ("amount", "text"), [("12.6", "12.60"), ("12.60", "12.60"), ("4500", "4500"), ("0.125", "0.125"), ("-1.5", "-1.50")]
)
def test_an_amount_never_has_one_decimal(amount: str, text: str) -> None:
    assert format_value(Decimal(amount)) == text
