"""Writes the smallest Outlook messages that are right: a compound file (MS-CFB) of properties (MS-OXMSG)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD

Tree = dict[str, "bytes | Tree"]


@dataclass
class _Entry:
    name: str
    kind: int  # 1 storage, 2 stream, 5 root
    data: bytes = b""
    children: list[int] = field(default_factory=list)
    start: int = _END
    right: int = _FREE


def compound_file(tree: Tree) -> bytes:
    """Version 3: sectors of 512 bytes; streams below 4096 bytes lie in the mini stream, in sectors of 64."""
    entries = [_Entry("Root Entry", 5)]
    _add(entries, 0, tree)
    mini, mini_fat = b"", []
    sectors: list[bytes] = []
    fat: list[int] = []

    def chain(data: bytes) -> int:
        start, count = len(sectors), -(-len(data) // 512)
        for number in range(count):
            sectors.append(data[number * 512 : number * 512 + 512].ljust(512, b"\0"))
            fat.append(start + number + 1 if number + 1 < count else _END)
        return start if count else _END

    for entry in entries[1:]:
        if entry.kind == 2 and 0 < len(entry.data) < 4096:
            entry.start, count = len(mini_fat), -(-len(entry.data) // 64)
            mini_fat += [entry.start + n + 1 if n + 1 < count else _END for n in range(count)]
            mini += entry.data.ljust(count * 64, b"\0")
        elif entry.kind == 2:
            entry.start = chain(entry.data)
    entries[0].data, entries[0].start = mini, chain(mini)
    mini_start = chain(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(-(-len(mini_fat) // 128) * 512, b"\xff"))
    directory = chain(b"".join(_packed(entry) for entry in entries))
    fat_sectors = -(-(len(fat) + 2) // 127)
    places = [len(sectors) + n for n in range(fat_sectors)]
    table = struct.pack(f"<{len(fat) + fat_sectors}I", *fat, *[_FAT] * fat_sectors).ljust(fat_sectors * 512, b"\xff")
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, fat_sectors,
        directory, 0, 4096, mini_start, -(-len(mini_fat) // 128), _END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", *places, *[_FREE] * (109 - fat_sectors))
    return header + b"".join(sectors) + table


def _add(entries: list[_Entry], parent: int, tree: Tree) -> None:
    for name, content in tree.items():
        entries.append(_Entry(name, 2, content) if isinstance(content, bytes) else _Entry(name, 1))
        entries[parent].children.append(len(entries) - 1)
        if not isinstance(content, bytes):
            _add(entries, len(entries) - 1, content)
    for left, right in zip(entries[parent].children, entries[parent].children[1:], strict=False):
        entries[left].right = right


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    child = entry.children[0] if entry.children else _FREE
    return struct.pack(
        "<64sHBBIII16xI16xIQ",
        name, len(name), entry.kind, 1, _FREE, entry.right, child, 0, entry.start, len(entry.data),
    )  # fmt: skip


def _storage(header: int, values: dict[int, str | bytes | int]) -> Tree:
    """Properties by their number: text, bytes, or a whole number, which stands in the table itself."""
    tree: Tree = {}
    table = b"\0" * header
    for number, value in values.items():
        if isinstance(value, int):
            table += struct.pack("<HHIQ", 3, number, 6, value)
            continue
        kind, data = (0x1F, value.encode("utf-16-le")) if isinstance(value, str) else (0x102, value)
        tree[f"__substg1.0_{number:04X}{kind:04X}"] = data
        table += struct.pack("<HHIII", kind, number, 6, len(data) + (2 if kind == 0x1F else 0), 0)
    return {"__properties_version1.0": table, **tree}


def outlook_message(subject: str, sender: str, attachments: dict[str, bytes | Tree]) -> Tree:
    """An attachment that is a message itself is attached as such."""
    tree = _storage(32, {0x0037: subject, 0x0C1A: sender, 0x0C1F: "sender@example.com", 0x1000: "See attached."})
    for number, (name, content) in enumerate(attachments.items()):
        inner = isinstance(content, dict)
        values: dict[int, str | bytes | int] = {0x3707: name, 0x3705: 5 if inner else 1}
        if isinstance(content, bytes):
            values[0x3701] = content
        attached = _storage(8, values)
        if isinstance(content, dict):
            attached["__substg1.0_3701000D"] = content
        tree[f"__attach_version1.0_#{number:08X}"] = attached
    return tree
