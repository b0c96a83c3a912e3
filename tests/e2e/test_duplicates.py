"""Two documents side by side in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from extraction.models import DistinctPair, Invoice, InvoicePage, Status, User
from extraction.services.duplicates import problems_refresh
from tests.badfiles import picture
from tests.builders import VALUES

from .axe import violations_in_both_themes
from .conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def twins(make_invoice: Callable[..., Invoice]) -> tuple[Invoice, Invoice]:
    pair = make_invoice(values=VALUES), make_invoice(values={**VALUES, "currency": "USD"})
    for invoice in pair:
        for number in (1, 2):
            row = InvoicePage(invoice=invoice, number=number, width=600, height=800, source="ocr")
            row.image.save("page.jpg", ContentFile(picture("JPEG", size=(600, 800))), save=True)
        problems_refresh(invoice)
    return pair


def test_the_problem_leads_to_both_and_one_is_rejected(page: Page, site: str, twins: tuple[Invoice, Invoice]) -> None:
    first, second = twins
    page.goto(f"{site}/invoices/{second.pk}/")
    page.get_by_role("link", name="Compare").click()
    expect(page.locator(".page img")).to_have_count(4)
    expect(page.locator("tr.differs")).to_contain_text("Currency")
    expect(page.locator("tr.differs")).to_have_count(1)
    page.get_by_role("button", name="Duplicate: reject this one").click()
    expect(page.locator(".toast")).to_contain_text("as a duplicate")
    expect(page).to_have_url(re.compile(f"/invoices/{first.pk}/"))
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.status, first.status) == (Status.REJECTED, Status.REVIEW)
    assert "possible_duplicate" not in {problem["code"] for problem in first.problems}
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("open for changes again")


def test_keys_keep_both_and_take_that_back(page: Page, site: str, twins: tuple[Invoice, Invoice]) -> None:
    first, second = twins
    page.goto(f"{site}/invoices/{second.pk}/duplicates/")
    page.keyboard.press("b")
    expect(page.locator(".toast")).to_contain_text("Kept both")
    assert DistinctPair.objects.get().first == first
    page.goto(f"{site}/invoices/{second.pk}/duplicates/")
    expect(page.get_by_role("heading", name="No duplicate left")).to_be_visible()
    page.goto(f"{site}/invoices/{second.pk}/")
    expect(page.get_by_role("link", name="Compare")).to_have_count(0)


def test_a_key_rejects_the_other_one(page: Page, site: str, twins: tuple[Invoice, Invoice]) -> None:
    first, second = twins
    page.goto(f"{site}/invoices/{second.pk}/duplicates/")
    page.keyboard.press("2")
    expect(page).to_have_url(re.compile(f"/invoices/{second.pk}/$"))
    first.refresh_from_db()
    assert first.status == Status.REJECTED


def test_the_pages_scroll_and_zoom_in_step(page: Page, site: str, twins: tuple[Invoice, Invoice]) -> None:
    page.goto(f"{site}/invoices/{twins[1].pk}/duplicates/")
    panes = page.locator(".page-scroll")
    page.keyboard.press("+")
    expect(page.locator("#zoom-level")).to_have_text("125 %")
    widths = [panes.nth(side).locator("img").first.evaluate("image => image.clientWidth") for side in (0, 1)]
    assert widths[0] == pytest.approx(widths[1], abs=2)
    panes.nth(1).hover()
    page.mouse.wheel(0, 300)
    expect(panes.nth(0).locator("img").first).not_to_be_in_viewport(ratio=0.95)
    tops = [panes.nth(side).evaluate("pane => pane.scrollTop") for side in (0, 1)]
    assert tops[0] == pytest.approx(tops[1], abs=3)
    assert tops[0] > 0


def test_a_phone_shows_one_part_at_a_time(
    open_browser: Callable[..., Page], site: str, twins: tuple[Invoice, Invoice], approver: User
) -> None:
    page = signed_in(open_browser(width=390, height=844), site, approver)
    page.goto(f"{site}/invoices/{twins[1].pk}/duplicates/")
    values = page.get_by_role("table")
    expect(values).to_be_hidden()
    page.get_by_role("button", name="Values").click()
    expect(values).to_be_visible()
    expect(page.get_by_role("button", name="Both are real")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations_in_both_themes(page) == []


def test_side_by_side_is_accessible(page: Page, site: str, twins: tuple[Invoice, Invoice]) -> None:
    page.goto(f"{site}/invoices/{twins[1].pk}/duplicates/")
    expect(page.locator("tr.differs")).to_be_visible()
    assert violations_in_both_themes(page) == []
