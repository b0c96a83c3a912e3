"""Tokens of other programs: made, used, revoked. And answers that are kept for requests which come twice."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction.models import ApiAnswer, ApiToken, Scope, User, Workspace
from extraction.permissions import require

from .audit import workspace_event_record
from .columns import storable
from .errors import InvalidValue, ServiceError

PREFIX = "ilk_"  # by which people and scanners for leaked secrets recognise it
SHOWN = 10
ANSWERS_KEPT = timedelta(hours=48)
IN_WORK = timedelta(minutes=10)  # a request that is older was cut off with its process


class TooManyRequests(ServiceError):
    """``seconds`` until the next minute begins."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(_("More than %(n)d requests in a minute. Wait, then go on.") % {"n": settings.API_RATE_LIMIT})


class KeyUsedOtherwise(ServiceError):
    """The same Idempotency-Key came with another request."""


class KeyInWork(ServiceError):
    """The same request is being dealt with at this moment."""


@transaction.atomic
def token_create(
    *, workspace: Workspace, user: User, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """The row, and the token itself, which nobody can show again."""
    require("manage", workspace=workspace, user=user)
    if not name.strip():
        raise InvalidValue(_("Give the token a name: what will use it?"))
    unknown = set(scopes) - set(Scope.values)
    if not scopes or unknown:
        raise InvalidValue(_("Choose at least one thing that it may do."))
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidValue(_("Choose a day in the future, or none."))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        workspace=workspace,
        user=user,
        name=storable(name.strip())[:100],
        start=secret[:SHOWN],
        sha256=token_hash(secret),
        scopes=[scope for scope in Scope.values if scope in scopes],
        expires_at=expires_at,
    )
    workspace_event_record(workspace=workspace, user=user, action="token_created", token=token.pk)
    return token, secret


@transaction.atomic
def token_revoke(*, token: ApiToken, user: User) -> None:
    """At once and for good."""
    require("manage", workspace=token.workspace_id, user=user)
    rows = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    if rows.update(revoked_at=timezone.now()) == 1:
        workspace_event_record(workspace=token.workspace, user=user, action="token_revoked", token=token.pk)


def token_hash(secret: str) -> str:
    """Of 256 random bits: nothing to guess, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def token_use(*, secret: str) -> ApiToken | None:
    """The token behind a request, which is counted; None for one that does not, or no longer, open anything.

    One UPDATE counts for all processes. Raises TooManyRequests.
    """
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    rows = ApiToken.objects.filter(live, sha256=token_hash(secret), revoked_at__isnull=True)
    rows = rows.filter(user__is_active=True, user__memberships__workspace=F("workspace"))
    used = Case(When(window_at=minute, then=F("window_used") + 1), default=Value(1))
    if (
        ApiToken.objects.filter(pk__in=rows.values("pk")).update(window_used=used, window_at=minute, last_used_at=now)
        != 1
    ):
        return None
    token = ApiToken.objects.select_related("workspace", "user").get(sha256=token_hash(secret))
    if settings.API_RATE_LIMIT and token.window_used > settings.API_RATE_LIMIT and token.window_at == minute:
        raise TooManyRequests(60 - now.second)
    return token


# --- requests that come twice -----------------------------------------------------------------------------------------


def answer_begin(*, token: ApiToken, key: str, fingerprint: str) -> ApiAnswer:
    """The answer that there is (``status`` is set), or a new row for the one to come.

    Raises KeyUsedOtherwise, KeyInWork.
    """
    now = timezone.now()
    stale = Q(created_at__lt=now - ANSWERS_KEPT) | Q(status__isnull=True, created_at__lt=now - IN_WORK)
    ApiAnswer.objects.filter(stale, token=token, key=key).delete()
    try:
        with transaction.atomic():
            return ApiAnswer.objects.create(token=token, key=key, fingerprint=fingerprint)
    except IntegrityError:
        known = ApiAnswer.objects.filter(token=token, key=key).first()
    if known is None or (known.status is None and known.fingerprint == fingerprint):
        raise KeyInWork(_("The same request is being dealt with. Ask again in a moment."))
    if known.fingerprint != fingerprint:
        raise KeyUsedOtherwise(_("This Idempotency-Key was sent with another file. Use a new one for each request."))
    return known


def answer_keep(*, answer: ApiAnswer, status: int, body: dict[str, Any]) -> None:
    ApiAnswer.objects.filter(pk=answer.pk).update(status=status, body=body)


def answer_drop(*, answer: ApiAnswer) -> None:
    """Nothing came of it: the same key may be tried again."""
    ApiAnswer.objects.filter(pk=answer.pk, status__isnull=True).delete()


def answers_purge() -> int:
    return ApiAnswer.objects.filter(created_at__lt=timezone.now() - ANSWERS_KEPT).delete()[0]
