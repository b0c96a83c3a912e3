"""A long scan: how fast, how steadily, with how much memory, and how soon it can be stopped.

    python -m bench.long_scan --pages 100 [--markdown docs/benchmarks.md]

Makes a PDF of nothing but pictures (the sample documents drawn at 200 dpi, again and again) and reads it in the child
process of a worker, with one and with two pages at a time; then once more, to stop it in the middle.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from pathlib import Path

from bench.memory import READER, SAMPLES, peak
from bench.ocr import machine, put_section
from extraction.engine.files import Limits, open_file
from extraction.engine.options import ReadOptions
from extraction.isolation import ReaderProcess

HEADING = "## A long scan"


@dataclass(slots=True)
class Run:
    threads: int
    seconds: float
    steps: int
    longest_pause: float
    megabytes_early: int
    megabytes_late: int
    peak: int


class Stop(Exception):
    """What cancelling does to a reading."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--markdown", type=Path, help=f"write the figures into this file, under '{HEADING}'")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "scan.pdf"
        make_scan(path, arguments.pages)
        runs = [read(path, threads) for threads in (1, 2)]
        text = report(runs, arguments.pages, cancel(path))
    print(text)
    if arguments.markdown:
        put_section(arguments.markdown, HEADING, text)


def make_scan(path: Path, pages: int) -> None:
    pictures = []
    for sample in sorted(SAMPLES.glob("*.pdf")):
        with open_file(sample, Limits()) as opened:
            pictures += [opened.page(number).render(200).convert("L") for number in range(1, opened.page_count + 1)]
    first, *rest = islice(cycle(pictures), pages)
    first.save(path, "PDF", resolution=200, save_all=True, append_images=rest, quality=70)


def read(path: Path, threads: int) -> Run:
    reader = ReaderProcess(READER, engine="onnxruntime", threads=1, megabytes=4000)
    times, memory = [time.perf_counter()], [0]

    def on_page(done: int, total: int) -> None:
        times.append(time.perf_counter())
        memory.append(reader.megabytes)

    reader.read(path, options=ReadOptions(page_threads=threads), on_page=on_page, on_image=lambda number, image: None)
    pauses = [after - before for before, after in pairwise(times)]
    fifth = max(1, len(memory) // 5)
    run = Run(
        threads,
        times[-1] - times[0],
        len(times) - 1,
        max(pauses),
        max(memory[:fifth]),
        max(memory[-fifth:]),
        peak(reader.pid),
    )
    reader.stop()
    return run


def cancel(path: Path) -> float:
    """Seconds from the wish to stop, in the middle of a page, to the end of the reading."""
    reader = ReaderProcess(READER, engine="onnxruntime", threads=1, megabytes=4000)
    wished = [0.0]

    def on_wait() -> None:
        if wished[0]:
            raise Stop

    def on_page(done: int, total: int) -> None:
        if done == 3:
            wished[0] = time.perf_counter()
        elif done > 3:
            raise Stop  # what a heartbeat does that finds its lease taken away

    try:
        reader.read(path, options=ReadOptions(), on_page=on_page, on_wait=on_wait)
    except Stop:
        return time.perf_counter() - wished[0]
    finally:
        reader.stop()
    raise SystemExit("the reading was over before it could be stopped; use more --pages")


def report(runs: list[Run], pages: int, stopped: float) -> str:
    rows = [
        f"| {run.threads} | {pages / run.seconds:.2f} | {run.steps} | {run.longest_pause:.1f} s | "
        f"{run.megabytes_early} MB | {run.megabytes_late} MB | {run.peak} MB |"
        for run in runs
    ]
    return "\n".join(
        [
            f"A scanned PDF of {pages} pages at 200 dpi, from start to record; {machine()}; load "
            f"{os.getloadavg()[0]:.1f}. Repeat with `python -m bench.long_scan --pages {pages}`.",
            "",
            "| pages at a time | pages/s | steps | longest pause | memory, first fifth | last fifth | peak |",
            "|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
            "",
            f"Stopping in the middle of a page took {stopped:.1f} s.",
        ]
    )


if __name__ == "__main__":
    main()
