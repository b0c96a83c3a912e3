"""Several fields at once, and changes that hold only while nobody else made one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _

from extraction.models import Invoice, User

from .errors import InvalidState, InvalidValue, ServiceError
from .review import field_confirm, field_correct


class Changed(ServiceError):
    """Somebody else changed the invoice since it was fetched."""


class InvalidFields(ServiceError):
    """``errors``: what is wrong, by the name of the field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(_("Some values cannot be taken. Nothing was changed."))


@contextmanager
def invoice_unchanged(*, invoice: Invoice, revision: int | None) -> Iterator[None]:
    """What happens inside happens only if this is still the invoice's revision; None: whatever it is."""
    with transaction.atomic():
        rows = Invoice.objects.select_for_update().filter(pk=invoice.pk, deleted_at__isnull=True)
        current = rows.values_list("revision", flat=True).first()
        if current is None:
            raise InvalidState(_("This invoice was deleted in the meantime. Restore it first."))
        if revision is not None and current != revision:
            raise Changed(_("Somebody changed this invoice since you fetched it. Fetch it again, then decide."))
        yield


def fields_correct(*, invoice: Invoice, user: User, values: Mapping[str, str], confirmed: Collection[str] = ()) -> None:
    """All or nothing: correct ``values`` (as people type them; "" says that there is none), confirm the others.

    Raises InvalidFields with a reason for each field that cannot be taken.
    """
    errors: dict[str, str] = {}
    with transaction.atomic():
        for name, text in values.items():
            try:
                field_correct(invoice=invoice, user=user, name=name, text=text)
            except InvalidValue as error:
                errors[name] = error.message
        for name in confirmed:
            try:
                field_confirm(invoice=invoice, user=user, name=name)
            except InvalidValue as error:
                errors[name] = error.message
        if errors:
            raise InvalidFields(errors)
