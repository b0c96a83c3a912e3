"""A searchable PDF: the pages as they are, and over them, unseen, the words that were read, each in its place.

A PDF keeps its pages; only those that were read by OCR get words. Text that nobody sees, such as the guess of a
scanner, is taken out of these pages first, and words that they show as text already are not written again.
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Name, Pdf

from . import files
from .document import Box, Line, Page, Word
from .errors import DamagedFile, EncryptedPdf, UnsupportedType
from .files import Limits
from .glyphless import ASCENT, DESCENT, GlyphlessFont
from .hiddentext import Character, text_left, without_hidden_text
from .imagepages import images_to_pdf

_FONT = Name("/InvoicelensText")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_GAP = 0.12  # of the height of the print; Poppler joins what is less than 0.1 apart
_LEAST = 1e-3  # points: a word without extent would make a matrix that cannot be inverted


Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]  # of a word: top left, top right, bottom right, bottom left


def write_searchable(
    source: Path, pages: Sequence[Page], target: Path, limits: Limits | None = None, *, only: bool = False
) -> None:
    """``pages`` were read from ``source``; the same input gives the same bytes. A searchable PDF is only copied.

    ``only`` leaves out all other pages of the file.

    InvoiceError when no PDF can be made of the file: XML, or one that is damaged or has a password.
    """
    limits = limits or Limits()
    kind = files.detect(source, limits)
    if kind.open is None:
        raise UnsupportedType("An XML file has no pages, so no PDF can be made of it. Download the original.")
    if not only and is_searchable(kind.mime_type, (page.source for page in pages)):
        shutil.copyfile(source, target)
    elif kind.name == "pdf":
        with _open_pdf(source) as opened:
            _write(opened, pages, target, only=only)
    else:
        with images_to_pdf(source, limits) as opened:
            _write(opened, pages, target, only=only)


def is_searchable(media_type: str, sources: Iterable[str]) -> bool:
    """Whether a file is a searchable PDF as it stands; ``sources`` are those of its pages."""
    return media_type == "application/pdf" and all(source == "text_layer" for source in sources)


def _open_pdf(source: Path) -> Pdf:
    try:
        return Pdf.open(source)
    except pikepdf.PasswordError:
        raise EncryptedPdf from None
    except pikepdf.PdfError:
        raise DamagedFile from None


def _write(opened: Pdf, pages: Sequence[Page], target: Path, *, only: bool) -> None:
    font = GlyphlessFont(opened)
    try:
        for page in pages:
            if page.source != "text_layer":
                _add_words(opened, page, font)
        if only:
            _drop_others(opened, {page.number for page in pages})
        font.finish()
        opened.save(target, deterministic_id=True, min_version="1.5", encryption=False)
    except (pikepdf.PdfError, pikepdf.DataDecodingError, IndexError, RuntimeError):
        raise DamagedFile(
            "The pages of this file are damaged in a way that can be shown but not written again. Open the original "
            "in a viewer, print it to PDF and upload that."
        ) from None


def _drop_others(opened: Pdf, kept: Set[int]) -> None:
    """Outlines and other trees that name the pages left out would keep these in the file."""
    for number in range(len(opened.pages), 0, -1):
        if number not in kept:
            del opened.pages[number - 1]
    for name in ("/Outlines", "/Names", "/Dests", "/StructTreeRoot", "/PageLabels", "/OpenAction", "/AcroForm"):
        if name in opened.Root:
            del opened.Root[name]


def _add_words(opened: Pdf, page: Page, font: GlyphlessFont) -> None:
    target = opened.pages[page.number - 1]
    without_hidden_text(opened, target)
    shown = _Shown(text_left(target))
    placed = _Placement.of(target, page)
    words = [(word, placed.corners(box)) for line in page.lines for word, box in _parted(line, page)]
    content = "".join(
        _shown(_visual_order(word.text.strip()), corners, font)
        for word, corners in words
        if not shown.has(word, corners)
    )
    if not content:
        return
    target.add_resource(font.resource, Name.Font, _FONT)
    # First, because the page's own content may leave its coordinates turned or scaled; unseen text lies under nothing.
    target.contents_add(opened.make_stream(f"q BT 3 Tr {_FONT} 1 Tf\n{content}ET Q\n".encode("ascii")), prepend=True)


# --- where the words stand --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Placement:
    """From fractions of a page as it was read to the coordinates of the PDF page that it came from."""

    page: Page
    turned: int  # clockwise, from the PDF page as written to the page as read
    left: float
    top: float
    width: float
    height: float

    @classmethod
    def of(cls, target: pikepdf.Page, page: Page) -> _Placement:
        left, bottom, right, top = _visible_box(target)
        turned = (page.rotation + int(target.obj.get(Name.Rotate, 0))) % 360
        return cls(page, turned, left, top, right - left, top - bottom)

    def corners(self, box: Box) -> Corners:
        x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
        return self.point(x0, y0), self.point(x1, y0), self.point(x1, y1), self.point(x0, y1)

    def point(self, x: float, y: float) -> Point:
        if self.page.homography is not None:
            a, b, c, d, e, f, g, h, i = self.page.homography
            depth = g * x + h * y + i
            x, y = (a * x + b * y + c) / depth, (d * x + e * y + f) / depth
        x, y = {0: (x, y), 90: (y, 1 - x), 180: (1 - x, 1 - y), 270: (1 - y, x)}[self.turned]
        return self.left + x * self.width, self.top - y * self.height


def _visible_box(target: pikepdf.Page) -> tuple[float, float, float, float]:
    """What is displayed of a page: its crop box within its media box, as left, bottom, right and top."""
    boxes = []
    for box in (target.mediabox, target.cropbox):
        x0, y0, x1, y1 = (float(value) for value in box)
        boxes.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    (left, bottom, right, top), crop = boxes
    left, bottom, right, top = max(left, crop[0]), max(bottom, crop[1]), min(right, crop[2]), min(top, crop[3])
    return (left, bottom, right, top) if left < right and bottom < top else boxes[0]


def _parted(line: Line, page: Page) -> Iterator[tuple[Word, Box]]:
    """The words of a line with their boxes, cut where they come so close to the next that Poppler would join them."""
    words = [word for word in line.words if word.text.strip()]
    for word, following in zip(words, [*words[1:], None], strict=True):
        box = word.box
        if following is not None and following.box.x0 > box.x0:
            end = following.box.x0 - _GAP * box.height * page.height / page.width
            box = replace(box, x1=min(box.x1, max(end, box.center_x)))
        yield word, box


def _shown(text: str, corners: Corners, font: GlyphlessFont) -> str:
    """One text-showing operator, its font scaled and turned by the text matrix so that the text fills the corners.

    A glyph is one em wide and reaches from ``DESCENT`` to ``ASCENT``. A trapezoid is met in the middle of its sides.
    The space after it keeps words apart that touch, and PDFium takes no text of a single glyph without ink for text.
    """
    top_left, top_right, bottom_right, bottom_left = corners
    top, bottom = _between(top_left, top_right), _between(bottom_left, bottom_right)
    right, left = _between(top_right, bottom_right), _between(top_left, bottom_left)
    across = _step(left, right) or (_LEAST, 0.0)
    rise = _step(bottom, top) or (0.0, _LEAST)
    a, b = across[0] / len(text), across[1] / len(text)
    c, d = (value * 1000 / (ASCENT - DESCENT) for value in rise)
    e = bottom[0] - across[0] / 2 - DESCENT / 1000 * c
    f = bottom[1] - across[1] / 2 - DESCENT / 1000 * d
    codes = font.encode(text + " ").hex()
    return f"{a:.4f} {b:.4f} {c:.4f} {d:.4f} {e:.3f} {f:.3f} Tm <{codes}> Tj\n"


def _between(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _step(start: Point, end: Point) -> Point | None:
    across, up = end[0] - start[0], end[1] - start[1]
    return (across, up) if math.hypot(across, up) >= _LEAST else None


def _visual_order(text: str) -> str:
    """Readers of PDF turn right-to-left text round, because printers place its letters from left to right."""
    return text[::-1] if _RIGHT_TO_LEFT.search(text) else text


# --- what the page shows as text already ------------------------------------------------------------------------------


class _Shown:
    """The text that is left on a page."""

    def __init__(self, characters: Sequence[Character]) -> None:
        self._texts = [text for text, _, _ in characters]
        self._places = np.array([(x, y) for _, x, y in characters], float).reshape(-1, 2)

    def has(self, word: Word, corners: Corners) -> bool:
        around = np.array(corners)
        inside = ((self._places >= around.min(axis=0)) & (self._places <= around.max(axis=0))).all(axis=1)
        return "".join(self._texts[index] for index in np.flatnonzero(inside)).split() == word.text.split()
