"""Every write of the application. Views, tasks, commands and the API call these and nothing else changes a row."""

from extraction.permissions import NotAllowed

from .approving import (
    ApprovalBlocked,
    approval_blockers,
    bank_details_verify,
    first_approval_void,
    first_approval_withdraw,
    invoice_approve,
)
from .bulk import bulk_undo, invoices_act
from .desk import view_create, view_delete, view_update
from .duplicates import duplicate_reject, duplicates_keep, duplicates_unkeep
from .errors import RETRY_MAY_HELP, ChangedMeanwhile, EditConflict, InvalidState, InvalidValue, LeaseLost, ServiceError
from .housekeeping import invoice_delete, invoice_restore, invoices_mark_exported, invoices_purge, samples_load
from .people import admin_ensure, password_set, preference_set
from .presence import presence_mark
from .reading import invoice_claim, invoice_fail, invoice_heartbeat, invoices_sweep, leases_release
from .receive import Outcome, Received, Reception, documents_receive, invoice_receive, invoice_unlock
from .review import (
    field_confirm,
    field_correct,
    file_rejoin,
    invoice_cancel,
    invoice_reject,
    invoice_reopen,
    invoice_retry,
)
from .running import invoice_read
from .searching import search_catch_up, search_index, search_rebuild
from .storing import invoice_store
from .talking import comment_add, comment_delete, notifications_read
from .working import invoice_assign, invoice_hold, invoice_unhold

__all__ = [
    "RETRY_MAY_HELP",
    "ApprovalBlocked",
    "ChangedMeanwhile",
    "EditConflict",
    "InvalidState",
    "InvalidValue",
    "LeaseLost",
    "NotAllowed",
    "Outcome",
    "Received",
    "Reception",
    "ServiceError",
    "admin_ensure",
    "approval_blockers",
    "bank_details_verify",
    "bulk_undo",
    "comment_add",
    "comment_delete",
    "documents_receive",
    "duplicate_reject",
    "duplicates_keep",
    "duplicates_unkeep",
    "field_confirm",
    "field_correct",
    "file_rejoin",
    "first_approval_void",
    "first_approval_withdraw",
    "invoice_approve",
    "invoice_assign",
    "invoice_cancel",
    "invoice_claim",
    "invoice_delete",
    "invoice_fail",
    "invoice_heartbeat",
    "invoice_hold",
    "invoice_read",
    "invoice_receive",
    "invoice_reject",
    "invoice_reopen",
    "invoice_restore",
    "invoice_retry",
    "invoice_store",
    "invoice_unhold",
    "invoice_unlock",
    "invoices_act",
    "invoices_mark_exported",
    "invoices_purge",
    "invoices_sweep",
    "leases_release",
    "notifications_read",
    "password_set",
    "preference_set",
    "presence_mark",
    "samples_load",
    "search_catch_up",
    "search_index",
    "search_rebuild",
    "view_create",
    "view_delete",
    "view_update",
]
