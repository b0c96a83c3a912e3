"""How well the lines of invoices are read from pages whose e-invoice says what they are.

    python -m bench.line_items [--folder DIR] [--without DIR] [--misses]
    python -m bench.line_items --sums SET [SET ...]

Each PDF with an e-invoice inside is read twice: the XML gives the truth, the page is read as if it carried none. Lines
whose amount the page does not print are left out, and of the others the quantities and prices that it does not print.
DIR is a folder of such PDFs, by default that of the document corpus (tests/corpus.py); files that also lie under
``--without`` are skipped, so that a set that rules were written on can be kept out. ``--sums`` asks of documents with
a truth.jsonl, which need not name lines, in how many the lines add up to a total of the truth.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from extraction.engine import einvoice
from extraction.engine.document import Document
from extraction.engine.errors import InvoiceError
from extraction.engine.evaluation import Counts, Truth, judge, row_misses
from extraction.engine.extract import extract, lay_out
from extraction.engine.extractors.figures import find_figures
from extraction.engine.options import ReadOptions
from extraction.engine.read import read_document
from extraction.engine.record import InvoiceRecord, LineItem
from extraction.ocr_cache import FileDocumentCache
from tests.corpus import CORPUS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
OPTIONS = ReadOptions(skip_einvoice=True)
CELLS = ("description", "quantity", "unit_price", "tax_rate", "amount")


TOTALS = ("line_total", "net_total", "gross_total", "total")


def main() -> None:
    arguments = parse()
    if arguments.sums:
        for folder in arguments.sums:
            count_sums(folder)
        return
    counts: dict[str, Counts] = {}
    documents = whole = 0
    known = digests(arguments.without)
    for path in sorted(arguments.folder.rglob("*.pdf")):
        read = None if digest(path) in known else read_twice(path)
        if read is None:
            continue
        rows, record = read
        truth = Truth(path.name, {}, rows)
        documents += 1
        scored = judge(truth, record).rows
        whole += scored["row"].right == scored["row"].expected == scored["row"].given
        for name, count in scored.items():
            counts[name] = counts.get(name, Counts()) + count
        if arguments.misses:
            print("\n".join(f"{path.name}: {miss}" for miss in row_misses(truth, record)) or f"{path.name}: right")
    print(f"{documents} documents, all lines right in {whole}")
    for name, count in counts.items():
        print(f"{name:<14}{count.expected:>5}{count.precision:>9.3f}{count.recall:>9.3f}{count.f1:>9.3f}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=CORPUS / "einvoices" / "zugferd", metavar="DIR")
    parser.add_argument("--without", type=Path, metavar="DIR", help="skip files that lie here, too")
    parser.add_argument("--sums", type=Path, nargs="+", metavar="SET", help="folders with a truth.jsonl")
    parser.add_argument("--misses", action="store_true", help="list the lines that are wrong")
    return parser.parse_args()


def count_sums(folder: Path) -> None:
    """How many documents have lines, and in how many of these they add up to a total that the truth names."""
    documents = with_lines = right = 0
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        totals = {Decimal(data["truth"][name]) for name in TOTALS if isinstance(data["truth"].get(name), str)}
        items = extract(read_page(folder / data["file"]), options=OPTIONS)[1].line_items
        documents += 1
        with_lines += bool(items)
        right += sum((item.amount or Decimal(0) for item in items), Decimal(0)) in totals
    print(f"{folder.name}: {documents} documents, {with_lines} with lines, which add up to a total in {right}")


def read_page(path: Path) -> Document:
    return read_document(path, options=OPTIONS, cache=FileDocumentCache(settings.DATA_DIR / "ocr-cache"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digests(folder: Path | None) -> frozenset[str]:
    return frozenset(map(digest, folder.rglob("*.pdf"))) if folder else frozenset()


def read_twice(path: Path) -> tuple[tuple[dict[str, Any], ...], InvoiceRecord] | None:
    """(the printed lines by the e-invoice, the record by the page); None where there is no e-invoice or no line."""
    try:
        xml = einvoice.find_embedded(path)
        truth = einvoice.read(xml) if xml else None
        if truth is None or not truth.line_items:
            return None
        document = read_page(path)
    except InvoiceError as error:
        print(f"{path.name}: {error.message}", file=sys.stderr)
        return None
    layout = lay_out(document)
    printed = {figure.value for row in find_figures(layout) for figure in row}
    rows = tuple(printed_rows(truth.line_items, printed))
    return (rows, extract(document, options=OPTIONS)[1]) if rows else None


def printed_rows(items: tuple[LineItem, ...], printed: set[Decimal]) -> Iterator[dict[str, Any]]:
    for item in items:
        if item.amount in printed:
            row = {name: getattr(item, name) for name in CELLS if getattr(item, name) is not None}
            yield {
                name: str(value)
                for name, value in row.items()
                if name not in ("quantity", "unit_price") or value in printed
            }


if __name__ == "__main__":
    main()
