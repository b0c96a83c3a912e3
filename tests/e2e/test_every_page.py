"""Every page and panel of the product, with work on it: no rule that axe-core knows is broken, nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from extraction.models import Mailbox, User, Workspace

from .axe import violations_in_both_themes
from .conftest import signed_in
from .content import Desk, make_desk

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = [pytest.param(1440, id="desk"), pytest.param(390, id="phone")]


@pytest.fixture
def desk(workspace: Workspace, admin: User) -> Desk:
    return make_desk(workspace, admin)


@pytest.fixture
def visit(site: str, open_browser: Callable[..., Page], admin: User, width: int) -> Iterator[Callable[..., Page]]:
    """Opens a path in one window and looks at it; ``also`` looks again. At the end nothing may have been found."""
    page = signed_in(open_browser(width, 844 if width < 600 else 900, has_touch=width < 600), site, admin)
    found: dict[str, list[str]] = {}

    def go(path: str, *, shows: str = "main") -> Page:
        page.goto(f"{site}{path}")
        expect(page.locator(shows).first).to_be_visible()
        page.wait_for_load_state("networkidle")
        look(page, path, found)
        return page

    go.also = lambda what: look(page, f"{page.url.removeprefix(site)} {what}", found)  # type: ignore[attr-defined]
    yield go
    report(found)


def report(found: dict[str, list[str]]) -> None:
    """Fails with each fault once, and where it was found."""
    places: dict[str, list[str]] = {}
    for what, wrong in found.items():
        for line in wrong:
            places.setdefault(line, []).append(what)
    assert not places, "\n".join(f"{line}\n    on {', '.join(where)}" for line, where in places.items())


def look(page: Page, what: str, found: dict[str, list[str]]) -> None:
    wrong = violations_in_both_themes(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("scrolls sideways")
    if wrong:
        found[what] = wrong


@pytest.mark.parametrize("width", WIDTHS)
def test_lists_and_settings(desk: Desk, visit: Callable[..., Page]) -> None:
    mailbox = Mailbox.objects.get()
    tabs = ("", "?status=review", "?status=held", "?status=failed", "?q=birch", "?q=nothing-has-this", "?sort=vendor")
    for path in (*(f"/{tab}" for tab in tabs), "/doubts/", "/doubts/?field=missing", "/notifications/"):
        visit(path)
    for name in ("company", "members", "fields", "approval", "limits", "inbound", "inbound/mailbox", "activity"):
        visit(f"/settings/{name}/")
    for name in ("api", "api/webhook", "currency"):
        visit(f"/settings/{name}/")
    for path in ("/dashboard/", "/exports/", "/exports/profiles/", "/exports/profiles/new/", "/exports/codes/"):
        visit(path)
    for path in (f"/settings/inbound/mailbox/{mailbox.pk}/", "/profile/", "/guide/", "/workspace/new/", "/password/"):
        visit(path)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_document_in_each_state(desk: Desk, visit: Callable[..., Page]) -> None:
    for invoice in (desk.busy, desk.plain, desk.twin, desk.approved, desk.rejected, desk.failed, desk.queued):
        visit(f"/invoices/{invoice.pk}/")
    page = visit(f"/invoices/{desk.deleted.pk}/")
    expect(page.get_by_role("heading").first).to_be_visible()
    visit(f"/invoices/{desk.busy.pk}/activity/")
    visit(f"/invoices/{desk.twin.pk}/duplicates/")
    visit(f"/invoices/{desk.plain.pk}/duplicates/")
    visit(f"/invoices/{desk.busy.pk}/arrange/")
    visit("/invoices/999999/")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_panels_of_the_review_page(desk: Desk, visit: Callable[..., Page], width: int) -> None:
    page = visit(f"/invoices/{desk.busy.pk}/", shows="#review[data-ready=true]")
    also = visit.also  # type: ignore[attr-defined]
    page.locator("#field-gross_total .input").focus()
    page.locator("#field-gross_total .input").fill("no amount")
    page.keyboard.press("Tab")
    expect(page.locator("#field-gross_total .error-text")).to_be_visible()
    also("a refused value")
    page.evaluate("document.activeElement.blur()")
    for panel in ("reject-panel", "assign-panel", "shortcuts"):
        page.evaluate("id => document.getElementById(id).showModal()", panel)
        also(panel)
        page.keyboard.press("Escape")
    page.locator(".review-head details.menu summary").click()
    also("the menu")
    page.keyboard.press("Escape")
    for summary in page.locator("details.more > summary").all():
        summary.click()
    also("more fields")
    page.locator("#comment-text").fill("@s")
    also("a mention")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_table_with_its_guides_and_the_hold_panel(desk: Desk, visit: Callable[..., Page]) -> None:
    page = visit(f"/invoices/{desk.plain.pk}/", shows="#review[data-ready=true]")
    also = visit.also  # type: ignore[attr-defined]
    cell = page.get_by_role("grid", name="Line items").locator("tbody td").first
    cell.focus()
    page.keyboard.press("F2")
    also("a cell that is typed in")
    page.keyboard.press("Escape")
    page.locator("[data-grid=line_items] [data-do=guides]").click()
    expect(page.locator(".guide-frame").first).to_be_attached()
    also("guides")
    page.locator("[data-guides-close]").first.click()
    page.locator("#hold").click()
    expect(page.locator("#hold-panel")).to_be_visible()
    also("the hold panel")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_panels_of_the_inbox(desk: Desk, visit: Callable[..., Page], width: int) -> None:
    page = visit("/")
    also = visit.also  # type: ignore[attr-defined]
    page.locator("#results tbody input[type=checkbox]").first.check()
    expect(page.locator("#bulk")).to_be_visible()
    also("a document chosen")
    for menu in page.locator("#bulk details > summary").all():
        if menu.is_visible():
            menu.click()
            also(f"bulk {menu.inner_text()}")
            page.keyboard.press("Escape")
    page.locator("#filter-panel summary").click()
    also("filters")
    page.keyboard.press("Escape")
    for menu in page.locator(".topbar details > summary").all():
        if menu.is_visible():
            menu.click()
            also(f"menu {menu.get_attribute('aria-label') or menu.inner_text()}")
            page.keyboard.press("Escape")
    page.evaluate("document.getElementById('shortcuts').showModal()")
    also("shortcuts")


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_for_who_is_not_signed_in(site: str, open_browser: Callable[..., Page], db: None, width: int) -> None:
    page, found = open_browser(width), {}
    for path in ("/sign-in/", "/no-such-page/", "/welcome/MQ/not-a-token/"):
        page.goto(site + path)
        look(page, path, found)
    page.goto(f"{site}/sign-in/")
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").first.wait_for()
    look(page, "a refused sign-in", found)
    report(found)
