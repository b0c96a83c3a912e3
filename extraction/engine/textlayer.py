"""The words that a PDF holds for a page, and what they are worth.

A text layer is evidence, not truth. Scanners put a guess of theirs, invisible, over the picture of the page; fonts
lie about their characters; a logo is a picture; and white print on white paper is for nobody. So the words are compared
with a small picture of the page: words without ink are dropped, ink without words is named as ``regions`` to recognise,
and words that cannot be judged so cheaply are ``doubtful``: a strip of them has to be compared with the picture.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from . import pdf, regions
from .document import Box, Line, Word
from .language import is_known_word
from .pdf import Boxes, Glyphs, GreyImage

GREY_DPI = 72


@dataclass(frozen=True, slots=True)
class TextLayer:
    """``rotation`` turns the page (clockwise) so that the words are upright; boxes are fractions of the upright page.

    ``regions`` show something that the words leave out. ``doubtful`` words must be compared with the picture.
    """

    lines: tuple[Line, ...]
    rotation: int
    regions: tuple[Box, ...] = ()
    doubtful: bool = False


def text_layer(page: pdf.PdfPage) -> TextLayer | None:
    """None when the page holds no words, or none that could be true."""
    glyphs = pdf.glyphs(page)
    if not _is_possible(glyphs):
        return None
    size = pdf.page_size(page)
    rotation = _rotation(glyphs)
    grey = np.ascontiguousarray(np.rot90(pdf.render_grey(page, dpi=GREY_DPI), -rotation // 90))
    scanned = _is_scanned(glyphs)
    lines = _visible(_lines(_upright(glyphs, rotation, with_hidden=scanned), *_turned(size, rotation)), grey)
    if rotation:  # PDFium's reading order is that of the page as displayed
        lines.sort(key=lambda line: (line.box.center_y, line.box.x0))
    if not lines:
        return None
    return _judged(TextLayer(tuple(lines), rotation), glyphs, grey, scanned=scanned)


# --- can the words be trusted? ----------------------------------------------------------------------------------------

_PICTURE = 0.6  # of the page: a scan
_FEW_WORDS = 60
_MUCH = 0.35  # of the page, to be recognised in parts: the whole is read better and not much slower


def _is_possible(glyphs: Glyphs) -> bool:
    printed = [index for index, text in enumerate(glyphs.text) if text not in " \n"]
    if not printed:
        return False
    unreadable = sum(not glyphs.known[index] or not _is_readable(glyphs.text[index]) for index in printed)
    if unreadable > 0.05 * len(printed):
        return False  # a font without a usable mapping to characters
    ink = glyphs.ink[printed]
    empty = (ink[:, 2] - ink[:, 0] <= 0) & (ink[:, 3] - ink[:, 1] <= 0)
    return bool(empty.mean() < 0.5)  # characters without a shape are not what people see


def _is_readable(text: str) -> bool:
    """Neither a replacement, nor a control, nor of the private use areas; a soft hyphen may be there unseen."""
    return (text.isprintable() and text != "\ufffd") or text == "\xad"


def _is_scanned(glyphs: Glyphs) -> bool:
    """Whether most of the words are a guess about the picture that they hide in."""
    printed = np.array([text not in " \n" for text in glyphs.text])
    return bool((glyphs.hidden & printed).sum() > 0.5 * printed.sum())


def _judged(layer: TextLayer, glyphs: Glyphs, grey: GreyImage, *, scanned: bool) -> TextLayer | None:
    words = [word for line in layer.lines for word in line.words]
    if len(words) < _FEW_WORDS and glyphs.picture > _PICTURE:
        return None  # a picture with a stamp or a footer
    plausible = plausibility([word.text for word in words])
    if scanned and plausible < 0.8:
        return None
    drawn = [Box(*box) for box in _turn(glyphs.drawn, layer.rotation).tolist()]
    left_out = regions.without_words(grey, [word.box for word in words], within=drawn)
    if scanned and left_out:
        return None  # the scanner has missed something
    area = sum(region.width * region.height for region in left_out)
    if area > _MUCH and len(words) < _FEW_WORDS:
        return None
    return replace(layer, regions=tuple(left_out), doubtful=scanned or plausible < 0.4)


_LETTERS = re.compile(r"[^\W\d_]{3,}")
_VOWELS = re.compile(r"[aeiouyæœøı]")
_CONSONANTS = re.compile(r"[^aeiouyæœøı]{6,}")


def plausibility(words: Sequence[str]) -> float:
    """How far the longer words look like words of a language, 0..1; 1.0 when there are too few to tell.

    Where hardly any of many words is known from documents, a font may have renamed all its letters: that counts as 0.
    """
    found = [text for word in words for text in _LETTERS.findall(word)]
    if len(found) < 8:
        return 1.0
    known = sum(is_known_word(text) for text in found)
    if len(found) >= 40 and known == 0:
        return 0.0
    return sum(is_known_word(text) or _looks_like_a_word(text) for text in found) / len(found)


def _looks_like_a_word(text: str) -> bool:
    if not (text.islower() or text.isupper() or text[1:].islower() or not text.isascii()):
        return False
    plain = unicodedata.normalize("NFD", text.casefold())
    if any(ord(char) > 0x24F and char.isalpha() for char in plain):  # not Latin: no rule for vowels
        return True
    return _VOWELS.search(plain) is not None and _CONSONANTS.search(plain) is None


def strip_to_compare(layer: TextLayer) -> tuple[Box, tuple[Line, ...]]:
    """Three to eight lines, those with the most figures, and the part of the page that holds them."""
    lines = sorted(layer.lines, key=lambda line: line.box.center_y)
    height = median(line.box.height for line in lines)
    span = 9 * height
    figures = [sum(char.isdigit() for char in line.text) for line in lines]
    best: tuple[int, tuple[Line, ...]] = (-1, ())
    for first, line in enumerate(lines):
        inside = [i for i in range(first, len(lines)) if lines[i].box.y1 <= line.box.y0 + span]
        score = sum(figures[i] for i in inside) + len(inside)
        if score > best[0]:
            best = score, tuple(lines[i] for i in inside)
    chosen = best[1] or (lines[0],)
    box = Box.around(line.box for line in chosen)
    margin = 0.3 * height
    strip = Box(0.0, max(0.0, box.y0 - margin), 1.0, min(1.0, box.y1 + margin))
    within = tuple(line for line in lines if strip.y0 <= line.box.center_y <= strip.y1)
    return strip, within


# --- characters -------------------------------------------------------------------------------------------------------

_SMALLEST = 2.0  # points; smaller print is not meant for people, unless all of the page is as small
_SAME_PLACE = 0.15  # of a character's height: nearer, the same character twice is bold print
_LIGATURES = range(0xFB00, 0xFB07)
_UNSEEN_CHARACTERS = dict.fromkeys(map(ord, "\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_BREAK = -1


@dataclass(frozen=True, slots=True)
class _Characters:
    """As ``Glyphs``, but upright and without what is not printed; ``order`` has their places in the page's order."""

    text: list[str]
    order: NDArray[np.int64]
    breaks: NDArray[np.int64]  # running number of the line that each is on, and below it of the word
    words: NDArray[np.int64]
    ink: Boxes
    full: Boxes
    angle: NDArray[np.int64]


def _rotation(glyphs: Glyphs) -> int:
    """The quarter turn, clockwise, that makes most of the text upright."""
    leaning: Counter[int] = Counter(
        round(angle / 90) * 90 % 360
        for angle, text in zip(glyphs.angle.tolist(), glyphs.text, strict=True)
        if text not in " \n"
    )
    return (360 - leaning.most_common(1)[0][0]) % 360


def _upright(glyphs: Glyphs, rotation: int, *, with_hidden: bool) -> _Characters:
    """The printed characters on the page, each once, none too small to see."""
    is_line = np.array([text == "\n" for text in glyphs.text])
    is_break = is_line | np.array([text == " " for text in glyphs.text])
    ink, full = glyphs.ink, glyphs.full
    centers = (ink[:, :2] + ink[:, 2:]) / 2
    inside = ((centers > 0) & (centers < 1)).all(axis=1)
    solid = (ink[:, 2] > ink[:, 0]) | (ink[:, 3] > ink[:, 1])
    kept = ~is_break & inside & solid & (with_hidden | ~glyphs.hidden)
    order = np.flatnonzero(kept)
    order = order[~_doubled([glyphs.text[i] for i in order], ink[order], full[order])]
    return _Characters(
        [_plain(glyphs.text[i]) for i in order],
        order,
        np.cumsum(is_line)[order],
        np.cumsum(is_break)[order],
        _turn(ink[order], rotation),
        _turn(full[order], rotation),
        (glyphs.angle[order] + rotation) % 360,
    )


def _plain(text: str) -> str:
    """Ligatures as their letters, soft hyphens and marks without width as nothing."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text) if ord(text) in _LIGATURES else text.translate(_UNSEEN_CHARACTERS)


def _turn(boxes: Boxes, rotation: int) -> Boxes:
    """The same places after the page was turned clockwise."""
    x0, y0, x1, y1 = boxes.T
    turned = {0: (x0, y0, x1, y1), 90: (1 - y1, x0, 1 - y0, x1), 180: (1 - x1, 1 - y1, 1 - x0, 1 - y0)}
    return np.stack(turned.get(rotation, (y0, 1 - x1, y1, 1 - x0)), axis=1)


def _turned(size: tuple[float, float], rotation: int) -> tuple[float, float]:
    return (size[1], size[0]) if rotation in {90, 270} else size


def _doubled(text: list[str], ink: Boxes, full: Boxes) -> NDArray[np.bool_]:
    """Characters drawn again in the same place, a way to print bold.

    The letters of a ligature share its one place: the same letter again with the very same box is one.
    Two points nearer than half a cell share a cell of at least one of four grids that are half a cell apart.
    """
    doubled = np.zeros(len(text), bool)
    if not text:
        return doubled
    codes = np.array([ord(char) for char in text])
    cell = np.round(np.maximum(full[:, 2:] - full[:, :2], 1e-4), 3).max(axis=1, keepdims=True) * _SAME_PLACE
    places = ink[:, :2] / np.maximum(cell, 1e-5)
    for shift in ((0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5)):
        cells = np.floor(places + shift).astype(np.int64)
        keys = (codes * 100_003 + cells[:, 0]) * 100_003 + cells[:, 1]
        first = np.unique(keys, return_index=True)[1]
        again = np.ones(len(text), bool)
        again[first] = False
        doubled |= again
    doubled[1:] &= (codes[1:] != codes[:-1]) | (ink[1:] != ink[:-1]).any(axis=1)
    return doubled


# --- characters -> words -> lines -------------------------------------------------------------------------------------

_WORD_GAP = 0.33  # of the text height
_LINE_GAP = 1.5


def _lines(characters: _Characters, width: float, height: float) -> list[Line]:
    """PDFium's reading order, cut where a person sees a gap or a new line; ``width`` and ``height`` in points."""
    count = len(characters.text)
    if count == 0:
        return []
    size = (characters.full[:, 3] - characters.full[:, 1]) * height
    gap, far = _steps(characters, width, height)
    cut = far | (characters.words[1:] != characters.words[:-1])
    level = characters.angle[:-1] % 180 == 0
    cut |= (characters.angle[1:] != characters.angle[:-1]) | (
        level & (gap > _WORD_GAP * np.maximum(size[1:], size[:-1]))
    )
    starts = np.flatnonzero(np.concatenate([[True], cut]))
    boxes = _word_boxes(characters, starts)
    texts = ["".join(characters.text[a:b]) for a, b in pairwise([*starts.tolist(), count])]
    smallest = min(_SMALLEST, 0.5 * float(np.median(size)))
    words = [
        Word(text, Box(*box)) if text and tall >= smallest else None
        for text, box, tall in zip(texts, boxes.tolist(), np.maximum.reduceat(size, starts).tolist(), strict=True)
    ]
    wide = far | (gap > _LINE_GAP * np.maximum(size[1:], size[:-1]))
    new_line = wide | (characters.breaks[1:] != characters.breaks[:-1])
    return list(_grouped(words, np.concatenate([[True], new_line])[starts].tolist()))


def _grouped(words: Sequence[Word | None], starts_line: Sequence[bool]) -> Iterator[Line]:
    line: list[Word] = []
    for word, starts in zip(words, starts_line, strict=True):
        if starts and line:
            yield Line(tuple(line))
            line = []
        if word is not None:
            line.append(word)
    if line:
        yield Line(tuple(line))


def _steps(characters: _Characters, width: float, height: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """From each character to the next: the gap in points, and whether that stands on another line."""
    left, right = characters.full[:-1], characters.full[1:]
    overlap = np.minimum(left[:, 3], right[:, 3]) - np.maximum(left[:, 1], right[:, 1])
    tall = left[:, 3] - left[:, 1]
    gap = (characters.ink[1:, 0] - characters.ink[:-1, 2]) * width
    level = characters.angle[:-1] % 180 == 0
    other = overlap < 0.4 * np.minimum(tall, right[:, 3] - right[:, 1])
    return gap, level & (other | (gap < -2 * tall * height))


def _word_boxes(characters: _Characters, starts: NDArray[np.int64]) -> Boxes:
    def around(boxes: Boxes) -> Boxes:
        low, high = np.minimum.reduceat(boxes[:, :2], starts), np.maximum.reduceat(boxes[:, 2:], starts)
        return np.hstack([low, high])

    ink, full = around(characters.ink), around(characters.full)
    ink_height, full_height = ink[:, 3] - ink[:, 1], full[:, 3] - full[:, 1]
    # A font may claim any height; believe it only while it is near the ink.
    near = (ink_height <= full_height) & (full_height <= 2.5 * ink_height)
    ink[near, 1], ink[near, 3] = full[near, 1], full[near, 3]
    return np.clip(ink, 0, 1)


def _visible(lines: Sequence[Line], grey: GreyImage) -> list[Line]:
    """Without the words that left no ink on the page."""
    seen = iter(regions.with_ink(grey, [word.box for line in lines for word in line.words]))
    kept = (tuple(word for word in line.words if next(seen)) for line in lines)
    return [Line(words) for words in kept if words]
