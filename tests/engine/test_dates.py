"""Issue and due dates on small documents: labels, order of day and month, what is no issue date."""

from __future__ import annotations

from datetime import date

import pytest

from extraction.engine.dating import find_dates as dates_in
from extraction.engine.document import Document
from extraction.engine.extractors.dates import find_dates
from extraction.engine.language import load_language
from extraction.engine.layout import build_layout
from extraction.engine.options import ReadOptions
from extraction.engine.record import Value
from extraction.engine.spoken import detect_language

from .pages import page_of

TODAY = date(2025, 6, 1)


def best(document: Document, field: str = "issue_date") -> Value | None:
    language = load_language(detect_language(document.text))
    found = find_dates(build_layout(document, language), language, ReadOptions(today=TODAY))
    ranked = sorted((c for c in found if c.field == field), key=lambda c: -c.score)
    return ranked[0].value if ranked else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12. März 2024", date(2024, 3, 12)),
        ("March 5, 2019", date(2019, 3, 5)),
        ("25 de septiembre de 2019", date(2019, 9, 25)),
        ("Nov30'18 12:05", date(2018, 11, 30)),
        ("7 0ct'19 11:36", date(2019, 10, 7)),
        ("2021年10月9日", date(2021, 10, 9)),
        ("2019-05-0114:59:08", date(2019, 5, 1)),
        ("16 . 09 . 2013", date(2013, 9, 16)),
        ("O3-05-2018", date(2018, 5, 3)),
        ("3rd of May 2018", date(2018, 5, 3)),
        ("20-MAR-18", date(2018, 3, 20)),
    ],
)
def test_it_finds_dates_as_they_are_printed(text: str, value: date) -> None:
    (found,) = dates_in(text, "en")
    assert found.reading(day_first=True) == value


@pytest.mark.parametrize("text", ["03-87686092", "192.168.1.10", "LOT 1851-A", "31.02.2024", "1.2,50", "12:30"])
def test_phones_addresses_and_impossible_days_are_no_dates(text: str) -> None:
    assert dates_in(text, "en") == []


def test_the_labelled_date_wins_over_others() -> None:
    document = page_of(
        "Order date     01.02.2024\nInvoice date   12.03.2024\nDelivery date  10.03.2024\nDue date       11.04.2024"
    )
    assert best(document) == date(2024, 3, 12)
    assert best(document, "due_date") == date(2024, 4, 11)
    assert best(document, "delivery_date") == date(2024, 3, 10)


def test_a_date_under_its_label_is_found() -> None:
    assert best(page_of("Invoice no    Invoice date    Due date\n4711          12/03/2024      12/04/2024")) == date(
        2024, 3, 12
    )


def test_one_certain_date_tells_the_order_of_all() -> None:
    assert best(page_of("Invoice date  03/04/2024\nDue date  04/28/2024")) == date(2024, 3, 4)
    assert best(page_of("Invoice date  03/04/2024\nDue date  28/04/2024")) == date(2024, 4, 3)


def test_an_address_in_the_united_states_puts_the_month_first() -> None:
    assert best(page_of("1 Main Street, Springfield, IL 62701\nDate  03/04/2024")) == date(2024, 3, 4)


def test_the_reading_in_the_future_is_the_wrong_one() -> None:
    assert best(page_of("Date: 05/08/2025")) == date(2025, 5, 8), "8 May, because 5 August is still to come"


def test_a_time_stamp_is_the_date_of_a_receipt() -> None:
    document = page_of("SHOP\nTOTAL  5.00\n12/05/2018 13:45\nOffer valid until 31/12/2018")
    assert best(document) == date(2018, 5, 12)


def test_a_little_word_does_not_hide_the_label_before_it() -> None:
    document = page_of("Facture n° 5 du 02 Juillet 2015\nDate limite de paiement le 05 Juillet 2015")
    assert best(document) == date(2015, 7, 2)
    assert best(document, "due_date") == date(2015, 7, 5)


def test_dates_of_a_tables_lines_are_not_the_documents() -> None:
    rows = "\n".join(f"{day:02}/09/2023   Room charge    100.00" for day in range(10, 14))
    document = page_of(f"Hotel\nDeparture: 14/09/2023\nDate         Description    Amount\n{rows}")
    assert best(document) == date(2023, 9, 14)


def test_a_document_without_dates_gives_none() -> None:
    assert best(page_of("Invoice 4711\nTotal 12.50")) is None


def test_a_month_in_a_language_of_no_label_file_is_understood() -> None:
    """Only where a document has no other date: 20 ms a word are too much for every "2 nights 2018"."""
    assert best(page_of("Fatura\nTarih: 15 Şubat 2023\nToplam 100,00")) == date(2023, 2, 15)
    assert best(page_of("Factură\nBucurești, 15 ianuarie 2024\nTotal 100,00")) == date(2024, 1, 15)
    assert best(page_of("Receipt\n2 Guests 2018\nTotal 100.00")) is None
