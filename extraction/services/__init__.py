"""Every write of the application. Views, tasks, commands and the API call these and nothing else changes a row."""

from extraction.permissions import NotAllowed

from .errors import RETRY_MAY_HELP, InvalidState, InvalidValue, LeaseLost, ServiceError
from .export_profiles import (
    InvalidCodes,
    InvalidProfile,
    codes_import,
    codes_replace,
    profile_copy,
    profile_delete,
    profile_save,
)
from .exports import batch_start, batch_undo, batch_wake, batch_write, batches_sweep, nothing_text
from .housekeeping import (
    invoice_delete,
    invoice_restore,
    invoices_mark_exported,
    invoices_purge,
    samples_load,
)
from .people import admin_ensure, password_set
from .reading import invoice_claim, invoice_fail, invoice_heartbeat, invoices_sweep, leases_release
from .receive import Outcome, Received, Reception, documents_receive, invoice_receive, invoice_unlock
from .review import (
    field_confirm,
    field_correct,
    file_rejoin,
    invoice_approve,
    invoice_cancel,
    invoice_reject,
    invoice_reopen,
    invoice_retry,
)
from .running import invoice_read
from .storing import invoice_store

__all__ = [
    "RETRY_MAY_HELP",
    "InvalidCodes",
    "InvalidProfile",
    "InvalidState",
    "InvalidValue",
    "LeaseLost",
    "NotAllowed",
    "Outcome",
    "Received",
    "Reception",
    "ServiceError",
    "admin_ensure",
    "batch_start",
    "batch_undo",
    "batch_wake",
    "batch_write",
    "batches_sweep",
    "codes_import",
    "codes_replace",
    "documents_receive",
    "field_confirm",
    "field_correct",
    "file_rejoin",
    "invoice_approve",
    "invoice_cancel",
    "invoice_claim",
    "invoice_delete",
    "invoice_fail",
    "invoice_heartbeat",
    "invoice_read",
    "invoice_receive",
    "invoice_reject",
    "invoice_reopen",
    "invoice_restore",
    "invoice_retry",
    "invoice_store",
    "invoice_unlock",
    "invoices_mark_exported",
    "invoices_purge",
    "invoices_sweep",
    "leases_release",
    "nothing_text",
    "password_set",
    "profile_copy",
    "profile_delete",
    "profile_save",
    "samples_load",
]
