"""The pages that the bar at the top leads to: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from extraction import administration, selectors, services
from extraction.models import User, Workspace
from extraction.permissions import Action, actions_in

register = template.Library()


@dataclass(frozen=True, slots=True)
class Entry:
    """``view`` is the name of its address, ``also`` those of pages that belong to it, ``action`` what one must may."""

    view: str
    label: Any
    icon: str
    action: Action = "see"
    also: tuple[str, ...] = ()


NAV: tuple[Entry, ...] = (
    Entry("inbox", _("Inbox"), "document", also=("review",)),
    Entry("doubts", _("Doubts"), "eye", action="correct"),
    Entry(
        "exports",
        _("Exports"),
        "download",
        action="export",
        also=("export-batch", "export-profiles", "export-profile", "export-profile-new", "vendor-codes"),
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the person works, what they may do there, and where else they could."""

    workspace: Workspace | None
    may: frozenset[Action]
    workspaces: list[Workspace]


def place_of(request: HttpRequest) -> Place:
    """Asked once for each request, by whichever tag needs it first."""
    found: Place | None = getattr(request, "_place", None)
    if found is None:
        user = cast(User, request.user)
        workspaces = selectors.workspaces_of(user) if user.is_authenticated else []
        workspace = selectors.chosen_of(workspaces, user) if workspaces else None
        found = Place(workspace, actions_in(workspace, user) if workspace else frozenset(), workspaces)
        request._place = found  # type: ignore[attr-defined]
    return found


@register.inclusion_tag("_nav.html", takes_context=True)
def main_nav(context: dict[str, Any]) -> dict[str, Any]:
    request = context["request"]
    may = place_of(request).may
    here = request.resolver_match.url_name if request.resolver_match else ""
    entries = [(entry, here == entry.view or here in entry.also) for entry in NAV if entry.action in may]
    return {"entries": entries if len(entries) > 1 else []}


@register.inclusion_tag("_workspaces.html", takes_context=True)
def workspace_switcher(context: dict[str, Any]) -> dict[str, Any]:
    """The workspace of the page, or the one that the person works in, and all others of theirs."""
    place = place_of(context["request"])
    current = context.get("workspace") or place.workspace
    others = len(place.workspaces) > 1
    return {**_shared(context), "current": current, "workspaces": place.workspaces, "others": others}


@register.simple_tag(takes_context=True)
def may_manage(context: dict[str, Any]) -> bool:
    return "manage" in place_of(context["request"]).may


@register.inclusion_tag("account/_first_steps.html", takes_context=True)
def first_steps(context: dict[str, Any]) -> dict[str, Any]:
    """For whoever sets a workspace up, until all is done or they hide it."""
    user, place = context["request"].user, place_of(context["request"])
    if place.workspace is None or user.preferences.get("guide_hidden") or "manage" not in place.may:
        return {}
    steps = administration.first_steps(user, place.workspace)
    done = sum(step.done for step in steps)
    return {**_shared(context), "steps": [] if done == len(steps) else steps, "done": done}


def _shared(context: dict[str, Any]) -> dict[str, Any]:
    """What an included form needs for its token."""
    return {"csrf_token": context.get("csrf_token")}


@register.simple_tag(takes_context=True)
def may_upload(context: dict[str, Any]) -> bool:
    """Whether the page takes files: every page does, where the person may."""
    request = context.get("request")
    return request is not None and hasattr(request, "user") and "upload" in place_of(request).may


@register.simple_tag(takes_context=True)
def max_upload_mb(context: dict[str, Any]) -> int:
    workspace = place_of(context["request"]).workspace
    return services.upload_mb(workspace) if workspace else int(settings.MAX_UPLOAD_MB)
