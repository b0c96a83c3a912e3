"""Paper, perspective and skew of drawn pages; places lead back; what needs nothing comes back as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from bench.damage import DAMAGES, skew
from extraction.engine import preprocess, read_document
from extraction.engine.ocr import RgbImage, default_ocr

from .drawing import RECEIPT, drawn

NOBODY = np.random.default_rng(1)


@pytest.fixture(scope="module")
def page() -> RgbImage:
    return np.asarray(drawn(*RECEIPT, *RECEIPT, size=(1000, 1500)))


def on_a_table(page: RgbImage, corners: list[tuple[float, float]], size: tuple[int, int] = (1400, 1900)) -> RgbImage:
    import cv2

    height, width = page.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(corners, np.float32))
    table = np.full((size[1], size[0], 3), (90, 60, 40), np.uint8)
    cv2.warpPerspective(page, matrix, size, dst=table, borderMode=cv2.BORDER_TRANSPARENT)
    return table


@pytest.mark.parametrize("degrees", [-15, -10, -5, -2, -1, 1.3, 3, 7, 12.4])
def test_skew_is_found_within_a_fifth_of_a_degree(page: RgbImage, degrees: float) -> None:
    assert preprocess.find_skew(skew(page, NOBODY, degrees=degrees)) == pytest.approx(degrees, abs=0.2)


def test_a_skewed_page_is_level_afterwards(page: RgbImage) -> None:
    straight = preprocess.straighten(skew(page, NOBODY, degrees=8))
    assert straight.homography is not None
    assert abs(preprocess.find_skew(straight.image)) <= 0.2


@pytest.mark.parametrize("height", [1401, 1402])
def test_skew_does_not_depend_on_whether_the_number_of_rows_is_even(height: int) -> None:
    image = np.asarray(drawn(*RECEIPT, *RECEIPT, size=(700, height)))[: height // 2 + 13]
    assert preprocess.find_skew(skew(image, NOBODY, degrees=3)) == pytest.approx(3, abs=0.2)


def test_the_corners_of_a_photographed_sheet_are_found_within_one_percent(page: RgbImage) -> None:
    corners = [(200, 150), (1180, 230), (1250, 1700), (130, 1760)]
    found = preprocess.find_paper(on_a_table(page, corners))
    assert found is not None
    assert np.abs(found - np.array(corners)).max() < 0.01 * 1900


def test_places_of_the_straightened_page_lead_back_to_the_photo(page: RgbImage) -> None:
    corners = [(200, 150), (1180, 230), (1250, 1700), (130, 1760)]
    straight = preprocess.straighten(on_a_table(page, corners))
    assert straight.homography is not None
    to_photo = np.reshape(straight.homography, (3, 3))
    for place, corner in zip([(0, 0), (1, 0), (1, 1), (0, 1)], corners, strict=True):
        x, y, w = to_photo @ [*place, 1.0]
        assert (x / w * 1400, y / w * 1900) == pytest.approx(corner, abs=19)


def test_a_dot_stands_where_the_homography_says(page: RgbImage) -> None:
    dotted = np.full((1500, 1000, 3), 255, np.uint8)
    dotted[1196:1204, 296:304] = 0
    angle = np.radians(4)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle) * 1.5, 0.1], [np.sin(angle) / 1.5, np.cos(angle), -0.05], [0, 0, 1]]
    )
    homography = preprocess._as_homography(turn)
    flat = preprocess.straightened(dotted, homography, 1000 / 1500)
    ys, xs = np.nonzero(flat[:, :, 0] < 100)
    place = turn @ [(xs.mean() + 0.5) / flat.shape[1], (ys.mean() + 0.5) / flat.shape[0], 1.0]
    assert place[:2] == pytest.approx([0.3, 0.8], abs=0.001)


def test_another_rendering_is_straightened_the_same_way(page: RgbImage) -> None:
    photo = on_a_table(page, [(200, 150), (1180, 230), (1250, 1700), (130, 1760)])
    straight = preprocess.straighten(photo)
    assert straight.homography is not None
    height, width = straight.image.shape[:2]
    again = preprocess.straightened(photo[::2, ::2], straight.homography, width / height)
    assert again.shape[1] / again.shape[0] == pytest.approx(width / height, abs=0.005)
    assert again.shape[0] == pytest.approx(height / 2, abs=3)


def test_a_clean_page_comes_back_untouched(page: RgbImage) -> None:
    assert preprocess.straighten(page) == preprocess.Straight(page)
    assert preprocess.straighten(page).image is page
    assert preprocess.enhance(page) is page


@pytest.mark.parametrize("frame", [(40, 40, 40), (250, 250, 250)])
def test_paper_that_leaves_the_frame_is_not_cut(page: RgbImage, frame: tuple[int, int, int]) -> None:
    scan = np.full((1500, 1300, 3), frame, np.uint8)
    scan[:, 100:1100] = page
    assert preprocess.find_paper(scan) is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 3000, 3), (70, 70, 3), (9000, 6000, 3)])
def test_blank_pages_of_any_size_come_back(shape: tuple[int, int, int]) -> None:
    image = np.full(shape, 255, np.uint8)
    assert preprocess.straighten(image).image is image


def test_noise_has_no_skew() -> None:
    image = np.random.default_rng(0).integers(0, 255, (800, 600, 3)).astype(np.uint8)
    assert preprocess.straighten(image).image is image


def test_salt_and_pepper_is_filtered_and_print_is_not(page: RgbImage) -> None:
    noisy = DAMAGES["salt and pepper"](page, np.random.default_rng(2))
    assert (preprocess.enhance(noisy) == 0).mean() < 0.5 * (noisy == 0).mean()
    grainy = DAMAGES["gaussian noise"](page, np.random.default_rng(2))
    assert preprocess.enhance(grainy) is grainy


def test_small_print_is_enlarged_in_proportion(page: RgbImage) -> None:
    small = DAMAGES["100 dpi"](page, NOBODY)
    assert preprocess.enhance(small).shape == (1500, 1000, 3)


def test_a_slight_slope_is_left_alone(page: RgbImage) -> None:
    image = skew(page, NOBODY, degrees=4)
    assert preprocess.straighten(image).image is image


@pytest.mark.ocr
@pytest.mark.parametrize("damage", ["skew +10", "skew -7", "photo"])
def test_a_skewed_and_a_photographed_page_read_well(damage: str) -> None:
    image = DAMAGES[damage](np.asarray(drawn()), np.random.default_rng(3))
    straight = preprocess.straighten(image)
    assert straight.homography is not None
    assert [line.text for line in default_ocr().read(straight.image)] == list(RECEIPT)


@pytest.mark.ocr
def test_a_dark_band_at_the_head_of_a_photographed_sheet_is_not_lost(tmp_path: Path) -> None:
    sheet = drawn(*RECEIPT, size=(1000, 1400))
    sheet.paste((20, 60, 30), (0, 0, 1000, 190))
    ImageDraw.Draw(sheet).text((100, 80), "GREENHOUSE LIMITED", fill="white", font=ImageFont.load_default(48))
    photo = on_a_table(np.asarray(sheet), [(200, 150), (1180, 180), (1200, 1700), (160, 1720)])
    path = tmp_path / "photo.png"
    Image.fromarray(photo).save(path)
    assert "GREENHOUSE LIMITED" in read_document(path).text
