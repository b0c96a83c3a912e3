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
        for path in self._waiting(queue):
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
        paths = self._waiting(queue)
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def _waiting(self, queue: str) -> list[Path]:
        """Oldest first; nothing when somebody removed the folder."""
        try:
            return sorted(path for path in self._folder(queue).iterdir() if not path.name.startswith("."))
        except FileNotFoundError:
            return []


class Transport(virtual.Transport):
    Channel = Channel
    driver_type = "folder"
    driver_name = "folder"
    polling_interval = 0.25  # seconds from upload to wake-up at most

    def driver_version(self) -> str:
        return "1"


def register() -> None:
    """Make ``folder://`` a broker URL. The option ``folder`` says where."""
    TRANSPORT_ALIASES["folder"] = "ocrsite.folder_queue:Transport"
