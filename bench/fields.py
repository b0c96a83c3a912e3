"""How well every header field is found on pages, by the e-invoices that PDFs carry as their truth.

    python -m bench.fields [--misses FIELD] [--extra FIELD] [--json OUT] [FOLDER ...]

A value of the e-invoice counts where the pages print it: an address by most of its parts, every other value once for
each field that has it, so that an invoice's date is no due date. Countries and means of payment are asked for wherever
the e-invoice names them, as pages say both in other words. Nothing can be said about a field that the e-invoice
leaves out: what is given for it is counted as "extra", for people to look at. Comparison is that of
``engine/evaluation``. The pages are read without the e-invoice; what OCR finds is kept in ``DATA_DIR``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")

from django.conf import settings

from extraction.engine import einvoice
from extraction.engine.country import country_named
from extraction.engine.document import Box, Word
from extraction.engine.einvoice.places import Print
from extraction.engine.einvoice.syntax import PAYMENT_MEANS
from extraction.engine.errors import InvoiceError
from extraction.engine.evaluation import Counts, kind_of, same
from extraction.engine.extract import extract, lay_out
from extraction.engine.extractors.means import phrases
from extraction.engine.fields import FIELDS, Kind
from extraction.engine.record import Field, InvoiceRecord, canonical
from extraction.ocr_cache import FileDocumentCache
from extraction.reading import configured_reader, read_options, read_path
from tests.corpus import CORPUS

SETS = ("einvoices/zugferd", "specimens/files")
UNPRINTED = ("vendor_country", "payment_means")  # said in other words than the code


@dataclass
class Figures:
    """What was found of each field. ``wrong`` and ``extra`` are (file, truth, given, reason)."""

    counts: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    wrong: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=lambda: defaultdict(list))
    extra: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[float] = field(default_factory=list)  # of CPU for extraction, a page

    def add(self, file: str, truth: InvoiceRecord, printed: frozenset[str], given: InvoiceRecord) -> None:
        for spec in FIELDS:
            ours, theirs = given.fields.get(spec.name), truth.fields.get(spec.name)
            if theirs is None:
                if ours is not None:
                    self.extra[spec.name].append((file, "", canonical(ours.value), ours.reason))
                continue
            right = ours is not None and _right(spec.name, theirs, ours)
            asked = spec.name in printed
            self.counts[spec.name] += Counts(asked, ours is not None and (asked or not right), asked and right)
            if not right and (asked or ours is not None):
                text, reason = (canonical(ours.value), ours.reason) if ours else ("", "")
                self.wrong[spec.name].append((file, canonical(theirs.value), text, reason))


def _right(name: str, truth: Field, given: Field) -> bool:
    """Of several values in an e-invoice each is right; a country may be printed by name, and in an address or not."""
    kind, value = kind_of(name), canonical(truth.value)
    values = [value, *value.split("\n")]
    if kind is Kind.ADDRESS:
        lines = canonical(given.value).split("\n")
        named = country_named(lines[-1]) if len(lines) > 1 else None
        ours = "\n".join(lines[:-1]) if named == value.rpartition(", ")[2] else canonical(given.value)
        return same(kind, value, ours)
    if name == "payment_means":
        return _family(value) == _family(canonical(given.value))
    return any(same(kind, one, given.value) for one in values)


def _family(means: str) -> str:
    """Transfer, debit, card ...: whether SEPA is meant, pages do not say; free text is taken by its words."""
    codes = {name: code for code, name in PAYMENT_MEANS.items()}
    words = [Word(word, Box(0, 0, 0, 0)) for word in means.split()]
    code = codes.get(means) or next((code for code, _ in phrases(words)), means)
    return {"58": "30", "42": "30", "59": "49"}.get(code, code)


def printed_fields(record: InvoiceRecord, print_: Print) -> frozenset[str]:
    """The fields whose values the pages print, however they are labelled."""
    holders = Counter(canonical(found.value) for found in record.fields.values())
    found = set()
    for name, value in record.fields.items():
        times = _times(value, print_)
        if name in UNPRINTED or times >= holders[canonical(value.value)] or (times and name == "invoice_number"):
            found.add(name)
    return frozenset(found)


def _times(found: Field, print_: Print) -> int:
    """How often a value is printed, in the way of its kind."""
    match kind_of(found.name):
        case Kind.AMOUNT:
            figures = print_._figures if found.value else []
            return sum(figure.is_money and abs(figure.value) == abs(found.value) for figure in figures)  # type: ignore[arg-type]
        case Kind.DATE:
            return sum(1 for _ in print_._dates(found.value))  # type: ignore[arg-type]
        case Kind.ADDRESS | Kind.CURRENCY:
            return 99 * (print_.place(found) is not None)
        case Kind.COUNTRY | Kind.CHOICE:
            return 99
        case _:
            return max((_runs(line, print_) for line in str(found.value).split("\n")), default=0)


def _runs(text: str, print_: Print) -> int:
    """Words are read down a block and along a row, so that a place may be found twice."""
    wanted = "".join(char for char in text.casefold() if char.isalnum())
    places = {(page, id(words[0])) for page, words in print_._runs(wanted)}
    return len(places) if len(wanted) > 1 else 0


def documents(folders: Iterable[Path]) -> Iterator[tuple[Path, InvoiceRecord]]:
    for folder in folders:
        for path in sorted(folder.glob("*.pdf")):
            xml = einvoice.find_embedded(path)
            try:
                record = einvoice.read(xml) if xml else None
            except InvoiceError:
                record = None
            if record is not None and record.fields:
                yield path, record


def measure(folders: Iterable[Path]) -> Figures:
    figures = Figures()
    options, reader = read_options(skip_einvoice=True), configured_reader()
    cache = FileDocumentCache(settings.DATA_DIR / "ocr-cache")
    for path, truth in documents(folders):
        document = read_path(path, reader=reader, options=options, cache=cache).document
        print_ = Print(lay_out(document), ())
        started = time.process_time()
        _, given = extract(document, options=options)
        figures.seconds.append((time.process_time() - started) / max(1, len(document.pages)))
        figures.add(path.name, truth, printed_fields(truth, print_), given)
    return figures


def table(figures: Figures) -> str:
    rows = [
        "| field | printed | given | right | precision | recall | F1 | extra |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    total = Counts()
    for spec in FIELDS:
        counts = figures.counts[spec.name]
        total += counts
        rows.append(_row(spec.name, counts, len(figures.extra[spec.name])))
    rows.append(_row("**all**", total, sum(map(len, figures.extra.values()))))
    pace = 1000 * statistics.median(figures.seconds)
    note = f"Extraction takes {pace:.0f} ms of CPU a page, the median of {len(figures.seconds)} documents."
    return "\n".join([*rows, "", note])


def _row(name: str, counts: Counts, extra: int) -> str:
    shares = (f"{share:.2f}" for share in (counts.precision, counts.recall, counts.f1))
    numbers = f"{counts.expected} | {counts.given} | {counts.right}"
    return f"| {name} | {numbers} | {' | '.join(shares)} | {extra} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--misses", metavar="FIELD", action="append", default=[])
    parser.add_argument("--extra", metavar="FIELD", action="append", default=[])
    parser.add_argument("--json", metavar="OUT", type=Path)
    arguments = parser.parse_args()
    figures = measure(arguments.folders or [CORPUS / name for name in SETS])
    print(table(figures))
    for listed, names in ((figures.wrong, arguments.misses), (figures.extra, arguments.extra)):
        for name in names:
            for file, truth, given, reason in listed[name]:
                print(f"{name} {file}\n    truth: {truth!r}\n    given: {given!r} ({reason})")
    if arguments.json:
        found = {name: counts.to_dict() for name, counts in figures.counts.items()}
        arguments.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    import django

    django.setup()
    main()
