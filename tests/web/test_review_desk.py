"""What the review page offers beside its fields: doubt first, sums worked out, previews, history, conflicts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from extraction import services
from extraction.models import FieldValue, Invoice, InvoicePage, Status, User
from tests.builders import VALUES

from .test_review import HX, page_of, save, set_field

Make = Callable[..., Invoice]


def order_of(page: str) -> list[str]:
    return re.findall(r'data-field="(\w+)"', page)


def test_what_needs_a_look_comes_first_and_the_worst_of_it_on_top(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice(values={name: value for name, value in VALUES.items() if name != "currency"})
    set_field(invoice, "net_total", confidence=0.7)
    set_field(invoice, "invoice_number", confidence=0.3)
    invoice.problems = [{"code": "due_before_issue", "fields": ["issue_date"], "message": "The due date is before."}]
    invoice.save()
    page = page_of(web, invoice)
    assert "4 values to check" in page
    assert order_of(page)[:4] == ["currency", "invoice_number", "net_total", "issue_date"]
    assert len(order_of(page)) == len(set(order_of(page)))


def test_the_order_of_the_catalogue_can_be_chosen_for_good(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice()
    set_field(invoice, "gross_total", confidence=0.3)
    assert order_of(page_of(web, invoice))[0] == "gross_total"
    web.post(reverse("field-order"), {"order": "plain"})
    assert order_of(page_of(web, invoice))[0] == "document_type"
    web.post(reverse("field-order"), {"order": "nonsense"})
    assert order_of(page_of(web, invoice))[0] == "gross_total"


def test_what_a_person_settled_needs_no_look_any_more(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice()
    set_field(invoice, "gross_total", confidence=0.3, human_value="119.00")
    assert "Nothing to check" in page_of(web, invoice)


def test_the_workspace_may_require_more_fields(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice()
    invoice.workspace.required_fields = ["due_date"]
    invoice.workspace.save()
    assert order_of(page_of(web, invoice))[0] == "due_date"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("issue_date", "14.03.24", {"value": "2024-03-14"}),
        ("gross_total", "1.234,50 €", {"value": "1234.50"}),
        ("vendor_name", "Birch  & Sons", {"value": "Birch & Sons"}),
    ],
)
def test_what_a_text_would_become_is_told_and_not_saved(
    make_invoice: Make, web: Client, name: str, text: str, said: dict[str, str]
) -> None:
    invoice = make_invoice()
    answer = web.get(reverse("field-preview", args=[invoice.pk, name]), {"text": text})
    assert answer.json() == said
    assert not FieldValue.objects.filter(human_value__isnull=False).exists()


def test_why_a_text_is_no_value_is_told(make_invoice: Make, web: Client) -> None:
    answer = web.get(reverse("field-preview", args=[make_invoice().pk, "issue_date"]), {"text": "Total"})
    assert "Enter one date" in answer.json()["error"]


def test_a_sum_that_does_not_hold_is_worked_out_with_what_would_repair_it(
    make_invoice: Make, web: Client, add_page: Callable[..., InvoicePage]
) -> None:
    invoice = make_invoice()
    add_page(invoice, text="Net 100,00\nTax 19,00\nTotal 119,00")
    page = save(web, invoice, "gross_total", value="191.00").content.decode()
    worked = page.split('class="sum"')[1].split("</table>")[0]
    for words in ("100.00", "19.00", "119.00", "191.00", "72.00"):
        assert words in worked
    assert re.search(r'class="odd">(?:(?!</tr>).)*Gross total', worked, re.DOTALL)
    offers = re.findall(r'data-take="(\w+)" data-value="([^"]+)"', page)
    assert offers == [("gross_total", "119.00"), ("net_total", "172.00"), ("tax_total", "91.00")]
    assert page.count(">printed<") == 1
    save(web, invoice, "gross_total", value="119.00")
    assert 'class="sum"' not in page_of(web, invoice)


def test_what_is_paid_is_taken_off_in_the_sum(make_invoice: Make, web: Client) -> None:
    paid = {"amount_paid": Decimal("-19.00"), "amount_due": Decimal("90.00")}
    invoice = make_invoice(values=VALUES | paid)
    page = save(web, invoice, "amount_due", value="91.00").content.decode()
    assert ("amount_due", "100.00") in re.findall(r'data-take="(\w+)" data-value="([^"]+)"', page)


def test_a_duplicate_leads_to_the_other_document(make_invoice: Make, web: Client) -> None:
    other = make_invoice(values=VALUES)
    invoice = make_invoice(values=VALUES | {"invoice_number": "elsewhere"})
    page = save(web, invoice, "invoice_number", value="2024-0117").content.decode()
    assert "may be the same invoice" in page
    assert re.search(rf'href="[^"]*/invoices/({other.pk}|{invoice.pk}/duplicates)/"', page)


def test_a_changed_bank_account_stands_out_and_comes_first(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice()
    invoice.problems = [
        {"code": "date_too_old", "fields": ["issue_date"], "message": "Too old."},
        {"code": "bank_details_changed", "fields": ["iban"], "message": "Another bank account."},
    ]
    invoice.save()
    page = page_of(web, invoice)
    assert page.index("Another bank account.") < page.index("Too old.")
    assert 'class="notice bad loud"' in page


def test_the_second_of_two_editors_is_told_what_the_first_wrote(
    make_invoice: Make, web: Client, reviewer: User
) -> None:
    invoice = make_invoice()
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="150")
    answer = save(web, invoice, "gross_total", value="160", base="119.00")
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "<b>reviewer@example.com</b> changed this to “150”" in text
    assert "you typed “160”" in text
    assert FieldValue.objects.get(invoice=invoice, name="gross_total").value == "150"
    assert save(web, invoice, "gross_total", value="160", base="150").status_code == 200


def test_without_scripts_a_conflict_is_told_on_the_page(make_invoice: Make, web: Client, reviewer: User) -> None:
    invoice = make_invoice()
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="150")
    address = reverse("field-save", args=[invoice.pk, "gross_total"])
    page = web.post(address, {"value": "160", "base": "119.00"})
    assert page.status_code == 409
    assert "Keep mine" in page.content.decode()
    web.post(address, {"value": "160", "base": ["119.00", "150"]})  # the button's value comes last
    assert FieldValue.objects.get(invoice=invoice, name="gross_total").value == "160"


def test_approving_what_others_changed_meanwhile_shows_the_changes_first(
    make_invoice: Make, web: Client, reviewer: User
) -> None:
    invoice = make_invoice()
    seen = re.search(r'name="seen" value="(\d+)"', page_of(web, invoice))
    assert seen
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="150")
    approve = reverse("approve", args=[invoice.pk]) + "?status=review"
    answer = web.post(approve, {"seen": seen[1]}, follow=True)
    page = answer.content.decode()
    assert "<b>reviewer@example.com</b> changed Gross total from 119.00 to <b>150</b>" in page
    again = re.search(r'name="seen" value="(\d+)"', page)
    assert again
    web.post(approve, {"seen": again[1]})
    invoice.refresh_from_db()
    assert invoice.status == Status.APPROVED


def test_a_script_is_told_where_to_go_after_an_approval(make_invoice: Make, web: Client, reviewer: User) -> None:
    first, second = make_invoice(), make_invoice()
    asked = {"Accept": "application/json"}
    services.field_correct(invoice=second, user=reviewer, name="gross_total", text="150")
    approve = reverse("approve", args=[second.pk])
    shown = reverse("review", args=[second.pk])
    assert web.post(approve, {"seen": "0"}, headers=asked).json() == {"next": f"{shown}?changed=0"}
    assert web.post(approve, headers=asked).json() == {"next": reverse("review", args=[first.pk])}
    refused = web.post(approve, headers=asked)
    assert refused.status_code == 409
    assert "cannot be approved" in refused.json()["error"]


@pytest.mark.parametrize("junk", ["x", "-1", "9" * 30, "²"])
def test_a_junk_number_of_what_was_seen_does_no_harm(make_invoice: Make, web: Client, junk: str) -> None:
    invoice = make_invoice()
    assert web.get(reverse("review", args=[invoice.pk]), {"changed": junk}).status_code == 200
    assert web.post(reverse("approve", args=[invoice.pk]), {"seen": junk}).status_code == 302


def test_the_history_tells_who_changed_what_and_what_was_read(make_invoice: Make, web: Client, reviewer: User) -> None:
    invoice = make_invoice()
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="150")
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="119.00", as_read=True)
    page = web.get(reverse("field-history", args=[invoice.pk, "gross_total"]), headers=HX).content.decode()
    assert "<b>reviewer@example.com</b> changed 119.00 to <b>150</b>" in page
    assert "read as <b>119.00</b>, 90 % sure: right of its label" in page
    assert web.get(reverse("field-history", args=[invoice.pk, "nothing"])).status_code == 404


def test_the_next_documents_pages_are_named_for_the_browser(
    make_invoice: Make, web: Client, add_page: Callable[..., InvoicePage]
) -> None:
    first, second = make_invoice(), make_invoice()
    for number in (1, 2, 3):
        add_page(first, number)
    ahead = re.search(r'data-ahead="([^"]*)"', page_of(web, second))
    assert ahead
    names = ahead[1].split()
    assert len(names) == 4
    assert all(web.get(name.replace("&amp;", "&")).status_code == 200 for name in names)


def test_pictures_of_pages_are_kept_by_the_browser(
    make_invoice: Make, web: Client, add_page: Callable[..., InvoicePage]
) -> None:
    invoice = make_invoice()
    add_page(invoice)
    assert "immutable" in web.get(reverse("page-image", args=[invoice.pk, 1]))["Cache-Control"]


def queries(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        act()
    return len(asked)


def test_more_fields_and_pages_ask_the_database_no_more_often(
    make_invoice: Make, web: Client, add_page: Callable[..., InvoicePage]
) -> None:
    small, large = make_invoice(values={"vendor_name": "Elm"}), make_invoice()
    for number in range(1, 6):
        add_page(large, number)
    FieldValue.objects.filter(invoice=large).update(confidence=0.4)
    page_of(web, small)
    assert queries(lambda: page_of(web, large)) <= queries(lambda: page_of(web, small)) + 1
    assert queries(lambda: page_of(web, large)) < 32
    assert queries(lambda: save(web, large, "gross_total", value="119.00")) < 30


def test_what_was_read_long_ago_names_its_time(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice(read_at=timezone.now() - timedelta(days=400))
    page = web.get(reverse("field-history", args=[invoice.pk, "due_date"])).content.decode()
    assert "not found on the document" in page


def test_two_people_at_one_document_are_told_of_each_other(
    make_invoice: Make, web: Client, browse: Callable[[User], Client], reviewer: User, approver: User
) -> None:
    invoice = make_invoice()
    address = reverse("presence", args=[invoice.pk])
    assert browse(reviewer).post(address, {"seen": "0"}).json() == {"words": "", "newer": False}
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="150")
    told = web.post(address, {"seen": "0"}).json()
    assert told == {"words": "reviewer@example.com is looking at this too.", "newer": True}
