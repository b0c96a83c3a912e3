"""The doubt sheet in a real browser: with keys alone, with the mouse, and when things go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Locator, Page, Route, expect

from extraction import services
from extraction.models import FieldValue, Invoice, InvoicePage, User
from tests.badfiles import picture

from .axe import violations_in_both_themes
from .conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
SAVED = "All changes saved"


@pytest.fixture
def doubtful(make_invoice: Callable[..., Invoice]) -> Callable[[str], Invoice]:
    """An invoice of this vendor with a page and a doubtful total, for which another value was read as well."""

    def make(vendor: str) -> Invoice:
        invoice = make_invoice(vendor_name=vendor)
        row = InvoicePage(invoice=invoice, number=1, width=600, height=800, source="ocr", lines=[], text="")
        row.image.save("page.jpg", ContentFile(picture("JPEG", size=(600, 800))), save=True)
        other = {"value": "100.00", "confidence": 0.2, "text": "100.00", "page": 1, "box": [0.5, 0.5, 0.6, 0.52]}
        invoice.field_values.filter(name="gross_total").update(confidence=0.6, alternatives=[other])
        return invoice

    return make


@pytest.fixture
def sheet(page: Page, site: str, doubtful: Callable[[str], Invoice]) -> tuple[Page, list[Invoice]]:
    """Six doubtful totals of vendors A to F, open on the screen."""
    invoices = [doubtful(vendor) for vendor in "ABCDEF"]
    open_sheet(page, site)
    return page, invoices


def open_sheet(page: Page, site: str) -> None:
    page.goto(f"{site}/doubts/?field=gross_total")
    expect(page.locator(".doubt").first.locator(".doubt-focus")).to_be_focused()


def cell(page: Page, number: int) -> Locator:
    return page.locator(".doubt").nth(number)


def expect_at(page: Page, number: int) -> None:
    expect(cell(page, number).locator(".doubt-focus")).to_be_focused()


def expect_saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_text(SAVED)


def human(invoice: Invoice) -> str | None:
    return FieldValue.objects.get(invoice=invoice, name="gross_total").human_value


def test_totals_of_several_invoices_are_settled_with_keys_alone(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    page.keyboard.press("Enter")  # right
    expect_at(page, 1)
    page.keyboard.press("Space")  # right
    expect_at(page, 2)
    page.keyboard.type("987,65")  # corrected
    page.keyboard.press("Enter")
    expect_at(page, 3)
    page.keyboard.press("1")  # the other value that was read
    page.keyboard.press("Enter")
    expect_at(page, 4)
    page.keyboard.press("Delete")  # there is none
    expect_at(page, 5)
    page.keyboard.press("x")
    expect(page.locator("#settled")).to_have_text("6 of 6 settled")
    expect_saved(page)
    assert [human(invoice) for invoice in invoices] == ["119.00", "119.00", "987.65", "100.00", "", ""]
    expect(cell(page, 2).locator(".value")).to_have_text("987.65")
    expect(cell(page, 4).locator(".value")).to_have_text("not on the document")
    expect(page.locator("#next-sheet")).to_be_focused()


def test_each_act_can_be_undone(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    page.keyboard.press("Enter")
    page.keyboard.type("5.00")
    page.keyboard.press("Enter")
    expect_saved(page)
    page.keyboard.press("z")
    expect_at(page, 1)
    page.keyboard.press("Control+z")
    expect_at(page, 0)
    expect(page.locator("#settled")).to_have_text("0 of 6 settled")
    expect_saved(page)
    assert [human(invoice) for invoice in invoices[:2]] == [None, None]
    expect(cell(page, 1).locator(".value")).to_have_text("119.00")
    expect(cell(page, 1).locator(".pill")).to_have_text("check 60 %")
    expect(page.locator("#undo")).to_be_disabled()


def test_a_correction_of_a_correction_is_undone_step_by_step(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    for text in ("5.00", "6.00"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.keyboard.press("Home")
    page.keyboard.press("z")
    expect(cell(page, 0).locator(".value")).to_have_text("5.00")
    expect_saved(page)
    assert human(invoices[0]) == "5.00"
    page.keyboard.press("z")
    expect(cell(page, 0).locator(".pill")).to_have_text("check 60 %")
    expect_saved(page)
    assert human(invoices[0]) is None


def test_a_digit_that_is_followed_by_another_was_the_start_of_a_value(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    page.keyboard.type("1234.50")
    expect(cell(page, 0).locator("input")).to_have_value("1234.50")
    page.keyboard.press("Enter")
    expect_saved(page)
    assert human(invoices[0]) == "1234.50"


def test_escape_keeps_what_was_there(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    page.keyboard.type("77")
    page.keyboard.press("Escape")
    expect_at(page, 0)
    expect(cell(page, 0).locator(".value")).to_have_text("119.00")
    page.keyboard.press("F2")
    expect(cell(page, 0).locator("input")).to_have_value("119.00")
    page.keyboard.press("Escape")
    expect(page.locator("#settled")).to_have_text("0 of 6 settled")
    assert human(invoices[0]) is None


def test_arrows_move_over_the_grid(sheet: tuple[Page, list[Invoice]]) -> None:
    page, _invoices = sheet
    for key, number in (("ArrowRight", 1), ("ArrowDown", 5), ("ArrowUp", 0), ("End", 5), ("ArrowLeft", 4), ("Home", 0)):
        if key == "ArrowUp":
            page.keyboard.press("Home")
        page.keyboard.press(key)
        expect_at(page, number)


def test_what_is_no_amount_stays_as_typed_with_the_reason(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    page.keyboard.type("about 5")
    page.keyboard.press("Enter")
    expect(cell(page, 0).get_by_role("alert")).not_to_be_empty()
    expect(cell(page, 0).locator("input")).to_have_value("about 5")
    expect(page.locator("#settled")).to_have_text("0 of 6 settled")
    assert human(invoices[0]) is None


def test_totals_are_settled_with_the_mouse(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    cell(page, 0).get_by_role("button", name="This is right").click()
    cell(page, 1).get_by_role("button", name=re.compile("100.00")).click()
    cell(page, 2).get_by_role("button", name="The document has none").click()
    cell(page, 3).get_by_role("button", name="Correct it").click()
    cell(page, 3).locator("input").fill("12.00")
    cell(page, 4).locator(".crop").click()  # leaving the input saves it
    expect(page.locator("#settled")).to_have_text("4 of 6 settled")
    expect_saved(page)
    assert [human(invoice) for invoice in invoices] == ["119.00", "100.00", "", "12.00", None, None]
    page.get_by_role("button", name="Undo").click()
    expect_saved(page)
    assert human(invoices[3]) is None


def test_another_value_shows_its_place_while_the_pointer_is_on_it(sheet: tuple[Page, list[Invoice]]) -> None:
    page, _invoices = sheet
    image = cell(page, 0).locator(".crop img")
    before = image.get_attribute("src")
    cell(page, 0).get_by_role("button", name=re.compile("100.00")).hover()
    expect(image).to_have_attribute("src", re.compile(r"box=0\.5000"))
    page.mouse.move(1, 1)
    expect(image).to_have_attribute("src", str(before))
    assert image.evaluate("image => image.complete && image.naturalWidth > 0")


def test_all_that_are_shown_are_confirmed_after_a_question_and_undone_as_one(
    sheet: tuple[Page, list[Invoice]],
) -> None:
    page, invoices = sheet
    page.keyboard.press("ArrowRight")
    page.keyboard.type("5.00")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Confirm 5 values exactly as they are shown?")).to_be_visible()
    expect(page.locator("#confirm-list li")).to_have_count(5)
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#settled")).to_have_text("6 of 6 settled")
    expect_saved(page)
    assert [human(invoice) for invoice in invoices] == ["119.00", "5.00", *["119.00"] * 4]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#settled")).to_have_text("1 of 6 settled")
    expect_saved(page)
    assert [human(invoice) for invoice in invoices] == [None, "5.00", *[None] * 4]


def test_invoices_without_a_doubt_left_are_offered_for_approval(sheet: tuple[Page, list[Invoice]], site: str) -> None:
    page, invoices = sheet
    Invoice.objects.filter(pk__in=[invoice.pk for invoice in invoices[1:]]).delete()  # so that none may be a duplicate
    page.keyboard.press("Enter")
    expect(page.locator("#clear-note")).to_contain_text("One invoice has no doubt left.")
    page.get_by_role("link", name="Approve them in the inbox").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def test_what_another_person_changed_meanwhile_is_shown_and_not_overwritten(
    sheet: tuple[Page, list[Invoice]], admin: User
) -> None:
    page, invoices = sheet
    services.field_correct(invoice=invoices[0], user=admin, name="gross_total", text="500.00")
    page.keyboard.press("Enter")
    expect(cell(page, 0).get_by_role("alert")).to_contain_text("changed meanwhile")
    expect(cell(page, 0).get_by_role("alert")).to_contain_text("admin@example.com")
    expect(cell(page, 0).locator(".value")).to_have_text("500.00")
    expect(page.locator("#settled")).to_have_text("0 of 6 settled")
    assert human(invoices[0]) == "500.00"
    page.keyboard.press("Home")
    page.keyboard.type("501")
    page.keyboard.press("Enter")
    expect_saved(page)
    assert human(invoices[0]) == "501"
    page.keyboard.press("z")  # back to what the other person had said, not to the machine's
    expect_saved(page)
    expect(cell(page, 0).locator(".value")).to_have_text("500.00")
    assert human(invoices[0]) == "500.00"


def test_what_is_settled_offline_is_sent_when_the_server_is_back(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    page.context.set_offline(True)
    for _time in range(3):
        page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("Not saved yet")
    expect(page.locator("#settled")).to_have_text("3 of 6 settled")
    assert human(invoices[0]) is None
    page.context.set_offline(False)
    expect_saved(page)
    assert [human(invoice) for invoice in invoices] == [*["119.00"] * 3, *[None] * 3]


def test_an_answer_that_is_lost_does_no_harm(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    lost = []

    def lose_the_first(route: Route) -> None:
        answer = route.fetch()  # the server has done it
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.status)
            route.abort()

    page.route("**/doubts/settle/", lose_the_first)
    page.keyboard.type("7.00")
    page.keyboard.press("Enter")
    page.keyboard.press("z")
    expect(page.locator("#save-state")).to_contain_text("Not saved yet")
    expect_saved(page)
    assert lost == [200]
    assert human(invoices[0]) is None


def test_what_a_closed_tab_could_not_send_is_sent_by_the_next_one(sheet: tuple[Page, list[Invoice]], site: str) -> None:
    page, invoices = sheet
    page.route("**/doubts/settle/", lambda route: route.abort())
    page.keyboard.type("7.00")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("Not saved yet")
    next_tab = page.context.new_page()
    page.close(run_before_unload=False)
    next_tab.goto(f"{site}/doubts/")
    expect(next_tab.locator(".toast")).to_contain_text("earlier visit")
    expect(next_tab.locator("#save-state")).to_have_text(SAVED)
    assert [human(invoice) for invoice in invoices[:3]] == ["7.00", "119.00", None]


def test_a_page_with_unsaved_changes_asks_before_it_is_left(sheet: tuple[Page, list[Invoice]]) -> None:
    page, _invoices = sheet
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.route("**/doubts/settle/", lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("Not saved yet")
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_session_that_ended_is_told_and_nothing_is_lost(
    sheet: tuple[Page, list[Invoice]], site: str, approver: User
) -> None:
    page, invoices = sheet
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_contain_text("session has ended")
    signed_in(page.context.new_page(), site, approver)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect_saved(page)
    assert human(invoices[0]) == "119.00"


def test_missing_values_are_typed_beside_the_page(page: Page, site: str, make_invoice: Callable[..., Invoice]) -> None:
    invoice = make_invoice(values={"vendor_name": "Birch", "currency": "EUR"})
    page.goto(f"{site}/doubts/?field=missing")
    expect_at(page, 0)
    page.keyboard.press("Enter")  # there is nothing to confirm: it opens the input
    page.keyboard.type("14.03.2024")
    page.keyboard.press("Enter")
    expect_at(page, 1)
    page.keyboard.type("50")
    page.keyboard.press("Enter")
    expect(page.locator("#settled")).to_have_text("2 of 2 settled")
    expect_saved(page)
    invoice.refresh_from_db()
    assert str(invoice.issue_date) == "2024-03-14"
    assert invoice.gross_total == 50


def test_the_document_opens_at_the_value(sheet: tuple[Page, list[Invoice]]) -> None:
    page, invoices = sheet
    page.keyboard.press("ArrowRight")
    page.keyboard.press("o")
    page.wait_for_url(re.compile(rf"/invoices/{invoices[1].pk}/#field-gross_total"))


def test_a_phone_has_one_column_and_room_to_tap(
    open_browser: Callable[..., Page], site: str, approver: User, doubtful: Callable[[str], Invoice]
) -> None:
    invoice = doubtful("A")
    doubtful("B")
    page = signed_in(open_browser(390, 844, has_touch=True), site, approver)
    open_sheet(page, site)
    first, second = (box(cell(page, number)) for number in (0, 1))
    assert second["y"] > first["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cell(page, 0).get_by_role("button", name="This is right").tap()
    expect_saved(page)
    assert human(invoice) == "119.00"


def box(element: Locator) -> Any:
    return element.bounding_box()


def test_no_accessibility_rule_is_broken(
    sheet: tuple[Page, list[Invoice]], site: str, make_invoice: Callable[..., Invoice]
) -> None:
    page, _invoices = sheet
    make_invoice(values={"vendor_name": "Birch", "currency": "EUR"})
    page.keyboard.press("Enter")
    page.keyboard.type("no amount")
    page.keyboard.press("Enter")
    expect(cell(page, 1).get_by_role("alert")).not_to_be_empty()
    expect(page.locator("#save-state")).to_have_text(SAVED)
    assert violations_in_both_themes(page) == []
    page.goto(f"{site}/doubts/?field=missing")
    expect(page.locator(".doubt").first).to_be_visible()
    assert violations_in_both_themes(page) == []
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    assert violations_in_both_themes(page) == []


def test_the_empty_sheet_breaks_no_accessibility_rule(page: Page, site: str) -> None:
    page.goto(f"{site}/doubts/")
    expect(page.get_by_role("heading", name="No doubtful values")).to_be_visible()
    assert violations_in_both_themes(page) == []
