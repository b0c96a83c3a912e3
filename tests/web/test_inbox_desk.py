"""Filters, columns, saved views, acts on many documents and news, as the server answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from extraction import services
from extraction.models import FieldValue, Invoice, SavedView, Status, User, Workspace
from extraction.views.filters import dates_of
from extraction.views.listing import ORDERS, Listing
from tests.builders import VALUES

from .test_inbox import rows, texts

Make = Callable[..., Invoice]
DUPLICATE = {"code": "possible_duplicate", "fields": ["vendor_name"], "message": "Twice?"}


def get(client: Client, query: str = "status=all", **headers: str) -> str:
    return client.get(f"{reverse('inbox')}?{query}", headers=headers).content.decode()


# --- filters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "vendor=OAK", "from=14.03.2024&to=2024-03-14", "min=1.000,00&max=1000.00", "problem=possible_duplicate",
        "problem=any", "assignee=me", "currency=usd", "type=credit_note", "doubtful=1", "status=hold",
        "vendor=oak&problem=any&assignee=me&min=999",
    ],
)  # fmt: skip
def test_each_filter_finds_the_one_it_is_for(make_invoice: Make, web: Client, approver: User, query: str) -> None:
    values = VALUES | {
        "vendor_name": "Oak Ltd", "gross_total": Decimal(1000), "currency": "USD", "document_type": "credit_note",
    }  # fmt: skip
    hold = {"held_at": timezone.now(), "hold_reason": "Wait"} if query == "status=hold" else {}
    one = make_invoice(values=values, problems=[DUPLICATE], assignee=approver, **hold)
    FieldValue.objects.filter(invoice=one, name="gross_total").update(confidence=0.4)
    make_invoice(values=VALUES | {"vendor_name": "Elm", "issue_date": date(2023, 1, 1)})
    page = get(web, query)
    assert re.findall(r'<tr role="row" id="invoice-(\d+)"', page) == [str(one.pk)]


def test_periods_are_whole_months_quarters_and_years() -> None:
    today = date(2024, 2, 29)
    assert dates_of("this-month", today) == (date(2024, 2, 1), date(2024, 2, 29))
    assert dates_of("last-month", today) == (date(2024, 1, 1), date(2024, 1, 31))
    assert dates_of("this-quarter", today) == (date(2024, 1, 1), date(2024, 3, 31))
    assert dates_of("last-quarter", today) == (date(2023, 10, 1), date(2023, 12, 31))
    assert dates_of("last-year", today) == (date(2023, 1, 1), date(2023, 12, 31))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=31.02.2024", "“31.02.2024” is not a date"),
        ("min=abc", "“abc” is not an amount"),
        ("period=tomorrow", "no such period"),
        ("problem=none", "no such problem"),
        ("assignee=ghost", "no such person"),
    ],
)
def test_a_filter_that_means_nothing_says_so_lists_nothing_and_stays_as_typed(
    make_invoice: Make, web: Client, query: str, words: str
) -> None:
    make_invoice()
    page = get(web, query)
    assert words in texts(page)
    assert 'id="invoice-' not in page
    typed = query.partition("=")[2]
    assert typed in page
    assert 'role="alert"' in page


def test_counts_of_the_tabs_follow_the_filters_and_held_ones_leave_the_review(make_invoice: Make, web: Client) -> None:
    make_invoice(values=VALUES | {"vendor_name": "Oak"})
    make_invoice(values=VALUES | {"vendor_name": "Oak"}, held_at=timezone.now(), hold_reason="Wait")
    make_invoice(values=VALUES | {"vendor_name": "Oak"}, status=Status.APPROVED)
    make_invoice(values=VALUES | {"vendor_name": "Elm"})
    page = texts(get(web, "vendor=oak"))
    for words in ("All 3", "To review 1", "On hold 1", "Approved 1"):
        assert words in page
    assert len(rows(web, status="review")) == 2


def test_chips_lead_to_the_list_without_them(make_invoice: Make, web: Client) -> None:
    make_invoice()
    page = get(web, "status=review&vendor=birch&min=1")
    assert 'href="/?status=review&amp;min=1"' in page
    assert 'href="/?status=review&amp;vendor=birch"' in page


def test_the_form_of_filters_leaves_no_empty_ones_in_the_address(make_invoice: Make, web: Client) -> None:
    answer = web.get("/?q=&vendor=x&min=&max=&period=", headers={"HX-Request": "true", "HX-Trigger": "filters"})
    assert answer["HX-Push-Url"] == "/?vendor=x"
    answer = web.get("/?q=&vendor=", headers={"HX-Request": "true", "HX-Trigger": "filters"})
    assert answer["HX-Push-Url"] == "/?status=all"


def test_vendors_are_completed_from_their_own_workspaces(
    make_invoice: Make, web: Client, browse: Callable[[User], Client], outsider: User
) -> None:
    make_invoice(values=VALUES | {"vendor_name": "<Oak> Ltd"})
    address = f"{reverse('vendors')}?vendor=oak"
    assert '<option value="&lt;Oak&gt; Ltd">' in web.get(address).content.decode()
    assert "Oak" not in browse(outsider).get(address).content.decode()


# --- order and neighbours ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [sign + name for name in ORDERS for sign in ("", "-")])
def test_neighbours_are_those_of_the_list_in_every_order(
    make_invoice: Make, approver: User, reviewer: User, order: str
) -> None:
    for at in range(7):
        values = VALUES | {"vendor_name": "Oak" if at % 3 else "", "gross_total": Decimal(at % 2 * 10)}
        make_invoice(
            values=values if at != 4 else {},
            status=Status.REVIEW if at % 2 else Status.FAILED,
            created_at=timezone.now() - timedelta(hours=at // 2),
            assignee=(approver, reviewer, None)[at % 3],
        )
    listing = Listing(order=order)
    listed = list(listing.invoices(approver).values_list("pk", flat=True))
    waiting = set(Invoice.objects.filter(status=Status.REVIEW).values_list("pk", flat=True))
    for at, pk in enumerate(listed):
        circle = [*listed[at + 1 :], *listed[:at]]
        expected = (
            listed[at - 1] if at else None,
            listed[at + 1] if at + 1 < len(listed) else None,
            next((other for other in circle if other in waiting), None),
        )
        assert listing.neighbours(approver, Invoice.objects.get(pk=pk)) == expected


def test_the_next_that_waits_is_found_from_one_that_has_left_the_list(make_invoice: Make, approver: User) -> None:
    old, middle, new = (make_invoice() for _ in range(3))
    services.invoice_approve(invoice=middle, user=approver)
    assert Listing(tab="review").neighbours(approver, middle) == (new.pk, old.pk, old.pk)


def test_what_is_on_hold_does_not_wait(make_invoice: Make, approver: User) -> None:
    free, held, here = make_invoice(), make_invoice(held_at=timezone.now(), hold_reason="Wait"), make_invoice()
    assert Listing().neighbours(approver, here) == (None, held.pk, free.pk)


# --- columns ----------------------------------------------------------------------------------------------------------


def heads(client: Client, query: str = "status=all") -> list[str]:
    found = re.findall(r'<th [^>]*class="c-(\w+)', get(client, query))
    return [key for key in found if key not in ("pick", "tools")]


def test_columns_are_a_persons_own_and_the_vendor_always_shows(
    make_invoice: Make, web: Client, browse: Callable[[User], Client], reviewer: User
) -> None:
    make_invoice()
    web.post(reverse("columns"), {"order": ["total", "vendor", "due", "nonsense"], "column": ["total", "due"]})
    assert heads(web) == ["total", "vendor", "due"]
    assert heads(browse(reviewer))[:2] == ["state", "vendor"]
    web.post(reverse("columns"), {"order": ["total", "vendor", "due"], "column": ["total", "due"], "up": "due"})
    assert heads(web) == ["total", "due", "vendor"]
    web.post(reverse("columns"), {"reset": "1"})
    assert heads(web) == ["state", "vendor", "number", "date", "total", "notes", "uploaded"]


def test_every_column_has_a_cell_for_every_state(make_invoice: Make, web: Client, approver: User) -> None:
    from extraction.views.columns import COLUMNS

    for status in Status.values:
        make_invoice(status=status, assignee=approver, uploaded_by=approver, confidence=0.93, language="de")
    web.post(reverse("columns"), {"order": [*COLUMNS], "column": [*COLUMNS]})
    page = get(web)
    assert set(heads(web)) == set(COLUMNS)
    assert "93 %" in page
    assert "German" in page
    assert page.count(f'<span class="truncate" title="{approver}">') >= len(Status.values)


# --- saved views ------------------------------------------------------------------------------------------------------


def test_a_view_opens_the_inbox_and_its_columns_are_its_own(make_invoice: Make, web: Client, approver: User) -> None:
    oak = make_invoice(values=VALUES | {"vendor_name": "Oak"})
    make_invoice(values=VALUES | {"vendor_name": "Elm"})
    answer = web.post(f"{reverse('view-create')}?status=review&vendor=oak", {"name": "Oak", "default": "1"})
    view = SavedView.objects.get()
    assert answer["Location"] == f"/?status=review&vendor=oak&view={view.pk}"
    first = web.get("/")
    assert first["Location"] == answer["Location"]
    web.post(f"{reverse('columns')}?view={view.pk}", {"order": ["vendor", "total"], "column": ["total"]})
    assert heads(web, f"view={view.pk}") == ["vendor", "total"]
    assert heads(web)[0] == "state"
    assert re.findall(r'id="invoice-(\d+)"', get(web, f"status=review&vendor=oak&view={view.pk}")) == [str(oak.pk)]
    web.post(reverse("view-delete", args=[view.pk]))
    assert web.get("/").status_code == 200


def test_views_show_how_many_documents_each_lists(make_invoice: Make, web: Client, approver: User) -> None:
    make_invoice(values=VALUES | {"vendor_name": "Oak"})
    make_invoice(status=Status.APPROVED)
    workspace = approver.workspaces.get()
    services.view_create(workspace=workspace, user=approver, name="Oak", query="status=review&vendor=oak")
    services.view_create(workspace=workspace, user=approver, name="Done", query="status=approved")
    page = texts(web.get(reverse("view-counts")).content.decode())
    assert page.split() == ["Done", "1", "Oak", "1"]


def test_shared_views_are_seen_by_colleagues_who_cannot_change_them(
    make_invoice: Make, web: Client, browse: Callable[[User], Client], approver: User, reviewer: User, outsider: User
) -> None:
    make_invoice()
    workspace = approver.workspaces.get()
    shared = services.view_create(workspace=workspace, user=approver, name="Shared", query="", shared=True)
    private = services.view_create(workspace=workspace, user=approver, name="Private", query="")
    colleague, stranger = browse(reviewer), browse(outsider)
    assert "Shared" in get(colleague)
    assert "Private" not in get(colleague)
    for client, view, status in ((colleague, private, 404), (stranger, shared, 404)):
        assert client.post(reverse("view-update", args=[view.pk]), {"name": "Mine"}).status_code == status
        assert client.post(reverse("view-delete", args=[view.pk])).status_code == status
    answer = colleague.post(reverse("view-delete", args=[shared.pk]), follow=True)
    assert "This view belongs to approver@example.com" in answer.content.decode()
    answer = colleague.post(f"{reverse('view-update', args=[shared.pk])}?vendor=x", {"take": "1"}, follow=True)
    assert "This view belongs to" in answer.content.decode()
    shared.refresh_from_db()
    assert (shared.name, shared.query) == ("Shared", "")


def test_a_view_needs_a_name_of_its_own(web: Client, approver: User) -> None:
    for name, words in (("  ", "Give the view a name"), ("Oak", ""), ("Oak", "You have a view “Oak” already")):
        answer = web.post(reverse("view-create"), {"name": name}, headers={"HX-Request": "true"})
        assert words in answer.content.decode()
        assert answer.status_code == (409 if words else 204)
    assert SavedView.objects.count() == 1


# --- many documents ---------------------------------------------------------------------------------------------------


def test_an_act_on_many_tells_how_many_why_not_and_where_they_are(make_invoice: Make, web: Client) -> None:
    good, bare = make_invoice(), make_invoice(values={"vendor_name": "Oak"})
    page = web.post(reverse("bulk"), {"action": "approve", "pick": [good.pk, bare.pk]}, follow=True).content.decode()
    assert "1 approved, 1 not:" in texts(page)
    link = re.search(r'href="(/\?bulk=\d+)"', page)
    assert link
    shown = web.get(link[1]).content.decode()
    assert re.findall(r'<tr role="row" id="invoice-(\d+)"', shown) == [str(bare.pk)]
    assert "These fields are missing" in shown
    undo = re.search(r'action="(/bulk/\d+/undo/)"', page)
    assert undo
    assert "1 document is as it was." in web.post(undo[1], follow=True).content.decode()
    good.refresh_from_db()
    assert good.status == Status.REVIEW


def test_all_that_match_means_what_was_listed_and_nothing_that_came_since(make_invoice: Make, web: Client) -> None:
    listed = make_invoice(values=VALUES | {"vendor_name": "Oak"}, read_at=timezone.now() - timedelta(hours=1))
    other = make_invoice(values=VALUES | {"vendor_name": "Elm"}, read_at=timezone.now() - timedelta(hours=1))
    seen = timezone.now()
    late = make_invoice(values=VALUES | {"vendor_name": "Oak"})
    address = f"{reverse('bulk')}?status=review&vendor=oak"
    web.post(address, {"action": "approve", "all": "1", "seen": seen.isoformat(), "pick": other.pk})
    states = dict(Invoice.objects.values_list("pk", "status"))
    assert states == {listed.pk: "approved", other.pk: "review", late.pk: "review"}


def test_nothing_is_done_where_the_list_has_a_filter_that_means_nothing(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice(read_at=timezone.now() - timedelta(hours=1))
    address = f"{reverse('bulk')}?from=nonsense"
    web.post(address, {"action": "delete", "all": "1", "seen": timezone.now().isoformat()})
    assert Invoice.objects.get(pk=invoice.pk).deleted_at is None


def test_what_an_act_needs_and_lacks_is_said(make_invoice: Make, web: Client, outsider: User) -> None:
    pk = make_invoice().pk
    for data, words in (
        ({"action": "reject", "pick": pk}, "Say in a few words why."),
        ({"action": "approve"}, "Choose at least one document."),
        ({"action": "assign", "pick": pk, "give_to": outsider.pk}, "no such person"),
        ({"action": "approve", "all": "1"}, "This page is old"),
    ):
        answer = web.post(reverse("bulk"), data, headers={"HX-Request": "true"})
        assert (answer.status_code, words in answer.content.decode()) == (409, True)


def test_only_what_the_role_permits_is_offered(
    make_invoice: Make, browse: Callable[[User], Client], uploader: User, reviewer: User
) -> None:
    make_invoice()
    offered = {user: re.findall(r'name="action" value="(\w+)"', get(browse(user))) for user in (uploader, reviewer)}
    assert offered == {uploader: [], reviewer: ["reject", "assign", "hold", "retry", "delete"]}


# --- news -------------------------------------------------------------------------------------------------------------


def news_address(page: str) -> str:
    found = re.search(r'id="news"[^>]*hx-get="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_news_are_changed_rows_and_the_number_of_new_ones(make_invoice: Make, web: Client, approver: User) -> None:
    shown = make_invoice()
    address = news_address(get(web, "status=review"))
    assert web.get(address).status_code == 204
    make_invoice()
    make_invoice(status=Status.FAILED)
    services.invoice_approve(invoice=shown, user=approver)
    answer = web.get(address).content.decode()
    assert "1 new document: show" in answer
    assert f'<tr role="row" id="invoice-{shown.pk}" hx-swap-oob="true" data-status="approved"' in answer
    assert web.get(news_address(answer)).status_code == 204, "the same is not told twice"


@pytest.mark.parametrize("query", ["", "since=x&looked=y", f"since={quote('2024-99-99T00:00:00+00:00')}&looked=1"])
def test_a_poll_that_makes_no_sense_is_answered_with_nothing(web: Client, query: str) -> None:
    assert web.get(f"{reverse('news')}?{query}").status_code == 204


def test_an_address_with_anything_in_it_never_breaks_the_page(make_invoice: Make, web: Client) -> None:
    make_invoice()
    for name in ("status", "q", "sort", "page", "view", "bulk", "ids", "assignee", "min", "from", "period", "currency"):
        for value in ("", "\x00", "9" * 40, "-1", "%", "'", "<b>", "a,b", "1,2", "²", "١"):
            assert web.get("/", {name: value}).status_code == 200, (name, value)


# --- speed ------------------------------------------------------------------------------------------------------------


def test_rows_columns_views_and_filters_cost_no_query_each(
    make_invoice: Make, web: Client, approver: User, django_assert_max_num_queries: Any, workspace: Workspace
) -> None:
    from extraction.views.columns import COLUMNS

    for _ in range(30):
        make_invoice(assignee=approver, uploaded_by=approver, status=Status.REVIEW)
    for at in range(5):
        services.view_create(workspace=workspace, user=approver, name=f"View {at}", query="vendor=birch")
    web.post(reverse("columns"), {"order": [*COLUMNS], "column": [*COLUMNS]})
    with django_assert_max_num_queries(15):
        get(web, "status=review&vendor=birch&q=birch&min=1")
    address = news_address(get(web, "status=review"))
    Invoice.objects.update(updated_at=timezone.now(), revision=F("revision") + 1)
    with django_assert_max_num_queries(14):
        web.get(address)
    invoice = Invoice.objects.first()
    assert invoice
    with django_assert_max_num_queries(6):
        Listing(tab="review").neighbours(approver, invoice)
