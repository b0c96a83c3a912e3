"""Other programs are told what happened: each message is written with what it tells of, and sent until it arrived.

Nothing is lost: a message is a row of the same transaction as the change. It may arrive twice, when a process dies
between the sending and the note of it; then with the same ``webhook-id``, by which receivers know it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import random
import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from extraction import outgoing, sealing
from extraction.amounts import money
from extraction.models import AuditEvent, Event, Invoice, User, Webhook, WebhookDelivery, Workspace
from extraction.permissions import require

from .errors import InvalidState, InvalidValue

logger = logging.getLogger(__name__)

EVENT_OF: dict[str, Event] = {  # action of the audit trail -> what webhooks call it
    "received": Event.RECEIVED,
    "split_off": Event.RECEIVED,
    "read": Event.READ,
    "failed": Event.FAILED,
    "cancelled": Event.FAILED,
    "field_corrected": Event.CORRECTED,
    "field_confirmed": Event.CORRECTED,
    "table_changed": Event.CORRECTED,
    "pages_arranged": Event.CORRECTED,
    "approved": Event.APPROVED,
    "reopened": Event.REOPENED,
    "rejected": Event.REJECTED,
    "exported": Event.EXPORTED,
    "deleted": Event.DELETED,
    "restored": Event.RESTORED,
}
TOLD = (
    "status", "revision", "document_type", "vendor_name", "vendor_tax_id", "invoice_number", "issue_date", "due_date",
    "currency", "net_total", "tax_total", "gross_total", "amount_due", "file_name", "sha256", "channel",
)  # fmt: skip
# Waits before the second, third ... try: about a day in all.
WAITS = [timedelta(seconds=s) for s in (5, 60, 300, 1800, 7200, 18000, 28800, 28800)]
LONGEST_PAUSE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=3)  # without one message that arrived, the webhook is switched off
LEASE = timedelta(minutes=2)
AT_ONCE = 20
KEPT = timedelta(days=30)
SECRET_PREFIX = "whsec_"  # noqa: S105 - how Standard Webhooks marks secrets


# --- the outbox -------------------------------------------------------------------------------------------------------


def webhooks_tell(*, workspace_id: int, invoice_ids: Sequence[int], action: str, detail: Mapping[str, Any]) -> None:
    """Called with each event of the audit trail, inside the transaction of what happened."""
    event = EVENT_OF.get(action)
    if event is None:
        return
    rows = Webhook.objects.filter(workspace_id=workspace_id, is_active=True)
    hooks = [hook for hook in rows if not hook.events or event in hook.events]
    if not hooks:
        return
    more = {name: detail[name] for name in ("field", "table", "batch") if name in detail}
    messages = [
        _message(hook, event, _data(workspace_id, row) | more, row["pk"])
        for row in Invoice.objects.filter(pk__in=invoice_ids).order_by("pk").values("pk", *TOLD)
        for hook in hooks
    ]
    WebhookDelivery.objects.bulk_create(messages)


def _data(workspace_id: int, row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: None if row[name] is None else str(row[name]) for name in TOLD}
    amounts = {name: money(row[name]) for name in ("net_total", "tax_total", "gross_total", "amount_due")}
    owner = {"workspace_id": workspace_id, "invoice_id": row["pk"]}
    return {**owner, **plain, **amounts, "revision": row["revision"]}


def _message(hook: Webhook, event: str, data: dict[str, Any], invoice_id: int | None) -> WebhookDelivery:
    now = timezone.now()
    payload = {"type": event, "timestamp": now.isoformat(), "data": data}
    return WebhookDelivery(
        webhook=hook, message_id=f"msg_{uuid.uuid4().hex}", event=event, invoice_id=invoice_id, payload=payload,
        created_at=now, next_try_at=now,
    )  # fmt: skip


# --- sending ----------------------------------------------------------------------------------------------------------


def webhooks_due() -> list[int]:
    """Webhooks that have something to send now and to which nobody sends."""
    now = timezone.now()
    waiting = WebhookDelivery.objects.filter(
        webhook=OuterRef("pk"), state=WebhookDelivery.State.WAITING, next_try_at__lte=now
    )
    free = Q(sending_until__isnull=True) | Q(sending_until__lt=now)
    due = Webhook.objects.filter(free, Exists(waiting), is_active=True, next_try_at__lte=now)
    return list(due.order_by("next_try_at").values_list("pk", flat=True))


def webhook_send(*, webhook_id: int, seconds: float = outgoing.SECONDS) -> int:
    """Send what is due, oldest first, until one fails. Returns how many arrived."""
    now = timezone.now()
    free = Q(sending_until__isnull=True) | Q(sending_until__lt=now)
    rows = Webhook.objects.filter(pk=webhook_id)
    if rows.filter(free, is_active=True).update(sending_until=now + LEASE) != 1:
        return 0
    arrived = 0
    try:
        hook = rows.get()
        due = hook.deliveries.filter(state=WebhookDelivery.State.WAITING, next_try_at__lte=now).order_by("pk")
        for delivery in due[:AT_ONCE]:
            rows.update(sending_until=timezone.now() + LEASE)
            if not _send(hook, delivery, seconds):
                break
            arrived += 1
    finally:
        rows.update(sending_until=None)
    return arrived


def _send(hook: Webhook, delivery: WebhookDelivery, seconds: float) -> bool:
    try:
        body, headers = signed(hook, delivery)
    except sealing.Unreadable:
        text = _("Its secret cannot be read any more: SECRET_KEY has changed. Make a new one.")
        answer = outgoing.Answer(None, "", 0, text)
    else:
        answer = outgoing.post(hook.url, body, headers, seconds=seconds)
    _note(hook, delivery, answer)
    return answer.good


def signed(hook: Webhook, delivery: WebhookDelivery) -> tuple[bytes, dict[str, str]]:
    """Body and headers as Standard Webhooks has them."""
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    moment = str(int(timezone.now().timestamp()))
    key = base64.b64decode(sealing.opened(hook.secret).removeprefix(SECRET_PREFIX))
    content = f"{delivery.message_id}.{moment}.".encode() + body
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return body, {
        "Content-Type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{signature}",
    }


@transaction.atomic
def _note(hook: Webhook, delivery: WebhookDelivery, answer: outgoing.Answer) -> None:
    now, attempts = timezone.now(), delivery.attempts + 1
    wait = _jittered(WAITS[attempts - 1]) if attempts <= len(WAITS) else None
    state = WebhookDelivery.State
    over = answer.status == 410 or wait is None  # 410 Gone: the receiver wants no more
    WebhookDelivery.objects.filter(pk=delivery.pk, state=state.WAITING).update(
        state=state.DELIVERED if answer.good else state.FAILED if over else state.WAITING,
        attempts=attempts, tried_at=now, next_try_at=now + (wait or timedelta()), status_code=answer.status,
        milliseconds=answer.milliseconds, response=answer.excerpt, error=answer.error[:500],
    )  # fmt: skip
    rows = Webhook.objects.filter(pk=hook.pk)
    if answer.good:
        rows.update(failures=0, failing_since=None, error="", next_try_at=now)
        return
    failures = hook.failures + 1
    pause = min(timedelta(seconds=5) * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    since = hook.failing_since or now
    rows.update(failures=failures, failing_since=since, error=answer.error[:500], next_try_at=now + _jittered(pause))
    logger.warning("webhook %s: %s: %s", hook.pk, delivery.message_id, answer.error)
    if answer.status == 410 or now - since >= GIVE_UP_AFTER:
        _switch_off(hook, answer)


def _jittered(wait: timedelta) -> timedelta:
    """Up to a fifth longer, so that what failed together does not come back together."""
    return wait * random.uniform(1, 1.2)  # noqa: S311 - no secret depends on it


def _switch_off(hook: Webhook, answer: outgoing.Answer) -> None:
    if Webhook.objects.filter(pk=hook.pk, is_active=True).update(is_active=False) == 1:
        AuditEvent.objects.create(
            workspace_id=hook.workspace_id, action="webhook_switched_off", detail={"webhook": hook.pk}
        )
        logger.warning("webhook %s: switched off", hook.pk)


def deliveries_purge() -> int:
    """The log goes after some weeks; what still waits stays."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(state=WebhookDelivery.State.WAITING).delete()[0]


# --- what administrators set up ---------------------------------------------------------------------------------------


@transaction.atomic
def webhook_create(*, workspace: Workspace, user: User, url: str, events: Collection[str] = ()) -> tuple[Webhook, str]:
    """The row, and the secret by which the receiver checks what it gets: it is shown once."""
    require("manage", workspace=workspace, user=user)
    secret = _new_secret()
    hook = Webhook.objects.create(
        workspace=workspace, created_by=user, url=_checked(url), events=_known(events), secret=sealing.sealed(secret)
    )
    _record(hook, user, "webhook_saved")
    return hook, secret


@transaction.atomic
def webhook_change(*, webhook: Webhook, user: User, url: str, events: Collection[str], is_active: bool) -> None:
    """Switched on again, it is tried at once."""
    require("manage", workspace=webhook.workspace_id, user=user)
    webhook.url, webhook.events, webhook.is_active = _checked(url), _known(events), is_active
    webhook.failures, webhook.failing_since, webhook.error, webhook.next_try_at = 0, None, "", timezone.now()
    webhook.save()
    _record(webhook, user, "webhook_saved")


@transaction.atomic
def webhook_secret_renew(*, webhook: Webhook, user: User) -> str:
    require("manage", workspace=webhook.workspace_id, user=user)
    secret = _new_secret()
    Webhook.objects.filter(pk=webhook.pk).update(secret=sealing.sealed(secret))
    _record(webhook, user, "webhook_secret_renewed")
    return secret


@transaction.atomic
def webhook_remove(*, webhook: Webhook, user: User) -> None:
    require("manage", workspace=webhook.workspace_id, user=user)
    _record(webhook, user, "webhook_removed")
    webhook.delete()


def webhook_test(*, webhook: Webhook, user: User, seconds: float = outgoing.SECONDS) -> WebhookDelivery:
    """A message that says nothing, sent at once; what came of it stands in the row. It is not tried again."""
    require("manage", workspace=webhook.workspace_id, user=user)
    delivery = _message(webhook, Event.TEST, {"workspace_id": webhook.workspace_id}, None)
    delivery.attempts = len(WAITS)
    # Nobody else sends it meanwhile.
    delivery.next_try_at = timezone.now() + LEASE
    delivery.save()
    _send(webhook, delivery, seconds)
    delivery.refresh_from_db()
    return delivery


def delivery_replay(*, delivery: WebhookDelivery, user: User) -> None:
    """Send it once more, with the same ``webhook-id``. InvalidState while it waits, or when nothing is sent there."""
    require("manage", workspace=delivery.webhook.workspace_id, user=user)
    if not delivery.webhook.is_active:
        raise InvalidState(_("This webhook is switched off. Switch it on first."))
    state = WebhookDelivery.State
    rows = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state=state.WAITING)
    now = timezone.now()
    if rows.update(state=state.WAITING, attempts=0, next_try_at=now) != 1:
        raise InvalidState(_("This message waits to be sent already."))
    Webhook.objects.filter(pk=delivery.webhook_id).update(next_try_at=now)


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _checked(url: str) -> str:
    """Its form is checked here, where it leads each time before something is sent."""
    try:
        target = outgoing.target_of(url.strip())
        outgoing.checked_literal(target)
    except outgoing.RefusedAddress as error:
        raise InvalidValue(error.message) from None
    return url.strip()


def _known(events: Collection[str]) -> list[str]:
    unknown = set(events) - set(Event.values)
    if unknown:
        raise InvalidValue(_("There is no event called “%(name)s”.") % {"name": min(unknown)})
    return [event for event in Event.values if event in events]


def _record(hook: Webhook, user: User, action: str) -> None:
    AuditEvent.objects.create(workspace_id=hook.workspace_id, user=user, action=action, detail={"webhook": hook.pk})
