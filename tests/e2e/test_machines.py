"""API tokens and webhooks in the settings, in a real browser: by mouse, by keyboard alone, and for screen readers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from extraction import services
from extraction.models import Invoice, User, Webhook, Workspace
from tests.webhooks.receiver import Receiver, answering

from .axe import violations_in_both_themes
from .conftest import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = settings.WEBHOOK_ALLOW_HTTP = True
    with Receiver() as running:
        yield running


@pytest.fixture
def page(site: str, open_browser: Callable[..., Page], admin: User) -> Page:
    return signed_in(open_browser(), f"{site}/settings/api/", admin)


def asks(site: str, secret: str) -> int:
    return requests.get(f"{site}/api/v1/me", headers={"Authorization": f"Bearer {secret}"}, timeout=30).status_code


def test_a_token_is_made_shown_once_used_and_revoked(page: Page, site: str):
    page.goto(f"{site}/settings/api/")
    page.get_by_label("Name").fill("ERP")
    page.get_by_label("See documents and vendors").check()
    page.get_by_role("button", name="Make the token").click()
    secret = page.get_by_label("API token").input_value()
    assert asks(site, secret) == 200
    page.goto(f"{site}/settings/api/")
    expect(page.get_by_role("row", name="ERP")).to_be_visible()
    assert secret not in page.content()
    page.get_by_role("button", name="Revoke ERP").click()
    expect(page.get_by_text("revoked", exact=True)).to_be_visible()
    assert asks(site, secret) == 401


def test_a_token_is_made_with_the_keyboard_alone(page: Page, site: str, workspace: Workspace, admin: User):
    services.token_create(workspace=workspace, user=admin, name="First", scopes=["bi:read"])
    page.goto(f"{site}/settings/api/")
    page.locator("summary", has_text="New token").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Scanner")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_label("API token")).to_have_value(re.compile(r"^ilk_[\w-]{43}$"))
    expect(page.get_by_role("row", name="Scanner")).to_be_visible()


def test_a_webhook_is_set_up_tested_and_its_message_sent_again(page: Page, receiver: Receiver):
    page.get_by_role("link", name="Add a webhook").click()
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_label("It was approved").check()
    page.get_by_role("button", name="Save").click()
    assert page.get_by_label("Secret of the webhook").input_value().startswith("whsec_")
    receiver.behaviours = [answering(500, b"out of order"), answering(200)]
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The test did not arrive.")).to_be_visible()
    expect(page.get_by_text("given up")).to_be_visible()
    page.get_by_text("webhook.test").first.click()
    expect(page.get_by_text("out of order")).to_be_visible()
    page.get_by_role("button", name="Send again: webhook.test").click()
    expect(page.get_by_text("It is sent once more within seconds.")).to_be_visible()
    assert services.webhook_send(webhook_id=Webhook.objects.get().pk) == 1
    page.reload()
    expect(page.get_by_text("delivered", exact=True)).to_be_visible()


def test_a_webhook_is_set_up_with_the_keyboard_alone(page: Page, receiver: Receiver):
    page.get_by_role("link", name="Add a webhook").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Add a webhook").wait_for()
    page.get_by_label("Address").focus()
    page.keyboard.type(receiver.url)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send a test").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The test arrived: 200")).to_be_visible()
    assert len(receiver.messages) == 1


def test_no_page_breaks_a_rule_of_accessibility(
    page: Page, site: str, receiver: Receiver, workspace: Workspace, admin: User, make_invoice: Callable[..., Invoice]
):
    assert violations_in_both_themes(page) == []  # empty
    services.token_create(workspace=workspace, user=admin, name="ERP", scopes=["invoices:read"])
    hook, _secret = services.webhook_create(workspace=workspace, user=admin, url=receiver.url)
    for _number in range(2):
        services.invoice_approve(invoice=make_invoice(), user=admin)
    receiver.behaviours = [answering(200), answering(500)]
    services.webhook_send(webhook_id=hook.pk)
    for address in ("settings/api/", f"settings/api/webhook/{hook.pk}/", "settings/api/webhook/", "api/v1/docs"):
        page.goto(f"{site}/{address}")
        assert violations_in_both_themes(page) == [], address


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_hangs_over_the_edge(
    site: str, open_browser: Callable[..., Page], workspace: Workspace, admin: User, width: int
):
    services.token_create(workspace=workspace, user=admin, name="ERP", scopes=["invoices:read", "bi:read"])
    hook, _secret = services.webhook_create(workspace=workspace, user=admin, url=f"https://example.com/{'long' * 30}")
    page = signed_in(open_browser(width=width), f"{site}/settings/api/", admin)
    for address in ("settings/api/", f"settings/api/webhook/{hook.pk}/", "api/v1/docs"):
        page.goto(f"{site}/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
