"""Lines of text as they lie in a picture: four corners, which may be slanted or run down the page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .document import Box

BgrImage = NDArray[np.uint8]  # height x width x 3, as OpenCV and the models have it
Quad = NDArray[np.float32]  # 4 corners (x, y) in pixels: top left, top right, bottom right, bottom left of the text


def size(quad: Quad) -> tuple[float, float]:
    """Width and height in pixels along the quad's own sides."""
    top_left, top_right, bottom_right, bottom_left = quad
    width = max(np.linalg.norm(top_right - top_left), np.linalg.norm(bottom_right - bottom_left))
    height = max(np.linalg.norm(bottom_left - top_left), np.linalg.norm(bottom_right - top_right))
    return max(1.0, float(width)), max(1.0, float(height))


def runs_down(quad: Quad) -> bool:
    """PaddleOCR's own rule for lines that run from top to bottom."""
    width, height = size(quad)
    return height >= 1.5 * width


def crop(image: BgrImage, quad: Quad) -> BgrImage:
    """One line, straightened. Lines that run from top to bottom are laid flat."""
    import cv2

    width, height = (round(side) for side in size(quad))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    cut: BgrImage = cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(quad, corners),
        (width, height),
        borderMode=cv2.BORDER_REPLICATE,
        flags=cv2.INTER_CUBIC,
    )
    return np.ascontiguousarray(np.rot90(cut)) if runs_down(quad) else cut


def part_of(quad: Quad, start: float, end: float, shape: Sequence[int]) -> Box:
    """The upright box around the part of a line between two fractions of its length; ``shape`` is the picture's."""
    top_left, top_right, bottom_right, bottom_left = quad
    if runs_down(quad):
        top_left, top_right, bottom_right, bottom_left = top_right, bottom_right, bottom_left, top_left
    corners = [
        near + (far - near) * fraction
        for near, far in ((top_left, top_right), (bottom_left, bottom_right))
        for fraction in (start, end)
    ]
    xs = np.clip([corner[0] / shape[1] for corner in corners], 0, 1)
    ys = np.clip([corner[1] / shape[0] for corner in corners], 0, 1)
    return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
