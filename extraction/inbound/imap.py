"""A mailbox by IMAP (RFC 9051): which mails wait, their exact bytes, and moving them away.

Whatever a server does wrong becomes ``MailboxTrouble`` with a sentence for the administrator,
in English as it is stored (``wording.SITE_TEMPLATES``).
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from imaplib import IMAP4
from typing import Any

from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderSelectError,
    MailboxLoginError,
    MailboxStarttlsError,
)

TIMEOUT = 30  # seconds that a server may be silent
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class MailboxTrouble(Exception):
    """``message`` says what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Account:
    """``security``: tls, starttls, or none, which is refused for any other machine."""

    host: str
    port: int
    security: str
    username: str
    password: str
    folder: str = "INBOX"


class Connection:
    """An open folder. As long as ``uid_validity`` stays, numbers of mails mean the same mails (RFC 9051, 2.3.1.1)."""

    def __init__(self, box: Any, folder: str) -> None:
        self._box = box
        self._delimiter = next((found.delim for found in box.folder.list() if found.delim), "/")
        self._made: set[str] = set()
        self.uid_validity = int(box.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"])

    def waiting(self) -> list[int]:
        """Numbers of all mails of the folder, oldest first."""
        return sorted(int(uid) for uid in self._box.uids())

    def size(self, uid: int) -> int | None:
        """Bytes; None when the mail has gone meanwhile."""
        found = _SIZE.search(b" ".join(_flat(self._fetched(uid, "(RFC822.SIZE)"))))
        return int(found[1]) if found else None

    def header(self, uid: int) -> bytes:
        return self._literal(uid, "(BODY.PEEK[HEADER])")

    def content(self, uid: int) -> bytes:
        """The mail as it was sent, byte for byte; it stays unread. Empty when it has gone meanwhile."""
        return self._literal(uid, "(BODY.PEEK[])")

    def move(self, uid: int, folder: str) -> None:
        """Into ``folder`` (parts divided by /), which is made when it is not there."""
        name = folder.replace("/", self._delimiter)
        if name not in self._made:
            if not self._box.folder.exists(name):
                self._box.folder.create(name)
                with suppress(ImapToolsError, IMAP4.error):  # only for mail programs, which show subscribed ones
                    self._box.folder.subscribe(name, True)
            self._made.add(name)
        self._box.move([str(uid)], name)

    def _literal(self, uid: int, what: str) -> bytes:
        parts = [part for part in self._fetched(uid, what) if isinstance(part, tuple)]
        return bytes(parts[0][1]) if parts else b""

    def _fetched(self, uid: int, what: str) -> list[Any]:
        status, data = self._box.client.uid("FETCH", str(uid), what)
        if status != "OK":
            raise IMAP4.error(f"FETCH {what}: {status}")
        return [part for part in data if part is not None]


def _flat(parts: list[Any]) -> Iterator[bytes]:
    for part in parts:
        yield from part if isinstance(part, tuple) else (part,)


@contextmanager
def connected(account: Account) -> Iterator[Connection]:
    """Signed in, with the folder open. MailboxTrouble also for what goes wrong inside the block."""
    with _explained(account):
        box = _opened(account)
        try:
            box.login(account.username, account.password, initial_folder=None)
            box.folder.set(account.folder)
            yield Connection(box, account.folder)
        finally:
            # The work is done or has failed; a server that does not say good-bye changes nothing about it.
            with suppress(Exception):
                box.logout()


def _opened(account: Account) -> Any:
    if account.security == "tls":
        return MailBox(account.host, account.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())
    if account.security == "starttls":
        return MailBoxStartTls(account.host, account.port, timeout=TIMEOUT, ssl_context=ssl.create_default_context())
    if account.host not in _LOOPBACK:
        raise MailboxTrouble("A password is not sent without encryption. Choose TLS or STARTTLS.")
    return MailBoxUnencrypted(account.host, account.port, timeout=TIMEOUT)


@contextmanager
def _explained(account: Account) -> Iterator[None]:
    host, port = account.host, account.port
    try:
        yield
    except MailboxTrouble:
        raise
    except MailboxLoginError as error:
        raise MailboxTrouble(
            f"{host} refuses the user name {account.username} with this password. Check both; "
            "many providers want an app password."
        ) from error
    except MailboxFolderSelectError as error:
        raise MailboxTrouble(f"There is no folder “{account.folder}” in this mailbox. Check its name.") from error
    except ssl.SSLCertVerificationError as error:
        raise MailboxTrouble(
            f"The certificate of {host} is not trusted ({error.verify_message}). Check the server's name, "
            "or have its certificate renewed."
        ) from error
    except (ssl.SSLError, MailboxStarttlsError) as error:
        raise MailboxTrouble(
            f"{host} does not speak TLS on port {port}. Check the port and the kind of security."
        ) from error
    except TimeoutError as error:
        raise MailboxTrouble(f"{host}:{port} does not answer. It is tried again.") from error
    except OSError as error:
        why = error.strerror or str(error)
        raise MailboxTrouble(
            f"{host}:{port} cannot be reached ({why}). Check name and port; it is tried again."
        ) from error
    except (ImapToolsError, IMAP4.error, ValueError) as error:
        raise MailboxTrouble(f"{host} answered with an error: {str(error)[:200]}. It is tried again.") from error
