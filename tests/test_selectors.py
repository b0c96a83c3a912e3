from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils import timezone

from extraction import selectors
from extraction.models import FieldValue, Invoice, InvoicePage, Role, Status, User, Workspace
from extraction.permissions import ALLOWED, actions_in
from extraction.services import search_index

from .builders import VALUES

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


def test_people_see_the_invoices_of_their_workspaces_only(make_invoice: Make, reviewer: User, outsider: User) -> None:
    invoice = make_invoice()
    assert list(selectors.invoices_for(reviewer)) == [invoice]
    assert list(selectors.invoices_for(outsider)) == []
    assert not Invoice.objects.for_user(AnonymousUser())
    with pytest.raises(Http404):
        selectors.invoice_get(outsider, invoice.pk)


def test_deleted_invoices_are_out_of_sight(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice(deleted_at=timezone.now())
    assert not selectors.invoices_for(reviewer)
    with pytest.raises(Http404):
        selectors.invoice_get(reviewer, invoice.pk)


def test_the_newest_invoice_comes_first(make_invoice: Make, reviewer: User) -> None:
    first, second = make_invoice(), make_invoice()
    assert list(selectors.invoices_for(reviewer)) == [second, first]


def test_invoices_are_filtered_by_status_and_counted(make_invoice: Make, reviewer: User) -> None:
    queued, review = make_invoice(status=Status.QUEUED), make_invoice()
    assert list(selectors.invoices_for(reviewer, status="queued")) == [queued]
    assert set(selectors.invoices_for(reviewer, status="nonsense")) == {queued, review}
    counts = selectors.status_counts(reviewer)
    assert counts == dict.fromkeys(Status.values, 0) | {"queued": 1, "review": 1}


@pytest.mark.parametrize(
    "search", ["birch", "BIRCH sons", "0117", "119", "2024-03", "scan-7", "pallets", "birch pallets"]
)
def test_a_search_finds_values_names_and_printed_words(make_invoice: Make, reviewer: User, search: str) -> None:
    invoice = make_invoice(values=VALUES, file_name="scan-7.pdf")
    InvoicePage.objects.create(invoice=invoice, number=1, width=1, height=1, source="ocr", text="12 Pallets of bricks")
    search_index(invoice=invoice)
    make_invoice(values={"vendor_name": "Somebody Else"})
    assert list(selectors.invoices_for(reviewer, search=search)) == [invoice]


@pytest.mark.parametrize("search", ["birch nowhere", "%", "_", "'; drop", "irch", '"birch" AND zzz', "birch OR zzz"])
def test_a_search_that_matches_nothing_finds_nothing(make_invoice: Make, reviewer: User, search: str) -> None:
    make_invoice(values=VALUES)
    assert not selectors.invoices_for(reviewer, search=search)


def test_the_form_shows_main_fields_and_whatever_else_was_found(make_invoice: Make) -> None:
    invoice = make_invoice(
        values={"gross_total": Decimal("1.00"), "purchase_order": "PO-1"},
        problems=[{"code": "odd", "fields": ["gross_total"], "message": "Odd."}],
    )
    rows = {row.spec.name: row for row in selectors.review_fields(invoice)}
    assert rows["iban"].value is None
    assert isinstance(rows["purchase_order"].value, FieldValue)
    assert "sales_order" not in rows
    assert [problem["code"] for problem in rows["gross_total"].problems] == ["odd"]


def test_the_workspace_of_a_person(workspace: Workspace, reviewer: User) -> None:
    assert selectors.workspace_for(reviewer) == workspace
    assert selectors.workspace_for(User.objects.create_user("new@example.com", "x")) is None


def test_each_role_may_do_what_the_one_before_may() -> None:
    order = [Role.UPLOADER, Role.REVIEWER, Role.APPROVER, Role.ADMIN]
    for less, more in zip(order, order[1:], strict=False):
        assert ALLOWED[less] < ALLOWED[more]


def test_who_is_inactive_or_from_elsewhere_may_do_nothing(workspace: Workspace, admin: User, outsider: User) -> None:
    assert "manage" in actions_in(workspace, admin)
    assert not actions_in(workspace, outsider)
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert not actions_in(workspace, admin)
