"""How long finding a record takes once the words of a page are known, and how it grows with the pages.

    DATA_DIR=... python -m bench.extraction [--limit 40]

The words come from the cache that ``manage.py evaluate`` fills (DATA_DIR), else the documents are read first. Times
are CPU, so that other programs on the machine count for little. For the growth, a document of several pages and one
receipt are repeated to 1, 2, 5 ... 100 pages, every page with other digits, as a long document has; milliseconds per
thousand words must stay level.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")

from django.conf import settings

from extraction.engine.document import Document, Line, Page
from extraction.engine.extract import extract
from extraction.engine.files import Limits
from extraction.engine.options import ReadOptions
from extraction.engine.read import read_document
from extraction.ocr_cache import FileDocumentCache
from tests.corpus import CORPUS

ROOT = Path(__file__).resolve().parent.parent
SETS = ("sroie", "everyday", "stations", "specimens", "classics", "samples")
LENGTHS = (1, 2, 5, 10, 20, 50, 100)
KINDS = {".pdf", ".jpg", ".png"}
OPTIONS = ReadOptions(limits=Limits(max_bytes=100 << 20, max_pages=200), skip_einvoice=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=40, help="documents of each set (40)")
    limit = parser.parse_args().limit
    print(f"{'set':<12}{'documents':>10}{'words a page':>14}{'median ms a page':>18}{'slowest':>9}")
    longest: list[Document] = []
    for name, paths in documents():
        read = [words_of(path) for path in paths[:limit]]
        extract(read[0], options=OPTIONS)  # languages and models are loaded once a process
        pages = [cost(document) / len(document.pages) for document in read]
        words = [len(page.words()) for document in read for page in document.pages]
        row = f"{name:<12}{len(read):>10}{statistics.median(words):>14.0f}"
        print(f"{row}{statistics.median(pages):>18.1f}{max(pages):>9.1f}", flush=True)
        longest.append(max(read, key=lambda document: (len(document.pages), len(document.text))))
    print(f"\n{'pages':<8}" + "".join(f"{'words':>10}{'ms':>9}{'ms/1000':>9}" for _ in longest[:3]))
    for length in LENGTHS:
        cells = []
        for document in longest[:3]:
            made = repeated(document, length)
            words_in = sum(len(page.words()) for page in made.pages)
            taken = cost(made)
            cells.append(f"{words_in:>10}{taken:>9.0f}{1000 * taken / words_in:>9.0f}")
        print(f"{length:<8}" + "".join(cells), flush=True)


def documents() -> Iterator[tuple[str, list[Path]]]:
    if not CORPUS.is_dir():
        yield "samples", sorted(path for path in (ROOT / "extraction" / "samples").iterdir() if path.suffix in KINDS)
        return
    for name in SETS:
        yield name, sorted(path for path in (CORPUS / name / "files").iterdir() if path.suffix in KINDS)


def words_of(path: Path) -> Document:
    return read_document(path, options=OPTIONS, cache=FileDocumentCache(settings.DATA_DIR / "ocr-cache"))


def cost(document: Document) -> float:
    """Milliseconds of CPU, the better of two runs."""
    taken = []
    for _ in range(2):
        started = time.process_time()
        extract(document, options=OPTIONS)
        taken.append(1000 * (time.process_time() - started))
    return min(taken)


def repeated(document: Document, length: int) -> Document:
    """``length`` pages in all; the copies have the same words but other digits."""
    pages = [document.pages[index % len(document.pages)] for index in range(length)]
    chance = random.Random(length)
    return replace(document, pages=tuple(changed(page, number, chance) for number, page in enumerate(pages, start=1)))


def changed(page: Page, number: int, chance: random.Random) -> Page:
    digits = list("0123456789")
    chance.shuffle(digits)
    table = str.maketrans("0123456789", "".join(digits))
    lines = page.lines
    if number > 1:
        lines = tuple(Line(tuple(replace(w, text=w.text.translate(table)) for w in line.words)) for line in page.lines)
    return replace(page, number=number, lines=lines)


if __name__ == "__main__":
    import django

    django.setup()
    main()
