"""What OCR found, kept in a folder, so that rules can be measured again without reading the pages again."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any


class FileDocumentCache:
    """A ``DocumentCache`` of one JSON file per key. Safe for several processes: an entry appears whole or not at all.

    An entry that cannot be read counts as absent; a folder that cannot be written only costs the time to read again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> dict[str, Any] | None:
        try:
            entry = json.loads(self._path(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return entry if isinstance(entry, dict) else None

    def put(self, key: str, document: dict[str, Any]) -> None:
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft, name = tempfile.mkstemp(dir=path.parent, suffix=".draft")
            with os.fdopen(draft, "w", encoding="utf-8") as file:
                json.dump(document, file, ensure_ascii=False, separators=(",", ":"))
            Path(name).replace(path)
        except OSError:
            return

    def _path(self, key: str) -> Path:
        """Keys hold names of models and versions, so they are hashed into names that any file system takes."""
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
