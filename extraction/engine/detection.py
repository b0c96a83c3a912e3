"""Where the lines of a page stand: a differentiable-binarization text detector (Liao et al. 2020, arXiv 1911.08947).

The model is PaddleOCR's, and what is done before and after it follows its ``DetResizeForTest`` and ``DBPostProcess``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .quads import BgrImage, Quad
from .scaling import shrunk

# The picture is looked at with about this many pixels: an A4 page at 110 dpi, a long receipt at 500 x 1800.
LOOKED_AT_PIXELS = 1_000_000
LONGEST_SIDE = 2048
_STRIDE = 32  # the model's
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
_NORMALIZED = (np.arange(256, dtype=np.float32)[:, None] / 255 - _MEAN) / _DEVIATION  # of each level, by channel
_INK = 0.3  # a pixel is text above this
_SURE = 0.6  # a line is one if its pixels are text by this on average
_GROW = 1.5  # the model is taught shrunken lines; DBPostProcess's unclip_ratio
_ACROSS = 0.92  # of the height that this gives: letters are read better when they fill the line's picture
_MOST_LINES = 3000
_LEAST_SIDE = 3.0


class Detector:
    """``session`` is an ONNX Runtime session of a PP-OCR detection model. Safe to use from several threads."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._input: str = session.get_inputs()[0].name

    def find(self, image: BgrImage) -> list[Quad]:
        """The corners of every line, in pixels of ``image``."""
        height, width = image.shape[:2]
        small = shrunk(image, *looked_at(width, height))
        chances = self._session.run(None, {self._input: normalized(small)})[0][0, 0]
        scale = np.array([width / small.shape[1], height / small.shape[0]], dtype=np.float32)
        return [quad * scale for quad in _lines(chances)]


def normalized(image: BgrImage) -> NDArray[np.float32]:
    """1 x 3 x height x width, as detection and orientation were taught: ImageNet's mean and deviation."""
    import cv2

    pixels = np.empty((1, 3, *image.shape[:2]), dtype=np.float32)
    for channel, levels in enumerate(np.ascontiguousarray(_NORMALIZED.T)):
        cv2.LUT(np.ascontiguousarray(image[:, :, channel]), levels, pixels[0, channel])
    return pixels


def looked_at(width: int, height: int) -> tuple[int, int]:
    """Width and height at which lines are looked for: multiples of 32, never larger than the picture, but for that."""
    scale = min(1.0, math.sqrt(LOOKED_AT_PIXELS / (width * height)), LONGEST_SIDE / max(width, height))
    return tuple(max(_STRIDE, round(side * scale / _STRIDE) * _STRIDE) for side in (width, height))  # type: ignore[return-value]


def _lines(chances: NDArray[np.float32]) -> list[Quad]:
    """``chances``: height x width, of being text."""
    import cv2

    ink = (chances > _INK).astype(np.uint8)
    outlines, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines[:_MOST_LINES]:
        center, (width, height), angle = cv2.minAreaRect(outline)
        if min(width, height) < _LEAST_SIDE or _certainty(chances, outline) < _SURE:
            continue
        # On both sides together: Vatti's offset is area * ratio / perimeter.
        grow = width * height * _GROW / (width + height)
        sides = [width + grow, height + grow]
        sides[int(height <= width)] *= _ACROSS
        found.append(_ordered(cv2.boxPoints((center, (sides[0], sides[1]), angle))))
    return found


def _certainty(chances: NDArray[np.float32], outline: NDArray[np.int32]) -> float:
    """The mean chance inside an outline."""
    import cv2

    x, y, width, height = cv2.boundingRect(outline)
    mask = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(mask, [outline - np.array([[x, y]])], 1)
    return float(cv2.mean(chances[y : y + height, x : x + width], mask)[0])


def _ordered(corners: NDArray[np.float32]) -> Quad:
    """Top left, top right, bottom right, bottom left: the two leftmost corners first, as PaddleOCR orders them."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    top_left, bottom_left = left[np.argsort(left[:, 1], kind="stable")]
    top_right, bottom_right = right[np.argsort(right[:, 1], kind="stable")]
    return np.array([top_left, top_right, bottom_right, bottom_left], dtype=np.float32)
