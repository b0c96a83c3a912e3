"""Pictures of lines -> their words, in two passes of one model.

The first pass reads every line with PP-OCRv6 small in 8 bits and with an output layer of Latin and Greek letters; lines
of which it doubts a character are read again by the full model, which knows 50 languages. CTC decoding (Graves et al.
2006): at each step, one column of 8 pixels, the likeliest character; repetitions and blanks fall away.
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

from .quads import BgrImage
from .spacing import ink_profile, word_starts

HEIGHT = 48  # pixels: what the models were taught
STEP = 8  # pixels of width for one step of the output
# Narrower than printed, a line costs less and reads better: the models were taught tighter print than receipts have.
SQUEEZE = 0.8
# The release pads every line to 320 px; 160 px read as well and cost less.
LEAST_WIDTH = 160
MOST_WIDTH = 3200  # a line 80 times as long as high is no line of text
# A line is read again when its weakest character has a chance below this (docs/benchmarks.md).
DOUBT = 0.6
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

    @property
    def weakest(self) -> float:
        return float(self.chances.min(initial=1.0))

    @property
    def mean(self) -> float:
        return float(self.chances.mean()) if len(self.chances) else 0.0


class Recognizer:
    """``first`` and ``full`` are an ONNX Runtime session and its alphabet; ``full`` is loaded when it is first needed.

    Safe to use from several threads.
    """

    def __init__(self, first: tuple[Any, Alphabet], full: Callable[[], tuple[Any, Alphabet]]) -> None:
        self._first = first
        self._full = cache(full)

    def read(self, line: BgrImage) -> tuple[RecognizedWord, ...]:
        """The words of one line, left to right."""
        picture = _scaled(line)
        inputs = _normalized(picture)
        reading = _decode(_run(self._first[0], inputs), self._first[1])
        if reading.weakest < DOUBT or not reading.characters:
            reading = self._again(inputs, reading)
        return _words(reading, picture)

    def _again(self, inputs: NDArray[np.float32], first: _Reading) -> _Reading:
        session, alphabet = self._full()
        chances = _run(session, inputs)
        every = _decode(chances, alphabet)
        foreign = sum(1 for character in every.characters if is_east_asian(character))
        if foreign >= FOREIGN_LETTERS and every.mean >= FOREIGN_SCORE:
            return every
        again = _decode(chances, alphabet, alphabet.latin)
        return again if again.mean >= first.mean else first


@cache
def is_east_asian(character: str) -> bool:
    name = unicodedata.name(character, "") if character else ""
    return name.startswith(
        ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC")
    )


def _scaled(line: BgrImage) -> BgrImage:
    import cv2

    height, width = line.shape[:2]
    wanted = min(max(STEP, round(width * HEIGHT / height * SQUEEZE)), MOST_WIDTH)
    # Averaging keeps thin strokes of large print; between pixels of small print it would only blur.
    how = cv2.INTER_AREA if height > 2 * HEIGHT else cv2.INTER_LINEAR
    scaled: BgrImage = cv2.resize(line, (wanted, HEIGHT), interpolation=how)
    return scaled


def _normalized(picture: BgrImage) -> NDArray[np.float32]:
    """1 x 3 x 48 x width, -1..1, padded with grey."""
    width = picture.shape[1]
    padded = max(LEAST_WIDTH, -(-width // STEP) * STEP)
    inputs = np.zeros((1, 3, HEIGHT, padded), dtype=np.float32)
    inputs[0, :, :, :width] = picture.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
    return inputs


def _run(session: Any, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Steps x characters: the chance of each."""
    chances: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: inputs})[0][0]
    return chances


def _decode(chances: NDArray[np.float32], alphabet: Alphabet, only: NDArray[np.intp] | None = None) -> _Reading:
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
    return _Reading(text, steps, chance[steps], tuple(between))


def _words(reading: _Reading, picture: BgrImage) -> tuple[RecognizedWord, ...]:
    width = picture.shape[1]
    if not reading.characters:
        return ()
    centers = np.minimum((reading.steps + 0.5) * STEP, width - 1.0)
    starts = word_starts(reading.characters, centers.tolist(), reading.spaces, ink_profile(picture), HEIGHT)
    firsts = [index for index, start in enumerate(starts) if start]
    words = []
    for first, after in zip(firsts, [*firsts[1:], len(starts)], strict=True):
        left = 0.0 if first == 0 else (centers[first - 1] + centers[first]) / 2
        right = width if after == len(starts) else (centers[after - 1] + centers[after]) / 2
        confidence = round(float(reading.chances[first:after].mean()), 4)
        words.append(RecognizedWord(reading.characters[first:after], left / width, right / width, confidence))
    return tuple(words)
