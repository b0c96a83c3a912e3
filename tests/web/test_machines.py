"""The settings page of API tokens and webhooks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from extraction import services
from extraction.models import ApiToken, User, Webhook, WebhookDelivery, Workspace
from tests.webhooks.receiver import Receiver, answering

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(browse: Callable[[User], Client], admin: User) -> Client:
    return browse(admin)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = settings.WEBHOOK_ALLOW_HTTP = True
    with Receiver() as running:
        yield running


def test_a_token_is_shown_once_and_works(web: Client):
    page = web.post("/settings/api/", {"name": "ERP", "scopes": ["invoices:read"], "days": "90"})
    found = re.search(r'value="(ilk_[\w-]+)"', page.content.decode())
    assert found is not None
    answer = Client().get("/api/v1/invoices", headers={"Authorization": f"Bearer {found[1]}"})
    assert answer.status_code == 200
    assert found[1] not in web.get("/settings/api/").content.decode()
    assert ApiToken.objects.get().expires_at is not None


def test_a_revoked_token_opens_nothing(web: Client, workspace: Workspace, admin: User):
    token, secret = services.token_create(workspace=workspace, user=admin, name="ERP", scopes=["invoices:read"])
    page = web.post(f"/settings/api/token/{token.pk}/revoke/", follow=True)
    assert "ERP is revoked" in page.content.decode()
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_what_is_missing_is_said_and_what_was_typed_stays(web: Client):
    page = web.post("/settings/api/", {"name": "Scanner in the hall", "days": "90"})
    assert page.status_code == 422
    assert 'value="Scanner in the hall"' in page.content.decode()
    assert not ApiToken.objects.exists()


def test_a_webhook_shows_its_secret_once_and_its_messages(web: Client, receiver: Receiver):
    page = web.post("/settings/api/webhook/", {"url": receiver.url, "events": ["invoice.approved"]})
    secret = re.search(r'value="(whsec_[^"]+)"', page.content.decode())
    assert secret is not None
    hook = Webhook.objects.get()
    assert hook.events == ["invoice.approved"]
    page = web.post(f"/settings/api/webhook/{hook.pk}/do/", {"do": "test"}, follow=True)
    text = page.content.decode()
    assert "The test arrived: 200" in text
    assert "webhook.test" in text
    assert secret[1] not in text


def test_what_a_receiver_answered_is_shown_as_text(web: Client, receiver: Receiver):
    receiver.behaviours = [answering(500, b"<script>alert(1)</script>")]
    web.post("/settings/api/webhook/", {"url": receiver.url})
    page = web.post(f"/settings/api/webhook/{Webhook.objects.get().pk}/do/", {"do": "test"}, follow=True)
    text = page.content.decode()
    assert "The test did not arrive. It answered 500 instead of 2xx." in text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_message_is_sent_again_and_one_that_waits_is_not_doubled(web: Client, receiver: Receiver):
    web.post("/settings/api/webhook/", {"url": receiver.url})
    hook = Webhook.objects.get()
    web.post(f"/settings/api/webhook/{hook.pk}/do/", {"do": "test"})
    delivery = WebhookDelivery.objects.get()
    web.post(f"/settings/api/delivery/{delivery.pk}/replay/")
    page = web.post(f"/settings/api/delivery/{delivery.pk}/replay/", headers={"Referer": "/settings/api/"}, follow=True)
    assert "waits to be sent already" in page.content.decode()
    assert services.webhook_send(webhook_id=hook.pk) == 1
    assert len(receiver.messages) == 2


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "nonsense", "https://localhost/x"])
def test_an_address_that_is_not_allowed_is_refused_beside_its_field(web: Client, url: str):
    page = web.post("/settings/api/webhook/", {"url": url})
    assert page.status_code == 422
    assert 'id="error-url"' in page.content.decode()
    assert f'value="{url}"' in page.content.decode()


def test_a_webhook_is_switched_off_renewed_and_removed(web: Client, receiver: Receiver):
    web.post("/settings/api/webhook/", {"url": receiver.url})
    hook = Webhook.objects.get()
    web.post(f"/settings/api/webhook/{hook.pk}/", {"url": receiver.url})
    hook.refresh_from_db()
    assert hook.is_active is False
    before = hook.secret
    page = web.post(f"/settings/api/webhook/{hook.pk}/do/", {"do": "secret"})
    assert "whsec_" in page.content.decode()
    hook.refresh_from_db()
    assert hook.secret != before
    web.post(f"/settings/api/webhook/{hook.pk}/do/", {"do": "remove"})
    assert not Webhook.objects.exists()


def test_the_page_is_not_there_for_others(browse: Callable[[User], Client], approver: User):
    assert browse(approver).get("/settings/api/").status_code == 404
