"""A message queue that needs no server: a queue is a folder, a message is a file in it.

kombu brings a filesystem transport, too; docs/decisions/0001-embedded-broker.md says what was wrong with it.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads


class Channel(virtual.Channel):
    """Delivers each message once, also with several readers; what readers hold when they are killed is lost."""

    def __init__(self, connection: Any, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self._listed: dict[str, list[str]] = {}

    def _folder(self, queue: str) -> Path:
        client: Any = self.connection.client
        return Path(client.transport_options["folder"]) / queue

    def _put(self, queue: str, message: dict[str, Any], **kwargs: Any) -> None:
        folder = self._folder(queue)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        draft = folder / f".{name}"
        draft.write_text(dumps(message))
        draft.rename(folder / name)  # whole or not there at all

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        if not self._listed.get(queue):  # a long queue is not listed anew for each message
            self._listed[queue] = self._waiting(queue)[::-1]
        while self._listed[queue]:
            path = self._folder(queue) / self._listed[queue].pop()
            try:
                text = path.read_text()
                path.unlink()
            except FileNotFoundError:
                continue  # another reader unlinked it first, so it is theirs
            return loads(text)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        names = self._waiting(queue)
        for name in names:
            (self._folder(queue) / name).unlink(missing_ok=True)
        return len(names)

    def _waiting(self, queue: str) -> list[str]:
        """Names, oldest first; none when somebody removed the folder."""
        try:
            return sorted(path.name for path in self._folder(queue).iterdir() if not path.name.startswith("."))
        except FileNotFoundError:
            return []


class Transport(virtual.Transport):
    Channel = Channel
    driver_type = "folder"
    driver_name = "folder"
    # Seconds between an upload, or a finished document, and the next start; at 0.1 an idle worker uses 0.4% of a core.
    polling_interval = 0.1

    def driver_version(self) -> str:
        return "1"


def register() -> None:
    """Make ``folder://`` a broker URL. The option ``folder`` says where."""
    TRANSPORT_ALIASES["folder"] = "ocrsite.folder_queue:Transport"
