"""Scoring: what counts as right, and how many counts become figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from extraction.engine.evaluation import Counts, Truth, calibration_error, coverage, judge, summarise
from extraction.engine.record import Field, InvoiceRecord, LineItem, Value


def record(items: tuple[LineItem, ...] = (), confidence: float = 0.9, **values: Value) -> InvoiceRecord:
    fields = {name: Field(name, value, str(value), confidence, 1, None, "printed") for name, value in values.items()}
    return InvoiceRecord(fields=fields, line_items=items)


def truth(items: list[dict[str, Any]] | None = None, **fields: Any) -> Truth:
    return Truth.from_dict({"file": "a.pdf", "truth": fields, **({} if items is None else {"line_items": items})})


def is_right(given: InvoiceRecord, **fields: Any) -> bool:
    return judge(truth(**fields), given).right


def test_amounts_are_compared_as_decimals() -> None:
    assert is_right(record(gross_total=Decimal("1234.5")), gross_total="1234.50")
    assert not is_right(record(gross_total=Decimal("1234.51")), gross_total="1234.50")


def test_dates_and_currencies_must_be_equal() -> None:
    assert is_right(record(issue_date=date(2024, 1, 11), currency="EUR"), issue_date="2024-01-11", currency="EUR")
    assert not is_right(record(issue_date=date(2024, 11, 1)), issue_date="2024-01-11")
    assert not is_right(record(currency="USD"), currency="EUR")


def test_identifiers_ignore_spaces_punctuation_and_case() -> None:
    assert is_right(record(invoice_number="inv 2023/03-0008"), invoice_number="INV/2023/03/0008")
    assert not is_right(record(invoice_number="INV/2023/03/0009"), invoice_number="INV/2023/03/0008")


@pytest.mark.parametrize(
    ("given", "fuzzy", "strict"),
    [("Müller & Söhne GmbH", True, True), ("MULLER & SÖHNE GMBH", True, False), ("Müller", False, False)],
)
def test_names_are_judged_by_edit_similarity_and_strictly(given: str, fuzzy: bool, strict: bool) -> None:
    [verdict] = judge(truth(vendor_name="Müller & Söhne, GmbH"), record(vendor_name=given)).verdicts
    assert (verdict.right, verdict.strict) == (fuzzy, strict)


def test_any_value_of_a_list_is_right() -> None:
    assert is_right(record(vendor_name="Hotel Stern"), vendor_name=["Stern Betriebs GmbH", "Hotel Stern"])


def test_a_null_truth_wants_nothing_given() -> None:
    assert is_right(record(), due_date=None)
    score = judge(truth(due_date=None), record(due_date=date(2024, 1, 1)))
    assert not score.right
    assert summarise([score]).micro == Counts(expected=0, given=1, right=0)


def test_a_field_that_the_truth_does_not_name_is_not_scored() -> None:
    assert judge(truth(), record(iban="DE89370400440532013000")).verdicts == ()


@pytest.mark.parametrize("carrier", ["gross_total", "amount_due"])
def test_a_total_may_be_carried_by_the_gross_or_the_due_amount(carrier: str) -> None:
    other = {"gross_total": "amount_due", "amount_due": "gross_total"}[carrier]
    assert is_right(record(**{carrier: Decimal("9.00"), other: Decimal("9.02")}), total="9.00")


def test_a_due_amount_of_its_own_does_not_carry_the_total() -> None:
    given = record(gross_total=Decimal("5.00"), amount_due=Decimal("9.00"))
    verdicts = {v.field: v.right for v in judge(truth(total="9.00", amount_due="9.00"), given).verdicts}
    assert verdicts == {"total": False, "amount_due": True}


def test_precision_and_recall_count_given_and_expected_values() -> None:
    scores = [
        judge(truth(invoice_number="1"), record(invoice_number="1")),
        judge(truth(invoice_number="2"), record(invoice_number="7")),
        judge(truth(invoice_number="3"), record()),
    ]
    [row] = summarise(scores).fields
    assert row.counts == Counts(expected=3, given=2, right=1)
    assert row.counts.precision == pytest.approx(1 / 2)
    assert row.counts.recall == pytest.approx(1 / 3)
    assert row.counts.f1 == pytest.approx(2 / 5)


def test_a_document_is_right_when_all_its_fields_are() -> None:
    good = judge(truth(currency="EUR", total="1.00"), record(currency="EUR", gross_total=Decimal("1.00")))
    bad = judge(truth(currency="EUR", total="1.00"), record(currency="EUR"))
    assert summarise([good, bad]).documents_right == 1


def test_rows_are_matched_in_order_and_a_surplus_row_costs_precision_only() -> None:
    wanted = [
        {"description": "Blue chair", "quantity": "2", "amount": "20.00"},
        {"description": "Delivery", "amount": "5.00"},
    ]
    given = (
        LineItem(1, "Blue chair", quantity=Decimal(2), amount=Decimal("20.00")),
        LineItem(2, "Thank you", amount=Decimal("0.10")),
        LineItem(3, "Delivery", amount=Decimal("5.00")),
    )
    rows = judge(truth(wanted), record(given)).rows
    assert rows["row"] == Counts(expected=2, given=3, right=2)
    assert rows["amount"] == Counts(expected=2, given=3, right=2)
    assert rows["quantity"] == Counts(expected=1, given=1, right=1)


def test_a_row_with_a_wrong_quantity_is_wrong_but_its_amount_counts() -> None:
    given = (LineItem(1, "Blue chair", quantity=Decimal(3), amount=Decimal("20.00")),)
    rows = judge(truth([{"description": "Blue chair", "quantity": "2", "amount": "20"}]), record(given)).rows
    assert (rows["row"].right, rows["quantity"].right, rows["amount"].right) == (0, 0, 1)


def test_what_is_wrong_with_rows_is_told() -> None:
    expected = truth([{"description": "Tea", "amount": "5.00"}, {"description": "Cake", "amount": "3.00"}])
    given = record((LineItem(1, "Tea", amount=Decimal("5.00")), LineItem(2, "Tip", amount=Decimal("1.00"))))
    misses = judge(expected, given).row_misses
    assert len(misses) == 2
    assert misses[0].startswith("truth description 'Cake', amount '3.00'; given ")
    assert "'Tip'" in " ".join(misses)


def test_rows_keep_their_order() -> None:
    wanted = [{"description": "Tea", "amount": "1.00"}, {"description": "Coffee", "amount": "2.00"}]
    given = (LineItem(1, "Coffee", amount=Decimal("2.00")), LineItem(2, "Tea", amount=Decimal("1.00")))
    assert judge(truth(wanted), record(given)).rows["row"].right == 1


def test_calibration_error_is_the_mean_gap_between_confidence_and_accuracy() -> None:
    assert calibration_error([(0.95, True)] * 19 + [(0.95, False)]) == pytest.approx(0.0)
    assert calibration_error([(0.9, False), (0.9, False), (0.2, False), (0.2, True)]) == pytest.approx(0.6)
    assert calibration_error([(1.0, True)]) == 0.0
    assert calibration_error([]) == 0.0


def test_coverage_is_the_share_of_sure_values_that_are_nearly_all_right() -> None:
    assert coverage([(0.9, True)] * 99 + [(0.8, False)] + [(0.1, False)] * 100) == pytest.approx(0.5)
    assert coverage([(0.9, True), (0.5, False)]) == pytest.approx(0.5)


def test_values_of_equal_confidence_are_covered_together_or_not_at_all() -> None:
    assert coverage([(0.9, True), (0.9, False)]) == 0.0


def test_an_unknown_field_in_a_truth_is_refused() -> None:
    with pytest.raises(ValueError, match="vendor_nam"):
        truth(vendor_nam="Misspelt")
