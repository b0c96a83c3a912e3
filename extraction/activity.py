"""The audit trail in words: what each action is called where people read it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Any] = {
    "received": _("uploaded"),
    "read": _("read"),
    "failed": _("could not be read"),
    "split": _("divided into several invoices"),
    "split_off": _("found in a file with others"),
    "unlocked": _("opened with its password"),
    "field_corrected": _("field corrected"),
    "field_confirmed": _("field confirmed"),
    "field_unconfirmed": _("field set back"),
    "table_changed": _("lines changed"),
    "assigned": _("assigned"),
    "held": _("put on hold"),
    "unheld": _("taken off hold"),
    "comment_deleted": _("comment deleted"),
    "first_approved": _("first approval given"),
    "first_approval_withdrawn": _("first approval taken back"),
    "first_approval_voided": _("first approval void: a value changed"),
    "bank_details_verified": _("account confirmed with the vendor"),
    "pages_arranged": _("pages arranged"),
    "pages_moved_away": _("pages moved into other documents"),
    "arrangement_undone": _("arrangement of pages undone"),
    "kept_as_one_document": _("kept as one document"),
    "kept_as_distinct": _("found to be no duplicate"),
    "distinct_withdrawn": _("compared with another again"),
    "approved": _("approved"),
    "reopened": _("reopened"),
    "rejected": _("rejected"),
    "retried": _("sent to be read again"),
    "rejoined": _("put together again"),
    "cancelled": _("reading cancelled"),
    "deleted": _("deleted"),
    "restored": _("restored"),
    "purged": _("removed for good"),
    "exported": _("exported"),
    "export_undone": _("export undone"),
    "export_started": _("export started"),
    "batch_undone": _("export undone as a whole"),
    "export_profile_made": _("export profile made"),
    "export_profile_changed": _("export profile changed"),
    "export_profile_deleted": _("export profile deleted"),
    "vendor_codes_changed": _("vendor codes changed"),
    "workspace_created": _("workspace created"),
    "settings_changed": _("settings changed"),
    "mailbox_saved": _("mailbox set up"),
    "mailbox_removed": _("mailbox removed"),
    "folder_saved": _("watched folder set up"),
    "folder_removed": _("watched folder removed"),
    "token_created": _("API token made"),
    "token_revoked": _("API token revoked"),
    "webhook_saved": _("webhook set up"),
    "webhook_secret_renewed": _("secret of a webhook renewed"),
    "webhook_removed": _("webhook removed"),
    "webhook_switched_off": _("webhook switched off: nothing arrived for days"),
    "rate_saved": _("exchange rate entered"),
    "rate_removed": _("exchange rate removed"),
    "rates_imported": _("exchange rates imported"),
    "vendor_category_set": _("category of a vendor set"),
    "member_invited": _("member invited"),
    "member_role_set": _("role changed"),
    "member_removed": _("member removed"),
    "member_switched_off": _("account switched off"),
    "member_switched_on": _("account switched on"),
    "member_link_made": _("password link made"),
}

SETTINGS: dict[str, Any] = {
    "name": _("name"),
    "own_names": _("names of the company"),
    "own_tax_ids": _("VAT IDs and tax numbers"),
    "required_fields": _("required fields"),
    "main_fields": _("fields shown first"),
    "second_approval_from": _("second approval"),
    "reporting_currency": _("reporting currency"),
    "max_upload_mb": _("largest file"),
    "max_pages": _("most pages"),
    "deleted_kept_days": _("days until removal"),
}


def action_words(action: str) -> str:
    """An action without words of its own still reads as what it is called inside."""
    return str(ACTIONS.get(action, action.replace("_", " ")))
