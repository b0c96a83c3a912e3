"""Secrets that must be readable again, as a mailbox's password: encrypted with a key made of SECRET_KEY.

Whoever has a copy of the database alone cannot read them. Another SECRET_KEY makes them unreadable: they are asked for
again.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """Sealed with another key."""


def sealed(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode("ascii")


def opened(token: str) -> str:
    """The secret; Unreadable when it was sealed with another SECRET_KEY."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _fernet() -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=b"invoicelens sealing").derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
