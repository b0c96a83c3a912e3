"""What is no invoice is said to be so, and nothing is filled in; what asks for money or tells of its payment is one.

The pages of ``other_documents/`` were written before anything recognised them, or after that to see how general it is.
Under a line of dashes stands what each is; ``letter`` and ``other`` have no title, ``missed:`` is not recognised.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from extraction.engine import classify
from extraction.engine.document import Document, Page
from extraction.engine.extract import extract, find_candidates, lay_out
from extraction.engine.options import ReadOptions
from extraction.engine.record import InvoiceRecord, Reading

from .pages import page_of

FOLDER = Path(__file__).parent / "other_documents"
INVOICES = Path(__file__).parent / "layouts"
ODD = Path(__file__).parent / "odd_invoices"
OPTIONS = ReadOptions(today=date(2025, 1, 1))
UNTITLED = {"letter", "other"}


def record_of(document: Document) -> InvoiceRecord:
    return extract(document, options=OPTIONS)[1]


CASES = {path.stem: path.read_text(encoding="utf-8").partition("\n----\n") for path in sorted(FOLDER.glob("*.txt"))}
MISSED = [name for name, (_, _, kind) in CASES.items() if kind.startswith("missed: ")]


@pytest.mark.parametrize("name", [name for name in CASES if name not in MISSED])
def test_what_is_no_invoice_is_named_and_nothing_is_filled_in(name: str) -> None:
    art, _, kind = CASES[name]
    record = record_of(page_of(art))
    assert not record.fields
    (problem,) = record.problems
    assert problem.code == "not_an_invoice"
    if kind.strip() not in UNTITLED:
        assert classify.OTHER_DOCUMENTS[kind.strip()] in problem.message


@pytest.mark.parametrize("name", MISSED)
def test_what_is_listed_as_missed_is_still_missed(name: str) -> None:
    assert record_of(page_of(CASES[name][0])).is_invoice


@pytest.mark.parametrize("path", sorted(INVOICES.glob("*.txt")), ids=lambda path: path.stem)
def test_an_invoice_of_any_layout_is_one_beyond_doubt(path: Path) -> None:
    layout = lay_out(page_of(path.read_text(encoding="utf-8").partition("\n----\n")[0]))
    assert classify.judge(layout, find_candidates(layout, OPTIONS)).probability > 0.8


@pytest.mark.parametrize("path", sorted(ODD.glob("*.txt")), ids=lambda path: path.stem)
def test_what_asks_for_money_or_was_paid_is_one_whatever_it_calls_itself(path: Path) -> None:
    assert record_of(page_of(path.read_text(encoding="utf-8"))).is_invoice


@pytest.mark.parametrize(
    "text",
    [
        "Rechnung Nr. 4711   03.05.2024\nLieferschein Nr. 17\nAuftragsbestätigung Nr. 8\nGesamtbetrag   119,00 EUR",
        "Stromrechnung\nDatum 03.05.2024\nBestellung   : B-4711\nGesamtbetrag   119,00 EUR",
        "CORNER CAFE\nOrder 22\n2 Latte   7.00\nTotal   7.00\nCash   10.00\nChange   3.00",
        "Facture n° 17 du 3 mai 2024\nBon de livraison n° 99\nTotal TTC   120,00 €",
    ],
)
def test_an_invoice_may_refer_to_other_documents(text: str) -> None:
    assert record_of(page_of(text)).is_invoice


@pytest.mark.parametrize("title", ["Account Statement", "Statement of account", "Your statement"])
def test_a_bill_may_call_itself_a_statement(title: str) -> None:
    bill = (INVOICES / "american-electricity-bill.txt").read_text(encoding="utf-8").partition("\n----\n")[0]
    assert record_of(page_of(f"{title}\n{bill}")).is_invoice


def test_an_invoice_in_a_language_without_a_word_list_is_not_turned_away() -> None:
    assert record_of(
        page_of("Fatură fiscală\nBucurești, 15 ianuarie 2024\nValoare totală de plată   100,00 lei")
    ).is_invoice


def test_a_page_without_words_is_told_from_a_picture_into_which_letters_were_read() -> None:
    blank = Document((Page(1, 595, 842, ()),))
    assert "a page without text" in record_of(blank).problems[0].message
    assert "hardly any text" in record_of(page_of("ik  W\n\n      oo 7\n  Ka")).problems[0].message


def test_the_public_form_says_that_it_is_another_document() -> None:
    document, record = extract(page_of("Lebenslauf\nName   Anna Berg\nBeruf   Köchin"), options=OPTIONS)
    row = Reading(document, record, "0" * 64, 0.1, "1").to_dict("cv.pdf")
    assert row["document_type"] == "other"
    assert row["fields"] == {}


def test_what_a_person_calls_an_invoice_is_read_as_one() -> None:
    art = CASES["english-quote"][0]
    _, record = extract(page_of(art), options=ReadOptions(today=date(2025, 1, 1), is_invoice=True))
    assert str(record.value("gross_total")) == "10500.00"
