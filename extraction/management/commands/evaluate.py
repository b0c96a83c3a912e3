"""Measure the engine against documents whose truth is known. A set is a folder with a truth.jsonl."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from extraction.engine.errors import InvoiceError
from extraction.engine.evaluation import (
    SCORABLE,
    Counts,
    DocumentScore,
    FieldReport,
    Report,
    Truth,
    judge,
    kind_of,
    summarise,
)
from extraction.engine.fields import Kind
from extraction.engine.read import ReadOptions
from extraction.engine.record import InvoiceRecord
from extraction.ocr_cache import FileDocumentCache
from extraction.reading import Reader, configured_reader, read_options, read_path

LINE_ITEMS = "line_items"


@dataclass(frozen=True, slots=True)
class SetResult:
    name: str
    scores: tuple[DocumentScore, ...]
    errors: dict[str, str]  # file -> why it could not be read
    seconds: float

    @property
    def report(self) -> Report:
        return summarise(self.scores)


class Command(BaseCommand):
    help = "Scores the engine on folders of documents with a truth.jsonl. No database is needed."
    requires_system_checks = []
    stealth_options = ("reader",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folders", nargs="+", metavar="DIR", help="a folder with truth.jsonl")
        parser.add_argument("--json", metavar="OUT", help="write all figures to this file")
        parser.add_argument(
            "--misses", metavar="FIELD", help="list the documents where this field, or line_items, is wrong or missing"
        )
        parser.add_argument("--skip-einvoice", action="store_true", help="read the page, not the e-invoice in it")
        parser.add_argument("--limit", type=int, metavar="N", help="only the first N documents of each set")
        parser.add_argument("--part", choices=("even", "odd"), help="only every second document, counted from 0")
        parser.add_argument("--no-cache", action="store_true", help="recognise every page again")

    def handle(self, *args: Any, reader: Reader | None = None, **options: Any) -> None:
        known = (*SCORABLE, LINE_ITEMS)
        if options["misses"] and options["misses"] not in known:
            raise CommandError(f"--misses: there is no field {options['misses']!r}. Fields: {', '.join(known)}.")
        reader = reader or configured_reader()
        sets = [(Path(name), load_truth(Path(name))) for name in options["folders"]]
        extra = {} if options["no_cache"] else {"cache": FileDocumentCache(settings.DATA_DIR / "ocr-cache")}
        read = read_options(skip_einvoice=options["skip_einvoice"])
        results = []
        for folder, truths in sets:
            chosen = choose(truths, limit=options["limit"], part=options["part"])
            result = self.evaluate_set(folder, chosen, reader=reader, options=read, extra=extra)
            results.append(result)
            self.stdout.write(table(result))
            if options["misses"]:
                self.stdout.write(misses(result, options["misses"]))
        if options["json"]:
            write_json(Path(options["json"]), results)

    def evaluate_set(
        self, folder: Path, truths: Sequence[Truth], *, reader: Reader, options: ReadOptions, extra: dict[str, Any]
    ) -> SetResult:
        started, scores, errors = time.monotonic(), [], {}
        for done, truth in enumerate(truths, start=1):
            self.stderr.write(f"\r{folder.name}: {done} of {len(truths)}", ending="")
            self.stderr.flush()
            record = InvoiceRecord()
            try:
                record = read_path(folder / truth.file, reader=reader, options=options, **extra).record
            except InvoiceError as error:
                errors[truth.file] = error.message
            scores.append(judge(truth, record))
        self.stderr.write("")
        return SetResult(folder.name, tuple(scores), errors, time.monotonic() - started)


def load_truth(folder: Path) -> list[Truth]:
    path = folder / "truth.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise CommandError(f"{path} cannot be read. Name folders that hold a truth.jsonl.") from None
    truths = []
    for number, line in enumerate(lines, start=1):
        try:
            truth = Truth.from_dict(json.loads(line)) if line.strip() else None
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{path}, line {number} is not a truth: {error}") from None
        if truth:
            truths.append(truth)
    return truths


def choose(truths: Sequence[Truth], *, limit: int | None, part: str | None) -> Sequence[Truth]:
    chosen = truths[{"even": 0, "odd": 1}[part] :: 2] if part else truths
    return chosen[:limit]


def table(result: SetResult) -> str:
    report = result.report
    lines = [f"\n{result.name}: {report.documents} documents, read in {result.seconds:.1f} s", HEADER]
    lines += [_field_row(row) for row in report.fields]
    lines.append(_row("all fields", report.micro))
    if report.rows:
        lines += ["line items", *(_row(f"  {name}", counts) for name, counts in report.rows.items())]
    share = report.documents_right / report.documents if report.documents else 0.0
    lines.append(f"documents right: {report.documents_right} of {report.documents} ({share:.1%})")
    lines.append(
        f"calibration error: {report.calibration_error:.3f}; coverage at 99% precision: {report.coverage:.1%} of values"
    )
    lines += [f"could not be read: {file}: {message}" for file, message in result.errors.items()]
    return "\n".join(lines)


HEADER = f"{'field':<20}{'n':>6}{'precision':>11}{'recall':>9}{'F1':>8}{'strict F1':>11}"


def _field_row(row: FieldReport) -> str:
    line = _row(row.name, row.counts)
    return f"{line}{row.strict.f1:>11.3f}" if kind_of(row.name) in {Kind.NAME, Kind.ADDRESS} else line


def _row(name: str, counts: Counts) -> str:
    return f"{name:<20}{counts.expected:>6}{counts.precision:>11.3f}{counts.recall:>9.3f}{counts.f1:>8.3f}"


def misses(result: SetResult, field: str) -> str:
    lines = [f"\nmisses of {field} in {result.name}:"]
    for score in result.scores:
        lines += [f"  {score.file}: {miss}" for miss in score.row_misses if field == LINE_ITEMS]
        for verdict in score.verdicts:
            if verdict.field == field and not verdict.right:
                given = (
                    f"given {verdict.given!r} ({verdict.confidence:.2f}; {verdict.reason})" if verdict.given else "none"
                )
                lines.append(f"  {verdict.file}: truth {verdict.truth!r}, {given}")
    return "\n".join(lines)


def write_json(path: Path, results: Sequence[SetResult]) -> None:
    rows = {result.name: {**result.report.to_dict(), "errors": result.errors} for result in results}
    everything = summarise([score for result in results for score in result.scores])
    figures = {"sets": rows, "all": everything.to_dict()}
    try:
        path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
