"""Where a small grey picture of a page shows print: parts that its words leave out, and pages that show none at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .document import Box
from .pdf import GreyImage
from .scaling import shrunk

_EDGE = 48  # shades of 255 between neighbours: print, not shading
_RULE = 30  # pixels: a straight edge this long is a rule or the border of a field
_MARGIN = 4  # pixels around a region, so that no stroke is cut
_LARGEST = 40  # regions; more of them is a drawing
_BLANK_SIDE = 1600  # pixels
_SMALL_PHOTO = 3_000  # pixels; a smaller patch says nothing about its shades


def pixels(box: Box, image: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of at least one pixel inside ``image``."""
    x0, y0, x1, y1 = _pixels([box], image)[0].tolist()
    return x0, y0, x1, y1


def _pixels(boxes: Sequence[Box], image: NDArray[np.uint8], margin: int = 0) -> NDArray[np.int64]:
    height, width = image.shape[:2]
    places = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes]).reshape(-1, 4)
    places *= (width, height, width, height)
    low = np.clip(np.floor(places[:, :2]).astype(np.int64) - margin, 0, (width - 1, height - 1))
    high = np.minimum(np.ceil(places[:, 2:]).astype(np.int64) + margin, (width, height))
    return np.hstack([low, np.maximum(high, low + 1)])


_CONTRAST = 20  # shades of 255 between neighbours, from which people see print


def with_ink(grey: GreyImage, boxes: Sequence[Box]) -> list[bool]:
    """Which boxes hold print that people see: not white on white, under a cover, or on a layer that is switched off."""
    import cv2

    sums = cv2.integral((_steps(grey) >= _CONTRAST).astype(np.uint8))
    x0, y0, x1, y1 = _pixels(boxes, grey).T
    inked: NDArray[np.bool_] = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0] > 0
    # Smaller print than this picture can show gets the benefit of the doubt.
    return [bool(seen) for seen in inked | (y1 - y0 < 3)]


def without_words(grey: GreyImage, words: Sequence[Box], *, within: Sequence[Box]) -> list[Box]:
    """Parts of the page that may hold print which no word covers, in reading order. ``grey`` has about 72 dpi.

    Only what lies ``within`` pictures and curves counts: all else is drawn by lines or said by words.
    """
    if not within:
        return []
    import cv2

    allowed = np.zeros_like(grey)
    for x0, y0, x1, y1 in _pixels(within, grey, margin=1).tolist():
        if not _is_photo(grey[y0:y1, x0:x1]):
            allowed[y0:y1, x0:x1] = 1
    edges = _edges(grey) & allowed
    for x0, y0, x1, y1 in _pixels(words, grey, margin=2).tolist():
        edges[y0:y1, x0:x1] = 0
    joined = cv2.morphologyEx(_without_rules(edges), cv2.MORPH_CLOSE, np.ones((5, 11), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = [
        (int(x), int(y), int(x + w), int(y + h))
        for x, y, w, h, area in stats[1:]
        if h >= 6 and w >= 14 and area >= 0.25 * w * h
    ]
    if len(found) > _LARGEST:
        found = sorted(found, key=lambda b: (b[0] - b[2]) * (b[3] - b[1]))[:_LARGEST]
    height, width = grey.shape
    merged = _merged([(x0 - _MARGIN, y0 - _MARGIN, x1 + _MARGIN, y1 + _MARGIN) for x0, y0, x1, y1 in found])
    boxes = [
        Box(max(0, x0) / width, max(0, y0) / height, min(width, x1) / width, min(height, y1) / height)
        for x0, y0, x1, y1 in merged
    ]
    return sorted(boxes, key=lambda box: (box.y0, box.x0))


def _edges(grey: GreyImage) -> NDArray[np.uint8]:
    return (_steps(grey) > _EDGE).astype(np.uint8)


def _steps(grey: GreyImage) -> GreyImage:
    """The largest difference of shades within one pixel around each pixel."""
    import cv2

    steps: GreyImage = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return steps


def _without_rules(edges: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Long thin edges are rules, frames and the borders of coloured fields."""
    import cv2

    rest: NDArray[np.uint8] = edges.copy()
    for along, across in (((1, _RULE), (6, 1)), ((_RULE, 1), (1, 6))):
        thick = cv2.morphologyEx(edges, cv2.MORPH_OPEN, np.ones(across, np.uint8))
        rest &= 1 - cv2.morphologyEx(edges & (1 - thick), cv2.MORPH_OPEN, np.ones(along, np.uint8))
    return rest


def _merged(boxes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Boxes that touch become one, until none do."""
    done: list[tuple[int, int, int, int]] = []
    waiting = list(boxes)
    while waiting:
        x0, y0, x1, y1 = waiting.pop()
        touching = [b for b in (*waiting, *done) if b[0] < x1 and x0 < b[2] and b[1] < y1 and y0 < b[3]]
        if not touching:
            done.append((x0, y0, x1, y1))
            continue
        waiting = [b for b in waiting if b not in touching]
        done = [b for b in done if b not in touching]
        group = [(x0, y0, x1, y1), *touching]
        waiting.append(
            (min(b[0] for b in group), min(b[1] for b in group), max(b[2] for b in group), max(b[3] for b in group))
        )
    return done


def may_hold_print(image: NDArray[np.uint8]) -> bool:
    """Whether a part of a page, in RGB, may hold letters: not for icons of one stroke, codes and photographs."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    edges = _edges(grey)
    if edges.mean() < 0.01:
        return False
    return not (_is_code(grey) or _is_photo(grey))


def _is_code(grey: GreyImage) -> bool:
    """Bars run through from top to bottom; squares of black and white fill a QR code evenly in all its parts."""
    dark = grey < 128
    height, width = dark.shape
    middle = dark[height // 4 : max(height // 4 + 1, height * 3 // 4)]
    changes = np.abs(np.diff(middle.astype(np.int8), axis=1)).mean(axis=0)
    if (changes > 0.9).sum() >= 24 and ((changes > 0.1) & (changes < 0.9)).sum() < 0.25 * (changes > 0.9).sum():
        return True
    if not 0.8 < width / height < 1.25:
        return False
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not len(rows) or not len(columns):
        return False
    inner = dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    parts = [part.mean() for band in np.array_split(inner, 3) for part in np.array_split(band, 3, axis=1)]
    grades = ((grey > 60) & (grey < 195)).mean()
    return bool(min(parts) > 0.3 and max(parts) < 0.7 and grades < 0.3)


def _is_photo(grey: GreyImage) -> bool:
    """Print has few shades, most of all the paper's; a photograph has many, none of which prevails."""
    if grey.size < _SMALL_PHOTO:
        return False
    shares = np.bincount(grey.ravel() >> 3, minlength=32) / grey.size
    return bool(shares.max() < 0.15 and (shares > 0.01).sum() > 16)


def is_blank(image: Image.Image) -> bool:
    """Whether a page shows no print: nothing but paper, its shading, its noise and the shadows at its borders."""
    import cv2

    grey = np.asarray(image.convert("L"))
    scale = min(1.0, _BLANK_SIDE / max(grey.shape))
    small = shrunk(grey, max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    grey = np.asarray(cv2.medianBlur(small, 3))
    height, width = grey.shape
    inner = grey[height // 50 : height - height // 50, width // 50 : width - width // 50]
    return bool(inner.size == 0 or int(_edges(inner).sum()) < 12)
