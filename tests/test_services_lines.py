"""Tables that people edit: many cells at once, two people at a time, and what another reading leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from extraction import services
from extraction.models import AuditEvent, Correction, EditedTable, Invoice, InvoicePage, LineItem, Role, Status, User
from extraction.permissions import NotAllowed
from extraction.services.lines import RowChange, TableChanges, guides_apply, table_update

from .builders import make_page, make_reading
from .conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(make_invoice: Callable[..., Invoice]) -> Invoice:
    invoice = make_invoice(language="de")
    for position, (name, amount) in enumerate((("Bricks", "40.00"), ("Sand", "30.00"), ("Gravel", "30.00")), start=1):
        LineItem.objects.create(invoice=invoice, position=position, description=name, amount=Decimal(amount))
    return invoice


@pytest.fixture
def other(workspace: Any) -> User:
    return make_user("other@example.com", workspace, Role.REVIEWER)


def key(invoice: Invoice, name: str) -> UUID:
    return LineItem.objects.get(invoice=invoice, description=name).key


def edit(invoice: Invoice, user: User, *rows: RowChange, **rest: Any) -> services.TableUpdate:
    revision = rest.pop("revision", None)
    changes = TableChanges(rows, **rest)
    return table_update(invoice=invoice, user=user, name="line_items", changes=changes, revision=revision)


def names(invoice: Invoice) -> list[str]:
    return list(LineItem.objects.filter(invoice=invoice).values_list("description", flat=True))


def test_a_cell_is_parsed_by_the_invoices_language_and_recorded_as_a_correction(invoice: Invoice, reviewer: User):
    before = invoice.revision
    update = edit(invoice, reviewer, RowChange(key(invoice, "Sand"), {"amount": ("30.00", "1.234,50")}))
    row = LineItem.objects.get(invoice=invoice, description="Sand")
    assert row.amount == Decimal("1234.50")
    assert (row.confirmed_by, row.machine) == (reviewer, {"description": "Sand", "amount": "30.00"})
    correction = Correction.objects.get(invoice=invoice)
    assert (correction.field, correction.machine_value, correction.old_value, correction.new_value) == (
        "line_items.2.amount", "30.00", "30.00", "1234.50",
    )  # fmt: skip
    event = AuditEvent.objects.get(action="table_changed")
    assert event.detail == {"table": "line_items", "changed": 1, "added": 0, "deleted": 0, "moved": 0}
    assert (invoice.revision, update.table.revision) == (before + 1, 1)


def test_a_text_that_is_no_value_is_refused_and_the_others_are_taken(invoice: Invoice, reviewer: User):
    sand = key(invoice, "Sand")
    update = edit(
        invoice, reviewer, RowChange(sand, {"amount": ("30.00", "some"), "unit": ("", "kg"), "gtin": ("", "1" * 15)})
    )
    assert set(update.refused) == {(sand, "amount"), (sand, "gtin")}
    row = LineItem.objects.get(key=sand)
    assert (row.amount, row.unit) == (Decimal("30.00"), "kg")


@pytest.mark.parametrize(("column", "text", "value"), [
    ("tax_rate", "19 %", Decimal(19)), ("tax_rate", "", None), ("date", "14.03.2024", date(2024, 3, 14)),
    ("quantity", "1.2340", Decimal("1.234")), ("quantity", "-2", Decimal(-2)),
])  # fmt: skip
def test_cells_of_all_kinds(invoice: Invoice, reviewer: User, column: str, text: str, value: Any):
    sand = key(invoice, "Sand")
    edit(invoice, reviewer, RowChange(sand, {column: ("", text)}))
    assert getattr(LineItem.objects.get(key=sand), column) == value


def test_rows_are_added_deleted_and_put_in_another_order(invoice: Invoice, reviewer: User):
    new, bricks, sand, gravel = uuid4(), key(invoice, "Bricks"), key(invoice, "Sand"), key(invoice, "Gravel")
    edit(
        invoice, reviewer, RowChange(new, {"description": ("", "Lime")}, new=True, page=1, box=[0.1, 0.2, 0.3, 0.4]),
        deleted={sand: {"description": "Sand", "amount": "30.00"}}, order=[gravel, new, bricks],
    )  # fmt: skip
    assert names(invoice) == ["Gravel", "Lime", "Bricks"]
    assert [row.position for row in invoice.line_items.all()] == [1, 2, 3]
    assert LineItem.objects.get(key=new).page == 1
    fields = set(Correction.objects.values_list("field", flat=True))
    assert fields == {"line_items.4.description", "line_items.2"}


def test_what_is_sent_twice_is_done_once(invoice: Invoice, reviewer: User):
    change = RowChange(uuid4(), {"description": ("", "Lime"), "amount": ("", "5,00")}, new=True)
    gone = {key(invoice, "Sand"): {"description": "Sand"}}
    for _ in range(2):
        update = edit(invoice, reviewer, change, deleted=gone)
        assert (update.refused, update.conflicts) == ({}, [])
    assert names(invoice) == ["Bricks", "Gravel", "Lime"]
    assert EditedTable.objects.get(invoice=invoice).revision == 1


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(invoice: Invoice, reviewer: User, other: User):
    sand, bricks = key(invoice, "Sand"), key(invoice, "Bricks")
    edit(invoice, reviewer, RowChange(sand, {"amount": ("30.00", "31,00")}), revision=0)
    update = edit(
        invoice, other, RowChange(sand, {"amount": ("30.00", "32,00"), "unit": ("", "t")}),
        RowChange(bricks, {"amount": ("40.00", "41,00")}), deleted={sand: {"amount": "30.00"}}, revision=0,
    )  # fmt: skip
    assert update.stale
    assert update.conflicts == [(sand, "amount"), (sand, "")]
    row = LineItem.objects.get(key=sand)
    assert (row.amount, row.unit) == (Decimal("31.00"), "t")
    assert LineItem.objects.get(key=bricks).amount == Decimal("41.00")


def test_a_change_of_a_row_that_somebody_deleted_is_told(invoice: Invoice, reviewer: User, other: User):
    sand = key(invoice, "Sand")
    edit(invoice, reviewer, deleted={sand: {}})
    update = edit(invoice, other, RowChange(sand, {"amount": ("30.00", "32,00")}))
    assert update.conflicts == [(sand, "")]
    assert "Sand" not in names(invoice)


def test_a_row_that_somebody_added_keeps_its_place_in_anothers_order(invoice: Invoice, reviewer: User, other: User):
    order = [key(invoice, name) for name in ("Gravel", "Bricks", "Sand")]
    new = uuid4()
    keys = [key(invoice, "Bricks"), new, key(invoice, "Sand"), key(invoice, "Gravel")]
    edit(invoice, reviewer, RowChange(new, {"description": ("", "Lime")}, new=True), order=keys)
    edit(invoice, other, order=order)
    assert names(invoice) == ["Gravel", "Bricks", "Lime", "Sand"]


def test_problems_are_found_anew(invoice: Invoice, reviewer: User):
    sand = key(invoice, "Sand")
    cells = {"quantity": ("", "2"), "unit_price": ("", "10,00")}
    edit(invoice, reviewer, RowChange(sand, cells))
    assert [problem["code"] for problem in invoice.problems] == ["line_disagrees"]
    edit(invoice, reviewer, RowChange(sand, {"unit_price": ("10.00", "15,00")}))
    assert invoice.problems == []


def test_another_reading_leaves_the_tables_that_a_person_worked_on(invoice: Invoice, reviewer: User):
    from extraction.engine.record import LineItem as Line
    from extraction.engine.record import TaxLine as Tax

    edit(invoice, reviewer, RowChange(key(invoice, "Sand"), {"description": ("Sand", "Fine sand")}))
    services.invoice_retry(invoice=invoice, user=reviewer)
    token = services.invoice_claim(invoice_id=invoice.pk)
    assert token
    reading = make_reading(
        line_items=(Line(1, "Read anew"),), tax_breakdown=(Tax(Decimal(19), Decimal(100), Decimal(19)),)
    )
    services.invoice_store(invoice_id=invoice.pk, token=getattr(token, "token", token), reading=reading, images={})
    assert names(invoice) == ["Bricks", "Fine sand", "Gravel"]
    assert invoice.tax_lines.count() == 1


def test_a_file_is_not_divided_after_a_person_worked_on_its_lines(invoice: Invoice, reviewer: User):
    from extraction.services.storing import _may_split

    assert _may_split(invoice)
    edit(invoice, reviewer, RowChange(key(invoice, "Sand"), {"unit": ("", "kg")}))
    assert not _may_split(invoice)


def test_only_in_review_and_only_by_those_who_may(invoice: Invoice, reviewer: User, uploader: User, approver: User):
    change = RowChange(key(invoice, "Sand"), {"unit": ("", "kg")})
    with pytest.raises(NotAllowed):
        edit(invoice, uploader, change)
    services.invoice_approve(invoice=invoice, user=approver)
    with pytest.raises(services.InvalidState, match="approved"):
        edit(invoice, reviewer, change)
    assert invoice.status == Status.APPROVED


def test_a_table_has_a_longest_length(invoice: Invoice, reviewer: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("extraction.services.lines.MAX_ROWS", 3)
    with pytest.raises(services.InvalidValue, match="at most 3 rows"):
        edit(invoice, reviewer, RowChange(uuid4(), {"unit": ("", "kg")}, new=True))
    assert len(names(invoice)) == 3


@pytest.mark.parametrize("data", [
    {"rows": [{"key": "x", "cells": {}}]}, {"rows": [{"cells": {}}]}, {"rows": 7}, {"deleted": ["a"]}, {"order": ["x"]},
    {"rows": [{"key": str(uuid4()), "cells": {"amount": ["a"]}}]}, {"rows": [None]},
    {"rows": [{"key": str(uuid4()), "cells": {}, "page": 1, "box": [1, 2, 3, 4]}]},
])  # fmt: skip
def test_what_is_no_change_is_refused_with_words(data: Any):
    with pytest.raises(services.InvalidValue, match="Reload"):
        TableChanges.from_dict("line_items", data)


def test_guides_read_the_lines_and_are_remembered(invoice: Invoice, reviewer: User):
    page = make_page(1, "Bricks 40,00\nfired\nSand 30,00")
    lines = [[[w.text, *w.box.to_list(), w.confidence] for w in line.words] for line in page.lines]
    InvoicePage.objects.create(invoice=invoice, number=1, width=600, height=800, source="ocr", lines=lines)
    LineItem.objects.filter(description="Sand").update(page=1, box=[0.1, 0.2, 0.3, 0.23])
    guides = {"page": 1, "top": 0.05, "bottom": 0.9, "borders": [0.05, 0.19, 0.4], "columns": ["description", "amount"]}
    found = guides_apply(invoice=invoice, user=reviewer, data=guides)
    assert [(match, row.cells) for match, row in found] == [
        ("", {"description": "Bricks fired", "amount": "40.00"}),
        (str(key(invoice, "Sand")), {"description": "Sand", "amount": "30.00"}),
    ]
    assert EditedTable.objects.get(invoice=invoice).guides == guides
    assert names(invoice) == ["Bricks", "Sand", "Gravel"]
    with pytest.raises(services.InvalidValue, match="Draw the table again"):
        guides_apply(invoice=invoice, user=reviewer, data={**guides, "borders": [0.4, 0.3, 0.2]})


def test_a_person_chooses_the_columns_they_see(reviewer: User):
    services.columns_choose(user=reviewer, name="line_items", shown={"gtin": True})
    services.columns_choose(user=reviewer, name="line_items", shown={"unit": False})
    reviewer.refresh_from_db()
    assert reviewer.preferences["table_columns"] == {"line_items": {"gtin": True, "unit": False}}
    with pytest.raises(services.InvalidValue):
        services.columns_choose(user=reviewer, name="line_items", shown={"colour": True})
