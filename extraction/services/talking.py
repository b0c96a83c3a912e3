"""Comments on an invoice, and telling people that they were named in one."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction.mentions import mentioned
from extraction.models import Comment, Invoice, Notice, Notification, User
from extraction.permissions import require

from .audit import event_record
from .changing import refusal
from .columns import storable
from .errors import InvalidState, InvalidValue

MAX_COMMENT = 4000  # characters


@transaction.atomic
def comment_add(*, invoice: Invoice, user: User, text: str) -> Comment:
    """Everybody named in it after an @ is told, once. InvalidValue when it is empty or too long."""
    require("comment", workspace=invoice.workspace_id, user=user)
    said = storable(text).replace("\r\n", "\n").strip()
    if not said:
        raise InvalidValue(_("Write something first."))
    if len(said) > MAX_COMMENT:
        raise InvalidValue(
            _("This is too long by %(n)d characters. Shorten it, or write two comments.")
            % {"n": len(said) - MAX_COMMENT}
        )
    if not Invoice.objects.filter(pk=invoice.pk, deleted_at__isnull=True).exists():
        raise InvalidState(refusal(invoice, "commented on"))
    comment = Comment.objects.create(invoice=invoice, user=user, text=said)
    members = User.objects.filter(memberships__workspace=invoice.workspace_id, is_active=True)
    Notification.objects.bulk_create(
        Notification(user=person, invoice=invoice, comment=comment, actor=user, kind=Notice.MENTION)
        for person in mentioned(said, members)
        if person.pk != user.pk
    )
    return comment


@transaction.atomic
def comment_delete(*, comment: Comment, user: User) -> None:
    """Take back one's own words; that there were some stays visible. Those who were told of it are told no longer."""
    require("comment", workspace=comment.invoice.workspace_id, user=user)
    own = Comment.objects.filter(pk=comment.pk, user=user)
    if own.filter(deleted_at__isnull=True).update(text="", deleted_at=timezone.now()) == 1:
        comment.notifications.all().delete()
        event_record(invoice=comment.invoice, user=user, action="comment_deleted")
    elif not own.exists():
        raise InvalidState(_("Only who wrote a comment can delete it."))
    comment.refresh_from_db()


def notifications_read(*, user: User, invoice: Invoice | None = None) -> int:
    """One's own are read: those about an invoice that was opened, or all. Returns how many were new."""
    rows = Notification.objects.filter(user=user, read_at__isnull=True)
    if invoice is not None:
        rows = rows.filter(invoice=invoice)
    return rows.update(read_at=timezone.now())
