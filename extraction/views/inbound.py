"""Where documents come from by themselves: mailboxes and folders, a part of the settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings as site
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from extraction import services
from extraction.forms_inbound import FolderForm, MailboxForm
from extraction.models import Letter, Mailbox, WatchFolder, Workspace

from .common import signed_in
from .settings import for_admins, section

LETTERS = 30


@require_http_methods(["GET", "POST"])
@for_admins
def sources(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """All of them, how they fare, and the last mails; POST watches another folder."""
    form = FolderForm(request.POST or None)
    if form.is_valid():
        services.folder_save(folder=form.filled(workspace), user=signed_in(request))
        messages.success(request, _("The folder is watched from now on."))
        return redirect("settings-inbound")
    letters = Letter.objects.filter(mailbox__workspace=workspace).select_related("mailbox")
    context: dict[str, Any] = {
        "form": form,
        "mailboxes": Mailbox.objects.filter(workspace=workspace).order_by("address"),
        "folders": WatchFolder.objects.filter(workspace=workspace).order_by("name"),
        "letters": letters[:LETTERS],
        "watch_dir": site.WATCH_DIR,
    }
    return section(request, workspace, "inbound", context)


@require_http_methods(["GET", "POST"])
@for_admins
def mailbox(request: HttpRequest, workspace: Workspace, mailbox_id: int | None = None) -> HttpResponse:
    """Set one up or change it; it is tried at once, so that a typing error shows here and now."""
    found = (
        get_object_or_404(Mailbox, pk=mailbox_id, workspace=workspace) if mailbox_id else Mailbox(workspace=workspace)
    )
    form = MailboxForm(request.POST or None, mailbox=found)
    if form.is_valid():
        saved = services.mailbox_save(
            mailbox=form.filled(), user=signed_in(request), password=form.cleaned_data["password"]
        )
        return checked(request, saved)
    return section(request, workspace, "mailbox", {"form": form, "mailbox": found, "here": "settings-inbound"})


@require_POST
@for_admins
def mailbox_do(request: HttpRequest, workspace: Workspace, mailbox_id: int) -> HttpResponse:
    found = get_object_or_404(Mailbox, pk=mailbox_id, workspace=workspace)
    if request.POST.get("do") == "remove":
        services.source_remove(source=found, user=signed_in(request))
        messages.success(request, _("%(address)s is not watched any more.") % {"address": found.address})
        return redirect("settings-inbound")
    return checked(request, found)


@require_POST
@for_admins
def folder_do(request: HttpRequest, workspace: Workspace, folder_id: int) -> HttpResponse:
    found = get_object_or_404(WatchFolder, pk=folder_id, workspace=workspace)
    if request.POST.get("do") == "remove":
        services.source_remove(source=found, user=signed_in(request))
        messages.success(request, _("The folder %(name)s is not watched any more.") % {"name": found.name})
    return redirect("settings-inbound")


def checked(request: HttpRequest, mailbox: Mailbox) -> HttpResponse:
    """A look at it now, and what came of it."""
    if not mailbox.is_active:
        messages.success(request, _("Saved. Mails are not taken while it is switched off."))
        return redirect("settings-inbound")
    count = services.mailbox_check(mailbox_id=mailbox.pk)
    mailbox.refresh_from_db()
    if mailbox.error:  # which its own page shows
        return redirect("settings-mailbox", mailbox.pk)
    text = ngettext("It works: %(n)d document came.", "It works: %(n)d documents came.", count)
    messages.success(request, text % {"n": count})
    return redirect("settings-inbound")
