"""Learn ranking and confidences from documents whose truth is known, and say how good they are for other vendors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from extraction.engine.evaluation import DocumentScore, Report, judge, summarise
from extraction.engine.extract import decide
from extraction.engine.learned import SHIPPED
from extraction.engine.options import ReadOptions, Steps
from extraction.measuring import BadTruth, SetReader
from extraction.ocr_cache import FileDocumentCache
from extraction.reading import Reader, configured_reader, read_options
from extraction.training import Example, Trainer, observe

RULES = Steps(ranking=False, calibration=False)


class Command(BaseCommand):
    help = "Learns how likely candidates and values are right from folders of documents with a truth.jsonl."
    requires_system_checks = []
    stealth_options = ("reader",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folders", nargs="+", metavar="DIR", help="a folder with truth.jsonl, or with PDFs that carry an e-invoice"
        )
        parser.add_argument("--out", metavar="FILE", type=Path, default=SHIPPED, help="where the weights are written")
        parser.add_argument("--folds", type=int, default=5, help="of the cross-validation; at least 3")

    def handle(self, *args: Any, reader: Reader | None = None, **options: Any) -> None:
        if options["folds"] < 3:
            raise CommandError("--folds must be at least 3: two of them are left out at a time.")
        if find_spec("scipy") is None:
            raise CommandError("Learning needs SciPy: pip install --no-deps -r requirements-dev.txt")
        read = read_options(skip_einvoice=True)
        examples = self._examples(sorted(map(Path, options["folders"])), reader or configured_reader(), read)
        trainer = Trainer(examples, options["folds"])
        self.stdout.write(f"{len(examples)} documents of {len(set(trainer.groups))} vendors, {options['folds']} folds")
        learned = trainer.learned()
        rules = [decide(example.found, replace(read, steps=RULES), learned) for example in examples]
        unseen = [decide(one.found, read, other) for one, other in zip(examples, trainer.out_of_fold(), strict=True)]
        self.stdout.write(comparison(_report(examples, rules), _report(examples, unseen)))
        text = json.dumps(learned.to_dict(), ensure_ascii=False, indent=1)
        try:
            options["out"].write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"written: {options['out']}")

    def _examples(self, folders: Sequence[Path], reader: Reader, options: ReadOptions) -> list[Example]:
        cache = FileDocumentCache(settings.DATA_DIR / "ocr-cache")
        sets = SetReader(reader, options, {"cache": cache}, lambda line: self.stderr.write(f"\r{line}", ending=""))
        try:
            found = [one for folder in folders for one in sets.read(folder)]
        except BadTruth as error:
            raise CommandError(str(error)) from None
        self.stderr.write("")
        return [observe(one.folder, one.truth, one.reading.document, options) for one in found if one.reading]


def _report(examples: Sequence[Example], records: Sequence[Any]) -> Report:
    scores: list[DocumentScore] = [judge(e.truth, record) for e, record in zip(examples, records, strict=True)]
    return summarise(scores)


def comparison(rules: Report, learned: Report) -> str:
    """F1 by field: the extractors' own scores, and what was learned, judged on vendors it had not seen."""
    before = {row.name: row.counts.f1 for row in rules.fields}
    lines = [f"{'field':<24}{'n':>6}{'rules':>8}{'learned':>9}"]
    lines += [f"{r.name:<24}{r.counts.expected:>6}{before[r.name]:>8.3f}{r.counts.f1:>9.3f}" for r in learned.fields]
    lines.append(f"{'all fields':<24}{learned.micro.expected:>6}{rules.micro.f1:>8.3f}{learned.micro.f1:>9.3f}")
    for label, name in (("calibration error", "calibration_error"), ("coverage at 99%", "coverage")):
        lines.append(f"{label:<30}{getattr(rules, name):>8.3f}{getattr(learned, name):>9.3f}")
    return "\n".join(lines)
