"""The review page as a tool for many documents: one key for a right one, no mouse for a wrong one, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, Route, expect

from extraction import services
from extraction.models import AuditEvent, FieldValue, Invoice, InvoicePage, Status, User, Workspace
from tests.conftest import make_user

from .axe import violations_in_both_themes
from .conftest import signed_in
from .test_review import meta, open_review, read_invoice, value

__all__ = ["read_invoice"]  # a fixture

Make = Callable[..., Invoice]
OTHER = {"value": "130.00", "confidence": 0.2, "text": "130,00", "page": 1, "box": [0.2, 0.2, 0.28, 0.23]}


def ready(page: Page, site: str, invoice: Invoice, query: str = "") -> None:
    """Opened, and its scripts at work."""
    open_review(page, site, invoice, query)
    expect(page.locator("#review")).to_have_attribute("data-ready", "true")


def doubt(invoice: Invoice, *names: str, **columns: Any) -> None:
    FieldValue.objects.filter(invoice=invoice, name__in=names).update(**{"confidence": 0.6, **columns})


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_text("All changes saved")


def field(page: Page, name: str) -> Any:
    return page.locator(f"#input-{name}")


# --- one key ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["Enter", "a", "Control+Enter"])
def test_a_right_document_is_approved_by_one_key(
    page: Page, site: str, read_invoice: Make, django_db_blocker: Any, key: str
) -> None:
    first, second = read_invoice(), read_invoice()
    ready(page, site, second, "?status=review")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    page.keyboard.press(key)
    page.wait_for_url(f"**/invoices/{first.pk}/?status=review")
    second.refresh_from_db()
    assert second.status == Status.APPROVED


def test_a_key_that_is_hit_twice_approves_one_document(page: Page, site: str, read_invoice: Make) -> None:
    invoices = [read_invoice() for _number in range(3)]
    ready(page, site, invoices[2])
    page.evaluate("sessionStorage.setItem('invoicelens:approved-at', String(Date.now() + 5000))")  # just now
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.evaluate("sessionStorage.removeItem('invoicelens:approved-at')")
    assert not Invoice.objects.filter(status=Status.APPROVED).exists()
    page.keyboard.press("a")
    page.wait_for_url(f"**/invoices/{invoices[1].pk}/**")


def test_the_approval_is_taken_back_by_a_key(page: Page, site: str, read_invoice: Make) -> None:
    first, second = read_invoice(), read_invoice()
    ready(page, site, second)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/invoices/{first.pk}/**")
    expect(page.locator("#review")).to_have_attribute("data-ready", "true")
    page.keyboard.press("u")
    page.wait_for_url(f"**/invoices/{second.pk}/")
    second.refresh_from_db()
    assert second.status == Status.REVIEW


def test_the_next_documents_first_page_is_fetched_ahead(page: Page, site: str, read_invoice: Make) -> None:
    first, second = read_invoice(), read_invoice()
    with page.expect_request(re.compile(rf"/invoices/{first.pk}/pages/1/words/")):
        ready(page, site, second)
    page.wait_for_function("performance.getEntriesByType('resource').some((entry) => entry.name.includes('/image/'))")
    asked: list[str] = []
    page.on("response", lambda answer: "/image/" in answer.url and asked.append(f"{answer.from_service_worker}"))
    with page.expect_response(re.compile(rf"/invoices/{first.pk}/pages/1/image/")) as shown:
        page.keyboard.press("Enter")
    page.wait_for_url(f"**/invoices/{first.pk}/**")
    assert shown.value.headers["cache-control"] == "private, max-age=604800, immutable"


# --- corrections by keyboard ------------------------------------------------------------------------------------------


def test_a_wrong_value_is_corrected_without_the_mouse(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    doubt(invoice, "gross_total")
    ready(page, site, invoice)
    expect(page.get_by_role("group", name="To check")).to_contain_text("Gross total")
    expect(field(page, "gross_total")).to_be_focused()
    page.keyboard.type("119,00")  # what stands there is marked and goes
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("Approved invoice-").wait_for()
    invoice.refresh_from_db()
    assert (invoice.status, value(invoice, "gross_total")) == (Status.APPROVED, "119.00")


def test_fast_enters_confirm_each_value_once_and_end_at_approve(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    doubt(invoice, "issue_date", "net_total", "gross_total")
    ready(page, site, invoice)
    for _press in range(3):
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    saved(page)
    confirmed = AuditEvent.objects.filter(action="field_confirmed").values_list("detail__field", flat=True)
    assert sorted(confirmed) == ["gross_total", "issue_date", "net_total"]


def test_another_value_that_was_read_is_one_key_away_with_its_picture(
    page: Page, site: str, read_invoice: Make
) -> None:
    invoice = read_invoice()
    doubt(invoice, "gross_total", alternatives=[OTHER, {**OTHER, "value": "19.00"}])
    ready(page, site, invoice)
    crops = page.locator("#field-gross_total .crop")
    expect(crops).to_have_count(3)
    for crop in crops.all():
        expect(crop).to_be_visible()
        assert "/pages/1/image/" in crop.evaluate("element => element.style.backgroundImage")
    page.keyboard.press("Alt+Digit1")
    expect(field(page, "gross_total")).to_have_value("130.00")
    saved(page)
    assert value(invoice, "gross_total") == "130.00"
    page.keyboard.press("Control+z")
    expect(field(page, "gross_total")).to_have_value("119.00")
    page.keyboard.press("Control+y")
    expect(field(page, "gross_total")).to_have_value("130.00")
    page.keyboard.press("Alt+Digit0")
    expect(field(page, "gross_total")).to_have_value("119.00")
    saved(page)
    assert value(invoice, "gross_total") == "119.00"


def test_arrows_move_between_fields(page: Page, site: str, read_invoice: Make) -> None:
    ready(page, site, read_invoice())
    field(page, "net_total").focus()
    page.keyboard.press("ArrowDown")
    expect(field(page, "tax_total")).to_be_focused()
    page.keyboard.press("Tab")
    expect(field(page, "gross_total")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field(page, "tax_total")).to_be_focused()


def test_undo_and_redo_go_across_fields(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    doubt(invoice, "net_total")
    ready(page, site, invoice)
    page.keyboard.type("200")
    page.keyboard.press("Enter")
    saved(page)
    field(page, "vendor_name").fill("Elm & Co")
    page.keyboard.press("Tab")
    expect(meta(page, "vendor_name")).to_contain_text("entered")
    page.keyboard.press("Control+z")
    expect(field(page, "vendor_name")).to_have_value("Birch & Sons Ltd")
    page.keyboard.press("Control+z")
    expect(field(page, "net_total")).to_have_value("100.00")
    saved(page)
    expect(meta(page, "net_total")).to_contain_text("check 60 %")  # nobody stands behind it any more
    assert FieldValue.objects.get(invoice=invoice, name="net_total").human_value is None
    page.keyboard.press("Control+Shift+z")
    expect(field(page, "net_total")).to_have_value("200")
    page.locator("#redo").click()
    expect(field(page, "vendor_name")).to_have_value("Elm & Co")
    saved(page)
    page.locator("#undo").click()
    expect(field(page, "vendor_name")).to_have_value("Birch & Sons Ltd")
    saved(page)
    assert (value(invoice, "net_total"), value(invoice, "vendor_name")) == ("200", "Birch & Sons Ltd")


def test_undo_is_the_texts_own_while_one_types(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    field(page, "due_date").click()
    page.keyboard.type("2024")
    page.keyboard.press("Control+z")
    expect(field(page, "due_date")).to_have_value("")
    assert not AuditEvent.objects.exists()


def test_the_sum_that_does_not_hold_is_worked_out_and_repaired(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    field(page, "gross_total").fill("191.00")
    page.keyboard.press("Tab")
    worked = page.get_by_role("table", name="The sum worked out")
    expect(worked).to_contain_text("72.00")  # the difference
    expect(worked.locator(".odd")).to_contain_text("Gross total")
    page.get_by_role("button", name="Gross total: take 119.00").click()
    expect(worked).to_have_count(0)
    saved(page)
    assert value(invoice, "gross_total") == "119.00"


def test_the_history_of_a_value_is_a_key_away(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    field(page, "gross_total").fill("120")
    page.keyboard.press("Alt+h")
    history = page.locator("#field-gross_total .history")
    expect(history).to_contain_text("read as 119.00")
    page.keyboard.press("Alt+h")
    expect(history).to_have_count(0)
    page.keyboard.press("Enter")
    saved(page)
    field(page, "gross_total").focus()
    page.keyboard.press("Alt+h")
    expect(history).to_contain_text("approver@example.com changed 119.00 to 120")
    assert violations_in_both_themes(page) == []


# --- the pages --------------------------------------------------------------------------------------------------------


def test_words_say_what_they_would_become_before_they_fill_the_field(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    box = page.locator(".overlay").bounding_box()
    assert box
    field(page, "due_date").focus()
    page.mouse.move(box["x"] + 0.24 * box["width"], box["y"] + 0.265 * box["height"])
    note = page.locator("#pick-note")
    expect(note).to_have_text("14.03.2024 → 2024-03-14")
    page.mouse.move(box["x"] + 0.24 * box["width"], box["y"] + 0.165 * box["height"])
    expect(note).to_contain_text("N-77: Enter one date")
    page.mouse.click(box["x"] + 0.24 * box["width"], box["y"] + 0.265 * box["height"])
    saved(page)
    assert value(invoice, "due_date") == "2024-03-14"


def test_words_are_picked_from_a_turned_page(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    box = page.locator(".overlay").bounding_box()
    assert box
    assert box["width"] > box["height"]
    field(page, "invoice_number").focus()
    x, y = 0.24, 0.165  # of the upright page; turned by a quarter its top is on the right
    page.mouse.click(box["x"] + (1 - y) * box["width"], box["y"] + x * box["height"])
    expect(field(page, "invoice_number")).to_have_value("N-77")


def test_pages_are_zoomed_and_turned_over_by_keys(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    row = InvoicePage.objects.get(invoice=invoice)
    InvoicePage.objects.create(invoice=invoice, number=2, width=600, height=800, source="ocr", image=row.image.name)
    ready(page, site, invoice)
    expect(page.locator("#page-number")).to_have_text("Page 1 of 2")
    page.keyboard.press("PageDown")
    expect(page.locator("#page-number")).to_have_text("Page 2 of 2")
    page.get_by_role("button", name="Page 1", exact=True).click()
    expect(page.locator("#page-number")).to_have_text("Page 1 of 2")
    expect(page.get_by_role("button", name="Page 1", exact=True)).to_contain_text("8")  # fields were read there
    page.keyboard.press("+")
    expect(page.locator("#zoom-level")).to_have_text("125 %")
    page.keyboard.press("f")
    figure, view = page.locator(".page").first.bounding_box(), page.locator("#page-scroll").bounding_box()
    assert figure
    assert view
    assert figure["height"] <= view["height"]
    page.keyboard.press("0")
    expect(page.locator("#zoom-level")).to_have_text("100 %")


def test_the_order_of_the_fields_is_ones_own_choice(page: Page, site: str, read_invoice: Make, approver: User) -> None:
    invoice = read_invoice()
    doubt(invoice, "gross_total")
    ready(page, site, invoice)
    page.get_by_role("button", name="Always in the same order").click()
    expect(page.get_by_role("group", name="To check")).to_have_count(0)
    expect(page.get_by_role("group", name="Totals")).to_contain_text("Gross total")
    expect(field(page, "gross_total")).to_be_focused()
    page.get_by_role("button", name="Doubtful first").click()
    expect(page.get_by_role("group", name="To check")).to_contain_text("Gross total")


# --- nothing is lost --------------------------------------------------------------------------------------------------


@pytest.fixture
def maria(workspace: Workspace) -> User:
    user = make_user("maria@example.com", workspace, "approver")
    User.objects.filter(pk=user.pk).update(name="Maria")
    return user


@pytest.mark.parametrize("way", ["Keep mine", "Take theirs"])
def test_of_two_people_who_change_one_value_the_second_chooses(
    page: Page, site: str, read_invoice: Make, open_browser: Callable[..., Page], maria: User, way: str
) -> None:
    invoice = read_invoice()
    other = signed_in(open_browser(), site, maria)
    ready(page, site, invoice)
    ready(other, site, invoice)
    field(other, "gross_total").fill("150")
    other.keyboard.press("Tab")
    saved(other)
    field(page, "gross_total").fill("160")
    page.keyboard.press("Enter")
    expect(meta(page, "gross_total").get_by_role("alert")).to_contain_text("Maria changed this to “150”")
    expect(field(page, "gross_total")).to_have_value("160")
    assert value(invoice, "gross_total") == "150"
    assert violations_in_both_themes(page) == []
    expect(page.get_by_role("button", name="Keep mine")).to_be_focused()
    page.get_by_role("button", name=way).press("Enter")
    saved(page)
    expect(meta(page, "gross_total").get_by_role("alert")).to_have_count(0)
    assert value(invoice, "gross_total") == ("160" if way == "Keep mine" else "150")


def test_one_sees_who_else_looks_at_the_document(
    page: Page, site: str, read_invoice: Make, open_browser: Callable[..., Page], maria: User
) -> None:
    invoice = read_invoice()
    other = signed_in(open_browser(), site, maria)
    with other.expect_response("**/presence/"):
        ready(other, site, invoice)
    ready(page, site, invoice)
    expect(page.get_by_text("Maria is looking at this too.")).to_be_visible()


def test_what_others_changed_is_shown_before_it_is_approved(
    page: Page, site: str, read_invoice: Make, maria: User
) -> None:
    invoice = read_invoice()
    ready(page, site, invoice, "?status=review")
    services.field_correct(invoice=invoice, user=maria, name="gross_total", text="150")
    page.keyboard.press("Enter")
    told = page.locator("#changes")
    expect(told).to_contain_text("Maria changed Gross total from 119.00 to 150")
    expect(field(page, "gross_total")).to_have_value("150")
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("Approved invoice-").wait_for()


def test_what_was_typed_is_there_again_after_the_tab_was_closed(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    field(page, "due_date").press_sequentially("2024-04-0")
    again = page.context.new_page()
    page.close(run_before_unload=False)
    ready(again, site, invoice)
    expect(field(again, "due_date")).to_have_value("2024-04-0")
    expect(field(again, "due_date")).to_be_focused()
    expect(again.locator(".draft")).to_contain_text("not saved before the page was closed")
    field(again, "due_date").press("End")
    again.keyboard.type("1")
    again.keyboard.press("Enter")
    saved(again)
    expect(again.locator(".draft")).to_have_count(0)
    assert value(invoice, "due_date") == "2024-04-01"
    again.reload()
    expect(again.locator(".draft")).to_have_count(0)


def test_what_was_typed_does_not_go_over_a_newer_value(page: Page, site: str, read_invoice: Make, maria: User) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    field(page, "due_date").press_sequentially("2024-04-01")
    again = page.context.new_page()
    page.close(run_before_unload=False)
    services.field_correct(invoice=invoice, user=maria, name="due_date", text="2024-05-05")
    ready(again, site, invoice)
    expect(field(again, "due_date")).to_have_value("2024-05-05")
    expect(again.locator(".draft")).to_contain_text("you typed “2024-04-01” here")
    assert violations_in_both_themes(again) == []
    again.get_by_role("button", name="Use mine").click()
    saved(again)
    assert value(invoice, "due_date") == "2024-04-01"


def test_what_is_typed_before_the_scripts_have_come_is_saved(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    held: list[Route] = []
    page.route("**/js/review*.js", lambda route: held.append(route))
    page.goto(f"{site}/invoices/{invoice.pk}/", wait_until="commit")
    field(page, "gross_total").fill("77")
    field(page, "tax_total").focus()
    while not held:
        page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    saved(page)
    assert value(invoice, "gross_total") == "77"


def test_a_session_that_ended_is_regained_in_another_tab(
    page: Page, site: str, read_invoice: Make, approver: User
) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    page.context.clear_cookies(name="sessionid")
    field(page, "gross_total").fill("88")
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("you are signed out")
    expect(page.get_by_role("link", name="Sign in")).to_have_attribute("target", "_blank")
    client = Client()
    client.force_login(approver)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    saved(page)  # without a hand: it is tried again
    assert value(invoice, "gross_total") == "88"


@pytest.mark.parametrize("how", ["dead", "broken"])
def test_a_server_that_dies_while_it_saves_is_asked_again(page: Page, site: str, read_invoice: Make, how: str) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    fail = (
        (lambda route: route.abort())
        if how == "dead"
        else (lambda route: route.fulfill(status=502, body="Bad gateway"))
    )
    page.route("**/fields/**", fail)
    field(page, "gross_total").fill("99")
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("server cannot be reached")
    page.keyboard.press("Control+Enter")  # not approved without what was typed
    expect(field(page, "gross_total")).to_have_value("99")
    page.unroute("**/fields/**")
    saved(page)
    invoice.refresh_from_db()
    assert (invoice.status, value(invoice, "gross_total")) == (Status.REVIEW, "99")


def test_a_confirmation_that_did_not_arrive_is_sent_again(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    doubt(invoice, "gross_total")
    ready(page, site, invoice)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("server cannot be reached")
    page.context.set_offline(False)
    saved(page)
    assert FieldValue.objects.get(invoice=invoice, name="gross_total").human_value == "119.00"


def test_a_server_that_is_away_does_not_lead_away_from_the_document(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    ready(page, site, invoice)
    page.route("**/approve/**", lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not approved: the server cannot be reached.")).to_be_visible()
    expect(field(page, "gross_total")).to_have_value("119.00")
    page.unroute("**/approve/**")
    page.get_by_role("button", name="Approve").press("Enter")
    page.get_by_text("Approved invoice-").wait_for()
    invoice.refresh_from_db()
    assert invoice.status == Status.APPROVED


def test_the_overlay_of_keys_breaks_no_rule(page: Page, site: str, read_invoice: Make) -> None:
    invoice = read_invoice()
    doubt(invoice, "gross_total", alternatives=[OTHER])
    ready(page, site, invoice)
    assert violations_in_both_themes(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert violations_in_both_themes(page) == []
