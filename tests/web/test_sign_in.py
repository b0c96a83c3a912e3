from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from extraction.models import User
from tests.conftest import PASSWORD


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post(reverse("login"), {"username": email, "password": password, **more})


def test_it_signs_in_by_e_mail_in_any_case_and_goes_where_one_wanted_to(client: Client, reviewer: User) -> None:
    answer = sign_in(client, "Reviewer@Example.COM", next="/?status=review")
    assert answer.status_code == 302
    assert answer["Location"] == "/?status=review"
    assert client.get("/").status_code == 200


def test_it_does_not_lead_to_another_site(client: Client, reviewer: User) -> None:
    assert sign_in(client, reviewer.email, next="https://evil.example/")["Location"] == "/"


@pytest.mark.parametrize("email", ["reviewer@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: Client, reviewer: User, email: str
) -> None:
    answer = sign_in(client, email, "wrong")
    assert answer.status_code == 200
    assert b"This e-mail and password do not fit together" in answer.content
    assert b'role="alert"' in answer.content


def test_after_too_many_failures_it_pauses_and_says_how_long(client: Client, reviewer: User, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    for spelling in ("reviewer@example.com", "Reviewer@example.com", "REVIEWER@EXAMPLE.COM"):
        answer = sign_in(client, spelling, "wrong")
    assert answer.status_code == 429
    assert b"wait 15 minutes" in answer.content
    assert sign_in(client, reviewer.email).status_code == 429


def test_somebody_elses_failures_do_not_lock_me_out(
    client: Client, reviewer: User, approver: User, settings: Any
) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    for _attempt in range(3):
        sign_in(client, approver.email, "wrong")
    assert sign_in(client, reviewer.email).status_code == 302


def test_behind_a_proxy_a_strangers_failures_do_not_lock_the_owner_out(
    client: Client, reviewer: User, settings: Any
) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for forged in ("198.51.100.1", "198.51.100.2", "not an address"):
        client.post(
            reverse("login"),
            {"username": reviewer.email, "password": "wrong"},
            headers={"X-Forwarded-For": f"{forged}, 203.0.113.9"},
        )
    right = {"username": reviewer.email, "password": PASSWORD}
    stranger = client.post(reverse("login"), right, headers={"X-Forwarded-For": "198.51.100.3, 203.0.113.9"})
    assert stranger.status_code == 429
    assert client.post(reverse("login"), right, headers={"X-Forwarded-For": "203.0.113.10"}).status_code == 302


def test_without_a_proxy_an_address_cannot_be_forged(client: Client, reviewer: User, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    data = {"username": reviewer.email, "password": "wrong"}
    answers = [client.post(reverse("login"), data, headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]
    assert answers[-1].status_code == 429


def test_somebody_signed_in_is_not_asked_again(client: Client, reviewer: User) -> None:
    client.force_login(reviewer)
    assert client.get(reverse("login"))["Location"] == "/"


def test_it_signs_out_by_post_only(client: Client, reviewer: User) -> None:
    client.force_login(reviewer)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert client.get("/").status_code == 302


def test_somebody_without_workspace_is_told_why_an_upload_is_refused(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("new@example.com", PASSWORD))
    assert b"Ask your administrator to add you" in client.get("/").content
    assert b"not a member of any workspace" in client.post(reverse("samples"), follow=True).content
    answer = client.post(reverse("upload"), headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert "not a member of any workspace" in answer.json()["error"]
