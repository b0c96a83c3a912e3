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
    "workspace_created": _("workspace created"),
    "settings_changed": _("settings changed"),
    "mailbox_saved": _("mailbox set up"),
    "mailbox_removed": _("mailbox removed"),
    "folder_saved": _("watched folder set up"),
    "folder_removed": _("watched folder removed"),
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
