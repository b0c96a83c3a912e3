"""Sound bytes -> bytes that went wrong, as disks, networks and attackers do it. The same seed gives the same bytes."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[bytearray, Random], bytearray]

NUMBER = re.compile(rb"\d+(?:\.\d+)?")
# What overflows, divides by zero, turns its sign or is no number at all.
NUMBERS = (b"0", b"-1", b"1", b"65535", b"65536", b"2147483647", b"-2147483648", b"4294967295", b"99999999999999999999",
           b"1e38", b"0.0000001", b"nan", b"<<", b"1 0 R")  # fmt: skip
NAME = re.compile(rb"/[A-Za-z]{1,20}|<[a-z]+:?[A-Za-z]+")
WORDS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def mutated(data: bytes, others: Sequence[bytes], seed: int) -> bytes:
    """``data`` with one to six faults; ``others`` are what pieces of are spliced in."""
    random = Random(seed)
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        if random.random() < 0.1:
            out = splice(out, random.choice(others), random)
        elif out:
            out = random.choice(MUTATIONS)(out, random)
    if out.startswith(PNG_HEAD) and random.random() < 0.8:
        out = with_checksums(out)
    return bytes(out)


def flip_bits(data: bytearray, random: Random) -> bytearray:
    for _ in range(random.choice((1, 4, 32))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return data


def truncate(data: bytearray, random: Random) -> bytearray:
    return data[: random.randrange(len(data))]


def cut_out(data: bytearray, random: Random) -> bytearray:
    start, length = piece(data, random)
    del data[start : start + length]
    return data


def double(data: bytearray, random: Random) -> bytearray:
    start, length = piece(data, random)
    return data[: start + length] + data[start : start + length] * random.choice((1, 3, 50)) + data[start + length :]


def swap(data: bytearray, random: Random) -> bytearray:
    (a, length), (b, _) = piece(data, random), piece(data, random)
    data[a : a + length], data[b : b + length] = data[b : b + length], data[a : a + length]
    return data


def fill(data: bytearray, random: Random) -> bytearray:
    start, length = piece(data, random)
    length = len(data[start : start + length])
    data[start : start + length] = random.choice((bytes(length), b"\xff" * length, random.randbytes(length)))
    return data


def tweak_word(data: bytearray, random: Random) -> bytearray:
    """Lengths, offsets and sizes of binary formats; most stand near the start."""
    size, code = random.choice(((1, "B"), (2, "<H"), (2, ">H"), (4, "<I"), (4, ">I")))
    end = len(data) - size
    if end > 0:
        at = random.randrange(min(end, random.choice((64, 1024, end))) or 1)
        data[at : at + size] = struct.pack(code, random.choice(WORDS) & (256**size - 1))
    return data


def tweak_number(data: bytearray, random: Random) -> bytearray:
    """A number written in digits: PDF, XML, mail headers."""
    return replace_one(data, NUMBER, random.choice(NUMBERS), random)


def tweak_name(data: bytearray, random: Random) -> bytearray:
    """A name in a PDF or XML becomes another of the same file."""
    names = NAME.findall(bytes(data[:200_000]))
    return replace_one(data, NAME, random.choice(names), random) if names else data


def splice(data: bytearray, other: bytes, random: Random) -> bytearray:
    start = random.randrange(len(other) or 1)
    at = random.randrange(len(data) + 1)
    return data[:at] + other[start : start + random.choice((16, 256, 4096))] + data[at:]


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, truncate, cut_out, double, swap, fill, tweak_word, tweak_number, tweak_number, tweak_name,
)  # fmt: skip


def piece(data: bytearray, random: Random) -> tuple[int, int]:
    return random.randrange(len(data)), random.choice((1, 4, 64, 1024, 16_384))


def replace_one(data: bytearray, pattern: re.Pattern[bytes], text: bytes, random: Random) -> bytearray:
    places = [match.span() for match in pattern.finditer(bytes(data[:200_000]))]
    if places:
        start, end = random.choice(places)
        data[start:end] = text
    return data


def with_checksums(data: bytearray) -> bytearray:
    """A PNG whose chunks' checksums hold again, so that what was changed gets past the first look."""
    at = 8
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        if end + 4 > len(data):
            break
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return data
