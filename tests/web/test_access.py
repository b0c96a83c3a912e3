"""Who reaches which address. Every address of the product is walked, so that a new one cannot be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from extraction.models import (
    ApiToken,
    BulkAct,
    Invoice,
    InvoicePage,
    Mailbox,
    Membership,
    SavedView,
    Status,
    User,
    WatchFolder,
    Webhook,
    WebhookDelivery,
    Workspace,
)
from extraction.urls import urlpatterns
from tests.conftest import PASSWORD, make_user

OPEN = {"login", "logout", "welcome"}
POSTED = {
    "samples", "upload", "unlock", "field-save", "approve", "reopen", "reject", "retry", "rejoin", "cancel", "delete",
    "restore", "export-start", "export-undo", "export-profile-copy", "export-profile-delete", "vendor-codes-import",
    "settings-reread", "settings-member", "workspace-choose", "settings-mailbox-do", "settings-folder-do",
    "bulk", "bulk-undo", "columns", "view-create", "view-update", "view-delete",
    "doubts-settle", "comment", "comment-delete", "assign", "hold", "unhold", "withdraw", "verify-bank", "seen",
    "duplicate-reject", "duplicate-keep", "duplicate-unkeep", "notifications-read", "field-order", "presence",
    "table-save", "guides-preview", "table-columns", "arrange-apply", "arrange-undo", "split-accept", "split-decline",
    "settings-token-revoke", "settings-webhook-do", "settings-delivery-replay",
}  # fmt: skip
# What needs no document: the person's own pages, which show an outsider nothing of ours (see below).
OWN_PAGES = {
    "inbox", "live", "samples", "upload", "export", "password", "profile", "guide", "workspace-new", "settings",
    "settings-company", "settings-reread", "settings-members", "settings-fields", "settings-approval",
    "settings-limits", "settings-activity", "settings-inbound", "settings-mailbox-new",
    "doubts", "doubts-settle", "field-order", "notifications", "bell", "notifications-read", "table-columns",
    "news", "bulk", "columns", "vendors", "view-create", "view-counts", "exports", "export-preview", "export-start",
    "export-profiles", "export-profile-new", "vendor-codes", "vendor-codes-import",
    "settings-api", "settings-webhook-new", "dashboard", "dashboard-vendors", "dashboard-section", "settings-currency",
}  # fmt: skip


def addresses(invoice: Invoice) -> Iterator[tuple[str, str]]:
    member = Membership.objects.filter(workspace=invoice.workspace).first()
    owner = invoice.workspace.members.first() or make_user("owner@example.com", invoice.workspace)
    view, _ = SavedView.objects.get_or_create(workspace=invoice.workspace, owner=owner, name="Ours", shared=True)
    act = BulkAct.objects.create(user=owner, action="approve", done=[[invoice.pk, 0, None]])
    known = {
        "invoice_id": invoice.pk,
        "number": 1,
        "name": "gross_total",
        "key": "tax",
        "arrangement_id": 1,
        "batch_id": 1,
        "profile_id": 1,
        "view_id": view.pk,
        "act_id": act.pk,
        "member_id": member.pk if member else 1,
        "mailbox_id": mailbox_of(invoice.workspace).pk,
        "folder_id": WatchFolder.objects.get_or_create(workspace=invoice.workspace, name="scanner")[0].pk,
        **machines_of(invoice.workspace),
        "uidb64": "MQ",
        "token": "no-token",
    }
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        assert pattern.name, pattern
        yield pattern.name, reverse(pattern.name, kwargs={key: known[key] for key in pattern.pattern.converters})


def mailbox_of(workspace: Workspace) -> Mailbox:
    names = {"address": "in@example.com", "host": "127.0.0.1", "username": "in", "password": "x", "is_active": False}
    return Mailbox.objects.get_or_create(workspace=workspace, defaults=names)[0]


def machines_of(workspace: Workspace) -> dict[str, int]:
    owner = {"user": User.objects.first() or make_user("owner@example.com"), "name": "ERP", "sha256": "x"}
    token = ApiToken.objects.get_or_create(workspace=workspace, defaults=owner)[0]
    hook = Webhook.objects.get_or_create(workspace=workspace, defaults={"url": "https://nowhere.invalid/"})[0]
    event = {"message_id": "msg_1", "event": "webhook.test", "payload": {}, "state": "failed"}
    delivery = WebhookDelivery.objects.get_or_create(webhook=hook, defaults=event)[0]
    return {"token_id": token.pk, "webhook_id": hook.pk, "delivery_id": delivery.pk}


def ask(client: Client, name: str, address: str, **headers: str) -> int:
    data = {"value": "1", "reason": "no"}
    answer = client.post(address, data, headers=headers) if name in POSTED else client.get(address, headers=headers)
    return answer.status_code


@pytest.mark.parametrize("status", [Status.REVIEW, Status.APPROVED, Status.FAILED, Status.QUEUED])
def test_a_document_does_not_exist_for_an_outsider(
    make_invoice: Callable[..., Invoice],
    add_page: Callable[..., InvoicePage],
    browse: Callable[[User], Client],
    outsider: User,
    status: str,
) -> None:
    invoice = make_invoice(status=status)
    add_page(invoice)
    before = Invoice.objects.filter(pk=invoice.pk).values().get()
    client = browse(outsider)
    found = {name: ask(client, name, address) for name, address in addresses(invoice) if name not in OPEN | OWN_PAGES}
    assert found == dict.fromkeys(found, 404)
    assert len(found) >= 12
    assert Invoice.objects.filter(pk=invoice.pk).values().get() == before


def test_an_outsider_cannot_restore_what_we_deleted(
    make_invoice: Callable[..., Invoice], web: Client, browse: Callable[[User], Client], outsider: User
) -> None:
    invoice = make_invoice(status=Status.REVIEW)
    web.post(reverse("delete", args=[invoice.pk]))
    assert browse(outsider).post(reverse("restore", args=[invoice.pk])).status_code == 404
    assert Invoice.objects.get(pk=invoice.pk).deleted_at is not None


def test_lists_and_exports_of_an_outsider_show_nothing_of_ours(
    make_invoice: Callable[..., Invoice], browse: Callable[[User], Client], outsider: User
) -> None:
    invoice = make_invoice(status=Status.REVIEW)
    client = browse(outsider)
    texts = [
        client.get(reverse("inbox")).content,
        client.get(reverse("inbox"), {"q": invoice.file_name}, headers={"HX-Request": "true"}).content,
        client.get(reverse("live"), {"id": invoice.pk}).content,
        client.get(reverse("doubts"), {"field": "vendor_name"}).content,
        client.get(reverse("dashboard")).content,
        client.get(reverse("dashboard-vendors")).content,
        client.get(reverse("dashboard-csv", args=["vendors"])).content,
        b"".join(client.get(reverse("export")).streaming_content),
    ]
    for text in texts:
        assert b"Birch" not in text
        assert f'id="invoice-{invoice.pk}"'.encode() not in text


def test_somebody_who_is_not_signed_in_is_led_to_the_sign_in_page(
    make_invoice: Callable[..., Invoice], client: Client
) -> None:
    invoice = make_invoice(status=Status.REVIEW)
    for name, address in addresses(invoice):
        if name in OPEN:
            continue
        answer = client.post(address) if name in POSTED else client.get(address)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith(reverse("login")), name


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(
    make_invoice: Callable[..., Invoice], client: Client, approver: User
) -> None:
    invoice = make_invoice(status=Status.REVIEW)
    page = f"http://testserver{reverse('review', args=[invoice.pk])}?status=review"
    for referer, back in ((page, page), ("https://evil.example/", "/")):
        sign_in = client.post(reverse("approve", args=[invoice.pk]), headers={"Referer": referer})["Location"]
        answer = client.post(sign_in, {"username": approver.email, "password": PASSWORD, **next_of(sign_in)})
        assert answer["Location"] == back
        assert client.get(back).status_code == 200
        client.logout()
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW


def next_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_a_script_whose_session_ended_is_told_so_instead_of_getting_a_page(
    make_invoice: Callable[..., Invoice], client: Client
) -> None:
    invoice = make_invoice(status=Status.REVIEW)
    for name, address in addresses(invoice):
        if name not in OPEN:
            assert ask(client, name, address, **{"HX-Request": "true"}) == 401, name
            assert ask(client, name, address, Accept="application/json") == 401, name


def test_every_post_needs_the_forms_token(make_invoice: Callable[..., Invoice], approver: User) -> None:
    invoice = make_invoice(status=Status.REVIEW)
    client = Client(enforce_csrf_checks=True)
    client.force_login(approver)
    for name, address in addresses(invoice):
        if name in POSTED | {"export"}:
            answer = client.post(address, {"value": "1", "reason": "no"})
            assert answer.status_code == 403, name
            assert b"reload the page" in answer.content
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW


def test_a_get_never_changes_anything(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    for name, address in addresses(invoice):
        if name in POSTED:
            assert web.get(address).status_code == 405, name
    web.get(reverse("export"), {"mark": "1"}).getvalue()
    invoice.refresh_from_db()
    assert invoice.status == Status.APPROVED


def test_every_answer_carries_the_content_security_policy(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(status=Status.REVIEW)
    for address in (reverse("inbox"), reverse("review", args=[invoice.pk]), "/nowhere/"):
        answer = web.get(address)
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        page = answer.content.decode()
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


def test_an_uploader_sees_no_button_that_would_be_refused(
    make_invoice: Callable[..., Invoice], browse: Callable[[User], Client], uploader: User
) -> None:
    invoice = make_invoice(status=Status.REVIEW)
    client = browse(uploader)
    page = client.get(reverse("review", args=[invoice.pk])).content.decode()
    for name in ("approve", "reject", "delete", "retry"):
        assert reverse(name, args=[invoice.pk]) not in page
    assert "readonly" in page
    answer = client.post(reverse("approve", args=[invoice.pk]), follow=True)
    assert "Your role here is “Uploader”" in answer.content.decode()
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW
