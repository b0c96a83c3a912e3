"""What is photographed, and how the pictures become small."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
MOST_BYTES = 200_000


def _field(page: Page) -> None:
    page.locator("#input-invoice_number").focus()


def _filters(page: Page) -> None:
    page.locator("#filter-panel > summary").click()


def _chosen(page: Page) -> None:
    for box in page.locator("[name='pick']").all()[2:5]:
        box.check()


def _nothing(page: Page) -> None:
    """The page as it opens."""


def scenes(shown: dict[str, int]) -> list[tuple[str, str, Callable[[Page], None]]]:
    """Name, address and what to do before."""
    sample, copy = f"/invoices/{shown['sample']}/", shown["copy"]
    return [
        ("inbox", "/?status=all", _nothing),
        ("inbox-filters", "/?status=all", _filters),
        ("inbox-chosen", "/?status=all", _chosen),
        ("review", sample, _field),
        ("review-scan", f"/invoices/{shown['scan']}/", _nothing),
        ("review-account", f"/invoices/{shown['moved']}/", _nothing),
        ("shortcuts", sample, lambda page: page.keyboard.press("?")),
        ("doubts", "/doubts/", _nothing),
        ("duplicates", f"/invoices/{copy}/duplicates/", _nothing),
        ("arrange", f"/invoices/{shown['pages']}/arrange/", _nothing),
        ("dashboard", "/dashboard/", _nothing),
        ("exports", "/exports/", _nothing),
        ("notifications", "/notifications/", _nothing),
        ("company", "/settings/company/", _nothing),
        ("members", "/settings/members/", _nothing),
        ("fields", "/settings/fields/", _nothing),
        ("inbound", "/settings/inbound/", _nothing),
        ("mailbox", "/settings/inbound/mailbox/", _nothing),
        ("currency", "/settings/currency/", _nothing),
        ("api", "/settings/api/", _nothing),
        ("activity", "/settings/activity/", _nothing),
        ("profile", "/profile/", _nothing),
        ("guide", "/guide/", _nothing),
    ]


IN_THE_DARK = ("inbox", "review", "doubts", "duplicates", "dashboard")


def take(address: str, email: str, password: str, shown: dict[str, int], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--font-render-hinting=none"])
        for size in SIZES:
            _round(browser, address, email, password, shown, folder, size, dark=False)
        _round(browser, address, email, password, shown, folder, "wide", dark=True)
        browser.close()


def _round(
    browser: Browser,
    address: str,
    email: str,
    password: str,
    shown: dict[str, int],
    folder: Path,
    size: str,
    *,
    dark: bool,
) -> None:
    phone = size == "phone"
    context = browser.new_context(
        viewport=SIZES[size],
        color_scheme="dark" if dark else "light",
        has_touch=phone,
        is_mobile=phone,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{address}/sign-in/")
    page.wait_for_load_state("networkidle")
    if not dark:
        _save(page, folder / f"sign-in-{size}.webp")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/**")
    for name, path, before in scenes(shown):
        if (dark and name not in IN_THE_DARK) or (phone and name == "shortcuts"):
            continue
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        before(page)
        page.wait_for_timeout(400)
        _save(page, folder / f"{name}-{size}{'-dark' if dark else ''}.webp")
    context.close()


def _save(page: Page, path: Path) -> None:
    """As WebP without loss; a scan, with its noise, with a little of it."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.save(path, lossless=True, method=6)
    if path.stat().st_size > MOST_BYTES:
        picture.save(path, quality=85, method=6)
