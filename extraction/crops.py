"""The part of a page picture around a value, small enough for dozens of them on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import IO

from PIL import Image, ImageDraw

ASPECT = 4.0  # width of a crop by its height
# A crop is at least this wide, since labels stand beside their values or above them: of the page; in heights of the
# value, which on a receipt say more than its width, but then not more than most of it; and so that a high one fits.
WIDTH, HEIGHTS, MOST, FIT = 0.34, 20, 0.75, 1.3
LEFT, ABOVE = 0.72, 0.62  # of the room around the value, what lies before it and over it
SIDE = 640  # pixels: sharp in a cell of a third of a screen
MARK = (214, 120, 0)

Box = tuple[float, float, float, float]


def parse_box(text: str) -> Box | None:
    """``x0,y0,x1,y1`` in fractions of the page; None for what is no box on a page."""
    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (x0, y0, x1, y1) if 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 else None


def box_text(box: Sequence[float]) -> str:
    """What ``parse_box`` reads: cut to the page, short enough for an address."""
    return ",".join(f"{min(max(number, 0.0), 1.0):.4f}" for number in box)


def crop(picture: IO[bytes], box: Box) -> bytes:
    """WebP of the value in ``box`` and what is left of and above it; the value has a frame."""
    with Image.open(picture) as page:
        value = _pixels(box, page.size)
        window = _window(value, page.size)
        part = page.crop(window).convert("RGB")
    scale = min(1.0, SIDE / part.width)
    if scale < 1:
        part = part.resize((SIDE, max(1, round(part.height * scale))))
    _mark(part, [(edge - window[at % 2]) * scale for at, edge in enumerate(value)])
    return _webp(part)


def thumbnail(picture: IO[bytes]) -> bytes:
    """WebP of the whole page."""
    with Image.open(picture) as page:
        page.draft("RGB", (SIDE, SIDE))
        small = page.convert("RGB")
    small.thumbnail((SIDE, 2 * SIDE))
    return _webp(small)


def _pixels(box: Box, size: tuple[int, int]) -> Box:
    return box[0] * size[0], box[1] * size[1], box[2] * size[0], box[3] * size[1]


def _window(value: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Of the wanted shape where the page is large enough, and always on the page."""
    wide, high = value[2] - value[0], value[3] - value[1]
    width = max(WIDTH * size[0], wide * 1.15, min(high * HEIGHTS, MOST * size[0]), high * FIT * ASPECT)
    width, height = min(width, size[0]), min(width / ASPECT, size[1])
    left = min(max(value[0] - (width - wide) * LEFT, 0), size[0] - width)
    top = min(max(value[1] - (height - high) * ABOVE, 0), size[1] - height)
    return round(left), round(top), max(round(left + width), round(left) + 1), max(round(top + height), round(top) + 1)


def _mark(part: Image.Image, value: list[float]) -> None:
    x0, y0, x1, y1 = value
    frame = [x0 - 4, y0 - 3, x1 + 4, y1 + 3]
    ImageDraw.Draw(part).rounded_rectangle(frame, radius=4, outline=MARK, width=2)


def _webp(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "WEBP", quality=75, method=2)
    return stream.getvalue()
