"""Who may do what: one table. A person has one role in each workspace; somebody else's workspace gives no role."""

from __future__ import annotations

from typing import Literal, get_args

from django.utils.translation import gettext as _

from .models import Membership, Role, User, Workspace

Action = Literal[
    "see",
    "upload",
    "comment",
    "correct",
    "assign",
    "hold",
    "reject",
    "retry",
    "delete",
    "approve",
    "reopen",
    "export",
    "manage",
]

_UPLOADER: frozenset[Action] = frozenset({"see", "upload", "comment"})
_REVIEWER: frozenset[Action] = _UPLOADER | {"correct", "assign", "hold", "reject", "retry", "delete"}
_APPROVER: frozenset[Action] = _REVIEWER | {"approve", "reopen", "export"}
_ADMIN: frozenset[Action] = frozenset(get_args(Action))

ALLOWED: dict[Role, frozenset[Action]] = {
    Role.UPLOADER: _UPLOADER,
    Role.REVIEWER: _REVIEWER,
    Role.APPROVER: _APPROVER,
    Role.ADMIN: _ADMIN,
}


class NotAllowed(Exception):
    """The person's role does not permit it; ``message`` is for them."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def roles_with(action: Action) -> list[Role]:
    return [role for role, allowed in ALLOWED.items() if action in allowed]


def role_in(workspace: Workspace | int, user: User) -> Role | None:
    key = workspace if isinstance(workspace, int) else workspace.pk
    role = Membership.objects.filter(workspace_id=key, user_id=user.pk, user__is_active=True).values_list("role")
    found = role.first()
    return Role(found[0]) if found else None


def actions_in(workspace: Workspace | int, user: User) -> frozenset[Action]:
    """Everything this person may do there: what pages ask before they show a button."""
    role = role_in(workspace, user)
    return ALLOWED[role] if role else frozenset()


def require(action: Action, *, workspace: Workspace | int, user: User | None) -> None:
    role = role_in(workspace, user) if user else None
    if role is None:
        raise NotAllowed(_("You are not a member of this workspace. Ask one of its administrators to add you."))
    if action not in ALLOWED[role]:
        text = _("Your role here is “%(role)s”, which does not include this. Ask an administrator of the workspace.")
        raise NotAllowed(text % {"role": role.label})
