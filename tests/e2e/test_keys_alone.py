"""The main job from sign-in to approved, by somebody who owns no mouse."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from extraction.models import Comment, Invoice, LineItem, Status, User
from tests.builders import VALUES
from tests.conftest import PASSWORD

from .content import add_lines, add_pages

pytestmark = pytest.mark.django_db(transaction=True)


def tab_to(page: Page, wanted: Locator, *, most: int = 60) -> None:
    """As a person does who looks where the focus is."""
    for _press in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


@pytest.fixture
def invoices(make_invoice: Callable[..., Invoice]) -> list[Invoice]:
    """Two of one vendor, of which the first has a doubtful total, and one of somebody else."""
    made = []
    for number, vendor in enumerate(("Oak Ltd", "Oak Ltd", "Elm Ltd"), start=1):
        values = {**VALUES, "vendor_name": vendor, "invoice_number": f"R-{number}"}
        made.append(add_pages(make_invoice(values=values, file_name=f"{number}.png")))
        add_lines(made[-1])
    return made


def test_from_sign_in_to_approved(
    site: str, open_browser: Callable[..., Page], approver: User, invoices: list[Invoice]
) -> None:
    page = open_browser()
    keys = page.keyboard
    page.goto(site)
    expect(page.get_by_label("E-mail")).to_be_focused()
    keys.type(approver.email)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.wait_for_load_state("networkidle")  # keys work once the scripts do; no person is as quick as this
    find_and_open(page)
    first = next(invoice for invoice in invoices if f"/invoices/{invoice.pk}/" in page.url)
    first.field_values.filter(name="gross_total").update(confidence=0.4)
    page.reload()
    correct(page, first)
    fix_a_line(page, first)
    comment(page, first)
    approve(page, first, invoices)


def find_and_open(page: Page) -> None:
    keys = page.keyboard
    keys.press("/")
    keys.type("oak")
    keys.press("Enter")
    rows = page.locator("table.documents tbody tr")
    expect(rows).to_have_count(2)
    keys.press("ArrowDown")
    expect(rows.first.locator(".open")).to_be_focused()
    keys.press("Enter")
    page.wait_for_url("**/invoices/**")


def correct(page: Page, invoice: Invoice) -> None:
    """The doubtful field has the focus; what is typed replaces it."""
    expect(page.locator("#review")).to_have_attribute("data-ready", "true")
    expect(page.locator("#input-gross_total")).to_be_focused()
    page.keyboard.type("1.190,00")
    page.keyboard.press("Enter")
    expect(page.locator("#save-state")).to_have_text("All changes saved")
    assert invoice.field_values.get(name="gross_total").human_value == "1190.00"


def fix_a_line(page: Page, invoice: Invoice) -> None:
    grid = page.get_by_role("grid", name="Line items")
    tab_to(page, grid.locator("td[tabindex='0']"))
    keys = page.keyboard
    keys.press("ArrowDown")
    keys.press("End")
    expect(grid.locator("tbody tr").nth(1).locator("td.col-amount")).to_be_focused()
    keys.type("31.5")
    keys.press("Enter")
    expect(page.locator("[data-grid=line_items] [data-state]")).to_have_text("Saved")
    assert LineItem.objects.get(invoice=invoice, position=2).amount == Decimal("31.5")


def comment(page: Page, invoice: Invoice) -> None:
    page.keyboard.press("Alt+c")
    expect(page.locator("#comment-text")).to_be_focused()
    page.keyboard.type("The total is in small print.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("small print")
    expect(page.locator("#comment-text")).to_have_value("")
    assert Comment.objects.get(invoice=invoice).text == "The total is in small print."


def approve(page: Page, first: Invoice, invoices: list[Invoice]) -> None:
    page.keyboard.press("Alt+a")
    other = next(invoice for invoice in invoices[:2] if invoice != first)
    page.wait_for_url(f"**/invoices/{other.pk}/**")
    expect(page.locator(".toast", has_text="Approved")).to_be_visible()
    expect(page.locator("#review")).to_have_attribute("data-ready", "true")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda address: f"/invoices/{other.pk}/" not in address)
    assert set(Invoice.objects.filter(status=Status.APPROVED)) == {first, other}


def test_alt_and_a_letter_work_in_a_cell_and_what_is_typed_there_is_saved_first(
    page: Page, site: str, invoices: list[Invoice]
) -> None:
    page.goto(f"{site}/invoices/{invoices[0].pk}/")
    expect(page.locator("#review")).to_have_attribute("data-ready", "true")
    page.get_by_role("grid", name="Line items").locator("tbody tr").nth(2).locator("td.col-amount").focus()
    page.keyboard.type("77")
    page.keyboard.press("Alt+a")
    expect(page.locator(".toast", has_text="Approved")).to_be_visible()
    assert LineItem.objects.get(invoice=invoices[0], position=3).amount == 77
