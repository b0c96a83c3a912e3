"""Whose failed sign-ins are counted together."""

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def counted_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The e-mail as accounts know it, in lower case: another spelling must not bring another ten attempts."""
    given = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(given).strip().lower()


def client_address(request: HttpRequest) -> str | None:
    """Who asks. Behind a proxy everybody has its address; the last entry of the header is the one it added itself."""
    header = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    for address in (header.rpartition(",")[2].strip(), request.META.get("REMOTE_ADDR", "")):
        with suppress(ValueError):
            return str(ip_address(address))
    return None
