"""Exports in the browser: with the mouse and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from extraction import services
from extraction.exports.profiles import new_draft
from extraction.models import ExportBatch, ExportProfile, Invoice, Status, User, VendorCode, Workspace
from tests.builders import VALUES
from tests.exports import datev_rules

from .axe import violations_in_both_themes

pytestmark = pytest.mark.django_db(transaction=True)

DATEV = {"consultant": "29098", "client": "55003", "account": "4980", "creditor": "79999"}


@pytest.fixture
def bills(make_invoice: Callable[..., Invoice]) -> list[Invoice]:
    """Two that are approved, one of which no ledger can take, and one that waits."""
    dated: dict[str, Any] = VALUES | {"issue_date": date(2026, 3, 14), "due_date": date(2026, 4, 13)}
    return [
        make_invoice(status=Status.APPROVED, values=dated),
        make_invoice(
            status=Status.APPROVED, values=dated | {"gross_total": Decimal("200.00"), "invoice_number": "B-2"}
        ),
        make_invoice(status=Status.REVIEW, values=dated),
    ]


@pytest.fixture
def datev(workspace: Workspace, approver: User) -> ExportProfile:
    draft = new_draft("datev")
    draft.options |= DATEV
    return services.profile_save(workspace=workspace, user=approver, draft=draft)


def downloaded(page: Page, press: Callable[[], None]) -> bytes:
    with page.expect_download() as waiting:
        press()
    return Path(waiting.value.path()).read_bytes()


def test_an_export_with_the_mouse_from_preview_to_undo(
    page: Page, site: str, bills: list[Invoice], datev: ExportProfile
) -> None:
    page.goto(site)
    page.get_by_role("link", name="Exports").click()
    page.get_by_label("Profile").select_option(str(datev.pk))
    preview = page.locator("#preview")
    expect(preview).to_contain_text("1 invoice will be exported")
    expect(preview).to_contain_text("1 cannot be exported")
    expect(preview).to_contain_text("1 not approved yet")
    preview.get_by_text("Which stay out, and why").click()
    expect(preview.get_by_role("link", name=bills[1].file_name)).to_be_visible()
    expect(preview).to_contain_text("do not add up")
    preview.get_by_role("button", name="Export and mark them").click()
    page.get_by_role("heading", name="Export 1", exact=True).wait_for()
    data = downloaded(page, lambda: page.get_by_role("link", name="Download").click())
    assert [one["amount"] for one in datev_rules.check(data)] == ["119.00"]
    assert Invoice.objects.get(pk=bills[0].pk).status == Status.EXPORTED
    page.get_by_role("button", name="Undo this export").click()
    expect(page.locator("main")).to_contain_text("its invoices are approved again")
    assert Invoice.objects.get(pk=bills[0].pk).status == Status.APPROVED


def test_an_export_with_the_keyboard_alone(page: Page, site: str, bills: list[Invoice]) -> None:
    page.goto(f"{site}/exports/")
    page.get_by_label("Profile").focus()
    page.keyboard.type("CSV, one row a line")
    page.keyboard.press("Tab")
    expect(page.locator("#preview")).to_contain_text("2 invoices will be exported")
    page.get_by_role("button", name="Export and mark them").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Export 1", exact=True).wait_for()
    assert ExportBatch.objects.get().profile["built_in"] == "csv-lines"
    link = page.get_by_role("link", name="Download")
    link.focus()
    assert downloaded(page, lambda: page.keyboard.press("Enter")).startswith(b"id,file")


def test_dates_that_choose_nothing_say_so(page: Page, site: str, bills: list[Invoice]) -> None:
    page.goto(f"{site}/exports/")
    page.get_by_label("Invoice date from").fill("2030-01-01")
    expect(page.locator("#preview")).to_contain_text("no invoice has a date in this range")
    expect(page.get_by_role("button", name="Export and mark them")).to_have_count(0)


def test_a_profile_is_made_with_the_mouse(page: Page, site: str, bills: list[Invoice]) -> None:
    page.goto(f"{site}/exports/profiles/")
    page.get_by_role("link", name="Table of your own").click()
    page.get_by_label("Name").fill("Month")
    page.get_by_role("button", name="Add a column", exact=True).click()
    page.get_by_label("Column 9: content").select_option("iban")
    page.get_by_label("Column 9: heading").fill("Konto")
    page.get_by_role("button", name="Add one that always says the same").click()
    page.get_by_label("Column 10: always says").fill("007")
    page.get_by_label("Column 10: heading").fill("Mandant")
    for number in (2, 1):
        page.get_by_role("button", name=f"Remove column {number}", exact=True).click()
        expect(page.locator(".column")).to_have_count(7 + number)
    expect(page.get_by_label("Column 8: heading")).to_have_value("Mandant")
    page.get_by_role("button", name="Move column 8 up").click()
    expect(page.get_by_label("Column 7: heading")).to_have_value("Mandant")
    expect(page.locator("#sample th")).to_have_text(
        ["issue_date", "due_date", "net_total", "tax_total", "gross_total", "currency", "Mandant", "Konto"]
    )
    expect(page.locator("#sample tbody tr").first).to_contain_text("007")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Month", exact=True).wait_for()
    saved = ExportProfile.objects.get()
    assert [column["source"] for column in saved.columns][-2:] == ["constant", "iban"]


def test_a_profile_is_made_with_the_keyboard_alone(page: Page, site: str, bills: list[Invoice]) -> None:
    page.goto(f"{site}/exports/profiles/new/")
    page.get_by_label("Name").focus()
    page.keyboard.type("Keys")
    page.get_by_role("button", name="Move column 1 down").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Column 2: content")).to_have_value("vendor_name")
    expect(page.get_by_role("button", name="Move column 2 down")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Column 3: content")).to_have_value("vendor_name")
    expect(page.get_by_role("button", name="Move column 3 down")).to_be_focused()
    page.get_by_label("Column 1: heading").focus()
    page.keyboard.type("Nr")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Keys", exact=True).wait_for()
    assert [column["source"] for column in ExportProfile.objects.get().columns][:3] == [
        "invoice_number", "issue_date", "vendor_name",
    ]  # fmt: skip
    assert ExportProfile.objects.get().columns[0]["title"] == "Nr"


def test_what_is_wrong_with_a_profile_is_said_beside_it_and_nothing_typed_is_lost(
    page: Page, site: str, bills: list[Invoice]
) -> None:
    page.goto(f"{site}/exports/profiles/new/?preset=datev")
    page.get_by_label("Name").fill("Ledger")
    page.get_by_label("Consultant number (Berater)").fill("12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("not saved yet")
    field = page.get_by_label("Consultant number (Berater)")
    expect(field).to_have_value("12")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#problem-consultant")).to_contain_text("1001 to 9999999")
    expect(page.get_by_label("Name")).to_have_value("Ledger")
    field.fill("29098")
    page.get_by_label("Client number (Mandant)").fill("1")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Ledger", exact=True).wait_for()


def test_vendor_codes_are_typed_with_the_keyboard_and_imported_with_the_mouse(
    page: Page, site: str, bills: list[Invoice], tmp_path: Path
) -> None:
    page.goto(f"{site}/exports/codes/")
    page.get_by_label("name 1", exact=True).focus()
    for text in ("Birch & Sons Ltd", "", "70001", "4930"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("1 vendor code is saved")
    file = tmp_path / "codes.csv"
    file.write_text("vendor_name;account\nOther Ltd;4940\n")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.locator("#toasts")).to_contain_text("1 vendor code was imported")
    assert dict(VendorCode.objects.values_list("vendor_name", "account")) == {
        "Birch & Sons Ltd": "4930", "Other Ltd": "4940",
    }  # fmt: skip


def test_the_inbox_offers_every_format(page: Page, site: str, bills: list[Invoice]) -> None:
    page.goto(site)
    page.get_by_role("button", name="Export").click()
    page.get_by_label("Format").select_option("xlsx")
    expect(page.get_by_text("Comma, 1234.56")).to_be_hidden()
    data = downloaded(page, lambda: page.get_by_role("button", name="Download").click())
    assert data.startswith(b"PK")


@pytest.mark.parametrize("path", ["", "profiles/", "profiles/new/", "profiles/new/?preset=datev", "codes/"])
def test_no_page_of_exports_breaks_a_rule_of_axe(
    page: Page, site: str, bills: list[Invoice], datev: ExportProfile, path: str
) -> None:
    page.goto(f"{site}/exports/{path}")
    page.get_by_role("heading", level=1).wait_for()
    assert violations_in_both_themes(page) == []


def test_neither_does_a_batch(page: Page, site: str, bills: list[Invoice], datev: ExportProfile) -> None:
    page.goto(f"{site}/exports/?profile={datev.pk}")
    page.get_by_role("button", name="Export and mark them").click()
    page.get_by_role("heading", name="Export 1", exact=True).wait_for()
    assert violations_in_both_themes(page) == []
    page.goto(f"{site}/exports/")
    assert violations_in_both_themes(page) == []
