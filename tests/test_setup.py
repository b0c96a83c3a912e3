"""`manage.py setup` and `create_admin`: the first person who can sign in."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from extraction.models import Membership, Role, User, Workspace
from extraction.tasks import purge_deleted
from ocrsite.settings import stored_secret

pytestmark = pytest.mark.django_db


def setup() -> str:
    out = StringIO()
    call_command("setup", stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _static_of_this_test(settings: Any, tmp_path: Any) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.ADMIN_EMAIL = settings.ADMIN_PASSWORD = ""


def test_the_first_administrator_gets_a_workspace_and_a_random_password_that_is_told_once() -> None:
    told = setup()
    user = User.objects.get()
    password = told.split("Password:")[1].split()[0]
    assert user.email in told
    assert user.check_password(password)
    assert Membership.objects.get().role == Role.ADMIN
    assert "Password" not in setup()
    assert User.objects.get() == user


def test_the_environment_names_the_administrator_and_the_password_is_not_printed(settings: Any) -> None:
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "Boss@Example.com", "a long enough password"
    assert "a long enough password" not in setup()
    assert User.objects.get(email="boss@example.com").check_password("a long enough password")


def test_a_restart_does_not_undo_a_changed_password(settings: Any) -> None:
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "boss@example.com", "a long enough password"
    setup()
    user = User.objects.get()
    user.set_password("changed in the meantime")
    user.save()
    setup()
    user.refresh_from_db()
    assert user.check_password("changed in the meantime")


def test_create_admin_joins_the_workspace_that_is_there() -> None:
    setup()
    call_command("create_admin", "second@example.com", password="correct horse battery", stdout=StringIO())
    user = User.objects.get(email="second@example.com")
    assert user.check_password("correct horse battery")
    assert list(user.workspaces.all()) == list(Workspace.objects.all())


def test_create_admin_gives_somebody_a_new_password() -> None:
    for password in ("correct horse battery", "another good password"):
        call_command("create_admin", "boss@example.com", password=password, stdout=StringIO())
    assert User.objects.get().check_password("another good password")


@pytest.mark.parametrize(("email", "password"), [("boss", "correct horse battery"), ("boss@example.com", "short")])
def test_create_admin_refuses_a_bad_address_or_password(email: str, password: str) -> None:
    with pytest.raises(CommandError):
        call_command("create_admin", email, password=password)
    assert not User.objects.exists()


def test_the_secret_key_is_made_once_also_where_files_cannot_be_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    first = stored_secret(folder / "linked")
    assert stored_secret(folder / "linked") == first
    assert len(first) > 50

    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    second = stored_secret(folder / "unlinked")
    assert stored_secret(folder / "unlinked") == second
    assert sorted(path.name for path in folder.iterdir()) == ["linked", "unlinked"]
    assert (folder / "unlinked").stat().st_mode & 0o077 == 0


def test_the_nightly_purge_also_trims_sessions_and_the_sign_in_log() -> None:
    long_ago = timezone.now() - timedelta(days=31)
    Session.objects.create(session_key="old", session_data="", expire_date=long_ago)
    Session.objects.create(session_key="new", session_data="", expire_date=timezone.now() + timedelta(days=1))
    AccessLog.objects.create(username="a@example.com", ip_address="127.0.0.1")
    AccessLog.objects.update(attempt_time=long_ago)
    purge_deleted()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert not AccessLog.objects.exists()
