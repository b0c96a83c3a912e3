"""The tables of the review page as addresses: what is sent, what is answered, and who may."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from extraction.models import EditedTable, Invoice, InvoicePage, LineItem, Status, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(make_invoice: Callable[..., Invoice]) -> Invoice:
    invoice = make_invoice()
    LineItem.objects.create(invoice=invoice, position=1, description="Sand", quantity=2, unit_price=5, amount=10)
    return invoice


def send(client: Client, name: str, *where: Any, **data: Any) -> HttpResponse:
    address = reverse(name, args=where)
    headers = {"Accept": "application/json"}
    return client.post(address, json.dumps(data), content_type="application/json", headers=headers)  # type: ignore[return-value]


def row(invoice: Invoice, **cells: list[str]) -> dict[str, Any]:
    return {"key": str(LineItem.objects.get(invoice=invoice).key), "cells": cells}


def test_the_answer_has_the_rows_that_are_different_now_and_the_problems(web: Client, invoice: Invoice):
    answer = send(web, "table-save", invoice.pk, "line_items", rows=[row(invoice, amount=["10.00", "12"])], revision=0)
    told = answer.json()
    assert answer.status_code == 200
    assert told["revision"] == 1
    assert [saved["cells"]["amount"] for saved in told["saved"]] == ["12.00"]
    assert (told["refused"], told["conflicts"]) == ([], [])
    assert "rows" not in told
    assert "Line 1: 2 x 5 is not 12.00." in told["problems"]
    assert 'id="problems"' in told["problems"]


def test_a_table_that_others_changed_is_answered_whole(
    web: Client, browse: Callable[[User], Client], reviewer: User, invoice: Invoice
):
    send(web, "table-save", invoice.pk, "line_items", rows=[row(invoice, amount=["10.00", "12"])], revision=0)
    mine = row(invoice, amount=["10.00", "13"])
    told = send(browse(reviewer), "table-save", invoice.pk, "line_items", rows=[mine], revision=0).json()
    assert told["conflicts"] == [[mine["key"], "amount"]]
    assert told["rows"][0]["cells"]["amount"] == "12.00"
    assert told["rows"][0]["by"] == "approver@example.com"


def test_refusals_come_with_words(web: Client, browse: Callable[[User], Client], uploader: User, invoice: Invoice):
    change = row(invoice, amount=["10.00", "12"])
    told = send(browse(uploader), "table-save", invoice.pk, "line_items", rows=[change])
    assert (told.status_code, "does not include this" in told.json()["error"]) == (403, True)
    told = send(web, "table-save", invoice.pk, "line_items", rows=[{"key": "x"}])
    assert (told.status_code, "Reload" in told.json()["error"]) == (422, True)
    assert send(web, "table-save", invoice.pk, "other", rows=[]).status_code == 404
    assert web.post(reverse("table-save", args=[invoice.pk, "line_items"]), "no", "text/plain").status_code == 404
    Invoice.objects.filter(pk=invoice.pk).update(status=Status.FAILED, error_code="internal_error")
    assert send(web, "table-save", invoice.pk, "line_items", rows=[change]).status_code == 409


def test_an_odd_revision_or_a_lone_surrogate_breaks_nothing(web: Client, invoice: Invoice):
    change = row(invoice, description=["Sand", "Fine\x00 \ud800 sand"])
    for revision in ("x", None, [1], 10**30):
        told = send(web, "table-save", invoice.pk, "line_items", rows=[change], revision=revision)
        assert told.status_code == 200
    assert LineItem.objects.get(invoice=invoice).description.startswith("Fine")


def test_guides_are_proposed_previewed_and_offered_for_the_vendors_next_invoice(
    web: Client, invoice: Invoice, add_page: Callable[..., InvoicePage], make_invoice: Callable[..., Invoice]
):
    add_page(invoice, text="Sand 10.00\nLime 7.00")
    assert web.get(reverse("guides", args=[invoice.pk])).json() == {"guides": None, "from": "engine"}
    guides = {"page": 1, "top": 0.05, "bottom": 0.9, "borders": [0.05, 0.19, 0.4], "columns": ["description", "amount"]}
    rows = send(web, "guides-preview", invoice.pk, **guides).json()["rows"]
    assert [found["cells"] for found in rows] == [
        {"description": "Sand", "amount": "10.00"},
        {"description": "Lime", "amount": "7.00"},
    ]
    assert rows[0]["place"].startswith("1 0.1 ")
    assert LineItem.objects.filter(invoice=invoice).count() == 1
    assert web.get(reverse("guides", args=[invoice.pk])).json() == {"guides": guides, "from": "own"}
    later = make_invoice()
    add_page(later)
    assert web.get(reverse("guides", args=[later.pk])).json() == {"guides": guides, "from": "vendor"}
    assert send(web, "guides-preview", invoice.pk, **{**guides, "columns": ["", ""]}).status_code == 422


def test_the_page_shows_columns_that_hold_something_or_that_the_person_wants(
    web: Client, approver: User, invoice: Invoice
):
    def hidden(column: str) -> bool:
        page = web.get(reverse("review", args=[invoice.pk])).content.decode()
        head = page.split(f'data-column="{column}"')[1].split(">")[0]
        return "hidden" in head

    assert (hidden("amount"), hidden("unit"), hidden("gtin")) == (False, True, True)
    LineItem.objects.update(unit="t")
    assert send(web, "table-columns", "line_items", gtin=True, tax_rate=False).status_code == 204
    assert (hidden("unit"), hidden("gtin"), hidden("tax_rate")) == (False, False, True)
    assert send(web, "table-columns", "line_items", colour=True).status_code == 422
    assert send(web, "table-columns", "other").status_code == 404


def test_the_table_stands_in_the_page_without_scripts_and_its_texts_are_escaped(web: Client, invoice: Invoice):
    LineItem.objects.update(description="<b>Sand</b>")
    page = web.get(reverse("review", args=[invoice.pk])).content.decode()
    assert "&lt;b&gt;Sand&lt;/b&gt;" in page
    assert "<b>Sand" not in page


def test_a_long_table_is_saved_with_few_queries(
    web: Client, invoice: Invoice, django_assert_max_num_queries: Callable[..., Any]
):
    LineItem.objects.bulk_create(LineItem(invoice=invoice, position=n, amount=1) for n in range(2, 301))
    new = [{"key": str(uuid4()), "cells": {"amount": ["", "1"]}, "new": True} for _ in range(50)]
    with django_assert_max_num_queries(36):
        assert send(web, "table-save", invoice.pk, "line_items", rows=new, revision=0).status_code == 200
    assert EditedTable.objects.get(invoice=invoice).revision == 1
