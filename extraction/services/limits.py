"""What a workspace asks for itself: limits within the operator's settings, and the fields that an invoice must have."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from extraction.engine.fields import FIELDS
from extraction.engine.options import ReadOptions
from extraction.models import Workspace
from extraction.reading import read_options

REQUIRED_BY_CATALOGUE = frozenset(spec.name for spec in FIELDS if spec.required)
MAIN_BY_CATALOGUE = frozenset(spec.name for spec in FIELDS if spec.main)
# A record that lacks one of these cannot be paid, booked or found again.
ALWAYS_REQUIRED = frozenset({"issue_date", "vendor_name", "gross_total"})


def upload_mb(workspace: Workspace) -> int:
    """The operator's setting is the most; the workspace may ask for less."""
    return min(workspace.max_upload_mb or settings.MAX_UPLOAD_MB, settings.MAX_UPLOAD_MB)


def page_limit(workspace: Workspace) -> int:
    return min(workspace.max_pages or settings.MAX_PAGES, settings.MAX_PAGES)


def kept_days(workspace: Workspace) -> int:
    """Days until what was deleted is gone for good."""
    own = workspace.deleted_kept_days
    return settings.DELETED_KEPT_DAYS if own is None else min(own, settings.DELETED_KEPT_DAYS)


def workspace_options(workspace: Workspace) -> ReadOptions:
    """The site's reading options with this workspace's limits."""
    options = read_options()
    limits = replace(options.limits, max_bytes=upload_mb(workspace) * 1024 * 1024, max_pages=page_limit(workspace))
    return replace(options, limits=limits)


def required_fields(workspace: Workspace) -> frozenset[str]:
    return frozenset(workspace.required_fields) or REQUIRED_BY_CATALOGUE


def main_fields(workspace: Workspace) -> frozenset[str]:
    """What the review form shows first: the workspace's choice, and whatever it requires."""
    return (frozenset(workspace.main_fields) or MAIN_BY_CATALOGUE) | required_fields(workspace)
