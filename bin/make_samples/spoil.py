"""What happens to paper on its way into a computer: scanners, fax machines, phones."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def render(pdf: bytes, dpi: int) -> list[Pixels]:
    """The pages of a PDF as RGB pixels."""
    document = pdfium.PdfDocument(pdf)
    return [np.asarray(page.render(scale=dpi / 72).to_pil().convert("RGB")) for page in document]


def scanned(page: Pixels, *, seed: int, degrees: float, noise: float = 7.0) -> Pixels:
    """A flatbed scan in grey: a little turned, uneven light, grain, specks of dust, slightly soft."""
    random = np.random.default_rng(seed)
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    grey = cv2.warpAffine(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=244)
    light = np.linspace(0.97, 1.0, width)[None, :] * np.linspace(1.0, 0.95, height)[:, None]
    picture = cv2.GaussianBlur(grey, (0, 0), 0.7).astype(np.float32) * light * 0.95 + 8
    picture += random.normal(0, noise, grey.shape)
    for _ in range(60):
        x, y = int(random.integers(width)), int(random.integers(height))
        cv2.circle(picture, (x, y), int(random.integers(1, 3)), float(random.integers(90, 190)), -1)
    return np.clip(picture, 0, 255).astype(np.uint8)


def photographed(page: Pixels, *, seed: int, size: tuple[int, int]) -> Pixels:
    """A phone's photo of a sheet on a wooden table: perspective, a shadow over one corner, warm light, blur, grain.

    ``size`` is the photo's (width, height) in pixels.
    """
    random = np.random.default_rng(seed)
    width, height = size
    table = _wood(random, size)
    page_height, page_width = page.shape[:2]
    source = np.array([[0, 0], [page_width, 0], [page_width, page_height], [0, page_height]], np.float32)
    corners = np.array([[0.10, 0.055], [0.925, 0.03], [0.965, 0.955], [0.045, 0.975]], np.float32)
    target = (corners * np.array([width, height])).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    sheet = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA).astype(np.float32)
    mask = cv2.warpPerspective(np.full((page_height, page_width), 255, np.uint8), matrix, size)
    alpha = (cv2.GaussianBlur(mask, (0, 0), 1.2) / 255.0)[..., None]
    dark = cv2.GaussianBlur(np.roll(mask, (14, 10), (0, 1)), (0, 0), 16)[..., None] / 255.0
    picture = table * (1 - 0.55 * dark)
    picture = picture * (1 - alpha) + sheet * alpha
    picture *= _shadow(size)[..., None] * np.array([1.0, 0.965, 0.90])
    picture = cv2.GaussianBlur(picture, (0, 0), 0.8) + random.normal(0, 4.5, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _wood(random: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float64]:
    width, height = size
    grain = random.normal(0, 1, (height // 40 + 2, 3))
    rows = cv2.resize(grain, (3, height), interpolation=cv2.INTER_CUBIC).sum(axis=1)
    fine = cv2.GaussianBlur(random.normal(0, 1, (height, width)), (0, 0), sigmaX=40, sigmaY=1.1) * 9
    tone = rows[:, None] * 7 + fine * 3
    return np.array([128.0, 92.0, 62.0]) + tone[..., None] * np.array([1.0, 0.85, 0.7])


def _shadow(size: tuple[int, int]) -> NDArray[np.float64]:
    """The photographer's own shadow: a soft edge from the lower left."""
    width, height = size
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    edge = 1 / (1 + np.exp(-(x * 1.25 - y + 0.42) * 14))
    vignette = 1 - 0.18 * ((x - 0.5) ** 2 + (y - 0.5) ** 2) * 2
    return (0.66 + 0.34 * edge) * vignette


def crumpled(page: Pixels, *, seed: int) -> Pixels:
    """A till receipt on thermal paper: wavy, faded in bands, grey paper, a fold."""
    random = np.random.default_rng(seed)
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY).astype(np.float32)
    height, width = grey.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    shift_x = 2.2 * np.sin(y / 170) + 1.2 * np.sin(y / 61 + 1)
    shift_y = 3.0 * np.sin(x / 210)
    moved = cv2.remap(grey, x + shift_x.astype(np.float32), y + shift_y.astype(np.float32), cv2.INTER_CUBIC, None,
                      cv2.BORDER_REPLICATE)  # fmt: skip
    fading = 0.72 + 0.14 * np.sin(y / 240 + 0.6)
    picture = 232 - (255 - moved) * fading
    fold = np.exp(-(((y - height * 0.46) / 5) ** 2)) * 26
    picture = cv2.GaussianBlur(picture - fold, (0, 0), 0.8) + random.normal(0, 5, grey.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def faxed(page: Pixels, *, degrees: float) -> Pixels:
    """Black and white, a little turned, as an office scanner stores it."""
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turned = cv2.warpAffine(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    return np.where(turned > 165, 255, 0).astype(np.uint8)


def jpeg(picture: Pixels, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, optimize=True, dpi=(200, 200))
    return buffer.getvalue()


def tiff(pages: list[Pixels], dpi: int) -> bytes:
    """All pages in one TIFF, compressed as fax machines do it."""
    buffer = io.BytesIO()
    first, *rest = [Image.fromarray(page).convert("1") for page in pages]
    first.save(buffer, "TIFF", save_all=True, append_images=rest, compression="group4", dpi=(dpi, dpi))
    return buffer.getvalue()


def image_pdf(picture: Pixels, *, quality: int, dpi: int) -> bytes:
    """A PDF that is nothing but a picture, as scanners send it by e-mail."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    height, width = picture.shape[:2]
    size = (width * 72 / dpi, height * 72 / dpi)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=1)
    canvas.drawImage(ImageReader(io.BytesIO(jpeg(picture, quality))), 0, 0, *size)
    canvas.save()
    return buffer.getvalue()
