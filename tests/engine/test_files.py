"""What a file may be, what is refused, and what its pages look like."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from extraction.engine.errors import InvoiceError
from extraction.engine.files import FORMATS, Limits, inspect, open_file
from tests.badfiles import BAD_FILES, BadFile, picture, png_of_size, text_pdf

LIMITS = Limits()


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def read_all_pages(path: Path, limits: Limits = LIMITS) -> list[Image.Image]:
    with open_file(path, limits) as opened:
        return [opened.page(number).render(72) for number in range(1, opened.page_count + 1)]


@pytest.mark.parametrize("bad", BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_refused_with_its_code(bad: BadFile, tmp_path: Path) -> None:
    from extraction.engine import read_invoice

    path = write(tmp_path, bad.file_name, bad.data())
    with pytest.raises(InvoiceError) as caught:
        read_invoice(path)
    assert caught.value.code == bad.code
    assert not caught.value.retryable
    assert len(caught.value.message.split()) > 8, "the message must say what to do"


def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    header_only = png_of_size(11_000, 10_000)[:60]  # its pixels are missing: decoding it would fail in another way
    with pytest.raises(InvoiceError) as caught:
        inspect(write(tmp_path, "big.png", header_only), LIMITS)
    assert caught.value.code == "too_many_pixels"
    assert "110 megapixels" in caught.value.message


def test_limits_are_named_in_the_message(tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf", text_pdf("Hello", pages=3))
    with pytest.raises(InvoiceError, match="3 pages; at most 2"):
        inspect(path, Limits(max_pages=2))


def test_a_pdf_cut_behind_its_first_pages_is_refused(tmp_path: Path) -> None:
    """PDFium would repair such a file and show fewer pages, as if nothing were missing."""
    data = text_pdf("Hello", pages=50)
    with pytest.raises(InvoiceError) as caught:
        read_all_pages(write(tmp_path, "a.pdf", data[: data.index(b"xref\n0")]))
    assert caught.value.code == "damaged_file"


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "AVIF"])
def test_the_type_is_decided_by_content_not_by_name(format: str, tmp_path: Path) -> None:
    path = write(tmp_path, "photo.pdf", picture(format))
    assert inspect(path, LIMITS).format == format.lower()
    assert read_all_pages(path)[0].size == (800, 600)


def test_a_tiff_has_as_many_pages_as_pictures(tmp_path: Path) -> None:
    path = write(tmp_path, "fax.tif", picture("TIFF", pages=3, compression="tiff_lzw"))
    assert inspect(path, LIMITS).pages == 3
    assert len(read_all_pages(path)) == 3


def test_of_an_animation_the_first_picture_counts(tmp_path: Path) -> None:
    assert inspect(write(tmp_path, "a.gif", picture("GIF", pages=4)), LIMITS).pages == 1


def test_a_phone_photo_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright, stored lying on its left side
    path = write(tmp_path, "photo.jpg", picture("JPEG", exif=exif.tobytes()))
    assert read_all_pages(path)[0].size == (600, 800)


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def corner(path: Path) -> tuple[int, ...]:
    image = read_all_pages(path)[0]
    assert image.mode == "RGB"
    pixel = image.getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return pixel


def test_transparency_becomes_white_paper(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert corner(write(tmp_path, "a.png", saved(clear, "PNG"))) == (255, 255, 255)
    palette = Image.new("P", (20, 20), 0)
    palette.putpalette([10, 20, 30])
    assert corner(write(tmp_path, "b.png", saved(palette, "PNG", transparency=0))) == (255, 255, 255)
    assert corner(write(tmp_path, "c.png", saved(palette, "PNG"))) == (10, 20, 30)


def test_sixteen_bit_grey_keeps_its_shades(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 64, dtype=np.uint16).reshape(8, 8)
    image = read_all_pages(write(tmp_path, "scan.png", saved(Image.fromarray(ramp), "PNG")))[0]
    shades = np.asarray(image)[:, :, 0]
    assert shades.min() == 0
    assert shades.max() == 255
    assert len(np.unique(shades)) > 50


def test_cmyk_is_shown_in_its_colours(tmp_path: Path) -> None:
    cyan = Image.new("CMYK", (20, 20), (255, 0, 0, 0))
    red, green, blue = corner(write(tmp_path, "print.jpg", saved(cyan, "JPEG")))
    assert red < 60
    assert min(green, blue) > 150


def test_a_huge_pdf_page_is_drawn_in_bounds(tmp_path: Path) -> None:
    path = write(tmp_path, "plan.pdf", text_pdf("Plan", size=(14_400, 14_400)))
    with open_file(path, LIMITS) as opened:
        image = opened.page(1).render(300)
    assert image.width * image.height < 13_000_000


def test_a_very_long_strip_is_drawn(tmp_path: Path) -> None:
    with open_file(write(tmp_path, "roll.pdf", text_pdf("Roll", size=(200, 14_000))), LIMITS) as opened:
        assert opened.page(1).render(300).width > 100


INVOICE = ["Invoice 4711", *[f"Position {n} of the work done in spring 12.50" for n in range(8)], "Total 100.00"]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_words_of_a_digital_pdf_stand_where_they_are_drawn(rotate: int, tmp_path: Path) -> None:
    with open_file(write(tmp_path, "a.pdf", text_pdf(*INVOICE, rotate=rotate)), LIMITS) as opened:
        page = opened.page(1)
        layer = page.text_layer()
        assert layer is not None
        image = page.render(72).rotate(-layer.rotation, expand=True)
    assert layer.lines[0].text == "Invoice 4711"
    assert layer.rotation == (360 - rotate) % 360  # the page stands upright again
    box = layer.lines[0].words[1].box
    cut = (box.x0 * image.width, box.y0 * image.height, box.x1 * image.width, box.y1 * image.height)
    assert np.asarray(image.crop(tuple(round(v) for v in cut)).convert("L")).min() < 128, "ink inside the box"
    assert 0.02 < box.width < 0.08
    assert box.y0 < 0.1


def test_words_hidden_under_a_picture_of_the_page_are_not_trusted(tmp_path: Path) -> None:
    """Scanners write what they guessed in invisible ink (render mode 3)."""
    path = write(tmp_path, "scan.pdf", text_pdf(*INVOICE, content=b"3 Tr "))
    with open_file(path, LIMITS) as opened:
        assert opened.page(1).text_layer() is None


def test_a_page_without_words_has_no_text_layer(tmp_path: Path) -> None:
    with open_file(write(tmp_path, "blank.pdf", text_pdf()), LIMITS) as opened:
        assert opened.page(1).text_layer() is None


def test_inspecting_counts_pages_without_reading_them(tmp_path: Path) -> None:
    info = inspect(write(tmp_path, "a.pdf", text_pdf("Hello", pages=7)), LIMITS)
    assert (info.format, info.mime_type, info.pages) == ("pdf", "application/pdf", 7)


def test_every_format_has_a_name_of_its_own() -> None:
    assert len({kind.name for kind in FORMATS}) == len(FORMATS)


def tiff(modes: list[tuple[str, str | None]]) -> bytes:
    """Pages of these modes and compressions, in a file: dark left half, light right half."""
    half = np.zeros((64, 96), np.uint8)
    half[:, 48:] = 255
    grey, pages = Image.fromarray(half), []
    for mode, compression in modes:
        if mode == "I;16":
            page = Image.fromarray(half.astype(np.uint16) * 257)
        elif mode == "F":
            page = Image.fromarray(half.astype(np.float32) / 255)
        else:
            page = grey.convert(mode)
        pages.append(saved(page, "TIFF", compression=compression))
    if len(pages) == 1:
        return pages[0]
    out = BytesIO()
    with AppendingTiffWriter(out, True) as writer:
        for data in pages:
            writer.write(data)
            writer.newFrame()
    return out.getvalue()


TIFFS = [
    *[("1", kind) for kind in (None, "group3", "group4", "tiff_ccitt", "packbits", "tiff_lzw")],
    *[
        (mode, kind)
        for mode in ("L", "P", "RGB", "CMYK", "I;16", "F")
        for kind in (None, "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "zstd", "lzma")
    ],
    *[("L", "jpeg"), ("RGB", "jpeg"), ("CMYK", "jpeg"), ("RGB", "tiff_jpeg")],
]


@pytest.mark.parametrize(("mode", "compression"), TIFFS)
def test_every_kind_of_tiff_is_read(mode: str, compression: str | None, tmp_path: Path) -> None:
    image = read_all_pages(write(tmp_path, "a.tif", tiff([(mode, compression)])))[0]
    assert image.mode == "RGB"
    assert max(image.getpixel((10, 30))) < 60  # type: ignore[type-var]
    assert min(image.getpixel((85, 30))) > 200  # type: ignore[type-var]


def test_pages_of_one_tiff_may_differ_in_kind(tmp_path: Path) -> None:
    path = write(tmp_path, "a.tif", tiff([("1", "group4"), ("RGB", "jpeg"), ("L", "tiff_lzw"), ("CMYK", "packbits")]))
    for image in read_all_pages(path):
        assert max(image.getpixel((10, 30))) < 60  # type: ignore[type-var]
        assert min(image.getpixel((85, 30))) > 200  # type: ignore[type-var]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_their_exif_says(format: str, orientation: int, tmp_path: Path) -> None:
    """The corner that is dark in the upright picture is dark in what is read, whichever way it was stored."""
    upright = Image.new("RGB", (96, 64), "white")
    upright.paste("black", (0, 0, 48, 32))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's Transpose that leads to the stored picture
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read_all_pages(write(tmp_path, "a", saved(stored, format, exif=exif)))[0]
    assert image.size == (96, 64)
    assert max(image.getpixel((20, 15))) < 60  # type: ignore[type-var]
    assert min(image.getpixel((80, 50))) > 200  # type: ignore[type-var]


def test_a_turned_photo_of_a_phone_is_put_upright() -> None:
    """Stored lying on its side with an Exif orientation of 6, as phones do."""
    path = Path(__file__).parent.parent / "data" / "photos" / "receipt.heic"
    assert inspect(path, LIMITS).mime_type.startswith("image/hei")
    image = read_all_pages(path)[0]
    assert image.size == (700, 800)
    dark = np.asarray(image.convert("L")) < 128
    assert dark[:400].sum() > 0.4 * dark.sum()
    assert dark[720:].sum() == 0, "the last line ends well above the lower edge"


def test_a_heic_that_is_broken_is_refused_as_such(tmp_path: Path) -> None:
    path = write(tmp_path, "photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400))
    with pytest.raises(InvoiceError) as caught:
        inspect(path, LIMITS)
    assert caught.value.code == "damaged_file"


def test_a_dynamic_form_says_that_only_its_reader_shows_it(tmp_path: Path) -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(text_pdf("Please wait...", "You need Adobe Reader to see this."))) as form:
        form.Root.NeedsRendering = True
        form.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=form.make_stream(b"<xdp/>"))
        form.save(out)
    with pytest.raises(InvoiceError, match="print it to PDF") as caught:
        inspect(write(tmp_path, "form.pdf", out.getvalue()), LIMITS)
    assert caught.value.code == "xfa_form"
