"""A program with a token, beside the people of the workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extraction.models import ApiToken, Scope, User, Workspace
from extraction.services.tokens import token_hash
from tests.web.conftest import add_page as add_page

ALL = list(Scope.values)


class Program:
    """A client with a token: JSON in, JSON out."""

    def __init__(self, secret: str, token: ApiToken | None = None) -> None:
        self.secret, self.token = secret, token
        self.client = Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(f"/api/v1{path}", **options)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1{path}")

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.client.post(f"/api/v1{path}", body, content_type="application/json", **options)

    def patch(self, path: str, body: Any, **options: Any) -> Any:
        return self.client.patch(f"/api/v1{path}", body, content_type="application/json", **options)

    def upload(self, file: Any, **headers: str) -> Any:
        return self.client.post("/api/v1/invoices", {"file": file}, headers=headers)


@pytest.fixture
def make_program(workspace: Workspace) -> Callable[..., Program]:
    """A program of somebody, also of those who may not make tokens themselves."""

    def make(user: User, scopes: list[str] | None = None, **columns: Any) -> Program:
        secret = f"ilk_{user.pk}-{ApiToken.objects.count()}"
        where = user.memberships.get().workspace
        token = ApiToken.objects.create(
            workspace=where, user=user, name="ERP", start=secret[:10], sha256=token_hash(secret),
            scopes=ALL if scopes is None else scopes, **columns,
        )  # fmt: skip
        return Program(secret, token)

    return make


@pytest.fixture
def program(make_program: Callable[..., Program], admin: User) -> Program:
    return make_program(admin)
