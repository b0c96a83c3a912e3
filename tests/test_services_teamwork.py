"""Comments, mentions, whose work an invoice is, hold, and the timeline that tells of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extraction import selectors, services
from extraction.mentions import mentioned
from extraction.models import AuditEvent, Comment, Invoice, Membership, Notification, Role, Status, User, Workspace
from extraction.timeline import state, timeline

from .conftest import make_user

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


@pytest.fixture
def ann(workspace: Workspace) -> User:
    user = make_user("ann@example.com", workspace)
    user.name = "Ann Lee"
    user.save()
    return user


def told(user: User) -> list[tuple[str, int]]:
    return list(selectors.notifications_for(user).values_list("kind", "invoice_id"))


# --- comments ---------------------------------------------------------------------------------------------------------


def test_who_is_mentioned_is_told_once(make_invoice: Make, uploader: User, ann: User, reviewer: User) -> None:
    invoice = make_invoice()
    services.comment_add(invoice=invoice, user=uploader, text="@ann lee and @Ann Lee, see @reviewer@example.com!")
    assert told(ann) == [("mention", invoice.pk)]
    assert told(reviewer) == [("mention", invoice.pk)]
    assert told(uploader) == []


def test_strangers_and_oneself_are_not_told(make_invoice: Make, ann: User, outsider: User) -> None:
    services.comment_add(invoice=make_invoice(), user=ann, text="@Ann Lee @outsider@example.com")
    assert not Notification.objects.exists()


def test_a_name_inside_another_word_is_no_mention(ann: User) -> None:
    assert mentioned("write to x@Ann Lee or @Ann Leeson", [ann]) == []
    assert mentioned("(@Ann Lee)", [ann]) == [ann]


def test_two_people_of_one_name_are_told_apart_by_their_address(workspace: Workspace, ann: User) -> None:
    other = make_user("lee@example.com", workspace)
    other.name = "Ann Lee"
    assert mentioned("@Ann Lee", [ann, other]) == []
    assert mentioned("@lee@example.com", [ann, other]) == [other]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
def test_an_empty_or_endless_comment_is_refused(make_invoice: Make, ann: User, text: str) -> None:
    with pytest.raises(services.InvalidValue):
        services.comment_add(invoice=make_invoice(), user=ann, text=text)


def test_a_deleted_comment_leaves_a_trace_and_tells_nobody(make_invoice: Make, ann: User, reviewer: User) -> None:
    invoice = make_invoice()
    comment = services.comment_add(invoice=invoice, user=reviewer, text="Look, @Ann Lee")
    with pytest.raises(services.InvalidState, match="Only who wrote"):
        services.comment_delete(comment=comment, user=ann)
    before = state(invoice)
    services.comment_delete(comment=comment, user=reviewer)
    assert (comment.text, told(ann)) == ("", [])
    assert state(invoice) != before
    (entry,) = timeline(invoice, [])
    assert "deleted a comment" in entry.sentence


def test_a_comment_counts_for_no_new_revision(make_invoice: Make, ann: User) -> None:
    invoice = make_invoice()
    services.comment_add(invoice=invoice, user=ann, text="Fine")
    services.invoice_assign(invoice=invoice, user=ann, assignee=ann)
    services.invoice_hold(invoice=invoice, user=ann, reason="Waiting")
    assert Invoice.objects.get(pk=invoice.pk).revision == 0


# --- whose work -------------------------------------------------------------------------------------------------------


def test_an_assignment_tells_who_it_is_for(make_invoice: Make, ann: User, reviewer: User) -> None:
    invoice = make_invoice()
    services.invoice_assign(invoice=invoice, user=reviewer, assignee=ann)
    services.invoice_assign(invoice=invoice, user=reviewer, assignee=ann)
    assert (invoice.assignee, told(ann)) == (ann, [("assigned", invoice.pk)])
    services.invoice_assign(invoice=invoice, user=reviewer, assignee=None)
    assert (invoice.assignee, told(ann)) == (None, [])
    services.invoice_assign(invoice=invoice, user=ann, assignee=ann)
    assert told(ann) == []
    assert AuditEvent.objects.filter(action="assigned").count() == 3


def test_only_members_are_given_work(make_invoice: Make, reviewer: User, outsider: User) -> None:
    with pytest.raises(services.InvalidValue, match="not a member"):
        services.invoice_assign(invoice=make_invoice(), user=reviewer, assignee=outsider)


def test_uploaders_comment_and_do_not_assign_or_hold(make_invoice: Make, uploader: User) -> None:
    invoice = make_invoice()
    services.comment_add(invoice=invoice, user=uploader, text="It is the one of May.")
    with pytest.raises(services.NotAllowed):
        services.invoice_assign(invoice=invoice, user=uploader, assignee=uploader)
    with pytest.raises(services.NotAllowed):
        services.invoice_hold(invoice=invoice, user=uploader, reason="Wait")


def test_who_left_the_workspace_is_told_of_nothing_there(make_invoice: Make, ann: User, reviewer: User) -> None:
    invoice = make_invoice()
    services.comment_add(invoice=invoice, user=reviewer, text="@Ann Lee")
    Membership.objects.filter(user=ann).delete()
    assert selectors.unread_count(ann) == 0


def test_what_was_opened_is_read(make_invoice: Make, ann: User, reviewer: User) -> None:
    first, second = make_invoice(), make_invoice()
    for invoice in (first, second):
        services.comment_add(invoice=invoice, user=reviewer, text="@Ann Lee")
    assert services.notifications_read(user=ann, invoice=first) == 1
    assert selectors.unread_count(ann) == 1
    assert services.notifications_read(user=ann) == 1
    assert services.notifications_read(user=reviewer) == 0


# --- hold -------------------------------------------------------------------------------------------------------------


def test_what_is_on_hold_leaves_the_work_list(make_invoice: Make, reviewer: User) -> None:
    invoice, other = make_invoice(), make_invoice()
    services.invoice_hold(invoice=invoice, user=reviewer, reason=" Waiting for the vendor ")
    assert (invoice.hold_reason, invoice.held_by) == ("Waiting for the vendor", reviewer)
    assert list(Invoice.objects.for_user(reviewer).to_work_on(reviewer)) == [other]
    assert list(Invoice.objects.for_user(reviewer).on_hold()) == [invoice]
    services.invoice_unhold(invoice=invoice, user=reviewer)
    services.invoice_unhold(invoice=invoice, user=reviewer)
    assert (invoice.held_at, invoice.hold_reason, invoice.held_by) == (None, "", None)
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["held", "unheld"]


def test_a_hold_needs_a_reason_and_something_to_review(make_invoice: Make, reviewer: User) -> None:
    with pytest.raises(services.InvalidValue, match="waits for"):
        services.invoice_hold(invoice=make_invoice(), user=reviewer, reason=" ")
    with pytest.raises(services.InvalidState):
        services.invoice_hold(invoice=make_invoice(status=Status.APPROVED), user=reviewer, reason="Wait")


def test_a_rejected_document_is_held_no_longer(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    services.invoice_hold(invoice=invoice, user=reviewer, reason="Wait")
    services.invoice_reject(invoice=invoice, user=reviewer, reason="Duplicate")
    assert (invoice.held_at, invoice.hold_reason) == (None, "")


# --- the timeline -----------------------------------------------------------------------------------------------------


def test_the_timeline_tells_everything_in_words(make_invoice: Make, ann: User, approver: User) -> None:
    invoice = make_invoice()
    services.field_correct(invoice=invoice, user=ann, name="vendor_name", text="Elm Ltd")
    services.field_confirm(invoice=invoice, user=ann, name="currency")
    services.field_confirm(invoice=invoice, user=ann, name="gross_total")
    services.comment_add(invoice=invoice, user=ann, text="Ready, @approver@example.com")
    services.invoice_assign(invoice=invoice, user=ann, assignee=approver)
    services.invoice_hold(invoice=invoice, user=approver, reason="The goods are missing")
    services.invoice_unhold(invoice=invoice, user=approver)
    services.invoice_approve(invoice=invoice, user=approver)
    entries = timeline(invoice, selectors.colleagues_in(invoice.workspace_id))
    assert [entry.sentence for entry in entries] == [
        "Ann Lee changed Vendor from “Birch & Sons Ltd” to “Elm Ltd”",
        "Ann Lee confirmed Currency, Gross total",
        "",
        "Ann Lee assigned it to approver@example.com",
        "approver@example.com put it on hold: The goods are missing",
        "approver@example.com took it off hold",
        "approver@example.com approved it",
    ]
    assert entries[2].pieces == (("Ready, ", None), ("@approver@example.com", approver))


def test_an_act_without_a_sentence_is_told_all_the_same(make_invoice: Make, ann: User) -> None:
    invoice = make_invoice()
    AuditEvent.objects.create(workspace=invoice.workspace, invoice_id=invoice.pk, user=ann, action="pages_turned")
    assert [entry.sentence for entry in timeline(invoice, [])] == ["Ann Lee: pages turned"]


def test_comments_go_with_their_invoice(make_invoice: Make, ann: User, reviewer: User) -> None:
    invoice = make_invoice()
    services.comment_add(invoice=invoice, user=reviewer, text="@Ann Lee")
    invoice.delete()
    assert not Comment.objects.exists()
    assert not Notification.objects.exists()


def test_roles_are_what_the_table_says() -> None:
    from extraction.permissions import ALLOWED

    assert "comment" in ALLOWED[Role.UPLOADER]
    assert not {"assign", "hold"} & ALLOWED[Role.UPLOADER]
