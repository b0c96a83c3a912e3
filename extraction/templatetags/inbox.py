"""What the inbox's templates need."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template

from extraction.models import SavedView

register = template.Library()


@register.simple_tag
def view_query(view: SavedView) -> str:
    """The query part of the address at which a saved view opens."""
    return "&".join(part for part in (view.query, urlencode({"view": view.pk})) if part)
