"""The dashboard in a real browser: with the mouse, with keys alone, on paper, and for assistive technology."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from extraction.models import Invoice, Status, User, VendorCategory

from .axe import violations_in_both_themes
from .conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def board(page: Page, site: str, spending: None) -> Page:
    page.goto(f"{site}/dashboard/")
    expect(page.get_by_role("heading", name="Spend by month")).to_be_visible()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    return page


@pytest.fixture
def spending(make_invoice: Callable[..., Invoice]) -> None:
    """Three vendors this month, one of them not approved yet, and one document of last month; all due."""
    today = timezone.localdate()
    last_month = today.replace(day=1) - timedelta(days=1)
    for vendor, gross, issued, status in (
        ("Alder", "300.00", today, Status.APPROVED),
        ("Birch", "200.00", today, Status.EXPORTED),
        ("Cedar", "50.00", today, Status.REVIEW),
        ("Alder", "70.00", last_month, Status.APPROVED),
    ):
        make_invoice(
            vendor_name=vendor, gross_total=Decimal(gross), amount_due=None, issue_date=issued, status=status,
            due_date=today, seconds=2.0, approved_at=timezone.now() if status != Status.REVIEW else None,
        )  # fmt: skip


def figure(page: Page, name: str) -> Locator:
    return page.locator(f"#figure-{name}")


def rows(page: Page) -> Locator:
    return page.locator("#results tbody tr[id]")


# --- mouse ------------------------------------------------------------------------------------------------------------


def test_another_period_changes_every_figure_and_the_address(board: Page) -> None:
    expect(figure(board, "vendors")).to_contain_text("370.00")
    board.get_by_label("Period", exact=True).select_option("this-month")
    expect(figure(board, "vendors")).to_contain_text("300.00")
    expect(figure(board, "vendors")).not_to_contain_text("370.00")
    board.wait_for_url("**period=this-month**")
    board.reload()
    expect(board.get_by_label("Period", exact=True)).to_have_value("this-month")
    expect(figure(board, "vendors")).to_contain_text("300.00")


def test_dates_are_asked_for_only_where_they_count(board: Page) -> None:
    expect(board.get_by_label("From", exact=True)).to_be_hidden()
    board.get_by_label("Period", exact=True).select_option("custom")
    expect(board.get_by_label("From", exact=True)).to_be_visible()
    board.get_by_label("From", exact=True).fill("2020-01-01")
    board.get_by_label("To", exact=True).fill("2020-12-31")
    board.get_by_label("To", exact=True).blur()
    expect(figure(board, "vendors")).to_contain_text("Nothing in this period.")


def test_a_bar_shows_its_value_and_opens_its_documents(board: Page) -> None:
    bar = board.get_by_role("link", name="Alder, Approved: 370.00 EUR")
    bar.hover()
    expect(board.locator("#tip")).to_have_text("Alder\nApproved\n370.00 EUR")
    bar.click()
    expect(rows(board)).to_have_count(2)
    expect(board.locator(".chips")).to_contain_text("Alder")
    for at in range(2):
        expect(rows(board).nth(at)).to_contain_text("Alder")


def test_the_approved_only_switch_takes_out_what_waits(board: Page) -> None:
    expect(board.locator(".cards")).to_contain_text("Of it not approved yet")
    board.get_by_label("Documents", exact=True).select_option("approved")
    expect(board.locator(".cards")).not_to_contain_text("Of it not approved yet")
    expect(figure(board, "vendors")).not_to_contain_text("Cedar")


def test_the_table_of_a_figure_opens_and_its_csv_is_the_same(board: Page) -> None:
    vendors = figure(board, "vendors")
    expect(vendors.get_by_role("table")).to_be_hidden()
    vendors.get_by_text("Table").click()
    expect(vendors.get_by_role("row").nth(1)).to_contain_text("Alder")
    with board.expect_download() as download:
        vendors.get_by_role("link", name="CSV of Spend by vendor").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    assert text.splitlines() == [
        "Vendor,Approved (EUR),Not approved yet (EUR),Documents", "Alder,370.00,0.00,2", "Birch,200.00,0.00,1",
        "Cedar,0.00,50.00,1",
    ]  # fmt: skip


def test_a_day_of_the_calendar_opens_what_is_due(board: Page) -> None:
    figure(board, "calendar").locator(".today a").click()
    expect(rows(board)).to_have_count(3)  # the exported one is handed over


def test_a_category_is_saved_while_one_goes_on(page: Page, site: str, spending: None) -> None:
    page.goto(f"{site}/dashboard/vendors/")
    field = page.get_by_role("combobox", name="Alder")
    field.fill("Rent")
    field.press("Tab")
    expect(page.locator(".saved").first).to_contain_text("Saved")
    assert VendorCategory.objects.get().category == "Rent"


# --- keys alone -------------------------------------------------------------------------------------------------------


def test_keys_walk_through_a_chart_and_open_a_bar(board: Page) -> None:
    first = figure(board, "vendors").locator(".hit").first
    figure(board, "vendors").get_by_role("link", name="CSV of Spend by vendor").focus()
    board.keyboard.press("Tab")
    expect(first).to_be_focused()
    expect(board.locator("#tip")).to_contain_text("370.00 EUR")
    board.keyboard.press("ArrowDown")
    expect(board.get_by_role("link", name="Birch, Approved: 200.00 EUR")).to_be_focused()
    expect(board.locator("#tip")).to_contain_text("200.00 EUR")
    board.keyboard.press("Escape")
    expect(board.locator("#tip")).to_be_hidden()
    board.keyboard.press("Enter")
    expect(rows(board)).to_have_count(1)
    expect(rows(board)).to_contain_text("Birch")


def test_a_chart_is_one_tab_stop_also_after_the_filters_changed(board: Page) -> None:
    board.get_by_label("Amounts").focus()
    board.keyboard.press("ArrowDown")
    board.wait_for_url("**amounts=net**")
    expect(figure(board, "months").locator('.hit[tabindex="0"]')).to_have_count(1)
    figure(board, "months").get_by_role("link", name="CSV of Spend by month").focus()
    board.keyboard.press("Tab")
    board.keyboard.press("Tab")
    expect(figure(board, "months").locator("summary")).to_be_focused()
    board.keyboard.press("Enter")
    expect(figure(board, "months").get_by_role("table")).to_be_visible()


# --- for everybody ----------------------------------------------------------------------------------------------------


def test_the_dashboard_is_accessible_in_both_themes(board: Page) -> None:
    for summary in board.locator("summary", has_text="Table").all():
        summary.click()
    assert violations_in_both_themes(board) == []


def test_the_table_of_vendors_and_the_rates_are_accessible(
    site: str, open_browser: Callable[..., Page], admin: User, spending: None
) -> None:
    page = signed_in(open_browser(), site, admin)
    for path in ("dashboard/vendors/", "settings/currency/"):
        page.goto(f"{site}/{path}")
        assert violations_in_both_themes(page) == [], path


@pytest.mark.parametrize("width", [390, 1440, 3840])
def test_nothing_is_wider_than_the_screen(
    site: str, open_browser: Callable[..., Page], approver: User, spending: None, width: int
) -> None:
    page = signed_in(open_browser(width=width), site, approver)
    page.goto(f"{site}/dashboard/")
    expect(page.get_by_role("heading", name="Spend by month")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_the_controls_are_left_out_and_figures_stay_whole(board: Page, tmp_path: Any) -> None:
    board.emulate_media(media="print")
    for part in (".board-filters", ".figure-csv", ".topbar"):
        expect(board.locator(part).first).to_be_hidden()
    expect(figure(board, "months").locator(".chart")).to_be_visible()
    assert board.evaluate("getComputedStyle(document.querySelector('.figure')).breakInside") == "avoid"
    paper = board.pdf(format="A4", prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")


def test_without_scripts_the_form_and_the_links_still_work(
    site: str, open_browser: Callable[..., Page], approver: User, spending: None
) -> None:
    page = signed_in(open_browser(java_script_enabled=False), site, approver)
    page.goto(f"{site}/dashboard/")
    page.get_by_label("Period", exact=True).select_option("this-month")
    page.get_by_role("button", name="Show").click()
    expect(figure(page, "vendors")).to_contain_text("300.00")
    page.get_by_role("link", name="Alder, Approved: 300.00 EUR").click()
    expect(rows(page)).to_have_count(1)


def test_the_day_of_today_is_in_the_calendar(board: Page) -> None:
    today: date = timezone.localdate()
    expect(figure(board, "calendar").locator(".today .day-number")).to_have_text(str(today.day))
