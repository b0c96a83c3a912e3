"""A workspace, one person for each role, somebody from outside, and builders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extraction.models import Invoice, Membership, Role, User, Workspace
from extraction.services.wakeup import waiting_messages

from . import builders
from .servers import servers as servers

PASSWORD = "a long enough password"


def pytest_addoption(parser: pytest.Parser) -> None:
    seconds = float(os.environ.get("FUZZ_SECONDS", "20"))
    parser.addoption("--fuzz-seconds", type=float, default=seconds, help="how long tests/fuzz mutates and reads files")


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def make_user(email: str, workspace: Workspace | None = None, role: Role = Role.REVIEWER) -> User:
    user = User.objects.create_user(email, PASSWORD)
    if workspace is not None:
        Membership.objects.create(workspace=workspace, user=user, role=role)
    return user


@pytest.fixture
def workspace(db: None) -> Workspace:
    return Workspace.objects.create(name="Acme")


@pytest.fixture
def uploader(workspace: Workspace) -> User:
    return make_user("uploader@example.com", workspace, Role.UPLOADER)


@pytest.fixture
def reviewer(workspace: Workspace) -> User:
    return make_user("reviewer@example.com", workspace, Role.REVIEWER)


@pytest.fixture
def approver(workspace: Workspace) -> User:
    return make_user("approver@example.com", workspace, Role.APPROVER)


@pytest.fixture
def admin(workspace: Workspace) -> User:
    return make_user("admin@example.com", workspace, Role.ADMIN)


@pytest.fixture
def outsider(db: None) -> User:
    """Somebody with a workspace of their own."""
    return make_user("outsider@example.com", Workspace.objects.create(name="Elsewhere"), Role.ADMIN)


@pytest.fixture
def make_invoice(workspace: Workspace) -> Callable[..., Invoice]:
    def make(workspace: Workspace = workspace, **options: Any) -> Invoice:
        return builders.make_invoice(workspace, **options)

    return make


@pytest.fixture
def celery_messages() -> Iterator[Callable[[], int]]:
    """How many wake-up calls wait in the broker of the tests, which is this process's memory."""
    from ocrsite import celery_app

    celery_app.control.purge()
    yield waiting_messages
    celery_app.control.purge()


@pytest.fixture
def broken_broker(settings: Any) -> Iterator[None]:
    """A broker that cannot be written to: its folder's place is taken by a file."""
    from ocrsite import celery_app

    blocked = Path(settings.MEDIA_ROOT).with_name("blocked")
    blocked.write_text("not a folder")
    before = {key: celery_app.conf[key] for key in ("broker_url", "broker_write_url", "broker_transport_options")}
    celery_app.conf.update(
        broker_url="folder://localhost/",
        broker_write_url="folder://localhost/",
        broker_transport_options={"folder": str(blocked)},
    )
    celery_app._pool = celery_app.amqp._producer_pool = None
    yield
    celery_app.conf.update(before)
    celery_app._pool = celery_app.amqp._producer_pool = None
