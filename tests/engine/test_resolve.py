"""Candidates to one consistent record, and the problems of a record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from extraction.engine.document import Box
from extraction.engine.extract import extract
from extraction.engine.options import ReadOptions
from extraction.engine.record import Candidate, LineItem, TaxLine, Value
from extraction.engine.resolve import check, resolve

from .pages import page_of

BOX = Box(0.1, 0.1, 0.2, 0.12)
TODAY = date(2025, 1, 1)
GOOD: dict[str, Value] = {
    "issue_date": date(2024, 12, 1),
    "vendor_name": "Muster GmbH",
    "currency": "EUR",
    "gross_total": Decimal("119.00"),
}


def candidate(field: str, value: Value, score: float) -> Candidate:
    return Candidate(field, value, str(value), 1, BOX, score, "test")


def money(field: str, value: str, score: float) -> Candidate:
    return candidate(field, Decimal(value), score)


def codes(values: dict[str, Value], **extra: object) -> list[str]:
    return [problem.code for problem in check(values, today=TODAY, **extra)]


def test_amounts_that_add_up_win_over_a_better_placed_one() -> None:
    record = resolve(
        [
            money("gross_total", "100.00", 0.9),
            money("gross_total", "119.00", 0.6),
            money("net_total", "100.00", 0.6),
            money("tax_total", "19.00", 0.7),
        ],
        today=TODAY,
    )
    assert [record.value(name) for name in ("net_total", "tax_total", "gross_total")] == [
        Decimal("100.00"),
        Decimal("19.00"),
        Decimal("119.00"),
    ]
    assert [other.value for other in record.fields["gross_total"].alternatives] == [Decimal("100.00")]


def test_sums_make_sure_and_rivals_make_unsure() -> None:
    alone = resolve([money("gross_total", "119.00", 0.8)], today=TODAY).fields["gross_total"].confidence
    rivals = [money("gross_total", "119.00", 0.8), money("gross_total", "120.00", 0.75)]
    disputed = resolve(rivals, today=TODAY).fields["gross_total"].confidence
    proof = [money("gross_total", "119.00", 0.8), money("net_total", "100.00", 0.8), money("tax_total", "19.00", 0.8)]
    proven = resolve(proof, today=TODAY).fields["gross_total"].confidence
    assert disputed < alone < proven <= 1


def test_a_doubtful_value_of_an_optional_field_is_left_out() -> None:
    record = resolve([money("rounding", "0.02", 0.3), money("gross_total", "9.00", 0.9)], today=TODAY)
    assert set(record.fields) == {"gross_total"}


def test_a_due_date_before_the_invoice_is_not_chosen() -> None:
    record = resolve(
        [
            candidate("issue_date", date(2024, 5, 1), 0.9),
            candidate("due_date", date(2024, 4, 1), 0.95),
            candidate("due_date", date(2024, 6, 1), 0.8),
        ],
        today=TODAY,
    )
    assert record.value("due_date") == date(2024, 6, 1)


def test_the_breakdown_that_fits_the_totals_is_kept() -> None:
    right = (TaxLine(Decimal(19), Decimal("100.00"), Decimal("19.00")),)
    wrong = (TaxLine(Decimal(19), Decimal("200.00"), Decimal("38.00")),)
    amounts = [
        money("gross_total", "119.00", 0.9),
        money("tax_total", "19.00", 0.9),
        money("net_total", "100.00", 0.9),
    ]
    assert resolve(amounts, breakdowns=[wrong, right], today=TODAY).tax_breakdown == right


def test_no_candidates_give_an_empty_record_with_what_is_missing() -> None:
    record = resolve([], today=TODAY)
    assert record.fields == {}
    assert {problem.code for problem in record.problems} == {"required_missing"}


def test_a_sound_record_has_no_problems() -> None:
    values = {**GOOD, "net_total": Decimal("100.00"), "tax_total": Decimal("19.00"), "amount_due": Decimal("119.00")}
    lines = (TaxLine(Decimal(19), Decimal("100.00"), Decimal("19.00")),)
    assert codes(values, tax_breakdown=lines) == []


def test_totals_that_disagree_are_a_problem_that_names_the_figures() -> None:
    values = {**GOOD, "net_total": Decimal("100.00"), "tax_total": Decimal("7.00")}
    (problem,) = check(values, today=TODAY)
    assert problem.code == "totals_disagree"
    assert "107.00" in problem.message
    assert "119.00" in problem.message


def test_payments_and_rounding_explain_what_is_due() -> None:
    assert codes({**GOOD, "amount_paid": Decimal("50.00"), "amount_due": Decimal("69.00")}) == []
    assert codes({**GOOD, "rounding": Decimal("0.02"), "amount_due": Decimal("119.02")}) == []
    assert codes({**GOOD, "amount_due": Decimal("0.00")}) == [], "a balance of 0 says that it was paid"
    assert codes({**GOOD, "amount_due": Decimal("99.00")}) == ["due_disagrees"]


def test_tax_lines_and_line_items_are_checked() -> None:
    values = {**GOOD, "tax_total": Decimal("20.00"), "line_total": Decimal("100.00")}
    lines = (TaxLine(Decimal(19), Decimal("100.00"), Decimal("18.00")),)
    items = (LineItem(1, quantity=Decimal(2), unit_price=Decimal("45.00"), amount=Decimal("80.00")),)
    assert codes(values, tax_breakdown=lines, line_items=items) == [
        "breakdown_disagrees",
        "tax_line_disagrees",
        "lines_disagree",
        "line_disagrees",
    ]


def test_dates_are_checked_against_each_other_and_today() -> None:
    assert codes({**GOOD, "due_date": date(2024, 11, 1)}) == ["due_before_issue"]
    assert codes({**GOOD, "issue_date": date(2025, 3, 1)}) == ["date_in_future"]
    assert codes({**GOOD, "issue_date": date(2010, 3, 1)}) == ["date_too_old"]


def test_identifiers_with_check_digits_are_checked() -> None:
    values: dict[str, Value] = {
        **GOOD,
        "iban": "DE89370400440532013001",
        "vendor_tax_id": "DE136695977",
        "currency": "XXX",
    }
    assert codes(values) == ["iban_invalid", "tax_id_invalid", "currency_unknown"]


def test_problems_print_figures_as_people_write_them() -> None:
    """Storage keeps four decimals; a message shows those that count."""
    item = LineItem(1, quantity=Decimal("15.0000"), unit_price=Decimal("0.6667"), amount=Decimal("150.0000"))
    taxed = TaxLine(rate=Decimal("19.0000"), base=Decimal("100.0000"), amount=Decimal("20.0000"))
    found = check({}, tax_breakdown=(taxed,), line_items=(item,), today=date(2024, 5, 1))
    messages = [problem.message for problem in found]
    assert "Line 1: 15 x 0.6667 is not 150.00." in messages
    assert "19% of 100.00 is not 20.00." in messages


def test_the_likeliest_of_poor_candidates_is_no_value_where_a_document_need_not_have_the_field() -> None:
    page = page_of(
        "MILLER STORES LTD\n12 Mill Lane, Springfield\n-TAX INVOICE-\n"
        "GARBAGE BAGS BOX 10Y      11.90\nSOCKS 3 X 2.00     6.00\n"
        "Total     17.90\nCash      20.00\nChange     2.10\n06-04-18 16:46"
    )
    _, record = extract(page, options=ReadOptions(today=date(2025, 1, 1)))
    assert str(record.value("gross_total")) == "17.90"
    assert "invoice_number" not in record.fields


def test_no_part_was_paid_where_the_whole_total_is_due() -> None:
    totals = [money("gross_total", "529.87", 0.9), money("amount_due", "529.87", 0.9)]
    assert "amount_paid" not in resolve([*totals, money("amount_paid", "19.25", 0.85)], today=TODAY).fields
    rest = [money("gross_total", "529.87", 0.9), money("amount_due", "510.62", 0.9)]
    assert resolve([*rest, money("amount_paid", "19.25", 0.85)], today=TODAY).value("amount_paid") == Decimal("19.25")
