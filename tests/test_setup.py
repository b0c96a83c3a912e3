"""`manage.py setup` and `create_admin`: the first person who can sign in."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from extraction.models import Membership, Role, User, Workspace

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
