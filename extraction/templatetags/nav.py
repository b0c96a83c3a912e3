"""The pages that the bar at the top leads to: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from extraction import selectors
from extraction.models import Workspace
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


NAV: tuple[Entry, ...] = (Entry("inbox", _("Inbox"), "document", also=("review",)),)


def member_of(request: Any) -> tuple[Workspace | None, frozenset[Action]]:
    """(the workspace of who asks, what they may do there), asked for once a page."""
    if not hasattr(request, "member_of"):
        workspace = selectors.workspace_for(request.user) if request.user.is_authenticated else None
        request.member_of = workspace, (actions_in(workspace, request.user) if workspace else frozenset())
    found: tuple[Workspace | None, frozenset[Action]] = request.member_of
    return found


@register.inclusion_tag("_nav.html", takes_context=True)
def main_nav(context: dict[str, Any]) -> dict[str, Any]:
    request = context["request"]
    may = member_of(request)[1]
    here = request.resolver_match.url_name if request.resolver_match else ""
    entries = [(entry, here == entry.view or here in entry.also) for entry in NAV if entry.action in may]
    return {"entries": entries if len(entries) > 1 else []}


@register.simple_tag(takes_context=True)
def may_upload(context: dict[str, Any]) -> bool:
    """Whether the page takes files: every page does, where the person may."""
    request = context.get("request")
    return request is not None and hasattr(request, "user") and "upload" in member_of(request)[1]


@register.simple_tag
def max_upload_mb() -> int:
    return int(settings.MAX_UPLOAD_MB)
