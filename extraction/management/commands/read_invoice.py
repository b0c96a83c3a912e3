"""Read files at the command line, as text for people or as one JSON line per file."""

from __future__ import annotations

import json
import os
import sys
from getpass import getpass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from extraction.engine.errors import InvoiceError, NotAFile
from extraction.engine.fields import BY_NAME
from extraction.engine.files import Limits
from extraction.engine.record import Field, LineItem, Reading, canonical
from extraction.engine.searchable import write_searchable
from extraction.engine.splitting import pages_text
from extraction.reading import Reader, configured_reader, documents_in, read_options, read_path

ASK = "?ask"  # no password can be told from it: the object itself is compared


class Command(BaseCommand):
    help = "Reads invoices and prints what they say. No database is needed."
    requires_system_checks = []
    stealth_options = ("reader",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="PDF, picture, e-invoice XML, e-mail or ZIP")
        parser.add_argument("--jsonl", action="store_true", help="one line of JSON per file")
        parser.add_argument("--skip-einvoice", action="store_true", help="read the page, not the e-invoice in it")
        parser.add_argument(
            "--password",
            nargs="?",
            const=ASK,
            default=os.environ.get("PDF_PASSWORD", ""),
            help="opens protected PDFs; asked for when left out here, taken from PDF_PASSWORD when not named at all",
        )
        parser.add_argument(
            "--searchable", metavar="OUT.pdf", type=Path, help="also write the file as a searchable PDF"
        )

    def handle(self, *args: Any, reader: Reader | None = None, **options: Any) -> None:
        searchable: Path | None = options["searchable"]
        if searchable and len(options["files"]) > 1:
            raise CommandError("--searchable writes one PDF, so name one file at a time.")
        reader = reader or configured_reader()
        choices = read_options(skip_einvoice=options["skip_einvoice"])
        password = getpass("Password of the PDF: ") if options["password"] is ASK else options["password"]
        failed = False
        for given in options["files"]:
            with TemporaryDirectory(prefix="invoicelens-") as folder:
                for name, found in documents_in(given, Path(folder), limits=choices.limits, password=password):
                    try:
                        if isinstance(found, InvoiceError):
                            raise found
                        reading = read_path(found, reader=reader, options=choices)
                        if searchable:
                            _write_searchable(found, reading, searchable, choices.limits)
                    except InvoiceError as error:
                        failed = True
                        text = _error_line(name, error) if options["jsonl"] else f"{name}\n  {error.message}\n"
                    else:
                        each = _as_json if options["jsonl"] else _readable
                        text = "\n".join(each(name, part) for part in reading.parts or (reading,))
                    self.stdout.write(text)
                    self.stdout.flush()
        if failed:
            sys.exit(1)


def _write_searchable(source: Path, reading: Reading, target: Path, limits: Limits) -> None:
    if target.exists() and target.samefile(source):
        raise NotAFile("The searchable PDF would replace the original. Give it another name.")
    try:
        write_searchable(source, reading.document.pages, target, limits)
    except OSError as error:
        raise NotAFile(f"The searchable PDF cannot be written to {target}: {error.strerror}.") from None


def _error_line(name: str, error: InvoiceError) -> str:
    return json.dumps({"file": name, "error": {"code": error.code, "message": error.message}}, ensure_ascii=False)


def _as_json(name: str, reading: Reading) -> str:
    return json.dumps(reading.to_dict(name), ensure_ascii=False)


def _readable(name: str, reading: Reading) -> str:
    pages = len(reading.document.pages)
    source = reading.document.source.replace("e_invoice", "e-invoice").replace("_", " ")
    name = name if reading.page_range is None else f"{name}, {pages_text(reading.page_range)}"
    lines = [f"{name}  ({pages} page{'' if pages == 1 else 's'}, {source}, {reading.seconds:.1f} s)"]
    known = [found for field, found in reading.record.fields.items() if field in BY_NAME]
    order = list(BY_NAME)
    lines += [_field_line(found) for found in sorted(known, key=lambda found: order.index(found.name))]
    lines += ["  Line items:"] if reading.record.line_items else []
    lines += [_item_line(item) for item in reading.record.line_items]
    lines += [f"  ! {problem.message}" for problem in reading.record.problems]
    return "\n".join([*lines, ""])


def _field_line(found: Field) -> str:
    value = ", ".join(" ".join(line.split()) for line in canonical(found.value).splitlines())
    # 99.5 % is not certain, and must not be rounded to it.
    sure = found.confidence if found.confidence == 1 else min(found.confidence, 0.99)
    return f"  {BY_NAME[found.name].label:<20} {value:<40} {sure:>4.0%}  {found.reason}"


def _item_line(item: LineItem) -> str:
    cells = (item.quantity, item.unit_price, item.amount)
    numbers = "".join(f"{canonical(cell) if cell is not None else '':>12}" for cell in cells)
    return f"  {item.position:>4}  {' '.join((item.description or '').split())[:50]:<50}{numbers}"
