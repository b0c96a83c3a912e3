"""PDF pages through PDFium: their size, their picture and their characters.

PDFium is not thread-safe, so every call into it holds one lock. What the characters are worth, ``textlayer`` decides.
"""

from __future__ import annotations

import math
import os
from ctypes import addressof, byref, c_double, c_int
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any, Literal

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray
from PIL import Image

from .document import Box
from .errors import DamagedFile, EncryptedPdf, NoPages

PdfDocument = Any
PdfPage = Any
GreyImage = NDArray[np.uint8]  # height x width
Boxes = NDArray[np.float64]  # n x 4: x0, y0, x1, y1 in fractions of the page as displayed

_lock = RLock()
_TAIL = 16 * 1024
_MAX_RENDER_PIXELS = 12_000_000
_MAX_GREY_PIXELS = 1_500_000
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


def close_page(page: PdfPage) -> None:
    with _lock:
        page.close()


def load_page(opened: PdfDocument, number: int) -> PdfPage:
    """What people typed into forms or stuck onto the page becomes part of it: the page's own text holds it then."""
    with _lock:
        try:
            page = opened[number - 1]
            if pdfium_c.FPDFPage_GetAnnotCount(page) == 0:
                return page
            if pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY) != pdfium_c.FLATTEN_SUCCESS:
                return page
            page.close()
            return opened[number - 1]
        except pdfium.PdfiumError:
            raise DamagedFile(f"Page {number} of this PDF is damaged. Get a fresh copy and upload it again.") from None


def page_size(page: PdfPage) -> tuple[float, float]:
    """In points, as displayed."""
    with _lock:
        width, height = page.get_size()
    return max(1.0, float(width)), max(1.0, float(height))


def render(page: PdfPage, *, dpi: int, crop: Box | None = None) -> Image.Image:
    """The page as displayed, in RGB; ``crop`` (fractions) draws only that part of it.

    Huge pages are drawn smaller: the size of a PDF page says nothing about detail.
    """
    return _drawn(page, dpi, crop, _MAX_RENDER_PIXELS, "RGB")


def render_grey(page: PdfPage, *, dpi: int) -> GreyImage:
    """The page as displayed, small and in shades of grey, to look for ink."""
    return np.asarray(_drawn(page, dpi, None, _MAX_GREY_PIXELS, "L"))


def _drawn(page: PdfPage, dpi: int, crop: Box | None, most: int, mode: Literal["RGB", "L"]) -> Image.Image:
    width, height = page_size(page)
    part = crop or Box(0, 0, 1, 1)
    scale = min(dpi / 72, math.sqrt(most / (width * part.width * height * part.height)))
    columns, rows = math.ceil(width * scale), math.ceil(height * scale)
    # Whole pixels from the page's left, bottom, right and top; one stays, however thin the part is.
    left, top = min(int(part.x0 * columns), columns - 1), min(int(part.y0 * rows), rows - 1)
    right = min(columns - math.ceil(part.x1 * columns), columns - left - 1)
    bottom = min(rows - math.ceil(part.y1 * rows), rows - top - 1)
    # PDFium's binding takes points and rounds them up.
    edges = tuple(max(0.0, (pixels - 0.01) / scale) for pixels in (left, bottom, right, top))
    with _lock:
        bitmap = page.render(scale=scale, crop=edges, rev_byteorder=mode == "RGB", grayscale=mode == "L")
        image: Image.Image = bitmap.to_pil().convert(mode).copy()
        bitmap.close()
    return image


# --- characters -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a page in PDFium's reading order. A break has ``text`` " " or "\n" and no place.

    ``ink`` is the glyph's own box, ``full`` the font's height and the advance; ``angle`` how far a character leans
    clockwise on the page as displayed, in whole degrees. ``known``: the font maps it to a character. ``hidden``: drawn
    in invisible ink, or under a picture that covers most of the page.
    """

    text: list[str]
    ink: Boxes
    full: Boxes
    angle: NDArray[np.int64]
    known: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    picture: float  # the largest picture's share of the page
    drawn: Boxes  # pictures and curves: what may show text that is not among the characters


def glyphs(page: PdfPage) -> Glyphs:
    with _lock:
        text_page = page.get_textpage()
        try:
            return _glyphs(page, text_page, _content(page))
        finally:
            text_page.close()


def _glyphs(page: PdfPage, text_page: Any, content: _Content) -> Glyphs:
    """One call into PDFium for each property of each character: all else here is done for the page at once."""
    raw, count = text_page.raw, min(text_page.count_chars(), _MAX_CHARACTERS)
    text, printed = _characters(raw, count)
    angle, known = np.zeros(count), np.ones(count, bool)
    unseen = np.full(count, bool(content.hidden and not content.shown))
    places = _places(raw, printed)
    ink, full = np.zeros((count, 4)), np.zeros((count, 4))
    if printed:
        rows = np.array(printed)
        ink[rows], full[rows] = places[:, :4], places[:, 4:8]
        angle[rows], known[rows] = places[:, 8], places[:, 9] != 1
    if content.hidden and content.shown:
        unseen[printed] = [_drawn_by(raw, index) in content.hidden for index in printed]
    leaning = (np.rint(np.degrees(angle)).astype(np.int64) + page.get_rotation()) % 360
    drawn = np.array(content.drawn).reshape(-1, 4)
    boxes = (_displayed(page, ink), _displayed(page, full))
    return Glyphs(text, *boxes, leaning, known, unseen, content.picture, _displayed(page, drawn))


def _places(raw: Any, printed: list[int]) -> NDArray[np.float64]:
    """A row for each: ink and full box as (left, top, right, bottom), angle in radians, 1 where the font is unsure."""
    left, right, bottom, top, full = c_double(), c_double(), c_double(), c_double(), pdfium_c.FS_RECTF()
    edges, frame = (byref(left), byref(right), byref(bottom), byref(top)), byref(full)
    # Bound to local names: this loop runs some thousand times a page.
    ink_box, full_box = pdfium_c.FPDFText_GetCharBox, pdfium_c.FPDFText_GetLooseCharBox
    angle, unsure = pdfium_c.FPDFText_GetCharAngle, pdfium_c.FPDFText_HasUnicodeMapError
    found: list[float] = []
    for index in printed:
        ink_box(raw, index, *edges)
        full_box(raw, index, frame)
        found += (left.value, top.value, right.value, bottom.value, full.left, full.top, full.right, full.bottom)
        found += (angle(raw, index), unsure(raw, index))
    return np.array(found).reshape(-1, 10)


def _characters(raw: Any, count: int) -> tuple[list[str], list[int]]:
    """All characters, and which of them are printed: no breaks."""
    get = pdfium_c.FPDFText_GetUnicode
    codes = [get(raw, index) for index in range(count)]
    named = {code: _named(code) for code in set(codes)}
    text = [named[code] for code in codes]
    for index, code in enumerate(codes):
        if code in {0xFFFE, 0x02} and pdfium_c.FPDFText_IsHyphen(raw, index) == 1:
            text[index] = "-"  # how a hyphen at the end of a line is reported
    return text, [index for index, char in enumerate(text) if char not in " \n"]


def _named(code: int) -> str:
    text = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    if text in "\r\n":
        return "\n"
    return " " if text.isspace() else text


def _drawn_by(raw: Any, index: int) -> int:
    """The address of the text object that a character belongs to."""
    drawn = pdfium_c.FPDFText_GetTextObject(raw, index)
    return addressof(drawn.contents) if drawn else 0


def _displayed(page: PdfPage, boxes: Boxes) -> Boxes:
    """(left, top, right, bottom) in the page's own coordinates -> fractions of the page as displayed."""
    origin, right, up = (_device(page, *point) for point in ((0, 0), (1000, 0), (0, 1000)))
    turn = np.array([right - origin, up - origin]) / 1000
    first, second = boxes[:, :2] @ turn + origin, boxes[:, 2:] @ turn + origin
    return np.hstack([np.minimum(first, second), np.maximum(first, second)])


def _device(page: PdfPage, x: float, y: float) -> NDArray[np.float64]:
    column, row = c_int(), c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, c_double(x), c_double(y), byref(column), byref(row))
    return np.array([column.value, row.value]) / _GRID


@dataclass(slots=True)
class _Content:
    """``hidden``: the addresses of text objects that nobody sees; ``drawn``: corners of what may show more text."""

    picture: float = 0.0
    shown: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    drawn: list[tuple[float, float, float, float]] = field(default_factory=list)


def _content(page: PdfPage) -> _Content:
    found = _Content()
    width, height = page.get_size()
    for item in page.get_objects(max_depth=6):
        if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
            mode = pdfium_c.FPDFTextObj_GetTextRenderMode(item)
            unseen = mode in {pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP}
            (found.hidden if unseen else found.shown).add(addressof(item.raw.contents))
        elif item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = _extent(item, (0.0, 0.0, 1.0, 1.0))  # an image fills the unit square of its matrix
            found.drawn.append((x0, y0, x1, y1))
            share = min(1.0, abs((x1 - x0) * (y1 - y0)) / max(width * height, 1.0))
            found.picture = max(found.picture, share)
            if share > 0.5 and not pdfium_c.FPDFPageObj_HasTransparency(item):
                found.hidden, found.shown = found.hidden | found.shown, set()  # it lies over what was drawn before
        elif item.type == pdfium_c.FPDF_PAGEOBJ_PATH and _is_curved(item):
            found.drawn.append(_extent(item, item.get_bounds(), own=False))
    return found


def _extent(
    item: Any, box: tuple[float, float, float, float], *, own: bool = True
) -> tuple[float, float, float, float]:
    """A box in the page's coordinates; the matrices of the forms around an object multiply. ``own``: and its own."""
    matrix = item.get_matrix() if own else pdfium.PdfMatrix()
    container = item.container
    while container is not None:
        matrix = matrix.multiply(container.get_matrix())
        container = container.container
    corners = [matrix.on_point(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


_FEW_SEGMENTS, _MANY_SEGMENTS = 10, 60  # a frame with round corners has nine


def _is_curved(path: Any) -> bool:
    """Whether a path may be letters: text that was turned into curves."""
    count = pdfium_c.FPDFPath_CountSegments(path)
    if count < _FEW_SEGMENTS:
        return False
    segments = (pdfium_c.FPDFPath_GetPathSegment(path, index) for index in range(min(count, _MANY_SEGMENTS)))
    bends = sum(pdfium_c.FPDFPathSegment_GetType(segment) == pdfium_c.FPDF_SEGMENT_BEZIERTO for segment in segments)
    return bool(bends > 4)
