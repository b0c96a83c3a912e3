"""The reading pipeline, top down: file -> document (words with places) -> record."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from . import einvoice, files
from .document import Document, Page, Source
from .einvoice.places import with_places
from .errors import InvoiceError
from .extract import extract
from .files import Limits, OpenFile, SourcePage
from .ocr import OcrEngine, default_ocr
from .options import ReadOptions as ReadOptions
from .record import InvoiceRecord, Reading

ENGINE_VERSION = "1.0.0"

OnPage = Callable[[int, int], None]  # (pages done, pages in all); called with done=0 first; may raise to stop
OnImage = Callable[[int, Image.Image], None]  # (page number from 1, the upright page in RGB for people to look at)

OCR_DPI = 300  # at 200, small print loses one word in a hundred
PICTURE_DPI = 140
PICTURE_PIXELS = 2_500_000  # A4 at 140 dpi has 1.9 million


class DocumentCache(Protocol):
    """Keeps what OCR found, page by page; keys hold the file's hash and the OCR engine's name. Absent gives None.

    Text layers are read every time: they cost little.
    """

    def get(self, key: str) -> dict[str, Any] | None: ...

    def put(self, key: str, document: dict[str, Any]) -> None: ...


def engine_version() -> str:
    """Stored with every reading. What OCR found is keyed by the OCR engine's own name, so rules may change freely."""
    return ENGINE_VERSION


def read_invoice(
    path: Path,
    *,
    options: ReadOptions | None = None,
    ocr: OcrEngine | None = None,
    on_page: OnPage | None = None,
    on_image: OnImage | None = None,
    cache: DocumentCache | None = None,
) -> Reading:
    """Read one file. The e-invoice in it, if any, is the record; its pages are read as well, for people to see.

    InvoiceError when the file cannot be read; whatever ``on_page`` raises passes through.
    """
    options = options or ReadOptions()
    started = time.perf_counter()
    record = None if options.skip_einvoice else _einvoice_record(path, options.limits)
    if record is not None and _is_xml(path, options.limits):
        document = Document(pages=(), source="e_invoice")
        if on_page:
            on_page(0, 0)
    else:
        document = read_document(path, options=options, ocr=ocr, on_page=on_page, on_image=on_image, cache=cache)
    if record is None:
        document, record = extract(document, options=options)
    else:
        document, record = with_places(replace(document, source="e_invoice"), record, options=options)
    return Reading(document, record, _sha256(path), time.perf_counter() - started, engine_version())


def read_document(
    path: Path,
    *,
    options: ReadOptions | None = None,
    ocr: OcrEngine | None = None,
    on_page: OnPage | None = None,
    on_image: OnImage | None = None,
    cache: DocumentCache | None = None,
) -> Document:
    """The words of every page with their places: the PDF's own where they can be trusted, else what OCR finds."""
    options = options or ReadOptions()
    ocr = ocr or default_ocr()
    with files.open_file(path, options.limits) as opened:
        reader = _PageReader(opened, _sha256(path), ocr, cache, on_image)
        total = opened.page_count
        if on_page:
            on_page(0, total)
        pages = []
        for number in range(1, total + 1):
            pages.append(reader.read(number))
            if on_page:
                on_page(number, total)
    return Document(pages=tuple(pages), source=_source(pages))


def _einvoice_record(path: Path, limits: Limits) -> InvoiceRecord | None:
    """What the e-invoice says that a file is or carries. UnsupportedType for other XML."""
    if _is_xml(path, limits):
        return einvoice.read(path.read_bytes())
    xml = einvoice.find_embedded(path)
    try:
        return None if xml is None else einvoice.read(xml)
    except InvoiceError:  # broken inside, but its pages still say what is owed
        return None


def _is_xml(path: Path, limits: Limits) -> bool:
    return files.detect(path, limits).name == "xml"


@dataclass(frozen=True, slots=True)
class _PageReader:
    """Reads one page after the other of one open file."""

    file: OpenFile
    sha256: str
    ocr: OcrEngine
    cache: DocumentCache | None
    on_image: OnImage | None

    def read(self, number: int) -> Page:
        source = self.file.page(number)
        layer = source.text_layer()
        if layer is not None:
            width, height = _turned_size(source.width, source.height, layer.rotation)
            page = Page(number, width, height, layer.lines, layer.rotation, "text_layer")
            self._show(page, source)
            return page
        key = f"{self.sha256}/{self.ocr.name}/{number}"
        kept = None if self.cache is None else self.cache.get(key)
        if kept is not None:
            page = Document.from_dict(kept).pages[0]
            self._show(page, source)
            return page
        page = self._recognize(number, source)
        if self.cache is not None:
            self.cache.put(key, Document((page,)).to_dict())
        return page

    def _recognize(self, number: int, source: SourcePage) -> Page:
        image = source.render(OCR_DPI)
        rotation = self.ocr.rotation(np.asarray(image))
        image = turned(image, rotation)
        lines = self.ocr.read(np.asarray(image))
        width, height = _turned_size(source.width, source.height, rotation)
        if self.on_image:
            self.on_image(number, _picture(image))
        return Page(number, width, height, lines, rotation, "ocr")

    def _show(self, page: Page, source: SourcePage) -> None:
        if self.on_image:
            self.on_image(page.number, _picture(turned(source.render(PICTURE_DPI), page.rotation)))


def turned(image: Image.Image, clockwise: int) -> Image.Image:
    """``clockwise`` is 0, 90, 180 or 270."""
    turns = {
        90: Image.Transpose.ROTATE_270,  # Pillow counts the other way round
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    return image.transpose(turns[clockwise]) if clockwise else image


def _turned_size(width: float, height: float, clockwise: int) -> tuple[float, float]:
    return (height, width) if clockwise in {90, 270} else (width, height)


def _picture(image: Image.Image) -> Image.Image:
    """Small enough to send to a browser, large enough to read every figure."""
    scale = (PICTURE_PIXELS / (image.width * image.height)) ** 0.5
    if scale >= 1:
        return image
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), reducing_gap=2.0)


def _source(pages: list[Page]) -> Source:
    kinds = {page.source for page in pages}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
