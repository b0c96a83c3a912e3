"""What the formats share: counting rows, and files that must be whole before their first byte can leave."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp

BLOCK = 256 * 1024
OLDEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can name: the same content gives the same bytes


@dataclass(slots=True)
class Tally:
    """How many rows a file has, counted while it is written."""

    rows: int = 0


def spooled(write: Callable[[Path], None]) -> Iterator[bytes]:
    """The file that ``write`` makes, in blocks. It is removed when the last block was taken or nobody asks any more."""
    handle, name = mkstemp(prefix="invoicelens-export-")
    os.close(handle)
    path = Path(name)
    try:
        write(path)
        yield from blocks(path)
    finally:
        path.unlink(missing_ok=True)


def blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with TemporaryDirectory(prefix="invoicelens-export-") as folder:
        yield Path(folder)


def pack(target: Path, files: list[Path]) -> None:
    """A ZIP of these files under their own names."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.name, date_time=OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            with archive.open(entry, "w", force_zip64=True) as packed:
                for block in blocks(path):
                    packed.write(block)
