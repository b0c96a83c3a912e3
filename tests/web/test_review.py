from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from extraction.engine.fields import FIELDS
from extraction.models import Correction, FieldValue, Invoice, InvoicePage, LineItem, Status, TaxLine, User
from extraction.templatetags.ui import percent, time_left

HX = {"HX-Request": "true"}


def page_of(client: Client, invoice: Invoice) -> str:
    return client.get(reverse("review", args=[invoice.pk])).content.decode()


def save(client: Client, invoice: Invoice, name: str, **data: str) -> Any:
    return client.post(reverse("field-save", args=[invoice.pk, name]), data, headers=HX)


def set_field(invoice: Invoice, name: str, **columns: Any) -> None:
    FieldValue.objects.filter(invoice=invoice, name=name).update(**columns)


def test_every_field_of_the_catalogue_can_be_filled_in(make_invoice: Callable[..., Invoice], web: Client) -> None:
    page = page_of(web, make_invoice())
    for spec in FIELDS:
        assert f'id="input-{spec.name}"' in page
    main = page.split('<details class="more">')[0]
    for spec in FIELDS:
        assert (f'id="input-{spec.name}"' in main) is spec.main


def test_confidence_is_said_in_words_and_never_as_certainty(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    set_field(invoice, "gross_total", confidence=1.0)
    set_field(invoice, "net_total", confidence=0.61)
    set_field(invoice, "tax_total", confidence=0.2)
    page = page_of(web, invoice)
    assert "sure 99 %" in page
    assert "check 61 %" in page
    assert "doubtful 20 %" in page
    assert "100 %" not in page.replace('id="zoom-level">100 %', "")
    assert "right of its label" in page


def test_how_sure_the_whole_record_is_stands_beside_its_status(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    assert "93 % right as read" in page_of(web, make_invoice(confidence=0.9348))
    assert "right as read" not in page_of(web, make_invoice(status=Status.APPROVED))


def test_what_an_e_invoice_states_is_said_to_come_from_it(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(source="e_invoice")
    FieldValue.objects.filter(invoice=invoice).update(confidence=1.0)
    page = page_of(web, invoice)
    assert page.count('<span class="pill ok">e-invoice</span>') == invoice.field_values.count()
    assert "sure 99 %" not in page
    answer = save(web, invoice, "gross_total", value="120.00").content.decode()
    assert '<span class="pill info">entered</span>' in answer


def test_a_correction_is_saved_and_answered_with_the_refreshed_problems(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    invoice = make_invoice()
    answer = save(web, invoice, "gross_total", value="1.234,50 €")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert 'data-value="1234.50"' in text
    assert "entered" in text
    assert "Read as <b>119.00</b>" in text
    assert 'id="problems" role="status" aria-live="polite" hx-swap-oob="true"' in text
    assert re.search(r'id="problems-gross_total" hx-swap-oob="true"><ul><li', text)
    correction = Correction.objects.get()
    assert (correction.old_value, correction.new_value) == ("119.00", "1234.50")


def test_a_text_that_is_no_value_is_refused_and_nothing_is_changed(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    invoice = make_invoice()
    answer = save(web, invoice, "issue_date", value="soon")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'role="alert"' in text
    assert "Still saved: 2024-03-14" in text
    assert FieldValue.objects.get(invoice=invoice, name="issue_date").value == "2024-03-14"


def test_without_script_a_refused_text_comes_back_as_it_was_typed(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    invoice = make_invoice()
    address = reverse("field-save", args=[invoice.pk, "issue_date"])
    answer = web.post(address, {"value": "so <on>"})
    assert answer.status_code == 422
    assert 'value="so &lt;on&gt;"' in answer.content.decode()
    assert web.post(address, {"value": "2024-04-01"})["Location"].endswith("#field-issue_date")


def test_a_suggestion_wins_over_what_stands_in_the_input(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    other = {"value": "130.00", "confidence": 0.2, "text": "130,00", "page": 1, "box": [0.5, 0.5, 0.6, 0.52]}
    set_field(invoice, "gross_total", alternatives=[other, other])
    assert page_of(web, invoice).count('name="pick" value="130.00"') == 1
    text = save(web, invoice, "gross_total", value="119.00", pick="130.00").content.decode()
    assert 'data-value="130.00"' in text
    assert 'data-place="1 0.5 0.5 0.6 0.52"' in text


def test_a_correction_can_be_reverted_to_what_the_machine_read(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    invoice = make_invoice()
    assert 'name="pick" value="119.00"' in save(web, invoice, "gross_total", value="120").content.decode()
    text = save(web, invoice, "gross_total", value="120", pick="119.00").content.decode()
    assert "confirmed" in text
    assert "Read as" not in text


def test_what_is_confirmed_is_what_was_shown(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    save(web, invoice, "gross_total", value="120.00")  # in another tab
    save(web, invoice, "gross_total", value="119.00", confirm="1")
    assert FieldValue.objects.get(invoice=invoice, name="gross_total").value == "119.00"


def test_a_reading_that_was_not_shown_is_not_approved(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(read_at=timezone.now() - timedelta(hours=1))
    reading = re.search(r'name="reading" value="(\d+)"', page_of(web, invoice))
    assert reading
    Invoice.objects.filter(pk=invoice.pk).update(read_at=timezone.now())
    approve = reverse("approve", args=[invoice.pk])
    answer = web.post(approve, {"reading": reading[1]}, headers={"Referer": "/"}, follow=True)
    assert "read again since you opened it" in answer.content.decode()
    fresh = re.search(r'name="reading" value="(\d+)"', page_of(web, invoice))
    assert fresh
    web.post(approve, {"reading": fresh[1]})
    invoice.refresh_from_db()
    assert invoice.status == Status.APPROVED


def test_a_doubtful_value_can_be_confirmed_by_one_click(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    set_field(invoice, "gross_total", confidence=0.5)
    assert 'name="confirm"' in page_of(web, invoice)
    assert "confirmed" in save(web, invoice, "gross_total", value="119.00", confirm="1").content.decode()
    assert Correction.objects.count() == 0


def test_emptying_a_field_says_that_the_document_has_none(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    assert "emptied" in save(web, invoice, "invoice_number", value="").content.decode()
    invoice.refresh_from_db()
    assert invoice.invoice_number == ""


def test_a_field_that_does_not_exist_is_not_found(make_invoice: Callable[..., Invoice], web: Client) -> None:
    assert save(web, make_invoice(), "no_such_field", value="1").status_code == 404


def test_approve_goes_to_the_next_that_waits_within_the_filter(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    first, second, third = make_invoice(), make_invoice(status=Status.APPROVED), make_invoice()
    answer = web.post(reverse("approve", args=[third.pk]) + "?status=review")
    assert answer["Location"] == reverse("review", args=[first.pk]) + "?status=review"
    answer = web.post(reverse("approve", args=[first.pk]))
    assert answer["Location"] == reverse("inbox")
    third.refresh_from_db()
    assert third.status == Status.APPROVED
    assert "Undo" in web.get(reverse("inbox")).content.decode()
    assert second.pk


def test_approving_twice_is_told_and_changes_nothing(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    answer = web.post(reverse("approve", args=[invoice.pk]), follow=True)
    assert "cannot be approved while its status is" in answer.content.decode()


def test_what_is_approved_is_read_only_until_it_is_reopened(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    page = page_of(web, invoice)
    assert "The values are locked." in page
    assert page.count(" readonly") >= len(FIELDS) - 1
    answer = save(web, invoice, "gross_total", value="1")
    assert answer.status_code == 409
    assert "Reopen it" in answer.content.decode()
    web.post(reverse("reopen", args=[invoice.pk]))
    assert " readonly" not in page_of(web, invoice)


def test_a_rejection_needs_a_reason_and_shows_it(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    address = reverse("reject", args=[invoice.pk])
    assert "Say in a few words" in web.post(address, {"reason": " "}, follow=True).content.decode()
    web.post(address, {"reason": "Not addressed to us"})
    invoice.refresh_from_db()
    assert invoice.status == Status.REJECTED
    assert "Not addressed to us" in page_of(web, invoice)


@pytest.mark.parametrize("status", [Status.REVIEW, Status.FAILED])
def test_a_rejection_can_be_undone(make_invoice: Callable[..., Invoice], web: Client, status: Status) -> None:
    invoice = make_invoice(status=status)
    page = web.post(reverse("reject", args=[invoice.pk]), {"reason": "Not ours"}, follow=True).content.decode()
    undo = re.findall(r'<form method="post" action="([^"]+)"[^>]*>(?:(?!</form>).)*Undo', page, re.DOTALL)[-1]
    web.post(undo)
    invoice.refresh_from_db()
    assert invoice.status == (Status.REVIEW if status == Status.REVIEW else Status.QUEUED)


def test_a_failed_document_says_why_and_what_can_be_done(make_invoice: Callable[..., Invoice], web: Client) -> None:
    page = page_of(web, make_invoice(status=Status.FAILED))
    assert "This file is damaged." in page
    for words in ("Retry", "Download the original", "Delete"):
        assert words in page


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("damaged_file", "Upload a corrected file"),
        ("took_too_long", "Upload a corrected file"),
        ("worker_lost", "Upload a corrected file"),
        ("ocr_unavailable", "Retry"),
        ("file_unavailable", "Retry"),
        ("internal_error", "Retry"),
    ],
)
def test_what_helps_a_failed_document_is_offered_first(
    make_invoice: Callable[..., Invoice], web: Client, code: str, first: str
) -> None:
    page = page_of(web, make_invoice(status=Status.FAILED, error_code=code))
    buttons = re.findall(r'class="button( primary)?[^"]*">(?:<svg.*?</svg>)?([^<]+)', page)
    assert [words for primary, words in buttons if primary] == [first]
    assert "Retry" in [words for _primary, words in buttons]
    main = page.partition("<main")[2].partition("</main>")[0]
    assert (f'action="{reverse("upload")}"' in main) is (first != "Retry")
    listed = web.get(reverse("inbox")).content.decode().partition('id="results"')[2]
    assert ("data-pick" in listed) is (first != "Retry")


def test_a_pdf_with_a_password_asks_for_it_first(make_invoice: Callable[..., Invoice], web: Client) -> None:
    page = page_of(web, make_invoice(status=Status.FAILED, error_code="encrypted_pdf"))
    assert re.findall(r'class="button primary[^"]*">(?:<svg.*?</svg>)?([^<]+)', page) == ["Open and read"]
    assert "Upload a corrected file" in page


def test_a_second_reading_that_failed_can_be_set_aside(make_invoice: Callable[..., Invoice], web: Client) -> None:
    never = make_invoice(status=Status.FAILED)
    assert "Keep the earlier reading" not in page_of(web, never)
    before = make_invoice(status=Status.FAILED, values={"vendor_name": "Birch"}, read_at=timezone.now())
    assert "Keep the earlier reading" in page_of(web, before)
    web.post(reverse("reopen", args=[before.pk]))
    assert 'value="Birch"' in page_of(web, before)


def test_while_it_is_read_the_page_follows_and_then_loads_anew(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    address = reverse("progress", args=[invoice.pk])
    assert address in page_of(web, invoice)
    assert "waits for a free worker" in web.get(address, headers=HX).content.decode()
    Invoice.objects.filter(pk=invoice.pk).update(status=Status.REVIEW)
    assert web.get(address, headers=HX)["HX-Refresh"] == "true"


def test_progress_is_sent_only_when_there_is_some(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.READING, page_count=9, pages_done=2)
    address = reverse("progress", args=[invoice.pk])
    seen = re.search(r'name="seen" value="([^"]+)"', web.get(address, headers=HX).content.decode()).group(1)
    assert web.get(address, {"seen": seen}, headers=HX).status_code == 204
    Invoice.objects.filter(pk=invoice.pk).update(pages_done=3)
    assert "page 3 of 9" in web.get(address, {"seen": seen}, headers=HX).content.decode()


@pytest.mark.parametrize(
    ("done", "seconds", "words"),
    [
        (2, 60, ""),  # too early to tell
        (3, 30, "about 16 minutes left"),
        (90, 90, "less than a minute left"),
        (50, 60, "about 1 minute left"),
        (100, 100, ""),
    ],
)
def test_the_time_left_is_guessed_from_the_pages_so_far(done: int, seconds: int, words: str) -> None:
    begun = timezone.now() - timedelta(seconds=seconds)
    assert time_left(Invoice(status=Status.READING, page_count=100, pages_done=done, started_at=begun)) == words


@pytest.mark.parametrize("status", [Status.QUEUED, Status.READING])
def test_reading_can_be_cancelled_and_taken_up_again(
    make_invoice: Callable[..., Invoice], web: Client, status: Status
) -> None:
    invoice = make_invoice(status=status)
    assert reverse("cancel", args=[invoice.pk]) in page_of(web, invoice)
    here = f"http://testserver{reverse('review', args=[invoice.pk])}"
    page = web.post(reverse("cancel", args=[invoice.pk]), headers={"Referer": here}, follow=True).content.decode()
    assert f"Cancelled the reading of {invoice.file_name}." in page
    assert "The reading was cancelled" in page
    assert reverse("delete", args=[invoice.pk]) in page
    assert "Upload a corrected file" not in page
    assert "Read again" in page
    web.post(reverse("retry", args=[invoice.pk]))
    invoice.refresh_from_db()
    assert invoice.status == Status.QUEUED


def test_what_is_read_already_is_not_cancelled(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.REVIEW)
    answer = web.post(reverse("cancel", args=[invoice.pk]), headers=HX)
    assert answer.status_code == 409
    assert "cannot be cancelled" in answer.content.decode()


def test_how_it_was_read_and_in_which_language_is_said_in_words(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    for source, language, words in (
        ("ocr", "de", ("recognised from the picture", "German")),
        ("text_layer", "pt", ("digital text", "Portuguese")),
        ("mixed", "ja", ("digital and recognised text", "Japanese")),
        ("e_invoice", "qq", ("e-invoice", "QQ")),
    ):
        page = page_of(web, make_invoice(source=source, language=language))
        assert all(word in page for word in words)


def test_a_document_deleted_in_another_tab_is_not_waited_for(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.READING)
    web.post(reverse("delete", args=[invoice.pk]))
    assert web.get(reverse("progress", args=[invoice.pk]), headers=HX)["HX-Refresh"] == "true"


def test_an_e_invoice_without_pages_says_so_and_shows_its_values(
    make_invoice: Callable[..., Invoice], web: Client
) -> None:
    page = page_of(web, make_invoice(source="e_invoice"))
    assert "An e-invoice has no picture" in page
    assert 'value="119.00"' in page


def test_pages_carry_their_pictures_and_fields_their_places(
    make_invoice: Callable[..., Invoice], add_page: Callable[..., InvoicePage], web: Client
) -> None:
    invoice = make_invoice()
    add_page(invoice, 1)
    add_page(invoice, 2)
    page = page_of(web, invoice)
    assert reverse("page-image", args=[invoice.pk, 2]) in page
    assert 'data-place="1 0.1 0.1 0.2 0.12"' in page


def test_lines_and_taxes_are_shown(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    LineItem.objects.create(
        invoice=invoice,
        position=1,
        description="Paper",
        quantity="2.5",
        amount="12345.6",
        discount="7",
        gtin="4006381333931",
    )
    TaxLine.objects.create(invoice=invoice, position=1, rate="19", base="100", amount="19")
    page = page_of(web, invoice)
    for words in ("Paper", "2.5", ">12345.60<", ">7.00<", "4006381333931", ">19<"):
        assert words in page


def test_problems_stand_at_the_top_and_beside_their_fields(make_invoice: Callable[..., Invoice], web: Client) -> None:
    problem = {"code": "totals_disagree", "fields": ["net_total", "gross_total"], "message": "They do not add up."}
    page = page_of(web, make_invoice(problems=[problem]))
    assert page.count("They do not add up.") == 3


def test_neighbours_follow_the_filter_one_came_from(make_invoice: Callable[..., Invoice], web: Client) -> None:
    old, other, new = make_invoice(), make_invoice(status=Status.FAILED), make_invoice()
    page = web.get(reverse("review", args=[new.pk]), {"status": "review"}).content.decode()
    assert f'id="go-after" href="{reverse("review", args=[old.pk])}?status=review"' in page
    assert 'id="go-before"' not in page
    assert reverse("review", args=[other.pk]) not in page


def test_the_htmx_settings_forbid_what_the_policy_forbids(web: Client) -> None:
    page = web.get(reverse("inbox")).content.decode()
    config = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", page).group(1))
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["historyCacheSize"] == 0


def test_a_deleted_document_says_so_at_its_address_and_can_be_brought_back(
    make_invoice: Callable[..., Invoice], web: Client, browse: Callable[[User], Client], uploader: User
) -> None:
    invoice = make_invoice()
    address = reverse("review", args=[invoice.pk])
    web.post(reverse("delete", args=[invoice.pk]))
    gone = web.get(address)
    assert gone.status_code == 410
    assert reverse("restore", args=[invoice.pk]) in gone.content.decode()
    assert reverse("restore", args=[invoice.pk]) not in browse(uploader).get(address).content.decode()
    answer = web.post(reverse("restore", args=[invoice.pk]), headers={"Referer": f"http://testserver{address}"})
    assert answer["Location"].endswith(address)
    assert web.get(address).status_code == 200


@pytest.mark.parametrize(("confidence", "words"), [(0.899, "89 %"), (0.57, "57 %"), (0.9, "90 %"), (1.0, "99 %")])
def test_a_likelihood_is_never_rounded_up(confidence: float, words: str) -> None:
    assert percent(confidence) == words
