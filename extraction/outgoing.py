"""Requests to addresses that people typed: only to the public internet, and never longer or larger than allowed.

The name is resolved once, every address it has is checked, and the connection goes to the very one that was checked:
a name that answers differently the second time gains nothing. Redirects are not followed, proxies are not used.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 10.0
MOST_BYTES = 64 * 1024
EXCERPT = 1000
USER_AGENT = "Invoicelens-Webhooks/1"
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedAddress(Exception):
    """The address may not be asked; ``message`` says why."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Target:
    host: str
    port: int
    tls: bool
    path: str

    @property
    def named(self) -> str:
        """For the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` is None where none came; ``error`` says why, "" for an answer."""

    status: int | None
    excerpt: str
    milliseconds: int
    error: str = ""

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def target_of(url: str) -> Target:
    """What an address means; RefusedAddress for one that is none or that is not allowed by its form."""
    bad = RefusedAddress(_("This is no address. It reads as https://example.com/path."))
    if len(url) > 1000 or any(ord(letter) <= 32 or ord(letter) > 126 for letter in url):
        raise bad
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad from None
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise bad
    if parts.username is not None or parts.password is not None:
        raise RefusedAddress(_("Leave name and password out of the address: messages are signed instead."))
    if parts.scheme == "http" and not settings.WEBHOOK_ALLOW_HTTP:
        raise RefusedAddress(_("Only https addresses are told: use one with a certificate."))
    tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.hostname, port or (443 if tls else 80), tls, path)


def checked_address(target: Target) -> str:
    """An IP address of the target that may be connected to. RefusedAddress when one of them is not public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RefusedAddress(_("The name %(host)s cannot be resolved.") % {"host": target.host}) from None
    addresses = [str(row[4][0]) for row in found]
    if not settings.WEBHOOK_ALLOW_PRIVATE and not all(is_public(address) for address in addresses):
        text = _("%(host)s leads into a private network, which is not allowed here.")
        raise RefusedAddress(text % {"host": target.host})
    return addresses[0]


def checked_literal(target: Target) -> None:
    """Refuse an address that is private as it is written, without asking a name server."""
    try:
        ipaddress.ip_address(target.host)
    except ValueError:
        if target.host.lower().rstrip(".") != "localhost":
            return
    checked_address(target)


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet, also where another is wrapped in it."""
    try:
        address: Address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> Answer:
    """Send it, and say what came of it. Nothing is raised: whatever the other side does is an Answer."""
    start = time.monotonic()
    try:
        target = target_of(url)
        status, excerpt = _exchange(target, checked_address(target), body, headers, start + seconds)
    except RefusedAddress as error:
        return Answer(None, "", _since(start), error.message)
    except (OSError, HTTPException, ValueError) as error:
        late = time.monotonic() - start >= seconds - 0.05
        text = _("No answer within %(n)d seconds.") % {"n": round(seconds)} if late else _failure(error)
        return Answer(None, "", _since(start), text)
    return Answer(status, excerpt, _since(start), "" if 200 <= status < 300 else _refusal(status))


def _since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return _("It answered with a redirect (%(status)d), which is not followed. Enter the final address.") % {
            "status": status
        }
    return _("It answered %(status)d instead of 2xx.") % {"status": status}


def _failure(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return _("No secure connection: %(why)s") % {"why": error.reason or error}
    return _("The connection failed: %(why)s") % {"why": getattr(error, "strerror", None) or type(error).__name__}


def _exchange(
    target: Target, address: str, body: bytes, headers: Mapping[str, str], deadline: float
) -> tuple[int, str]:
    left = deadline - time.monotonic()
    sock: socket.socket = socket.create_connection((address, target.port), timeout=max(left, 0.01))
    with _cut_off(sock, deadline):
        try:
            if target.tls:
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
            connection = HTTPConnection(target.host, target.port)
            connection.sock = sock
            sent = {"Host": target.named, "User-Agent": USER_AGENT, "Connection": "close", **headers}
            connection.request("POST", target.path, body=body, headers=sent)
            answer = connection.getresponse()
            excerpt = answer.read(MOST_BYTES)[: EXCERPT * 4].decode("utf-8", "replace").replace("\x00", "")
            if time.monotonic() >= deadline:
                raise TimeoutError  # cut off: headers that end there look whole to http.client
            return answer.status, excerpt[:EXCERPT]
        finally:
            sock.close()


@contextmanager
def _cut_off(sock: socket.socket, deadline: float) -> Iterator[None]:
    """A socket's own timeout starts anew with each byte; this one does not, however slowly the other side drips.

    The descriptor is duplicated: TLS takes the first one over.
    """
    twin = sock.dup()

    def cut() -> None:
        with suppress(OSError):  # closed by then
            twin.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0.01), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        twin.close()
