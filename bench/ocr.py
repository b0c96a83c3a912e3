"""How fast scanned pages are read on one core, and how well, beside Tesseract and PaddleOCR's own defaults.

    python -m bench.ocr --pages 20 [--markdown docs/benchmarks.md]

Three kinds of pages: receipts (transcribed by people), sparse and dense A4 pages (digital PDFs of the document corpus,
tests/corpus.py, drawn at 200 dpi in grey, slightly blurred and saved as JPEG like a scan; their own words are the
truth). Every engine reads them in a process of its own, on one thread, after one page to warm up. Tesseract gets all
pages in one run, so that its start is not counted again and again, and is tried in four settings, of which its best
counts (Debian: apt-get install tesseract-ocr and its languages deu and fra). CPU seconds say what a page costs even
where other programs keep the machine busy. Words are compared as bags, without case and punctuation, summed up over all
pages.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.corpus import CORPUS

ROOT = Path(__file__).resolve().parent.parent
HEADING = "## Reading speed"
INSTRUCTION_SETS = ("avx2", "avx512f", "avx512_vnni", "amx_tile")
OURS = {
    "Invoicelens, fast": "onnxruntime-fast",
    "Invoicelens": "onnxruntime",
    "Invoicelens, thorough": "onnxruntime-thorough",
}
PADDLE = "PaddleOCR's defaults"
TESSERACT = ("tesseract --psm 3", "tesseract --psm 4", "tesseract --psm 6", "tesseract --psm 11")
KINDS = ("receipts", "sparse", "dense")
SCAN_DPI = 200
DENSE = 220  # words on a page: from here on it is dense


@dataclass(frozen=True, slots=True)
class Page:
    kind: str
    image: Path
    words: Counter[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One engine on one kind of pages; seconds are those of all pages together."""

    engine: str
    kind: str
    pages: int
    seconds: float
    cpu_seconds: float
    megabytes: float
    f1: float

    @property
    def throughput(self) -> float:
        return self.pages / self.cpu_seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20, help="how many pages of each kind (default: 20)")
    parser.add_argument("--markdown", type=Path, help=f"write the table into this file, under '{HEADING}'")
    parser.add_argument("--worker", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments.worker[0], sorted(Path(arguments.worker[1]).iterdir()))
        return
    load = os.getloadavg()[0]
    rows = []
    with tempfile.TemporaryDirectory() as name:
        pages = list(all_pages(arguments.pages, Path(name)))
        for kind in KINDS:
            for engine in (*(TESSERACT if shutil.which("tesseract") else ()), PADDLE, *OURS):
                chosen = [page for page in pages if page.kind == kind]
                if chosen:
                    rows.append(measure(engine, kind, chosen))
                    print(" | ".join(cells(rows[-1], rows)), flush=True)
    text = report(rows, load, arguments.pages)
    print(text)
    if arguments.markdown:
        put_section(arguments.markdown, HEADING, text)


# --- pages ------------------------------------------------------------------------------------------------------------


def all_pages(count: int, folder: Path) -> Iterator[Page]:
    for kind in KINDS:
        (folder / kind).mkdir()
    for path in spread(sorted((CORPUS / "sroie" / "files").glob("*.jpg")), count):
        target = folder / "receipts" / path.name
        target.symlink_to(path)
        yield Page("receipts", target, bag(transcript(path)))
    wanted = dict.fromkeys(("sparse", "dense"), count)
    for page in digital_pages(folder):
        if wanted[page.kind] > 0:
            wanted[page.kind] -= 1
            yield page
        else:
            page.image.unlink()
        if not any(wanted.values()):
            break


def spread(paths: list[Path], count: int) -> list[Path]:
    """Evenly, so that no single shop fills the list."""
    return paths[:: max(1, len(paths) // count)][:count]


def transcript(path: Path) -> str:
    lines = json.loads((path.parent.parent / "text" / f"{path.stem}.json").read_text(encoding="utf-8"))
    return " ".join(line["text"] for line in lines)


def digital_pages(folder: Path) -> Iterator[Page]:
    """Pages with words of their own, drawn as a scanner would see them."""
    from PIL import ImageFilter

    from extraction.engine.errors import InvoiceError
    from extraction.engine.files import Limits, open_file

    paths = [
        path
        for name in ("specimens", "classics", "stations")
        for path in sorted((CORPUS / name / "files").glob("*.pdf"))
    ]
    for path in paths:
        try:
            with open_file(path, Limits()) as opened:
                for number in range(1, min(opened.page_count, 2) + 1):
                    page = opened.page(number)
                    words = own_words(page)
                    if words.total() < 40:
                        continue
                    kind = "dense" if words.total() >= DENSE else "sparse"
                    target = folder / kind / f"{path.stem}-{number}.jpg"
                    scan = page.render(SCAN_DPI).convert("L").filter(ImageFilter.GaussianBlur(0.6))
                    scan.save(target, quality=80)
                    yield Page(kind, target, words)
        except InvoiceError:
            continue


def own_words(page: Any) -> Counter[str]:
    layer = page.text_layer()
    return bag(" ".join(line.text for line in layer.lines)) if layer is not None and layer.rotation == 0 else Counter()


def bag(text: str) -> Counter[str]:
    return Counter(word for word in (re.sub(r"\W", "", part.lower()) for part in text.split()) if word)


# --- engines ----------------------------------------------------------------------------------------------------------


def measure(engine: str, kind: str, pages: list[Page]) -> Row:
    command = [sys.executable, "-m", "bench.ocr", "--worker", engine, str(pages[0].image.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.stderr)
    result = json.loads(done.stdout.splitlines()[-1])
    return Row(
        engine,
        kind,
        len(pages),
        result["seconds"],
        result["cpu_seconds"],
        result["megabytes"],
        f1(result["texts"], {page.image.name: page.words for page in pages}),
    )


def work(engine: str, paths: list[Path]) -> None:
    """In a process of its own: warm up, read all pages, print one line of JSON."""
    external = engine.startswith("tesseract")
    read = tesseract(engine) if external else one_by_one(ours(OURS[engine]) if engine in OURS else paddleocr())
    who = resource.RUSAGE_CHILDREN if external else resource.RUSAGE_SELF
    if not external:
        read(paths[:1])
    started, cpu = time.perf_counter(), cpu_seconds(who)
    texts = read(paths)
    result = {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": cpu_seconds(who) - cpu,
        "megabytes": resource.getrusage(who).ru_maxrss / 1024,
        "texts": texts,
    }
    print("\n" + json.dumps(result))


def cpu_seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


Reader = Callable[[list[Path]], dict[str, str]]


def one_by_one(read: Callable[[Path], str]) -> Reader:
    return lambda paths: {path.name: read(path) for path in paths}


def ours(name: Any) -> Callable[[Path], str]:
    """The whole way of a page: decoding, orientation, preparation, recognition."""
    from extraction.engine import read_document
    from extraction.engine.ocr import default_ocr

    engine = default_ocr(engine=name)
    return lambda path: read_document(path, ocr=engine).text


def paddleocr() -> Callable[[Path], str]:
    """The library's pipeline as it comes, with the models of the same generation, on the faster of its engines.

    Page orientation, unwarping and line orientation are off: they are extra models, which would only cost it time.
    """
    import tempfile
    from dataclasses import replace

    from extraction.engine import models, paddle

    paddle.prepare_library(models.default_folder())
    from paddleocr import PaddleOCR

    folder = Path(tempfile.mkdtemp())
    wide = {"RecResizeImg": {"image_shape": [3, 48, 320]}}
    preparation = {"transform_ops": [*models.PP_OCRV6_RECOGNITION.config["PreProcess"]["transform_ops"][:1], wide]}
    recognition = replace(
        models.PP_OCRV6_RECOGNITION, config={**models.PP_OCRV6_RECOGNITION.config, "PreProcess": preparation}
    )
    pipeline = PaddleOCR(
        text_detection_model_name=models.PP_OCRV6_SMALL_DETECTION.name,
        text_detection_model_dir=str(models.prepare(models.PP_OCRV6_SMALL_DETECTION, folder)),
        text_recognition_model_name=recognition.name,
        text_recognition_model_dir=str(models.prepare(recognition, folder)),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        device="cpu",
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": 1},
    )
    return lambda path: " ".join(text for page in pipeline.predict(str(path)) for text in page["rec_texts"])


def tesseract(name: str) -> Reader:
    # Its threads would spin while they wait: one is its fastest setting on pages of this size.
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    options = name.split()[1:]

    def read(paths: list[Path]) -> dict[str, str]:
        languages = "eng" if paths[0].parent.name != "sparse" else installed("eng", "deu", "fra")
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
            listed.write("\n".join(map(str, paths)))
            listed.flush()
            command = ["tesseract", listed.name, "-", "-l", languages, *options]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        return dict(zip((path.name for path in paths), done.stdout.split("\f"), strict=False))

    return read


def installed(*languages: str) -> str:
    """Those that Tesseract has here: the sparse pages are in three languages."""
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True).stdout.split()
    return "+".join(language for language in languages if language in listed)


# --- figures ----------------------------------------------------------------------------------------------------------


def f1(texts: dict[str, str], truths: dict[str, Counter[str]]) -> float:
    """Of words, over all pages together."""
    same = found = wanted = 0
    for name, truth in truths.items():
        read = bag(texts.get(name, ""))
        same, found, wanted = same + (read & truth).total(), found + read.total(), wanted + truth.total()
    return 2 * same / (found + wanted)


COLUMNS = (
    "pages",
    "engine",
    "s/page",
    "CPU s/page",
    "pages/s per core",
    "against best Tesseract",
    "peak MB",
    "word F1",
)


def cells(row: Row, rows: list[Row]) -> tuple[str, ...]:
    rivals = [other for other in rows if other.kind == row.kind and other.engine in TESSERACT]
    best = max(rivals, key=lambda other: (round(other.f1, 2), other.throughput), default=None)
    return (
        f"{row.pages} {row.kind}",
        row.engine,
        f"{row.seconds / row.pages:.2f}",
        f"{row.cpu_seconds / row.pages:.2f}",
        f"{row.throughput:.2f}",
        f"{row.throughput / best.throughput:.2f}x" if best else "",
        f"{row.megabytes:.0f}",
        f"{row.f1:.3f}",
    )


def report(rows: list[Row], load: float, pages: int) -> str:
    lines = [
        f"One thread each, one page after the other, everything included from the file to the words; {machine()}; load "
        f"average at the start {load:.1f}. Repeat with `python -m bench.ocr --pages {pages}`.",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|---|---|" + "---:|" * (len(COLUMNS) - 2),
        *("| " + " | ".join(cells(row, rows)) + " |" for row in rows),
        "",
        "The best Tesseract is the setting with the best word F1 of its four (to two digits; of equals the fastest).",
    ]
    return "\n".join(lines)


def machine() -> str:
    info = Path("/proc/cpuinfo").read_text()
    flags = set(re.findall(r"^flags\s*: (.*)$", info, re.MULTILINE)[0].split()) if "flags" in info else set()
    sets = ", ".join(name for name in INSTRUCTION_SETS if name in flags)
    return f"{len(os.sched_getaffinity(0))} cores ({sets or 'no AVX2'})"


def put_section(path: Path, heading: str, text: str) -> None:
    """Replace what stands between a heading and the next one; other sections stay as they are."""
    old = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    before, _, rest = old.partition(f"{heading}\n")
    after = re.search(r"^## ", rest, re.MULTILINE)
    tail = rest[after.start() :] if after else ""
    path.write_text(f"{before.rstrip()}\n\n{heading}\n\n{text}\n\n{tail}".rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
