"""Pages and parts of working together, as Django's client sees them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from extraction import services
from extraction.models import Comment, Invoice, Role, Status, User, Workspace
from extraction.timeline import state
from tests.builders import VALUES
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def second(workspace: Workspace) -> User:
    return make_user("second@example.com", workspace, Role.APPROVER)


def page_of(client: Client, invoice: Invoice) -> str:
    return client.get(reverse("review", args=[invoice.pk])).content.decode()


def test_the_review_page_fetches_the_activity_by_itself(make_invoice: Make, web: Client, second: User) -> None:
    invoice = make_invoice()
    services.comment_add(invoice=invoice, user=second, text="Secret of the timeline")
    assert "Secret of the timeline" not in page_of(web, invoice)
    answer = web.get(reverse("activity", args=[invoice.pk]), headers=HTMX)
    assert "Secret of the timeline" in answer.content.decode()
    unchanged = web.get(reverse("activity", args=[invoice.pk]), {"seen": state(invoice)}, headers=HTMX)
    assert unchanged.status_code == 204


def test_the_activity_is_a_page_without_script(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice()
    services.field_correct(invoice=invoice, user=invoice.workspace.members.get(), name="currency", text="USD")
    text = web.get(reverse("activity", args=[invoice.pk])).content.decode()
    assert "<html" in text
    assert "changed Currency from “EUR” to “USD”" in text


def test_a_comment_is_shown_as_text_and_never_as_markup(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice()
    answer = web.post(reverse("comment", args=[invoice.pk]), {"text": "<b>bold</b>"}, headers=HTMX)
    assert "&lt;b&gt;bold&lt;/b&gt;" in answer.content.decode()
    empty = web.post(reverse("comment", args=[invoice.pk]), {"text": " "}, headers=HTMX)
    assert (empty.status_code, b"Write something first" in empty.content) == (422, True)


def test_a_comment_without_script_leads_back_to_the_page(make_invoice: Make, web: Client) -> None:
    invoice = make_invoice()
    back = f"http://testserver{reverse('review', args=[invoice.pk])}"
    answer = web.post(reverse("comment", args=[invoice.pk]), {"text": "Fine"}, headers={"Referer": back})
    assert answer["Location"] == back
    assert Comment.objects.get().text == "Fine"


def test_a_comment_belongs_to_its_invoice(make_invoice: Make, web: Client, approver: User) -> None:
    comment = services.comment_add(invoice=make_invoice(), user=approver, text="Mine")
    other = make_invoice()
    assert web.post(reverse("comment-delete", args=[other.pk, comment.pk])).status_code == 404


def test_uploaders_may_comment_and_see_no_other_control(
    make_invoice: Make, browse: Callable[[User], Client], uploader: User
) -> None:
    invoice = make_invoice()
    page = page_of(browse(uploader), invoice)
    assert reverse("comment", args=[invoice.pk]) in page
    for name in ("assign", "hold", "verify-bank", "withdraw"):
        assert reverse(name, args=[invoice.pk]) not in page


def test_the_bell_counts_until_the_document_is_opened(
    make_invoice: Make, web: Client, second: User, approver: User
) -> None:
    invoice = make_invoice()
    services.comment_add(invoice=invoice, user=second, text=f"@{approver.email}")
    assert "1 new mention or assignment" in web.get(reverse("bell"), headers=HTMX).content.decode()
    assert web.get(reverse("bell"), {"seen": "1"}, headers=HTMX).status_code == 204
    assert reverse("seen", args=[invoice.pk]) in page_of(web, invoice)
    answer = web.post(reverse("seen", args=[invoice.pk]), headers=HTMX)
    assert (answer.status_code, answer["HX-Trigger"]) == (204, "news")
    assert "new mention" not in web.get(reverse("bell"), headers=HTMX).content.decode()
    assert reverse("seen", args=[invoice.pk]) not in page_of(web, invoice)


def test_all_news_are_marked_as_read(make_invoice: Make, web: Client, second: User, approver: User) -> None:
    services.invoice_assign(invoice=make_invoice(), user=second, assignee=approver)
    page = web.get(reverse("notifications")).content.decode()
    assert "second@example.com assigned it to you" in page
    assert page.count('class="new"') == 1
    web.post(reverse("notifications-read"))
    assert 'class="new"' not in web.get(reverse("notifications")).content.decode()


def test_empty_pages_say_what_will_come(web: Client) -> None:
    page = web.get(reverse("notifications")).content.decode()
    assert "Nothing yet." in page
    assert "No document waits for you." in page


@pytest.mark.parametrize("assignee", ["x", "999999", "-1"])
def test_nobody_unknown_is_assigned(make_invoice: Make, web: Client, assignee: str) -> None:
    invoice = make_invoice()
    assert web.post(reverse("assign", args=[invoice.pk]), {"assignee": assignee}).status_code == 404


def test_an_outsider_is_not_assigned(make_invoice: Make, web: Client, outsider: User) -> None:
    invoice = make_invoice()
    answer = web.post(reverse("assign", args=[invoice.pk]), {"assignee": outsider.pk}, headers=HTMX)
    assert answer.status_code == 409
    invoice.refresh_from_db()
    assert invoice.assignee is None


def test_a_hold_goes_on_with_what_waits_and_passes_over_what_is_held(make_invoice: Make, web: Client) -> None:
    oldest, held, newest = (make_invoice() for _ in range(3))
    answer = web.post(reverse("hold", args=[held.pk]), {"reason": "Wait"})
    assert answer["Location"] == reverse("review", args=[oldest.pk])
    answer = web.post(reverse("approve", args=[newest.pk]))
    assert answer["Location"] == reverse("review", args=[oldest.pk])
    answer = web.post(reverse("approve", args=[held.pk]), follow=True)
    assert "Take it off hold first" in answer.content.decode()
    assert "On hold" in web.get(reverse("inbox")).content.decode()


def test_the_first_approver_is_not_offered_it_again(
    make_invoice: Make, web: Client, browse: Callable[[User], Client], second: User, workspace: Workspace
) -> None:
    workspace.second_approval_from = Decimal("100")
    workspace.save()
    invoice, other = make_invoice(), make_invoice(values={**VALUES, "gross_total": Decimal("7.00")})
    web.post(reverse("approve", args=[invoice.pk]))
    assert web.post(reverse("approve", args=[other.pk]))["Location"] == reverse("inbox")
    assert "1 of 2 approvals" in web.get(reverse("inbox")).content.decode()
    browse(second).post(reverse("approve", args=[invoice.pk]))
    invoice.refresh_from_db()
    assert invoice.status == Status.APPROVED


def test_an_account_is_confirmed_by_a_tick_only(make_invoice: Make, web: Client) -> None:
    make_invoice(status=Status.APPROVED, values={**VALUES, "iban": "DE89370400440532013000"})
    invoice = make_invoice(values={**VALUES, "iban": "FR1420041010050500013M02606"})
    address = reverse("verify-bank", args=[invoice.pk])
    assert address in page_of(web, invoice)
    answer = web.post(address, {"iban": invoice.iban}, follow=True)
    assert "Tick that the vendor confirmed" in answer.content.decode()
    assert not invoice.bank_verifications.exists()
    web.post(address, {"iban": invoice.iban, "called": "yes"})
    page = page_of(web, invoice)
    assert address not in page
    assert "confirmed the account FR14 2004 1010 0505" in page


def test_a_rejection_takes_a_common_reason_own_words_or_both(make_invoice: Make, web: Client) -> None:
    for given, kept in (
        ({"why": "Duplicate"}, "Duplicate"),
        ({"reason": "A menu"}, "A menu"),
        ({"why": "Duplicate", "reason": "of May"}, "Duplicate. of May"),
    ):
        invoice = make_invoice()
        web.post(reverse("reject", args=[invoice.pk]), given)
        invoice.refresh_from_db()
        assert (invoice.status, invoice.rejected_reason) == (Status.REJECTED, kept)
    assert web.post(reverse("reject", args=[make_invoice().pk]), headers=HTMX).status_code == 422


# --- duplicates -------------------------------------------------------------------------------------------------------


def test_pairs_lead_from_one_to_the_next(make_invoice: Make, web: Client) -> None:
    first, second = make_invoice(values=VALUES), make_invoice(values=VALUES)
    others = [make_invoice(values={**VALUES, "invoice_number": "Other"}) for _ in range(2)]
    for invoice in (first, second, *others):
        services.field_correct(invoice=invoice, user=first.workspace.members.get(), name="purchase_order", text="1")
    address = reverse("duplicates", args=[second.pk])
    assert address in page_of(web, second)
    page = web.get(address).content.decode()
    assert first.document_name in page
    answer = web.post(reverse("duplicate-keep", args=[second.pk, first.pk]))
    assert answer["Location"].startswith("/invoices/")
    assert "duplicates" in answer["Location"]
    undo = web.post(reverse("duplicate-unkeep", args=[second.pk, first.pk]))
    assert undo["Location"] == f"{address}?with={first.pk}"


def test_a_pair_needs_two_documents_of_ones_own(make_invoice: Make, web: Client, outsider: User) -> None:
    invoice = make_invoice(values=VALUES)
    foreign = make_invoice(workspace=outsider.workspaces.get(), values=VALUES)
    for other in (invoice, foreign):
        for name in ("duplicate-keep", "duplicate-reject", "duplicate-unkeep"):
            assert web.post(reverse(name, args=[invoice.pk, other.pk])).status_code == 404
    assert "No duplicate left" in web.get(reverse("duplicates", args=[invoice.pk])).content.decode()
    assert web.get(reverse("duplicates", args=[invoice.pk]), {"with": "junk"}).status_code == 200
