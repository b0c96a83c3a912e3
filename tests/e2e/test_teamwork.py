"""People working together, in real browsers: one of each person, by mouse and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from extraction import services
from extraction.models import Comment, Invoice, Role, Status, User, Workspace
from tests.builders import VALUES
from tests.conftest import make_user

from .axe import violations_in_both_themes
from .conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Invoice]
OLD, NEW = "DE89370400440532013000", "FR1420041010050500013M02606"


@pytest.fixture
def sue(workspace: Workspace) -> User:
    user = make_user("sue@example.com", workspace, Role.APPROVER)
    user.name = "Sue Moss"
    user.save()
    return user


@pytest.fixture
def second_page(site: str, open_browser: Callable[..., Page], sue: User) -> Page:
    return signed_in(open_browser(), site, sue)


def open_review(page: Page, site: str, invoice: Invoice) -> None:
    page.goto(f"{site}/invoices/{invoice.pk}/")
    expect(page.locator("#timeline ol")).to_be_attached()


def timeline(page: Page) -> Any:
    return page.locator("#timeline")


# --- comments ---------------------------------------------------------------------------------------------------------


def test_a_mention_by_mouse_reaches_the_colleagues_bell(
    page: Page, second_page: Page, site: str, make_invoice: Make
) -> None:
    invoice = make_invoice()
    open_review(page, site, invoice)
    page.get_by_label("Comment", exact=True).press_sequentially("Please look, @su")
    page.get_by_role("option", name="Sue Moss").click()
    page.get_by_label("Comment", exact=True).press_sequentially("- is it ours?")
    page.get_by_role("button", name="Comment").click()
    expect(timeline(page)).to_contain_text("Please look, @Sue Moss - is it ours?")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")
    second_page.goto(f"{site}/")
    second_page.get_by_role("link", name="1 new mention or assignment").click()
    second_page.get_by_role("link", name="mentioned you").click()
    expect(second_page.locator(".entry.asked .mention.me")).to_have_text("@Sue Moss")
    expect(second_page.get_by_role("link", name="Mentions and assigned to me")).to_be_visible()  # nothing new is left


def test_a_mention_by_keyboard_alone(page: Page, second_page: Page, site: str, make_invoice: Make) -> None:
    invoice = make_invoice()
    open_review(page, site, invoice)
    page.locator("#page-pane").wait_for()
    page.keyboard.press("Alt+c")
    expect(page.get_by_label("Comment", exact=True)).to_be_focused()
    page.keyboard.type("@mo")
    expect(page.get_by_role("option", name="Sue Moss")).to_have_attribute("aria-selected", "true")
    assert page.get_by_label("Comment", exact=True).get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")
    page.keyboard.type("look")
    page.keyboard.press("Control+Enter")
    expect(timeline(page)).to_contain_text("@Sue Moss look")
    assert Invoice.objects.get(pk=invoice.pk).status == Status.REVIEW  # Ctrl Enter approved nothing here
    second_page.goto(f"{site}/notifications/")
    link = second_page.get_by_role("link", name="mentioned you")
    link.focus()
    second_page.keyboard.press("Enter")
    expect(second_page).to_have_url(re.compile(f"/invoices/{invoice.pk}/"))
    expect(second_page.locator(".entry.asked")).to_be_in_viewport()


def test_a_comment_appears_on_the_other_persons_page_while_they_type(
    page: Page, site: str, make_invoice: Make, sue: User
) -> None:
    invoice = make_invoice()
    open_review(page, site, invoice)
    page.get_by_label("Comment", exact=True).fill("half a sent")
    services.comment_add(invoice=invoice, user=sue, text="Seen it")
    expect(timeline(page)).to_contain_text("Seen it", timeout=25_000)
    expect(page.get_by_label("Comment", exact=True)).to_have_value("half a sent")


def test_a_draft_survives_a_closed_tab_and_a_dead_session(page: Page, site: str, make_invoice: Make) -> None:
    invoice = make_invoice()
    open_review(page, site, invoice)
    page.get_by_label("Comment", exact=True).fill("Not sent yet")
    other = page.context.new_page()
    page.close()
    open_review(other, site, invoice)
    expect(other.get_by_label("Comment", exact=True)).to_have_value("Not sent yet")
    session = next(cookie for cookie in other.context.cookies() if cookie["name"] == "sessionid")
    other.context.clear_cookies(name="sessionid")
    other.get_by_role("button", name="Comment").click()
    expect(other.locator(".toast.error")).to_contain_text("session has ended")
    expect(other.get_by_label("Comment", exact=True)).to_have_value("Not sent yet")
    other.context.add_cookies([session])
    other.get_by_role("button", name="Comment").click()
    expect(timeline(other)).to_contain_text("Not sent yet")
    other.reload()
    expect(other.get_by_label("Comment", exact=True)).to_have_value("")
    assert Comment.objects.get().text == "Not sent yet"


def test_ones_own_comment_is_deleted_and_leaves_a_trace(
    page: Page, site: str, make_invoice: Make, approver: User
) -> None:
    invoice = make_invoice()
    services.comment_add(invoice=invoice, user=approver, text="Oops")
    open_review(page, site, invoice)
    page.get_by_role("button", name="Delete your comment").click()
    expect(timeline(page)).to_contain_text("deleted a comment")
    expect(timeline(page)).not_to_contain_text("Oops")


# --- assign, hold, reject ---------------------------------------------------------------------------------------------


def test_an_invoice_is_given_to_a_colleague(page: Page, second_page: Page, site: str, make_invoice: Make) -> None:
    invoice = make_invoice()
    open_review(page, site, invoice)
    page.get_by_role("button", name="Assign").first.click()
    page.get_by_label("Assigned to", exact=True).select_option(label="Sue Moss")
    page.locator("#assign-panel").get_by_role("button", name="Assign").click()
    expect(page.locator("#people")).to_contain_text("Sue Moss")
    expect(page.locator("#assign-panel")).to_be_hidden()
    expect(timeline(page)).to_contain_text("assigned it to Sue Moss")
    second_page.goto(f"{site}/notifications/")
    expect(second_page.get_by_role("link", name="assigned it to you")).to_be_visible()
    page.keyboard.press("Control+Enter")  # the page was not taken for left
    expect(page.locator(".toast")).to_contain_text("Approved")


def test_keys_take_an_invoice_and_give_it_away(
    page: Page, site: str, make_invoice: Make, approver: User, sue: User
) -> None:
    invoice = make_invoice()
    open_review(page, site, invoice)
    page.keyboard.press("Alt+m")
    expect(page.locator("#people")).to_contain_text(str(approver))
    page.keyboard.press("Alt+Shift+M")
    expect(page.get_by_label("Assigned to", exact=True)).to_be_focused()
    page.keyboard.type("Sue")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#people")).to_contain_text("Sue Moss")
    assert Invoice.objects.get(pk=invoice.pk).assignee == sue


def test_an_invoice_on_hold_is_passed_over_until_it_is_taken_off(page: Page, site: str, make_invoice: Make) -> None:
    first, _held, third = (make_invoice() for _ in range(3))
    open_review(page, site, third)
    page.get_by_role("button", name="Hold").click()
    page.get_by_label("What does it wait for?").fill("Waiting for the goods")
    page.get_by_role("button", name="Put on hold").click()
    expect(page.locator(".toast")).to_contain_text("is on hold")
    page.goto(f"{site}/invoices/{first.pk}/")
    page.get_by_role("button", name="Approve and next").click()
    expect(page).not_to_have_url(re.compile(f"/invoices/({first.pk}|{third.pk})/"))
    open_review(page, site, third)
    expect(page.locator("#approval")).to_contain_text("Waiting for the goods")
    expect(page.locator("#approve-form")).to_contain_text("(on hold)")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast.error")).to_contain_text("Take it off hold first")
    page.locator("#approval").get_by_role("button", name="Take off hold").click()
    expect(page.locator("#approval")).not_to_contain_text("On hold")


def test_hold_by_keyboard_alone(page: Page, site: str, make_invoice: Make) -> None:
    invoice = make_invoice()
    open_review(page, site, invoice)
    page.keyboard.press("Alt+w")
    expect(page.get_by_label("What does it wait for?")).to_be_focused()
    page.keyboard.type("The vendor calls back")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("is on hold")
    assert Invoice.objects.get(pk=invoice.pk).hold_reason == "The vendor calls back"
    open_review(page, site, invoice)
    page.keyboard.press("Alt+w")
    expect(page.locator(".toast")).to_contain_text("back in the work list")


def test_a_common_reason_and_own_words_reject(page: Page, site: str, make_invoice: Make) -> None:
    by_mouse, by_keys = make_invoice(), make_invoice()
    open_review(page, site, by_mouse)
    page.get_by_role("button", name="Reject").click()
    page.get_by_label("Not addressed to us").check()
    page.get_by_label("In your own words").fill("It is for our neighbours")
    page.locator("#reject-panel").get_by_role("button", name="Reject").click()
    expect(page.locator(".toast")).to_contain_text("Rejected")
    by_mouse.refresh_from_db()
    assert by_mouse.rejected_reason == "Not addressed to us. It is for our neighbours"
    open_review(page, site, by_keys)
    page.get_by_role("button", name="Reject").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Rejected")
    by_keys.refresh_from_db()
    assert by_keys.rejected_reason == "Not an invoice"


# --- approval rules ---------------------------------------------------------------------------------------------------


def test_two_people_approve_and_a_change_between_them_counts(
    page: Page, second_page: Page, site: str, make_invoice: Make, workspace: Workspace
) -> None:
    workspace.second_approval_from = Decimal("100")
    workspace.save()
    invoice = make_invoice()
    open_review(page, site, invoice)
    expect(page.locator("#approval")).to_contain_text("Two people must approve this")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("First approval")
    open_review(page, site, invoice)
    expect(page.locator(".review-head .pill")).to_contain_text("1 of 2 approvals")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast.error")).to_contain_text("Another person must give the second one")

    open_review(second_page, site, invoice)
    expect(second_page.locator("#approval")).to_contain_text("awaits a second approval")
    second_page.get_by_label("Gross total").fill("1190.00")
    second_page.get_by_label("Gross total").press("Tab")
    expect(second_page.locator("#approval")).to_contain_text("The first approval counts no longer")
    second_page.get_by_role("button", name="Approve").click()
    expect(second_page.locator(".toast")).to_contain_text("First approval")

    open_review(page, site, invoice)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast", has_text="Approved")).to_be_visible()
    assert Invoice.objects.get(pk=invoice.pk).status == Status.APPROVED


def test_the_first_approval_is_undone(page: Page, site: str, make_invoice: Make, workspace: Workspace) -> None:
    workspace.second_approval_from = Decimal("100")
    workspace.save()
    invoice = make_invoice()
    open_review(page, site, invoice)
    page.get_by_role("button", name="Approve").click()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("taken back")
    assert not Invoice.objects.get(pk=invoice.pk).awaits_second_approval


@pytest.mark.parametrize("by_keys", [False, True], ids=["mouse", "keyboard"])
def test_a_new_bank_account_is_confirmed_before_approval(
    page: Page, site: str, make_invoice: Make, by_keys: bool
) -> None:
    make_invoice(status=Status.APPROVED, values={**VALUES, "invoice_number": "1", "iban": OLD})
    invoice = make_invoice(values={**VALUES, "invoice_number": "2", "iban": NEW})
    open_review(page, site, invoice)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast.error")).to_contain_text("bank details changed")
    box = page.get_by_label("I called the vendor on a known number")
    if by_keys:
        box.focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    else:
        box.check()
        page.get_by_role("button", name="Confirm the account").click()
    expect(page.locator("#approval")).to_contain_text("confirmed the account FR14 2004 1010")
    expect(timeline(page)).to_contain_text("confirmed the account with the vendor")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast", has_text="Approved")).to_be_visible()


# --- accessibility ----------------------------------------------------------------------------------------------------


def test_everything_about_people_is_accessible(
    page: Page, site: str, make_invoice: Make, workspace: Workspace, sue: User, approver: User
) -> None:
    workspace.second_approval_from = Decimal("100")
    workspace.save()
    make_invoice(status=Status.APPROVED, values={**VALUES, "invoice_number": "1", "iban": OLD})
    invoice = make_invoice(values={**VALUES, "invoice_number": "2", "iban": NEW})
    services.comment_add(invoice=invoice, user=sue, text=f"@{approver.email} look")
    services.invoice_assign(invoice=invoice, user=sue, assignee=approver)
    page.goto(f"{site}/notifications/")
    expect(page.get_by_role("link", name="mentioned you")).to_be_visible()
    assert violations_in_both_themes(page) == []
    services.invoice_hold(invoice=invoice, user=sue, reason="Waiting")
    open_review(page, site, invoice)
    page.get_by_label("Comment", exact=True).press_sequentially("@s")
    expect(page.get_by_role("option", name="Sue Moss")).to_be_visible()
    assert violations_in_both_themes(page) == []
    page.get_by_label("Comment", exact=True).fill("")
    page.get_by_role("button", name="Reject").click()
    assert violations_in_both_themes(page) == []
