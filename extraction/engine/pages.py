"""One page of an open file -> its words with their places: the file's own words, what OCR finds, or both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from PIL import Image
from rapidfuzz.distance import Indel

from . import preprocess
from .document import Box, Document, Line, Page, Word
from .files import OpenFile, SourcePage
from .ocr import OcrEngine, RgbImage
from .regions import is_blank, may_hold_print
from .textlayer import TextLayer, strip_to_compare

OnImage = Callable[[int, Image.Image], None]  # (page number from 1, the page as its boxes see it, in RGB, for people)

PART_DPI = 200  # logos and stamps are large print
OCR_DPI = 300  # at 200, small print loses one word in a hundred
AGREEMENT = 0.97  # of a scanner's words with ours, from which the scanner's are taken
RECOGNISED = 0.99  # the most that a recognised word can have beside the file's own, which have 1.0
LEGIBLE = 0.75  # words of logos and stamps below this confidence are guesses
PICTURE_DPI = 140
PICTURE_PIXELS = 2_500_000  # A4 at 140 dpi has 1.9 million
# Part of cache keys, beside the OCR engine's name: raise it when pages are prepared in another way than before.
PREPARATION_VERSION = 4
# A photo is left as it is where this many times more can be read on it than on the paper cut out of it.
MUCH_MORE = 1.03


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
    # What OCR found in parts of pages, by their pixels; threads may read pages at a time, at worst one part twice.
    parts: dict[str, tuple[Line, ...]] = field(default_factory=dict, repr=False)
    known: Mapping[int, Page] = field(default_factory=dict, repr=False)  # as in ReadOptions
    upright: Set[int] = frozenset()

    def read(self, number: int) -> Page:
        source = self.file.page(number)
        if number in self.known:
            return self._shown(number, source, self.known[number])
        layer = source.text_layer()
        if layer is not None and layer.rotation and number in self.upright:
            return self._recognized(number, source)  # its characters lie on their side, and a person wants them so
        if layer is None or (layer.doubtful and not self._agrees(number, source, layer)):
            return self._recognized(number, source)
        return self._own_words(number, source, layer)

    def _agrees(self, number: int, source: SourcePage, layer: TextLayer) -> bool:
        """Whether OCR of a few lines finds the words that the file claims for them."""
        strip, claimed = strip_to_compare(layer)
        found = self._read_region(number, source, strip, layer.rotation, OCR_DPI)
        return agreement(claimed, found) >= AGREEMENT

    def _own_words(self, number: int, source: SourcePage, layer: TextLayer) -> Page:
        read = [line for part in layer.regions for line in self._read_region(number, source, part, layer.rotation)]
        own = [word for line in layer.lines for word in line.words]
        added = tuple(line for line in read if _is_new(line, own))
        lines = tuple(sorted((*layer.lines, *added), key=_reading_order)) if added else layer.lines
        width, height = _turned_size(source.width, source.height, layer.rotation)
        page = Page(number, width, height, lines, layer.rotation, "mixed" if added else "text_layer")
        if self.on_image:
            self.on_image(number, _picture(turned(source.render(PICTURE_DPI), layer.rotation)))
        return page

    def _read_region(
        self, number: int, source: SourcePage, part: Box, rotation: int, dpi: int = PART_DPI
    ) -> tuple[Line, ...]:
        """The lines that OCR finds in a part of the upright page; nothing but that part is drawn."""
        place = "-".join(str(round(value * 10_000)) for value in (part.x0, part.y0, part.x1, part.y1))
        key = f"{self.sha256}/{self.ocr.name}-p{PREPARATION_VERSION}/{number}/{place}/{dpi}"
        kept = None if self.cache is None else self.cache.get(key)
        if kept is not None:
            return Document.from_dict(kept).pages[0].lines
        image = np.asarray(turned(source.render(dpi, part.turned(-rotation % 360)), rotation))
        found = self._read_picture(image) if may_hold_print(image) else ()
        page = Page(number, image.shape[1], image.shape[0], tuple(_placed(line, part) for line in found))
        if self.cache is not None:
            self.cache.put(key, Document((page,)).to_dict())
        return page.lines

    def _read_picture(self, image: RgbImage) -> tuple[Line, ...]:
        """OCR of a part of a page; the logo that all pages of a document bear is recognised once."""
        pixels = hashlib.sha256(image.tobytes()).hexdigest()
        if pixels not in self.parts:
            self.parts[pixels] = self.ocr.read(image)
        return self.parts[pixels]

    def _recognized(self, number: int, source: SourcePage) -> Page:
        key = f"{self.sha256}/{self.ocr.name}-p{PREPARATION_VERSION}/{number}{'/upright' * (number in self.upright)}"
        kept = None if self.cache is None else self.cache.get(key)
        if kept is not None:
            return self._shown(number, source, Document.from_dict(kept).pages[0])
        page = self._recognize(number, source)
        if self.cache is not None:
            self.cache.put(key, Document((page,)).to_dict())
        return page

    def _shown(self, number: int, source: SourcePage, page: Page) -> Page:
        """A page whose words are known; people need its picture all the same."""
        if self.on_image:
            self.on_image(number, _picture(_as_read(source.render(PICTURE_DPI), page)))
        return page

    def _recognize(self, number: int, source: SourcePage) -> Page:
        image = source.render(OCR_DPI)
        if is_blank(image):
            if self.on_image:
                self.on_image(number, _picture(image))
            return Page(number, source.width, source.height, ())
        rotation = 0 if number in self.upright else self.ocr.rotation(np.asarray(image))
        straight, lines = self._straightened(np.asarray(turned(image, rotation)))
        width, height = _turned_size(source.width, source.height, rotation)
        if straight.homography is not None:
            width, height = float(straight.image.shape[1]), float(straight.image.shape[0])
        if self.on_image:
            self.on_image(number, _picture(Image.fromarray(straight.image)))
        return Page(number, width, height, lines, rotation, "ocr", straight.homography)

    def _straightened(self, upright: RgbImage) -> tuple[preprocess.Straight, tuple[Line, ...]]:
        straight = preprocess.straighten(upright)
        lines = self.ocr.read(preprocess.enhance(straight.image))
        if straight.cut:  # a coloured band at the paper's edge may have been taken for the table
            whole = self.ocr.read(preprocess.enhance(upright))
            if _legible(whole) > MUCH_MORE * _legible(lines):
                return preprocess.Straight(upright), whole
        return straight, lines


def _legible(lines: Sequence[Line]) -> float:
    """How many characters were read, each counted as far as it is believed."""
    return sum(len(word.text) * word.confidence for line in lines for word in line.words)


def _placed(line: Line, part: Box) -> Line:
    """A line found in a part of the page, on the page."""
    words = []
    for word in line.words:
        x0, y0 = part.x0 + word.box.x0 * part.width, part.y0 + word.box.y0 * part.height
        x1, y1 = part.x0 + word.box.x1 * part.width, part.y0 + word.box.y1 * part.height
        # As it comes back from a cache.
        place = Box.from_list(Box(x0, y0, x1, y1).to_list())
        words.append(Word(word.text, place, min(word.confidence, RECOGNISED)))
    return Line(tuple(words))


def _is_new(line: Line, own: Sequence[Word]) -> bool:
    """Whether OCR added something to the file's own words: read well, and not what stands there already."""
    box = line.box
    if line.confidence < LEGIBLE or sum(char.isalnum() for char in line.text) < 3:
        return False
    return not any(box.x0 < w.box.center_x < box.x1 and box.y0 < w.box.center_y < box.y1 for w in own)


def _reading_order(line: Line) -> tuple[float, float]:
    return line.box.center_y, line.box.x0


def agreement(claimed: Sequence[Line], found: Sequence[Line]) -> float:
    """How alike two readings of the same lines are, 0..1, whatever the order of their words."""

    def ordered(lines: Sequence[Line]) -> str:
        return " ".join(sorted(word for line in lines for word in line.text.casefold().split()))

    return float(Indel.normalized_similarity(ordered(claimed), ordered(found)))


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
