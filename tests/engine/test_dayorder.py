"""Which number of a date is the day: each kind of evidence by itself, and what is said where none decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from extraction.engine.extract import extract
from extraction.engine.options import ReadOptions
from extraction.engine.record import InvoiceRecord

from .pages import page_of

TODAY = date(2025, 6, 1)
APRIL, MARCH = date(2024, 4, 3), date(2024, 3, 4)
OPEN = "Northgate Ltd\nInvoice 4711\nInvoice date   03/04/2024\nTotal   120.00"


def record_of(text: str, known: Mapping[str, bool] | None = None) -> InvoiceRecord:
    return extract(page_of(text), options=ReadOptions(today=TODAY, date_orders=known or {}))[1]


def asked(record: InvoiceRecord) -> bool:
    return any(problem.code == "date_ambiguous" for problem in record.problems)


@pytest.mark.parametrize(
    ("text", "issued"),
    [
        (f"{OPEN}\nOrder date   28/03/2024", APRIL),
        (f"{OPEN}\nOrder date   03/28/2024", MARCH),
        (f"{OPEN}\nPrinted on   4 March 2024", MARCH),
        (f"{OPEN}\nDue date   02/05/2024", APRIL),
        (f"{OPEN}\nService period   05/02/2024 - 04/03/2024", APRIL),
        (f"{OPEN}\n1 Main Street, Springfield, IL 62701", MARCH),
        (f"{OPEN}\n12 Mill Lane, Leeds LS1 4AB", APRIL),
        (f"{OPEN}\nUSD   (217) 555-0110", MARCH),
        ("Rechnung 4711\nRechnungsdatum   03/04/2024\nGesamtbetrag   120,00 EUR\nBitte überweisen Sie", APRIL),
        ("Invoice 4711\nInvoice date   03.04.2024\nTotal   120.00", APRIL),
    ],
    ids=[
        "a day beyond 12",
        "a month-first day beyond 12",
        "the same date in words",
        "due after issue",
        "a period ends after it began",
        "country: month first",
        "country: day first",
        "currency and phone",
        "language",
        "full points",
    ],
)
def test_evidence_tells_day_from_month(text: str, issued: date) -> None:
    record = record_of(text)
    assert record.value("issue_date") == issued
    assert not asked(record)


def test_nothing_is_issued_in_the_future() -> None:
    record = record_of(OPEN.replace("03/04/2024", "05/08/2025"))
    assert record.value("issue_date") == date(2025, 5, 8)


def test_a_long_time_to_pay_is_unlikely() -> None:
    record = record_of(OPEN.replace("03/04/2024", "01/05/2024") + "\nDue date   01/06/2024")
    assert (record.value("issue_date"), record.value("due_date")) == (date(2024, 5, 1), date(2024, 6, 1))


@pytest.mark.parametrize(("day_first", "issued"), [(True, APRIL), (False, MARCH)])
def test_what_was_approved_of_a_vendor_tells_how_it_writes_dates(day_first: bool, issued: date) -> None:
    record = record_of(OPEN, {"Northgate Ltd": day_first, "Somebody Else": not day_first})
    assert record.value("issue_date") == issued
    assert not asked(record)


def test_where_nothing_decides_both_readings_are_kept_and_a_person_is_asked() -> None:
    record = record_of(OPEN)
    found = record.fields["issue_date"]
    assert (found.value, found.alternatives[0].value) == (APRIL, MARCH)
    assert 0.5 <= found.confidence < 0.7
    (problem,) = [problem for problem in record.problems if problem.code == "date_ambiguous"]
    assert problem.fields == ("issue_date",)
    assert "2024-04-03" in problem.message
    assert "2024-03-04" in problem.message


def test_a_due_date_is_asked_for_as_well() -> None:
    record = record_of(OPEN + "\nDue date   07/05/2024")
    assert {p.fields[0] for p in record.problems if p.code == "date_ambiguous"} == {"issue_date", "due_date"}
    assert record.fields["due_date"].alternatives[0].value == date(2024, 7, 5)


@pytest.mark.parametrize("text", ["04/04/2024", "2024-04-03", "3 April 2024", "14/04/2024"])
def test_a_date_of_one_reading_raises_no_question(text: str) -> None:
    assert not asked(record_of(OPEN.replace("03/04/2024", text)))


def test_the_reason_says_what_decided() -> None:
    record = record_of(f"{OPEN}\nOrder date   28/03/2024")
    assert record.fields["issue_date"].reason.endswith("day first: as in 28/03/2024")
