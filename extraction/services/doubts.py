"""Settling doubtful values, many at once: what changed since the person saw it is told instead of overwritten."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from extraction.models import Correction, FieldValue, Invoice, User

from .approving import first_approval_void
from .columns import typed_value
from .errors import InvalidState
from .review import _lock_for_review, _parsed, _set_human, _spec, field_confirm, field_correct


@dataclass(frozen=True, slots=True)
class Seen:
    """A value as it was on the screen; ``stamp`` names the moment a person settled it, "" where nobody had."""

    value: str
    stamp: str = ""

    @classmethod
    def of(cls, row: FieldValue | None) -> Seen:
        if row is None:
            return cls("")
        return cls(row.value, row.confirmed_at.isoformat() if row.confirmed_at else "")


class ValueChanged(InvalidState):
    """Somebody else or a new reading changed the value since the person saw it."""


@transaction.atomic
def doubt_settle(*, invoice: Invoice, user: User, name: str, seen: Seen, text: str | None = None) -> None:
    """Confirm the value that was ``seen``, or correct it to ``text``; an empty text: the document does not have it.

    Sent twice, it is done once. Raises ValueChanged, InvalidValue or InvalidState with nothing changed.
    """
    _lock_for_review(invoice, user)
    row = _row(invoice, name)
    wanted = seen.value if text is None else _parsed(_spec(name), text, invoice.language)
    if row is not None and row.human_value is not None and _same(name, row.value, wanted):
        return
    _compare(row, seen)
    if text is None:
        field_confirm(invoice=invoice, user=user, name=name)
    else:
        field_correct(invoice=invoice, user=user, name=name, text=text)


@transaction.atomic
def doubt_reset(*, invoice: Invoice, user: User, name: str, seen: Seen) -> None:
    """Take back what a person said of a value: the machine's holds again, and is as doubtful as it was."""
    _lock_for_review(invoice, user)
    row = _row(invoice, name)
    if row is None or row.human_value is None:
        return
    _compare(row, seen)
    old, new, action = row.value, row.machine_value, "field_unconfirmed"
    if not _same(name, old, new):
        action = "field_corrected"
        Correction.objects.create(
            invoice=invoice, field=name, machine_value=new, old_value=old, new_value=new, user=user
        )
        first_approval_void(invoice=invoice, user=user)
    _set_human(invoice, user, row, None, action=action)


def _row(invoice: Invoice, name: str) -> FieldValue | None:
    return FieldValue.objects.filter(invoice=invoice, name=name).first()


def _compare(row: FieldValue | None, seen: Seen) -> None:
    if Seen.of(row) != seen:
        raise ValueChanged(_("This value was changed meanwhile. It is shown as it is now; decide again."))


def _same(name: str, one: str, other: str) -> bool:
    return typed_value(name, one) == typed_value(name, other)
