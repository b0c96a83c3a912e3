"""Saved views of the inbox."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from extraction.models import SavedView, User, Workspace
from extraction.permissions import NotAllowed, require

from .columns import storable
from .errors import InvalidValue
from .people import preference_set


def view_create(
    *, workspace: Workspace, user: User, name: str, query: str, columns: Sequence[str] = (), shared: bool = False
) -> SavedView:
    """InvalidValue for a name that is empty or taken by another of their own."""
    require("see", workspace=workspace, user=user)
    view = SavedView(workspace=workspace, owner=user, query=query, columns=list(columns), shared=shared)
    return _named(view, name)


def view_update(
    *,
    view: SavedView,
    user: User,
    name: str | None = None,
    query: str | None = None,
    columns: Sequence[str] | None = None,
    shared: bool | None = None,
) -> SavedView:
    """Change what is given. NotAllowed for a view of somebody else."""
    _require_own(view, user)
    view.query = view.query if query is None else query
    view.columns = view.columns if columns is None else list(columns)
    view.shared = view.shared if shared is None else shared
    return _named(view, view.name if name is None else name)


def view_delete(*, view: SavedView, user: User) -> None:
    _require_own(view, user)
    if user.preferences.get("view") == view.pk:
        preference_set(user=user, view=None)
    view.delete()


def _named(view: SavedView, name: str) -> SavedView:
    view.name = " ".join(storable(name).split())[:60]
    if not view.name:
        raise InvalidValue(_("Give the view a name."))
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise InvalidValue(_("You have a view “%(name)s” already. Choose another name.") % {"name": name}) from None
    return view


def _require_own(view: SavedView, user: User) -> None:
    require("see", workspace=view.workspace_id, user=user)
    if view.owner_id != user.pk:
        raise NotAllowed(
            _("This view belongs to %(person)s. Save it under a name of your own to change it.")
            % {"person": view.owner}
        )
