"""The doubt sheet: what is on it, in which order, and what becomes of what is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from extraction import doubts
from extraction.models import FieldValue, Invoice, InvoicePage, Status, User, Workspace

SHEET = reverse("doubts")
Doubtful = Callable[..., Invoice]


@pytest.fixture
def doubtful(make_invoice: Callable[..., Invoice]) -> Doubtful:
    """An invoice whose gross total is doubtful, and nothing else."""

    def make(vendor: str = "Birch & Sons Ltd", confidence: float = 0.6, **options: Any) -> Invoice:
        invoice = make_invoice(vendor_name=vendor, **options)
        invoice.field_values.filter(name="gross_total").update(
            confidence=confidence, alternatives=[{"value": "100.00", "page": 1, "box": [0.5, 0.5, 0.6, 0.52]}]
        )
        return invoice

    return make


def shown(client: Client, query: str = "") -> list[tuple[str, str, str]]:
    """Vendor, field and value of each cell."""
    cells = client.get(SHEET + query).context["cells"]
    return [(cell.invoice.vendor_name, cell.view.name, cell.view.value) for cell in cells]


def send(client: Client, *changes: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(reverse("doubts-settle"), json.dumps({"changes": changes}), "application/json")
    assert answer.status_code == 200
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def confirm(doubted: Invoice, **more: Any) -> dict[str, Any]:
    whole = {"invoice": doubted.pk, "field": "gross_total", "act": "confirm", "seen": "119.00", "stamp": ""}
    return whole | more


def test_only_doubtful_values_of_invoices_to_review_are_on_it(web: Client, doubtful: Doubtful) -> None:
    doubtful()
    doubtful("Sure Ltd", confidence=0.95)
    doubtful("Held Ltd", held_at=timezone.now())
    doubtful("Done Ltd", status=Status.APPROVED)
    doubtful("Gone Ltd", deleted_at=timezone.now())
    assert shown(web) == [("Birch & Sons Ltd", "gross_total", "119.00")]


def test_the_kind_with_most_doubts_comes_first_and_opens(web: Client, doubtful: Doubtful) -> None:
    for vendor in ("B", "A"):
        doubtful(vendor)
    FieldValue.objects.filter(name="issue_date", invoice__vendor_name="A").update(confidence=0.5)
    answer = web.get(SHEET)
    assert [(tab.name, tab.count) for tab in answer.context["tabs"]] == [("gross_total", 2), ("issue_date", 1)]
    assert [cell.invoice.vendor_name for cell in answer.context["cells"]] == ["A", "B"]
    assert shown(web, "?field=issue_date") == [("A", "issue_date", "2024-03-14")]


def test_the_most_doubtful_can_come_first(web: Client, doubtful: Doubtful) -> None:
    for vendor, confidence in (("A", 0.7), ("B", 0.2), ("C", 0.5)):
        doubtful(vendor, confidence)
    assert [vendor for vendor, *_ in shown(web, "?field=gross_total&by=doubt")] == ["B", "C", "A"]


@pytest.mark.parametrize("by", ["", "doubt"])
def test_sheets_follow_one_another_without_gaps(
    web: Client, doubtful: Doubtful, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setattr("extraction.views.doubts.PER_SHEET", 2)
    monkeypatch.setattr(doubts, "PER_SHEET", 2)
    for number in range(5):
        doubtful(f"Vendor & Co {number // 3}", 0.1 + number // 2 / 10)
    query, seen, sheets = f"?field=gross_total&by={by}", [], 0
    while query != "?None":
        answer = web.get(SHEET + query)
        seen += [cell.invoice.pk for cell in answer.context["cells"]]
        query, sheets = f"?{answer.context['next']}", sheets + 1
    assert sheets == 3
    assert sorted(seen) == sorted(Invoice.objects.values_list("pk", flat=True))


def test_required_values_that_were_not_found_have_their_own_sheet(web: Client, make_invoice: Any) -> None:
    empty = make_invoice(values={"vendor_name": "Birch"})
    make_invoice()
    assert shown(web, "?field=missing") == [
        ("Birch", "issue_date", ""), ("Birch", "currency", ""), ("Birch", "gross_total", ""),
    ]  # fmt: skip
    send(web, {"invoice": empty.pk, "field": "currency", "act": "correct", "seen": "", "stamp": "", "text": ""})
    assert [name for _, name, _ in shown(web, "?field=missing")] == ["issue_date", "gross_total"]


def test_a_workspace_says_itself_what_must_not_be_missing(web: Client, make_invoice: Any, workspace: Workspace) -> None:
    workspace.required_fields = ["gross_total", "purchase_order"]
    workspace.save()
    invoice = make_invoice(values={"vendor_name": "Birch", "gross_total": Decimal(5)})
    assert shown(web, "?field=missing") == [("Birch", "purchase_order", "")]
    order = {
        "invoice": invoice.pk,
        "field": "purchase_order",
        "act": "correct",
        "seen": "",
        "stamp": "",
        "text": "4711",
    }
    assert send(web, order)[0]["outcome"] == "saved"
    assert shown(web, "?field=missing") == []


def test_nobody_misses_the_values_of_what_is_no_invoice(web: Client, make_invoice: Any) -> None:
    make_invoice(values={}, problems=[{"code": "not_an_invoice", "fields": [], "message": "A letter."}])
    assert shown(web, "?field=missing") == []


def test_an_empty_sheet_says_so(web: Client) -> None:
    assert "No doubtful values" in web.get(SHEET).content.decode()


@pytest.mark.parametrize("query", ["?field=nonsense", "?field=nonsense&after=1&pk=1"])
def test_a_kind_that_does_not_exist_is_not_found(web: Client, query: str) -> None:
    assert web.get(SHEET + query).status_code == 404


@pytest.mark.parametrize("query", ["&by=doubt&after=abc&pk=1", "&by=doubt&after=nan&pk=1", "&after=x&pk=" + "9" * 30])
def test_an_address_that_makes_no_sense_starts_anew(web: Client, doubtful: Doubtful, query: str) -> None:
    doubtful()
    assert len(shown(web, "?field=gross_total" + query)) == 1


def test_who_may_not_correct_sees_nothing_and_settles_nothing(
    doubtful: Doubtful, browse: Callable[[User], Client], uploader: User
) -> None:
    invoice = doubtful()
    client = browse(uploader)
    assert shown(client) == []
    assert send(client, confirm(invoice))[0]["outcome"] == "refused"


def test_an_outsider_settles_nothing(doubtful: Doubtful, browse: Callable[[User], Client], outsider: User) -> None:
    invoice = doubtful()
    (result,) = send(browse(outsider), confirm(invoice))
    assert result["outcome"] == "refused"
    assert "value" not in result
    assert FieldValue.objects.get(invoice=invoice, name="gross_total").human_value is None


def test_many_changes_are_settled_each_for_itself(web: Client, doubtful: Doubtful) -> None:
    one, two, three = doubtful("A"), doubtful("B"), doubtful("C")
    results = send(
        web,
        confirm(one),
        confirm(two, act="correct", text="1.200,50"),
        confirm(three, act="correct", text="about a hundred"),
        confirm(three, seen="118.00"),
        confirm(one, invoice=10**30),
        {"invoice": "1"},
    )
    assert [result["outcome"] for result in results] == ["saved", "saved", "invalid", "changed", "refused", "refused"]
    assert [result.get("value") for result in results[:4]] == ["119.00", "1200.50", "119.00", "119.00"]
    assert results[0]["clear"] is True
    assert results[2]["message"]


def test_a_value_can_be_taken_back_with_the_stamp_of_the_answer(web: Client, doubtful: Doubtful) -> None:
    invoice = doubtful()
    (saved,) = send(web, confirm(invoice))
    (back,) = send(web, confirm(invoice, act="reset", seen=saved["value"], stamp=saved["stamp"]))
    assert (back["outcome"], back["settled"], back["stamp"], back["clear"]) == ("saved", False, "", False)
    assert len(shown(web)) == 1


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{}", '{"changes": 1}', "{" * 999, json.dumps({"changes": [{}] * 201})]
)
def test_what_cannot_be_understood_is_answered_with_a_sentence(web: Client, body: str) -> None:
    answer = web.post(reverse("doubts-settle"), body, "application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_crop_is_a_small_picture_that_the_browser_keeps(
    web: Client, doubtful: Doubtful, add_page: Callable[..., InvoicePage]
) -> None:
    invoice = doubtful()
    add_page(invoice)
    (cell,) = web.get(SHEET).context["cells"]
    for address in (cell.crop, cell.choices[0]["crop"], cell.crop.partition("?")[0]):
        answer = web.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert "immutable" in answer["Cache-Control"]
        assert Image.open(BytesIO(answer.content)).width > 0


def test_a_value_without_a_place_shows_where_the_same_one_stands(
    web: Client, doubtful: Doubtful, add_page: Callable[..., InvoicePage]
) -> None:
    invoice = doubtful()
    add_page(invoice)
    invoice.field_values.filter(name="gross_total").update(page=None, box=None)
    invoice.field_values.filter(name="net_total").update(machine_value="119.00", box=[0.3, 0.4, 0.5, 0.6])
    (cell,) = web.get(SHEET).context["cells"]
    assert "box=0.3000,0.4000,0.5000,0.6000" in cell.crop
    assert FieldValue.objects.get(invoice=invoice, name="gross_total").box is None


def test_there_is_no_crop_outside_the_page_or_of_a_lost_picture(
    web: Client, doubtful: Doubtful, add_page: Callable[..., InvoicePage]
) -> None:
    invoice = doubtful()
    page = add_page(invoice)
    address = reverse("page-crop", args=[invoice.pk, 1])
    assert web.get(address, {"box": "0,0,9,9"}).status_code == 404
    page.image.storage.delete(page.image.name)
    assert web.get(address).status_code == 404


def test_an_e_invoice_without_pages_shows_its_value(web: Client, doubtful: Doubtful) -> None:
    doubtful(source="e_invoice")
    text = web.get(SHEET).content.decode()
    assert "An e-invoice: data without a picture" in text
    assert "119.00" in text


def test_the_number_of_queries_does_not_grow_with_the_values(
    web: Client, doubtful: Doubtful, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        doubtful(f"Vendor {number}")
    with django_assert_max_num_queries(15):
        assert len(web.get(SHEET).context["cells"]) == 12
