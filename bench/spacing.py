"""Fit and judge the model that tells words apart (extraction/engine/spacing.py).

    python -m bench.spacing [--receipts 100]

Reads receipts of the document corpus with each recogniser, takes the lines whose letters agree with the
transcription, and asks of each pair of neighbouring characters whether people put a space there. Logistic regression
with a small ridge, five folds by receipt. Prints the errors of the recogniser's own spaces, of the model in
cross-validation, and the weights.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.ocr import spread
from extraction.engine import recognition
from extraction.engine.files import Limits, open_file
from extraction.engine.ocr import PpOcr
from extraction.engine.quads import crop
from extraction.engine.spacing import features, ink_profile
from tests.corpus import CORPUS

FOLDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--receipts", type=int, default=100)
    count = parser.parse_args().receipts
    paths = spread(sorted((CORPUS / "sroie" / "files").glob("*.jpg")), count)
    engine = PpOcr()
    passes = engine.models().recognizer.passes
    rows: list[list[Any]] = [[] for _ in passes]
    for number, path in enumerate(paths):
        lines = list(line_pictures(engine, path))
        squeezes = [recognition.SQUEEZE] * len(lines)
        for step, found in zip(passes, rows, strict=True):
            pictures = [
                (recognition.scaled(line, squeeze), place)
                for (line, place), squeeze in zip(lines, squeezes, strict=True)
            ]
            readings = recognition.read_together(step, [picture for picture, _ in pictures])
            found += [(number, *row) for row in examples(readings, pictures, transcript(path))]
            squeezes = [squeezed(line, r.characters) for (line, _), r in zip(lines, readings, strict=True)]
    for name, found in zip(("tiny", "small"), rows, strict=True):
        judge(name, found)


def line_pictures(engine: PpOcr, path: Path) -> Iterator[tuple[np.ndarray, tuple[float, float]]]:
    """Each line, cut out, and where it stands: middle and height in pixels."""
    with open_file(path, Limits()) as opened:
        image = np.ascontiguousarray(np.asarray(opened.page(1).render(300))[:, :, ::-1])
    for quad in engine.models().detector.find(image):
        top, bottom = float(quad[:, 1].min()), float(quad[:, 1].max())
        yield crop(image, quad), ((top + bottom) / 2, bottom - top)


def squeezed(line: np.ndarray, characters: str) -> float:
    """As a line is scaled when it is read again."""
    return recognition.squeeze(line.shape[1] * recognition.HEIGHT / line.shape[0] / max(len(characters), 1))


def transcript(path: Path) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = json.loads((path.parent.parent / "text" / f"{path.stem}.json").read_text("utf-8"))
    return lines


def examples(
    readings: list[Any], pictures: list[Any], truth: list[dict[str, Any]]
) -> Iterator[tuple[bool, bool, np.ndarray]]:
    """(people put a space here, the recogniser did, the features) for each pair of neighbours."""
    for reading, (picture, (middle, height)) in zip(readings, pictures, strict=True):
        spaces = printed_spaces(reading.characters, middle, height, truth)
        if spaces is None or len(reading.characters) < 2:
            continue
        centers = np.minimum((reading.steps + 0.5) * recognition.STEP, picture.shape[1] - 1.0)
        matrix = features(reading.characters, centers, reading.spaces, ink_profile(picture), recognition.HEIGHT)
        for position, row in enumerate(matrix):
            yield position + 1 in spaces, reading.spaces[position] > 0.5, row


def printed_spaces(characters: str, middle: float, height: float, truth: list[dict[str, Any]]) -> set[int] | None:
    """Before which characters people put a space; None when no line there has the same letters."""
    for line in truth:
        _, top, _, bottom = line["box"]
        letters = re.sub(r"\s", "", line["text"])
        if letters.upper() == characters.upper() and abs((top + bottom) / 2 - middle) < height:
            return set(np.cumsum([len(word) for word in line["text"].split()])[:-1].tolist())
    return None


def judge(name: str, rows: list[Any]) -> None:
    groups = np.array([row[0] for row in rows])
    wanted = np.array([row[1] for row in rows], dtype=float)
    emitted = np.array([row[2] for row in rows], dtype=float)
    matrix = np.array([row[3] for row in rows])
    found = np.zeros(len(rows))
    for fold in range(FOLDS):
        out = groups % FOLDS == fold
        found[out] = matrix[out] @ fitted(matrix[~out], wanted[~out]) > 0
    print(f"{name}: {len(rows)} pairs, {int(wanted.sum())} spaces")
    for label, guess in (("recogniser", emitted), ("model", found)):
        lost, added = int((wanted * (1 - guess)).sum()), int(((1 - wanted) * guess).sum())
        print(f"  {label}: {100 * (lost + added) / len(rows):.2f} % wrong, {lost} lost, {added} added")
    print("  weights:", ", ".join(f"{weight:.2f}" for weight in fitted(matrix, wanted)))


def fitted(matrix: np.ndarray, wanted: np.ndarray, ridge: float = 1.0) -> np.ndarray:
    """Newton's method for logistic regression."""
    weights = np.zeros(matrix.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-matrix @ weights))
        curvature = (matrix * (chance * (1 - chance))[:, None]).T @ matrix + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, matrix.T @ (chance - wanted) + ridge * weights)
    return weights


if __name__ == "__main__":
    main()
