"""Several people, one invoice: nobody's value is overwritten without a word, nothing unseen is approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from extraction import selectors, services
from extraction.models import AuditEvent, Correction, FieldValue, Invoice, Presence, Status, User

Make = Callable[..., Invoice]


def row(invoice: Invoice, name: str = "gross_total") -> FieldValue:
    return FieldValue.objects.get(invoice=invoice, name=name)


def correct(invoice: Invoice, user: User, text: str, **more: object) -> FieldValue:
    return services.field_correct(invoice=invoice, user=user, name="gross_total", text=text, **more)  # type: ignore[arg-type]


def test_a_value_that_somebody_else_changed_is_not_overwritten(
    make_invoice: Make, reviewer: User, approver: User
) -> None:
    invoice = make_invoice()
    correct(invoice, approver, "150", base="119.00")
    with pytest.raises(services.EditConflict, match=r"approver@example\.com changed this to “150”") as told:
        correct(invoice, reviewer, "160", base="119.00")
    assert (told.value.theirs, row(invoice).value) == ("150", "150")
    assert Correction.objects.count() == 1
    correct(invoice, reviewer, "160", base="150")  # they saw it, and keep their own
    assert row(invoice).value == "160"


def test_two_people_who_mean_the_same_do_not_disagree(make_invoice: Make, reviewer: User, approver: User) -> None:
    invoice = make_invoice()
    correct(invoice, approver, "150", base="119.00")
    correct(invoice, reviewer, "150", base="119.00")
    assert row(invoice).confirmed_by == reviewer


def test_ones_own_other_window_is_no_conflict(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    correct(invoice, reviewer, "150", base="119.00")
    correct(invoice, reviewer, "160", base="119.00")
    assert row(invoice).value == "160"


def test_a_value_that_was_read_anew_is_not_overwritten_unseen(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    FieldValue.objects.filter(invoice=invoice, name="gross_total").update(machine_value="120.00")
    with pytest.raises(services.EditConflict, match="as it was read"):
        correct(invoice, reviewer, "160", base="119.00")


def test_an_undo_gives_the_field_back_to_the_machine(make_invoice: Make, reviewer: User) -> None:
    invoice = make_invoice()
    correct(invoice, reviewer, "150")
    correct(invoice, reviewer, "119.00", base="150", as_read=True)
    assert (row(invoice).human_value, row(invoice).confirmed_by) == (None, None)
    assert [(one.old_value, one.new_value) for one in Correction.objects.all()] == [
        ("119.00", "150"),
        ("150", "119.00"),
    ]
    services.field_confirm(invoice=invoice, user=reviewer, name="gross_total")
    correct(invoice, reviewer, "119.00", as_read=True)
    assert row(invoice).human_value is None
    assert AuditEvent.objects.order_by("-pk")[0].action == "field_unconfirmed"
    correct(invoice, reviewer, "150", as_read=True)  # that is not what was read: a person stands behind it
    assert row(invoice).human_value == "150"


def test_what_others_changed_since_is_seen_before_it_is_approved(
    make_invoice: Make, reviewer: User, approver: User
) -> None:
    invoice = make_invoice()
    seen = selectors.last_event_id(invoice)
    correct(invoice, reviewer, "150")
    correct(invoice, approver, "160")
    correct(invoice, reviewer, "170")
    services.field_confirm(invoice=invoice, user=reviewer, name="net_total")  # changes no value
    with pytest.raises(services.ChangedMeanwhile) as told:
        services.invoice_approve(invoice=invoice, user=approver, seen=seen)
    assert [(one.who, one.old, one.new) for one in told.value.changes] == [
        (reviewer, "119.00", "150"), (reviewer, "160", "170"),
    ]  # fmt: skip
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW
    services.invoice_approve(invoice=invoice, user=approver, seen=selectors.last_event_id(invoice))
    assert invoice.status == Status.APPROVED


def test_ones_own_changes_need_no_second_look(make_invoice: Make, approver: User) -> None:
    invoice = make_invoice()
    correct(invoice, approver, "150")
    services.invoice_approve(invoice=invoice, user=approver, seen=0)
    assert invoice.status == Status.APPROVED


def test_the_history_of_a_field_names_who_changed_what(make_invoice: Make, reviewer: User, approver: User) -> None:
    invoice = make_invoice()
    correct(invoice, reviewer, "150")
    services.field_confirm(invoice=invoice, user=approver, name="gross_total")
    services.field_confirm(invoice=invoice, user=approver, name="net_total")
    told = [(one.who, one.action, one.old, one.new) for one in selectors.field_history(invoice, "gross_total")]
    assert told == [
        (approver, "field_confirmed", None, None), (reviewer, "field_corrected", "119.00", "150"),
    ]  # fmt: skip


def test_preferences_are_kept_one_by_one(approver: User) -> None:
    services.preference_set(user=approver, review_order="plain")
    services.preference_set(user=approver, other=1)
    assert User.objects.get(pk=approver.pk).preferences == {"review_order": "plain", "other": 1}


def test_people_who_look_at_the_same_document_are_known_for_a_while(
    make_invoice: Make, reviewer: User, approver: User
) -> None:
    invoice = make_invoice()
    assert services.presence_mark(invoice=invoice, user=reviewer) == []
    assert services.presence_mark(invoice=invoice, user=approver) == [reviewer]
    services.presence_mark(invoice=make_invoice(), user=reviewer)
    Presence.objects.filter(invoice=invoice, user=reviewer).update(seen_at=timezone.now() - timedelta(minutes=1))
    assert services.presence_mark(invoice=invoice, user=approver) == []
    Presence.objects.filter(invoice=invoice, user=reviewer).update(seen_at=timezone.now() - timedelta(hours=2))
    services.presence_mark(invoice=invoice, user=approver)
    assert Presence.objects.filter(invoice=invoice).count() == 1
