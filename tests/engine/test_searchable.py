"""Searchable PDFs, looked at with PDFium and, where it is installed, Poppler: neither had a part in making them."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw, ImageOps
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extraction.engine.document import Box, Homography, Line, Page, Word
from extraction.engine.errors import DamagedFile, EncryptedPdf, InvoiceError, UnsupportedType
from extraction.engine.searchable import is_searchable, write_searchable
from tests.badfiles import BAD_FILES, BadFile

TOLERANCE = 0.01  # of the page
WORLD = "Zażółć gęślą | Счёт № 15 | Τιμολόγιο ΦΠΑ | 請求書 合計 | 𠮷野家 naïve 12,50€"
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="no Poppler: apt-get install poppler-utils")


def read_page(text: str = "Birch & Sons\nTotal 119.00", number: int = 1, **options: object) -> Page:
    """A page as if it had been read: words of a height like print, a third of it between them."""
    lines = []
    for row, sentence in enumerate(text.splitlines()):
        x, words = 0.1, []
        for part in sentence.split():
            width = 0.02 * len(part)
            words.append(Word(part, Box(x, 0.1 + 0.08 * row, x + width, 0.13 + 0.08 * row), 0.97))
            x += width + 0.012
        lines.append(Line(tuple(words)))
    return Page(number, 600, 800, tuple(lines), **options)  # type: ignore[arg-type]


def picture(size: tuple[int, int] = (600, 800), mode: str = "RGB") -> Image.Image:
    """No two corners alike, so that a turn shows."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 3, size[1] // 5), fill=(200, 30, 30))
    draw.rectangle((size[0] // 2, size[1] // 2, size[0] - 1, size[1] - 1), fill=(20, 90, 160))
    draw.line((0, size[1], size[0], 0), fill="black", width=5)
    return image.convert(mode)


def saved(tmp_path: Path, image: Image.Image, name: str, **options: object) -> Path:
    path = tmp_path / name
    image.save(path, **options)
    return path


def scanned_pdf(tmp_path: Path, *, hidden: str = "", visible: str = "", size: tuple[float, float] = (300, 400)) -> Path:
    canvas = Canvas(str(tmp_path / "scan.pdf"), pagesize=size, invariant=True)
    canvas.drawImage(ImageReader(picture()), 0, 0, *size)
    if hidden:
        text = canvas.beginText(40, size[1] / 2)
        text.setTextRenderMode(3)
        text.textLine(hidden)
        canvas.drawText(text)
    if visible:
        x0, y1 = 0.1 * size[0], size[1] * (1 - 0.13)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(x0, y1 + 2, visible)
    canvas.save()
    return tmp_path / "scan.pdf"


def rewritten(path: Path, change: Callable[[pikepdf.Pdf], object]) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as opened:
        change(opened)
        opened.save(path)
    return path


def searchable(source: Path, *pages: Page) -> Path:
    target = source.with_name("searchable.pdf")
    write_searchable(source, pages or (read_page(),), target)
    return target


def words_seen(path: Path, number: int = 1) -> list[tuple[str, Box]]:
    """PDFium's words with their places in fractions of the page as displayed (its own rotation not undone by us)."""
    opened = pdfium.PdfDocument(path)
    page = opened[number - 1]
    text_page, found, run = page.get_textpage(), [], []
    width, height = page.get_size()
    rotation = page.get_rotation()
    assert rotation == 0, "places of turned pages are checked with Poppler"
    left, bottom, *_ = page.get_bbox()
    for index in range(text_page.count_chars()):
        letter = text_page.get_text_range(index, 1)
        x0, y0, x1, y1 = text_page.get_charbox(index, loose=True)
        box = Box((x0 - left) / width, 1 - (y1 - bottom) / height, (x1 - left) / width, 1 - (y0 - bottom) / height)
        if letter.strip():
            run.append((letter, box))
        elif run:
            found.append(("".join(text for text, _ in run), Box.around(box for _, box in run)))
            run = []
    if run:
        found.append(("".join(text for text, _ in run), Box.around(box for _, box in run)))
    opened.close()
    return found


def poppler_words(path: Path, number: int = 1) -> list[tuple[str, Box]]:
    command = ["pdftotext", "-bbox", "-f", str(number), "-l", str(number), str(path), "-"]
    html = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    tree = ElementTree.fromstring(re.sub(r'<!DOCTYPE[^>]*>|xmlns="[^"]*"', "", html))
    page = tree.find(".//page")
    assert page is not None
    width, height = float(page.get("width", 0)), float(page.get("height", 0))
    sides = {"xMin": width, "yMin": height, "xMax": width, "yMax": height}
    return [
        (word.text or "", Box(*(float(word.get(key, 0)) / side for key, side in sides.items())))
        for word in page.iter("word")
    ]


def assert_stand_where_read(found: list[tuple[str, Box]], page: Page) -> None:
    expected = page.words()
    assert [text for text, _ in found] == [word.text for word in expected]
    for (text, box), word in zip(found, expected, strict=True):
        assert np.allclose(box.to_list(), word.box.to_list(), atol=TOLERANCE), (text, box, word.box)


def look(path: Path, number: int = 1, dpi: int = 72) -> Image.Image:
    command = ["pdftoppm", "-png", "-r", str(dpi), "-f", str(number), "-l", str(number), str(path)]
    return Image.open(BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)).convert("RGB")


# --- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp", "a.bmp", "a.gif"])
def test_an_image_becomes_a_page_with_its_words_where_they_are_printed(tmp_path: Path, name: str) -> None:
    page = read_page()
    made = searchable(saved(tmp_path, picture(), name), page)
    assert_stand_where_read(words_seen(made), page)


@needs_poppler
def test_poppler_finds_the_same_words_at_the_same_places(tmp_path: Path) -> None:
    page = read_page()
    assert_stand_where_read(poppler_words(searchable(saved(tmp_path, picture(), "a.png"), page)), page)


def test_words_of_all_scripts_can_be_copied(tmp_path: Path) -> None:
    page = read_page(WORLD.replace(" | ", "\n"))
    made = searchable(saved(tmp_path, picture(), "a.png"), page)
    assert " ".join(pdfium.PdfDocument(made)[0].get_textpage().get_text_bounded().split()) == WORLD.replace("| ", "")


@needs_poppler
def test_poppler_copies_them_too(tmp_path: Path) -> None:
    made = searchable(saved(tmp_path, picture(), "a.png"), read_page(WORLD.replace(" | ", "\n")))
    text = subprocess.run(["pdftotext", str(made), "-"], capture_output=True, check=True).stdout.decode()
    assert " ".join(text.split()) == WORLD.replace("| ", "")


@needs_poppler
@pytest.mark.parametrize("word", ["שלום", "فاتورة"])
def test_words_from_right_to_left_are_copied_in_reading_order(tmp_path: Path, word: str) -> None:
    made = searchable(saved(tmp_path, picture(), "a.png"), read_page(word))
    text = subprocess.run(["pdftotext", str(made), "-"], capture_output=True, check=True).stdout.decode()
    assert re.sub("[\u2000-\u206f\\s]", "", text) == word


@needs_poppler
def test_words_that_touch_are_still_two_words(tmp_path: Path) -> None:
    line = Line((Word("Total", Box(0.1, 0.1, 0.2, 0.13)), Word("12.50", Box(0.2, 0.1, 0.3, 0.13))))
    page = Page(1, 600, 800, (line,))
    made = searchable(saved(tmp_path, picture(), "a.png"), page)
    assert pdfium.PdfDocument(made)[0].get_textpage().get_text_bounded().strip() == "Total 12.50"
    assert_stand_where_read(poppler_words(made), page)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_is_embedded_as_it_is(tmp_path: Path, mode: str) -> None:
    source = saved(tmp_path, picture(mode=mode), "photo.jpg", quality=70)
    with pikepdf.open(searchable(source)) as opened:
        assert opened.pages[0].Resources.XObject.Picture.read_raw_bytes() == source.read_bytes()


@needs_poppler
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_as_its_exif_data_says(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = saved(tmp_path, picture((400, 300)), "photo.jpg", quality=95, exif=exif.tobytes(), dpi=(72, 72))
    with Image.open(source) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    seen = look(searchable(source))
    assert seen.size == upright.size
    assert np.abs(np.asarray(seen, int) - np.asarray(upright, int)).mean() < 2


@needs_poppler
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "RGBA", "I;16"])
def test_png_and_tiff_keep_every_pixel(tmp_path: Path, mode: str) -> None:
    image = picture(mode="L").point(lambda v: v) if mode == "I;16" else picture(mode=mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    source = saved(tmp_path, image, "a.tif" if mode in {"1", "I;16"} else "a.png", dpi=(72, 72))
    made = searchable(source)
    assert look(made).size == (600, 800)
    subprocess.run(["pdfimages", "-png", str(made), str(tmp_path / "kept")], check=True)
    expected = picture(mode="L") if mode == "I;16" else picture(mode=mode)
    with Image.open(tmp_path / "kept-000.png") as kept:
        assert np.array_equal(np.asarray(kept.convert("RGB")), np.asarray(expected.convert("RGB")))


def test_black_and_white_is_kept_as_fax_data(tmp_path: Path) -> None:
    source = saved(tmp_path, picture((1700, 2200), "1"), "fax.tif", compression="group4")
    with pikepdf.open(searchable(source)) as opened:
        image = opened.pages[0].Resources.XObject.Picture
        assert image.Filter == "/CCITTFaxDecode"
        assert len(image.read_raw_bytes()) < 4 * source.stat().st_size


def test_each_page_of_a_tiff_becomes_a_page_and_thumbnails_do_not(tmp_path: Path) -> None:
    small = picture((60, 80))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    source = saved(tmp_path, picture(), "a.tif", save_all=True, append_images=[small, picture(mode="L")])
    made = searchable(source, read_page("One"), read_page("Two", 2))
    assert [[text for text, _ in words_seen(made, number)] for number in (1, 2)] == [["One"], ["Two"]]
    assert len(pdfium.PdfDocument(made)) == 2


def test_only_the_pages_of_one_invoice_are_kept_each_with_its_own_words(tmp_path: Path) -> None:
    source = saved(tmp_path, picture(), "a.tif", save_all=True, append_images=[picture(mode="L"), picture()])
    target = tmp_path / "part.pdf"
    write_searchable(source, [read_page("Two", 2), read_page("Three", 3)], target, only=True)
    assert [[text for text, _ in words_seen(target, number)] for number in (1, 2)] == [["Two"], ["Three"]]
    assert len(pdfium.PdfDocument(target)) == 2


def test_nothing_that_names_the_other_pages_stays_in_the_file(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), invariant=True)
    for name in ("Secret", "Shown"):
        canvas.bookmarkPage(name)
        canvas.addOutlineEntry(name, name)
        canvas.drawString(72, 700, name)
        canvas.showPage()
    canvas.save()
    target = tmp_path / "part.pdf"
    write_searchable(tmp_path / "a.pdf", [read_page("Shown", 2, source="text_layer")], target, only=True)
    with pikepdf.open(target) as made:
        streams = [item.read_bytes() for item in made.objects if isinstance(item, pikepdf.Stream)]
    assert len(pdfium.PdfDocument(target)) == 1
    assert not any(b"Secret" in stream for stream in streams)


@pytest.mark.parametrize(
    ("pixels", "dpi", "expected"),
    [
        ((1654, 2339), (200, 200), (595, 842)),
        ((1728, 1145), (204, 98), (610, 841)),  # a fax: lines lie further apart than dots
        ((3000, 4000), (72, 72), (595, 794)),  # what cameras write when they do not know
        ((4000, 3000), None, (794, 595)),
        ((600, 2400), (203, 203), (213, 851)),  # a till receipt
    ],
)
def test_the_page_has_the_size_of_the_paper(
    tmp_path: Path, pixels: tuple[int, int], dpi: tuple[int, int] | None, expected: tuple[int, int]
) -> None:
    source = saved(tmp_path, Image.new("1", pixels, 1), "a.tif", **({"dpi": dpi} if dpi else {}))
    assert pdfium.PdfDocument(searchable(source))[0].get_size() == pytest.approx(expected, abs=1)


# --- turned and straightened ------------------------------------------------------------------------------------------


@needs_poppler
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_of_a_page_that_was_turned_lie_along_the_print(tmp_path: Path, rotation: int) -> None:
    """The words on the upright page, turned back, must be where the file shows them."""
    page = read_page(rotation=rotation)
    found = poppler_words(searchable(saved(tmp_path, picture(), "a.png"), page))
    back = {
        0: lambda b: b,
        90: lambda b: Box(b.y0, 1 - b.x1, b.y1, 1 - b.x0),
        180: lambda b: Box(1 - b.x1, 1 - b.y1, 1 - b.x0, 1 - b.y0),
        270: lambda b: Box(1 - b.y1, b.x0, 1 - b.y0, b.x1),
    }[rotation]
    expected = {word.text: back(word.box) for word in page.words()}
    assert {text for text, _ in found} == set(expected)
    for text, box in found:
        assert np.allclose(box.to_list(), expected[text].to_list(), atol=TOLERANCE), text


@needs_poppler
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("cropped", [False, True])
def test_rotated_and_cropped_pdf_pages(tmp_path: Path, turn: int, cropped: bool) -> None:
    """PDFium and Poppler show the crop box, turned as /Rotate says; boxes are fractions of that."""

    def change(opened: pikepdf.Pdf) -> None:
        opened.pages[0].obj.Rotate = turn
        if cropped:
            opened.pages[0].obj.CropBox = [30, 40, 270, 380]

    source = rewritten(scanned_pdf(tmp_path), change)
    page = read_page()
    command = ["pdftotext", "-bbox", "-cropbox"] if cropped else ["pdftotext", "-bbox"]
    made = searchable(source, page)
    html = subprocess.run([*command, str(made), "-"], capture_output=True, check=True).stdout.decode()
    width, height = pdfium.PdfDocument(made)[0].get_size()
    seen = {}
    for x0, y0, x1, y1, text in re.findall(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)<', html):
        seen[text.replace("&amp;", "&")] = [
            float(x0) / width,
            float(y0) / height,
            float(x1) / width,
            float(y1) / height,
        ]
    assert list(seen) == [word.text for word in page.words()]
    for word in page.words():
        assert np.allclose(seen[word.text], word.box.to_list(), atol=TOLERANCE), (word.text, seen[word.text])


def test_words_of_a_straightened_photo_lie_over_the_crooked_paper(tmp_path: Path) -> None:
    """The paper is a slanted part of the photo; the homography leads there."""
    homography: Homography = (0.6, 0.08, 0.2, -0.05, 0.7, 0.15, 0.02, 0.03, 1.0)
    page = read_page("Slanted", homography=homography)
    found = words_seen(searchable(saved(tmp_path, picture(), "a.png"), page))
    box, matrix = page.words()[0].box, np.array(homography).reshape(3, 3)
    corners = np.array([[box.x0, box.y0, 1], [box.x1, box.y0, 1], [box.x1, box.y1, 1], [box.x0, box.y1, 1]])
    mapped = corners @ matrix.T
    mapped = mapped[:, :2] / mapped[:, 2:]
    around = [*mapped.min(axis=0), *mapped.max(axis=0)]
    assert [text for text, _ in found] == ["Slanted"]
    assert np.allclose([found[0][1].x0, found[0][1].y0, found[0][1].x1, found[0][1].y1], around, atol=TOLERANCE)


# --- PDFs -------------------------------------------------------------------------------------------------------------


@needs_poppler
def test_a_scanned_pdf_looks_as_before_to_the_pixel(tmp_path: Path) -> None:
    source = scanned_pdf(tmp_path, hidden="Garbagge of a scanner", visible="Stamp")
    made = searchable(source)
    assert np.array_equal(np.asarray(look(source, dpi=110)), np.asarray(look(made, dpi=110)))


def test_links_outlines_attachments_and_sizes_stay(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "scan.pdf"), pagesize=(300, 400), invariant=True)
    canvas.drawImage(ImageReader(picture()), 0, 0, 300, 400)
    canvas.linkURL("https://example.com/pay", (10, 10, 100, 30))
    canvas.bookmarkPage("top")
    canvas.addOutlineEntry("First", "top")
    canvas.save()
    source = rewritten(
        tmp_path / "scan.pdf",
        lambda opened: opened.attachments.update({"factur-x.xml": pikepdf.AttachedFileSpec(opened, b"<x/>")}),
    )
    with pikepdf.open(searchable(source)) as opened:
        assert str(opened.pages[0].Annots[0].A.URI) == "https://example.com/pay"
        assert opened.attachments["factur-x.xml"].get_file().read_bytes() == b"<x/>"
        assert opened.open_outline().root[0].title == "First"
        assert [float(side) for side in opened.pages[0].mediabox] == [0, 0, 300, 400]


def test_the_words_of_a_scanner_are_replaced_not_doubled(tmp_path: Path) -> None:
    made = searchable(scanned_pdf(tmp_path, hidden="T0tal ll9.OO garbagge"))
    assert [text for text, _ in words_seen(made)] == ["Birch", "&", "Sons", "Total", "119.00"]


def test_words_under_the_picture_are_replaced_and_print_beside_it_stays(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "scan.pdf"), pagesize=(300, 400), invariant=True)
    canvas.drawString(60, 200, "garbagge")
    canvas.drawImage(ImageReader(picture()), 0, 0, 300, 400)
    canvas.showPage()
    canvas.drawString(60, 300, "Letterhead")
    canvas.drawImage(ImageReader(picture()), 0, 0, 300, 200)
    canvas.save()
    made = searchable(tmp_path / "scan.pdf", read_page("Total"), read_page("Total", 2))
    assert [[text for text, _ in words_seen(made, number)] for number in (1, 2)] == [["Total"], ["Total", "Letterhead"]]


def test_hidden_words_inside_a_form_are_taken_out_too(tmp_path: Path) -> None:
    """OCRmyPDF and others graft their words on as a form; a form that another page uses stays there."""

    def change(opened: pikepdf.Pdf) -> None:
        first = opened.pages[0]
        form = opened.make_stream(
            b"BT 3 Tr /F1 12 Tf 50 200 Td (garbagge) Tj ET", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
            BBox=[0, 0, 300, 400], Resources=first.resources,
        )  # fmt: skip
        first.add_resource(form, pikepdf.Name.XObject, pikepdf.Name("/Words"))
        first.contents_add(b"/Words Do")
        opened.pages.append(first)

    source = rewritten(scanned_pdf(tmp_path, visible="Stamp"), change)
    assert "garbagge" in pdfium.PdfDocument(source)[0].get_textpage().get_text_bounded()
    made = searchable(source)
    assert "garbagge" not in pdfium.PdfDocument(made)[0].get_textpage().get_text_bounded()
    assert "garbagge" in pdfium.PdfDocument(made)[1].get_textpage().get_text_bounded()


def test_what_the_page_shows_as_text_is_not_written_twice(tmp_path: Path) -> None:
    page = read_page("Stamp\nTotal 119.00", source="mixed")
    made = searchable(scanned_pdf(tmp_path, visible="Stamp"), page)
    assert sorted(text for text, _ in words_seen(made)) == ["119.00", "Stamp", "Total"]


def test_pages_with_their_own_words_are_left_alone(tmp_path: Path) -> None:
    source = rewritten(scanned_pdf(tmp_path, visible="Digital"), lambda opened: opened.pages.append(opened.pages[0]))
    made_of = read_page(source="text_layer"), read_page(number=2)
    with pikepdf.open(searchable(source, *made_of)) as made, pikepdf.open(source) as before:
        assert made.pages[0].Contents.read_bytes() == before.pages[0].Contents.read_bytes()
        assert made.pages[1].Contents != made.pages[0].Contents


def test_a_pdf_that_has_its_words_on_all_pages_is_copied(tmp_path: Path) -> None:
    source = scanned_pdf(tmp_path, visible="Digital")
    assert searchable(source, read_page(source="text_layer")).read_bytes() == source.read_bytes()


def test_content_that_leaves_the_page_scaled_moves_no_word(tmp_path: Path) -> None:
    def change(opened: pikepdf.Pdf) -> None:
        opened.pages[0].contents_add(b"0.1 0 0 -0.1 50 50 cm", prepend=True)

    page = read_page()
    made = searchable(rewritten(scanned_pdf(tmp_path), change), page)
    assert_stand_where_read(words_seen(made), page)


def test_a_page_without_any_content_gets_its_words(tmp_path: Path) -> None:
    with pikepdf.new() as empty:
        empty.add_blank_page(page_size=(300, 400))
        empty.save(tmp_path / "blank.pdf")
    page = read_page()
    assert_stand_where_read(words_seen(searchable(tmp_path / "blank.pdf", page)), page)


@pytest.mark.parametrize("name", ["a.png", "scan.pdf"])
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    source = scanned_pdf(tmp_path) if name == "scan.pdf" else saved(tmp_path, picture(), name)
    first = searchable(source).read_bytes()
    assert searchable(source).read_bytes() == first


def test_no_word_can_break_the_page(tmp_path: Path) -> None:
    box = Box(0.5, 0.5, 0.5, 0.5)
    line = Line((Word("", box), Word(" ", box), Word(") Tj ET <", box), Word("\n\t", box), Word("ok", Box(0, 0, 1, 1))))
    made = searchable(saved(tmp_path, picture(), "a.png"), Page(1, 600, 800, (line,)))
    assert "ok" in pdfium.PdfDocument(made)[0].get_textpage().get_text_bounded()


# --- what cannot be made ----------------------------------------------------------------------------------------------


def test_xml_a_password_and_damage_are_refused_in_words(tmp_path: Path) -> None:
    xml = tmp_path / "invoice.xml"
    xml.write_text("<?xml version='1.0'?><Invoice/>")
    with pytest.raises(UnsupportedType, match="no pages"):
        searchable(xml)
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(scanned_pdf(tmp_path)) as opened:
        opened.save(locked, encryption=pikepdf.Encryption(owner="o", user="secret"))
    with pytest.raises(EncryptedPdf):
        searchable(locked)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4\n" + b"junk" * 100)
    with pytest.raises(DamagedFile):
        searchable(broken)


@pytest.mark.parametrize("bad", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_no_bad_file_ends_in_anything_but_words_for_people(tmp_path: Path, bad: BadFile) -> None:
    source = tmp_path / bad.file_name
    source.write_bytes(bad.data())
    with contextlib.suppress(InvoiceError):
        searchable(source)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_a_picture_that_breaks_off_is_refused(tmp_path: Path, name: str) -> None:
    source = saved(tmp_path, picture().rotate(7), name)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    with pytest.raises(DamagedFile):
        searchable(source)


def test_a_pdf_that_only_forbids_changes_is_made_searchable(tmp_path: Path) -> None:
    source = scanned_pdf(tmp_path)
    with pikepdf.open(source, allow_overwriting_input=True) as opened:
        opened.save(source, encryption=pikepdf.Encryption(owner="o", user=""))
    assert [text for text, _ in words_seen(searchable(source))][:2] == ["Birch", "&"]


def test_only_a_pdf_with_text_on_all_pages_is_one_already() -> None:
    assert is_searchable("application/pdf", ["text_layer", "text_layer"])
    assert not is_searchable("application/pdf", ["text_layer", "ocr"])
    assert not is_searchable("application/pdf", ["mixed"])
    assert not is_searchable("image/png", ["text_layer"])
