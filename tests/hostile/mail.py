"""Messages without end, in messages, with names that lie or break out, and compound files that loop."""

from __future__ import annotations

import base64
import struct

from tests.badfiles import text_pdf

from .containers import REFUSED
from .file import HostileFile, hostile

HEAD = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: Invoice\r\nMIME-Version: 1.0\r\n"
BROKEN_HEAD = b"From: =?x?=<\r\nDate: 99 Foo\r\nSubject:\xff\0" + b"x" * 99_999 + b"\r\n"


def part(data: bytes, name: bytes, kind: bytes = b"application/pdf") -> bytes:
    return (
        b"Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n" % kind
        + b"Content-Disposition: attachment; filename=%s\r\n\r\n%s\r\n" % (name, base64.encodebytes(data))
    )


def message(*parts: bytes, head: bytes = HEAD) -> bytes:
    body = b"".join(b"--b\r\n" + item for item in parts)
    return head + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + body + b"--b--\r\n"


def multiparts_nested(depth: int = 5_000) -> bytes:
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )
    return HEAD + opening + part(text_pdf("x"), b'"a.pdf"')


def messages_nested(depth: int = 2_000) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + HEAD + b"\r\nx"


NAMES = (
    b'"../../etc/passwd.pdf"', b'"a.pdf\r\n Set-Cookie: x=y"', b"\"=?utf-7?Q?+ADw-script+AD4-?=.pdf\"",
    b"*=utf-8''%ff%00%0d%0a.pdf", b'"' + b"x" * 70_000 + b'.pdf"', b"=?unknown-8bit?B?/////w==?=",
    b'"\xff\xfe\x00.pdf"', b"*0*=utf-16''%00;*1*=%d8%00", b'"."', b'""', b"*=x-none''a.pdf",
    b'"=?utf-8?B?8J+SqQ==?="',
)  # fmt: skip


def compound(sectors: int = 3, fat: bytes = b"", first: int = 0) -> bytes:
    """A compound file (MS-CFB) whose allocation table is ``fat``; its directory starts in sector ``first``."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, first, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", 0) + b"\xff" * (512 - len(head) - 4)
    table = (fat + b"\xff" * 512)[:512]
    name = "Root Entry".encode("utf-16-le").ljust(64, b"\0")
    entry = name + struct.pack("<HBBIII", 22, 5, 1, 0, 0, 0) + bytes(36) + struct.pack("<IQ", 1, 1 << 40)
    return head + table + entry * 4 + bytes(512 * sectors)


def fat_loop() -> bytes:
    """Sector 1, the directory's, is followed by itself."""
    return compound(fat=struct.pack("<4I", 0xFFFFFFFD, 1, 2, 2), first=1)


def directory_loop() -> bytes:
    """Entries that are their own brothers and children."""
    return compound(fat=struct.pack("<3I", 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE), first=1)


def fat_of_a_billion() -> bytes:
    data = bytearray(compound(first=1))
    data[44:48] = struct.pack("<I", 0x7FFFFFFF)
    data[68:76] = struct.pack("<II", 0, 0x7FFFFFFF)
    return bytes(data)


MAILS: dict[str, HostileFile] = {
    "mail without attachment": hostile("a.eml", lambda: HEAD + b"\r\nPlease pay.\r\n", *REFUSED),
    "mail of ten thousand parts": hostile(
        "a.eml", lambda: message(*[part(b"%%PDF-1.4 %d" % n, b'"a.pdf"') for n in range(10_000)]), *REFUSED
    ),
    "mail of nested parts": hostile("a.eml", multiparts_nested, *REFUSED),
    "mail of nested messages": hostile("a.eml", messages_nested, *REFUSED),
    "mail whose attachment lies": hostile(
        "a.eml", lambda: message(part(b"MZ\x90\0", b'"a.pdf"'), part(b"<svg/>", b'"a.png"', b"image/png")), *REFUSED
    ),
    "mail of odd names": hostile(
        "a.eml", lambda: message(*[part(text_pdf(str(n)), name) for n, name in enumerate(NAMES)]), *REFUSED
    ),
    "mail of broken headers": hostile(
        "a.eml",
        lambda: message(
            part(text_pdf("x"), b"a.pdf"),
            head=b"From: =?x?=<\r\nDate: 99 Foo\r\nSubject:\xff\0" + b"x" * 99_999 + b"\r\n",
        ),
        *REFUSED,
    ),
    "mail of broken base64": hostile(
        "a.eml", lambda: message(part(text_pdf("x"), b"a.pdf")).replace(b"JVBER", b"JV=*\xff"), *REFUSED
    ),
    "mail with a boundary without end": hostile(
        "a.eml",
        lambda: HEAD + b'Content-Type: multipart/mixed; boundary="' + b"b" * 200_000 + b'"\r\n\r\n--b',
        *REFUSED,
    ),
    "msg whose table loops": hostile("a.msg", fat_loop, *REFUSED),
    "msg whose directory loops": hostile("a.msg", directory_loop, *REFUSED),
    "msg of a billion sectors": hostile("a.msg", fat_of_a_billion, *REFUSED),
    "winmail of rubbish": hostile("winmail.dat", lambda: b"\x78\x9f\x3e\x22" + b"\xff" * 5_000, *REFUSED),
}
