"""Waiting for a reading, stopping it, and taking the words home."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from playwright.sync_api import Page, expect

from extraction.models import Invoice, Status
from tests.badfiles import picture

from .conftest import Worker, drop


def advance(invoice: Invoice, **columns: object) -> None:
    Invoice.objects.filter(pk=invoice.pk).update(**columns)


def test_the_bar_moves_with_every_page_and_nothing_else_does(
    page: Page, site: str, make_invoice: Callable[..., Invoice]
) -> None:
    invoice = make_invoice(status=Status.READING, page_count=9, pages_done=1)
    page.goto(f"{site}/invoices/{invoice.pk}/")
    button = page.get_by_role("button", name="Cancel reading")
    expect(page.get_by_role("status").first).to_contain_text("page 1 of 9")
    button.focus()
    before = button.bounding_box()
    for done in (2, 4, 8):
        advance(invoice, pages_done=done)
        expect(page.locator("#progress-bar")).to_have_attribute("value", str(done))
        expect(page.get_by_role("status").first).to_contain_text(f"page {done} of 9")
    assert button.bounding_box() == before
    expect(button).to_be_focused()


def test_a_reading_is_cancelled_on_its_page_and_taken_up_again(
    page: Page, site: str, worker: Worker, make_invoice: Callable[..., Invoice]
) -> None:
    worker.gate.clear()
    invoice = make_invoice(status=Status.READING, page_count=100, pages_done=7)
    page.goto(f"{site}/invoices/{invoice.pk}/")
    page.get_by_role("button", name="Cancel reading").click()
    expect(page.get_by_role("heading", name="The reading was cancelled")).to_be_visible()
    expect(page.get_by_text(f"Cancelled the reading of {invoice.file_name}.")).to_be_visible()
    invoice.refresh_from_db()
    assert invoice.run_token is None  # so the worker that held it stores nothing
    page.get_by_role("button", name="Read again").click()
    worker.gate.set()
    expect(page.locator("#input-vendor_name")).to_be_visible()


def test_a_reading_is_cancelled_in_the_inbox_with_a_way_back(
    page: Page, site: str, make_invoice: Callable[..., Invoice]
) -> None:
    invoice = make_invoice(status=Status.QUEUED)
    page.reload()
    page.get_by_role("button", name=f"Cancel reading {invoice.file_name}").click()
    expect(page.locator(f"#invoice-{invoice.pk}")).to_contain_text("Cancelled")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#invoice-{invoice.pk}")).to_contain_text("Queued")


def test_a_photo_is_downloaded_as_a_pdf_in_which_its_words_are_found(
    page: Page, worker: Worker, tmp_path: Path
) -> None:
    drop(page, {"receipt.png": picture("PNG")})
    page.locator("table.documents .open", has_text="Corner Shop Ltd").click()
    page.get_by_label("More actions").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as searchable PDF").click()
    assert download.value.suggested_filename == "receipt-searchable.pdf"
    download.value.save_as(tmp_path / "out.pdf")
    text = pdfium.PdfDocument(tmp_path / "out.pdf")[0].get_textpage().get_text_bounded()
    assert text.split() == ["Corner", "Shop", "Ltd", "Total", "EUR", "12.50"]


def locked_pdf(password: str) -> bytes:
    stream = BytesIO()
    with pikepdf.new() as opened:
        opened.add_blank_page(page_size=(300, 400))
        opened.save(stream, encryption=pikepdf.Encryption(owner=password, user=password))
    return stream.getvalue()


def test_a_pdf_with_a_password_is_opened_on_its_page_and_then_read(page: Page, worker: Worker) -> None:
    drop(page, {"locked.pdf": locked_pdf("open sesame")})
    page.locator("table.documents .open", has_text="locked.pdf").click()
    field = page.get_by_label("Password of the PDF")
    field.fill("wrong")
    page.get_by_role("button", name="Open and read").click()
    expect(page.get_by_text("This password does not open the PDF.")).to_be_visible()
    field.fill("open sesame")
    page.keyboard.press("Enter")
    expect(page.locator("#input-gross_total")).to_be_visible(timeout=30_000)
    expect(field).to_have_count(0)
