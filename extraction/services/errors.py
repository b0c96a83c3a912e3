"""What a service refuses, with a text for people. The engine's own ``InvoiceError`` is about files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from extraction.engine.errors import EngineFault, InvoiceError, OcrUnavailable, ReadingCancelled


class ServiceError(Exception):
    """Base of refusals; nothing was changed."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class InvalidState(ServiceError):
    """The invoice is not, or no longer, in a status that permits this."""


class InvalidValue(ServiceError):
    """The typed text is no value of this field."""


class EditConflict(ServiceError):
    """Somebody else changed the field since its editor saw it: ``theirs`` holds now; of ``who`` None, the machine's."""

    def __init__(self, *, theirs: str, who: str | None, when: datetime | None) -> None:
        self.theirs, self.who, self.when = theirs, who, when
        value = theirs or _("nothing")
        if who is None:
            text = _("This was set to “%(value)s”, as it was read, since you opened the page.") % {"value": value}
        else:
            text = _("%(who)s changed this to “%(value)s” since you opened the page.") % {"who": who, "value": value}
        super().__init__(text)


class ChangedMeanwhile(InvalidState):
    """Others changed values since the approver looked; ``changes`` are those (``selectors.Change``), oldest first."""

    def __init__(self, changes: Sequence[Any]) -> None:
        self.changes = tuple(changes)
        super().__init__(_("Values were changed since you opened this document. Look at them, then approve again."))


class LeaseLost(ReadingCancelled):
    """Another run, a person or the sweep took the invoice away from this run; nothing of it may be stored."""

    code = "lease_lost"
    default = "This reading was taken over or cancelled."


class FileUnavailable(InvoiceError):
    code = "file_unavailable"
    retryable = True
    default = "The stored file could not be opened. Check that the file storage can be reached, then retry."


class NotStored(InvoiceError):
    code = "not_stored"
    retryable = True
    default = "This file could not be stored; the disk may be full. Tell your administrator, then upload it again."


class TookTooLong(InvoiceError):
    code = "took_too_long"
    default = "Reading this document took too long and was stopped. Split it into smaller files and upload those."


class InternalError(InvoiceError):
    code = "internal_error"
    default = "Something went wrong while reading this file. Retry; if it happens again, tell your administrator."


class WorkerLost(InvoiceError):
    code = "worker_lost"
    default = (
        "Reading this file stopped its worker several times, so it was given up. "
        "Print it to a new PDF or scan it again, and upload that."
    )


# What failed for one of these reasons may succeed as it is; all others are in the file, and only another file helps.
RETRY_MAY_HELP = frozenset(error.code for error in (EngineFault, FileUnavailable, InternalError, OcrUnavailable))
