"""What a file is, by its first kilobyte. Names and what browsers claim say nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):")
_MAIL_HEADERS = {
    b"from", b"to", b"subject", b"date", b"received", b"return-path", b"delivered-to", b"message-id", b"mime-version",
    b"reply-to", b"sender", b"envelope-to", b"dkim-signature", b"arc-seal", b"authentication-results",
}  # fmt: skip
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
# Pages of programs: how they look depends on what shows them.
_PROGRAM_FILES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("a web page", lambda head: b"<html" in head[:600].lower() or b"<!doctype html" in head[:200].lower()),
    ("an RTF document", lambda head: head.startswith(b"{\\rtf")),
    ("a PostScript file", lambda head: head.startswith((b"%!PS", b"\xc5\xd0\xd3\xc6"))),
)  # fmt: skip


def starts(*heads: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(heads)


def is_pdf(head: bytes) -> bool:
    return b"%PDF-" in head  # readers accept junk before it


def is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def is_heif(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS and not is_avif(head)


def is_avif(head: bytes) -> bool:
    """The major brand may be the general ``mif1``; then the compatible ones tell (ISO/IEC 14496-12, 4.3)."""
    if head[4:8] != b"ftyp":
        return False
    brands = head[8 : min(int.from_bytes(head[:4], "big"), len(head))]
    return any(brands[at : at + 4] in {b"avif", b"avis"} for at in range(0, len(brands), 4))


def is_xml(head: bytes) -> bool:
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")  # UTF-16 as well
    return text.startswith((b"<?xml", b"<!--")) or (text[:1] == b"<" and b"xmlns" in text)


def is_mail(head: bytes) -> bool:
    """Begins with header fields (RFC 5322), two or more of those that messages have."""
    known = 0
    for line in head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").splitlines()[:60]:
        if not line:
            break
        if line.startswith((b" ", b"\t", b"From ")):  # folded, or the separator of a mailbox file
            continue
        name = _HEADER.match(line)
        if name is None:
            break
        known += name[1].lower() in _MAIL_HEADERS
    return known >= 2


def program_file(head: bytes) -> str:
    """What kind of file that only its program can show, with its article, or ""."""
    return next((kind for kind, matches in _PROGRAM_FILES if matches(head)), "")
