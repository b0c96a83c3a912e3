from __future__ import annotations

from django.test import Client
from django.urls import reverse

from extraction.models import User
from tests.conftest import PASSWORD

NEW = "an even longer password"


def change(client: Client, old: str, new: str = NEW) -> int:
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(reverse("password"), form).status_code


def test_people_change_their_own_password_and_stay_signed_in(client: Client, reviewer: User) -> None:
    client.force_login(reviewer)
    other_browser = Client()
    other_browser.force_login(reviewer)
    assert change(client, PASSWORD) == 302
    assert client.get(reverse("inbox")).status_code == 200
    assert other_browser.get(reverse("inbox")).status_code == 302
    reviewer.refresh_from_db()
    assert reviewer.check_password(NEW)


def test_a_wrong_old_or_weak_new_password_changes_nothing_and_says_why(client: Client, reviewer: User) -> None:
    client.force_login(reviewer)
    assert change(client, "wrong") == 422
    assert change(client, PASSWORD, "short") == 422
    answer = client.post(reverse("password"), {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW})
    assert b'role="alert"' in answer.content
    reviewer.refresh_from_db()
    assert reviewer.check_password(PASSWORD)
