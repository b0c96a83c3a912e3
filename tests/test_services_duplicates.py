"""Invoices that look like one: how they are found, and what people decide about them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from extraction import selectors, services
from extraction.duplicates import compared, duplicates_of, same_text
from extraction.models import AuditEvent, DistinctPair, Invoice, InvoicePage, Status, User
from extraction.services.columns import invoice_values
from extraction.services.duplicates import problems_refresh
from extraction.services.storing import text_bands_store
from extraction.similarity import likeness, pairs, signature

from .builders import VALUES

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]
TEXT = " ".join(f"word{n} and{n * 7} more{n % 13} text{n * 3}" for n in range(60))
FORM = " ".join(f"line{chr(97 + n % 26)}{chr(97 + n // 26)} of the form" for n in range(60))
MISREAD = TEXT.replace("word1 ", "w0rd1 ").replace("word2", "vvord2")  # twelve words of 240


def found(invoice: Invoice) -> list[tuple[Invoice, tuple[str, ...]]]:
    matches = duplicates_of(invoice, invoice_values(invoice.field_values.all()))
    return [(match.invoice, match.fields) for match in matches]


def codes(invoice: Invoice) -> set[str]:
    problems_refresh(invoice)
    return {problem["code"] for problem in invoice.problems}


@pytest.fixture
def twins(make_invoice: Make) -> tuple[Invoice, Invoice]:
    return make_invoice(values=VALUES), make_invoice(values=VALUES)


def with_text(invoice: Invoice, text: str) -> Invoice:
    InvoicePage.objects.create(invoice=invoice, number=1, width=1, height=1, source="ocr", text=text)
    text_bands_store(invoice=invoice, text=text)
    return invoice


# --- finding ----------------------------------------------------------------------------------------------------------


def test_both_of_a_pair_find_each_other(twins: tuple[Invoice, Invoice]) -> None:
    first, second = twins
    assert found(first) == [(second, ("vendor_name", "invoice_number"))]
    assert found(second) == [(first, ("vendor_name", "invoice_number"))]


def test_a_scan_with_some_misread_words_is_found_by_its_text(make_invoice: Make) -> None:
    values = {"issue_date": VALUES["issue_date"]}
    first = with_text(make_invoice(values={**values, "vendor_name": "Birch"}), TEXT)
    second = with_text(make_invoice(values={**values, "vendor_name": "8irch"}), MISREAD)
    assert found(second) == [(first, ())]
    assert "possible_duplicate" in codes(second)


def test_next_months_invoice_of_the_same_text_is_another_one(make_invoice: Make) -> None:
    with_text(make_invoice(values={"invoice_number": "1", "gross_total": Decimal("5.00")}), TEXT)
    other = with_text(make_invoice(values={"invoice_number": "2", "gross_total": Decimal("5.00")}), TEXT)
    assert found(other) == []


def test_the_same_form_with_other_numbers_is_another_one(make_invoice: Make) -> None:
    with_text(make_invoice(values={}), f"{FORM} No 1001 of 2024-01-31 sum 250.00 due 2024-02-14")
    other = with_text(make_invoice(values={}), f"{FORM} No 1002 of 2024-02-29 sum 260.00 due 2024-03-14")
    again = with_text(make_invoice(values={}), f"{FORM} No 1002 of 2024-02-29 sum 260.00 due 2024-O3-14")
    assert found(other) == [(again, ())]


def test_another_text_is_no_duplicate(make_invoice: Make) -> None:
    with_text(make_invoice(values={}), TEXT)
    other = with_text(make_invoice(values={}), " ".join(f"quite{n} another{n * 5}" for n in range(60)))
    assert found(other) == []
    assert signature("too short") == []


def test_a_signature_finds_what_is_alike() -> None:
    assert 0.7 < likeness(pairs(TEXT), pairs(MISREAD)) < 1
    assert set(signature(TEXT)) & set(signature(MISREAD))
    assert signature(TEXT) == signature(TEXT.upper())


def test_rejected_deleted_and_other_peoples_invoices_are_no_duplicates(
    make_invoice: Make, outsider: User, twins: tuple[Invoice, Invoice], reviewer: User
) -> None:
    first, second = twins
    make_invoice(workspace=outsider.workspaces.get(), values=VALUES)
    services.invoice_reject(invoice=second, user=reviewer, reason="Duplicate")
    assert found(first) == []


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_a_duplicate_is_rejected_and_the_other_has_no_problem_left(
    twins: tuple[Invoice, Invoice], reviewer: User
) -> None:
    first, second = twins
    assert "possible_duplicate" in codes(first)
    services.duplicate_reject(invoice=second, original=first, user=reviewer)
    assert second.status == Status.REJECTED
    assert first.document_name in second.rejected_reason
    assert "possible_duplicate" not in {problem["code"] for problem in first.problems}


def test_two_that_are_kept_are_not_suspected_again(twins: tuple[Invoice, Invoice], reviewer: User) -> None:
    first, second = twins
    for invoice in twins:
        problems_refresh(invoice)
    assert selectors.suspected_duplicates(reviewer).count() == 2
    for _ in range(2):
        services.duplicates_keep(invoice=second, other=first, user=reviewer)
    assert DistinctPair.objects.get().user == reviewer
    assert AuditEvent.objects.filter(action="kept_as_distinct").count() == 2
    assert selectors.suspected_duplicates(reviewer).count() == 0
    services.field_correct(invoice=first, user=reviewer, name="purchase_order", text="7")
    assert not [problem for problem in first.problems if problem["code"] == "possible_duplicate"]
    services.duplicates_unkeep(invoice=first, other=second, user=reviewer)
    assert selectors.suspected_duplicates(reviewer).count() == 2


def test_what_is_approved_is_not_rejected_as_a_duplicate(make_invoice: Make, reviewer: User) -> None:
    first, second = make_invoice(values=VALUES, status=Status.APPROVED), make_invoice(values=VALUES)
    with pytest.raises(services.InvalidState):
        services.duplicate_reject(invoice=first, original=second, user=reviewer)
    assert Invoice.objects.get(pk=first.pk).status == Status.APPROVED


def test_pairs_over_two_workspaces_are_refused(make_invoice: Make, reviewer: User, outsider: User) -> None:
    other = make_invoice(workspace=outsider.workspaces.get(), values=VALUES)
    with pytest.raises(services.InvalidState):
        services.duplicates_keep(invoice=make_invoice(values=VALUES), other=other, user=reviewer)
    assert not DistinctPair.objects.exists()


def test_values_are_compared_row_by_row(make_invoice: Make) -> None:
    rows = compared([make_invoice(values=VALUES), make_invoice(values={**VALUES, "currency": "USD"})])
    assert {row["spec"].name for row in rows if row["differs"]} == {"currency"}
    assert next(row["values"] for row in rows if row["spec"].name == "currency") == ["EUR", "USD"]


# --- how it is asked --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor != "sqlite", reason="other databases plan by what the tables hold")
def test_a_vendors_other_invoices_are_looked_up_in_an_index(make_invoice: Make) -> None:
    others = Invoice.objects.filter(same_text("vendor_name", "Acme"), workspace=make_invoice().workspace_id)
    assert "invoice_by_vendor_letters" in others.explain()


def test_case_makes_no_other_vendor(make_invoice: Make) -> None:
    make_invoice(values={**VALUES, "vendor_name": "ACME LTD", "invoice_number": "re-7"})
    assert found(make_invoice(values={**VALUES, "vendor_name": "Acme Ltd", "invoice_number": "RE-7"}))
