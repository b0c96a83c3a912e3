"""How long a page of a digital PDF takes, and where the time goes. No page here is recognised as a whole.

    python -m bench.digital [--limit 20] [--no-ocr]

Documents are the PDFs of the document corpus (tests/corpus.py), or else those among the sample documents. Times are
medians per page, CPU beside wall: the first says what a page costs even where other programs keep the machine busy.
Parts that are pictures (logos) are recognised as well, after the models have been loaded; ``--no-ocr`` leaves them out.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from extraction.engine import pdf, textlayer
from extraction.engine.document import Document, Line, Page
from extraction.engine.errors import InvoiceError
from extraction.engine.extract import extract
from extraction.engine.files import Limits, open_file
from extraction.engine.ocr import OcrEngine, default_ocr
from extraction.engine.options import ReadOptions
from extraction.engine.pages import PageReader
from tests.corpus import CORPUS

ROOT = Path(__file__).resolve().parent.parent
SETS = ("specimens", "stations", "classics", "einvoices")
STEPS = ("open", "characters", "verdict", "recognition", "picture", "extraction")
Result = TypeVar("Result")


class NoOcr:
    """Finds nothing, at no cost."""

    name = "none"

    def rotation(self, image: object) -> int:
        return 0

    def read(self, image: object) -> tuple[Line, ...]:
        return ()


@dataclass
class Times:
    """(wall, CPU) seconds of each step, a pair for each page."""

    steps: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    regions: int = 0

    def measure(self, step: str, work: Callable[[], Result]) -> Result:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        self.steps[step].append((time.perf_counter() - wall, time.process_time() - cpu))
        return result

    def share(self, step: str, pages: int) -> None:
        """Give each of ``pages`` its part of a step done once for all of them."""
        wall, cpu = self.steps[step].pop()
        self.steps[step] += [(wall / pages, cpu / pages)] * pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, help="only the first documents of each set")
    parser.add_argument("--no-ocr", action="store_true", help="do not recognise logos and other parts")
    arguments = parser.parse_args()
    ocr: OcrEngine = NoOcr() if arguments.no_ocr else default_ocr()
    ocr.read(np.full((64, 256, 3), 255, np.uint8))
    print("milliseconds per page, CPU (wall)")
    print("  ".join(f"{name:>12}" for name in ("set", "pages", *STEPS, "no picture", "all")))
    for name, paths in documents():
        times = Times()
        for path in paths[: arguments.limit]:
            read(path, times, ocr)
        if times.steps["open"]:
            print(row(name, times), flush=True)


def documents() -> Iterator[tuple[str, list[Path]]]:
    if not CORPUS.is_dir():
        yield "samples", sorted((ROOT / "extraction" / "samples").rglob("*.pdf"))
        return
    for name in SETS:
        yield name, sorted((CORPUS / name).rglob("*.pdf"))


def read(path: Path, times: Times, ocr: OcrEngine) -> None:
    """The steps of ``read_invoice``, one by one; documents with a page to recognise as a whole are left out."""
    found = Times()
    pages: list[Page] = []
    try:
        with open_file(path, Limits()) as opened:
            reader = PageReader(opened, "", ocr, None, None)
            raw = pdf.open_pdf(path)
            for number in range(1, opened.page_count + 1):
                found.measure("characters", lambda number=number: pdf.glyphs(pdf.load_page(raw, number)))
                layer = found.measure("verdict", lambda number=number: opened.page(number).text_layer())
                if not isinstance(layer, textlayer.TextLayer) or layer.doubtful:
                    return
                found.regions += len(layer.regions)
                pages.append(found.measure("recognition", lambda number=number: reader.read(number)))
                found.measure("picture", lambda number=number: opened.page(number).render(140))
            pdf.close(raw)
    except InvoiceError:
        return
    document = Document(tuple(pages), source="text_layer")
    found.measure("open", lambda: open_and_close(path))
    found.share("open", len(pages))
    found.measure("extraction", lambda: extract(document, options=ReadOptions()))
    found.share("extraction", len(pages))
    for step, seconds in found.steps.items():
        times.steps[step] += seconds
    times.regions += found.regions


def open_and_close(path: Path) -> None:
    with open_file(path, Limits()):
        pass


def row(name: str, times: Times) -> str:
    """Steps that were measured with what they build on are told without it; sums are per page, then the median."""
    count = len(times.steps["open"])
    cells, totals = [], {"no picture": [[0.0] * count, [0.0] * count], "all": [[0.0] * count, [0.0] * count]}
    for step in STEPS:
        medians = []
        for clock in (1, 0):
            seconds = [pair[clock] for pair in times.steps[step]]
            before = {"verdict": "characters", "recognition": "verdict"}.get(step)
            if before:
                seconds = [max(0.0, own - pair[clock]) for own, pair in zip(seconds, times.steps[before], strict=True)]
            medians.append(statistics.median(seconds))
            for total in ("all",) if step == "picture" else ("all", "no picture"):
                totals[total][clock] = [a + b for a, b in zip(totals[total][clock], seconds, strict=True)]
        cells.append(shown(*medians))
    cells += [shown(statistics.median(cpu), statistics.median(wall)) for wall, cpu in totals.values()]
    return "  ".join(f"{cell:>12}" for cell in (name, str(count), *cells)) + f"   ({times.regions} parts recognised)"


def shown(cpu: float, wall: float) -> str:
    return f"{1000 * cpu:.1f} ({1000 * wall:.0f})"


if __name__ == "__main__":
    main()
