"""Pages arranged in a real browser, with the mouse and with keys alone; the server reads what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from extraction import services
from extraction.models import Arrangement, Invoice, Status, User, Workspace
from tests.builders import upload
from tests.test_services_arranging import pdf_of, photo_of

from .axe import violations_in_both_themes
from .conftest import Worker

pytestmark = pytest.mark.django_db(transaction=True)
Come = Callable[..., Invoice]


@pytest.fixture
def come(workspace: Workspace, approver: User, site: str) -> Come:
    """A document that was uploaded and read before."""

    def received(data: bytes, name: str) -> Invoice:
        invoice = services.invoice_receive(
            workspace=workspace, user=approver, file=upload(data), file_name=name
        ).invoice
        services.invoice_read(invoice_id=invoice.pk)
        invoice.refresh_from_db()
        assert invoice.status == Status.REVIEW
        return invoice

    return received


@pytest.fixture
def scan(come: Come) -> Invoice:
    return come(pdf_of("alpha", "beta", "gamma", "delta"), "scan.pdf")


def open_arranging(page: Page, site: str, invoice: Invoice) -> None:
    page.goto(f"{site}/invoices/{invoice.pk}/arrange/")
    expect(tiles(page).first).to_be_visible()


def tiles(page: Page) -> Locator:
    return page.locator("#groups .tile")


def face(page: Page, number: int, file: str = "scan.pdf") -> Locator:
    return page.locator(f'.face[aria-label^="Page {number} of {file}"]')


def tile(page: Page, number: int, file: str = "scan.pdf") -> Locator:
    return page.locator(".tile", has=face(page, number, file))


def groups(page: Page) -> list[str]:
    """What each document holds, as "1 2"."""
    return page.evaluate("""() => [...document.querySelectorAll("#groups .group-box")].map((group) =>
      [...group.querySelectorAll(".face")].map((face) => face.ariaLabel.match(/\\d+/)[0]).join(" "))""")


def shows(page: Page, *wanted: str) -> None:
    page.wait_for_function(
        """wanted => JSON.stringify([...document.querySelectorAll("#groups .group-box")].map((group) =>
          [...group.querySelectorAll(".face")].map((face) => face.ariaLabel.match(/\\d+/)[0]).join(" "))) === wanted""",
        arg=str(list(wanted)).replace("'", '"').replace(", ", ","),
    )


def applied(page: Page) -> None:
    expect(page.locator("#apply")).to_be_enabled()
    page.get_by_role("button", name="Apply").click()
    told(page)


def told(page: Page) -> None:
    """A process of its own copies the pages; a loaded machine takes its time to start it."""
    expect(page.get_by_text("The pages were arranged")).to_be_visible(timeout=30_000)


def documents() -> list[tuple[str, list[str]]]:
    rows = Invoice.objects.filter(deleted_at__isnull=True).order_by("pk")
    return [(row.document_name, [page.text.split()[0] for page in row.pages.all()]) for row in rows]


def read_all(page: Page, count: int) -> None:
    """The page of the document tells when its reading is over."""
    expect(page.locator(".page img").first).to_be_visible(timeout=30_000)
    assert Invoice.objects.filter(deleted_at__isnull=True).count() == count


def test_a_file_is_split_with_the_mouse_and_brought_back(page: Page, site: str, scan: Invoice, worker: Worker) -> None:
    services.field_correct(
        invoice=scan, user=User.objects.get(email="approver@example.com"), name="invoice_number", text="TYPED-1"
    )
    page.goto(f"{site}/invoices/{scan.pk}/")
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Arrange pages").click()
    expect(tiles(page)).to_have_count(4)
    tile(page, 3).hover()
    page.get_by_role("button", name="Split before Page 3 of scan.pdf").click()
    shows(page, "1 2", "3 4")
    expect(page.locator("#plan")).to_contain_text("2 documents, 2 to be read again")
    applied(page)
    read_all(page, 2)
    assert documents()[0] == ("scan.pdf, pages 1-2", ["alpha", "beta"])
    page.get_by_role("button", name="Undo the arrangement").click()
    expect(page.get_by_text("The pages are as they were before.")).to_be_visible()
    assert documents() == [("scan.pdf", ["alpha", "beta", "gamma", "delta"])]
    expect(page.get_by_label("Invoice number")).to_have_value("TYPED-1")


def test_pages_are_dragged_into_another_order_and_document(page: Page, site: str, scan: Invoice) -> None:
    open_arranging(page, site, scan)
    tile(page, 4).drag_to(tile(page, 1), target_position={"x": 10, "y": 60})
    shows(page, "4 1 2 3")
    tile(page, 2).drag_to(page.locator(".gap").last)
    shows(page, "4 1 3", "2")
    tile(page, 1).drag_to(tile(page, 2), target_position={"x": 120, "y": 60})
    shows(page, "4 3", "2 1")
    page.get_by_role("button", name="Undo", exact=True).click()
    shows(page, "4 1 3", "2")
    page.get_by_role("button", name="Redo").click()
    shows(page, "4 3", "2 1")
    applied(page)
    assert {tuple(row.pages.values_list("text", flat=True))[0].split()[0] for row in Invoice.objects.filter(
        deleted_at__isnull=True)} == {"delta", "beta"}  # fmt: skip


def test_two_documents_are_merged_with_the_mouse(
    page: Page, site: str, scan: Invoice, come: Come, worker: Worker
) -> None:
    come(photo_of("receipt"), "photo.png")
    open_arranging(page, site, scan)
    page.get_by_role("button", name="Add a document").click()
    page.get_by_label("Search documents").fill("photo")
    page.locator("#found button").click()
    shows(page, "1 2 3 4", "1")
    page.get_by_role("button", name="Merge with the document before").click()
    shows(page, "1 2 3 4 1")
    applied(page)
    read_all(page, 1)
    assert documents()[0][0] == "pages 1-4 of scan.pdf, page 1 of photo.png"
    page.get_by_label("More actions").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the original photo.png").click()
    assert download.value.path().read_bytes() == photo_of("receipt")


def test_pages_are_turned_and_left_out_with_the_mouse(page: Page, site: str, scan: Invoice, worker: Worker) -> None:
    open_arranging(page, site, scan)
    tile(page, 1).hover()
    page.get_by_role("button", name="Turn Page 1 of scan.pdf").click()
    expect(face(page, 1)).to_have_attribute("aria-label", "Page 1 of scan.pdf, turned by 90°")
    tile(page, 2).hover()
    page.get_by_role("button", name="Leave out Page 2 of scan.pdf").click()
    shows(page, "1 3 4")
    expect(page.locator("#out .tile")).to_have_count(1)
    applied(page)
    read_all(page, 1)
    row = Invoice.objects.get(deleted_at__isnull=True)
    assert [entry["page"] for entry in row.arranged_pages] == [1, 3, 4]
    first = row.pages.get(number=1)
    assert first.width > first.height


def test_everything_goes_by_keys_alone(page: Page, site: str, scan: Invoice, worker: Worker) -> None:
    page.goto(f"{site}/invoices/{scan.pk}/")
    expect(page.locator("#review")).to_have_attribute("data-ready", "true")
    page.keyboard.press("Alt+p")  # the first doubtful field has the focus
    expect(face(page, 1)).to_be_focused()
    press = page.keyboard.press
    press("ArrowRight")
    press("ArrowRight")
    expect(face(page, 3)).to_be_focused()
    press("s")
    shows(page, "1 2", "3 4")
    press("Control+ArrowLeft")
    shows(page, "1 2 3", "4")
    press("Control+z")
    shows(page, "1 2", "3 4")
    press("Control+Shift+z")
    shows(page, "1 2 3", "4")
    press("m")
    shows(page, "1 2 3", "4")  # the first document has none before it
    press("ArrowRight")
    expect(face(page, 4)).to_be_focused()
    press("m")
    shows(page, "1 2 3 4")
    press("Space")
    press("Shift+ArrowLeft")
    expect(page.locator("#selected")).to_have_text("2 pages selected")
    press("Alt+ArrowLeft")
    shows(page, "1 3 4 2")
    press("Escape")
    expect(face(page, 3)).to_be_focused()
    press("r")
    expect(face(page, 3)).to_have_attribute("aria-label", "Page 3 of scan.pdf, turned by 90°")
    press("Delete")
    shows(page, "1 4 2")
    press("Home")
    press("v")
    expect(page.get_by_role("dialog")).to_contain_text("Page 1 of scan.pdf")
    press("ArrowRight")
    expect(page.get_by_role("dialog")).to_contain_text("Page 4 of scan.pdf")
    press("Escape")
    expect(face(page, 4)).to_be_focused()
    press("Control+Enter")
    told(page)
    read_all(page, 1)
    assert documents()[0][1] == ["alpha", "delta", "beta"]


def test_a_document_is_added_and_an_arrangement_undone_by_keys_alone(
    page: Page, site: str, scan: Invoice, come: Come, worker: Worker
) -> None:
    come(photo_of("receipt"), "photo.png")
    open_arranging(page, site, scan)
    expect(face(page, 1)).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_label("Search documents")).to_be_focused()
    page.keyboard.type("photo")
    expect(page.locator("#found button")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(face(page, 1, "photo.png")).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    told(page)
    read_all(page, 1)
    page.get_by_role("button", name="Undo the arrangement").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The pages are as they were before.")).to_be_visible()
    assert [names for names, _texts in documents()] == ["scan.pdf", "photo.png"]


def test_a_closed_tab_loses_nothing(page: Page, site: str, scan: Invoice, come: Come) -> None:
    come(photo_of("receipt"), "photo.png")
    open_arranging(page, site, scan)
    page.keyboard.press("a")
    page.get_by_label("Search documents").fill("photo")
    page.locator("#found button").click()
    face(page, 3).focus()
    page.keyboard.press("s")
    shows(page, "1 2", "3 4", "1")
    context = page.context
    page.close()
    again = context.new_page()
    open_arranging(again, site, scan)
    expect(again.get_by_text("What you had arranged but not applied is back.")).to_be_visible()
    shows(again, "1 2", "3 4", "1")
    again.keyboard.press("Control+z")
    shows(again, "1 2 3 4", "1")
    assert Arrangement.objects.count() == 0


def test_what_somebody_else_changed_meanwhile_is_said_and_nothing_is_applied(
    page: Page, site: str, scan: Invoice, approver: User
) -> None:
    open_arranging(page, site, scan)
    face(page, 3).focus()
    page.keyboard.press("s")
    services.invoice_retry(invoice=scan, user=approver)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#refusal")).to_contain_text("is being read")
    shows(page, "1 2", "3 4")
    assert Invoice.objects.count() == 1


def test_approved_pages_stay_where_they_are(page: Page, site: str, scan: Invoice, approver: User) -> None:
    services.invoice_approve(invoice=scan, user=approver)
    open_arranging(page, site, scan)
    expect(page.locator(".group-box .pill")).to_have_text("Approved: reopen it to move its pages")
    expect(page.locator("#apply")).to_have_count(0)


def test_an_earlier_arrangement_is_undone_from_its_list(page: Page, site: str, scan: Invoice, worker: Worker) -> None:
    open_arranging(page, site, scan)
    face(page, 2).focus()
    page.keyboard.press("s")
    applied(page)
    read_all(page, 2)
    page.goto(f"{site}/invoices/{scan.pk}/arrange/")
    page.get_by_text("Earlier arrangements").click()
    page.get_by_role("button", name="Undo the arrangement of").click()
    expect(page.get_by_text("The pages are as they were before.")).to_be_visible()
    assert documents() == [("scan.pdf", ["alpha", "beta", "gamma", "delta"])]


def test_a_proposed_split_is_accepted_with_one_click(page: Page, site: str, scan: Invoice, worker: Worker) -> None:
    propose(scan)
    page.goto(f"{site}/invoices/{scan.pk}/")
    expect(page.locator(".proposal")).to_contain_text("This file may hold 3 invoices (pages 1-2, page 3, page 4)")
    page.get_by_role("button", name="Split it").click()
    told(page)
    read_all(page, 3)


def test_a_proposed_split_is_declined_for_good(page: Page, site: str, scan: Invoice) -> None:
    propose(scan)
    page.goto(f"{site}/invoices/{scan.pk}/")
    page.get_by_role("button", name="It is one document").click()
    expect(page.get_by_text("scan.pdf stays one document.")).to_be_visible()
    expect(page.locator(".proposal")).to_have_count(0)


def propose(scan: Invoice) -> None:
    parts = [[1, 2], [3, 3], [4, 4]]
    problem: dict[str, Any] = {"code": "several_invoices", "fields": [], "message": "…", "lasting": True}
    Invoice.objects.filter(pk=scan.pk).update(problems=[problem | {"parts": parts}])


def test_no_rule_of_accessibility_is_broken(page: Page, site: str, scan: Invoice, come: Come) -> None:
    come(photo_of("receipt"), "photo.png")
    propose(scan)
    page.goto(f"{site}/invoices/{scan.pk}/")
    expect(page.locator(".proposal")).to_be_visible()
    assert violations_in_both_themes(page) == []
    open_arranging(page, site, scan)
    for keys in ("ArrowRight", "s", "r", "ArrowRight", "Space", "ArrowRight", "Delete"):
        page.keyboard.press(keys)
    expect(page.locator("#out .tile")).to_have_count(1)
    assert violations_in_both_themes(page) == []
    page.keyboard.press("a")
    expect(page.locator("#found button")).to_have_count(1)
    assert violations_in_both_themes(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    expect(page.locator("#preview img")).to_be_visible()
    assert violations_in_both_themes(page) == []
