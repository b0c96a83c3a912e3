"""The pipeline: which words of a page are believed, what is cached, what a caller hears on the way."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from extraction.engine import ReadOptions, einvoice, engine_version, read_document, read_invoice
from extraction.engine.document import Box, Line, Word
from extraction.engine.errors import InvoiceError, ReadingCancelled
from extraction.engine.ocr import RgbImage, default_ocr
from tests.badfiles import picture, text_pdf

from .drawing import RECEIPT, as_pdf, as_png, drawn

DATA = Path(__file__).parent.parent / "data"
DIGITAL = ["Invoice 4711", *[f"Position {n} of the work done in spring 12.50" for n in range(8)], "Total 100.00"]


class FakeOcr:
    """Finds one word on every page and says that the page stands as it does; counts the pages it reads."""

    name = "fake-1"

    def __init__(self, word: str = "recognised", *, rotation: int = 0) -> None:
        self.lines = (Line((Word(word, Box(0.1, 0.1, 0.3, 0.12), 0.9),)),)
        self.turn = rotation
        self.shapes: list[tuple[int, ...]] = []

    def rotation(self, image: RgbImage) -> int:
        return self.turn

    def read(self, image: RgbImage) -> tuple[Line, ...]:
        self.shapes.append(image.shape)
        return self.lines


class DictCache(dict[str, dict[str, Any]]):
    def put(self, key: str, document: dict[str, Any]) -> None:
        self[key] = document


def write(folder: Path, data: bytes, name: str = "file.bin") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_digital_pdf_is_read_without_ocr(tmp_path: Path) -> None:
    ocr = FakeOcr()
    document = read_document(write(tmp_path, text_pdf(*DIGITAL)), ocr=ocr)
    assert document.source == "text_layer"
    assert document.text.splitlines()[0] == "Invoice 4711"
    assert ocr.shapes == []


def test_a_scan_in_a_pdf_is_read_by_ocr(tmp_path: Path) -> None:
    document = read_document(write(tmp_path, as_pdf(drawn(), drawn())), ocr=FakeOcr())
    assert document.source == "ocr"
    assert [page.text for page in document.pages] == ["recognised"] * 2


def test_a_page_on_its_side_is_turned_for_the_reader_and_for_people(tmp_path: Path) -> None:
    shown: dict[int, Image.Image] = {}
    ocr = FakeOcr(rotation=90)
    document = read_document(write(tmp_path, picture("PNG", size=(1200, 900))), ocr=ocr, on_image=shown.__setitem__)
    page = document.pages[0]
    assert (page.width, page.height, page.rotation) == (900, 1200, 90)
    assert ocr.shapes == [(1200, 900, 3)]
    assert shown[1].size == (900, 1200)


def test_a_turned_page_shows_its_top_at_the_top(tmp_path: Path) -> None:
    upright = Image.new("RGB", (60, 80), "white")
    upright.paste("black", (0, 0, 60, 10))
    shown: dict[int, Image.Image] = {}
    path = write(tmp_path, as_png(upright.rotate(90, expand=True)))  # lies on its left side
    read_document(path, ocr=FakeOcr(rotation=90), on_image=shown.__setitem__)
    assert np.asarray(shown[1])[:10].max() == 0


def test_progress_starts_at_zero_and_counts_pages(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    path = write(tmp_path, text_pdf(*DIGITAL, pages=3))
    read_document(path, ocr=FakeOcr(), on_page=lambda done, total: heard.append((done, total)))
    assert heard == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_caller_may_stop_between_pages(tmp_path: Path) -> None:
    ocr = FakeOcr()

    def stop(done: int, total: int) -> None:
        if done == 1:
            raise ReadingCancelled

    with pytest.raises(ReadingCancelled):
        read_document(write(tmp_path, as_pdf(drawn(), drawn(), drawn())), ocr=ocr, on_page=stop)
    assert len(ocr.shapes) == 1


def test_pictures_for_people_are_upright_rgb_of_a_readable_size(tmp_path: Path) -> None:
    shown: dict[int, Image.Image] = {}
    read_document(write(tmp_path, text_pdf(*DIGITAL, pages=2)), ocr=FakeOcr(), on_image=shown.__setitem__)
    assert sorted(shown) == [1, 2]
    assert shown[1].mode == "RGB"
    assert shown[1].size == (1157, 1638)  # A4 at 140 dpi


def test_a_large_photo_is_shown_smaller(tmp_path: Path) -> None:
    shown: dict[int, Image.Image] = {}
    read_document(write(tmp_path, picture("JPEG", size=(4000, 3000))), ocr=FakeOcr(), on_image=shown.__setitem__)
    assert shown[1].width * shown[1].height < 2_600_000


def test_what_ocr_found_is_kept_and_used_again(tmp_path: Path) -> None:
    path, cache = write(tmp_path, as_pdf(drawn(), drawn())), DictCache()
    first = read_document(path, ocr=FakeOcr(rotation=180), cache=cache)
    other = FakeOcr("not asked")
    shown: dict[int, Image.Image] = {}
    assert read_document(path, ocr=other, cache=cache, on_image=shown.__setitem__) == first
    assert other.shapes == []
    assert sorted(shown) == [1, 2], "people see the pages all the same"


def test_another_engine_reads_again(tmp_path: Path) -> None:
    path, cache = write(tmp_path, as_pdf(drawn())), DictCache()
    read_document(path, ocr=FakeOcr(), cache=cache)
    newer = FakeOcr("better")
    newer.name = "fake-2"
    assert read_document(path, ocr=newer, cache=cache).text == "better"


def test_another_file_is_read_by_itself(tmp_path: Path) -> None:
    cache = DictCache()
    read_document(write(tmp_path, as_png(drawn("A"))), ocr=FakeOcr(), cache=cache)
    assert read_document(write(tmp_path, as_png(drawn("B"))), ocr=FakeOcr("b"), cache=cache).text == "b"


def test_an_xml_invoice_needs_no_page(tmp_path: Path) -> None:
    path = next((DATA / "einvoices").glob("xrechnung_*ubl*.xml"))
    heard: list[tuple[int, int]] = []
    reading = read_invoice(path, ocr=FakeOcr(), on_page=lambda done, total: heard.append((done, total)))
    assert reading.document.source == "e_invoice"
    assert reading.document.pages == ()
    assert reading.record.value("invoice_number")
    assert heard == [(0, 0)]


def test_xml_cannot_be_read_as_a_picture(tmp_path: Path) -> None:
    path = next((DATA / "einvoices").glob("xrechnung_*ubl*.xml"))
    with pytest.raises(InvoiceError, match="no pages to look at"):
        read_invoice(path, options=ReadOptions(skip_einvoice=True), ocr=FakeOcr())


def test_a_pdf_with_an_einvoice_inside_shows_its_pages_too() -> None:
    shown: dict[int, Image.Image] = {}
    reading = read_invoice(DATA / "einvoices" / "facturx.pdf", ocr=FakeOcr(), on_image=shown.__setitem__)
    assert reading.document.source == "e_invoice"
    assert reading.document.pages[0].words()
    assert isinstance(reading.record.value("gross_total"), Decimal)
    assert sorted(shown) == list(range(1, len(reading.document.pages) + 1))


def test_the_einvoice_inside_can_be_passed_over() -> None:
    options = ReadOptions(skip_einvoice=True)
    reading = read_invoice(DATA / "einvoices" / "facturx.pdf", options=options, ocr=FakeOcr())
    assert reading.document.source == "mixed", "its logo is a picture"
    assert reading.record.fields["gross_total"].page == 1


def test_a_broken_einvoice_inside_a_pdf_does_not_hide_its_pages(tmp_path: Path) -> None:
    hollow = b"""<p:FatturaElettronica xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"
        versione="FPR12"><FatturaElettronicaHeader/></p:FatturaElettronica>"""
    assert einvoice.is_einvoice(hollow)
    with pypdfium2.PdfDocument(text_pdf(*DIGITAL)) as pdf:
        pdf.new_attachment("invoice.xml").set_data(hollow)
        pdf.save(tmp_path / "file.pdf")
    assert einvoice.find_embedded(tmp_path / "file.pdf") is not None
    reading = read_invoice(tmp_path / "file.pdf", ocr=FakeOcr())
    assert reading.document.source == "text_layer"


def test_a_reading_tells_what_was_read_by_which_version(tmp_path: Path) -> None:
    path = write(tmp_path, text_pdf(*DIGITAL))
    reading = read_invoice(path, ocr=FakeOcr())
    assert len(reading.sha256) == 64
    assert reading.seconds > 0
    assert reading.engine_version == engine_version()


def test_a_page_without_words_is_an_empty_reading(tmp_path: Path) -> None:
    nothing = FakeOcr()
    nothing.lines = ()
    reading = read_invoice(write(tmp_path, as_png(Image.new("RGB", (600, 800), "white"))), ocr=nothing)
    assert "gross_total" not in reading.record.fields


def test_a_file_may_have_pages_of_both_kinds(tmp_path: Path) -> None:
    """The second page shows outlines only: nothing but the picture tells what it says."""
    both = text_pdf(*DIGITAL, pages=2).replace(b"/Contents 3 0 R", b"/Contents 9 0 R")
    both = both.replace(b"/Contents 9 0 R", b"/Contents 3 0 R", 1)  # an object that is not there: a blank page
    document = read_document(write(tmp_path, both), ocr=FakeOcr())
    assert [page.source for page in document.pages] == ["text_layer", "ocr"]
    assert document.source == "mixed"


@pytest.mark.ocr
def test_a_drawn_receipt_is_read_from_a_pdf_and_from_a_picture(tmp_path: Path) -> None:
    for data in (as_png(drawn()), as_pdf(drawn())):
        document = read_document(write(tmp_path, data), ocr=default_ocr())
        assert document.text.splitlines() == list(RECEIPT)


@pytest.mark.ocr
def test_a_receipt_on_its_head_is_turned_and_read(tmp_path: Path) -> None:
    document = read_document(write(tmp_path, as_png(drawn().rotate(180))), ocr=default_ocr())
    assert document.pages[0].rotation == 180
    assert document.text.splitlines() == list(RECEIPT)


def tiff(folder: Path, pages: int) -> Path:
    """Each page is wider than the one before; they hold a few bars of ink."""
    frames = []
    for number in range(1, pages + 1):
        frame = Image.new("RGB", (600 + 10 * number, 800), "white")
        for row in range(100, 700, 40):
            frame.paste("black", (60, row, 500, row + 8))
        frames.append(frame)
    frames[0].save(folder / "pages.tif", save_all=True, append_images=frames[1:])
    return folder / "pages.tif"


def test_pages_read_at_the_same_time_stay_in_order(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    shown: dict[int, Image.Image] = {}
    path = tiff(tmp_path, 7)
    document = read_document(
        path,
        options=ReadOptions(page_threads=3),
        ocr=FakeOcr(),
        on_page=lambda done, total: seen.append((done, total)),
        on_image=lambda number, image: shown.update({number: image}),
    )
    assert document == read_document(path, ocr=FakeOcr())
    assert [page.number for page in document.pages] == list(range(1, 8))
    assert len({page.width for page in document.pages}) == 7
    assert seen == [(done, 7) for done in range(8)]
    assert sorted(shown) == list(range(1, 8))


def test_pages_of_a_pdf_may_be_read_at_the_same_time() -> None:
    samples = Path(__file__).parents[2] / "extraction" / "samples"
    for sample in sorted(samples.glob("*.pdf"))[:3]:
        one, two = (
            read_document(sample, options=ReadOptions(page_threads=threads), ocr=FakeOcr()) for threads in (1, 2)
        )
        assert one == two


def test_an_error_on_one_of_several_pages_ends_the_reading(tmp_path: Path) -> None:
    class Failing(FakeOcr):
        def read(self, image: RgbImage) -> tuple[Line, ...]:
            if len(self.shapes) == 1:
                raise InvoiceError
            return super().read(image)

    ocr = Failing()
    with pytest.raises(InvoiceError):
        read_document(tiff(tmp_path, 9), options=ReadOptions(page_threads=2), ocr=ocr)
    assert len(ocr.shapes) <= 3


def test_a_caller_that_stops_leaves_the_other_pages_unread(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 1:
            raise ReadingCancelled

    ocr = FakeOcr()
    with pytest.raises(ReadingCancelled):
        read_document(tiff(tmp_path, 9), options=ReadOptions(page_threads=2), ocr=ocr, on_page=stop)
    assert len(ocr.shapes) <= 3
