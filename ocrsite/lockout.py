"""Whose failed sign-ins are counted together."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def counted_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The e-mail as accounts know it, in lower case: another spelling must not bring another ten attempts."""
    given = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(given).strip().lower()
