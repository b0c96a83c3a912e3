"""Pages that tests draw themselves."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

RECEIPT = (
    "CORNER BAKERY",
    "12 Mill Lane, Springfield",
    "Invoice number 2024-0815",
    "Date 17/03/2024",
    "Sourdough bread 4.50",
    "Apple cake 12.30",
    "Total 16.80 EUR",
)


def drawn(*lines: str, size: tuple[int, int] = (1000, 1400)) -> Image.Image:
    """Black print on white paper, one line under the other."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines or RECEIPT):
        draw.text((100, 100 + 90 * row), line, fill="black", font=ImageFont.load_default(38))
    return image


def as_pdf(*pages: Image.Image) -> bytes:
    """A scan: nothing but pictures."""
    out = BytesIO()
    pages[0].save(out, "PDF", resolution=150, save_all=True, append_images=list(pages[1:]))
    return out.getvalue()


def as_png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
