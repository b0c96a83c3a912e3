"""The inbox as a place to work in: filters, columns, saved views, many documents at once, with mouse and with keys."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from extraction import services
from extraction.models import Invoice, SavedView, Status, User
from tests.builders import VALUES, png

from .axe import violations_in_both_themes
from .conftest import drop, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Invoice]
BANK = {"code": "bank_details_changed", "fields": ["iban"], "message": "Another account."}


def rows(page: Page) -> Any:
    return page.locator("table.documents tbody tr")


def row(page: Page, text: str) -> Any:
    return page.locator("table.documents tbody tr", has_text=text)


def box(page: Page, text: str) -> Any:
    return row(page, text).locator("[name=pick]")


def vendors(make_invoice: Make, *names: str, **columns: Any) -> list[Invoice]:
    return [
        make_invoice(values=VALUES | {"vendor_name": name, "invoice_number": f"N-{at}"}, **columns)
        for at, name in enumerate(names)
    ]


def test_filters_stand_in_the_address_and_go_by_their_chips(page: Page, make_invoice: Make, site: str) -> None:
    make_invoice(values=VALUES | {"vendor_name": "Oak Ltd", "gross_total": Decimal(900)})
    make_invoice(values=VALUES | {"vendor_name": "Oak Ltd", "gross_total": Decimal(90)})
    make_invoice(values=VALUES | {"vendor_name": "Elm Ltd", "gross_total": Decimal(900)})
    page.goto(site)
    page.locator("#filter-panel summary").click()
    page.locator("#f-vendor").fill("oak")
    page.get_by_label("Total from", exact=True).fill("1.00,5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("“1.00,5” is not an amount")
    expect(page.get_by_label("Total from", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Total from", exact=True)).to_have_value("1.00,5")
    page.get_by_label("Total from", exact=True).fill("100")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_label("Total from", exact=True)).not_to_have_attribute("aria-invalid", "true")
    assert page.url.endswith("/?vendor=oak&min=100")
    page.reload()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("link", name="Remove the filter Total from: 100").click()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("link", name="Remove all").click()
    expect(rows(page)).to_have_count(3)


def test_filters_by_keys_alone(page: Page, make_invoice: Make, site: str) -> None:
    vendors(make_invoice, "Oak Ltd", "Elm Ltd", "Oak GmbH")
    page.goto(site)
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("f")
    page.keyboard.type("oak")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="No document matches these filters")).to_be_visible()
    assert "status=hold" in page.url
    assert "vendor=oak" in page.url


def test_the_search_finds_while_one_types(page: Page, make_invoice: Make, site: str) -> None:
    values = VALUES | {
        "vendor_name": "Größe & Söhne",
        "gross_total": Decimal("1234.56"),
        "issue_date": date(2025, 7, 9),
    }
    make_invoice(values=values)
    vendors(make_invoice, "Elm Ltd")
    page.goto(site)
    page.keyboard.press("/")
    for text in ("gros", "1.234,56", "1,234.56", "09.07.2025", "2025-07-09", "sohne grosse"):
        page.locator("#search").fill("nothing like it")
        expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
        page.locator("#search").fill(text)
        expect(rows(page)).to_have_count(1)
        expect(rows(page)).to_contain_text("Größe & Söhne")


def test_columns_are_chosen_moved_and_kept(page: Page, make_invoice: Make, site: str, approver: User) -> None:
    make_invoice(assignee=approver)
    page.goto(site)
    page.locator("#columns-menu summary").click()
    page.get_by_role("checkbox", name="Assigned to").check()
    expect(page.get_by_role("columnheader", name="Assigned to")).to_be_visible()
    page.get_by_role("checkbox", name="Notes").uncheck()
    expect(page.get_by_role("columnheader", name="Notes")).to_have_count(0)
    heads = page.locator("table.documents thead th")
    for place in (6, 5):
        page.get_by_role("button", name="Move Assigned to to the front").press("Enter")
        expect(heads.nth(place)).to_have_text("Assigned to")
        expect(page.get_by_role("button", name="Move Assigned to to the front")).to_be_focused()
    page.reload()
    expect(heads.nth(5)).to_have_text("Assigned to")
    expect(row(page, "Birch")).to_contain_text("approver@example.com")
    page.locator("#columns-menu summary").click()
    page.get_by_role("button", name="Usual columns").click()
    expect(page.get_by_role("columnheader", name="Notes")).to_be_visible()


def test_a_list_is_saved_as_a_view_changed_made_the_first_and_deleted(
    page: Page, make_invoice: Make, site: str, approver: User
) -> None:
    vendors(make_invoice, "Oak Ltd", "Elm Ltd", "Oak GmbH")
    page.goto(f"{site}/?status=review&vendor=oak&sort=vendor")
    page.get_by_role("button", name="Save as a view").click()
    panel = page.get_by_role("dialog", name="Save as a view")
    panel.get_by_label("Name").fill("Oak to do")
    panel.get_by_label("Open the inbox with it").check()
    panel.get_by_role("button", name="Save").click()
    tab = page.get_by_role("link", name=re.compile("Oak to do"))
    expect(tab).to_have_text(re.compile(r"Oak to do\s+2"))
    page.goto(site)
    expect(rows(page)).to_have_count(2)
    expect(tab).to_have_attribute("aria-current", "page")

    page.get_by_role("link", name="Remove the filter Vendor: oak").click()
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Save to “Oak to do”").click()
    expect(tab).to_have_text(re.compile(r"Oak to do\s+3"))

    page.get_by_role("button", name="Edit the view").click()
    panel = page.get_by_role("dialog", name="Edit the view")
    panel.get_by_label("Name").fill("All to do")
    panel.get_by_label("Share it").check()
    panel.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("All to do"))).to_be_visible()
    view = SavedView.objects.get()
    assert (view.name, view.shared, view.owner) == ("All to do", True, approver)

    page.get_by_role("button", name="Edit the view").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(page.get_by_text("No document was touched")).to_be_visible()
    expect(page.get_by_role("navigation", name="Saved views")).to_have_count(0)


def test_many_are_approved_some_are_not_and_all_of_it_is_taken_back(page: Page, make_invoice: Make, site: str) -> None:
    vendors(make_invoice, "Oak Ltd", "Elm Ltd", "Ash Ltd")
    vendors(make_invoice, "Fraud Ltd", problems=[BANK], iban="DE89370400440532013000")
    page.goto(site)
    box(page, "Oak").click()
    box(page, "Fraud").click(modifiers=["Shift"])
    expect(page.locator("#bulk-count")).to_have_text("4 chosen")
    page.get_by_role("button", name="Approve", exact=True).click()
    toast = page.locator(".toast", has_text="3 approved, 1 not:")
    expect(toast).to_contain_text("bank details changed")
    assert violations_in_both_themes(page) == []
    expect(row(page, "Oak")).to_contain_text("Approved")
    expect(row(page, "Fraud")).to_contain_text("To review")
    expect(page.locator("#bulk")).to_be_hidden()
    assert Invoice.objects.filter(status=Status.APPROVED).count() == 3

    toast.get_by_role("link", name="Show them").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("call the vendor")

    page.go_back()
    page.goto(f"{site}/?status=all")
    for name in ("Oak", "Elm"):
        box(page, name).check()
    page.locator("#bulk summary", has_text="Assign").click()
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("2 assigned")


def test_an_approval_of_many_is_undone_from_its_message(page: Page, make_invoice: Make, site: str) -> None:
    vendors(make_invoice, "Oak Ltd", "Elm Ltd")
    page.goto(site)
    page.get_by_role("checkbox", name="Choose all on this page").check()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("2 approved")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("2 documents are as they were.")
    expect(row(page, "Oak")).to_contain_text("To review")
    assert Invoice.objects.filter(status=Status.REVIEW).count() == 2


def test_the_whole_day_by_keys(page: Page, make_invoice: Make, site: str) -> None:
    """Choose with x and Shift+j, reject with a reason, approve the one below, open the next."""
    vendors(make_invoice, "Ash Ltd", "Elm Ltd", "Fir Ltd", "Oak Ltd")
    page.goto(f"{site}/?status=review")
    expect(rows(page)).to_have_count(4)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    expect(page.locator("#bulk-count")).to_have_text("2 chosen")
    page.keyboard.press("r")
    expect(page.get_by_label("Why?")).to_be_focused()
    page.keyboard.type("Not ours")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)
    expect(row(page, "Elm").locator(".open")).to_be_focused()
    page.keyboard.press("a")
    expect(rows(page)).to_have_count(1)
    expect(row(page, "Ash").locator(".open")).to_be_focused()
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/invoices/\d+/\?status=review"))
    states = dict(Invoice.objects.values_list("vendor_name", "status"))
    assert states == {"Oak Ltd": "rejected", "Fir Ltd": "rejected", "Elm Ltd": "approved", "Ash Ltd": "review"}


def test_everything_that_matches_is_chosen_over_all_pages(page: Page, make_invoice: Make, site: str) -> None:
    vendors(make_invoice, *(f"Vendor {at}" for at in range(53)))
    page.goto(f"{site}/?status=review")
    page.get_by_role("checkbox", name="Choose all on this page").check()
    expect(page.locator("#bulk-count")).to_have_text("50 chosen")
    page.get_by_label("All 53 that match").check()
    expect(page.locator("#bulk-count")).to_have_text("53 chosen")
    page.locator("#bulk summary", has_text="Hold").click()
    page.get_by_label("What do they wait for?").fill("The goods")
    page.get_by_role("button", name="Put on hold").click()
    expect(page.locator(".toast")).to_contain_text("53 put on hold")
    expect(page.locator(".tab-hold")).to_contain_text("53")
    assert Invoice.objects.filter(held_at__isnull=False).count() == 53


def test_the_export_takes_what_is_chosen(page: Page, make_invoice: Make, site: str) -> None:
    vendors(make_invoice, "Oak Ltd", "Elm Ltd", "Fir Ltd")
    page.goto(site)
    box(page, "Oak").check()
    box(page, "Fir").check()
    page.keyboard.press("e")
    expect(page.locator("#export-what")).to_have_text("The 2 documents you chose.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "Oak Ltd" in text
    assert "Fir Ltd" in text
    assert "Elm Ltd" not in text


def test_what_comes_from_elsewhere_is_told_and_shown_when_wanted(
    page: Page, make_invoice: Make, site: str, approver: User
) -> None:
    first = make_invoice(values=VALUES | {"vendor_name": "Oak Ltd"})
    page.goto(site)
    expect(rows(page)).to_have_count(1)
    make_invoice(values=VALUES | {"vendor_name": "Elm Ltd"})
    services.invoice_approve(invoice=first, user=approver)
    page.evaluate("document.body.dispatchEvent(new Event('look'))")
    expect(row(page, "Oak")).to_contain_text("Approved")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="1 new document: show").click()
    expect(rows(page)).to_have_count(2)


PASTE = """async (files) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "image/png" }));
  }
  const pasted = { clipboardData: transfer, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new ClipboardEvent("paste", pasted));
}"""


def paste(page: Page, *names: str) -> None:
    page.evaluate(PASTE, [[name, base64.b64encode(png(name + str(at))).decode()] for at, name in enumerate(names)])


def test_files_and_screenshots_are_pasted_on_any_page(page: Page, make_invoice: Make, site: str) -> None:
    invoice = make_invoice()
    page.goto(f"{site}/invoices/{invoice.pk}/")
    paste(page, "image.png", "scan-7.png")
    expect(page.locator("#uploads-title")).to_have_text("Uploaded 2 of 2")
    expect(page.locator("#uploads-list")).to_contain_text("Screenshot 20")
    page.get_by_role("link", name="Show them in the inbox").click()
    expect(row(page, "scan-7.png")).to_be_visible()
    assert Invoice.objects.count() == 3


def test_files_are_dropped_on_the_review_page(page: Page, make_invoice: Make, site: str) -> None:
    page.goto(f"{site}/invoices/{make_invoice().pk}/")
    drop(page, {"dropped.png": png("dropped")}, on="main")
    expect(page.locator("#uploads-title")).to_have_text("Uploaded 1 of 1")
    assert Invoice.objects.filter(file_name="dropped.png").exists()


def test_the_inbox_with_its_panels_open_breaks_no_rule(
    page: Page, make_invoice: Make, site: str, approver: User, workspace: Any
) -> None:
    vendors(make_invoice, "Oak Ltd", "Elm Ltd")
    make_invoice(held_at=timezone.now(), hold_reason="Goods are missing")
    services.view_create(workspace=workspace, user=approver, name="Oak", query="vendor=oak", shared=True)
    page.goto(f"{site}/?vendor=ltd&from=nonsense")
    page.get_by_role("alert").wait_for()
    assert violations_in_both_themes(page) == []
    page.goto(f"{site}/?vendor=l&min=1")
    expect(page.get_by_role("link", name="Oak 1")).to_be_visible()
    page.get_by_role("checkbox", name="Choose all on this page").check()
    page.locator("#filter-panel summary").click()
    assert violations_in_both_themes(page) == []
    page.locator("#columns-menu summary").click()
    assert violations_in_both_themes(page) == []
    page.keyboard.press("Escape")
    page.locator("#bulk summary", has_text="Reject").click()
    assert violations_in_both_themes(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save as a view").click()
    assert violations_in_both_themes(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    assert violations_in_both_themes(page) == []


def test_on_a_phone_documents_are_cards_and_nothing_sticks_out(
    open_browser: Callable[..., Page], make_invoice: Make, site: str, approver: User
) -> None:
    vendors(make_invoice, "Oak Ltd", "A very long name of a vendor that fits no phone GmbH & Co. KG")
    phone = signed_in(open_browser(390, 844, has_touch=True, is_mobile=True), f"{site}/?min=1", approver)
    box(phone, "Oak").check()
    expect(phone.locator("#bulk")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.locator("#filter-panel summary").click()
    expect(phone.get_by_label("Total to", exact=True)).to_be_in_viewport()
    assert violations_in_both_themes(phone) == []
