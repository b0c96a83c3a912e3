"""People and workspaces."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from extraction.models import Membership, Role, User, Workspace


@transaction.atomic
def admin_ensure(*, email: str, password: str = "", workspace_name: str = "My company") -> tuple[User, str]:
    """An administrator with a workspace, made once: (user, the password to tell them, or "" when they know it).

    A user who exists keeps their password; `create_admin` changes it on purpose.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    told = ""
    if user is None:
        told = "" if password else secrets.token_urlsafe(12)
        user = User.objects.create_superuser(email.strip(), password or told)
    if not user.is_superuser:
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
    if not user.memberships.exists():
        workspace = Workspace.objects.order_by("pk").first() or Workspace.objects.create(name=workspace_name)
        Membership.objects.create(workspace=workspace, user=user, role=Role.ADMIN)
    return user, told


def password_set(*, user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def preference_set(*, user: User, **values: Any) -> None:
    """Only what is named changes: two tabs that save different preferences do not undo each other."""
    fresh = User.objects.select_for_update().get(pk=user.pk)
    fresh.preferences = {**fresh.preferences, **values}
    fresh.save(update_fields=["preferences"])
    user.preferences = fresh.preferences
