"""How well several documents in one file are told apart, and whether one document is ever torn.

Joins two to five documents of a corpus into a PDF each time, with a seed, reads it and compares the parts with what was
joined; and reads every document of several pages alone. ``python -m bench.splitting CORPUS --files 40``
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import django
import pikepdf
from django.conf import settings
from PIL import Image

SETS = ("sroie", "everyday", "stations", "specimens", "classics", "samples")
Starts = list[int]  # the first pages of the documents


@dataclass(frozen=True, slots=True)
class Outcome:
    true: Starts
    found: Starts
    doubtful: bool

    @property
    def counts(self) -> tuple[int, int, int]:
        """Boundaries right, found, there are; the first page is none."""
        true, found = set(self.true[1:]), set(self.found[1:])
        return len(true & found), len(found), len(true)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="a folder of SET/truth.jsonl and SET/files")
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
    django.setup()
    rng = random.Random(arguments.seed)
    sets = [found for name in SETS if (found := _documents(arguments.corpus / name))]
    with TemporaryDirectory() as folder:
        outcomes = [_outcome(_joined(_choice(rng, sets), Path(folder) / f"{n}.pdf")) for n in range(arguments.files)]
    _report(outcomes)
    _report_alone([path for paths in sets for path in paths if path.suffix == ".pdf"])


def _documents(folder: Path) -> list[Path]:
    truth = folder / "truth.jsonl"
    if not truth.is_file():
        return []
    rows = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [folder / str(row["file"]) for row in rows]


def _choice(rng: random.Random, sets: Sequence[Sequence[Path]]) -> list[Path]:
    """Of any set alike, and no document twice."""
    return list(dict.fromkeys(rng.choice(rng.choice(sets)) for _ in range(rng.randint(2, 5))))


def _joined(paths: Sequence[Path], target: Path) -> tuple[Path, Starts]:
    starts: Starts = []
    with pikepdf.Pdf.new() as joined:
        for path in paths:
            starts.append(len(joined.pages) + 1)
            with pikepdf.Pdf.open(BytesIO(_as_pdf(path))) as one:
                joined.pages.extend(one.pages)
        joined.save(target, deterministic_id=True)
    return target, starts


def _as_pdf(path: Path) -> bytes:
    if path.suffix == ".pdf":
        return path.read_bytes()
    out = BytesIO()
    with Image.open(path) as image:
        image.convert("RGB").save(
            out, "PDF", resolution=150, quality=90, creationDate=time.gmtime(0), modDate=time.gmtime(0)
        )
    return out.getvalue()


def _outcome(case: tuple[Path, Starts]) -> Outcome:
    path, true = case
    found, doubtful = _read(path)
    return Outcome(true, found, doubtful)


def _read(path: Path) -> tuple[Starts, bool]:
    """Where documents start in a file, and whether a person is asked instead."""
    from extraction.ocr_cache import FileDocumentCache
    from extraction.reading import configured_reader, read_options

    cache = FileDocumentCache(settings.DATA_DIR / "ocr-cache")
    reading = configured_reader()(path, options=read_options(skip_einvoice=True), cache=cache)
    asked = any(problem.code == "several_invoices" for problem in reading.record.problems)
    starts = [part.page_range[0] for part in reading.parts if part.page_range] or [1]
    return starts, asked and not reading.parts


def _report(outcomes: Sequence[Outcome]) -> None:
    right, found, true = (sum(column) for column in zip(*(outcome.counts for outcome in outcomes), strict=True))
    precision, recall = right / max(found, 1), right / max(true, 1)
    exact = sum(outcome.true == outcome.found for outcome in outcomes)
    print(f"{len(outcomes)} files of 2 to 5 documents, {true} boundaries")
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    print(f"precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
    print(f"divided exactly right: {exact} ({exact / len(outcomes):.0%})")
    print(f"kept whole with a question: {sum(outcome.doubtful for outcome in outcomes)}")


def _report_alone(paths: Sequence[Path]) -> None:
    several = [path for path in paths if _pages(path) > 1]
    results = dict(zip(several, map(_read, several), strict=True))
    torn = [path.name for path, (starts, _) in results.items() if len(starts) > 1]
    asked = [path.name for path, (_, doubtful) in results.items() if doubtful]
    transitions = sum(_pages(path) - 1 for path in several)
    print(f"{len(several)} documents of several pages alone ({transitions} page breaks)")
    print(f"torn: {len(torn)} {' '.join(torn)}")
    print(f"a person is asked: {len(asked)} {' '.join(asked)}")


def _pages(path: Path) -> int:
    with pikepdf.Pdf.open(path) as opened:
        return len(opened.pages)


if __name__ == "__main__":
    main()
