"""No page breaks a rule that axe-core knows, in the light theme and in the dark one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from extraction.models import Invoice

from .axe import violations_in_both_themes

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_inbox(page: Page, make_invoice: Callable[..., Invoice], site: str):
    for status in ("queued", "review", "approved", "failed", "rejected"):
        make_invoice(status=status)
    page.goto(site)
    page.locator("#results tbody tr").first.wait_for()
    assert violations_in_both_themes(page) == []


def test_the_review(page: Page, make_invoice: Callable[..., Invoice], site: str):
    page.goto(f"{site}/invoices/{make_invoice().pk}/")
    page.get_by_role("heading", name="Birch & Sons Ltd").wait_for()
    assert violations_in_both_themes(page) == []
