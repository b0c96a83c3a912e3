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
from .arranging import arrangement_undo, pages_arrange, proposed_parts, split_accept, split_decline
from .bulk import bulk_undo, invoices_act
from .desk import view_create, view_delete, view_update
from .doubts import Seen, ValueChanged, doubt_reset, doubt_settle
from .duplicates import duplicate_reject, duplicates_keep, duplicates_unkeep
from .errors import RETRY_MAY_HELP, ChangedMeanwhile, EditConflict, InvalidState, InvalidValue, LeaseLost, ServiceError
from .housekeeping import invoice_delete, invoice_restore, invoices_mark_exported, invoices_purge, samples_load
from .inbound import folder_check, folder_save, mailbox_check, mailbox_save, source_remove, sources_due
from .limits import main_fields, required_fields, upload_mb, workspace_options
from .lines import RowChange, TableChanges, TableUpdate, columns_choose, guides_apply, stored_document, table_update
from .members import (
    Invitation,
    has_power_over,
    member_active_set,
    member_invite,
    member_link,
    member_remove,
    member_role_set,
    out_of_reach,
    profile_set,
)
from .pageplan import OPEN, PageMove, state_of
from .people import admin_ensure, password_set
from .presence import presence_mark
from .reading import invoice_claim, invoice_fail, invoice_heartbeat, invoices_sweep, leases_release
from .receive import Origin, Outcome, Received, Reception, documents_receive, invoice_receive, invoice_unlock
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
from .workspaces import (
    may_create_workspaces,
    preference_set,
    tax_id_check,
    workspace_approval_set,
    workspace_choose,
    workspace_company_set,
    workspace_create,
    workspace_fields_set,
    workspace_limits_set,
    workspace_reread,
)

__all__ = [
    "OPEN",
    "RETRY_MAY_HELP",
    "ApprovalBlocked",
    "ChangedMeanwhile",
    "EditConflict",
    "InvalidState",
    "InvalidValue",
    "Invitation",
    "LeaseLost",
    "NotAllowed",
    "Origin",
    "Outcome",
    "PageMove",
    "Received",
    "Reception",
    "RowChange",
    "Seen",
    "ServiceError",
    "TableChanges",
    "TableUpdate",
    "ValueChanged",
    "admin_ensure",
    "approval_blockers",
    "arrangement_undo",
    "bank_details_verify",
    "bulk_undo",
    "columns_choose",
    "comment_add",
    "comment_delete",
    "documents_receive",
    "doubt_reset",
    "doubt_settle",
    "duplicate_reject",
    "duplicates_keep",
    "duplicates_unkeep",
    "field_confirm",
    "field_correct",
    "file_rejoin",
    "first_approval_void",
    "first_approval_withdraw",
    "folder_check",
    "folder_save",
    "guides_apply",
    "has_power_over",
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
    "mailbox_check",
    "mailbox_save",
    "main_fields",
    "may_create_workspaces",
    "member_active_set",
    "member_invite",
    "member_link",
    "member_remove",
    "member_role_set",
    "notifications_read",
    "out_of_reach",
    "pages_arrange",
    "password_set",
    "preference_set",
    "presence_mark",
    "profile_set",
    "proposed_parts",
    "required_fields",
    "samples_load",
    "search_catch_up",
    "search_index",
    "search_rebuild",
    "source_remove",
    "sources_due",
    "split_accept",
    "split_decline",
    "state_of",
    "stored_document",
    "table_update",
    "tax_id_check",
    "upload_mb",
    "view_create",
    "view_delete",
    "view_update",
    "workspace_approval_set",
    "workspace_choose",
    "workspace_company_set",
    "workspace_create",
    "workspace_fields_set",
    "workspace_limits_set",
    "workspace_options",
    "workspace_reread",
]
