"""Error pages, the admin, and what is shipped with the pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from extraction.models import AuditEvent, Membership, Role, User, Workspace
from tests.conftest import PASSWORD

STATIC = Path(settings.BASE_DIR) / "static"


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "413", "500"])
def test_an_error_page_says_what_to_do_and_needs_nothing_to_be_shown(name: str) -> None:
    page = render_to_string(f"{name}.html")
    assert "Go to the inbox" in page
    assert "<h1>" in page


def test_an_address_that_does_not_exist_gets_our_page(web: Client) -> None:
    answer = web.get("/nowhere/")
    assert answer.status_code == 404
    assert b"This page is not here" in answer.content


def test_the_admin_is_for_staff_and_makes_people_and_memberships(
    browse: Callable[[User], Client], approver: User, workspace: Workspace, db: None
) -> None:
    assert browse(approver).get(reverse("admin:index")).status_code == 302
    staff = browse(User.objects.create_superuser("root@example.com", PASSWORD))
    for model in ("user", "workspace", "auditevent"):
        assert staff.get(reverse(f"admin:extraction_{model}_changelist")).status_code == 200
    data: dict[str, Any] = {
        "email": "new@example.com", "name": "New", "usable_password": "true",
        "password1": "quite-a-long-one-42", "password2": "quite-a-long-one-42",
        "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0",
        "memberships-0-workspace": str(workspace.pk), "memberships-0-role": Role.REVIEWER,
    }  # fmt: skip
    answer = staff.post(reverse("admin:extraction_user_add"), data)
    assert answer.status_code == 302, answer.content.decode()
    user = User.objects.get(email="new@example.com")
    assert user.check_password("quite-a-long-one-42")
    if not Membership.objects.filter(user=user).exists():  # Django's user admin adds inlines on the second page
        assert staff.get(reverse("admin:extraction_user_change", args=[user.pk])).status_code == 200


def test_nobody_changes_the_trail_in_the_admin(browse: Callable[[User], Client], workspace: Workspace) -> None:
    event = AuditEvent.objects.create(workspace=workspace, action="approved")
    staff = browse(User.objects.create_superuser("root@example.com", PASSWORD))
    address = reverse("admin:extraction_auditevent_change", args=[event.pk])
    assert staff.get(address).status_code == 200
    assert staff.post(address, {"action": "x"}).status_code == 403
    assert staff.get(reverse("admin:extraction_auditevent_add")).status_code == 403


def test_htmx_is_the_file_its_version_note_names() -> None:
    note = (STATIC / "vendor/htmx/VERSION").read_text()
    digest = hashlib.sha256((STATIC / "vendor/htmx/htmx.min.js").read_bytes()).hexdigest()
    assert digest in note
    assert (STATIC / "vendor/htmx/LICENSE").exists()


def test_the_font_is_the_one_its_version_note_names() -> None:
    note = (STATIC / "vendor/inter/VERSION").read_text()
    files = sorted((STATIC / "vendor/inter").glob("*.woff2"))
    assert files
    assert all(hashlib.sha256(file.read_bytes()).hexdigest() in note for file in files)
    assert (STATIC / "vendor/inter/LICENSE").exists()


def test_templates_hold_no_inline_style_or_script() -> None:
    for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|\son\w+=|javascript:|<style|hx-on|hx-vals='js", text), path
        assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", text)), path
        assert not re.search(r"(src|href)=\"(https?:)?//", text), path


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


PAIRS = [
    *((front, back, 4.5) for front in ("text", "muted") for back in ("bg", "surface", "selected", "hover")),
    *((tone, f"{tone}-bg", 4.5) for tone in ("ok", "check", "bad", "info")),
    *((tone, back, 4.5) for tone in ("bad", "check", "accent") for back in ("surface", "selected")),
    *(("muted", "quiet-bg", 4.5), ("accent", "bg", 4.5), ("on-accent", "accent", 4.5), ("line-strong", "surface", 3.0)),
]


@pytest.mark.parametrize("theme", [0, 1])
def test_colours_have_the_contrast_of_wcag_aa(theme: int) -> None:
    css = (STATIC / "css/app.css").read_text()
    tokens = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)}
    weak = {
        (front, back): round(ratio, 2)
        for front, back, least in PAIRS
        if (ratio := _contrast(tokens[front][theme], tokens[back][theme])) < least
    }
    assert weak == {}


def test_the_companys_own_names_are_typed_one_a_line(client: Client, workspace: Workspace) -> None:
    client.force_login(User.objects.create_superuser("root@example.com", PASSWORD))
    address = reverse("admin:extraction_workspace_change", args=[workspace.pk])
    rows = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    names = 'Acme "Blue" GmbH\r\n\r\n  Acme AG '
    client.post(address, {"name": "Acme", "own_names": names, "own_tax_ids": "DE123", **rows})
    workspace.refresh_from_db()
    assert (workspace.own_names, workspace.own_tax_ids) == (['Acme "Blue" GmbH', "Acme AG"], ["DE123"])
    assert "Acme &quot;Blue&quot; GmbH\nAcme AG</textarea>" in client.get(address).content.decode()


def test_every_answer_says_what_it_took_and_what_of_it_was_computed(web: Client) -> None:
    said = web.get(reverse("inbox"))["Server-Timing"]
    app, cpu = (float(figure) for figure in re.findall(r"dur=([\d.]+)", said))
    assert 0 < cpu <= app + 1
    assert said.startswith("app;")
