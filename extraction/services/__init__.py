"""Every write of the application. Views, tasks, commands and the API call these and nothing else changes a row."""

from extraction.permissions import NotAllowed

from .errors import RETRY_MAY_HELP, InvalidState, InvalidValue, LeaseLost, ServiceError
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
from .searching import search_catch_up, search_index, search_rebuild
from .storing import invoice_store

__all__ = [
    "RETRY_MAY_HELP",
    "InvalidState",
    "InvalidValue",
    "LeaseLost",
    "NotAllowed",
    "Outcome",
    "Received",
    "Reception",
    "ServiceError",
    "admin_ensure",
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
    "password_set",
    "samples_load",
    "search_catch_up",
    "search_index",
    "search_rebuild",
]
