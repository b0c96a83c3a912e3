"""Fit and judge the model that tells look-alikes apart (extraction/engine/lookalikes.py).

    python -m bench.lookalikes [--pages 100]

Reads receipts of the document corpus and A4 pages (bench.ocr) with each recogniser, and takes the words that agree with
exactly one word of the transcription but for 0/O and 1/l/I. Logistic regression with a small ridge, five folds by page.
Prints the mistakes of the recogniser, of the model in cross-validation, and the weights.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.ocr import all_pages
from bench.spacing import FOLDS, fitted
from extraction.engine import lookalikes, recognition
from extraction.engine.files import Limits, open_file
from extraction.engine.ocr import PpOcr
from extraction.engine.quads import crop

ALIKE = str.maketrans("0oO1lIi", "0001111")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100, help="pages of each kind (default: 100)")
    count = parser.parse_args().pages
    engine = PpOcr()
    lookalikes.settled = lambda *_: None  # what is to be judged
    rows: list[list[Any]] = [[] for _ in engine.models().recognizer.passes]
    with tempfile.TemporaryDirectory() as name:
        for number, page in enumerate(all_pages(count, Path(name))):
            pictures = list(line_pictures(engine, page.image))
            for step, found in zip(engine.models().recognizer.passes, rows, strict=True):
                found += [(number, *row) for row in examples(step, pictures, page.words)]
    together = [row for found in rows for row in found]
    for label, found in zip(("tiny", "small", "both"), (*rows, together), strict=True):
        judge(label, found)


def line_pictures(engine: PpOcr, path: Path) -> Iterator[np.ndarray]:
    with open_file(path, Limits()) as opened:
        image = np.ascontiguousarray(np.asarray(opened.page(1).render(300).convert("RGB"))[:, :, ::-1])
    for quad in engine.models().detector.find(image):
        yield recognition.scaled(crop(image, quad), recognition.SQUEEZE)


def examples(step: Any, pictures: list[np.ndarray], truth: Counter[str]) -> Iterator[tuple[bool, bool, Any]]:
    """(it is a figure, the recogniser took it for one, the features) for each look-alike that it was undecided on."""
    known = defaultdict(set)
    for word in truth:
        known[word.translate(ALIKE)].add(word)
    for spaced, chances in read(step, pictures):
        for match in re.finditer(r"\S+", spaced):
            places = [place for place in range(*match.span()) if re.match(r"\w", spaced[place])]
            printed = known[re.sub(r"\W", "", match.group().lower()).translate(ALIKE)]
            if len(printed) != 1 or len(places) != len(word := next(iter(printed))):
                continue
            for place, character in zip(places, word, strict=True):
                if spaced[place] not in lookalikes.FIGURES:
                    continue
                figure = lookalikes.FIGURES[spaced[place]]
                likely = chances[place][figure], max(chances[place][letter] for letter in lookalikes.LETTERS[figure])
                if likely[spaced[place] == figure] >= lookalikes.SETTLED:
                    yield character.isdigit(), spaced[place] == figure, lookalikes.features(spaced, place, *likely)


def read(step: Any, pictures: list[np.ndarray]) -> Iterator[tuple[str, dict[int, dict[str, float]]]]:
    """The text of each line with its spaces, and the chances of the look-alikes at each of its places."""
    for picture in pictures:
        chances = recognition._run(step.session, recognition.normalized([(picture, 0)]))
        reading = recognition._decode(chances, step.alphabet, step.spacing)
        spaced, rows = "", {}
        for index, character in enumerate(reading.characters):
            row = chances[reading.steps[index]]
            rows[len(spaced)] = {like: float(row[place]) for like, place in step.alphabet.places.items()}
            spaced += character + " " * (index < len(reading.spaces) and reading.spaces[index] > 0.5)
        yield spaced, rows


def judge(name: str, rows: list[Any]) -> None:
    groups = np.array([row[0] for row in rows])
    wanted, read_as = (np.array([row[column] for row in rows], dtype=float) for column in (1, 2))
    matrix = np.array([row[3] for row in rows])
    found = np.zeros(len(rows))
    for fold in range(FOLDS):
        out = groups % FOLDS == fold
        found[out] = matrix[out] @ fitted(matrix[~out], wanted[~out]) > 0
    print(f"{name}: {len(rows)} undecided look-alikes")
    for label, guess in (("recogniser", read_as), ("model", found)):
        print(f"  {label}: {int((guess != wanted).sum())} wrong")
    print("  weights:", ", ".join(f"{weight:.2f}" for weight in fitted(matrix, wanted)))


if __name__ == "__main__":
    main()
