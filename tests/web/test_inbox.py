from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from extraction import services
from extraction.models import FieldValue, Invoice, InvoicePage, Membership, Role, Status, User, Workspace
from tests.builders import VALUES


def rows(client: Client, **query: Any) -> list[int]:
    """Ids of the documents, in the order of the page."""
    page = client.get(reverse("inbox"), query).content.decode()
    return [int(pk) for pk in re.findall(r'<tr role="row" id="invoice-(\d+)"', page)]


def texts(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_an_empty_inbox_says_what_to_do_and_offers_the_samples(web: Client) -> None:
    page = web.get(reverse("inbox")).content.decode()
    assert "Drop your first invoices here" in page
    assert reverse("samples") in page


def test_the_samples_are_queued_once(web: Client, workspace: Any) -> None:
    answer = web.post(reverse("samples"), follow=True)
    assert "sample documents are being read" in answer.content.decode()
    count = Invoice.objects.filter(workspace=workspace, status=Status.QUEUED).count()
    assert count >= 5
    web.post(reverse("samples"))
    assert Invoice.objects.filter(workspace=workspace).count() == count


def test_it_filters_by_state_with_counts(make_invoice: Callable[..., Invoice], web: Client) -> None:
    ids = {status: make_invoice(status=status).pk for status in Status.values}
    assert set(rows(web)) == set(ids.values())
    assert rows(web, status="failed") == [ids["failed"]]
    assert set(rows(web, status="working")) == {ids["queued"], ids["reading"]}
    page = texts(web.get(reverse("inbox"), {"status": "review"}).content.decode())
    assert "All 7" in page
    assert "In progress 2" in page
    assert "To review 1" in page


def test_an_address_it_does_not_understand_shows_everything(make_invoice: Callable[..., Invoice], web: Client) -> None:
    pk = make_invoice().pk
    assert rows(web, status="nonsense", sort="-nothing", page="abc") == [pk]


@pytest.mark.parametrize("search", ["birch", "SCAN_7", "N-77", "4711", "48213.07", "warehouse", "birch warehouse"])
def test_it_searches_names_numbers_amounts_and_words_of_the_pages(
    make_invoice: Callable[..., Invoice], add_page: Callable[..., InvoicePage], web: Client, search: str
) -> None:
    values = VALUES | {"invoice_number": "N-77-4711", "gross_total": Decimal("48213.07")}
    found = make_invoice(file_name="scan_7.pdf", values=values)
    add_page(found, text="Delivered to the warehouse")
    make_invoice(file_name="other.pdf", values=VALUES | {"vendor_name": "Somebody else"})
    assert rows(web, q=search) == [found.pk]


def test_a_search_without_result_says_what_was_searched(make_invoice: Callable[..., Invoice], web: Client) -> None:
    make_invoice()
    page = web.get(reverse("inbox"), {"q": "<zzz>"}).content.decode()
    assert "Nothing found for “&lt;zzz&gt;”" in page


def test_it_sorts_by_vendor_date_and_total_with_what_is_unknown_last(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    a = make_invoice(values=VALUES | {"vendor_name": "A", "issue_date": date(2024, 5, 1), "gross_total": Decimal(900)})
    b = make_invoice(values=VALUES | {"vendor_name": "B", "issue_date": date(2024, 1, 1), "gross_total": Decimal(90)})
    none = make_invoice(status=Status.QUEUED)
    assert rows(web, sort="date") == [b.pk, a.pk, none.pk]
    assert rows(web, sort="-date") == [a.pk, b.pk, none.pk]
    assert rows(web, sort="-total") == [a.pk, b.pk, none.pk]
    assert rows(web, sort="-vendor")[:2] == [b.pk, a.pk]


def test_it_shows_fifty_a_page_and_keeps_the_filter_while_turning(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    made = [make_invoice().pk for _number in range(53)]
    assert rows(web, status="review") == made[:2:-1]
    assert rows(web, status="review", page=2) == made[2::-1]
    assert "status=review&amp;page=2" in web.get(reverse("inbox"), {"status": "review"}).content.decode()


def test_problems_and_doubts_are_counted_beside_the_document(make_invoice: Callable[..., Invoice], web: Client) -> None:
    problem = {"code": "totals_disagree", "fields": ["gross_total"], "message": "They disagree."}
    invoice = make_invoice(problems=[problem])
    FieldValue.objects.filter(invoice=invoice, name__in=["gross_total", "issue_date"]).update(confidence=0.61)
    page = texts(web.get(reverse("inbox")).content.decode())
    assert "1 problem" in page
    assert "2 to check" in page
    FieldValue.objects.filter(invoice=invoice).update(human_value="x")
    assert "to check" not in texts(web.get(reverse("inbox")).content.decode())


def test_a_locked_pdf_leads_to_where_its_password_is_typed(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.FAILED, error_code="encrypted_pdf", error_message="Locked.", file_name="a.pdf")
    page = web.get(reverse("inbox")).content.decode()
    assert f'href="{reverse("review", args=[invoice.pk])}" aria-label="Type the password of a.pdf"' in page
    assert reverse("retry", args=[invoice.pk]) not in page, "reading it again as it is cannot help"


def test_a_failed_document_shows_why_and_can_be_retried(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.FAILED)
    assert "This file is damaged." in web.get(reverse("inbox")).content.decode()
    answer = web.post(reverse("retry", args=[invoice.pk]), headers={"HX-Request": "true"})
    assert answer["HX-Trigger"] == "refresh"
    invoice.refresh_from_db()
    assert invoice.status == Status.QUEUED


def test_it_polls_only_while_something_is_waiting_or_being_read(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    waiting = make_invoice(status=Status.QUEUED)
    make_invoice(status=Status.REVIEW)
    page = web.get(reverse("inbox")).content.decode()
    assert f'hx-get="{reverse("live")}?id={waiting.pk}:queued-0-0&amp;"' in page
    Invoice.objects.filter(pk=waiting.pk).update(status=Status.FAILED, error_code="x", error_message="Do this.")
    live = web.get(reverse("live"), {"id": waiting.pk}).content.decode()
    assert "hx-trigger" not in live.split("</div>")[0]
    assert f'<tr role="row" id="invoice-{waiting.pk}" hx-swap-oob="true" data-status="failed"' in live
    assert "Do this." in live


def test_only_rows_with_news_are_sent_and_all_that_wait_are_asked_about_again(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    calm, busy = make_invoice(status=Status.QUEUED), make_invoice(status=Status.READING, page_count=5, pages_done=3)
    asked = {"id": [f"{calm.pk}:queued-0-0", f"{busy.pk}:reading-2-5"]}
    live = web.get(reverse("live"), asked).content.decode()
    assert f'id="invoice-{busy.pk}"' in live
    assert f'id="invoice-{calm.pk}"' not in live
    assert f"id={calm.pk}:queued-0-0&amp;id={busy.pk}:reading-3-5" in live


def test_ids_that_no_database_holds_are_passed_over(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    live = web.get(reverse("live"), {"id": ["9" * 30, "-1", "x", invoice.pk]})
    assert f'id="invoice-{invoice.pk}"' in live.content.decode()


def test_a_document_that_is_being_read_shows_its_page(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.READING, page_count=5, pages_done=2)
    assert "page 2 of 5" in web.get(reverse("inbox")).content.decode()
    assert "page 2 of 5" in web.get(reverse("review", args=[invoice.pk])).content.decode()


def test_reading_can_be_cancelled_in_the_list(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.READING)
    assert reverse("cancel", args=[invoice.pk]) in web.get(reverse("inbox")).content.decode()
    answer = web.post(reverse("cancel", args=[invoice.pk]), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Trigger"]) == (204, "refresh")
    page = web.get(reverse("inbox")).content.decode()
    assert "The reading was cancelled." in page
    assert "Cancelled</span>" in page
    assert "data-pick title" not in page  # nothing is wrong with the file


def test_delete_offers_undo_and_undo_brings_it_back(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    page = web.post(reverse("delete", args=[invoice.pk]), follow=True).content.decode()
    assert f"Deleted {invoice.file_name}." in page
    assert reverse("restore", args=[invoice.pk]) in page
    assert rows(web) == []
    web.post(reverse("restore", args=[invoice.pk]))
    assert rows(web) == [invoice.pk]


def test_each_row_offers_what_the_persons_role_in_its_workspace_allows(
    make_invoice: Callable[..., Invoice], browse: Callable[[User], Client], uploader: User
) -> None:
    other = Workspace.objects.create(name="Other")
    Membership.objects.create(workspace=other, user=uploader, role=Role.REVIEWER)
    theirs, ours = make_invoice(workspace=other), make_invoice()
    client = browse(uploader)
    page = client.get(reverse("inbox")).content.decode()
    services.workspace_choose(user=uploader, workspace=other)
    page += client.get(reverse("inbox")).content.decode()
    assert reverse("delete", args=[theirs.pk]) in page
    assert reverse("delete", args=[ours.pk]) not in page


def test_for_htmx_it_sends_the_list_only_and_with_it_the_messages(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    invoice = make_invoice()
    web.post(reverse("delete", args=[invoice.pk]), headers={"HX-Request": "true"})
    answer = web.get(reverse("inbox"), headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert reverse("restore", args=[invoice.pk]) in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_a_name_made_to_be_a_script_is_only_text(make_invoice: Callable[..., Invoice], web: Client) -> None:
    values = VALUES | {"vendor_name": "<script>alert(1)</script>"}
    invoice = make_invoice(file_name='"><img src=x onerror=alert(1)>.pdf', values=values)
    for address in (reverse("inbox"), reverse("review", args=[invoice.pk])):
        page = web.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_it_asks_the_database_no_more_for_fifty_documents_than_for_five(
    make_invoice: Callable[..., Invoice], web: Client, django_assert_max_num_queries: Any, reviewer: User
) -> None:
    for _number in range(50):
        make_invoice()
    with django_assert_max_num_queries(15):
        web.get(reverse("inbox"))
