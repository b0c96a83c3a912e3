"""What is done to the picture of a page before it is read: geometry first, then light. Only where it helps.

``straighten`` changes where things are, so people see its result and boxes belong to it; ``enhance`` changes only how
things look to the recogniser. A neural recogniser reads most blemishes better than what a filter makes of them: each
step first measures, on a small copy, whether it is needed, and a page that needs nothing comes back as the same object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .document import Homography
from .scaling import shrunk

RgbImage = NDArray[np.uint8]  # height x width x 3
GreyImage = NDArray[np.uint8]  # height x width
Matrix = NDArray[np.float64]  # 3 x 3
Points = NDArray[np.float64]  # n x 2: x, y

SMALLEST_SIDE = 64  # pixels; nothing can be measured on less
SKEW_SIDE = 900  # long side, in pixels, of the copy that skew is measured on: 0.1 degrees move its ends by 1.5 pixels
PAPER_SIDE = 500
LARGEST_SKEW = 15.0  # degrees
SMALLEST_SKEW = 6.0  # up to this the recogniser and the rows cope with a slope better than with a page drawn anew
CLEAR_ROWS = 2.0  # how much sharper rows must be at the best angle than at most others
CLEAR_SKEW = 1.25  # how much sharper rows must be at the angle found than as the page stands
SPECKLES = 0.012  # share of lonely single pixels; salt and pepper of 6% has 0.02, the worst of 200 receipts 0.006
LOW_RESOLUTION = 900  # pixels of the long side: A4 at 75 dpi has 877


@dataclass(frozen=True, slots=True)
class Straight:
    """An upright page, flat and level. ``homography`` is None where the picture was left as it came.

    ``cut``: what is taken for the table around the paper was cut away.
    """

    image: RgbImage
    homography: Homography | None = None
    cut: bool = False


def straighten(image: RgbImage) -> Straight:
    """Cut out the paper, undo perspective and skew. ``image`` stands upright (quarter turns are undone before)."""
    height, width = image.shape[:2]
    if min(height, width) < SMALLEST_SIDE:
        return Straight(image)
    small, scale = _small(image, SKEW_SIDE)
    corners = find_paper(small)
    if corners is not None:
        corners = corners / scale
    matrix, size = (np.eye(3), (width, height)) if corners is None else _flat(corners)
    skew = find_skew(small if corners is None else _warped(image, matrix, size, SKEW_SIDE))
    if abs(skew) >= SMALLEST_SKEW:
        matrix, size = _levelled(matrix, size, skew)
    elif corners is None:
        return Straight(image)
    back = np.diag([1 / width, 1 / height, 1]) @ np.linalg.inv(matrix) @ np.diag([size[0], size[1], 1.0])
    homography = _as_homography(back)
    return Straight(straightened(image, homography, size[0] / size[1]), homography, cut=corners is not None)


def straightened(image: RgbImage, homography: Homography, aspect: float) -> RgbImage:
    """Another rendering of the same upright page, straightened the same way; ``aspect`` is width / height after it.

    It keeps about as many pixels for each stretch of paper as ``image`` has.
    """
    height, width = image.shape[:2]
    to_pixels = np.diag([width, height, 1.0]) @ np.reshape(homography, (3, 3))
    corners = _mapped(to_pixels, np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float64))
    new_width, new_height = _side_lengths(corners)
    if new_width < new_height * aspect:
        new_width = new_height * aspect
    size = (max(1, round(new_width)), max(1, round(new_width / aspect)))
    return _sampled(image, to_pixels @ np.diag([1 / size[0], 1 / size[1], 1]), size)


def find_skew(image: RgbImage) -> float:
    """By how many degrees the lines of text fall to the right (clockwise); 0.0 if not clearly so.

    The sharpest projection profile wins (W. Postl, Detection of linear oblique structures and skew scan in digitized
    documents, ICPR 1986), measured on thin dark strokes only, so that the edges of the paper and pictures do not count.
    """
    points = _ink(image)
    if len(points) < 200:
        return 0.0
    coarse = np.arange(-LARGEST_SKEW, LARGEST_SKEW + 0.25, 0.5)
    few = points[:: max(1, len(points) // 6000)]
    sharpness = [_sharpness(few, float(angle)) for angle in coarse]
    if max(sharpness) < CLEAR_ROWS * float(np.median(sharpness)):
        return 0.0  # noise, a picture, next to no text
    best = float(coarse[int(np.argmax(sharpness))])
    many = points[:: max(1, len(points) // 20000)]
    fine = np.arange(best - 0.5, best + 0.55, 0.1)
    scores = [_sharpness(many, float(angle)) for angle in fine]
    angle = float(fine[int(np.argmax(scores))])
    unclear = max(scores) < CLEAR_SKEW * _sharpness(many, 0.0)
    if abs(angle) > LARGEST_SKEW + 0.2 or unclear:
        return 0.0
    return round(angle, 2)


def find_paper(image: RgbImage) -> Points | None:
    """The corners of a sheet photographed on something darker or more colourful, in pixels, clockwise from top left.

    None unless it is convincing: a convex quadrilateral of paper that lies wholly inside the frame, fills between 15%
    and 92% of it and differs from what is around it (as in docs.opencv.org, "Contour Features", approxPolyDP).
    """
    small, scale = _small(image, PAPER_SIDE)
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    for channel in (hsv[:, :, 2], 255 - hsv[:, :, 1]):  # bright on dark, grey on colourful
        quad = _bright_quad(np.ascontiguousarray(channel, dtype=np.uint8))
        if quad is not None:
            return _clockwise(quad / scale)
    return None


def enhance(image: RgbImage) -> RgbImage:
    """The page as the recogniser reads it best. Boxes are fractions: the result may have another size, not shape."""
    if min(image.shape[:2]) < SMALLEST_SIDE:
        return image
    if _speckled(image):
        image = np.asarray(cv2.medianBlur(image, 3))
    if max(image.shape[:2]) < LOW_RESOLUTION:
        image = np.asarray(cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    return image


def _speckled(image: RgbImage) -> bool:
    """Salt and pepper: many single pixels far from the median of their neighbours, measured in the middle."""
    height, width = image.shape[:2]
    rows = slice(max(0, height // 2 - 200), height // 2 + 200)
    part = np.ascontiguousarray(image[rows, max(0, width // 2 - 200) : width // 2 + 200, 1])
    outliers = (cv2.absdiff(part, cv2.medianBlur(part, 3)) > 90).astype(np.uint8)
    lonely = (outliers == 1) & (cv2.boxFilter(outliers, -1, (3, 3), normalize=False) == 1)  # print has neighbours
    return bool(lonely.mean() > SPECKLES)


def _bright_quad(channel: GreyImage) -> Points | None:
    height, width = channel.shape
    threshold, mask = cv2.threshold(cv2.GaussianBlur(channel, (5, 5), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if channel[0].mean() > threshold and channel[-1].mean() > threshold:
        return None  # the frame itself is paper
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    share = cv2.contourArea(hull) / (width * height)
    if not 0.15 <= share <= 0.92:
        return None
    quad = _four_corners(hull)
    if quad is None or not _plausible(quad, hull, width, height):
        return None
    return quad if _stands_out(channel, quad) else None


def _four_corners(hull: Any) -> Points | None:
    around = cv2.arcLength(hull, closed=True)
    for tolerance in (0.01, 0.015, 0.02, 0.03, 0.04, 0.05):
        corners = cv2.approxPolyDP(hull, tolerance * around, closed=True)
        if len(corners) == 4:
            return np.asarray(corners.reshape(4, 2), dtype=np.float64)
    return None


def _plausible(quad: Points, hull: Any, width: int, height: int) -> bool:
    """Inside the frame, about as large as what it stands for, and with corners like a sheet's."""
    margin = 0.006 * max(width, height)
    if (quad < margin).any() or (quad[:, 0] > width - 1 - margin).any() or (quad[:, 1] > height - 1 - margin).any():
        return False
    area = cv2.contourArea(quad.astype(np.float32))
    if not 0.95 <= area / max(cv2.contourArea(hull), 1.0) <= 1.05:
        return False
    before, after = np.roll(quad, 1, axis=0) - quad, np.roll(quad, -1, axis=0) - quad
    cosines = (before * after).sum(axis=1) / (np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1) + 1e-9)
    return bool((np.abs(cosines) < 0.5).all())  # between 60 and 120 degrees


def _stands_out(channel: GreyImage, quad: Points) -> bool:
    """Nearly all of the paper is brighter than nearly all that is around it."""
    inside = np.zeros_like(channel)
    cv2.fillConvexPoly(inside, quad.astype(np.int32), 255)
    core = cv2.erode(inside, np.ones((9, 9), np.uint8))
    around = cv2.dilate(inside, np.ones((9, 9), np.uint8))
    if not (core > 0).any() or not (around == 0).any():
        return False
    return bool(np.percentile(channel[core > 0], 25) > np.percentile(channel[around == 0], 90) + 20)


def _clockwise(quad: Points) -> Points:
    """From the corner at the top left, clockwise as seen."""
    center = quad.mean(axis=0)
    ordered = quad[np.argsort(np.arctan2(quad[:, 1] - center[1], quad[:, 0] - center[0]))]
    return np.roll(ordered, -int(np.argmin(ordered.sum(axis=1))), axis=0)


def _flat(corners: Points) -> tuple[Matrix, tuple[int, int]]:
    """The matrix that leads from the picture's pixels to the flat paper's, and the paper's size in pixels."""
    width, height = (max(1, round(length)) for length in _side_lengths(corners))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    return np.asarray(matrix, dtype=np.float64), (width, height)


def _levelled(matrix: Matrix, size: tuple[int, int], skew: float) -> tuple[Matrix, tuple[int, int]]:
    """Turn by ``skew`` degrees counter-clockwise after ``matrix``, on a sheet large enough for all of it."""
    width, height = size
    sin, cos = np.sin(np.radians(skew)), np.cos(np.radians(skew))
    turned = (round(width * cos + height * abs(sin)), round(width * abs(sin) + height * cos))
    turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    to_center = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    to_corner = np.array([[1, 0, turned[0] / 2], [0, 1, turned[1] / 2], [0, 0, 1]])
    return to_corner @ turn @ to_center @ matrix, turned


def _ink(image: RgbImage) -> Points:
    """Where thin dark strokes are, in pixels of a small copy from its middle."""
    small, _ = _small(image, SKEW_SIDE)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    strokes = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((11, 11), np.uint8))
    edge = max(4, min(grey.shape) // 50)  # shadows of the paper's edges
    strokes[:edge] = strokes[-edge:] = 0
    strokes[:, :edge] = strokes[:, -edge:] = 0
    ys, xs = np.nonzero(strokes > max(25, 0.35 * float(np.percentile(strokes, 99.5))))
    # Whole numbers: halves would be rounded to even rows, and every second row would seem empty.
    return np.column_stack((xs - grey.shape[1] // 2, ys - grey.shape[0] // 2)).astype(np.float64)


def _sharpness(points: Points, degrees: float) -> float:
    """How much the number of dark pixels changes from row to row, were the page turned back by ``degrees``."""
    angle = np.radians(degrees)
    rows = np.round(points[:, 1] * np.cos(angle) - points[:, 0] * np.sin(angle)).astype(np.int64)
    profile = np.bincount(rows - rows.min()).astype(np.float64)
    return float((np.diff(profile) ** 2).sum())


def _small(image: RgbImage, side: int) -> tuple[RgbImage, float]:
    scale = min(1.0, side / max(image.shape[:2]))
    if scale == 1.0:
        return image, 1.0
    return shrunk(image, max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))), scale


def _warped(image: RgbImage, matrix: Matrix, size: tuple[int, int], side: int) -> RgbImage:
    scale = min(1.0, side / max(size))
    small = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    return np.asarray(cv2.warpPerspective(image, np.diag([scale, scale, 1]) @ matrix, small, flags=cv2.INTER_LINEAR))


def _sampled(image: RgbImage, to_image: Matrix, size: tuple[int, int]) -> RgbImage:
    """``to_image`` leads from the new picture's places to the old one's; the middle of the first pixel is 0.5, 0.5."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    matrix = np.linalg.inv(half) @ to_image @ half
    return np.asarray(cv2.warpPerspective(image, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _side_lengths(corners: Points) -> tuple[float, float]:
    """Width and height of a quadrilateral: the longer of opposite sides, so that nothing shrinks."""
    top_left, top_right, bottom_right, bottom_left = corners
    width = max(np.linalg.norm(top_right - top_left), np.linalg.norm(bottom_right - bottom_left))
    height = max(np.linalg.norm(bottom_left - top_left), np.linalg.norm(bottom_right - top_right))
    return max(1.0, float(width)), max(1.0, float(height))


def _mapped(matrix: Matrix, points: Points) -> Points:
    lifted = np.column_stack((points, np.ones(len(points)))) @ matrix.T
    return np.asarray(lifted[:, :2] / lifted[:, 2:])


def _as_homography(matrix: Matrix) -> Homography:
    a, b, c, d, e, f, g, h, i = (float(value) for value in (matrix / matrix[2, 2]).ravel())
    return (a, b, c, d, e, f, g, h, i)
