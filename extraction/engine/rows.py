"""Words of a page -> rows of cells, whatever lines the recogniser or the PDF made of them.

The page's slope is estimated first, so a slightly skewed scan or photo still gives whole rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from .document import Box, Line, Page, Word

WIDE_GAP = 1.3  # of the text height: a wider gap between words starts a new cell
LONGEST_WORD = 300  # what is longer was made to be; the rules need not look through it
_GLUED = re.compile(r"^([^\W\d][^:：]{1,30}[:：])([^\s/\\].*)$")
_GLUED_NUMBER = re.compile(r"^([^\W\d_]{4,}\.?)(\d+[.,/-]\d.*)$")
_GLUED_MARK = re.compile(r"^(.*?(?:[Nn][°º]|[Nn][Rr]\.|[Nn][Oo]\.|№|#):?)([A-Z]{0,4}\d\S*)$")


def group_words(page: Page) -> list[list[list[Word]]]:
    """Rows from top to bottom; each a list of cells, each of these a list of words, left to right."""
    aspect = page.height / page.width if page.width else 1.0
    runs = [run for line in page.lines for run in _runs(line, aspect)]
    slope = _slope([Box.around(word.box for word in run) for run in runs])
    groups = _group_by_height(runs, slope)
    rows = [sorted((word for run in group for word in run), key=lambda word: word.box.x0) for group in groups]
    cells = [_split_wide(words, aspect) for words in rows]
    return [[part for run in row for part in _split_sources(run)] for row in cells] if page.source == "mixed" else cells


def _split_sources(run: list[Word]) -> list[list[Word]]:
    """What a picture shows is no part of the phrase printed beside it: a logo is not the first word of an address."""
    return [list(part) for _, part in groupby(run, key=lambda word: word.confidence == 1.0)]


def _runs(line: Line, aspect: float) -> list[list[Word]]:
    """The line's words, glued ones split, in runs without wide gaps."""
    words = [part for word in line.words for part in _split_glued(_bounded(word)) if part.text.strip()]
    return _split_wide(sorted(words, key=lambda word: word.box.x0), aspect)


def _bounded(word: Word) -> Word:
    return word if len(word.text) <= LONGEST_WORD else Word(word.text[:LONGEST_WORD], word.box, word.confidence)


def _split_wide(words: Sequence[Word], aspect: float) -> list[list[Word]]:
    """``aspect`` (page height / width) turns heights into fractions of the width."""
    runs: list[list[Word]] = []
    for word in words:
        previous = runs[-1][-1].box if runs else None
        if previous is None or word.box.x0 - previous.x1 > WIDE_GAP * aspect * max(previous.height, word.box.height):
            runs.append([])
        runs[-1].append(word)
    return runs


def _split_glued(word: Word) -> list[Word]:
    """A label and its value printed without a space are two words."""
    match = _GLUED.match(word.text) or _GLUED_NUMBER.match(word.text) or _GLUED_MARK.match(word.text)
    if not match or "//" in word.text:
        return [word]
    cut = word.box.x0 + word.box.width * len(match[1]) / len(word.text)
    left = Word(match[1], Box(word.box.x0, word.box.y0, cut, word.box.y1), word.confidence)
    right = Word(match[2], Box(cut, word.box.y0, word.box.x1, word.box.y1), word.confidence)
    return [left, *_split_glued(right)]


def _slope(boxes: Sequence[Box]) -> float:
    """How far text falls per page width (both as fractions): the slope at which runs fall together in rows best."""
    if len(boxes) < 8:
        return 0.0
    x = np.array([box.center_x for box in boxes])
    y = np.array([box.center_y for box in boxes])
    near = max(0.15 * float(np.median([box.height for box in boxes])), 1e-5)
    best, best_score = 0.0, -1.0
    for slope in sorted(np.linspace(-0.04, 0.04, 65).tolist(), key=abs):
        gaps = np.diff(np.sort(y - slope * x))
        score = float(np.mean(np.exp(-np.square(gaps / near)))) - abs(slope)  # of two that do as well, the flatter
        if score > best_score + (0.01 if best_score >= 0 else 0.0):
            best, best_score = slope, score
    return best


def _group_by_height(runs: list[list[Word]], slope: float) -> list[list[list[Word]]]:
    placed = []
    for run in runs:
        box = Box.around(word.box for word in run)
        placed.append((box.center_y - slope * box.center_x, box, run))
    placed.sort(key=lambda item: item[0])
    groups: list[_Group] = []
    for center, box, run in placed:
        for group in reversed(groups[-3:]):
            if group.takes(center, box):
                group.add(center, box, run)
                break
        else:
            groups.append(_Group(center, box, run))
    groups.sort(key=lambda group: group.center)
    return [group.runs for group in groups]


class _Group:
    """A row in the making: the mean height of what it holds so far."""

    def __init__(self, center: float, box: Box, run: list[Word]) -> None:
        self.center, self.height = center, box.height
        self.runs, self.boxes = [run], [box]

    def takes(self, center: float, box: Box) -> bool:
        if abs(center - self.center) > 0.5 * min(self.height, box.height) + 0.1 * max(self.height, box.height):
            return False
        return all(min(b.x1, box.x1) - max(b.x0, box.x0) < 0.3 * min(b.width, box.width) for b in self.boxes)

    def add(self, center: float, box: Box, run: list[Word]) -> None:
        count = len(self.runs)
        self.center = (self.center * count + center) / (count + 1)
        self.height = (self.height * count + box.height) / (count + 1)
        self.runs.append(run)
        self.boxes.append(box)
