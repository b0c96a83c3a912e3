"""The server is killed while it saves, tabs are closed, colleagues type at once: nothing that was typed is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PASSWORD
from tests.faults.site import Site, answers, free_port

from .conftest import sign_in

pytestmark = pytest.mark.processes
AWAY = "the server cannot be reached"
SAVED = "All changes saved"


class Served:
    """``manage.py run`` with one invoice in review; ``killed_while`` something is on its way to being stored."""

    def __init__(self, site: Site) -> None:
        self.site, self.port = site, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        (self.invoice,) = site.rows("SELECT max(id) FROM extraction_invoice")[0]
        site.start("manage.py", "run", PORT=str(self.port))
        self.wait_until_up()

    def wait_until_up(self) -> None:
        self.site.wait_for(lambda: answers(self.port), seconds=90)

    def killed_while(self, send: Callable[[], object], page: Page, address: str) -> None:
        """The web processes get SIGKILL after the request has reached them and before its answer."""
        with self.site.nobody_writes():
            with page.expect_request(lambda request: address in request.url and request.method == "POST"):
                send()
            page.wait_for_timeout(500)  # it waits for the database by now; there is nothing to see of that
            self.site.kill_web()
            self.site.wait_for(lambda: "starting it again" in self.site.log())

    def stored(self, field: str) -> str | None:
        sql = f"SELECT human_value FROM extraction_fieldvalue WHERE invoice_id = {self.invoice} AND name = '{field}'"
        rows = self.site.rows(sql)
        return rows[0][0] if rows else None

    def amounts(self) -> list[float]:
        sql = f"SELECT amount FROM extraction_lineitem WHERE invoice_id = {self.invoice} ORDER BY position"
        return [float(row[0]) for row in self.site.rows(sql)]

    def status(self) -> str:
        return str(self.site.rows(f"SELECT status FROM extraction_invoice WHERE id = {self.invoice}")[0][0])

    def open(self, page: Page) -> Page:
        page.goto(f"{self.address}/invoices/{self.invoice}/")
        expect(page.locator("#review")).to_have_attribute("data-ready", "true")
        return page


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two people and an invoice, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("prepared")
    for command in ("prepare", "desk"):
        Site(folder).control(command)
    return folder


@pytest.fixture
def served(prepared: Path, tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "site"
    shutil.copytree(prepared, folder)
    site = Site(folder)
    try:
        yield Served(site)
    finally:
        site.close()


@pytest.fixture
def boss(served: Served, open_browser: Callable[..., Page]) -> Page:
    return served.open(sign_in(open_browser(), served.address, "admin@localhost", PASSWORD))


@pytest.fixture
def sue(served: Served, open_browser: Callable[..., Page]) -> Page:
    return served.open(sign_in(open_browser(), served.address, "sue@example.com", PASSWORD))


def field(page: Page, name: str) -> Locator:
    return page.locator(f"#input-{name}")


def cell(page: Page, row: int) -> Locator:
    return page.get_by_role("grid", name="Line items").locator(f"tbody tr:nth-child({row}) td.col-amount")


def state(page: Page) -> Locator:
    return page.locator("#save-state")


def table_state(page: Page) -> Locator:
    return page.locator("[data-grid=line_items] [data-state]")


def type_in_cell(page: Page, row: int, text: str) -> None:
    cell(page, row).focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_field_is_stored_though_the_server_was_killed_while_it_saved(served: Served, boss: Page) -> None:
    field(boss, "gross_total").fill("1.250,50")
    served.killed_while(lambda: boss.keyboard.press("Tab"), boss, "fields/gross_total/")
    expect(state(boss)).to_contain_text(AWAY)
    expect(field(boss, "gross_total")).to_have_value("1.250,50")
    assert served.stored("gross_total") is None
    field(boss, "invoice_number").fill("typed while it was away")
    boss.keyboard.press("Tab")
    served.wait_until_up()
    expect(state(boss)).to_have_text(SAVED, timeout=60_000)
    assert served.stored("gross_total") == "1250.50"
    assert served.stored("invoice_number") == "typed while it was away"


def test_a_cell_is_stored_though_the_server_was_killed_while_it_saved(served: Served, boss: Page) -> None:
    served.killed_while(lambda: type_in_cell(boss, 2, "31.25"), boss, "tables/line_items/")
    expect(table_state(boss)).to_contain_text("cannot be reached")
    type_in_cell(boss, 3, "28.75")
    served.wait_until_up()
    expect(table_state(boss)).to_have_text("Saved", timeout=60_000)
    assert served.amounts() == [40.0, 31.25, 28.75]


def test_an_approval_that_was_cut_off_is_said_and_given_again(served: Served, boss: Page) -> None:
    served.killed_while(lambda: boss.keyboard.press("Control+Enter"), boss, "/approve/")
    expect(boss.locator(".toast.error")).to_contain_text("Not approved")
    assert served.status() == "review"
    served.wait_until_up()
    boss.keyboard.press("Control+Enter")
    expect(boss.locator(".toast", has_text="Approved invoice-")).to_be_visible(timeout=30_000)
    assert served.status() == "approved"


def test_a_tab_that_is_closed_while_the_server_is_dead_is_taken_up_again(served: Served, boss: Page) -> None:
    field(boss, "gross_total").fill("99,95")
    served.killed_while(lambda: boss.keyboard.press("Tab"), boss, "fields/gross_total/")
    expect(state(boss)).to_contain_text(AWAY)
    type_in_cell(boss, 1, "41.5")
    field(boss, "vendor_name").fill("Half a na")
    context = boss.context
    boss.close()
    served.wait_until_up()
    again = served.open(context.new_page())
    expect(field(again, "gross_total")).to_have_value("99,95")
    expect(field(again, "vendor_name")).to_have_value("Half a na")
    expect(again.locator("#field-vendor_name .draft")).to_contain_text("not saved")
    expect(table_state(again)).to_have_text("Saved", timeout=30_000)
    assert served.amounts()[0] == 41.5
    for name in ("gross_total", "vendor_name"):
        field(again, name).focus()
        again.keyboard.press("Enter")
        expect(again.locator(f"#field-{name} .draft")).to_have_count(0)
    expect(state(again)).to_have_text(SAVED)
    assert (served.stored("gross_total"), served.stored("vendor_name")) == ("99.95", "Half a na")


def test_two_people_in_one_invoice_lose_nothing_when_the_server_dies_between_them(
    served: Served, boss: Page, sue: Page
) -> None:
    field(boss, "gross_total").fill("150.00")
    served.killed_while(lambda: boss.keyboard.press("Tab"), boss, "fields/gross_total/")
    expect(state(boss)).to_contain_text(AWAY)
    boss.context.set_offline(True)  # the other one is first when it is back
    served.wait_until_up()
    field(sue, "gross_total").fill("160.00")
    sue.keyboard.press("Tab")
    field(sue, "net_total").fill("90.00")
    sue.keyboard.press("Tab")
    type_in_cell(sue, 2, "33")
    expect(state(sue)).to_have_text(SAVED, timeout=60_000)
    expect(table_state(sue)).to_have_text("Saved", timeout=60_000)
    boss.context.set_offline(False)
    conflict = boss.locator("#field-gross_total .conflict")
    expect(conflict).to_contain_text("Sue Moss", timeout=30_000)
    expect(field(boss, "gross_total")).to_have_value("150.00")
    assert served.stored("gross_total") == "160.00"
    conflict.get_by_role("button").first.click()
    expect(conflict).to_have_count(0)
    type_in_cell(boss, 3, "27")
    expect(table_state(boss)).to_have_text("Saved")
    assert (served.stored("gross_total"), served.stored("net_total")) == ("150.00", "90.00")
    assert served.amounts() == [40.0, 33.0, 27.0]
