"""Settings, members, languages and first steps, as people meet them in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from extraction import services
from extraction.models import Invoice, Membership, Role, User, Workspace

from .axe import violations_in_both_themes
from .conftest import sign_in, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "quite another password"


@pytest.fixture
def desk(site: str, open_browser: Callable[..., Page], admin: User) -> Page:
    """The window of the workspace's admin."""
    return signed_in(open_browser(), site, admin)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, name: str) -> None:
    """Walk on with the keyboard until what is named so has the focus."""
    for _step in range(60):
        press(page, "Tab")
        told = page.evaluate(
            "(e => (e.labels?.[0]?.textContent || e.getAttribute('aria-label') || e.textContent).trim())"
            "(document.activeElement)"
        )
        if told.startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_an_invited_colleague_opens_the_link_and_works_as_a_reviewer(
    desk: Page, site: str, open_browser: Callable[..., Page]
) -> None:
    desk.goto(f"{site}/settings/members/")
    desk.get_by_label("E-mail").fill("new@example.com")
    desk.get_by_role("button", name="Invite").click()
    link = desk.get_by_label("Link for new@example.com").input_value()
    theirs = open_browser()
    theirs.goto(link)
    expect(theirs.get_by_text("For new@example.com.")).to_be_visible()
    for label in ("New password", "New password confirmation"):
        theirs.get_by_label(label, exact=True).fill(PASSWORD)
    theirs.get_by_role("button", name="Save and sign in").click()
    expect(theirs.get_by_role("heading", name="Inbox")).to_be_visible()
    theirs.get_by_label("Your account").click()
    expect(theirs.get_by_role("link", name="Your profile")).to_be_visible()
    expect(theirs.get_by_role("link", name="Settings")).to_have_count(0)
    sign_in(open_browser(), site, "new@example.com", PASSWORD)
    desk.reload()
    expect(desk.get_by_text("invited", exact=True)).to_have_count(0)


def test_a_member_is_invited_and_made_approver_with_the_keyboard_alone(desk: Page, site: str) -> None:
    desk.goto(f"{site}/settings/members/")
    tab_to(desk, "E-mail")
    desk.keyboard.type("new@example.com")
    press(desk, "Enter")
    expect(desk.get_by_label("Link for new@example.com")).to_be_visible()
    tab_to(desk, "Role of new@example.com")
    desk.keyboard.type("App")
    expect(desk.get_by_text("new@example.com is Approver now.")).to_be_visible()
    tab_to(desk, "Actions for new@example.com")
    press(desk, "Enter")
    tab_to(desk, "Remove from this workspace")
    press(desk, "Enter")
    expect(desk.get_by_text("new@example.com is not a member any more.")).to_be_visible()
    assert not Membership.objects.filter(user__email="new@example.com").exists()


def test_a_field_made_required_has_its_star_on_the_review_page(
    desk: Page, site: str, make_invoice: Callable[..., Invoice]
) -> None:
    desk.goto(f"{site}/settings/fields/")
    box = desk.get_by_label("Purchase order is required")
    box.focus()
    press(desk, "Space", "Enter")
    expect(desk.get_by_text("Saved.")).to_be_visible()
    desk.goto(f"{site}/invoices/{make_invoice().pk}/")
    field = desk.locator("#field-purchase_order")
    expect(field).to_be_visible()
    expect(field.locator(".required")).to_have_count(1)
    expect(field.get_by_text("missing")).to_be_visible()


def test_a_wrong_vat_id_is_explained_beside_it_and_stays(desk: Page, site: str) -> None:
    desk.goto(f"{site}/settings/company/")
    numbers = desk.get_by_label("Your VAT IDs and tax numbers")
    numbers.fill("DE136695977")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("is not a valid VAT ID")).to_be_visible()
    expect(numbers).to_have_value("DE136695977")
    assert violations_in_both_themes(desk) == []
    numbers.fill("DE136695976")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("It holds for every document that is read from now on.")).to_be_visible()


def test_the_language_is_switched_in_the_profile_and_kept(
    desk: Page, site: str, make_invoice: Callable[..., Invoice]
) -> None:
    invoice = make_invoice()
    desk.goto(f"{site}/profile/")
    desk.get_by_label("Language").select_option("de")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("heading", name="Ihr Profil")).to_be_visible()
    desk.goto(site)
    expect(desk.get_by_role("heading", name="Eingang")).to_be_visible()
    expect(desk.get_by_text("14.03.2024")).to_be_visible()
    desk.goto(f"{site}/invoices/{invoice.pk}/")
    expect(desk.get_by_role("button", name="Freigeben")).to_be_visible()
    assert desk.locator("html").get_attribute("lang") == "de"


def test_the_sign_in_page_speaks_the_browsers_language(site: str, open_browser: Callable[..., Page]) -> None:
    page = open_browser(locale="de-DE")
    page.goto(site)
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()


def test_the_workspace_is_switched_in_the_bar_by_mouse_and_keyboard(
    desk: Page, site: str, admin: User, make_invoice: Callable[..., Invoice]
) -> None:
    other = Workspace.objects.create(name="Birch Holding")
    Membership.objects.create(workspace=other, user=admin, role=Role.ADMIN)
    here, there = make_invoice(), make_invoice(workspace=other)
    desk.goto(site)
    expect(desk.locator(f"#invoice-{here.pk}")).to_be_visible()
    desk.get_by_label("Workspace: Acme. Switch").click()
    desk.get_by_role("button", name="Birch Holding").click()
    expect(desk.locator(f"#invoice-{there.pk}")).to_be_visible()
    expect(desk.locator(f"#invoice-{here.pk}")).to_have_count(0)
    desk.goto(f"{site}/invoices/{here.pk}/")
    expect(desk.get_by_role("heading", name="Birch & Sons Ltd")).to_be_visible()
    desk.goto(site)
    desk.get_by_label("Workspace: Birch Holding. Switch").focus()
    press(desk, "Enter", "Tab", "Enter")
    expect(desk.locator(f"#invoice-{here.pk}")).to_be_visible()


def test_the_first_steps_guide_a_new_admin_until_they_hide_them(desk: Page, site: str) -> None:
    desk.goto(site)
    steps = desk.get_by_role("region", name="First steps")
    expect(steps.get_by_text("0 of 5 done")).to_be_visible()
    steps.get_by_role("link", name="Say what your company is called").click()
    desk.get_by_label("Names of your company").fill("Acme GmbH")
    desk.get_by_role("button", name="Save").click()
    desk.goto(site)
    expect(steps.get_by_text("1 of 5 done")).to_be_visible()
    steps.get_by_role("button", name="Hide").click()
    expect(steps).to_have_count(0)
    desk.get_by_label("Your account").click()
    desk.get_by_role("link", name="Getting started").click()
    desk.get_by_role("button", name="Show these steps in the inbox again").click()
    desk.goto(site)
    expect(steps).to_be_visible()


def test_the_theme_of_the_profile_is_kept_in_the_browser(desk: Page, site: str) -> None:
    desk.goto(f"{site}/profile/")
    desk.get_by_role("radio", name="Dark").check()
    desk.goto(site)
    assert desk.locator("html").get_attribute("data-theme") == "dark"


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_settings_page_breaks_a_rule_of_accessibility_or_scrolls_sideways(
    site: str,
    open_browser: Callable[..., Page],
    admin: User,
    reviewer: User,
    make_invoice: Callable[..., Invoice],
    language: str,
    width: int,
) -> None:
    services.profile_set(user=admin, name="Ada", language=language)
    services.invoice_reject(invoice=make_invoice(), user=reviewer, reason="no")
    page = signed_in(open_browser(width), site, admin)
    found = {}
    sections = ("company", "members", "fields", "approval", "limits", "activity")
    for path in (*(f"settings/{name}/" for name in sections), "profile/", "guide/", "workspace/new/", ""):
        page.goto(f"{site}/{path}")
        wrong = violations_in_both_themes(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("scrolls sideways")
        if wrong:
            found[path] = wrong
    assert found == {}


def test_the_page_behind_an_invitation_breaks_no_rule(
    site: str, open_browser: Callable[..., Page], admin: User, workspace: Workspace
) -> None:
    invitation = services.member_invite(workspace=workspace, user=admin, email="new@example.com", role=Role.REVIEWER)
    page = open_browser(390)
    for path in (invitation.path, "/welcome/MQ/not-a-token/"):
        page.goto(site + path)
        assert violations_in_both_themes(page) == []


@pytest.mark.parametrize("width", [1440, 390])
def test_a_mailbox_that_cannot_be_reached_is_told_by_keyboard_and_a_folder_watched(
    width: int, site: str, open_browser: Callable[..., Page], admin: User, settings: Any, tmp_path: Any
) -> None:
    settings.WATCH_DIR = tmp_path / "watched"
    page = signed_in(open_browser(width), site, admin)
    page.goto(f"{site}/settings/inbound/mailbox/")
    page.get_by_label("E-mail address").focus()
    for typed in ("in@example.com", "127.0.0.1"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.get_by_label("Security").select_option("none")
    page.get_by_label("Port").fill("9")
    page.get_by_label("Password").fill("secret")
    page.keyboard.press("Enter")
    page.get_by_text("127.0.0.1:9 cannot be reached").wait_for()
    assert violations_in_both_themes(page) == []
    page.goto(f"{site}/settings/inbound/")
    page.get_by_label("Name of the folder").fill("scanner")
    page.keyboard.press("Enter")
    page.get_by_role("row", name="scanner").wait_for()
    assert violations_in_both_themes(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
