"""Many files at once, good and bad ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from extraction.models import Invoice, Status
from tests.badfiles import BAD_FILES, text_pdf
from tests.builders import png

from .conftest import Worker, drop

# Named with what the person is told; the rest of the bad files is accepted and fails when it is read.
REFUSED = {
    "empty.pdf": "Save or scan it again",
    "notes.pdf": "named .pdf but holds something else",
    "table.xlsx": "Upload a PDF",
    "huge.pdf": "larger than 50 MB",
}
FAILING = {
    "cut.pdf": "damaged or was cut off",
    "secret.pdf": "protected by a password",
    "hollow.pdf": "no pages",
    "book.pdf": "300 pages",
    "poster.png": "image is too large",
}


def invoice_pdf(number: str, total: str = "119.00") -> bytes:
    lines = ("Birch & Sons Ltd", f"Invoice number: {number}", "Invoice date: 2024-03-14", f"Total: EUR {total}")
    return text_pdf(*lines)


def entry(page: Page, name: str) -> Any:
    return page.locator("#uploads-list > li", has=page.get_by_text(name, exact=True))


def row(page: Page, name: str) -> Any:
    return page.locator("table.documents tbody tr", has_text=name)


def test_a_mixed_drop_ends_with_each_file_read_or_told_why_not(page: Page, worker: Worker) -> None:
    bad = {file.file_name: file.data() for file in BAD_FILES.values() if file.file_name in REFUSED | FAILING}
    bad["huge.pdf"] = 51 * 1024 * 1024
    good = {f"good-{number}.pdf": invoice_pdf(f"N-{number}") for number in range(4)} | {"photo.png": png("p")}
    names = list(good)
    mixed = {names[0]: good[names[0]], **bad, **{name: good[name] for name in names[1:]}}
    drop(page, {**mixed, "again.pdf": good["good-0.pdf"]})

    expect(page.locator("#uploads-title")).to_contain_text(
        f"Uploaded {len(good) + len(FAILING) + 1} of {len(mixed) + 1}", timeout=60_000
    )
    for name, words in REFUSED.items():
        expect(entry(page, name)).to_contain_text(words)
    expect(entry(page, "again.pdf")).to_contain_text("Already here")
    expect(entry(page, "again.pdf").get_by_role("link", name="Open")).to_have_attribute(
        "href", re.compile(r"/invoices/\d+/")
    )
    for name in good:
        expect(row(page, name)).to_contain_text("To review", timeout=60_000)
    for name, words in FAILING.items():
        expect(row(page, name)).to_contain_text("Failed", timeout=60_000)
        expect(row(page, name)).to_contain_text(words)
    assert Invoice.objects.count() == len(good) + len(FAILING)


def test_a_row_follows_its_document_from_the_queue_to_the_review(page: Page, worker: Worker) -> None:
    worker.gate.clear()
    drop(page, {"one.pdf": invoice_pdf("N-1")})
    expect(row(page, "one.pdf")).to_contain_text("Queued")
    expect(page.locator(".tab-working")).to_contain_text("1")
    pk = Invoice.objects.get().pk
    Invoice.objects.filter(pk=pk).update(
        status=Status.READING, page_count=3, pages_done=2, run_token="0" * 32, lease_until="2100-01-01T00:00Z"
    )
    expect(row(page, "one.pdf")).to_contain_text("page 2 of 3")
    Invoice.objects.filter(pk=pk).update(status=Status.QUEUED, run_token=None, lease_until=None)
    worker.gate.set()
    expect(row(page, "one.pdf")).to_contain_text("To review")
    expect(row(page, "one.pdf")).to_contain_text("119.00")
    page.wait_for_timeout(2500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []  # nothing is waiting, so nothing is asked


def test_the_file_button_takes_several_files_too(page: Page, worker: Worker) -> None:
    page.locator("#file").set_input_files(
        [{"name": f"{n}.pdf", "mimeType": "application/pdf", "buffer": invoice_pdf(f"N-{n}")} for n in range(3)]
    )
    for number in range(3):
        expect(row(page, f"{number}.pdf")).to_contain_text("To review")


def test_a_broken_connection_loses_one_file_for_a_moment_and_retry_brings_it(page: Page, worker: Worker) -> None:
    broken: list[Route] = []

    def break_first(route: Route) -> None:
        if broken:
            route.continue_()
        else:
            broken.append(route)
            route.abort()

    page.route("**/upload/", break_first)
    drop(page, {"a.pdf": invoice_pdf("A"), "b.pdf": invoice_pdf("B")})
    expect(page.locator("#uploads-title")).to_contain_text("Uploaded 1 of 2 · 1 with a problem")
    failed = page.locator("#uploads-list > li[data-state=failed]")
    expect(failed).to_contain_text("The connection broke")
    failed.get_by_role("button", name="Retry").click()
    expect(page.locator("#uploads-title")).to_have_text("Uploaded 2 of 2")
    expect(page.locator("table.documents tbody tr", has_text="To review")).to_have_count(2)


def test_a_session_that_ended_says_so_and_keeps_the_files(page: Page, site: str, worker: Worker) -> None:
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    drop(page, {"a.pdf": invoice_pdf("A")})
    expect(entry(page, "a.pdf")).to_contain_text("Your session has ended")
    page.context.add_cookies([cookie for cookie in cookies if cookie["name"] == "sessionid"])
    entry(page, "a.pdf").get_by_role("button", name="Retry").click()
    expect(row(page, "a.pdf")).to_contain_text("To review")


def test_the_samples_are_one_click_away(page: Page, worker: Worker) -> None:
    page.get_by_role("button", name="Try it with sample documents").click()
    expect(page.get_by_text("sample documents are being read")).to_be_visible()
    expect(page.locator("table.documents tbody tr", has_text="To review").first).to_be_visible(timeout=30_000)


def test_deleting_can_be_undone(page: Page, make_invoice: Callable[..., Invoice]) -> None:
    invoice = make_invoice(file_name="gone.pdf")
    page.reload()
    page.get_by_role("button", name="Delete gone.pdf").click()
    expect(page.get_by_text("Deleted gone.pdf.")).to_be_visible()
    expect(row(page, "gone.pdf")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "gone.pdf")).to_have_count(1)
    invoice.refresh_from_db()
    assert invoice.deleted_at is None


def test_a_failed_document_is_read_again_from_the_list(
    page: Page, make_invoice: Callable[..., Invoice], worker: Worker
) -> None:
    worker.gate.clear()
    make_invoice(status=Status.FAILED, file_name="bad.png")
    page.reload()
    row(page, "bad.png").get_by_role("button", name="Retry").click()
    expect(row(page, "bad.png")).to_contain_text("Queued")
    worker.gate.set()
    expect(row(page, "bad.png")).to_contain_text("To review")


def test_search_filters_while_typing_and_the_address_keeps_it(page: Page, make_invoice: Callable[..., Invoice]) -> None:
    make_invoice(file_name="apples.pdf")
    make_invoice(file_name="pears.pdf", status=Status.FAILED)
    page.reload()
    page.keyboard.press("/")
    page.keyboard.type("pear")
    expect(row(page, "apples.pdf")).to_have_count(0)
    expect(row(page, "pears.pdf")).to_have_count(1)
    page.get_by_role("link", name=re.compile("Failed")).click()
    assert "q=pear" in page.url
    expect(row(page, "pears.pdf")).to_have_count(1)
    page.go_back()
    expect(page.get_by_label("Search documents")).to_have_value("pear")
