"""Who asks: the token of a request, what it may be used for, and how much of it."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from extraction import services
from extraction.models import ApiToken, Invoice, InvoiceQuerySet, Scope, User, Workspace

from .errors import Refusal

JSON = "application/json"
FORM = "multipart/form-data"


class Token(HttpBearer):
    """``Authorization: Bearer ilk_...`` with the scope that an operation asks for. ``takes``: the body's media type."""

    def __init__(self, scope: str | None = None, *, takes: str = "") -> None:
        super().__init__()
        self.scope, self.takes = scope, takes

    def __call__(self, request: HttpRequest) -> ApiToken:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        token = services.token_use(secret=secret.strip()) if kind.lower() == "bearer" else None
        if token is None:
            text = _("Send a token that is valid: Authorization: Bearer ilk_...")
            raise Refusal(401, "unauthorized", text, WWW_Authenticate='Bearer realm="Invoicelens"')
        if self.scope is not None and self.scope not in token.scopes:
            text = _("This token lacks the scope %(scope)s.") % {"scope": self.scope}
            challenge = f'Bearer realm="Invoicelens", error="insufficient_scope", scope="{self.scope}"'
            raise Refusal(403, "insufficient_scope", text, WWW_Authenticate=challenge)
        if self.takes and request.content_type != self.takes:
            raise Refusal(415, "unsupported_media_type", _("Send the body as %(kind)s.") % {"kind": self.takes})
        return token

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Asked by the base class only, which ``__call__`` replaces."""
        raise NotImplementedError


READ = Token(Scope.INVOICES_READ)
WRITE = Token(Scope.INVOICES_WRITE)
WRITE_JSON = Token(Scope.INVOICES_WRITE, takes=JSON)
UPLOAD = Token(Scope.INVOICES_WRITE, takes=FORM)
APPROVE = Token(Scope.INVOICES_APPROVE)
EXPORT = Token(Scope.EXPORTS_READ)
MARK = Token(Scope.EXPORTS_WRITE)
HOOKS = Token(Scope.WEBHOOKS_MANAGE)
HOOKS_JSON = Token(Scope.WEBHOOKS_MANAGE, takes=JSON)


def token_of(request: HttpRequest) -> ApiToken:
    return cast(ApiToken, request.auth)  # type: ignore[attr-defined]  # set by the framework


def user_of(request: HttpRequest) -> User:
    return token_of(request).user


def workspace_of(request: HttpRequest) -> Workspace:
    return token_of(request).workspace


def invoices_of(request: HttpRequest) -> InvoiceQuerySet:
    """What the token may see: its person's, of its workspace alone."""
    return Invoice.objects.for_user(user_of(request)).filter(workspace=workspace_of(request))
