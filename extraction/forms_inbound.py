"""What administrators type about mailboxes and watched folders."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms_settings import SettingsForm
from .models import Mailbox, Security, WatchFolder, Workspace

PORTS = {"tls": 993, "starttls": 143, "none": 143}
_FOLDER_NAME = re.compile(r"\w[\w .-]*")


class MailboxForm(SettingsForm):
    address = forms.EmailField(
        label=_("E-mail address"), max_length=254, help_text=_("The one that you give to vendors for their invoices.")
    )
    host = forms.CharField(label=_("IMAP server"), max_length=255, help_text=_("As in imap.example.com"))
    security = forms.ChoiceField(label=_("Security"), choices=Security.choices)
    port = forms.IntegerField(
        label=_("Port"), required=False, min_value=1, max_value=65535, help_text=_("Empty: the usual one.")
    )
    username = forms.CharField(
        label=_("User name"), required=False, max_length=255, help_text=_("Empty: the e-mail address.")
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("It is stored encrypted and never shown. Many providers want an app password."),
    )
    folder = forms.CharField(label=_("Folder to take mails from"), max_length=255, initial="INBOX")
    done_folder = forms.CharField(
        label=_("Folder for mails that were taken"), max_length=255, initial="Invoicelens/Processed"
    )
    failed_folder = forms.CharField(
        label=_("Folder for mails that hold no document"), max_length=255, initial="Invoicelens/Failed"
    )
    is_active = forms.BooleanField(label=_("Take mails from it"), required=False, initial=True)

    def __init__(self, *args: Any, mailbox: Mailbox, **kwargs: Any) -> None:
        names = [*self.base_fields]
        known = {name: getattr(mailbox, name) for name in names if name != "password"} if mailbox.pk else {}
        self.mailbox = mailbox  # before the form is bound: its check looks at it
        super().__init__(*args, initial=known or None, **kwargs)
        self.fields["is_active"].widget.attrs["class"] = ""
        if mailbox.pk:
            self.fields["password"].help_text = _("Empty: the one that is stored stays.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.mailbox.pk and not cleaned.get("password"):
            self.refuse(str(_("Type the mailbox's password.")), "password")
        folders = [cleaned.get(name) for name in ("folder", "done_folder", "failed_folder")]
        if folders[0] in folders[1:]:
            self.refuse(str(_("Mails must be moved to another folder than they are taken from.")), "done_folder")
        cleaned["port"] = cleaned.get("port") or PORTS.get(cleaned.get("security", ""), 993)
        cleaned["username"] = cleaned.get("username") or cleaned.get("address", "")
        taken = Mailbox.objects.filter(
            host=cleaned.get("host"), username=cleaned["username"], folder=cleaned.get("folder")
        )
        if taken.exclude(pk=self.mailbox.pk).exists():
            self.refuse(str(_("This mailbox is watched already, perhaps for another workspace.")), "address")
        return cleaned

    def filled(self) -> Mailbox:
        """The mailbox with what was typed, not saved."""
        for name, value in self.cleaned_data.items():
            if name != "password":
                setattr(self.mailbox, name, value)
        return self.mailbox


class FolderForm(SettingsForm):
    name = forms.CharField(label=_("Name of the folder"), max_length=100)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not _FOLDER_NAME.fullmatch(name) or name.endswith("."):
            raise forms.ValidationError(_("Use letters, digits, spaces, dots and hyphens: the folder of a scanner."))
        if WatchFolder.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("This folder is watched already, perhaps for another workspace."))
        return name

    def filled(self, workspace: Workspace) -> WatchFolder:
        return WatchFolder(workspace=workspace, name=self.cleaned_data["name"])
