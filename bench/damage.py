"""Damaged versions of clean pages, the same for the same seed. The words on the page stay what they were.

    DAMAGES["skew 5"](image, np.random.default_rng(1)) -> image

``image`` is height x width x 3, RGB, uint8. A damage keeps all words inside the picture; quarter turns, skew and
photographs move them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

RgbImage = NDArray[np.uint8]
Damage = Callable[[RgbImage, np.random.Generator], RgbImage]


def _bytes(values: NDArray[np.floating]) -> RgbImage:
    return np.clip(values, 0, 255).astype(np.uint8)


def quarter(image: RgbImage, rng: np.random.Generator, *, clockwise: int) -> RgbImage:
    return np.ascontiguousarray(np.rot90(image, -clockwise // 90))


def skew(image: RgbImage, rng: np.random.Generator, *, degrees: float) -> RgbImage:
    """``degrees`` clockwise, on white paper large enough."""
    height, width = image.shape[:2]
    sin, cos = abs(np.sin(np.radians(degrees))), np.cos(np.radians(degrees))
    size = (int(width * cos + height * sin), int(width * sin + height * cos))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    matrix[:, 2] += (np.array(size) - (width, height)) / 2
    return cv2.warpAffine(image, matrix, size, flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))


def gaussian_blur(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    return cv2.GaussianBlur(image, (0, 0), max(image.shape) / 1000)


def motion_blur(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    length = max(3, round(max(image.shape) / 250))
    kernel = np.zeros((length, length), np.float32)
    cv2.line(kernel, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), 1)
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def gaussian_noise(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    return _bytes(image + rng.normal(0, 30, image.shape))


def salt_and_pepper(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    out, chance = image.copy(), rng.random(image.shape[:2])
    out[chance < 0.03], out[chance > 0.97] = 0, 255
    return out


def jpeg(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    out = BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=20)
    return np.asarray(Image.open(out).convert("RGB"))


def dark(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    return _bytes(image * 0.35 + 8)


def uneven_light(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    height, width = image.shape[:2]
    light = np.linspace(0.25, 1, width)[None, :] * np.linspace(0.7, 1, height)[:, None]
    return _bytes(image * light[:, :, None])


def shadow(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    """Of a hand: a blurred dark blob that comes in from one side."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.float32)
    middle = (int(width * rng.uniform(0.6, 0.9)), int(height * rng.uniform(0.3, 0.7)))
    cv2.ellipse(mask, middle, (width // 2, height // 5), float(rng.uniform(-30, 30)), 0, 360, 1, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), width / 40)
    return _bytes(image * (1 - 0.65 * mask[:, :, None]))


def low_resolution(image: RgbImage, rng: np.random.Generator, *, dpi: int, was: int = 200) -> RgbImage:
    size = (image.shape[1] * dpi // was, image.shape[0] * dpi // was)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def faint(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    return _bytes(255 - (255 - image.astype(np.float32)) * 0.18 + rng.normal(0, 3, image.shape))


def photo(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    """In perspective on a dark wooden table."""
    height, width = image.shape[:2]
    frame = (round(width * 1.5), round(height * 1.35))
    grain = rng.normal(0, 12, (frame[1] // 40 + 1, frame[0])).astype(np.float32)
    table = np.array([95, 65, 45]) + cv2.resize(grain, frame, interpolation=cv2.INTER_CUBIC)[:, :, None]
    inset = np.array([[0.1, 0.08], [0.9, 0.08], [0.9, 0.92], [0.1, 0.92]])
    corners = ((inset + rng.uniform(-0.06, 0.06, (4, 2))) * frame).astype(np.float32)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners)
    page = cv2.warpPerspective(image, matrix, frame, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, frame) / 255.0
    return _bytes((page * 0.92) * mask[:, :, None] + table * (1 - mask[:, :, None]))


def curl(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    """A smooth displacement field, and the shading of the waves it makes."""
    height, width = image.shape[:2]
    coarse = rng.normal(0, 1, (5, 4)).astype(np.float32)
    waves = cv2.GaussianBlur(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), (0, 0), width / 12)
    waves *= 0.018 * height / max(float(np.abs(waves).max()), 1e-6)
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    moved = cv2.remap(image, xs + waves * 0.3, ys + waves, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    slope = cv2.Sobel(waves, cv2.CV_32F, 0, 1, ksize=5)
    shade = 0.85 + 0.15 * slope / max(float(np.abs(slope).max()), 1e-6)
    return _bytes(moved * shade[:, :, None])


def ruled(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    """Lines through the text and boxes around parts of it."""
    out = image.copy()
    height, width = out.shape[:2]
    thick = max(1, round(width / 700))
    for y in np.arange(0.1, 0.95, 0.06) * height + rng.uniform(-6, 6):
        cv2.line(out, (int(width * 0.05), int(y)), (int(width * 0.95), int(y)), (60, 60, 60), thick)
    cv2.rectangle(
        out, (int(width * 0.3), int(height * 0.2)), (int(width * 0.7), int(height * 0.5)), (60, 60, 60), thick
    )
    return out


def stamp(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    """Red, half transparent, over the middle."""
    layer = np.full_like(image, 255)
    height, width = image.shape[:2]
    middle, radius = (int(width * rng.uniform(0.4, 0.6)), int(height * rng.uniform(0.4, 0.6))), width // 5
    cv2.circle(layer, middle, radius, (210, 30, 40), max(3, width // 100))
    where = (middle[0] - radius * 3 // 4, middle[1] + radius // 6)
    cv2.putText(layer, "PAID", where, cv2.FONT_HERSHEY_DUPLEX, radius / 55, (210, 30, 40), max(2, width // 120))
    return np.minimum(image, _bytes(layer * 0.6 + 255 * 0.4))


def inverted(image: RgbImage, rng: np.random.Generator) -> RgbImage:
    """White on dark, in two bands as of table heads."""
    out = image.copy()
    for top in (0.25, 0.55):
        rows = slice(int(top * len(out)), int((top + 0.12) * len(out)))
        out[rows] = 255 - out[rows]
    return out


DAMAGES: dict[str, Damage] = {
    **{f"turned {turn}": partial(quarter, clockwise=turn) for turn in (90, 180, 270)},
    **{f"skew {angle:+}": partial(skew, degrees=angle) for size in (1, 2, 3, 5, 7, 10) for angle in (size, -size)},
    "gaussian blur": gaussian_blur,
    "motion blur": motion_blur,
    "gaussian noise": gaussian_noise,
    "salt and pepper": salt_and_pepper,
    "JPEG 20": jpeg,
    "dark": dark,
    "uneven light": uneven_light,
    "shadow": shadow,
    "100 dpi": partial(low_resolution, dpi=100),
    "75 dpi": partial(low_resolution, dpi=75),
    "faint": faint,
    "photo": photo,
    "curl": curl,
    "ruled": ruled,
    "stamp": stamp,
    "inverted": inverted,
}
