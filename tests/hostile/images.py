"""Pictures that claim to be larger than they are, unpack without end, or lead their readers in circles."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image

from tests.badfiles import picture, png_of_size

from .file import READ, HostileFile, deflate_bomb, hostile

# --- PNG --------------------------------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, depth: int = 1, colour: int = 0, pixels: bytes | None = None) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = zlib.compress(b"\0" * 64) if pixels is None else pixels
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def png_with(*chunks: bytes) -> bytes:
    """A sound picture with further chunks in it."""
    data = png_of_size(64, 64)
    head = 8 + 25  # signature, IHDR
    return data[:head] + b"".join(chunks) + data[head:]


def animated_png(frames: int) -> bytes:
    """Says that it has ``frames`` frames."""
    control = struct.pack(">IIIIIHHBB", 0, 64, 64, 0, 0, 1, 100, 0, 0)
    return png_with(chunk(b"acTL", struct.pack(">II", frames, 0)), chunk(b"fcTL", control))


# --- JPEG -------------------------------------------------------------------------------------------------------------


def jpeg_that_claims(width: int, height: int) -> bytes:
    """A sound small JPEG whose frame header (SOF0) says another size."""
    data = picture("JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def jpeg_of_endless_scans(scans: int = 20_000) -> bytes:
    """A progressive JPEG of 16 megapixels whose last scan comes again and again: each costs a pass over the picture.

    "Two issues with the JPEG standard", libjpeg-turbo: DoS by progressive scans.
    """
    data = saved(Image.new("L", (4096, 4096), 200), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * min(scans, 1 + 3_000_000 // (len(data) - 2 - last)) + b"\xff\xd9"


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def with_exif(exif: bytes) -> bytes:
    return picture("JPEG", exif=b"Exif\0\0" + exif)


def exif_that_turns(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture("JPEG", exif=exif.tobytes())


def exif_loop() -> bytes:
    """A directory whose sub-directory and successor are itself."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8)
    return with_exif(b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 8))


# --- TIFF -------------------------------------------------------------------------------------------------------------


def directory(entries: dict[int, tuple[int, int]], following: int) -> bytes:
    """``entries``: tag -> (type 3 SHORT or 4 LONG, its one value)."""
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, (kind, value) in sorted(entries.items()))
    return struct.pack("<H", len(entries)) + rows + struct.pack("<I", following)


def tiff_page(width: int, height: int, **tags: int) -> dict[int, tuple[int, int]]:
    numbers = {"bits": 258, "compression": 259, "strip": 273, "rows": 278, "length": 279, "tile": 322, "samples": 277}
    entries = {256: (4, width), 257: (4, height), 258: (3, 8), 259: (3, 1), 262: (3, 1)}
    entries |= {273: (4, 8), 277: (3, 1), 278: (4, height), 279: (4, 64)}
    return entries | {numbers[name]: (4, value) for name, value in tags.items()}


def tiff_of(pages: int, *, last_points_to: int = 0, width: int = 8, height: int = 8, **tags: int) -> bytes:
    """``pages`` directories that share 64 bytes of pixels; the last one's successor is where you say."""
    start = 8 + 64
    size = 2 + 12 * len(tiff_page(width, height, **tags)) + 4
    places = [start + size * number for number in range(pages)]
    following = [*places[1:], last_points_to]
    body = b"".join(directory(tiff_page(width, height, **tags), after) for after in following)
    return b"II*\0" + struct.pack("<I", start) + b"\x80" * 64 + body


def tiff_bomb() -> bytes:
    """Ninety megapixels of deflated grey in ninety kilobytes: within the limit of pixels."""
    packed = deflate_bomb(86)
    start = 8 + len(packed)
    page = tiff_page(9_000, 10_000, compression=8, length=len(packed))
    return b"II*\0" + struct.pack("<I", start) + packed + directory(page, 0)


# --- others -----------------------------------------------------------------------------------------------------------


def gif_of(frames: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 16, 16, 0x80, 0, 0) + b"\xff\xff\xff\0\0\0"
    frame = b"\x21\xf9\x04\0\0\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 16, 16, 0) + b"\x02\x02\x4c\x01\0"
    return head + frame * frames + b";"


def gif_that_claims(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b"\x2c" + struct.pack(
        "<HHHHB", 0, 0, width, height, 0
    ) + b"\x02\x02\x4c\x01\0;"  # fmt: skip


def webp_that_claims(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    body = b"WEBP" + extended + saved(Image.new("RGB", (16, 16)), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp_that_claims(width: int, height: int, compression: int = 0, bits: int = 24) -> bytes:
    about = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 64, 0, 0, 54) + about + b"\0" * 64


def heif_that_claims(width: int, height: int, brand: bytes) -> bytes:
    """A sound AVIF's boxes under another brand, with another size in its ``ispe`` (ISO 23008-12, 6.5.3)."""
    data = saved(Image.new("RGB", (64, 64)), "AVIF")
    at = data.index(b"ispe") + 8
    data = data[:at] + struct.pack(">II", width, height) + data[at + 8 :]
    return data[:8] + brand + data[12:]


def boxes_nested(depth: int = 20_000) -> bytes:
    """Boxes in boxes in boxes."""
    inside = b""
    for _ in range(depth):
        inside = struct.pack(">I", 8 + len(inside)) + b"moov" + inside if len(inside) < 200_000 else inside
    return b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + struct.pack(">I", 12 + len(inside)) + b"meta\0\0\0\0" + inside


def as_page(width: int, height: int) -> bytes:
    return saved(Image.new("L", (width, height), 255), "PNG")


BROKEN = ("damaged_file", "too_many_pixels")
IMAGES: dict[str, HostileFile] = {
    "png of four billion": hostile("a.png", lambda: png(0x7FFFFFFF, 0x7FFFFFFF), *BROKEN),
    "png with little of its pixels": hostile("a.png", lambda: png(9_000, 9_000), *BROKEN),
    "png of no size": hostile("a.png", lambda: png(0, 0), *BROKEN),
    "png of more pixels than it says": hostile("a.png", lambda: png(16, 16, pixels=deflate_bomb(2048)), READ, *BROKEN),
    "png text bomb": hostile(
        "a.png", lambda: png_with(chunk(b"zTXt", b"Comment\0\0" + deflate_bomb(2048, b"A"))), READ, *BROKEN
    ),
    "png many texts": hostile(
        "a.png", lambda: png_with(*[chunk(b"zTXt", b"C\0\0" + deflate_bomb(1))] * 500), READ, *BROKEN
    ),
    "png profile bomb": hostile(
        "a.png", lambda: png_with(chunk(b"iCCP", b"p\0\0" + deflate_bomb(2048))), READ, *BROKEN
    ),
    "png of endless frames": hostile("a.png", lambda: animated_png(0x7FFFFFFF), READ, *BROKEN),
    "jpeg claim": hostile("a.jpg", lambda: jpeg_that_claims(65_500, 65_500), *BROKEN),
    "jpeg claim below the limit": hostile("a.jpg", lambda: jpeg_that_claims(9_900, 9_900), READ, *BROKEN),
    "jpeg of endless scans": hostile(
        "a.jpg", jpeg_of_endless_scans, READ, "out_of_time", "reader_crashed", *BROKEN, slow=True
    ),
    "jpeg exif loop": hostile("a.jpg", exif_loop, READ, *BROKEN),
    "jpeg turned by 99": hostile("a.jpg", lambda: exif_that_turns(99), READ),
    "jpeg exif of rubbish": hostile("a.jpg", lambda: with_exif(b"II*\0\xff\xff\xff\xff" + b"\xff" * 99), READ, *BROKEN),
    "tiff of ten thousand pages": hostile("a.tif", lambda: tiff_of(10_000), "too_many_pages"),
    "tiff of four hundred thousand pages": hostile("a.tif", lambda: tiff_of(400_000), "too_many_pages"),
    "tiff loop": hostile("a.tif", lambda: tiff_of(3, last_points_to=72), READ, *BROKEN, "too_many_pages"),
    "tiff circle": hostile(
        "a.tif", lambda: tiff_of(3, last_points_to=72 + 2 + 12 * 9 + 4), READ, *BROKEN, "too_many_pages"
    ),
    "tiff that points nowhere": hostile("a.tif", lambda: tiff_of(2, last_points_to=0xFFFFFFF0), READ, *BROKEN),
    "tiff of giant size": hostile("a.tif", lambda: tiff_of(1, width=0xFFFFFFFF, height=0xFFFFFFFF), *BROKEN),
    "tiff of no size": hostile("a.tif", lambda: tiff_of(1, width=0, height=0), *BROKEN),
    "tiff with little of its pixels": hostile("a.tif", lambda: tiff_of(1, width=9_000, height=9_000), *BROKEN),
    "tiff of giant strips": hostile("a.tif", lambda: tiff_of(1, length=0xFFFFFFFF, rows=0xFFFFFFFF), READ, *BROKEN),
    "tiff of a thousand samples": hostile("a.tif", lambda: tiff_of(1, samples=65_535), *BROKEN, "unsupported_type"),
    "tiff bomb": hostile("a.tif", tiff_bomb, READ, *BROKEN),
    "gif of a hundred thousand frames": hostile("a.gif", lambda: gif_of(100_000), READ, *BROKEN),
    "gif claim": hostile("a.gif", lambda: gif_that_claims(65_535, 65_535), *BROKEN),
    "gif claim below the limit": hostile("a.gif", lambda: gif_that_claims(9_900, 9_900), READ, *BROKEN),
    "webp claim": hostile("a.webp", lambda: webp_that_claims(16_384, 16_384), *BROKEN),
    "webp claim beyond its format": hostile("a.webp", lambda: webp_that_claims(0xFFFFFF, 0xFFFFFF), *BROKEN),
    "bmp claim": hostile("a.bmp", lambda: bmp_that_claims(60_000, 60_000), *BROKEN),
    "bmp claim below the limit": hostile("a.bmp", lambda: bmp_that_claims(9_000, 9_000), *BROKEN),
    "bmp of negative size": hostile("a.bmp", lambda: bmp_that_claims(-9_000, -9_000), *BROKEN),
    "bmp run lengths": hostile("a.bmp", lambda: bmp_that_claims(9_000, 9_000, compression=1, bits=8), READ, *BROKEN),
    "heic claim": hostile("a.heic", lambda: heif_that_claims(60_000, 60_000, b"heic"), *BROKEN, "unsupported_type"),
    "avif claim": hostile("a.avif", lambda: heif_that_claims(60_000, 60_000, b"avif"), *BROKEN, "unsupported_type"),
    "heic boxes nested": hostile("a.heic", boxes_nested, *BROKEN, "unsupported_type"),
    "line of 30,000 pixels": hostile("a.png", lambda: as_page(30_000, 1), READ, *BROKEN),
    "column of 30,000 pixels": hostile("a.png", lambda: as_page(1, 30_000), READ, *BROKEN),
    "one pixel": hostile("a.png", lambda: as_page(1, 1), READ, *BROKEN),
    "two pixels by 60,000": hostile("a.png", lambda: as_page(2, 60_000), READ, *BROKEN),
}
