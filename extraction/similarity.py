"""How alike two texts are, and a signature by which alike ones are found among thousands (MinHash in bands)."""

from __future__ import annotations

import hashlib
import re
import zlib
from itertools import pairwise

import numpy as np

ROWS, BANDS = 3, 8  # texts with 70 % in common share a band with a likelihood of 96 %, with 20 % in common of 6 %
FEWEST = 20  # pairs of words: what prints less has too little to compare
_PRIME = (1 << 31) - 1
_RANDOM = np.random.default_rng(20)  # fixed: signatures are stored
_FACTORS, _OFFSETS = _RANDOM.integers(1, _PRIME, (2, ROWS * BANDS, 1), dtype=np.int64)


def pairs(text: str) -> frozenset[str]:
    """Each two words that follow one another, without case and punctuation."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(f"{first} {second}" for first, second in pairwise(words))


def numbers(text: str) -> frozenset[str]:
    """Words with a digit: what differs between two invoices on the same form."""
    return frozenset(word for word in re.findall(r"\w+", text.casefold()) if any(map(str.isdigit, word)))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """What both have of what either has, 0 to 1."""
    return len(one & other) / max(1, len(one | other))


def signature(text: str) -> list[int]:
    """Numbers of 64 bits, one a band; none for a text that is too short. Alike texts share at least one."""
    found = pairs(text)
    if len(found) < FEWEST:
        return []
    hashes = np.array([zlib.crc32(pair.encode()) % _PRIME for pair in found], dtype=np.int64)
    least = ((hashes * _FACTORS + _OFFSETS) % _PRIME).min(axis=1)
    bands = [str(number).encode() + row.tobytes() for number, row in enumerate(least.reshape(BANDS, ROWS))]
    return [int.from_bytes(hashlib.blake2b(band, digest_size=8).digest(), "big", signed=True) for band in bands]
