"""What a worker needs over many documents of all kinds, and how soon it is ready.

    python -m bench.memory --documents 200 [--markdown docs/benchmarks.md]

Reads documents of the corpus (tests/corpus.py), taken from its sets in turn, or else the samples again and again,
through the very child process that workers read in. Memory is the child's as the kernel counts it (resident; the peak
since its start), one line for every tenth document. Growth compares the smallest values around the 50th document and at
the end, because a large page leaves its room behind until the next.
"""

from __future__ import annotations

import argparse
import os
import time
from itertools import cycle, islice, zip_longest
from pathlib import Path

from bench.ocr import machine, put_section, spread
from extraction.engine.errors import InvoiceError
from extraction.engine.options import ReadOptions
from extraction.isolation import ReaderProcess
from tests.corpus import CORPUS

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "extraction" / "samples"
SETS = ("sroie", "everyday", "stations", "specimens", "samples", "classics")
KINDS = {".pdf", ".jpg", ".jpeg", ".png", ".tif"}
READER = "extraction.engine.read_invoice"
HEADING = "## Memory of a worker"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--markdown", type=Path, help=f"write the figures into this file, under '{HEADING}'")
    arguments = parser.parse_args()
    paths = documents(arguments.documents)
    reader = ReaderProcess(READER, engine="onnxruntime", threads=1, megabytes=4000)
    first = ready_after(reader)
    started = time.perf_counter()
    kept, peaks, pages = [], [], 0
    for number, path in enumerate(paths, start=1):
        pages += read(reader, path)
        kept.append(reader.megabytes)
        peaks.append(peak(reader.pid))
        if number % 10 == 0 or number == len(paths):
            print(f"{number:4} documents, {pages:4} pages: {kept[-1]} MB kept, {max(peaks)} MB at the peak", flush=True)
    text = report(kept, peaks, pages, first, time.perf_counter() - started)
    reader.stop()
    print(text)
    if arguments.markdown:
        put_section(arguments.markdown, HEADING, text)


def documents(count: int) -> list[Path]:
    """From all sets in turn, spread evenly over each."""
    sets = [sorted(path for path in (CORPUS / name / "files").glob("*") if path.suffix in KINDS) for name in SETS]
    mixed = [
        path for row in zip_longest(*(spread(paths, count // 2) for paths in sets if paths)) for path in row if path
    ]
    samples = sorted(path for path in SAMPLES.glob("*") if path.suffix in KINDS)
    return list(islice(cycle(mixed or samples), count))


def ready_after(reader: ReaderProcess) -> float:
    """Seconds from nothing to the first read scan: the child's start, its imports, its models and one small page."""
    started = time.perf_counter()
    read(reader, SAMPLES / "italian-receipt.jpg")
    return time.perf_counter() - started


def read(reader: ReaderProcess, path: Path) -> int:
    try:
        return len(
            reader.read(
                path, options=ReadOptions(skip_einvoice=True), on_image=lambda number, image: None
            ).document.pages
        )
    except InvoiceError as error:
        print(f"{path.name}: {error.code}")
        return 0


def peak(pid: int | None) -> int:
    """Megabytes, since the process began."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) >> 10


def report(kept: list[int], peaks: list[int], pages: int, first: float, seconds: float) -> str:
    early, late = min(kept[45:55] or kept), min(kept[-10:])
    curve = ", ".join(f"{kept[index - 1]}" for index in range(10, len(kept) + 1, 10))
    return "\n".join(
        [
            f"{len(kept)} documents of all kinds, {pages} pages, one after the other in one child; {machine()}. "
            f"Repeat with `python -m bench.memory --documents {len(kept)}`.",
            "",
            f"- peak of the child: **{max(peaks)} MB**",
            f"- kept around the 50th document {early} MB, at the end {late} MB",
            f"- kept after every tenth document: {curve} MB",
            f"- from the start of the process to the first scan read, models loaded: {first:.1f} s",
            f"- {seconds / max(pages, 1):.2f} s a page on average; load {os.getloadavg()[0]:.1f}",
        ]
    )


if __name__ == "__main__":
    main()
