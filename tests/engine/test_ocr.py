"""Both recognition engines on real pages; places of words; no network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from extraction.engine.document import Document, Page
from extraction.engine.files import Limits, open_file
from extraction.engine.ocr import OcrEngine, RgbImage, default_ocr
from extraction.engine.paddle import PaddleOcr

from .drawing import RECEIPT, as_png, drawn

pytestmark = pytest.mark.ocr

CLASSIC = Path(__file__).parent.parent / "data" / "classics" / "f014ddfa83.pdf"


@pytest.fixture(scope="module")
def ocr() -> OcrEngine:
    return default_ocr()


def pixels(image: Image.Image) -> RgbImage:
    return np.asarray(image)


def test_it_reads_every_word_of_a_clean_page(ocr: OcrEngine) -> None:
    assert [line.text for line in ocr.read(pixels(drawn()))] == list(RECEIPT)


def test_words_stand_where_they_are_printed(ocr: OcrEngine) -> None:
    image = drawn("Total due", "1.234,56 EUR today")
    _, line = ocr.read(pixels(image))
    for word in line.words:
        box = word.box
        corners = (box.x0 * image.width, box.y0 * image.height, box.x1 * image.width, box.y1 * image.height)
        cut = image.crop(tuple(round(value) for value in corners))
        assert np.asarray(cut.convert("L")).min() < 100, f"ink in the box of {word.text}"
    first, second, third = (word.box for word in line.words)
    assert first.x0 == pytest.approx(0.1, abs=0.02)
    assert first.x1 <= second.x0 + 0.01
    assert second.x1 <= third.x0 + 0.01


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_it_tells_how_a_page_must_be_turned(ocr: OcrEngine, clockwise: int) -> None:
    turned = drawn().rotate(clockwise, expand=True)  # Pillow turns counter-clockwise
    assert ocr.rotation(pixels(turned)) == clockwise


def test_a_skewed_page_keeps_its_words_apart(ocr: OcrEngine) -> None:
    lines = ocr.read(pixels(drawn().rotate(3, fillcolor="white", resample=Image.Resampling.BICUBIC)))
    assert [line.text for line in lines] == list(RECEIPT)
    heights = [word.box.height for line in lines for word in line.words]
    assert max(heights) < 0.05, "a word's box follows the slope, it does not span it"


def test_a_blank_page_has_no_words(ocr: OcrEngine) -> None:
    blank = pixels(Image.new("RGB", (800, 1100), "white"))
    assert ocr.rotation(blank) == 0
    assert ocr.read(blank) == ()


def test_a_photo_of_a_wall_has_no_lines_of_text(ocr: OcrEngine) -> None:
    wall = pixels(Image.effect_noise((900, 1200), 30).convert("RGB"))
    assert len(ocr.read(wall)) < 3


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (40, 40)])
def test_a_tiny_picture_is_no_error(ocr: OcrEngine, size: tuple[int, int]) -> None:
    assert ocr.rotation(pixels(Image.new("RGB", size, "white"))) in {0, 90, 180, 270}
    assert ocr.read(pixels(Image.new("RGB", size, "white"))) == ()


def words_of(engine: OcrEngine, path: Path) -> set[str]:
    with open_file(path, Limits()) as opened:
        image = opened.page(1).render(300)
    page = Page(1, *image.size, engine.read(pixels(image)))
    return set(Document((page,)).text.split())


def test_the_default_engine_reads_a_real_invoice(ocr: OcrEngine) -> None:
    words = words_of(ocr, CLASSIC)
    assert {"invoice_number_1", "127.50"} <= {word.strip("$:") for word in words}


def test_it_reads_what_the_paddleocr_library_reads(ocr: OcrEngine) -> None:
    """The library with the small models as they are; what is done around them here must not cost words."""
    library = words_of(PaddleOcr(engine="onnxruntime"), CLASSIC)
    ours = words_of(ocr, CLASSIC)
    letters = sorted("".join(library)), sorted("".join(ours))
    assert len(library & ours) >= 0.85 * len(library), (library - ours, ours - library)
    assert abs(len(letters[0]) - len(letters[1])) <= 0.03 * len(letters[0])


def test_the_paddle_engine_reads_a_real_invoice() -> None:
    """Its older model drops spaces, so only words that stand alone are asked for."""
    engine = PaddleOcr(engine="paddle")
    assert engine.name != default_ocr().name
    text = " ".join(words_of(engine, CLASSIC))
    assert "invoice_number_1" in text
    assert "127.50" in text


OFFLINE = """
import socket, sys
tried = []
def refuse(*args, **kwargs):
    tried.append(args)
    raise OSError("this machine has no network")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
from pathlib import Path
from extraction.engine import read_document
document = read_document(Path(sys.argv[1]))
assert "bakery" in document.text.lower(), document.text
assert not tried, tried
print("read without a network")
"""


def read_offline(path: Path, *command: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parent.parent.parent
    return subprocess.run(
        [*command, sys.executable, "-c", OFFLINE, str(path)], cwd=root, capture_output=True, text=True, timeout=300
    )


def test_no_connection_is_tried_while_a_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "receipt.png"
    path.write_bytes(as_png(drawn()))
    done = read_offline(path)
    assert "read without a network" in done.stdout, done.stderr


def test_a_document_is_read_on_a_machine_without_a_network(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not take the network away from a process (unshare --net)")
    path = tmp_path / "receipt.png"
    path.write_bytes(as_png(drawn()))
    done = read_offline(path, "unshare", "--net")
    assert "read without a network" in done.stdout, done.stderr
