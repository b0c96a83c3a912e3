"""Who belongs to a workspace. An account may work in several, so nobody gets power over it through one of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from extraction.models import Membership, Role, User, Workspace
from extraction.permissions import NotAllowed, require

from .audit import workspace_event_record
from .columns import storable
from .errors import InvalidState, InvalidValue
from .workspaces import preference_set

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Invitation:
    """``path`` of the page where they choose a password, "" for an account that has one; ``mailed``: it was sent."""

    member: Membership
    path: str
    mailed: bool = False


def member_invite(
    *, workspace: Workspace, user: User, email: str, role: str, name: str = "", site: str = ""
) -> Invitation:
    """Add a person to a workspace, with an account made for them where there is none.

    ``site`` is the address that mailed links begin with. Raises InvalidValue for what is no address or role, or for
    somebody who is a member already.
    """
    require("manage", workspace=workspace, user=user)
    address = _address(email)
    role = _role(role)
    try:
        with transaction.atomic():
            account = User.objects.filter(email=address).first()
            if account is None:
                account = User.objects.create_user(address, None, name=storable(name.strip())[:120])
            member = Membership.objects.create(workspace=workspace, user=account, role=role)
            workspace_event_record(
                workspace=workspace, user=user, action="member_invited", member=account.pk, role=role
            )
    except IntegrityError:
        raise InvalidValue(_("%(email)s is a member already.") % {"email": address}) from None
    if account.has_usable_password() or not has_power_over(user, account):
        return Invitation(member, "")
    path = _link(account)
    return Invitation(member, path, mailed=_mailed(account, workspace, site + path))


def member_link(*, member: Membership, user: User) -> str:
    """The path of a page where this member chooses a new password; it works once, for some days."""
    require("manage", workspace=member.workspace_id, user=user)
    _require_power(user, member.user)
    if not member.user.is_active:
        raise InvalidState(_("This account is switched off. Switch it on first."))
    workspace_event_record(workspace=member.workspace, user=user, action="member_link_made", member=member.user_id)
    return _link(member.user)


@transaction.atomic
def member_role_set(*, member: Membership, user: User, role: str) -> None:
    """Raises InvalidState for the last admin, who would lock everybody out."""
    require("manage", workspace=member.workspace_id, user=user)
    new = _role(role)
    if new != Role.ADMIN:
        _keep_an_admin(member)
    if Membership.objects.filter(pk=member.pk).exclude(role=new).update(role=new) == 1:
        workspace_event_record(
            workspace=member.workspace, user=user, action="member_role_set", member=member.user_id, role=new
        )
    member.refresh_from_db()


@transaction.atomic
def member_remove(*, member: Membership, user: User) -> None:
    """They see nothing of this workspace any more; what they did in it stays in its history."""
    require("manage", workspace=member.workspace_id, user=user)
    _keep_an_admin(member)
    Membership.objects.filter(pk=member.pk).delete()
    workspace_event_record(workspace=member.workspace, user=user, action="member_removed", member=member.user_id)


@transaction.atomic
def member_active_set(*, member: Membership, user: User, active: bool) -> None:
    """Switch an account off or on. Off, it cannot sign in anywhere, so it takes power over all of it."""
    require("manage", workspace=member.workspace_id, user=user)
    _require_power(user, member.user)
    if not active:
        if member.user_id == user.pk:
            raise InvalidState(_("You cannot switch off your own account. Ask another administrator."))
        _keep_an_admin(member)
    if User.objects.filter(pk=member.user_id).exclude(is_active=active).update(is_active=active) == 1:
        action = "member_switched_on" if active else "member_switched_off"
        workspace_event_record(workspace=member.workspace, user=user, action=action, member=member.user_id)
    member.user.refresh_from_db()


def profile_set(*, user: User, name: str, language: str) -> None:
    """A person's own name and language; "" follows the browser."""
    if language and language not in dict(settings.LANGUAGES):
        raise InvalidValue(_("Choose one of the languages in the list."))
    User.objects.filter(pk=user.pk).update(name=storable(name.strip())[:120])
    preference_set(user=user, language=language)
    user.refresh_from_db()


def has_power_over(user: User, account: User) -> bool:
    """Whether they administer every workspace of this account: else a link would open others' documents to them."""
    return account.pk not in out_of_reach(user, [account])


def out_of_reach(user: User, accounts: Sequence[User]) -> set[int]:
    """The ids of those that this admin has no power over."""
    if user.is_superuser:
        return set()
    ours = Membership.objects.filter(user=user, role=Role.ADMIN).values("workspace")
    elsewhere = Membership.objects.filter(user__in=accounts).exclude(workspace__in=ours)
    above = {account.pk for account in accounts if account.is_superuser or account.is_staff}
    return (above | set(elsewhere.values_list("user_id", flat=True))) - {user.pk}


def _require_power(user: User, account: User) -> None:
    if not has_power_over(user, account):
        text = _(
            "This person also works in workspaces that you do not administer, or runs the site. "
            "Ask one of their administrators."
        )
        raise NotAllowed(text)


def _keep_an_admin(member: Membership) -> None:
    """The workspace's row is locked: of two admins who remove each other at once, one stays."""
    Workspace.objects.select_for_update().get(pk=member.workspace_id)
    admins = Membership.objects.filter(workspace=member.workspace_id, role=Role.ADMIN, user__is_active=True)
    if admins.filter(pk=member.pk).exists() and admins.count() == 1:
        raise InvalidState(_("This is the last administrator. Make somebody else administrator first."))


def _link(account: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(account.pk))
    return reverse("welcome", args=[uid, default_token_generator.make_token(account)])


def _mailed(account: User, workspace: Workspace, address: str) -> bool:
    """A mail server that refuses is no reason to lose the invitation: the link is shown in any case."""
    if not settings.EMAIL_HOST:
        return False
    subject = _("You are invited to %(workspace)s on Invoicelens") % {"workspace": workspace.name}
    text = _(
        "Choose a password here, then you are signed in:\n\n%(address)s\n\nThe link works once, for %(days)d days."
    )
    values = {"address": address, "days": settings.LINK_DAYS}
    try:
        return send_mail(subject, text % values, None, [account.email]) == 1
    except OSError as error:  # smtplib's own errors are OSErrors, too
        logger.warning("an invitation could not be mailed (%s)", type(error).__name__)
        return False


def _address(text: str) -> str:
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidValue(_("This is not an e-mail address. Enter one such as name@example.com.")) from None
    return address


def _role(text: str) -> str:
    if text not in Role.values:
        raise InvalidValue(_("Choose one of the roles in the list."))
    return text
