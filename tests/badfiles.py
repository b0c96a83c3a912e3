"""Files that cannot be read, made on the spot, each with the code of the error that it must end in.

>>> for bad in BAD_FILES.values():
...     (folder / bad.file_name).write_bytes(bad.data())
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw


@dataclass(frozen=True, slots=True)
class BadFile:
    """``code`` is what reading it with the default limits ends in."""

    file_name: str
    data: Callable[[], bytes]
    code: str


def pdf_of(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    size = len(offsets) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(out)


def text_pdf(
    *lines: str, pages: int = 1, size: tuple[int, int] = (595, 842), content: bytes = b"", rotate: int = 0
) -> bytes:
    """A digital PDF that prints ``lines`` (ASCII) in Helvetica 11 from the top; every page is the same."""
    shown = b"".join(b"(%s) Tj T* " % line.replace("(", r"\(").replace(")", r"\)").encode() for line in lines)
    stream = content + b"BT /F1 11 Tf 16 TL 60 %d Td %s ET" % (size[1] - 72, shown)
    kids = b" ".join(b"%d 0 R" % (5 + page) for page in range(pages))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 3 0 R /Rotate %d " % (*size, rotate)
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            *[page + b"/Resources << /Font << /F1 4 0 R >> >> >>"] * pages,
        ]
    )


def _encrypted_pdf() -> bytes:
    """Asks for a password: the stored check value belongs to none, least of all to the empty one."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"4f" * 32, b"55" * 32),
    ]
    return pdf_of(
        objects, b"/Encrypt 4 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    )


def _pdf_without_pages() -> bytes:
    return pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])


def png_of_size(width: int, height: int) -> bytes:
    """A valid black-and-white PNG of any size that takes next to no memory to make."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def picture(format: str, *, pages: int = 1, size: tuple[int, int] = (800, 600), **options: object) -> bytes:
    """A picture with shapes on it, so that its data is long enough to be cut."""
    image = Image.effect_noise(size, 40).convert("RGB")
    ImageDraw.Draw(image).rectangle((100, 100, 300, 300), fill="white", outline="black", width=5)
    out = BytesIO()
    if pages > 1:
        options |= {"save_all": True, "append_images": [image] * (pages - 1)}
    image.save(out, format, **options)
    return out.getvalue()


def _cut(data: bytes, share: float = 0.5) -> bytes:
    return data[: int(len(data) * share)]


BAD_FILES: dict[str, BadFile] = {
    "empty": BadFile("empty.pdf", lambda: b"", "empty_file"),
    "text_named_pdf": BadFile("notes.pdf", lambda: b"Dear all,\nthe invoice is attached.\n", "unsupported_type"),
    "wrong_type": BadFile("table.xlsx", lambda: b"MZ\x90\x00" + bytes(200), "unsupported_type"),
    "web_page": BadFile("bill.html", lambda: b"<!DOCTYPE html><html><body>Bill</body></html>", "save_as_pdf"),
    "rtf": BadFile("bill.rtf", lambda: rb"{\rtf1 Bill}" + bytes(99), "save_as_pdf"),
    "other_xml": BadFile("feed.xml", lambda: b"<?xml version='1.0'?><rss><channel/></rss>", "unsupported_type"),
    "truncated_pdf": BadFile("cut.pdf", lambda: _cut(text_pdf("Invoice 1", pages=40)), "damaged_file"),
    "garbage_pdf": BadFile("broken.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 20, "damaged_file"),
    "encrypted_pdf": BadFile("secret.pdf", _encrypted_pdf, "encrypted_pdf"),
    "no_pages": BadFile("hollow.pdf", _pdf_without_pages, "no_pages"),
    "too_many_pages": BadFile("book.pdf", lambda: text_pdf("Page", pages=300), "too_many_pages"),
    "too_many_pixels": BadFile("poster.png", lambda: png_of_size(20_000, 10_000), "too_many_pixels"),
    "too_large": BadFile("huge.pdf", lambda: text_pdf("Invoice 1") + bytes(51 * 1024 * 1024), "too_large"),
    "truncated_jpeg": BadFile("cut.jpg", lambda: _cut(picture("JPEG")), "damaged_file"),
    "truncated_png": BadFile("cut.png", lambda: _cut(picture("PNG")), "damaged_file"),
    "truncated_tiff": BadFile("cut.tiff", lambda: _cut(picture("TIFF", pages=3)), "damaged_file"),
}
