"""What a hostile file is, and the parts that several of them are made of."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

READ = "read"  # a sane reading is as good an end as a refusal


@dataclass(frozen=True, slots=True)
class HostileFile:
    """``ends``: the codes that reading it may end in, and ``READ``. ``slow``: takes seconds, whatever is done."""

    file_name: str
    data: Callable[[], bytes]
    ends: frozenset[str]
    slow: bool = False

    @property
    def costly(self) -> bool:
        """Only the limits of the process that reads it end it."""
        return self.slow or "bomb" in self.file_name


def hostile(file_name: str, data: Callable[[], bytes], *ends: str, slow: bool = False) -> HostileFile:
    return HostileFile(file_name, data, frozenset(ends), slow)


MEGABYTE = 1024 * 1024


def deflate_bomb(megabytes: int, filling: bytes = b"\0") -> bytes:
    """zlib data that unpacks to ``megabytes`` of ``filling`` and takes a kilobyte for each, made in no time.

    A full flush lets the same packed megabyte follow itself (RFC 1951, 3.2.4).
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = filling * (MEGABYTE // len(filling))
    packed = packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(megabytes):
        check = zlib.adler32(plain, check) if megabytes <= 64 else check
    return b"\x78\xda" + packed * megabytes + b"\x03\0" + check.to_bytes(4, "big")


def nested_bomb(megabytes: int, filling: bytes = b"\0") -> bytes:
    """The same, packed twice: a few kilobytes."""
    return zlib.compress(deflate_bomb(megabytes, filling), 9)
