"""A workspace and what its admins decide for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from extraction.engine.fields import BY_NAME
from extraction.models import Invoice, Membership, Role, Status, User, Workspace
from extraction.permissions import NotAllowed, require

from .audit import workspace_event_record
from .columns import storable
from .errors import InvalidValue
from .limits import ALWAYS_REQUIRED, MAIN_BY_CATALOGUE, REQUIRED_BY_CATALOGUE
from .problems import required_recheck
from .review import invoice_retry

MOST_LINES, LONGEST_LINE = 50, 120


@transaction.atomic
def workspace_create(*, user: User, name: str) -> Workspace:
    """Whoever administers a workspace, or the whole site, may open another; they become its first admin."""
    if not may_create_workspaces(user):
        raise NotAllowed(_("Only administrators may create workspaces. Ask one of yours."))
    workspace = Workspace.objects.create(name=_name(name))
    Membership.objects.create(workspace=workspace, user=user, role=Role.ADMIN)
    workspace_event_record(workspace=workspace, user=user, action="workspace_created")
    workspace_choose(user=user, workspace=workspace)
    return workspace


def may_create_workspaces(user: User) -> bool:
    return user.is_superuser or user.memberships.filter(role=Role.ADMIN).exists()


def workspace_choose(*, user: User, workspace: Workspace) -> None:
    """Where this person works from now on. Raises NotAllowed for somebody who is not a member."""
    require("see", workspace=workspace, user=user)
    preference_set(user=user, workspace=workspace.pk)


def preference_set(*, user: User, **values: Any) -> None:
    """Only what is named changes: two tabs that save different preferences do not undo each other."""
    with transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        fresh.preferences = {**fresh.preferences, **values}
        fresh.save(update_fields=["preferences"])
    user.preferences = fresh.preferences


def workspace_company_set(
    *, workspace: Workspace, user: User, name: str, own_names: Sequence[str], own_tax_ids: Sequence[str]
) -> bool:
    """The company's own name and numbers; they hold for every reading from now on.

    Raises InvalidValue when a number looks like a VAT ID whose check digits are wrong. Returns whether what readings
    use has changed.
    """
    names, numbers = _lines(own_names), _lines(own_tax_ids)
    for number in numbers:
        tax_id_check(number)
    changed = (names, numbers) != (workspace.own_names, workspace.own_tax_ids)
    _settings_save(workspace, user, name=_name(name), own_names=names, own_tax_ids=numbers)
    return changed


def workspace_fields_set(*, workspace: Workspace, user: User, required: Collection[str], main: Collection[str]) -> None:
    """Which fields an invoice must have, and which the review form shows first.

    The catalogue's own choice is kept as an empty list. What waits for a review is checked at once.
    """
    if {*required, *main} - BY_NAME.keys():
        raise InvalidValue(_("There is no such field. Reload the page."))
    required = ALWAYS_REQUIRED | set(required)
    main = set(main) | required
    with transaction.atomic():
        _settings_save(
            workspace,
            user,
            required_fields=[] if required == REQUIRED_BY_CATALOGUE else [name for name in BY_NAME if name in required],
            main_fields=[] if main == MAIN_BY_CATALOGUE else [name for name in BY_NAME if name in main],
        )
        required_recheck(workspace=workspace)


def workspace_approval_set(*, workspace: Workspace, user: User, second_approval_from: Decimal | None) -> None:
    if second_approval_from is not None and second_approval_from < 0:
        raise InvalidValue(_("Enter an amount of 0 or more, or leave the field empty."))
    _settings_save(workspace, user, second_approval_from=second_approval_from)


def workspace_limits_set(
    *, workspace: Workspace, user: User, max_upload_mb: int | None, max_pages: int | None, deleted_kept_days: int | None
) -> None:
    """None follows the operator's setting, which is also the most that may be asked for."""
    for value, least, most in (
        (max_upload_mb, 1, settings.MAX_UPLOAD_MB),
        (max_pages, 1, settings.MAX_PAGES),
        (deleted_kept_days, 0, settings.DELETED_KEPT_DAYS),
    ):
        if value is not None and not least <= value <= most:
            text = _("Enter a number from %(least)d to %(most)d, or leave the field empty.")
            raise InvalidValue(text % {"least": least, "most": most})
    _settings_save(
        workspace, user, max_upload_mb=max_upload_mb, max_pages=max_pages, deleted_kept_days=deleted_kept_days
    )


def workspace_reread(*, workspace: Workspace, user: User) -> int:
    """Read again what waits for a review; what people typed or confirmed is kept. Returns how many."""
    require("manage", workspace=workspace, user=user)
    waiting = Invoice.objects.filter(workspace=workspace, status=Status.REVIEW, deleted_at__isnull=True)
    rows = list(waiting.order_by("pk"))
    for invoice in rows:
        invoice_retry(invoice=invoice, user=user)
    return len(rows)


def tax_id_check(number: str) -> None:
    """InvalidValue for what has the form of an EU VAT ID but not its check digits; other numbers cannot be checked."""
    code = "".join(char for char in number.upper() if char.isalnum())
    if code[:2].lower() not in vat.MEMBER_STATES or not any(char.isdigit() for char in code):
        return
    try:
        vat.validate(code)
    except ValidationError:
        text = _("%(number)s is not a valid VAT ID: compare it with your tax office's letter, every digit counts.")
        raise InvalidValue(text % {"number": number}) from None


def _settings_save(workspace: Workspace, user: User, **values: Any) -> None:
    require("manage", workspace=workspace, user=user)
    changed = [name for name, value in values.items() if getattr(workspace, name) != value]
    if not changed:
        return
    with transaction.atomic():
        Workspace.objects.filter(pk=workspace.pk).update(**{name: values[name] for name in changed})
        workspace_event_record(workspace=workspace, user=user, action="settings_changed", settings=changed)
    workspace.refresh_from_db()


def _name(text: str) -> str:
    name = " ".join(storable(text).split())
    if not name:
        raise InvalidValue(_("Give the workspace a name, such as that of your company."))
    return name[:120]


def _lines(lines: Sequence[str]) -> list[str]:
    """Each once, without empty ones."""
    found = list(dict.fromkeys(" ".join(storable(line).split()) for line in lines))
    found = [line for line in found if line]
    if len(found) > MOST_LINES or any(len(line) > LONGEST_LINE for line in found):
        text = _("Use at most %(lines)d lines of at most %(length)d characters each.")
        raise InvalidValue(text % {"lines": MOST_LINES, "length": LONGEST_LINE})
    return found
