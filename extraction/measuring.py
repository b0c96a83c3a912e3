"""Folders of documents whose truth is known, read: what ``evaluate`` and ``train_ranking`` start from.

A set is a folder with a ``truth.jsonl``, or one of PDFs that carry an e-invoice, which then says what is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from .engine.errors import InvoiceError
from .engine.evaluation import Truth
from .engine.options import ReadOptions
from .engine.record import Reading, canonical
from .reading import Reader, read_path

T = TypeVar("T")
NO_TRUTH = "{} cannot be read. Name folders that hold a truth.jsonl, or PDFs that carry an e-invoice."


class BadTruth(ValueError):
    """A folder without truth, or a damaged one. Its text is for people."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document, its truth, and what was read; no reading where it could not be read, but why."""

    folder: str
    truth: Truth
    reading: Reading | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class SetReader:
    """Reads sets. ``progress`` is called with a line about where it is."""

    reader: Reader
    options: ReadOptions
    extra: Mapping[str, Any]
    progress: Callable[[str], object]

    def read(self, folder: Path, *, limit: int | None = None, part: str | None = None) -> list[Labelled]:
        """``part`` takes every second document, ``limit`` the first ones. BadTruth where there is no truth."""
        if (folder / "truth.jsonl").is_file() or not any(folder.glob("*.pdf")):
            chosen, options = choose(load_truth(folder), limit=limit, part=part), self.options
        else:
            files = choose(sorted(folder.glob("*.pdf")), limit=limit, part=part)
            chosen, options = list(self._printed_truths(files)), replace(self.options, skip_einvoice=True)
            if not chosen:
                raise BadTruth(NO_TRUTH.format(folder / "truth.jsonl"))
        found = []
        for done, truth in enumerate(chosen, start=1):
            self.progress(f"{folder.name}: {done} of {len(chosen)}")
            found.append(self._labelled(folder, truth, options))
        return found

    def _labelled(self, folder: Path, truth: Truth, options: ReadOptions) -> Labelled:
        try:
            reading = read_path(folder / truth.file, reader=self.reader, options=options, **self.extra)
        except InvoiceError as error:
            return Labelled(folder.name, truth, None, error.message)
        return Labelled(folder.name, truth, reading)

    def _printed_truths(self, files: Sequence[Path]) -> Iterator[Truth]:
        """What the e-invoice in each file says, as far as its pages print it; files without one are left out."""
        for path in files:
            self.progress(f"{path.parent.name}: looking for e-invoices, {path.name[:40]:<40}")
            try:
                read = read_path(
                    path, reader=self.reader, options=replace(self.options, skip_einvoice=False), **self.extra
                )
            except InvoiceError:
                continue
            printed = {name: canonical(f.value) for name, f in read.record.fields.items() if f.page is not None}
            if read.document.source == "e_invoice" and printed:
                yield Truth(path.name, printed)


def load_truth(folder: Path) -> list[Truth]:
    """BadTruth, with the number of the line, for what is not a truth."""
    path = folder / "truth.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise BadTruth(NO_TRUTH.format(path)) from None
    truths = []
    for number, line in enumerate(lines, start=1):
        try:
            truth = Truth.from_dict(json.loads(line)) if line.strip() else None
        except (ValueError, KeyError, TypeError) as error:
            raise BadTruth(f"{path}, line {number} is not a truth: {error}") from None
        if truth:
            truths.append(truth)
    return truths


def load_left_out(path: Path) -> frozenset[tuple[str, str, str]]:
    """(set, file, field) of labels that are known to be wrong, one on each line; what follows ``#`` is the reason."""
    try:
        lines = [line.partition("#")[0].split() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError:
        raise BadTruth(f"{path} cannot be read. Name a file with lines such as: SET FILE FIELD # reason") from None
    for number, words in enumerate(lines, start=1):
        if words and len(words) != 3:
            raise BadTruth(f"{path}, line {number}: write SET FILE FIELD, and a reason behind #.")
    return frozenset((words[0], words[1], words[2]) for words in lines if words)


def choose(items: Sequence[T], *, limit: int | None, part: str | None) -> Sequence[T]:
    chosen = items[{"even": 0, "odd": 1}[part] :: 2] if part else items
    return chosen[:limit]
