"""The dashboard's pages: whom they show what, their CSV to the byte, and what happens with bad input."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from extraction.models import AuditEvent, ExchangeRate, Invoice, Status, User, VendorCategory, Workspace

Make = Callable[..., Invoice]
PERIOD = {"period": "custom", "from": "2024-01-01", "to": "2024-03-31"}
ECB = b"Date,USD,JPY,\n2024-03-15,1.0892,161.44,\n2024-03-14,1.0925,N/A,\n"


@pytest.fixture
def spent(make_invoice: Make) -> Make:
    def make(vendor: str = "Birch", gross: str = "119.00", **more: Any) -> Invoice:
        row = {"status": Status.APPROVED, "issue_date": date(2024, 3, 14), "currency": "EUR", **more}
        return make_invoice(vendor_name=vendor, gross_total=Decimal(gross), amount_due=None, **row)

    return make


def page(client: Client, **query: str) -> str:
    """With the parts that a browser fetches afterwards."""
    answer = client.get(reverse("dashboard"), {**PERIOD, "whole": "1", **query})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def csv_of(client: Client, name: str, **query: str) -> bytes:
    answer = client.get(reverse("dashboard-csv", args=[name]), {**PERIOD, **query})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    return answer.content


# --- the page ---------------------------------------------------------------------------------------------------------


def test_a_new_installation_is_told_what_will_stand_here(web: Client) -> None:
    answer = web.get(reverse("dashboard"))
    assert "Nothing to count yet" in answer.content.decode()


def test_one_document_is_enough_for_a_dashboard(web: Client, spent: Make) -> None:
    spent()
    assert "119.00 EUR" in page(web)


def test_a_period_without_documents_says_so_in_every_figure(web: Client, spent: Make) -> None:
    spent()
    text = page(web, **{"from": "2020-01-01", "to": "2020-01-31"})
    assert text.count("Nothing in this period.") >= 6


def test_every_number_leads_to_a_list_of_its_documents(web: Client, spent: Make) -> None:
    invoice = spent("Birch & <b>Sons</b>")
    spent("Birch & <b>Sons</b> Limited")
    text = page(web)
    links = re.findall(r'aria-label="Birch & <b>Sons</b>, Approved: 119.00 EUR"', text)
    assert len(links) == 1
    raw = web.get(reverse("dashboard"), PERIOD).content.decode()
    found = re.search(r'href="([^"]+)" class="hit" data-row="Birch &amp; &lt;b&gt;Sons&lt;/b&gt;" data-at="0"', raw)
    assert found
    answer = web.get(unescape(found[1]))
    assert [row.pk for row in answer.context["invoices"]] == [invoice.pk]
    assert "Birch &amp; &lt;b&gt;Sons&lt;/b&gt;" in answer.content.decode()


def test_a_damaged_link_shows_an_empty_list(web: Client, spent: Make) -> None:
    spent()
    for text in ("{", '{"vendor":"a\\u0000"}', '{"issued":"x"}'):
        answer = web.get(reverse("inbox"), {"figure": text})
        assert answer.status_code == 200
        assert list(answer.context["invoices"]) == []


def test_work_by_person_is_shown_to_administrators_only(
    browse: Callable[[User], Client], web: Client, admin: User, approver: User, spent: Make
) -> None:
    spent(approved_by=approver)
    assert "Work by person" not in page(web)
    assert web.get(reverse("dashboard-csv", args=["people"]), PERIOD).status_code == 404
    assert "Work by person" in page(browse(admin))


def test_nothing_of_another_workspace_is_counted(web: Client, spent: Make, outsider: User) -> None:
    spent("Birch")
    spent("Hidden", workspace=Workspace.objects.get(name="Elsewhere"))
    assert "Hidden" not in page(web)
    assert b"Hidden" not in csv_of(web, "vendors")


@pytest.mark.parametrize(
    "query",
    [
        {"from": "", "to": ""}, {"from": "x"}, {"from": "2024-05-01"}, {"period": "nonsense"}, {"currency": "nonsense"},
        {"month": "2024-99"}, {"month": "9999-12"}, {"month": "0001-01"}, {"vendor": "\x00"}, {"from": "0001-01-01"},
    ],
)  # fmt: skip
def test_nonsense_in_the_address_never_breaks_the_page(web: Client, spent: Make, query: dict[str, str]) -> None:
    spent()
    assert "Dashboard" in page(web, **query)


def test_dates_that_make_no_period_are_explained_and_kept(web: Client, spent: Make) -> None:
    spent()
    text = page(web, **{"from": "2024-05-01", "to": "2024-03-01"})
    assert "The period ends before it begins." in text
    assert 'value="2024-05-01"' in text


def test_for_htmx_only_the_results_are_sent(web: Client, spent: Make) -> None:
    spent()
    answer = web.get(reverse("dashboard"), {**PERIOD, "amounts": "net"}, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert answer["HX-Push-Url"] == f"{reverse('dashboard')}?period=custom&from=2024-01-01&to=2024-03-31&amounts=net"
    assert "HX-Request" in answer["Vary"]


def test_the_number_of_queries_does_not_grow_with_the_documents(
    web: Client, spent: Make, django_assert_max_num_queries: Any
) -> None:
    for at in range(12):
        spent(f"Vendor {at}", due_date=date(2024, 4, 1 + at))
    with django_assert_max_num_queries(45):
        page(web)


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_the_csv_holds_exactly_the_numbers_of_the_figure(web: Client, spent: Make) -> None:
    spent("Birch", "1234.50")
    spent("Cedar", "10", status=Status.REVIEW)
    spent("Cedar", "3", document_type="credit_note")
    assert (
        csv_of(web, "vendors")
        == (
            "\ufeffVendor,Approved (EUR),Not approved yet (EUR),Documents\r\n"
            "Birch,1234.50,0.00,1\r\n"
            "Cedar,-3.00,10.00,2\r\n"
        ).encode()
    )
    assert (
        csv_of(web, "months")
        == (
            "\ufeffMonth,Birch (EUR),Cedar (EUR),Not approved yet (EUR)\r\n"
            "2024-01,0.00,0.00,0.00\r\n"
            "2024-02,0.00,0.00,0.00\r\n"
            "2024-03,1234.50,-3.00,10.00\r\n"
        ).encode()
    )


def test_formulas_in_vendor_names_are_neutralised(web: Client, spent: Make) -> None:
    spent("=HYPERLINK(1)")
    rows = csv_of(web, "vendors").decode("utf-8-sig").splitlines()
    assert rows[1].startswith("'=HYPERLINK(1),119.00")
    assert csv_of(web, "months").decode("utf-8-sig").splitlines()[0].startswith("Month,'=HYPERLINK(1) (EUR)")


def test_every_figure_has_a_csv(browse: Callable[[User], Client], admin: User, spent: Make) -> None:
    spent(due_date=date(2024, 4, 1), approved_by=admin)
    client = browse(admin)
    names = re.findall(r'id="figure-([a-z-]+)"', page(client))
    assert len(names) == 14
    for name in names:
        assert csv_of(client, name).startswith("\ufeff".encode())
    assert client.get(reverse("dashboard-csv", args=["nothing"])).status_code == 404


# --- categories -------------------------------------------------------------------------------------------------------


def test_a_category_is_set_in_the_table_of_vendors(web: Client, spent: Make) -> None:
    spent("Birch")
    address = f"{reverse('dashboard-vendors')}?period=custom&from=2024-01-01&to=2024-03-31"
    answer = web.post(address, {"vendor": "Birch", "category": "Wood"})
    assert answer.status_code == 302
    assert answer["Location"] == address
    assert 'value="Wood"' in web.get(address).content.decode()
    assert csv_of(web, "categories").decode().splitlines()[1] == "Wood,119.00,0.00,1"
    assert AuditEvent.objects.filter(action="vendor_category_set").count() == 1


def test_a_category_that_is_too_long_is_refused_and_not_lost(web: Client, spent: Make) -> None:
    spent("Birch")
    long = "x" * 61
    address = f"{reverse('dashboard-vendors')}?period=custom&from=2024-01-01&to=2024-03-31"
    answer = web.post(address, {"vendor": "Birch", "category": long})
    assert answer.status_code == 422
    assert long in answer.content.decode()
    assert "at most 60 characters" in answer.content.decode()
    partial = web.post(address, {"vendor": "Birch", "category": long}, headers={"HX-Request": "true"})
    assert partial.status_code == 422
    assert b"at most 60 characters" in partial.content


def test_an_uploader_sees_categories_but_cannot_set_them(
    browse: Callable[[User], Client], uploader: User, spent: Make
) -> None:
    spent("Birch")
    client = browse(uploader)
    address = f"{reverse('dashboard-vendors')}?period=custom&from=2024-01-01&to=2024-03-31"
    assert 'name="category"' not in client.get(address).content.decode()
    client.post(address, {"vendor": "Birch", "category": "Wood"})
    assert not VendorCategory.objects.exists()


# --- currency and rates -----------------------------------------------------------------------------------------------


@pytest.fixture
def boss(browse: Callable[[User], Client], admin: User) -> Client:
    return browse(admin)


def test_the_reporting_currency_is_set_by_administrators(boss: Client, web: Client, workspace: Workspace) -> None:
    address = reverse("settings-currency")
    assert web.get(address).status_code == 404
    assert boss.post(address, {"do": "currency", "reporting_currency": "chf"}).status_code == 302
    workspace.refresh_from_db()
    assert workspace.reporting_currency == "CHF"
    answer = boss.post(address, {"do": "currency", "reporting_currency": "1"})
    assert answer.status_code == 422
    assert "is not a currency" in answer.content.decode()


@pytest.mark.parametrize("name", ["rates.csv", "rates.zip"])
def test_the_file_of_the_central_bank_is_imported(boss: Client, workspace: Workspace, name: str) -> None:
    data = BytesIO()
    if name.endswith("zip"):
        with ZipFile(data, "w") as archive:
            archive.writestr("eurofxref-hist.csv", ECB)
    else:
        data.write(ECB)
    data.seek(0)
    data.name = name
    answer = boss.post(reverse("settings-currency"), {"do": "file", "file": data}, follow=True)
    assert "3 exchange rates imported." in answer.content.decode()
    rows = (
        ExchangeRate.objects.filter(workspace=workspace)
        .values_list("date", "currency", "rate")
        .order_by("currency", "date")
    )
    assert list(rows) == [
        (date(2024, 3, 15), "JPY", Decimal("161.44")),
        (date(2024, 3, 14), "USD", Decimal("1.0925")),
        (date(2024, 3, 15), "USD", Decimal("1.0892")),
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x89PNG\r\n\x1a\n", "is not the European Central Bank"),
        (b"PK\x03\x04 damaged", "damaged"),
        (b"Date,USD\n2024-03-15,cheap\n", "Line 2"),
        (b"Date,USD\nyesterday,1\n", "Line 2"),
        (b"Date,USD\n2024-03-15,-1\n", "Line 2"),
    ],
)
def test_a_file_that_is_no_file_of_rates_is_refused_in_words(boss: Client, data: bytes, told: str) -> None:
    upload = BytesIO(data)
    upload.name = "rates.csv"
    answer = boss.post(reverse("settings-currency"), {"do": "file", "file": upload})
    assert answer.status_code == 422
    assert told in unescape(answer.content.decode())
    assert not ExchangeRate.objects.exists()


def test_a_typed_rate_counts_at_once_and_can_be_removed(boss: Client, workspace: Workspace, spent: Make) -> None:
    spent(currency="USD", gross="100")
    spent(gross="1")
    spent(gross="1")
    assert "without a rate into EUR" in page(boss)
    address = reverse("settings-currency")
    boss.post(address, {"do": "rate", "day": "2024-03-14", "currency": "usd", "rate": "1.25"})
    assert csv_of(boss, "vendors").decode().splitlines()[1] == "Birch,82.00,0.00,3"
    assert "without a rate" not in page(boss)
    row = ExchangeRate.objects.get()
    boss.post(address, {"do": "remove", "rate": str(row.pk)})
    assert not ExchangeRate.objects.exists()


def test_a_typed_rate_that_is_wrong_stays_in_the_form(boss: Client) -> None:
    answer = boss.post(
        reverse("settings-currency"), {"do": "rate", "day": "2024-03-14", "currency": "EUR", "rate": "1.25"}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "the euro itself needs none" in text
    assert 'value="1.25"' in text


def test_the_rates_of_another_workspace_cannot_be_removed(boss: Client, outsider: User) -> None:
    elsewhere = Workspace.objects.get(name="Elsewhere")
    row = ExchangeRate.objects.create(
        workspace=elsewhere, currency="USD", date=date(2024, 1, 1), rate=1, source="typed"
    )
    boss.post(reverse("settings-currency"), {"do": "remove", "rate": str(row.pk)})
    assert ExchangeRate.objects.filter(pk=row.pk).exists()


def test_the_command_imports_rates_for_all_workspaces(workspace: Workspace, tmp_path: Any, capsys: Any) -> None:
    file = tmp_path / "eurofxref-hist.csv"
    file.write_bytes(ECB)
    for _ in range(2):
        call_command("import_rates", str(file))
    assert capsys.readouterr().out.count("3 exchange rates imported.") == 2
    assert ExchangeRate.objects.filter(workspace=None).count() == 3
    call_command("import_rates", str(file), "--since", "2024-03-15")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_rates", str(tmp_path / "nothing.csv"))


def test_what_is_below_the_first_screen_is_fetched_afterwards_and_says_the_same(web: Client, spent: Make) -> None:
    spent()
    first = unescape(web.get(reverse("dashboard"), PERIOD).content.decode())
    assert 'id="figure-months"' in first
    assert 'id="figure-tax-months"' not in first
    for address in re.findall(r'hx-get="(/dashboard/section/[^"]+)"', first):
        part = unescape(web.get(address).content.decode())
        assert part.strip() in page(web)
    assert web.get("/dashboard/section/nothing/").status_code == 404


def test_a_period_without_documents_leads_to_the_newest_ones(web: Client, spent: Make) -> None:
    spent()
    long_ago = {"period": "custom", "from": "2001-01-01", "to": "2001-12-31"}
    empty = unescape(web.get(reverse("dashboard"), long_ago).content.decode())
    assert "the newest is of" in empty
    address = re.search(r'href="([^"]+)">Show the year up to then', empty)
    assert address
    assert "the newest is of" not in web.get(address[1]).content.decode()
