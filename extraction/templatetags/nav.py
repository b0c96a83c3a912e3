"""The pages that the bar at the top leads to: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from extraction import selectors
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
    Entry(
        "exports",
        _("Exports"),
        "download",
        action="export",
        also=("export-batch", "export-profiles", "export-profile", "export-profile-new", "vendor-codes"),
    ),
)


@register.inclusion_tag("_nav.html", takes_context=True)
def main_nav(context: dict[str, Any]) -> dict[str, Any]:
    request = context["request"]
    workspace = selectors.workspace_for(request.user)
    may = actions_in(workspace, request.user) if workspace else frozenset()
    here = request.resolver_match.url_name if request.resolver_match else ""
    entries = [(entry, here == entry.view or here in entry.also) for entry in NAV if entry.action in may]
    return {"entries": entries if len(entries) > 1 else []}
