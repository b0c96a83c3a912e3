"""The settings page of mailboxes and watched folders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extraction.models import Letter, Mailbox, User, WatchFolder, Workspace

pytestmark = pytest.mark.django_db

TYPED = {
    "address": "invoices@example.com",
    "host": "127.0.0.1",
    "security": "none",
    "port": "9",
    "password": "secret",
    "folder": "INBOX",
    "done_folder": "Done",
    "failed_folder": "Failed",
    "is_active": "on",
}


@pytest.fixture
def web(browse: Callable[[User], Client], admin: User) -> Client:
    return browse(admin)


@pytest.fixture(autouse=True)
def _watch_dir(settings: Any, tmp_path: Any) -> None:
    settings.WATCH_DIR = tmp_path / "watched"


def test_a_mailbox_is_tried_when_it_is_saved_and_what_is_wrong_is_said(web: Client, workspace: Workspace):
    page = web.post("/settings/inbound/mailbox/", TYPED, follow=True)
    row = Mailbox.objects.get(workspace=workspace)
    assert (row.username, row.port, row.failures) == ("invoices@example.com", 9, 1)
    assert page.redirect_chain[-1][0] == f"/settings/inbound/mailbox/{row.pk}/"
    assert "127.0.0.1:9 cannot be reached" in page.content.decode()
    assert "secret" not in page.content.decode()


def test_what_is_missing_is_said_and_what_was_typed_stays(web: Client):
    page = web.post("/settings/inbound/mailbox/", TYPED | {"password": "", "done_folder": "INBOX"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "Type the mailbox&#x27;s password." in text
    assert "another folder than they are taken from" in text
    assert 'value="invoices@example.com"' in text


def test_a_password_that_is_left_empty_stays_as_it_is(web: Client, workspace: Workspace):
    web.post("/settings/inbound/mailbox/", TYPED)
    row = Mailbox.objects.get()
    web.post(f"/settings/inbound/mailbox/{row.pk}/", TYPED | {"password": "", "address": "other@example.com"})
    changed = Mailbox.objects.get()
    assert (changed.address, changed.password) == ("other@example.com", row.password)


def test_one_mailbox_is_watched_by_one_workspace(web: Client, browse: Callable[[User], Client], outsider: User):
    web.post("/settings/inbound/mailbox/", TYPED)
    page = browse(outsider).post("/settings/inbound/mailbox/", TYPED)
    assert "is watched already" in page.content.decode()
    assert Mailbox.objects.count() == 1


def test_a_folder_is_made_watched_and_let_go(web: Client, workspace: Workspace, settings: Any):
    web.post("/settings/inbound/", {"name": "scanner"})
    row = WatchFolder.objects.get(workspace=workspace)
    assert (settings.WATCH_DIR / "scanner").is_dir()
    web.post(f"/settings/inbound/folder/{row.pk}/do/", {"do": "remove"})
    assert not WatchFolder.objects.exists()
    assert (settings.WATCH_DIR / "scanner").is_dir()


@pytest.mark.parametrize("name", ["../etc", "a/b", "..", ".hidden", "c:\\x", ""])
def test_a_folder_elsewhere_is_refused(web: Client, name: str):
    assert web.post("/settings/inbound/", {"name": name}).status_code in (200, 422)
    assert not WatchFolder.objects.exists()


def test_the_last_mails_are_listed_with_what_became_of_them(web: Client):
    web.post("/settings/inbound/mailbox/", TYPED)
    Letter.objects.create(
        mailbox=Mailbox.objects.get(), uid_validity=1, uid=1, subject="March", state="refused", note="No document."
    )
    text = web.get("/settings/inbound/").content.decode()
    assert "March" in text
    assert "No document." in text


def test_only_administrators_of_the_workspace_reach_them(
    web: Client, browse: Callable[[User], Client], approver: User, outsider: User
):
    web.post("/settings/inbound/mailbox/", TYPED)
    row = Mailbox.objects.get()
    for person in (approver, outsider):
        other = browse(person)
        assert other.get(f"/settings/inbound/mailbox/{row.pk}/").status_code == 404
        assert other.post(f"/settings/inbound/mailbox/{row.pk}/do/", {"do": "remove"}).status_code == 404
    assert Mailbox.objects.count() == 1
