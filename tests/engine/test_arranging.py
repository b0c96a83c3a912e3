"""Pages of several files become one PDF as they are; what is known of a page, and how a person turned it, holds."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from extraction.engine import read_invoice
from extraction.engine.arranging import PageChoice, compose
from extraction.engine.errors import DamagedFile, EncryptedPdf, UnsupportedType
from extraction.engine.files import Limits
from extraction.engine.options import ReadOptions
from extraction.engine.read import read_document
from tests.badfiles import text_pdf
from tests.builders import FakeOcr, make_page

LIMITS = Limits()


class Blind(FakeOcr):
    """Recognises nothing and must not be asked which way is up."""

    def rotation(self, image: Any) -> int:
        raise AssertionError("asked which way is up")


def pdf_file(path: Path, *texts: str) -> Path:
    joined = pikepdf.Pdf.new()
    for text in texts:
        lines = [text, *(f"Remark {number} on {text}, which stands here at length" for number in range(6))]
        with pikepdf.Pdf.open(BytesIO(text_pdf(*lines))) as one:
            joined.pages.extend(one.pages)
    joined.save(path)
    return path


def picture(path: Path, size: tuple[int, int] = (600, 400), **options: Any) -> Path:
    image = Image.new("RGB", size, "white")
    image.paste((0, 0, 0), (50, 100, 300, 130))
    image.save(path, **options)
    return path


def words(path: Path, **options: Any) -> list[str]:
    document = read_document(path, options=ReadOptions(**options), ocr=FakeOcr("seen"))
    return [page.text.split()[0] for page in document.pages]


def test_pages_of_pdfs_keep_their_text_in_the_order_chosen(tmp_path: Path) -> None:
    sources = {0: pdf_file(tmp_path / "a.pdf", "alpha", "beta"), 7: pdf_file(tmp_path / "b.pdf", "gamma")}
    target = tmp_path / "out.pdf"
    compose(sources, [PageChoice(7, 1), PageChoice(0, 2), PageChoice(0, 1)], target, LIMITS)
    assert words(target) == ["gamma", "beta", "alpha"]


def test_a_jpeg_is_copied_bit_by_bit(tmp_path: Path) -> None:
    photo = picture(tmp_path / "photo.jpg", quality=80)
    target = tmp_path / "out.pdf"
    compose({0: photo}, [PageChoice(0, 1)], target, LIMITS)
    with pikepdf.Pdf.open(target) as made:
        (image,) = made.pages[0].images.values()
        assert image.read_raw_bytes() == photo.read_bytes()


def test_a_turned_page_is_wide_where_it_was_high(tmp_path: Path) -> None:
    target = tmp_path / "out.pdf"
    compose({0: picture(tmp_path / "p.png", (400, 600))}, [PageChoice(0, 1, 90)], target, LIMITS)
    (page,) = read_document(target, options=ReadOptions(upright=frozenset({1})), ocr=Blind("seen")).pages
    assert page.width > page.height
    assert page.rotation == 0


def test_a_page_with_text_of_its_own_stays_as_it_was_turned(tmp_path: Path) -> None:
    source = pdf_file(tmp_path / "a.pdf", "alpha")
    target = tmp_path / "out.pdf"
    compose({0: source}, [PageChoice(0, 1, 90)], target, LIMITS)
    (left_to_the_engine,) = read_document(target, ocr=FakeOcr("seen")).pages
    (as_a_person_wants,) = read_document(target, options=ReadOptions(upright=frozenset({1})), ocr=Blind("seen")).pages
    assert (left_to_the_engine.rotation, left_to_the_engine.height > left_to_the_engine.width) == (270, True)
    assert (as_a_person_wants.rotation, as_a_person_wants.width > as_a_person_wants.height) == (0, True)


def test_what_is_known_of_a_page_is_taken_and_its_picture_drawn(tmp_path: Path) -> None:
    shown: list[int] = []
    document = read_document(
        picture(tmp_path / "p.png"),
        options=ReadOptions(known={1: make_page(1, "known words")}),
        ocr=Blind("seen"),
        on_image=lambda number, image: shown.append(number),
    )
    assert (document.pages[0].text, shown) == ("known words", [1])


def test_what_was_typed_into_a_form_stays_on_the_page(tmp_path: Path) -> None:
    form = pdf_file(tmp_path / "form.pdf", "alpha")
    with pikepdf.Pdf.open(form, allow_overwriting_input=True) as pdf:
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="total", V="Typed 12.50",
                DA="/Helv 12 Tf 0 g", Rect=[100, 100, 300, 130], F=4,
            )
        )  # fmt: skip
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.pages[0].Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(
            Fields=[field], NeedAppearances=True, DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=font))
        )
        pdf.save(form)
    target = tmp_path / "out.pdf"
    compose({0: form}, [PageChoice(0, 1)], target, LIMITS)
    assert "Typed 12.50" in read_document(target, ocr=FakeOcr("seen")).pages[0].text


def test_what_has_no_pages_to_copy_is_refused_in_words(tmp_path: Path) -> None:
    xml, cut, locked = tmp_path / "a.xml", tmp_path / "cut.pdf", tmp_path / "locked.pdf"
    xml.write_text("<Invoice/>")
    cut.write_bytes(b"%PDF-1.7 nothing else")
    with pikepdf.Pdf.open(pdf_file(tmp_path / "a.pdf", "alpha")) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="secret"))
    one_page = pdf_file(tmp_path / "one.pdf", "alpha")
    cases = ((xml, 1, UnsupportedType), (cut, 1, DamagedFile), (locked, 1, EncryptedPdf), (one_page, 2, DamagedFile))
    for path, number, error in cases:
        with pytest.raises(error):
            compose({0: path}, [PageChoice(0, number)], tmp_path / "out.pdf", LIMITS)


def test_data_inside_a_pdf_speaks_for_the_whole_file_only(tmp_path: Path) -> None:
    carrier = Path(__file__).parent.parent / "data" / "einvoices" / "facturx.pdf"
    with pikepdf.Pdf.open(carrier) as pdf, pikepdf.Pdf.open(carrier) as again:
        pdf.pages.append(again.pages[0])
        pdf.save(tmp_path / "two.pdf")
        pages = len(pdf.pages)
    whole = read_invoice(tmp_path / "two.pdf", options=ReadOptions(pages=(1, pages)), ocr=FakeOcr("seen"))
    part = read_invoice(tmp_path / "two.pdf", options=ReadOptions(pages=(1, 1)), ocr=FakeOcr("seen"))
    assert whole.document.source == "e_invoice"
    assert part.document.source != "e_invoice"


def test_pages_that_a_person_put_together_are_not_split(tmp_path: Path) -> None:
    texts = []
    for number, vendor in (("A-4711", "Elm Joinery Ltd"), ("77-B", "Oak Catering Ltd")):
        texts.append(
            [vendor, "INVOICE", f"Invoice no: {number}", "Date: 03/05/2024", "Work 120.00", "Total GBP 120.00"]
        )
    joined = pikepdf.Pdf.new()
    for lines in texts:
        with pikepdf.Pdf.open(
            BytesIO(text_pdf(*lines, *(f"Remark {n} on the work of spring" for n in range(8))))
        ) as one:
            joined.pages.extend(one.pages)
    joined.save(tmp_path / "two.pdf")
    assert len(read_invoice(tmp_path / "two.pdf", ocr=FakeOcr("x")).parts) == 2
    together = read_invoice(tmp_path / "two.pdf", ocr=FakeOcr("x"), options=ReadOptions(one_document=True))
    assert (together.parts, together.proposed) == ((), ())
