"""A real Chromium against a real server; a thread of the test reads, with the engine but without models."""

from __future__ import annotations

import base64
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from extraction import services
from extraction.engine import read_invoice
from extraction.engine.options import ReadOptions
from extraction.engine.record import Reading
from extraction.models import Invoice, Status, User
from tests.builders import FakeOcr
from tests.conftest import PASSWORD

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
expect.set_options(timeout=15_000)  # a machine that has other things to do; what shows sooner is not waited for


def read_without_models(path: Path, /, *, options: ReadOptions, **extra: Any) -> Reading:
    """The reader of these tests: the engine with an OCR that sees the same receipt in every picture."""
    return read_invoice(path, options=options, **{**extra, "ocr": FakeOcr("Corner Shop Ltd\nTotal EUR 12.50")})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium: apt-get install chromium (or set CHROMIUM to its path)")
    # Playwright runs an event loop in this thread; Django would take our queries for a mistake.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_browser(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a window; at the end nothing may have gone wrong in any: no exception, no line blocked by the policy."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_window(width: int = 1440, height: int = 900, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: "Security Policy" in message.text and troubles.append(message.text))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    settings.INVOICE_READER = "tests.e2e.conftest.read_without_models"
    return str(live_server.url)


def sign_in(page: Page, address: str, email: str, password: str = PASSWORD) -> Page:
    """As people do."""
    page.goto(address)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Inbox").wait_for()
    return page


def signed_in(page: Page, address: str, user: User) -> Page:
    """By a session made on the side: quicker."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    page.goto(address)
    return page


@pytest.fixture
def page(site: str, open_browser: Callable[..., Page], approver: User) -> Page:
    return signed_in(open_browser(), site, approver)


class Worker(threading.Thread):
    """Reads what is queued, one after the other, until it is stopped; ``gate`` closed, it waits."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.gate = threading.Event()
        self.gate.set()
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            waiting = Invoice.objects.filter(status=Status.QUEUED).order_by("pk").first()
            if waiting is None or not self.gate.is_set():
                self.stopped.wait(0.05)
            else:
                services.invoice_read(invoice_id=waiting.pk)
        connections.close_all()


@pytest.fixture
def worker(site: str) -> Iterator[Worker]:
    running = Worker()
    running.start()
    yield running
    running.stopped.set()
    running.join(timeout=30)


DROP = """async ([selector, files]) => {
  const transfer = new DataTransfer();
  for (const { name, data, size } of files) {
    const bytes = size ? new Uint8Array(size) : Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  }
  const target = document.querySelector(selector);
  for (const type of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""


def drop(page: Page, files: dict[str, bytes | int], on: str = "#results") -> None:
    """Drop files on the page, as from a folder. A number instead of content stands for so many zero bytes."""
    described = [
        {"name": name, "size": data}
        if isinstance(data, int)
        else {"name": name, "data": base64.b64encode(data).decode()}
        for name, data in files.items()
    ]
    page.evaluate(DROP, [on, described])
