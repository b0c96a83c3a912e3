"""Measure the engine against documents whose truth is known. A set is a folder with a truth.jsonl."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from extraction.engine.evaluation import SCORABLE, Counts, DocumentScore, FieldReport, Report, judge, kind_of, summarise
from extraction.engine.extract import decide
from extraction.engine.fields import Kind
from extraction.engine.options import ReadOptions, Steps
from extraction.engine.record import InvoiceRecord
from extraction.measuring import BadTruth, Labelled, SetReader, load_left_out
from extraction.ocr_cache import FileDocumentCache
from extraction.reading import Reader, configured_reader, read_options
from extraction.training import Example, Trainer, observe

FOLDS = 5
ABLATION: Mapping[str, Steps] = {
    "rules only": Steps(ranking=False, arithmetic=False, dates=False, calibration=False),
    "+ learned ranking": Steps(arithmetic=False, dates=False, calibration=False),
    "+ arithmetic": Steps(dates=False, calibration=False),
    "+ date logic": Steps(calibration=False),
    "+ calibration": Steps(),
}

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
        parser.add_argument(
            "folders", nargs="+", metavar="DIR", help="a folder with truth.jsonl, or with PDFs that carry an e-invoice"
        )
        parser.add_argument("--json", metavar="OUT", help="write all figures to this file")
        parser.add_argument(
            "--misses", metavar="FIELD", help="list the documents where this field, or line_items, is wrong or missing"
        )
        parser.add_argument("--skip-einvoice", action="store_true", help="read the page, not the e-invoice in it")
        parser.add_argument("--limit", type=int, metavar="N", help="only the first N documents of each set")
        parser.add_argument("--part", choices=("even", "odd"), help="only every second document, counted from 0")
        parser.add_argument("--no-cache", action="store_true", help="recognise every page again")
        parser.add_argument(
            "--cross-validate",
            type=int,
            nargs="?",
            const=FOLDS,
            metavar="N",
            help=f"judge each document by what is learned from other vendors' documents, in N folds ({FOLDS})",
        )
        parser.add_argument(
            "--leave-out", type=Path, metavar="FILE", help="labels known to be wrong, as lines of: SET FILE FIELD"
        )
        parser.add_argument("--ablation", action="store_true", help="cross-validate, and say what each step brings")

    def handle(self, *args: Any, reader: Reader | None = None, **options: Any) -> None:
        known = (*SCORABLE, LINE_ITEMS)
        if options["misses"] and options["misses"] not in known:
            raise CommandError(f"--misses: there is no field {options['misses']!r}. Fields: {', '.join(known)}.")
        folds = _folds(options)
        if folds and folds < 3:
            raise CommandError("--cross-validate needs at least 3 folds: two of them are left out at a time.")
        sets = [self._read(Path(name), reader or configured_reader(), options) for name in options["folders"]]
        read = read_options()
        examples = [example for found, _ in sets for example in _examples(found, read)] if folds else []
        trainer = Trainer(examples, folds) if folds else None
        results = _results(sets, _records(trainer, read) if trainer else {}, _left_out(options["leave_out"]))
        for result in results:
            self.stdout.write(table(result))
            if options["misses"]:
                self.stdout.write(misses(result, options["misses"]))
        if len(results) > 1:
            self.stdout.write(table(_everything(results)))
        if trainer and options["ablation"]:
            self.stdout.write(ablation(trainer, sets, read))
        if options["json"]:
            write_json(Path(options["json"]), results)

    def _read(self, folder: Path, reader: Reader, options: dict[str, Any]) -> tuple[list[Labelled], float]:
        """The documents of one set, and the seconds that reading took."""
        sets = SetReader(
            reader=reader,
            options=read_options(skip_einvoice=options["skip_einvoice"] or _folds(options) > 0),
            extra={} if options["no_cache"] else {"cache": FileDocumentCache(settings.DATA_DIR / "ocr-cache")},
            progress=lambda line: self.stderr.write(f"\r{line}", ending=""),
        )
        started = time.monotonic()
        try:
            found = sets.read(folder, limit=options["limit"], part=options["part"])
        except BadTruth as error:
            raise CommandError(str(error)) from None
        self.stderr.write("")
        return found, time.monotonic() - started


def _folds(options: Mapping[str, Any]) -> int:
    """0 where nothing is to be cross-validated."""
    return options["cross_validate"] or (FOLDS if options["ablation"] else 0)


LeftOut = frozenset[tuple[str, str, str]]  # (folder, file, field)
Records = Mapping[tuple[str, str], InvoiceRecord]  # (folder, file) -> record


def _examples(found: Sequence[Labelled], options: ReadOptions) -> list[Example]:
    return [observe(one.folder, one.truth, one.reading.document, options) for one in found if one.reading]


def _records(trainer: Trainer, options: ReadOptions) -> Records:
    """Each document's record by what was learned without its vendor."""
    return {
        (example.folder, example.truth.file): decide(example.found, options, learned)
        for example, learned in zip(trainer.examples, trainer.out_of_fold(), strict=True)
    }


def _left_out(path: Path | None) -> LeftOut:
    try:
        return load_left_out(path) if path else frozenset()
    except BadTruth as error:
        raise CommandError(str(error)) from None


def _results(
    sets: Sequence[tuple[Sequence[Labelled], float]], records: Records, left_out: LeftOut = frozenset()
) -> list[SetResult]:
    results = []
    for found, seconds in sets:
        scores = []
        for one in found:
            record = one.reading.record if one.reading else InvoiceRecord()
            learned = records.get((one.folder, one.truth.file))
            if learned is not None and record.is_invoice:
                record = replace(learned, line_items=record.line_items)
            score = judge(one.truth, record)
            judged = (v for v in score.verdicts if (one.folder, one.truth.file, v.field) not in left_out)
            scores.append(replace(score, verdicts=tuple(judged)))
        errors = {one.truth.file: one.error for one in found if one.reading is None}
        results.append(SetResult(found[0].folder if found else "", tuple(scores), errors, seconds))
    return results


def _everything(results: Sequence[SetResult]) -> SetResult:
    scores = tuple(score for result in results for score in result.scores)
    return SetResult("all sets", scores, {}, sum(result.seconds for result in results))


def ablation(trainer: Trainer, sets: Sequence[tuple[Sequence[Labelled], float]], options: ReadOptions) -> str:
    """F1 of each set, and how good the confidences are, with the steps of the engine added one by one."""
    undated = [example for found, _ in sets for example in _examples(found, replace(options, steps=Steps(dates=False)))]
    learned = trainer.out_of_fold()
    unranked = Trainer(trainer.examples, trainer.count, ranks=False).out_of_fold()
    names = list(dict.fromkeys(example.folder for example in trainer.examples))
    lines = [f"\n{'steps':<22}" + "".join(f"{name[:9]:>10}" for name in [*names, "all F1", "cal.error", "cov. 99%"])]
    runs = [(label, steps, learned) for label, steps in ABLATION.items()]
    for label, steps, taught in [*runs, ("all but the ranking", Steps(), unranked)]:
        scores: dict[str, list[DocumentScore]] = {name: [] for name in names}
        for example, weights in zip(trainer.examples if steps.dates else undated, taught, strict=True):
            record = decide(example.found, replace(options, steps=steps), weights)
            scores[example.folder].append(judge(example.truth, record))
        reports = [summarise(scores[name]) for name in names]
        whole = summarise([score for name in names for score in scores[name]])
        figures = [*(report.micro.f1 for report in reports), whole.micro.f1, whole.calibration_error, whole.coverage]
        lines.append(f"{label:<22}" + "".join(f"{figure:>10.3f}" for figure in figures))
    return "\n".join(lines)


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
    lines.append(f"calibration error of whole records: {report.record_calibration_error:.3f}")
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
    figures = {"sets": rows, "all": _everything(results).report.to_dict()}
    try:
        path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
