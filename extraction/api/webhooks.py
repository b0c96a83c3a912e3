"""Webhooks: set up, test, log, replay. Its person must be an administrator of the workspace."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from extraction import services
from extraction.models import Webhook, WebhookDelivery
from extraction.permissions import require

from . import schemas
from .auth import HOOKS, HOOKS_JSON, user_of, workspace_of
from .paging import next_link, page_of
from .shown import delivery_of, webhook_of

router = Router(tags=["Webhooks"])


class Log(Schema):
    cursor: Annotated[str, StringConstraints(max_length=1000)] = Field("", description="from `next` of the page before")
    limit: schemas.Limit = 50


def own(request: HttpRequest, webhook_id: int) -> Webhook:
    require("manage", workspace=workspace_of(request), user=user_of(request))
    return get_object_or_404(Webhook, pk=webhook_id, workspace=workspace_of(request))


@router.get("/webhooks", auth=HOOKS, response=list[schemas.Webhook], operation_id="list_webhooks", summary="List")
def listed(request: HttpRequest) -> list[dict[str, Any]]:
    require("manage", workspace=workspace_of(request), user=user_of(request))
    return [webhook_of(hook) for hook in Webhook.objects.filter(workspace=workspace_of(request)).order_by("pk")]


@router.post(
    "/webhooks",
    auth=HOOKS_JSON,
    response={201: schemas.WebhookWithSecret},
    operation_id="create_webhook",
    summary="Set one up",
)
def created(request: HttpRequest, payload: schemas.NewWebhook) -> Status[Any]:
    """The answer has the secret by which messages are checked; it is not shown again."""
    hook, secret = services.webhook_create(
        workspace=workspace_of(request), user=user_of(request), url=payload.url, events=payload.events
    )
    return Status(201, {**webhook_of(hook), "secret": secret})


@router.get("/webhooks/{webhook_id}", auth=HOOKS, response=schemas.Webhook, operation_id="get_webhook", summary="Get")
def got(request: HttpRequest, webhook_id: schemas.Id) -> dict[str, Any]:
    return webhook_of(own(request, webhook_id))


@router.patch(
    "/webhooks/{webhook_id}",
    auth=HOOKS_JSON,
    response=schemas.Webhook,
    operation_id="change_webhook",
    summary="Change",
)
def changed(request: HttpRequest, webhook_id: schemas.Id, payload: schemas.WebhookChange) -> dict[str, Any]:
    """What is left out stays. Switched on again, it is tried at once."""
    hook = own(request, webhook_id)
    services.webhook_change(
        webhook=hook,
        user=user_of(request),
        url=hook.url if payload.url is None else payload.url,
        events=hook.events if payload.events is None else payload.events,
        is_active=hook.is_active if payload.is_active is None else payload.is_active,
    )
    return webhook_of(hook)


@router.delete(
    "/webhooks/{webhook_id}", auth=HOOKS, response={204: None}, operation_id="delete_webhook", summary="Remove"
)
def removed(request: HttpRequest, webhook_id: schemas.Id) -> Status[None]:
    services.webhook_remove(webhook=own(request, webhook_id), user=user_of(request))
    return Status(204, None)


@router.post(
    "/webhooks/{webhook_id}/test",
    auth=HOOKS,
    response=schemas.Delivery,
    operation_id="test_webhook",
    summary="Send a test",
)
def tested(request: HttpRequest, webhook_id: schemas.Id) -> dict[str, Any]:
    """Sent at once; the answer says what came of it."""
    return delivery_of(services.webhook_test(webhook=own(request, webhook_id), user=user_of(request)))


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    auth=HOOKS,
    response=schemas.Deliveries,
    operation_id="list_deliveries",
    summary="Log",
)
def log(request: HttpRequest, webhook_id: schemas.Id, filters: Query[Log]) -> dict[str, Any]:
    """Newest first, for 30 days."""
    rows = WebhookDelivery.objects.filter(webhook=own(request, webhook_id))
    found, cursor = page_of(rows, sort="-created_at", cursor=filters.cursor, limit=filters.limit)
    return {"items": [delivery_of(row) for row in found], "next": next_link(request, cursor)}


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    auth=HOOKS,
    response={202: schemas.Delivery},
    operation_id="replay_delivery",
    summary="Send once more",
)
def replayed(request: HttpRequest, webhook_id: schemas.Id, delivery_id: schemas.Id) -> Status[Any]:
    """With the same `webhook-id`, within seconds."""
    hook = own(request, webhook_id)
    delivery = get_object_or_404(WebhookDelivery.objects.select_related("webhook"), pk=delivery_id, webhook=hook)
    services.delivery_replay(delivery=delivery, user=user_of(request))
    delivery.refresh_from_db()
    return Status(202, delivery_of(delivery))
