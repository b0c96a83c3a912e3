"""PDF pages through PDFium: their size, their picture, and their own words.

A text layer is evidence, not truth: scanners put a guess of theirs, invisible, over the picture of the page.
``_trusted`` decides whether the words of a page are what people see on it; if not, the picture is read instead.

PDFium is not thread-safe, so every call into it holds one lock.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator
from ctypes import byref, c_double, c_int
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from .document import Box, Line, Word
from .errors import DamagedFile, EncryptedPdf, NoPages

PdfDocument = Any
PdfPage = Any

_lock = RLock()
_TAIL = 16 * 1024
_MAX_RENDER_PIXELS = 12_000_000
_MAX_CHARACTERS = 200_000  # on one page; more is no document for people
_GRID = 1_000_000  # device size for coordinates, which PDFium gives as whole numbers


def open_pdf(path: Path) -> PdfDocument:
    """EncryptedPdf, or DamagedFile; a file that was cut off is refused even where PDFium would show its first pages."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        tail = stream.read()
    with _lock:
        opened = pdfium.PdfDocument(_load(path))
        opened.init_forms()  # so that filled-in form fields are drawn
    if b"%%EOF" not in tail and b"startxref" not in tail:
        close(opened)
        raise DamagedFile
    return opened


def _load(path: Path) -> Any:
    """PDFium's own handle. pypdfium2 would take a document without pages for one that failed with the last error."""
    raw = pdfium_c.FPDF_LoadDocument(os.fsencode(path) + b"\0", None)
    if not raw:
        if pdfium_c.FPDF_GetLastError() in {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}:
            raise EncryptedPdf
        raise DamagedFile
    if pdfium_c.FPDF_GetPageCount(raw) < 1:
        pdfium_c.FPDF_CloseDocument(raw)
        raise NoPages
    return raw


def page_count(opened: PdfDocument) -> int:
    with _lock:
        return len(opened)


def close(opened: PdfDocument) -> None:
    with _lock:
        opened.close()


def load_page(opened: PdfDocument, number: int) -> PdfPage:
    with _lock:
        try:
            return opened[number - 1]
        except pdfium.PdfiumError:
            raise DamagedFile(f"Page {number} of this PDF is damaged. Get a fresh copy and upload it again.") from None


def page_size(page: PdfPage) -> tuple[float, float]:
    """In points, as displayed."""
    with _lock:
        width, height = page.get_size()
    return max(1.0, float(width)), max(1.0, float(height))


def render(page: PdfPage, *, dpi: int) -> Image.Image:
    """The page as displayed, in RGB. Huge pages are drawn smaller: the size of a PDF page says nothing about detail."""
    width, height = page_size(page)
    scale = min(dpi / 72, math.sqrt(_MAX_RENDER_PIXELS / (width * height)))
    with _lock:
        bitmap = page.render(scale=scale, rev_byteorder=True)
        image: Image.Image = bitmap.to_pil().convert("RGB").copy()
        bitmap.close()
    return image


def text_layer(page: PdfPage) -> tuple[tuple[Line, ...], int] | None:
    """Lines in upright fractions and the clockwise turn that makes them upright; None when there is no usable text."""
    with _lock:
        characters = list(_characters(page))
        if not characters or not _trusted(characters, _content(page)):
            return None
    rotation = _rotation(characters)
    width, height = page_size(page)
    if rotation in {90, 270}:
        width, height = height, width
    upright = [character.turned(rotation) for character in characters]
    lines = list(_lines(upright, width, height))
    if rotation:  # PDFium's reading order is that of the page as displayed
        lines.sort(key=lambda line: (line.box.center_y, line.box.x0))
    return tuple(lines), rotation


# --- characters -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Character:
    """``box`` is the ink, ``loose`` the font's full height; both are fractions of the page as displayed.

    ``angle`` is how far the character leans clockwise, in whole degrees. A break has ``text`` " " or "\\n", no place.
    """

    text: str
    box: Box
    loose: Box
    angle: int
    known: bool

    def turned(self, rotation: int) -> _Character:
        if rotation == 0 or self.box is _NOWHERE:
            return self
        return _Character(
            self.text, _turn(self.box, rotation), _turn(self.loose, rotation), (self.angle + rotation) % 360, self.known
        )


_NOWHERE = Box(0, 0, 0, 0)


def _turn(box: Box, rotation: int) -> Box:
    """The same place after the page was turned clockwise."""
    if rotation == 90:
        return Box(1 - box.y1, box.x0, 1 - box.y0, box.x1)
    if rotation == 180:
        return Box(1 - box.x1, 1 - box.y1, 1 - box.x0, 1 - box.y0)
    return Box(box.y0, 1 - box.x1, box.y1, 1 - box.x0)


def _characters(page: PdfPage) -> Iterator[_Character]:
    text_page = page.get_textpage()
    try:
        turned = page.get_rotation()
        for index in range(min(text_page.count_chars(), _MAX_CHARACTERS)):
            code = pdfium_c.FPDFText_GetUnicode(text_page, index)
            text = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
            if text in "\r\n":
                yield _Character("\n", _NOWHERE, _NOWHERE, 0, True)
            elif text.isspace():
                yield _Character(" ", _NOWHERE, _NOWHERE, 0, True)
            else:
                # Fonts with a hyphen at line end report U+FFFE or U+0002.
                text = "-" if pdfium_c.FPDFText_IsHyphen(text_page, index) == 1 else text
                known = pdfium_c.FPDFText_HasUnicodeMapError(text_page, index) != 1
                angle = round(math.degrees(pdfium_c.FPDFText_GetCharAngle(text_page, index)))  # clockwise
                box = _displayed(page, text_page.get_charbox(index))
                loose = _displayed(page, text_page.get_charbox(index, loose=True))
                yield _Character(text, box, loose, (turned + angle) % 360, known)
    finally:
        text_page.close()


def _displayed(page: PdfPage, box: tuple[float, float, float, float]) -> Box:
    """(left, bottom, right, top) in the page's own coordinates -> fractions of the page as displayed."""
    x, y = c_int(), c_int()
    points = []
    for corner in ((box[0], box[3]), (box[2], box[1])):
        pdfium_c.FPDF_PageToDevice(
            page, 0, 0, _GRID, _GRID, 0, c_double(corner[0]), c_double(corner[1]), byref(x), byref(y)
        )
        points.append((x.value / _GRID, y.value / _GRID))
    (x0, y0), (x1, y1) = points
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _rotation(characters: list[_Character]) -> int:
    """The quarter turn, clockwise, that makes most of the text upright."""
    leaning = Counter(round(c.angle / 90) * 90 % 360 for c in characters if c.box is not _NOWHERE)
    return (360 - leaning.most_common(1)[0][0]) % 360 if leaning else 0


# --- can the words be trusted? ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Content:
    """What a page draws: text objects that people see or not, the largest picture's share of the page, and curves."""

    visible: int = 0
    hidden: int = 0
    picture: float = 0.0
    paths: int = 0


def _content(page: PdfPage) -> _Content:
    found = _Content()
    for item in page.get_objects(max_depth=6):
        if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
            mode = pdfium_c.FPDFTextObj_GetTextRenderMode(item)
            if mode in {pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP}:
                found.hidden += 1
            else:
                found.visible += 1
        elif item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            share = _share_of_page(item, page)
            found.picture = max(found.picture, share)
            if share > 0.5 and not pdfium_c.FPDFPageObj_HasTransparency(item):
                found.hidden, found.visible = found.hidden + found.visible, 0  # it lies over what was drawn before
        elif item.type == pdfium_c.FPDF_PAGEOBJ_PATH:
            found.paths += 1
    return found


def _share_of_page(item: Any, page: PdfPage) -> float:
    """An image fills the unit square of its matrix; inside form objects the matrices multiply."""
    matrix = item.get_matrix()
    container = item.container
    while container is not None:
        matrix = matrix.multiply(container.get_matrix())
        container = container.container
    area = abs(matrix.a * matrix.d - matrix.b * matrix.c)
    width, height = page.get_size()
    return min(1.0, float(area / max(width * height, 1.0)))


def _trusted(characters: list[_Character], content: _Content) -> bool:
    printed = [c for c in characters if c.box is not _NOWHERE]
    words = sum(1 for before, c in zip([None, *characters], characters, strict=False) if _starts_word(before, c))
    if content.hidden > content.visible:
        return False  # the words of a scanner
    if sum(1 for c in printed if not c.known or not _is_readable(c.text)) > 0.05 * len(printed):
        return False  # a font without a usable mapping to characters
    if words < 60 and content.picture > 0.6:
        return False  # a picture with a stamp or a footer
    return words >= 15 or (content.picture < 0.1 and content.paths < 200)


def _starts_word(before: _Character | None, character: _Character) -> bool:
    return character.box is not _NOWHERE and (before is None or before.box is _NOWHERE)


def _is_readable(text: str) -> bool:
    """Neither a replacement, nor a control, nor of the private use areas."""
    return text.isprintable() and text != "\ufffd"


# --- characters -> words -> lines -------------------------------------------------------------------------------------

_WORD_GAP = 0.33  # of the text height
_LINE_GAP = 1.5


def _lines(characters: list[_Character], width: float, height: float) -> Iterator[Line]:
    """PDFium's reading order, cut where a person sees a gap or a new line; ``width`` and ``height`` in points."""
    words: list[Word] = []
    run: list[_Character] = []
    for character in [*characters, _Character("\n", _NOWHERE, _NOWHERE, 0, True)]:
        if character.box is not _NOWHERE:
            if run and _apart(run[-1], character, width, height, _WORD_GAP):
                words.append(_word(run))
                run = []
            if words and not run and _apart_words(words[-1], character, width, height):
                yield Line(tuple(words))
                words = []
            run.append(character)
            continue
        if run:
            words.append(_word(run))
            run = []
        if character.text == "\n" and words:
            yield Line(tuple(words))
            words = []


def _word(run: list[_Character]) -> Word:
    ink = Box.around(c.box for c in run)
    full = Box.around(c.loose for c in run)
    # A font may claim any height; believe it only while it is near the ink.
    top, bottom = (full.y0, full.y1) if ink.height <= full.height <= 2.5 * ink.height else (ink.y0, ink.y1)
    text = "".join(c.text for c in run)
    return Word(text, Box(*(min(max(v, 0.0), 1.0) for v in (ink.x0, top, ink.x1, bottom))))


def _apart(left: _Character, right: _Character, width: float, height: float, gap: float) -> bool:
    size = max(left.loose.height, right.loose.height) * height
    if left.angle != right.angle:
        return True
    if left.angle % 180:  # runs up or down the page
        return False
    return _distance(left.loose, left.box.x1, right, width, height) > gap * size


def _apart_words(left: Word, right: _Character, width: float, height: float) -> bool:
    size = max(left.box.height, right.loose.height) * height
    return _distance(left.box, left.box.x1, right, width, height) > _LINE_GAP * size


def _distance(row: Box, end: float, right: _Character, width: float, height: float) -> float:
    """Points between the end of a run and the next character; infinite when that stands on another line."""
    overlap = min(row.y1, right.loose.y1) - max(row.y0, right.loose.y0)
    step = (right.box.x0 - end) * width
    if overlap < 0.4 * min(row.height, right.loose.height) or step < -2 * row.height * height:
        return math.inf
    return step
