"""The review page in a real browser."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from extraction.models import FieldValue, Invoice, InvoicePage, Status, User
from tests.badfiles import picture
from tests.builders import make_page
from tests.conftest import PASSWORD

from .conftest import signed_in

TEXT = "Birch & Sons Ltd\nInvoice N-77\nTotal 119.00\nDate 14.03.2024"


@pytest.fixture
def read_invoice(make_invoice: Callable[..., Invoice]) -> Callable[..., Invoice]:
    """An invoice in review with a page to look at."""

    def make(**options: Any) -> Invoice:
        invoice = make_invoice(**options)
        words = make_page(text=TEXT)
        lines = [[[w.text, *w.box.to_list(), w.confidence] for w in line.words] for line in words.lines]
        row = InvoicePage(invoice=invoice, number=1, width=600, height=800, source="ocr", lines=lines, text=TEXT)
        row.image.save("page.jpg", ContentFile(picture("JPEG", size=(600, 800))), save=True)
        return invoice

    return make


def open_review(page: Page, site: str, invoice: Invoice, query: str = "") -> None:
    page.goto(f"{site}/invoices/{invoice.pk}/{query}")
    expect(page.locator(".page img").first).to_be_visible()


def value(invoice: Invoice, name: str) -> str:
    return FieldValue.objects.get(invoice=invoice, name=name).value


def meta(page: Page, name: str) -> Any:
    return page.locator(f"#meta-{name}")


def test_a_correction_saves_itself_and_clears_the_problem(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    open_review(page, site, invoice)
    page.get_by_label("Gross total").fill("200,00")
    page.keyboard.press("Tab")
    expect(page.locator("#save-state")).to_have_text("All changes saved")
    expect(page.get_by_label("Gross total")).to_have_value("200.00")
    expect(meta(page, "gross_total")).to_contain_text("entered")
    expect(page.locator("#problems li")).not_to_have_count(0)
    meta(page, "gross_total").get_by_role("button", name="Revert").click()
    expect(page.get_by_label("Gross total")).to_have_value("119.00")
    expect(page.locator("#problems li")).to_have_count(0)
    assert value(invoice, "gross_total") == "119.00"


def test_a_refused_text_stays_as_typed_with_the_reason(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    open_review(page, site, invoice)
    field = page.get_by_label("Invoice date")
    field.fill("some day")
    field.press("Enter")
    expect(meta(page, "issue_date").get_by_role("alert")).to_be_visible()
    expect(field).to_have_value("some day")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#save-state")).to_contain_text("Not saved")
    field.press("Escape")
    expect(field).to_have_value("2024-03-14")
    assert value(invoice, "issue_date") == "2024-03-14"


def test_a_click_on_a_word_fills_the_field_and_a_drag_takes_several(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    open_review(page, site, invoice)
    box = page.locator(".overlay").bounding_box()
    assert box

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.get_by_label("Invoice number").focus()
    page.mouse.click(*at(0.24, 0.165))
    expect(page.get_by_label("Invoice number")).to_have_value("N-77")
    expect(meta(page, "invoice_number")).to_contain_text("entered")
    page.locator("#input-vendor_name").focus()
    page.mouse.move(*at(0.11, 0.115))
    page.mouse.down()
    page.mouse.move(*at(0.3, 0.115), steps=5)
    page.mouse.up()
    expect(page.locator("#input-vendor_name")).to_have_value("Birch & Sons")
    expect(page.locator("#save-state")).to_have_text("All changes saved")
    assert value(invoice, "vendor_name") == "Birch & Sons"


def test_field_and_place_on_the_page_are_linked_both_ways(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    FieldValue.objects.filter(invoice=invoice, name="tax_total").update(box=[0.5, 0.9, 0.6, 0.92])
    open_review(page, site, invoice)
    page.get_by_label("Tax total").focus()
    place = page.locator('.overlay [data-field="tax_total"]')
    expect(place).to_have_class(re.compile("active"))
    expect(place).to_be_in_viewport()
    page.keyboard.press("Escape")
    page.locator('.overlay [data-field="gross_total"]').click(force=True)
    expect(page.get_by_label("Gross total")).to_be_focused()


def test_keys_approve_and_lead_to_the_next_document(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    first, second = read_invoice(), read_invoice()
    open_review(page, site, second, "?status=review")
    page.keyboard.press("j")
    page.wait_for_url(f"**/invoices/{first.pk}/?status=review")
    page.keyboard.press("k")
    page.wait_for_url(f"**/invoices/{second.pk}/?status=review")
    page.get_by_label("Gross total").fill("150")
    page.keyboard.press("Control+Enter")  # the unsaved text is saved first
    page.wait_for_url(f"**/invoices/{first.pk}/?status=review")
    second.refresh_from_db()
    assert (second.status, str(second.gross_total)) == (Status.APPROVED, "150.0000")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/?status=review")
    expect(page.get_by_text("Everything is reviewed.")).to_be_visible()


@pytest.mark.parametrize("way", ["double click", "held key"])
def test_one_gesture_approves_one_document(
    page: Page, site: str, read_invoice: Callable[..., Invoice], way: str
) -> None:
    invoices = [read_invoice() for _number in range(3)]
    open_review(page, site, invoices[2])
    if way == "double click":
        page.get_by_role("button", name="Approve").dblclick()
    else:
        page.keyboard.down("Control")
        page.keyboard.down("Enter")
        page.keyboard.down("Enter")
    page.wait_for_url(f"**/invoices/{invoices[1].pk}/**")
    if way == "held key":
        page.keyboard.down("Enter")
        page.keyboard.up("Enter")
        page.keyboard.up("Control")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text(f"Approved {invoices[2].file_name}.")).to_be_visible()
    expect(page.locator(".toast.error")).to_have_count(0)
    assert Invoice.objects.filter(status=Status.APPROVED).count() == 1


def test_enter_confirms_and_goes_from_one_doubtful_value_to_the_next(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    doubtful = FieldValue.objects.filter(invoice=invoice, name__in=["document_type", "issue_date", "net_total"])
    doubtful.update(confidence=0.6)
    open_review(page, site, invoice)
    expect(page.locator("#input-document_type")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#input-issue_date")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#input-net_total")).to_be_focused()
    page.locator("#input-net_total").fill("100,00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    expect(meta(page, "net_total")).to_contain_text("confirmed")
    assert list(doubtful.values_list("human_value", flat=True).order_by("pk")) == ["invoice", "2024-03-14", "100.00"]


def test_approving_stops_at_a_field_that_cannot_be_saved(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    open_review(page, site, invoice)
    page.get_by_label("Due date").fill("never")
    page.get_by_role("button", name="Approve").click()
    expect(meta(page, "due_date").get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Due date")).to_be_focused()
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW


def test_what_is_not_saved_is_asked_about_before_leaving(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    open_review(page, site, read_invoice())
    page.get_by_label("Due date").press_sequentially("2024-0")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("location.href = '/'")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Due date")).to_have_value("2024-0")


def test_a_server_out_of_reach_keeps_the_text_and_saves_it_later(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    open_review(page, site, invoice)
    page.context.set_offline(True)
    page.get_by_label("Gross total").fill("77")
    page.keyboard.press("Tab")
    expect(page.locator("#save-state")).to_contain_text("server cannot be reached")
    expect(page.get_by_label("Gross total")).to_have_value("77")
    page.context.set_offline(False)
    expect(page.locator("#save-state")).to_have_text("All changes saved")
    assert value(invoice, "gross_total") == "77"


def test_a_session_that_ended_keeps_the_text_until_one_is_signed_in_again(
    page: Page, site: str, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    open_review(page, site, invoice)
    cookies: Any = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    page.locator("#input-gross_total").fill("88")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    expect(page.locator("#save-state")).to_contain_text("Not saved")
    expect(page.locator("#input-gross_total")).to_have_value("88")
    page.context.add_cookies(cookies)
    page.evaluate("dispatchEvent(new Event('focus'))")  # as when one comes back from the other tab
    expect(page.locator("#save-state")).to_have_text("All changes saved")
    assert value(invoice, "gross_total") == "88"


def test_reject_asks_for_a_reason(page: Page, site: str, read_invoice: Callable[..., Invoice]) -> None:
    invoice = read_invoice()
    open_review(page, site, invoice)
    page.get_by_role("button", name="Reject").click()
    page.get_by_label("Not addressed to us").check()
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Rejected invoice-")).to_be_visible()
    invoice.refresh_from_db()
    assert invoice.rejected_reason == "Not addressed to us"


def test_a_corrected_file_is_uploaded_where_the_bad_one_is_explained(
    page: Page, site: str, make_invoice: Callable[..., Invoice]
) -> None:
    failed = make_invoice(status=Status.FAILED)
    page.goto(f"{site}/invoices/{failed.pk}/")
    good = {"name": "good.png", "mimeType": "image/png", "buffer": picture("PNG")}
    page.get_by_text("Upload a corrected file").set_input_files(files=[good])
    expect(page.get_by_text("1 file uploaded.")).to_be_visible()
    assert Invoice.objects.filter(file_name="good.png").exists()


def test_approve_three_export_and_open_in_pandas(
    page: Page, site: str, read_invoice: Callable[..., Invoice], tmp_path: Path
) -> None:
    made = [read_invoice() for _number in range(4)]
    page.goto(f"{site}/?status=review")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for invoice in reversed(made[1:]):
        page.wait_for_url(f"**/invoices/{invoice.pk}/?status=review")
        page.get_by_role("button", name="Approve and next").click()
    page.wait_for_url(f"**/invoices/{made[0].pk}/?status=review")
    page.get_by_role("link", name="Back to the inbox").click()
    page.get_by_role("link", name=re.compile("Approved")).click()
    page.get_by_role("button", name="Export").click()
    expect(page.locator("#export-what")).to_contain_text("3 documents")
    page.get_by_label("Mark approved documents as exported").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    saved = tmp_path / "out.csv"
    download.value.save_as(saved)
    table = pd.read_csv(saved, parse_dates=["issue_date", "approved_at"])
    assert len(table) == 3
    assert table["gross_total"].dtype == "float64"
    assert table["gross_total"].sum() == pytest.approx(3 * 119)
    assert str(table["issue_date"].dtype).startswith("datetime64")
    assert str(table["approved_at"].dtype).startswith("datetime64")
    expect(page.get_by_text("No document is in this state")).to_be_visible()
    assert Invoice.objects.filter(status=Status.EXPORTED).count() == 3
    assert io.BytesIO(saved.read_bytes()).readline().startswith(b"id,file,status")


@pytest.mark.parametrize("path", ["/", "/?q=nothing-there", "/sign-in/", "review", "failed", "/nowhere/"])
def test_nothing_is_wider_than_a_phone(
    site: str,
    open_browser: Callable[..., Page],
    approver: User,
    read_invoice: Callable[..., Invoice],
    make_invoice: Callable[..., Invoice],
    path: str,
) -> None:
    long = {"file_name": "a-very-long-file-name-" * 6 + ".pdf"}
    places = {"review": read_invoice(**long), "failed": make_invoice(status=Status.FAILED, **long)}
    window = open_browser(390, 844, has_touch=True, is_mobile=True)
    if path != "/sign-in/":
        signed_in(window, site, approver)
    window.goto(f"{site}/invoices/{places[path].pk}/" if path in places else site + path)
    width = window.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1] == 390


def test_the_review_works_on_a_phone(
    site: str, open_browser: Callable[..., Page], approver: User, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    window = signed_in(open_browser(390, 844, has_touch=True, is_mobile=True), site, approver)
    window.locator("table.documents .open").first.tap()
    window.locator("#review[data-ready]").wait_for()
    window.wait_for_load_state("networkidle")
    field = window.get_by_label("Gross total")
    field.tap()
    field.fill("140")
    approve = window.get_by_role("button", name="Approve")
    expect(approve).to_be_in_viewport()
    expect(window.locator(".page img")).to_be_in_viewport()
    approve.tap()
    window.get_by_text("Approved invoice-").wait_for()
    invoice.refresh_from_db()
    assert (invoice.status, str(invoice.gross_total)) == (Status.APPROVED, "140.0000")


def test_signing_in_leads_to_where_one_wanted_to_go(
    site: str, open_browser: Callable[..., Page], approver: User, read_invoice: Callable[..., Invoice]
) -> None:
    invoice = read_invoice()
    window = open_browser()
    window.goto(f"{site}/invoices/{invoice.pk}/")
    window.get_by_label("E-mail").fill(approver.email)
    window.get_by_label("Password").fill("wrong")
    window.keyboard.press("Enter")
    expect(window.get_by_role("alert")).to_contain_text("do not fit together")
    window.get_by_label("Password").fill(PASSWORD)
    window.keyboard.press("Enter")
    expect(window.get_by_label("Gross total")).to_be_visible()


def test_the_theme_button_switches_and_the_choice_stays(page: Page, site: str) -> None:
    light = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    assert light != dark
    page.reload()
    assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") == dark
