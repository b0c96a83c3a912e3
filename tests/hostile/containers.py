"""Archives that unpack without end, overlap, nest, or name their entries so that they would land elsewhere."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

from tests.badfiles import text_pdf

from .file import HostileFile, deflate_bomb, hostile
from .pdfs import CATALOGUE, nested_bomb, one_page, stream

NAMES = (
    "../../../../tmp/escaped.pdf", "/tmp/escaped.pdf", "C:\\Windows\\escaped.pdf", "..\\..\\escaped.pdf",
    "con.pdf", "NUL", "a\x1b[31m\r\nSet-Cookie: a=b.pdf", "\u202efdp.exe", "x" * 60_000 + ".pdf",
    "~/.ssh/authorized_keys", ".", "..", "a/" * 9_000, "=cmd|' /C calc'!A0.pdf",
    "<script>alert(1)</script>.pdf", "a." + "b" * 300, "\ud800.pdf",
)  # fmt: skip


def zip_of(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name.encode("utf-8", "replace").decode(), data)
    return out.getvalue()


def zip_that_packs(packed: bytes, size: int, *, entries: int = 1, method: int = 8) -> bytes:
    """All ``entries`` share one packed body, as in Fifield's overlapping bomb; sizes are as claimed."""
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, method, 0, 33, 0, len(packed), size, 5, 0) + b"a.pdf"
    central = b"".join(
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\x01\x02", 20, 20, 0, method, 0, 33, 0, len(packed), size, 5, 0, 0, 0, 0, 0, 0,
        ) + b"a.pdf"
        for _ in range(entries)
    )  # fmt: skip
    start = len(local) + len(packed)
    count = min(entries, 0xFFFF)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(central), start, 0)
    return local + packed + central + end


def raw(packed: bytes) -> bytes:
    """Without the head and the check of zlib."""
    return packed[2:-4]


def zip_quine(depth: int = 40) -> bytes:
    data = text_pdf("Invoice 1")
    for _ in range(depth):
        data = zip_of({"a.zip": data})
    return data


def zip_tree(depth: int = 6) -> bytes:
    """Ten archives in each of ten archives, and so on."""
    data = zip_of({"a.pdf": text_pdf("Invoice 1")})
    for _ in range(depth):
        data = zip_of({f"{n}.zip": data for n in range(10)})
    return data


def zip_with_lying_directory() -> bytes:
    return zip_of({"a.pdf": text_pdf("Invoice 1")}).replace(b"PK\x01\x02", b"PK\x01\x03")


def zip_lzma_of_four_gigabytes() -> bytes:
    """Asks for a dictionary of 4 GB before the first byte."""
    body = b"\x09\x04\x05\0\x5d\xff\xff\xff\xff" + b"\0" * 64
    return zip_that_packs(body, 99, method=14)


def portfolio(data: bytes, entries: bytes, name: bytes = b"a.pdf") -> bytes:
    catalogue = (
        CATALOGUE[:-2] + b"/Collection << /Type /Collection >> /Names << /EmbeddedFiles << /Names [(a) 5 0 R] >> >> >>"
    )
    specification = b"<< /Type /Filespec /F (%s) /UF (%s) /EF << /F 6 0 R >> >>" % (name, name)
    return one_page(b"", specification, stream(data, b"/Type /EmbeddedFile " + entries), catalogue=catalogue)


def portfolio_in_itself() -> bytes:
    """The tree of its files names itself."""
    catalogue = CATALOGUE[:-2] + b"/Collection << >> /Names << /EmbeddedFiles 5 0 R >> >>"
    return one_page(b"", b"<< /Kids [5 0 R 5 0 R] /Limits [(a) (z)] >>", catalogue=catalogue)


REFUSED = (
    "too_much_inside", "damaged_file", "unsupported_type", "no_documents", "too_deep", "too_large", "unpacked",
    "save_as_pdf", "out_of_memory", "out_of_time", "reader_crashed",
)  # fmt: skip
CONTAINERS: dict[str, HostileFile] = {
    "zip bomb": hostile("a.zip", lambda: zip_that_packs(raw(deflate_bomb(4000)), 99), *REFUSED),
    "zip overlapping bomb": hostile(
        "a.zip", lambda: zip_that_packs(raw(deflate_bomb(40)), 40 << 20, entries=5_000), *REFUSED, slow=True
    ),
    "zip of a hundred thousand entries": hostile("a.zip", lambda: zip_that_packs(b"", 0, entries=100_000), *REFUSED),
    "zip quine": hostile("a.zip", zip_quine, *REFUSED),
    "zip tree": hostile("a.zip", zip_tree, *REFUSED),
    "zip with a lying directory": hostile("a.zip", zip_with_lying_directory, *REFUSED),
    "zip of lzma": hostile("a.zip", zip_lzma_of_four_gigabytes, *REFUSED),
    "zip of broken data": hostile("a.zip", lambda: zip_that_packs(b"\xff" * 99, 99), *REFUSED),
    "zip of unknown packing": hostile("a.zip", lambda: zip_that_packs(b"\xff" * 99, 99, method=97), *REFUSED),
    "zip names": hostile("a.zip", lambda: zip_of({name: text_pdf(str(n)) for n, name in enumerate(NAMES)}), *REFUSED),
    "zip cut off": hostile("a.zip", lambda: zip_of({"a.pdf": text_pdf("Invoice 1")})[:-30], *REFUSED),
    "portfolio bomb": hostile(
        "a.pdf", lambda: portfolio(nested_bomb(4096), b"/Filter [/FlateDecode /FlateDecode]"), *REFUSED, slow=True
    ),
    "portfolio in itself": hostile("a.pdf", portfolio_in_itself, *REFUSED),
    "portfolio of a portfolio": hostile(
        "a.pdf", lambda: portfolio(portfolio(portfolio(text_pdf("x"), b""), b""), b"", b"../../a.pdf"), *REFUSED
    ),
    "object streams of bombs": hostile(
        "a.pdf", lambda: text_pdf("x") + stream(zlib.compress(bytes(40 << 20)), b"/Type /ObjStm") * 50, *REFUSED
    ),
}
