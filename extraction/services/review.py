"""What people do with an invoice that was read."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction.engine.errors import ReadingCancelled
from extraction.engine.fields import BY_NAME, FieldSpec
from extraction.engine.record import Value, canonical
from extraction.engine.values import parse_value
from extraction.models import SETTLED, UNREAD, Correction, FieldValue, Invoice, Status, User
from extraction.permissions import require
from extraction.wording import told

from .approving import NO_FIRST_APPROVAL, first_approval_void
from .arranging import arranged_elsewhere
from .audit import event_record
from .changing import counted_update, refusal
from .columns import column_values, invoice_values, storable, typed_value
from .errors import EditConflict, InvalidState, InvalidValue
from .problems import problems_found
from .reading import NO_ERROR, NO_LEASE
from .searching import search_index
from .wakeup import wake_on_commit

NOT_APPROVED = {"approved_at": None, "approved_by": None, "exported_at": None, **NO_FIRST_APPROVAL}
_update, _refusal = counted_update, refusal
NOT_HELD = {"held_at": None, "held_by": None, "hold_reason": ""}


@transaction.atomic
def field_correct(
    *, invoice: Invoice, user: User, name: str, text: str, base: str | None = None, as_read: bool = False
) -> FieldValue:
    """Take over what a person typed; an empty text says that the document does not have this field.

    ``base`` is the canonical value that the editor saw: EditConflict when somebody else changed it since. ``as_read``
    gives the field back to the machine, as if nobody had looked, where the text is what it had read (an undo).
    Raises InvalidValue, with nothing changed, when the text is no value of the field. ``invoice`` is refreshed.
    """
    _lock_for_review(invoice, user)
    spec = _spec(name)
    new = _parsed(spec, text, invoice.language)
    row = _row(invoice, name)
    old = row.value
    _refuse_conflict(row, user, base=base, new=new)
    if typed_value(name, old) != typed_value(name, new):
        Correction.objects.create(
            invoice=invoice, field=name, machine_value=row.machine_value, old_value=old, new_value=new, user=user
        )
        first_approval_void(invoice=invoice, user=user)
        action = "field_corrected"
    else:
        new, action = old, "field_confirmed"
    if as_read and typed_value(name, new) == typed_value(name, row.machine_value):
        action = "field_unconfirmed" if action == "field_confirmed" else action
        return _set_human(invoice, user, row, None, action=action)
    return _set_human(invoice, user, row, new, action=action)


@transaction.atomic
def field_confirm(*, invoice: Invoice, user: User, name: str) -> FieldValue:
    """A person says that the value shown is right; where none is shown, that the document has none."""
    _lock_for_review(invoice, user)
    _spec(name)
    row = _row(invoice, name)
    return _set_human(invoice, user, row, row.value, action="field_confirmed")


def _row(invoice: Invoice, name: str) -> FieldValue:
    rows = FieldValue.objects.filter(invoice=invoice, name=name).select_related("confirmed_by")
    return rows.first() or FieldValue(invoice=invoice, name=name)


def _refuse_conflict(row: FieldValue, user: User, *, base: str | None, new: str) -> None:
    """Of two people who edit one field the second is told. What one wrote in an own other window is no conflict."""
    same = {" ".join(text.split()) for text in (base or "", new)}
    if base is None or " ".join(row.value.split()) in same or (row.confirmed_by_id == user.pk):
        return
    who = None if row.human_value is None else str(row.confirmed_by or _("Somebody"))
    raise EditConflict(theirs=row.value, who=who, when=row.confirmed_at)


def _set_human(invoice: Invoice, user: User, row: FieldValue, value: str | None, *, action: str) -> FieldValue:
    row.human_value, row.confirmed_by, row.confirmed_at = value, user, timezone.now()
    if value is None:
        row.confirmed_by = row.confirmed_at = None
    row.save()
    values = invoice_values(invoice.field_values.all())
    lasting = [problem for problem in invoice.problems if problem.get("lasting") and row.name not in problem["fields"]]
    problems = problems_found(invoice=invoice, values=values, lasting=lasting if values else [])
    _update(Invoice.objects.filter(pk=invoice.pk), problems=problems, **column_values(values))
    event_record(invoice=invoice, user=user, action=action, field=row.name)
    invoice.refresh_from_db()
    search_index(invoice=invoice, pages=False)
    return row


def invoice_reopen(*, invoice: Invoice, user: User) -> None:
    """Back to review: an approved or exported invoice, or one that had been read before it was rejected or failed."""
    if invoice.status in (Status.REJECTED, Status.FAILED):
        require("reject", workspace=invoice.workspace_id, user=user)
        if invoice.read_at is None:
            raise InvalidState(_("This invoice was not read yet. Retry it instead."))
        pages = invoice.pages.count()  # those of the reading that holds; another one may have begun to count
        changes = {"rejected_reason": "", "page_count": pages, "pages_done": pages, **NO_ERROR}
        _move(invoice, user, "reopened", (Status(invoice.status),), status=Status.REVIEW, **changes)
        return
    require("reopen", workspace=invoice.workspace_id, user=user)
    _move(invoice, user, "reopened", SETTLED, status=Status.REVIEW, **NOT_APPROVED)


def invoice_reject(*, invoice: Invoice, user: User, reason: str) -> None:
    """Not an invoice, not ours, a duplicate. A reading in progress stops at its next page."""
    require("reject", workspace=invoice.workspace_id, user=user)
    changes = {
        "rejected_reason": storable(reason.strip())[:500],
        **NO_LEASE,
        **NO_ERROR,
        **NO_FIRST_APPROVAL,
        **NOT_HELD,
    }
    _move(invoice, user, "rejected", (*UNREAD, Status.REVIEW, Status.FAILED), status=Status.REJECTED, **changes)


def invoice_cancel(*, invoice: Invoice, user: User) -> None:
    """Wait or read no longer. A worker that reads it loses its lease and stores nothing."""
    require("retry", workspace=invoice.workspace_id, user=user)
    changes = {"error_code": ReadingCancelled.code, "error_message": "The reading was cancelled.", **NO_LEASE}
    _move(invoice, user, "cancelled", UNREAD, status=Status.FAILED, **changes)


@transaction.atomic
def invoice_retry(*, invoice: Invoice, user: User) -> None:
    """Read it again, with all attempts; what people typed or confirmed is kept."""
    require("retry", workspace=invoice.workspace_id, user=user)
    changes = {"attempts": 0, "pages_done": 0, "queued_at": timezone.now(), "rejected_reason": "", **NO_ERROR}
    changes |= NO_FIRST_APPROVAL
    _move(invoice, user, "retried", (Status.FAILED, Status.REVIEW, Status.REJECTED), status=Status.QUEUED, **changes)
    wake_on_commit(invoice_id=invoice.pk)


@transaction.atomic
def file_rejoin(*, invoice: Invoice, user: User) -> Invoice:
    """Read a file that was divided into several invoices as one document; what had become of the others is deleted.

    The invoice of its first pages is the one that stays. InvalidState when one of them is approved, being read, or was
    not divided at all.
    """
    require("retry", workspace=invoice.workspace_id, user=user)
    require("delete", workspace=invoice.workspace_id, user=user)
    same = Invoice.objects.filter(workspace_id=invoice.workspace_id, sha256=invoice.sha256, last_page__isnull=False)
    last = same.aggregate(Max("last_page"))["last_page__max"]
    rows = list(same.filter(deleted_at__isnull=True).select_for_update().order_by("first_page"))
    if arranged_elsewhere(invoice):
        raise InvalidState(_("Pages of this file were arranged by hand. Arrange them, or undo that, instead."))
    if not rows or any(row.status not in (Status.REVIEW, Status.FAILED, Status.REJECTED) for row in rows):
        text = _("One of the invoices of this file is approved or being read. Reopen or cancel it first.")
        raise InvalidState(text)
    kept, *others = rows
    for row in others:
        _update(Invoice.objects.filter(pk=row.pk), deleted_at=timezone.now())
        event_record(invoice=row, user=user, action="deleted")
    _update(Invoice.objects.filter(pk=kept.pk), first_page=1, last_page=last)
    kept.refresh_from_db()
    event_record(invoice=kept, user=user, action="rejoined")
    invoice_retry(invoice=kept, user=user)
    return kept


@transaction.atomic
def _move(invoice: Invoice, user: User, action: str, sources: tuple[Status, ...], **changes: Any) -> None:
    """From one status to another in one UPDATE: of two people who click at once, the second is told."""
    rows = Invoice.objects.filter(pk=invoice.pk, status__in=sources, deleted_at__isnull=True)
    if _update(rows, **changes) != 1:
        raise InvalidState(_refusal(invoice, action))
    event_record(invoice=invoice, user=user, action=action)
    invoice.refresh_from_db()


def _lock_for_review(invoice: Invoice, user: User) -> None:
    """Two corrections of one invoice go one after the other, so that neither works with old values."""
    require("correct", workspace=invoice.workspace_id, user=user)
    current = Invoice.objects.select_for_update().filter(pk=invoice.pk, deleted_at__isnull=True).first()
    if current is None:
        raise InvalidState(_refusal(invoice, "corrected"))
    if current.status in SETTLED:
        raise InvalidState(_("This invoice is approved. Reopen it to change its values."))
    if current.status != Status.REVIEW:
        raise InvalidState(_refusal(invoice, "corrected"))
    invoice.refresh_from_db()


def _spec(name: str) -> FieldSpec:
    if name not in BY_NAME:
        raise InvalidValue(_("There is no such field. Reload the page."))
    return BY_NAME[name]


def _parsed(spec: FieldSpec, text: str, language: str) -> str:
    cleaned = storable(text).strip()
    if not cleaned:
        return ""
    try:
        value: Value = parse_value(spec.kind, cleaned, language=language)
    except ValueError as error:
        raise InvalidValue(told(str(error))) from None
    return canonical(value)
