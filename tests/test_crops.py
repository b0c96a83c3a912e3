"""The piece of a page around a value."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from extraction.crops import ASPECT, MARK, SIDE, box_text, crop, parse_box, thumbnail


def page(size: tuple[int, int] = (1200, 1600)) -> BytesIO:
    stream = BytesIO()
    Image.new("RGB", size, (255, 255, 255)).save(stream, "JPEG")
    stream.seek(0)
    return stream


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def marked(image: Image.Image) -> tuple[int, int, int, int]:
    """The bounding box of what has about the mark's colour."""
    away = np.abs(np.asarray(image, dtype=int) - MARK).sum(axis=2)
    near = Image.fromarray((away < 120).astype(np.uint8) * 255)
    found = near.getbbox()
    assert found is not None
    return found


def test_a_crop_shows_more_of_what_is_left_of_and_above_the_value() -> None:
    image = opened(crop(page(), (0.6, 0.5, 0.7, 0.515)))
    assert image.width / image.height == pytest.approx(ASPECT, abs=0.1)
    x0, y0, x1, y1 = marked(image)
    assert x0 > image.width - x1 > 0
    assert y0 > image.height - y1 > 0


@pytest.mark.parametrize(
    "box", [(0, 0, 0.1, 0.01), (0.9, 0.99, 1, 1), (0, 0, 1, 1), (0.2, 0.3, 0.2001, 0.3001), (0, 0.4, 1, 0.41)]
)
def test_every_box_on_the_page_has_a_crop(box: tuple[float, float, float, float]) -> None:
    image = opened(crop(page(), box))
    assert 0 < image.width <= SIDE
    assert image.height > 0


@pytest.mark.parametrize("size", [(40, 4000), (4000, 40), (1, 1)])
def test_pages_of_odd_shapes_have_crops(size: tuple[int, int]) -> None:
    assert opened(crop(page(size), (0.4, 0.4, 0.6, 0.6))).width > 0
    assert opened(thumbnail(page(size))).width > 0


def test_a_thumbnail_is_the_whole_page_and_small() -> None:
    image = opened(thumbnail(page()))
    assert image.size == (SIDE, 853)


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "a,b,c,d", "0.5,0,0.1,1", "0,0,2,1", "nan,0,1,1", "0,0,1,inf", "-1,0,1,1"]
)
def test_what_is_no_box_on_a_page_is_refused(text: str) -> None:
    assert parse_box(text) is None


def test_a_box_survives_its_address() -> None:
    assert parse_box(box_text([-0.01, 0.25, 0.5, 1.002])) == (0.0, 0.25, 0.5, 1.0)
