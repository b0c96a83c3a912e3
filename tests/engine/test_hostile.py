"""Hostile files end within their limits, with a clear error or a sane reading, and take nothing with them."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from extraction.engine import einvoice, files, read_invoice
from extraction.engine.errors import InvoiceError
from tests.badfiles import pdf_of
from tests.builders import FakeOcr
from tests.fuzz.search import DIED, NO_ANSWER, ROOT, Child
from tests.hostile import HOSTILE_FILES, READ
from tests.hostile.pdfs import actions, attachments
from tests.hostile.texts import external, external_subset

QUICK = {name: file for name, file in HOSTILE_FILES.items() if not file.slow}
SLOW = {name: file for name, file in HOSTILE_FILES.items() if file.slow}
SECONDS, MEGABYTES = 30, 3000
SECONDS_OF_SLOW_ONES, MEGABYTES_OF_SLOW_ONES = 4, 1500  # less than they want


@pytest.fixture(scope="module")
def reader() -> Iterator[Child]:
    """One process for all: what one file leaves behind must not harm the next."""
    child = Child(seconds=SECONDS, megabytes=MEGABYTES)
    yield child
    child.close()


def ended(child: Child, path: Path) -> str:
    answer = child.read(path)
    if answer.startswith(NO_ANSWER):
        return "out_of_time"
    return "reader_crashed" if answer.startswith(DIED) else answer


@pytest.mark.parametrize("name", QUICK)
def test_a_hostile_file_ends_in_a_clear_error_or_a_reading(name: str, reader: Child, tmp_path: Path) -> None:
    hostile = QUICK[name]
    path = tmp_path / hostile.file_name
    path.write_bytes(hostile.data())
    assert ended(reader, path) in hostile.ends


@pytest.mark.processes
@pytest.mark.parametrize("name", SLOW)
def test_what_costs_too_much_is_ended_by_its_limits(name: str, tmp_path: Path) -> None:
    hostile = SLOW[name]
    path, harmless = tmp_path / hostile.file_name, tmp_path / "harmless.pdf"
    path.write_bytes(hostile.data())
    harmless.write_bytes((ROOT / "extraction" / "samples" / "german-invoice.pdf").read_bytes())
    child = Child(seconds=SECONDS_OF_SLOW_ONES, megabytes=MEGABYTES_OF_SLOW_ONES)
    try:
        assert ended(child, path) in hostile.ends
        child.seconds = SECONDS
        assert ended(child, harmless) == READ, "the next file is read as if nothing had been"
    finally:
        child.close()


@pytest.mark.parametrize("tenths", range(1, 10))
@pytest.mark.parametrize("name", ["german-invoice.pdf", "english-scan.pdf", "french-photo.jpg", "spanish-fax.tif"])
def test_a_file_cut_off_anywhere_is_refused(name: str, tenths: int, tmp_path: Path) -> None:
    data = (ROOT / "extraction" / "samples" / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: len(data) * tenths // 10])
    with pytest.raises(InvoiceError) as caught:
        read_invoice(path, ocr=FakeOcr("x"))
    assert caught.value.code == "damaged_file"


# --- nothing is fetched, nothing is run -------------------------------------------------------------------------------


@pytest.fixture
def visited() -> Iterator[tuple[str, list[str]]]:
    """An address, and who came there."""
    paths: list[str] = []

    class Visit(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Visit)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/x", paths
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_pdf_fetches_and_runs_nothing(visited: tuple[str, list[str]], tmp_path: Path) -> None:
    address, paths = visited
    (tmp_path / "a.pdf").write_bytes(actions(address))
    read_invoice(tmp_path / "a.pdf", ocr=FakeOcr("x"), on_image=lambda number, image: None)
    assert paths == []


@pytest.mark.parametrize("build", [external, external_subset])
def test_an_xml_fetches_nothing(build, visited: tuple[str, list[str]], tmp_path: Path) -> None:
    address, paths = visited
    (tmp_path / "a.xml").write_bytes(build(address)())
    with pytest.raises(InvoiceError):
        read_invoice(tmp_path / "a.xml")
    assert paths == []


def test_an_xml_shows_no_file_of_this_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for others")
    data = HOSTILE_FILES["xml include"].data().replace(b"file:///etc/passwd", secret.as_uri().encode())
    (tmp_path / "a.xml").write_bytes(data)
    reading = read_invoice(tmp_path / "a.xml")
    assert "not for others" not in str(reading.to_dict("a.xml"))


# --- what was found ---------------------------------------------------------------------------------------------------


def test_a_broken_attachment_does_not_hide_the_pages(tmp_path: Path) -> None:
    """PDFium counts an attachment whose name it finds and fails on the one whose file it does not."""
    path = tmp_path / "a.pdf"
    path.write_bytes(
        attachments(2, b"<Invoice/>", b"a.xml", b"").replace(
            b"(a.xml) 5 0 R (a.xml) 5 0 R", b"(a.xml) 5 0 R (a.xml) 99 0 R"
        )
    )
    assert einvoice.find_embedded(path) is None
    assert len(read_invoice(path, ocr=FakeOcr("x")).document.pages) == 1


def test_a_long_chain_of_tiny_pages_is_not_walked_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(HOSTILE_FILES["tiff of ten thousand pages"].data())
    with pytest.raises(InvoiceError, match="more than 3 pages") as caught:
        files.inspect(path, files.Limits(max_pages=3))
    assert caught.value.code == "too_many_pages"


def test_two_hundred_pages_of_a3_pass(tmp_path: Path) -> None:
    """The limits are for the hostile: a real binder is within them."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 1191] >>"
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(200))
    tree = b"<< /Type /Pages /Kids [%s] /Count 200 >>" % kids
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", tree, *[page] * 200]))
    with files.open_file(path, files.Limits()) as opened:
        assert opened.page_count == 200
        assert opened.page(200).render(300).width > 2500


def test_an_avif_without_its_picture_is_damaged(tmp_path: Path) -> None:
    """Pillow's decoder raises RuntimeError for it."""
    data = HOSTILE_FILES["avif claim"].data()
    (tmp_path / "a.avif").write_bytes(data.replace(b"iloc", b"free"))
    with pytest.raises(InvoiceError) as caught:
        files.inspect(tmp_path / "a.avif", files.Limits())
    assert caught.value.code == "damaged_file"
