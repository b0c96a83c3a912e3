"""A file -> its pages, within limits. The type is decided by content, never by name.

``open_file`` gives an ``OpenFile`` whose pages are rendered one at a time, so that a long document costs no more memory
than its largest page. Every way in which a file can be bad is an ``InvoiceError``.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
import pi_heif
from PIL import Image, ImageOps

from . import pdf, pdfaccess, regions, textlayer
from .document import Box
from .errors import (
    DamagedFile,
    EmptyFile,
    NoPages,
    PackedDocuments,
    SaveAsPdf,
    TooLarge,
    TooManyPages,
    TooManyPixels,
    UnsupportedType,
    XfaForm,
)
from .sniff import is_avif, is_heif, is_mail, is_pdf, is_webp, is_xml, program_file, starts
from .textlayer import TextLayer

pi_heif.register_heif_opener(thumbnails=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost before it is refused.

    Of one that holds others: how many, how many bytes together, and how many times its own size.
    """

    max_bytes: int = 50 * 1024 * 1024
    max_pages: int = 200
    max_pixels: int = 100_000_000
    max_documents: int = 100
    max_unpacked: int = 200 * 1024 * 1024
    max_ratio: int = 250


class SourcePage(Protocol):
    """One page as the file shows it. ``width`` and ``height`` are points for PDF and pixels for images."""

    @property
    def width(self) -> float: ...

    @property
    def height(self) -> float: ...

    def text_layer(self) -> TextLayer | None:
        """None when the file holds no words for this page, or none that can be trusted."""
        ...

    def render(self, dpi: int, crop: Box | None = None) -> Image.Image:
        """The page in RGB, or that part of it. Images have their own resolution and ignore ``dpi``."""
        ...


class OpenFile(Protocol):
    @property
    def page_count(self) -> int: ...

    def page(self, number: int) -> SourcePage:
        """``number`` counts from 1."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: ``matches`` looks at its first kilobyte; ``open`` is None for formats without pages.

    One that ``packs`` holds documents, or is an Office document: ``containers`` finds out.
    """

    name: str
    mime_type: str
    suffixes: tuple[str, ...]
    matches: Callable[[bytes], bool]
    open: Callable[[Path, Limits], OpenFile] | None
    packs: bool = False


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What can be known of a file without reading its pages. An XML file has 0 pages."""

    format: str
    mime_type: str
    pages: int


def inspect(path: Path, limits: Limits) -> FileInfo:
    """Check a file as reading it would, without decoding any page. InvoiceError says what is wrong with it."""
    kind = detect(path, limits)
    if kind.open is None:
        return FileInfo(kind.name, kind.mime_type, 0)
    with open_file(path, limits) as opened:
        return FileInfo(kind.name, kind.mime_type, opened.page_count)


def detect(path: Path, limits: Limits) -> Format:
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile
    if size > limits.max_bytes:
        raise TooLarge(
            f"This file has {size / 1_048_576:.0f} MB; at most {limits.max_bytes / 1_048_576:.0f} MB can be read. "
            "Scan it at 200 to 300 dpi or split it."
        )
    with path.open("rb") as stream:
        head = stream.read(1024)
    for kind in FORMATS:
        if kind.matches(head) and not (kind.name == "xml" and program_file(head)):  # XHTML
            return kind
    if program := program_file(head):
        raise SaveAsPdf.of(program)
    if path.suffix.lower() in {suffix for kind in FORMATS for suffix in kind.suffixes}:
        raise UnsupportedType(
            f"This file is named {path.suffix.lower()} but holds something else. Open it in the program that made it "
            "and save it as PDF."
        )
    raise UnsupportedType


@contextmanager
def open_file(path: Path, limits: Limits) -> Iterator[OpenFile]:
    kind = detect(path, limits)
    if kind.packs:
        raise PackedDocuments
    if kind.open is None:
        raise UnsupportedType("This XML file has no pages to look at. Upload the PDF or an image of the document.")
    opened = kind.open(path, limits)
    try:
        _check_page_count(opened.page_count, limits)
        yield opened
    finally:
        opened.close()


def _check_page_count(pages: int, limits: Limits) -> None:
    if pages == 0:
        raise NoPages
    if pages > limits.max_pages:
        raise TooManyPages(
            f"This document has {pages} pages; at most {limits.max_pages} can be read. Split it and upload the parts."
        )


def check_pixels(pixels: int, limits: Limits) -> None:
    """Before a picture is decoded: what it claims to be is what its decoder allocates."""
    if pixels > limits.max_pixels:
        raise TooManyPixels(
            f"This image has {pixels / 1e6:.0f} megapixels; at most {limits.max_pixels / 1e6:.0f} can be read. "
            "Scan or export it at 200 to 300 dpi."
        )


# --- PDF --------------------------------------------------------------------------------------------------------------


class PdfFile:
    def __init__(self, path: Path, limits: Limits) -> None:
        self._pdf = pdf.open_pdf(path)
        if pdfaccess.asks_to_wait(self._pdf):
            self.close()
            raise XfaForm
        self._limits = limits

    @property
    def page_count(self) -> int:
        return pdf.page_count(self._pdf)

    def page(self, number: int) -> PdfPage:
        return PdfPage(pdf.load_page(self._pdf, number))

    def close(self) -> None:
        pdf.close(self._pdf)


class PdfPage:
    def __init__(self, page: pdf.PdfPage) -> None:
        self._page = page
        self.width, self.height = pdf.page_size(page)

    def __del__(self) -> None:
        # pypdfium2 would close it when it is collected, beside another thread's call into PDFium.
        pdf.close_page(self._page)

    def text_layer(self) -> TextLayer | None:
        return textlayer.text_layer(self._page)

    def render(self, dpi: int, crop: Box | None = None) -> Image.Image:
        return pdf.render(self._page, dpi=dpi, crop=crop)


# --- images -----------------------------------------------------------------------------------------------------------

# Whatever Pillow's decoders throw at broken data.
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, RuntimeError, struct.error, zlib.error,
)  # fmt: skip
# More pixels than this add nothing that the recogniser could use; 300 dpi A4 has 8.7 million.
_USEFUL_PIXELS = 12_000_000
_REDUCED_COPY = 1  # of TIFF tag NewSubfileType: a thumbnail, not a page
_COPIES_OF_A_PAGE = 4  # smaller and smaller ones; more than these are no longer looked for
# A progressive JPEG has some ten scans; thousands of them, a few bytes each, would be minutes of decoding.
_MAX_SCANS = 200
_START_OF_SCAN = b"\xff\xda"  # never inside of a scan: there, ff is followed by 00 or a restart marker


class ImageFile:
    """A raster file. Only TIFF has pages; of animations the first picture counts."""

    def __init__(self, path: Path, limits: Limits) -> None:
        try:
            self._image: Image.Image = Image.open(path, formats=_PILLOW_FORMATS)
        except Image.DecompressionBombError:
            raise TooManyPixels from None
        except BROKEN:
            raise DamagedFile from None
        self._path = path
        self._limits = limits
        self._lock = Lock()  # one handle, whose position is the frame
        try:
            self._frames = self._find_pages()
        except BaseException:
            self._image.close()
            raise

    def _find_pages(self) -> list[int]:
        if self._image.format != "TIFF":
            self._check_size()
            self._check_scans()
            return [0]
        frames: list[int] = []
        # Never asked how many there are: a chain of a million tiny ones would be walked to its end.
        for frame in range((_COPIES_OF_A_PAGE + 1) * (self._limits.max_pages + 1)):
            try:
                if not self._go_to(frame):
                    break
                # Pillow's base class does not declare what its TIFF images have.
                if not int(self._image.tag_v2.get(254, 0)) & _REDUCED_COPY:  # type: ignore[attr-defined]
                    self._check_size()
                    frames.append(frame)
            except BROKEN:
                raise DamagedFile from None
            if len(frames) > self._limits.max_pages:
                raise TooManyPages(
                    f"This document has more than {self._limits.max_pages} pages, the most that can be read. "
                    "Split it and upload the parts."
                )
        return frames

    def _go_to(self, frame: int) -> bool:
        """False behind the last one."""
        try:
            self._image.seek(frame)
        except EOFError:
            return False
        return True

    def _check_size(self) -> None:
        check_pixels(self._image.width * self._image.height, self._limits)

    def _check_scans(self) -> None:
        if self._image.format == "JPEG" and self._path.read_bytes().count(_START_OF_SCAN) > _MAX_SCANS:
            raise DamagedFile("This JPEG takes far too long to open. Save it anew as JPEG or PNG and upload that.")

    @property
    def page_count(self) -> int:
        return len(self._frames)

    def page(self, number: int) -> ImagePage:
        with self._lock:
            return self._page(number)

    def _page(self, number: int) -> ImagePage:
        try:
            if self._image.format == "TIFF":
                self._image.seek(self._frames[number - 1])
            elif self._image.format == "JPEG":  # decodes a huge photo at a half or a quarter of its size
                self._image.draft("RGB", _useful_size(*self._image.size))
            return ImagePage(_upright_rgb(self._image))
        except BROKEN:
            raise DamagedFile from None

    def close(self) -> None:
        self._image.close()


class ImagePage:
    def __init__(self, image: Image.Image) -> None:
        self._image = image
        self.width, self.height = float(image.width), float(image.height)

    def text_layer(self) -> TextLayer | None:
        return None

    def render(self, dpi: int, crop: Box | None = None) -> Image.Image:
        return self._image if crop is None else self._image.crop(regions.pixels(crop, np.asarray(self._image)))


def _useful_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, (_USEFUL_PIXELS / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _upright_rgb(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says, transparency on white, 8 bits a channel, of a useful size."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_eight_bits(image)
    if image.has_transparency_data:
        flat = Image.new("RGBA", image.size, "white")
        flat.alpha_composite(image.convert("RGBA"))
        image = flat
    size = _useful_size(*image.size)
    image = image.convert("RGB")
    image = image if image.size == size else image.resize(size, Image.Resampling.BOX)
    image.info = {}  # who saves it would pass on comments, XMP and a profile: where and with what it was taken
    return image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits: Pillow would clip it to white."""
    values = np.nan_to_num(np.asarray(image).astype(np.float32), copy=False)  # single: a hundred megapixels must fit
    top = 65535 if image.mode.startswith("I") and values.max(initial=0) > 255 else max(values.max(initial=0), 1)
    values *= 255 / top
    return Image.fromarray(np.clip(values, 0, 255, out=values).astype(np.uint8))


# --- the table --------------------------------------------------------------------------------------------------------


FORMATS: tuple[Format, ...] = (
    # Before PDF: an archive may hold one uncompressed in its first kilobyte.
    Format("zip", "application/zip", (".zip",), starts(b"PK\x03\x04", b"PK\x05\x06"), None, packs=True),
    Format("outlook", "application/vnd.ms-outlook", (".msg",), starts(b"\xd0\xcf\x11\xe0\xa1\xb1"), None, packs=True),
    Format("tnef", "application/ms-tnef", (".dat",), starts(b"\x78\x9f\x3e\x22"), None, packs=True),
    Format("pdf", "application/pdf", (".pdf",), is_pdf, PdfFile),
    Format("png", "image/png", (".png",), starts(b"\x89PNG\r\n\x1a\n"), ImageFile),
    Format("jpeg", "image/jpeg", (".jpg", ".jpeg"), starts(b"\xff\xd8\xff"), ImageFile),
    Format("tiff", "image/tiff", (".tif", ".tiff"), starts(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), ImageFile),
    Format("webp", "image/webp", (".webp",), is_webp, ImageFile),
    Format("bmp", "image/bmp", (".bmp",), starts(b"BM"), ImageFile),
    Format("gif", "image/gif", (".gif",), starts(b"GIF8"), ImageFile),
    Format("heif", "image/heif", (".heic", ".heif"), is_heif, ImageFile),
    Format("avif", "image/avif", (".avif",), is_avif, ImageFile),
    Format("xml", "application/xml", (".xml",), is_xml, None),
    Format("mail", "message/rfc822", (".eml",), is_mail, None, packs=True),
)
_PILLOW_FORMATS = [kind.name.upper() for kind in FORMATS if kind.open is ImageFile]
