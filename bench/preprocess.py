"""What preparing a page is worth: word F1 of damaged pages as they are and prepared, and of each step alone.

    python -m bench.preprocess --pages 8 [--kinds photo "skew +5"] [--markdown docs/benchmarks.md]

Pages are those transcribed in bench/data, spread evenly, then receipts of the corpus with their transcripts. Words are
compared as bags, without case and punctuation, summed up over all pages.
"""

from __future__ import annotations

import argparse
import json
import resource
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import ocr as words
from bench.damage import DAMAGES, RgbImage
from extraction.engine import preprocess
from extraction.engine.files import Limits, open_file
from extraction.engine.ocr import OcrEngine, default_ocr
from tests.corpus import CORPUS

ROOT = Path(__file__).resolve().parent.parent
HEADING = "## Reading of damaged pages"
DATA = ROOT / "bench" / "data"
DPI = 200
CLEAN = "as it is"


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    image: RgbImage
    truth: Counter[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=6, help="transcribed pages to read (default: 6)")
    parser.add_argument("--receipts", type=int, default=0, help="receipts of the corpus beside them (default: 0)")
    parser.add_argument("--kinds", nargs="*", default=[CLEAN, *DAMAGES], help="damages to measure (default: all)")
    parser.add_argument("--markdown", type=Path, help=f"write the table into this file, under '{HEADING}'")
    arguments = parser.parse_args()
    samples = [*transcribed(arguments.pages), *receipts(arguments.receipts)]
    rows = [COLUMNS, ("---", *["---:"] * (len(COLUMNS) - 1))]
    for kind in arguments.kinds:
        rows.append(measured(kind, samples, default_ocr()))
        print("  ".join(rows[-1]), flush=True)
    text = report([f"| {' | '.join(row)} |" for row in rows], len(samples))
    print(text)
    if arguments.markdown:
        words.put_section(arguments.markdown, HEADING, text)


COLUMNS = ("damage", "word F1 raw", "prepared", "pages changed", "ms CPU to prepare")


def measured(kind: str, samples: list[Sample], ocr: OcrEngine) -> tuple[str, ...]:
    raw, after = Tally(), Tally()
    changed, milliseconds = 0, 0.0
    for sample in samples:
        rng = np.random.default_rng(zlib.crc32(sample.name.encode()))
        image = sample.image if kind == CLEAN else DAMAGES[kind](sample.image, rng)
        turn = ocr.rotation(image)
        upright = np.ascontiguousarray(np.rot90(image, -turn // 90))
        found = read(ocr, upright)
        raw.add(found, sample.truth)
        started = cpu_seconds()
        ready = preprocess.enhance(preprocess.straighten(upright).image)
        milliseconds += 1000 * (cpu_seconds() - started)
        changed += ready is not upright
        after.add(found if ready is upright else read(ocr, ready), sample.truth)
    return (kind, f"{raw.f1:.3f}", f"{after.f1:.3f}", f"{changed}/{len(samples)}", f"{milliseconds / len(samples):.0f}")


class Tally:
    """Counts words that two bags share."""

    def __init__(self) -> None:
        self.same = self.all = 0

    def add(self, found: Counter[str], truth: Counter[str]) -> None:
        self.same += (found & truth).total()
        self.all += found.total() + truth.total()

    @property
    def f1(self) -> float:
        return 2 * self.same / max(self.all, 1)


def read(ocr: OcrEngine, image: RgbImage) -> Counter[str]:
    return words.bag(" ".join(line.text for line in ocr.read(np.ascontiguousarray(image))))


def transcribed(count: int) -> list[Sample]:
    index = json.loads((DATA / "index.json").read_text(encoding="utf-8"))
    if not (CORPUS / "sroie").is_dir():
        raise SystemExit(f"There is no document corpus in {CORPUS}: set INVOICELENS_CORPUS.")
    chosen = index[:: max(1, len(index) // max(count, 1))][:count]
    return [
        Sample(
            entry["name"],
            picture(CORPUS / entry["set"] / entry["file"], entry["page"]),
            words.bag((DATA / "transcriptions" / f"{entry['name']}.txt").read_text(encoding="utf-8")),
        )
        for entry in chosen
    ]


def receipts(count: int) -> list[Sample]:
    samples = []
    for path in words.spread(sorted((CORPUS / "sroie" / "files").glob("*.jpg")), count) if count else []:
        samples.append(Sample(path.stem, picture(path, 1), words.bag(words.transcript(path))))
    return samples


def picture(path: Path, page: int) -> RgbImage:
    with open_file(path, Limits()) as file:
        return np.asarray(file.page(page).render(DPI).convert("RGB"))


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def report(table: list[str], count: int) -> str:
    head = (
        f"{count} pages (bench/data), PDFs drawn at {DPI} dpi, damaged by bench/damage.py; quarter turns undone first. "
        f"Repeat with `python -m bench.preprocess --pages {count}`."
    )
    return "\n".join([head, "", *table])


if __name__ == "__main__":
    main()
