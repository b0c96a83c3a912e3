"""The settings of a workspace, a page for each subject. Only its admins reach them; for others they are not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from extraction import administration, selectors, services
from extraction.engine.fields import FIELDS, GROUPS
from extraction.forms_settings import ApprovalForm, CompanyForm, LimitsForm, SettingsForm
from extraction.models import Workspace
from extraction.permissions import actions_in
from extraction.services.limits import ALWAYS_REQUIRED

from .common import explains_refusals, signed_in

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Section:
    view: str
    label: Any


SECTIONS = (
    Section("settings-company", gettext_lazy("Company")),
    Section("settings-members", gettext_lazy("Members")),
    Section("settings-fields", gettext_lazy("Fields")),
    Section("settings-approval", gettext_lazy("Approval")),
    Section("settings-limits", gettext_lazy("Limits")),
    Section("settings-inbound", gettext_lazy("Mailboxes and folders")),
    Section("settings-currency", gettext_lazy("Currency and rates")),
    Section("settings-api", gettext_lazy("API and webhooks")),
    Section("settings-activity", gettext_lazy("Activity")),
)


def for_admins(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives the view the workspace that the person works in; 404 for those who may not manage it."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = signed_in(request)
        workspace = selectors.workspace_for(user)
        if workspace is None or "manage" not in actions_in(workspace, user):
            raise Http404
        return view(request, workspace, *args, **kwargs)

    return wrapper


def section(request: HttpRequest, workspace: Workspace, name: str, context: dict[str, Any]) -> HttpResponse:
    """One page of the settings; 422 where its form holds errors."""
    shared = {"workspace": workspace, "sections": SECTIONS, "here": f"settings-{name}", **context}
    form = context.get("form")
    status = 422 if isinstance(form, SettingsForm) and form.errors else 200
    response = render(request, f"settings/{name}.html", shared, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@for_admins
def settings_home(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    return redirect(SECTIONS[0].view)


@require_http_methods(["GET", "POST"])
@for_admins
def company(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    names = ("name", "own_names", "own_tax_ids")
    form = CompanyForm(request.POST or None, initial={name: getattr(workspace, name) for name in names})
    if form.is_valid():
        try:
            changed = services.workspace_company_set(workspace=workspace, user=signed_in(request), **form.cleaned_data)
        except services.InvalidValue as error:
            form.refuse(error.message)
        else:
            messages.success(request, _("Saved. It holds for every document that is read from now on."))
            address = redirect("settings-company")
            address["Location"] += "?read-again" if changed else ""
            return address
    offer = administration.waiting_for_review(workspace) if "read-again" in request.GET else 0
    return section(request, workspace, "company", {"form": form, "offer": offer})


@require_POST
@explains_refusals
@for_admins
def reread(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What waits for a review is read again, with the settings as they are now."""
    count = services.workspace_reread(workspace=workspace, user=signed_in(request))
    text = ngettext("%(n)d document is being read again.", "%(n)d documents are being read again.", count)
    messages.success(request, text % {"n": count})
    return redirect("settings-company")


@require_http_methods(["GET", "POST"])
@for_admins
def fields(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    required, main = services.required_fields(workspace), services.main_fields(workspace)
    error = ""
    if request.method == "POST":
        required, main = (frozenset(request.POST.getlist(name)) for name in ("required", "main"))
        try:
            services.workspace_fields_set(workspace=workspace, user=signed_in(request), required=required, main=main)
        except services.InvalidValue as refusal:
            error = refusal.message
        else:
            messages.success(request, _("Saved. It holds at once, also for what waits for a review."))
            return redirect("settings-fields")
    groups = [
        (_(label), [
            (spec.name, _(spec.label), spec.name in required, spec.name in main, spec.name in ALWAYS_REQUIRED)
            for spec in FIELDS
            if spec.group == key
        ])
        for key, label in GROUPS.items()
    ]  # fmt: skip
    return section(request, workspace, "fields", {"groups": groups, "error": error})


@require_http_methods(["GET", "POST"])
@for_admins
def approval(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    amount = workspace.second_approval_from
    initial = {"second_approval_from": None if amount is None else amount.quantize(Decimal("0.01"))}
    form = ApprovalForm(request.POST or None, initial=initial)
    return saved_or_shown(request, workspace, "approval", form, services.workspace_approval_set)


@require_http_methods(["GET", "POST"])
@for_admins
def limits(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    names = ("max_upload_mb", "max_pages", "deleted_kept_days")
    form = LimitsForm(request.POST or None, initial={name: getattr(workspace, name) for name in names})
    return saved_or_shown(request, workspace, "limits", form, services.workspace_limits_set)


def saved_or_shown(
    request: HttpRequest, workspace: Workspace, name: str, form: SettingsForm, save: Callable[..., None]
) -> HttpResponse:
    if form.is_valid():
        try:
            save(workspace=workspace, user=signed_in(request), **form.cleaned_data)
        except services.InvalidValue as error:
            form.refuse(error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect(f"settings-{name}")
    return section(request, workspace, name, {"form": form})


@for_admins
def activity(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What people and the machine did here, newest first; a filter that makes no sense is left out."""
    asked = {name: request.GET.get(name, "").strip() for name in ("person", "action", "from", "to")}
    events = administration.audit_events(
        workspace,
        person=int(asked["person"]) if asked["person"].isdecimal() and len(asked["person"]) < 19 else None,
        action=asked["action"],
        first=_day(asked["from"]),
        last=_day(asked["to"]),
    )
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "rows": administration.events_told(workspace, page.object_list),
        "asked": asked,
        "query": query.urlencode(),
        "people": administration.people_in(workspace),
        "actions": administration.actions_in_trail(workspace),
    }
    return section(request, workspace, "activity", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
