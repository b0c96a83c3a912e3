"""One act on many documents: each done or refused by itself, told, and taken back as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extraction import services
from extraction.models import AuditEvent, BulkAct, Invoice, Status, User
from extraction.services import bulk

from .builders import VALUES

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]
BANK = {"code": "bank_details_changed", "fields": ["iban"], "message": "Another account."}


def statuses(*invoices: Invoice) -> list[str]:
    return [Invoice.objects.get(pk=invoice.pk).status for invoice in invoices]


def test_what_forbids_an_approval_is_told_for_each_and_stops_no_other(make_invoice: Make, approver: User) -> None:
    good, also = make_invoice(), make_invoice()
    fraud = make_invoice(problems=[BANK], iban="DE89370400440532013000")
    bare = make_invoice(values={"vendor_name": "Oak Ltd"})
    done = make_invoice(status=Status.APPROVED)
    ids = [row.pk for row in (good, fraud, bare, done, also)]
    act = services.invoices_act(action="approve", ids=ids, user=approver)
    assert [row[0] for row in act.done] == [good.pk, also.pk]
    reasons = dict(act.refused)
    assert "call the vendor" in reasons[fraud.pk]
    assert "missing" in reasons[bare.pk]
    assert "approved" in reasons[done.pk]
    assert statuses(good, also, fraud, bare) == ["approved", "approved", "review", "review"]
    assert AuditEvent.objects.filter(action="approved", user=approver).count() == 2


@pytest.mark.parametrize(
    ("action", "options", "before", "after"),
    [
        ("approve", {}, "review", "approved"),
        ("reject", {"reason": "Not ours"}, "review", "rejected"),
        ("delete", {}, "review", "review"),
    ],
)
def test_an_act_is_taken_back_as_one(
    make_invoice: Make, approver: User, action: str, options: dict[str, str], before: str, after: str
) -> None:
    rows = [make_invoice(status=before), make_invoice(status=before)]
    act = services.invoices_act(action=action, ids=[row.pk for row in rows], user=approver, **options)
    assert statuses(*rows) == [after, after]
    assert services.bulk_undo(act_id=act.pk, user=approver) == (2, [])
    assert statuses(*rows) == [before, before]
    assert not Invoice.objects.filter(deleted_at__isnull=False).exists()
    with pytest.raises(services.InvalidState):
        services.bulk_undo(act_id=act.pk, user=approver)


def test_assignments_and_holds_go_back_to_what_was(make_invoice: Make, approver: User, reviewer: User) -> None:
    mine, nobodys = make_invoice(assignee=reviewer), make_invoice()
    act = services.invoices_act(action="assign", ids=[mine.pk, nobodys.pk], user=approver, assignee=approver)
    assert set(Invoice.objects.values_list("assignee", flat=True)) == {approver.pk}
    services.bulk_undo(act_id=act.pk, user=approver)
    assert [Invoice.objects.get(pk=row.pk).assignee for row in (mine, nobodys)] == [reviewer, None]

    held = services.invoices_act(action="hold", ids=[mine.pk], user=reviewer, reason="Goods are missing")
    assert Invoice.objects.get(pk=mine.pk).hold_reason == "Goods are missing"
    off = services.invoices_act(action="unhold", ids=[mine.pk], user=reviewer)
    services.bulk_undo(act_id=off.pk, user=reviewer)
    assert Invoice.objects.get(pk=mine.pk).hold_reason == "Goods are missing"
    services.bulk_undo(act_id=held.pk, user=reviewer)
    assert Invoice.objects.get(pk=mine.pk).held_at is None


def test_what_somebody_changed_since_is_not_taken_back(make_invoice: Make, approver: User) -> None:
    kept, changed = make_invoice(), make_invoice()
    act = services.invoices_act(action="approve", ids=[kept.pk, changed.pk], user=approver)
    services.invoice_reopen(invoice=Invoice.objects.get(pk=changed.pk), user=approver)
    services.invoice_approve(invoice=Invoice.objects.get(pk=changed.pk), user=approver)
    count, left = services.bulk_undo(act_id=act.pk, user=approver)
    assert (count, left) == (1, [(changed.pk, "It was changed since.")])
    assert statuses(kept, changed) == ["review", "approved"]


def test_the_role_decides_and_strangers_reach_nothing(
    make_invoice: Make, uploader: User, outsider: User, approver: User
) -> None:
    invoice = make_invoice()
    act = services.invoices_act(action="approve", ids=[invoice.pk], user=uploader)
    assert "Your role here is “Uploader”" in act.refused[0][1]
    assert services.invoices_act(action="approve", ids=[invoice.pk], user=outsider).refused == []
    assert statuses(invoice) == ["review"]
    act = services.invoices_act(action="approve", ids=[invoice.pk], user=approver)
    with pytest.raises(BulkAct.DoesNotExist):
        services.bulk_undo(act_id=act.pk, user=outsider)
    assert statuses(invoice) == ["approved"]


@pytest.mark.parametrize(
    ("action", "ids", "words"),
    [("burn", [1], "no such action"), ("reject", [1], "why"), ("approve", [], "at least one"), ("hold", [1], "why")],
)
def test_what_makes_no_sense_is_refused_before_anything_is_done(
    approver: User, action: str, ids: list[int], words: str
) -> None:
    with pytest.raises(services.InvalidValue, match=words):
        services.invoices_act(action=action, ids=ids, user=approver)
    assert not BulkAct.objects.exists()


def test_too_many_at_once_are_refused_with_what_to_do(
    make_invoice: Make, approver: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    rows = [make_invoice() for _ in range(3)]
    with pytest.raises(services.InvalidValue, match="You chose 3 documents. At most 2"):
        services.invoices_act(action="approve", ids=[row.pk for row in rows], user=approver)
    assert set(statuses(*rows)) == {"review"}


def test_an_unexpected_fault_takes_back_its_part_and_is_not_told_as_done(
    make_invoice: Make, approver: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [make_invoice(values=VALUES | {"invoice_number": str(at)}) for at in range(2)]

    def broken(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(bulk.ACTS, "approve", bulk.Act(broken))
    with pytest.raises(RuntimeError):
        services.invoices_act(action="approve", ids=[row.pk for row in rows], user=approver)
    assert not BulkAct.objects.exists()
