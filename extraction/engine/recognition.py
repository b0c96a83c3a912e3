"""Pictures of lines -> their words, in up to three passes.

PP-OCRv6 tiny reads every line; lines of which it doubts a character are read again by PP-OCRv6 small, four times as
costly, and so are figures; both in 8 bits and with an output layer of Latin and Greek letters (bin/make_recognizer).
What small doubts, too, goes to its full model, which knows 50 languages. CTC decoding (Graves et al. 2006): at each
step, one column of 8 pixels, the likeliest character; repetitions and blanks fall away.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import spacing
from .quads import BgrImage

HEIGHT = 48  # pixels: what the models were taught
STEP = 8  # pixels of width for one step of the output
# Narrower than printed, a line costs less, and the wide print of tills reads better: the models were taught tighter
# print. Tight print must stay as it is: a letter needs two steps, or of "ll" one is lost.
SQUEEZE = 0.85
SQUEEZE_AGAIN = 0.75
TIGHT = 24  # pixels from letter to letter where lines are 48 high
# The release pads every line to 320 px; 160 px read as well and cost less.
LEAST_WIDTH = 160
# Narrow lines share a strip of at most this width, this far apart.
MOST_TOGETHER = 320
BETWEEN = 24
MOST_WIDTH = 3200  # a line 80 times as long as high is no line of text
# A line is read again when its weakest character has a chance below this (docs/benchmarks.md).
TINY_DOUBT = 0.8
SMALL_DOUBT = 0.6
FAST_DOUBT = 0.5  # where speed counts most
# Letters of other scripts are believed only where a line has several, and reads well: on Latin pages they are noise.
FOREIGN_LETTERS = 2
FOREIGN_SCORE = 0.8


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """``start`` and ``end`` are fractions of the line's length, ``confidence`` the mean chance of its characters."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The character of each output of a model: "" (blank) first, the space last."""

    characters: tuple[str, ...]
    latin: NDArray[np.intp]  # the outputs that are no letters of East Asian scripts

    @classmethod
    def of(cls, characters: Sequence[str]) -> Alphabet:
        latin = [index for index, character in enumerate(characters) if not is_east_asian(character)]
        return cls(tuple(characters), np.array(latin))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One line as one model reads it: steps at which a character begins, without spaces; and what is between them."""

    characters: str
    steps: NDArray[np.intp]
    chances: NDArray[np.float32]
    spaces: tuple[float, ...]
    spacing: NDArray[np.float64]  # weights of the model's way with spaces

    @property
    def weakest(self) -> float:
        return float(self.chances.min(initial=1.0))

    @property
    def mean(self) -> float:
        return float(self.chances.mean()) if len(self.chances) else 0.0


@dataclass(frozen=True, slots=True)
class Pass:
    """One model, its way with spaces, and what it must be surer of than ``doubt`` to have the last word on a line.

    Without ``figures`` it is not trusted with lines of figures: an amount without its decimal mark looks like another.
    """

    session: Any
    alphabet: Alphabet
    spacing: NDArray[np.float64]
    doubt: float
    figures: bool = True

    def doubts(self, reading: _Reading) -> bool:
        if not reading.characters or reading.weakest < self.doubt:
            return True
        return not self.figures and 2 * sum(map(str.isdigit, reading.characters)) >= len(reading.characters)


class Recognizer:
    """``passes`` read every line, or what the one before doubts; ``full`` is loaded when it is first needed.

    Safe to use from several threads.
    """

    def __init__(self, passes: Sequence[Pass], full: Callable[[], tuple[Any, Alphabet]]) -> None:
        self.passes = passes
        self._full = cache(full)

    def read(self, lines: Sequence[BgrImage]) -> list[tuple[RecognizedWord, ...]]:
        """The words of each line, left to right."""
        pictures = [scaled(line, SQUEEZE) for line in lines]
        readings: dict[int, _Reading] = {}
        left = list(range(len(pictures)))
        for number, step in enumerate(self.passes):
            if number:
                pictures = [
                    scaled(lines[index], _squeeze(readings[index], picture)) if index in left else picture
                    for index, picture in enumerate(pictures)
                ]
            readings |= read_together(step, pictures, left)
            left = [index for index in left if step.doubts(readings[index])]
        for index in left:
            readings[index] = self._again(normalized([(pictures[index], 0)]), readings[index])
        return [_words(readings[index], picture) for index, picture in enumerate(pictures)]

    def _again(self, inputs: NDArray[np.float32], first: _Reading) -> _Reading:
        session, alphabet = self._full()
        chances = _run(session, inputs)
        every = _decode(chances, alphabet, spacing.SMALL)
        foreign = sum(1 for character in every.characters if is_east_asian(character))
        if foreign >= FOREIGN_LETTERS and every.mean >= FOREIGN_SCORE:
            return every
        again = _decode(chances, alphabet, spacing.SMALL, alphabet.latin)
        return again if again.mean >= first.mean else first


def read_together(step: Pass, pictures: Sequence[BgrImage], chosen: Sequence[int]) -> dict[int, _Reading]:
    """The readings of the chosen pictures, by their numbers."""
    readings = {}
    for strip in _strips([pictures[index].shape[1] for index in chosen]):
        numbered = [(chosen[position], left) for position, left in strip]
        chances = _run(step.session, normalized([(pictures[index], left) for index, left in numbered]))
        for index, left in numbered:
            steps = slice(left // STEP, -(-(left + pictures[index].shape[1]) // STEP))
            readings[index] = _decode(chances[steps], step.alphabet, step.spacing)
    return readings


@cache
def is_east_asian(character: str) -> bool:
    name = unicodedata.name(character, "") if character else ""
    return name.startswith(
        ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC")
    )


def _squeeze(reading: _Reading, picture: BgrImage) -> float:
    """How a line is to be scaled when it is read again, from how tight its letters stand."""
    pitch = picture.shape[1] / SQUEEZE / max(len(reading.characters), 1)
    return 1.0 if pitch < TIGHT else SQUEEZE_AGAIN


def scaled(line: BgrImage, squeeze: float) -> BgrImage:
    """48 pixels high, and ``squeeze`` times as wide as that makes it."""
    import cv2

    height, width = line.shape[:2]
    wanted = min(max(STEP, round(width * HEIGHT / height * squeeze)), MOST_WIDTH)
    # Averaging keeps thin strokes of large print; between pixels of small print it would only blur.
    how = cv2.INTER_AREA if height > 2 * HEIGHT else cv2.INTER_LINEAR
    picture: BgrImage = cv2.resize(line, (wanted, HEIGHT), interpolation=how)
    return picture


def _strips(widths: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Lines that are read together, side by side: for each strip, the lines' numbers and their left edges in pixels.

    A narrow line alone would be padded to LEAST_WIDTH; tables are full of them.
    """
    strips: list[list[tuple[int, int]]] = []
    right = MOST_TOGETHER  # where the last strip ends: full at first
    for index in sorted(range(len(widths)), key=lambda index: widths[index]):
        left = -(-(right + BETWEEN) // STEP) * STEP
        if left + widths[index] > MOST_TOGETHER:
            strips.append([])
            left = 0
        strips[-1].append((index, left))
        right = left + widths[index]
    return strips


def normalized(pictures: Sequence[tuple[BgrImage, int]]) -> NDArray[np.float32]:
    """1 x 3 x 48 x width, -1..1, each picture at its left edge, grey between and after them."""
    last, left = pictures[-1]
    width = max(LEAST_WIDTH, -(-(left + last.shape[1]) // STEP) * STEP)
    inputs = np.zeros((1, 3, HEIGHT, width), dtype=np.float32)
    for picture, left in pictures:
        inputs[0, :, :, left : left + picture.shape[1]] = picture.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
    return inputs


def _run(session: Any, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Steps x characters: the chance of each."""
    chances: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: inputs})[0][0]
    return chances


def _decode(
    chances: NDArray[np.float32],
    alphabet: Alphabet,
    weights: NDArray[np.float64],
    only: NDArray[np.intp] | None = None,
) -> _Reading:
    """``only``: the outputs that may be chosen, by default all."""
    among = chances if only is None else chances[:, only]
    best = among.argmax(axis=1)
    chance = among[np.arange(len(best)), best]
    outputs = best if only is None else only[best]
    space = len(alphabet.characters) - 1
    begins = np.r_[True, outputs[1:] != outputs[:-1]] & (outputs != 0) & (outputs != space)
    steps = np.flatnonzero(begins)
    between = [float(chances[left + 1 : right, space].max(initial=0.0)) for left, right in pairwise(steps)]
    text = "".join(alphabet.characters[output] for output in outputs[steps])
    return _Reading(text, steps, chance[steps], tuple(between), weights)


def _words(reading: _Reading, picture: BgrImage) -> tuple[RecognizedWord, ...]:
    width = picture.shape[1]
    if not reading.characters:
        return ()
    centers = np.minimum((reading.steps + 0.5) * STEP, width - 1.0)
    ink = spacing.ink_profile(picture)
    starts = spacing.word_starts(reading.characters, centers.tolist(), reading.spaces, ink, HEIGHT, reading.spacing)
    firsts = [index for index, start in enumerate(starts) if start]
    reach = 0.55 * float(np.median(np.diff(centers))) if len(centers) > 1 else 0.0  # from a letter's middle to its edge
    words = []
    for first, after in zip(firsts, [*firsts[1:], len(starts)], strict=True):
        left = 0.0 if first == 0 else max(centers[first] - reach, (centers[first - 1] + centers[first]) / 2)
        right = (
            width
            if after == len(starts)
            else min(centers[after - 1] + reach, (centers[after - 1] + centers[after]) / 2)
        )
        confidence = round(float(reading.chances[first:after].mean()), 4)
        words.append(RecognizedWord(reading.characters[first:after], left / width, right / width, confidence))
    return tuple(words)
