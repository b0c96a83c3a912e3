"""One page of an open file -> its words with their places: the file's own words, what OCR finds, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from PIL import Image

from . import preprocess
from .document import Document, Page
from .files import OpenFile, SourcePage, TextLayer
from .ocr import OcrEngine

OnImage = Callable[[int, Image.Image], None]  # (page number from 1, the page as its boxes see it, in RGB, for people)

OCR_DPI = 300  # at 200, small print loses one word in a hundred
PICTURE_DPI = 140
PICTURE_PIXELS = 2_500_000  # A4 at 140 dpi has 1.9 million
# Part of cache keys, beside the OCR engine's name: raise it when pages are prepared in another way than before.
PREPARATION_VERSION = 1


class DocumentCache(Protocol):
    """Keeps what OCR found, page by page; keys hold the file's hash and the OCR engine's name. Absent gives None.

    Text layers are read every time: they cost little.
    """

    def get(self, key: str) -> dict[str, Any] | None: ...

    def put(self, key: str, document: dict[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads any page of one open file."""

    file: OpenFile
    sha256: str
    ocr: OcrEngine
    cache: DocumentCache | None
    on_image: OnImage | None

    def read(self, number: int) -> Page:
        source = self.file.page(number)
        layer = source.text_layer()
        return self._recognized(number, source) if layer is None else self._own_words(number, source, layer)

    def _own_words(self, number: int, source: SourcePage, layer: TextLayer) -> Page:
        width, height = _turned_size(source.width, source.height, layer.rotation)
        page = Page(number, width, height, layer.lines, layer.rotation, "text_layer")
        if self.on_image:
            self.on_image(number, _picture(turned(source.render(PICTURE_DPI), layer.rotation)))
        return page

    def _recognized(self, number: int, source: SourcePage) -> Page:
        key = f"{self.sha256}/{self.ocr.name}-p{PREPARATION_VERSION}/{number}"
        kept = None if self.cache is None else self.cache.get(key)
        if kept is not None:
            page = Document.from_dict(kept).pages[0]
            if self.on_image:
                self.on_image(number, _picture(_as_read(source.render(PICTURE_DPI), page)))
            return page
        page = self._recognize(number, source)
        if self.cache is not None:
            self.cache.put(key, Document((page,)).to_dict())
        return page

    def _recognize(self, number: int, source: SourcePage) -> Page:
        image = source.render(OCR_DPI)
        rotation = self.ocr.rotation(np.asarray(image))
        straight = preprocess.straighten(np.asarray(turned(image, rotation)))
        lines = self.ocr.read(preprocess.enhance(straight.image))
        width, height = _turned_size(source.width, source.height, rotation)
        if straight.homography is not None:
            width, height = float(straight.image.shape[1]), float(straight.image.shape[0])
        if self.on_image:
            self.on_image(number, _picture(Image.fromarray(straight.image)))
        return Page(number, width, height, lines, rotation, "ocr", straight.homography)


def _as_read(image: Image.Image, page: Page) -> Image.Image:
    """The picture that the boxes of ``page`` belong to, from the page as the file shows it."""
    upright = turned(image, page.rotation)
    if page.homography is None:
        return upright
    return Image.fromarray(preprocess.straightened(np.asarray(upright), page.homography, page.width / page.height))


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
