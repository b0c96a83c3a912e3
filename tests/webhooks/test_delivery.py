"""Messages reach a real socket: each at least once, whatever the other side does, and never further than allowed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from extraction import outgoing, services
from extraction.models import AuditEvent, Invoice, User, Webhook, WebhookDelivery, Workspace
from extraction.services import webhooks
from extraction.tasks import send_webhooks

from .receiver import Receiver, answering, closing, dripping, endless, hanging

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


@pytest.fixture(autouse=True)
def _allowed(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = settings.WEBHOOK_ALLOW_HTTP = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def hook(receiver: Receiver, workspace: Workspace, admin: User) -> Webhook:
    return services.webhook_create(workspace=workspace, user=admin, url=receiver.url)[0]


def due_now() -> None:
    """The pauses are over."""
    past = timezone.now() - timedelta(seconds=1)
    Webhook.objects.update(next_try_at=past)
    WebhookDelivery.objects.update(next_try_at=past)


def send(hook: Webhook, **options: Any) -> int:
    return services.webhook_send(webhook_id=hook.pk, **options)


def only() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


# --- what is told -----------------------------------------------------------------------------------------------------


def test_what_happens_to_a_document_is_told_and_signed(
    receiver: Receiver, workspace: Workspace, admin: User, make_invoice: Make
):
    hook, secret = services.webhook_create(workspace=workspace, user=admin, url=receiver.url)
    invoice = make_invoice()
    services.invoice_approve(invoice=invoice, user=admin)
    assert send(hook) == 1
    [message] = receiver.messages
    body = json.loads(message.body)
    assert body["type"] == "invoice.approved"
    data = body["data"]
    assert (data["invoice_id"], data["status"], data["gross_total"]) == (invoice.pk, "approved", "119.00")
    # Checked as https://www.standardwebhooks.com tells receivers to.
    signed = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}.".encode() + message.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert message.headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(message.headers["webhook-timestamp"]) - time.time()) < 60
    assert message.headers["webhook-id"] == only().message_id
    assert (only().state, only().status_code, only().response) == ("delivered", 200, "ok")


def test_only_events_that_were_asked_for_are_told(
    receiver: Receiver, workspace: Workspace, admin: User, make_invoice: Make
):
    services.webhook_create(workspace=workspace, user=admin, url=receiver.url, events=["invoice.rejected"])
    first, second = make_invoice(), make_invoice()
    services.invoice_approve(invoice=first, user=admin)
    services.invoice_reject(invoice=second, user=admin, reason="no")
    assert list(WebhookDelivery.objects.values_list("event", "invoice_id")) == [("invoice.rejected", second.pk)]


def test_each_act_of_a_documents_life_has_its_event(hook: Webhook, admin: User, make_invoice: Make):
    invoice = make_invoice()
    services.field_correct(invoice=invoice, user=admin, name="invoice_number", text="R-9")
    services.invoice_approve(invoice=invoice, user=admin)
    services.invoices_mark_exported(invoices=[invoice], user=admin)
    services.invoice_reopen(invoice=invoice, user=admin)
    services.invoice_delete(invoice=invoice, user=admin)
    services.invoice_restore(invoice_id=invoice.pk, user=admin)
    told = WebhookDelivery.objects.order_by("pk").values_list("event", flat=True)
    assert [name.removeprefix("invoice.") for name in told] == [
        "corrected", "approved", "exported", "reopened", "deleted", "restored",
    ]  # fmt: skip


def test_acts_on_many_documents_are_told_one_by_one(hook: Webhook, make_invoice: Make):
    made = [make_invoice().pk for _number in range(3)]
    webhooks.webhooks_tell(workspace_id=hook.workspace_id, invoice_ids=made, action="exported", detail={"batch": 7})
    told = [(row.invoice_id, row.payload["data"]["batch"]) for row in WebhookDelivery.objects.order_by("pk")]
    assert told == [(pk, 7) for pk in made]


def test_another_workspaces_webhook_is_told_nothing(
    receiver: Receiver, outsider: User, admin: User, make_invoice: Make
):
    elsewhere = outsider.memberships.get().workspace
    services.webhook_create(workspace=elsewhere, user=outsider, url=receiver.url)
    services.invoice_approve(invoice=make_invoice(), user=admin)
    assert not WebhookDelivery.objects.exists()


def test_a_change_that_is_taken_back_is_not_told(hook: Webhook, admin: User, make_invoice: Make):
    invoice = make_invoice()
    with transaction.atomic():
        services.invoice_approve(invoice=invoice, user=admin)
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()


# --- the other side fails ---------------------------------------------------------------------------------------------


def test_a_failure_is_tried_again_with_the_same_id(receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make):
    receiver.behaviours = [answering(500, b"out of order"), answering(200)]
    services.invoice_approve(invoice=make_invoice(), user=admin)
    assert send(hook) == 0
    row = only()
    assert (row.state, row.attempts, row.status_code, row.response) == ("waiting", 1, 500, "out of order")
    assert services.webhooks_due() == []  # not at once
    due_now()
    assert services.webhooks_due() == [hook.pk]
    assert send(hook) == 1
    first, second = receiver.messages
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    hook.refresh_from_db()
    assert (only().state, hook.failures, hook.error, hook.failing_since) == ("delivered", 0, "", None)


@pytest.mark.parametrize("behaviour", [hanging, dripping])
def test_a_target_that_is_slow_is_cut_off_in_time(
    receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make, behaviour: Any
):
    receiver.behaviours = [behaviour]
    services.invoice_approve(invoice=make_invoice(), user=admin)
    start = time.monotonic()
    assert send(hook, seconds=1.0) == 0
    assert time.monotonic() - start < 8
    assert only().state == "waiting"
    assert "No answer within" in only().error


def test_an_endless_answer_is_not_read_to_its_end(receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make):
    receiver.behaviours = [endless]
    services.invoice_approve(invoice=make_invoice(), user=admin)
    assert send(hook) == 1
    assert len(only().response) == 1000


def test_a_redirect_is_not_followed(receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make):
    with Receiver() as other:
        receiver.behaviours = [answering(302, Location=other.url)]
        services.invoice_approve(invoice=make_invoice(), user=admin)
        assert send(hook) == 0
        assert other.messages == []
    assert "redirect" in only().error


def test_a_connection_that_is_hung_up_is_tried_again(
    receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make
):
    receiver.behaviours = [closing, answering(204)]
    services.invoice_approve(invoice=make_invoice(), user=admin)
    assert send(hook) == 0
    due_now()
    assert send(hook) == 1
    assert only().status_code == 204


def test_a_receiver_that_is_down_gets_everything_in_order_when_it_is_back(
    workspace: Workspace, admin: User, make_invoice: Make
):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    hook, _secret = services.webhook_create(workspace=workspace, user=admin, url=f"http://127.0.0.1:{port}/")
    for _number in range(3):
        services.invoice_approve(invoice=make_invoice(), user=admin)
    assert send(hook) == 0
    assert WebhookDelivery.objects.filter(attempts__gt=0).count() == 1  # the others did not have to try
    with Receiver() as back:
        Webhook.objects.update(url=back.url)
        due_now()
        assert send(hook) == 3
        ids = [message.headers["webhook-id"] for message in back.messages]
    assert ids == list(WebhookDelivery.objects.order_by("pk").values_list("message_id", flat=True))


def test_a_process_that_dies_between_sending_and_noting_sends_it_again_with_the_same_id(
    receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make, monkeypatch: pytest.MonkeyPatch
):
    services.invoice_approve(invoice=make_invoice(), user=admin)

    def dies(*args: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(webhooks, "_note", dies)
        with pytest.raises(SystemExit):
            send(hook)
    # A process that is killed gives its lease back to nobody: it runs out.
    Webhook.objects.update(sending_until=timezone.now() + timedelta(seconds=60))
    assert send(hook) == 0
    assert services.webhooks_due() == []
    Webhook.objects.update(sending_until=timezone.now() - timedelta(seconds=1))
    assert services.webhooks_due() == [hook.pk]
    assert send(hook) == 1
    assert len({message.headers["webhook-id"] for message in receiver.messages}) == 1
    assert len(receiver.messages) == 2


def test_after_a_day_a_message_is_given_up_and_can_be_sent_once_more(
    receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make
):
    receiver.behaviours = [answering(500)]
    services.invoice_approve(invoice=make_invoice(), user=admin)
    tries = 0
    while only().state == "waiting":
        due_now()
        send(hook)
        tries += 1
    assert tries == len(webhooks.WAITS) + 1
    assert timedelta(hours=20) < sum(webhooks.WAITS, timedelta()) < timedelta(hours=28)
    receiver.behaviours = [answering(200)]
    services.delivery_replay(delivery=only(), user=admin)
    assert send(hook) == 1
    assert len({message.headers["webhook-id"] for message in receiver.messages}) == 1
    assert only().state == "delivered"


def test_an_address_that_fails_for_days_is_switched_off_with_a_notice(
    receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make
):
    receiver.behaviours = [answering(500)]
    Webhook.objects.update(failing_since=timezone.now() - webhooks.GIVE_UP_AFTER)
    services.invoice_approve(invoice=make_invoice(), user=admin)
    send(hook)
    hook.refresh_from_db()
    assert hook.is_active is False
    assert AuditEvent.objects.filter(action="webhook_switched_off", workspace=hook.workspace).exists()
    assert send(hook) == 0
    services.webhook_change(webhook=hook, user=admin, url=hook.url, events=[], is_active=True)
    receiver.behaviours = [answering(200)]
    due_now()
    assert send(hook) == 1


def test_a_receiver_that_says_gone_is_told_no_more(receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make):
    receiver.behaviours = [answering(410)]
    services.invoice_approve(invoice=make_invoice(), user=admin)
    send(hook)
    hook.refresh_from_db()
    assert (only().state, hook.is_active) == ("failed", False)


def test_two_processes_do_not_send_the_same(receiver: Receiver, hook: Webhook, admin: User, make_invoice: Make):
    services.invoice_approve(invoice=make_invoice(), user=admin)
    Webhook.objects.update(sending_until=timezone.now() + timedelta(seconds=30))
    assert send(hook) == 0
    assert receiver.messages == []


def test_the_scheduler_wakes_one_worker_for_each_webhook(
    hook: Webhook, admin: User, make_invoice: Make, celery_messages: Callable[[], int]
):
    for _number in range(3):
        services.invoice_approve(invoice=make_invoice(), user=admin)
    before = celery_messages()
    send_webhooks()
    assert celery_messages() == before + 1


def test_a_test_message_is_sent_at_once_and_once(receiver: Receiver, hook: Webhook, admin: User):
    assert services.webhook_test(webhook=hook, user=admin).state == "delivered"
    receiver.behaviours = [answering(500)]
    assert services.webhook_test(webhook=hook, user=admin).state == "failed"
    assert services.webhooks_due() == []
    assert [json.loads(message.body)["type"] for message in receiver.messages] == ["webhook.test"] * 2


def test_a_secret_that_cannot_be_opened_any_more_is_said(hook: Webhook, admin: User, make_invoice: Make, settings: Any):
    services.invoice_approve(invoice=make_invoice(), user=admin)
    settings.SECRET_KEY = "another"
    assert send(hook) == 0
    assert "Make a new one" in only().error


# --- where it may lead ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "2001:0:53aa:64c:0:0:80ff:fffe", "fd00:ec2::254", "192.0.2.1", "no address",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_known(address: str):
    assert not outgoing.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_a_public_address_is_known(address: str):
    assert outgoing.is_public(address)


def test_a_private_address_is_not_asked(receiver: Receiver, settings: Any):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    answer = outgoing.post(receiver.url, b"{}", {})
    assert (answer.status, receiver.messages) == (None, [])
    assert "private network" in answer.error


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_no_spelling_of_this_machine_is_asked(receiver: Receiver, settings: Any, host: str):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    assert outgoing.post(f"http://{host}:{receiver.port}/", b"{}", {}).status is None
    assert receiver.messages == []


def test_a_name_with_one_private_address_among_others_is_refused(settings: Any, monkeypatch: pytest.MonkeyPatch):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: rows)
    assert "private network" in outgoing.post("https://two.example/", b"", {}).error


def test_the_connection_goes_to_the_address_that_was_checked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch):
    """A name server that answers differently the second time is not asked a second time."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, *args: Any, **options: Any) -> Any:
        if host != "rebind.example":
            return real(host, *args, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    answer = outgoing.post(f"http://rebind.example:{receiver.port}/", b"{}", {})
    assert (answer.status, asked) == (200, ["rebind.example"])
    assert receiver.messages[0].headers["host"] == f"rebind.example:{receiver.port}"


@pytest.mark.parametrize(
    "url",
    ["", "example.com", "ftp://example.com/", "https://", "https://user:pass@example.com/", "https://a b/", "https://x:99999/",
     "https://exa\nmple.com/", "file:///etc/passwd", "https://[::1"],
)  # fmt: skip
def test_what_is_no_address_is_refused_when_it_is_typed(workspace: Workspace, admin: User, url: str):
    with pytest.raises(services.InvalidValue):
        services.webhook_create(workspace=workspace, user=admin, url=url)


def test_plain_http_and_private_addresses_are_refused_unless_the_operator_allows_them(
    workspace: Workspace, admin: User, settings: Any
):
    settings.WEBHOOK_ALLOW_PRIVATE = settings.WEBHOOK_ALLOW_HTTP = False
    for url in ("http://example.com/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/"):
        with pytest.raises(services.InvalidValue):
            services.webhook_create(workspace=workspace, user=admin, url=url)
    settings.WEBHOOK_ALLOW_HTTP = True
    services.webhook_create(workspace=workspace, user=admin, url="http://example.com/")


def test_only_administrators_set_webhooks_up(workspace: Workspace, approver: User, hook: Webhook):
    with pytest.raises(services.NotAllowed):
        services.webhook_create(workspace=workspace, user=approver, url="https://example.com/")
    with pytest.raises(services.NotAllowed):
        services.webhook_test(webhook=hook, user=approver)


def test_the_log_is_kept_for_weeks_and_what_waits_stays(hook: Webhook, admin: User, make_invoice: Make):
    for _number in range(2):
        services.invoice_approve(invoice=make_invoice(), user=admin)
    old = timezone.now() - webhooks.KEPT - timedelta(days=1)
    first = WebhookDelivery.objects.earliest("pk")
    WebhookDelivery.objects.update(created_at=old)
    WebhookDelivery.objects.filter(pk=first.pk).update(state="delivered")
    assert services.deliveries_purge() == 1
    assert WebhookDelivery.objects.get().state == "waiting"
