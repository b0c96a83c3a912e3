"""Pictures of lines -> their words, in up to three passes.

PP-OCRv6 tiny reads every line; words that it doubts are cut out and read again by PP-OCRv6 small, four times as
costly; both in 8 bits and with an output layer of Latin and Greek letters (bin/make_recognizer). What small doubts,
too, goes to its full model, which knows 50 languages. CTC decoding (Graves et al. 2006): at each step, one column of 8
pixels, the likeliest character; repetitions and blanks fall away.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import lookalikes, spacing
from .quads import BgrImage

HEIGHT = 48  # pixels: what the models were taught
STEP = 8  # pixels of width for one step of the output
# Narrower than printed, a line costs less, and the wide print of tills reads better: the models were taught tighter
# print.
SQUEEZE = 0.85
SQUEEZE_AGAIN = 0.75
TIGHT = 24  # pixels from letter to letter where lines are 48 high
# The release pads every line to 320 px; 160 px read as well and cost less.
LEAST_WIDTH = 160
# Narrow lines share a strip of at most this width, this far apart.
MOST_TOGETHER = 320
BETWEEN = 24
MOST_WIDTH = 3200  # a line 80 times as long as high is no line of text
# A word is read again when its weakest character has a chance below this (docs/benchmarks.md): letters, figures, both.
TINY_DOUBT = (0.9, 0.95, 0.97)
SMALL_DOUBT = (0.75, 0.75, 0.75)
FAST_DOUBT = (0.5, 0.5, 0.5)  # where speed counts most
# Tiny's words are read again, too, where a space beside them, or none within, has log odds nearer to even than this.
UNCLEAR_SPACE = 1.5
# A line is read again whole where more than this share of it is doubted.
MOSTLY = 0.4
MOSTLY_LONG = 0.7  # on pages of more than LONG lines
# Where more than this share of a page's characters is doubted by the first model, it reads none of it; more must be
# doubted on pages of many lines, where reading all with the second model would cost most and gains least.
POOR = 0.33
POOR_LONG = 0.45
LONG = 100  # lines
SAMPLE = 5  # every fifth line is asked
FEW = 3  # at least so many lines
# What reads worse than this on average is more often wrong than right: a stain, a signature, the edge of the paper.
LEGIBLE = 0.6
# Accents that are printed have a chance of 0.97 and more; below this they are stains above a letter.
ACCENT = 0.8
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
    plain: NDArray[np.intp]  # for each output that of the letter without its accent, else itself
    places: dict[str, int]  # the outputs of the look-alikes

    @classmethod
    def of(cls, characters: Sequence[str]) -> Alphabet:
        latin = [index for index, character in enumerate(characters) if not is_east_asian(character)]
        places = {character: index for index, character in enumerate(characters)}
        plain = [places.get(unaccented(character), index) for index, character in enumerate(characters)]
        alike = {character: places[character] for character in lookalikes.CHARACTERS}
        return cls(tuple(characters), np.array(latin), np.array(plain), alike)


def unaccented(character: str) -> str:
    """The letter of the Latin alphabet under its accent; all others as they are."""
    letter = unicodedata.normalize("NFD", character)[:1]
    return letter if letter.isascii() and letter.isalpha() else character


@dataclass(frozen=True, slots=True)
class _Reading:
    """One piece as one model reads it: steps at which a character begins, without spaces; and what is between them."""

    characters: str
    steps: NDArray[np.intp]
    chances: NDArray[np.float32]
    spaces: tuple[float, ...]
    spacing: NDArray[np.float64]  # weights of the model's way with spaces

    @property
    def mean(self) -> float:
        return float(self.chances.mean()) if len(self.chances) else 0.0


@dataclass(frozen=True, slots=True)
class _Word:
    """``weakest``: the lowest chance of its characters; ``clear``: how clearly it is one word and ends where it ends.

    ``clear`` is the log odds nearest to even of what was decided about spaces within it and around it;
    ``cut``: the fraction of the piece's length that is the middle of the gap before it.
    """

    word: RecognizedWord
    weakest: float
    clear: float
    cut: float


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a line, between two fractions of its length, as the next model shall see it.

    ``pitch``: from letter to letter, in pixels where lines are 48 high; ``before``: what the model before has read.
    """

    line: int
    start: float
    end: float
    picture: BgrImage
    pitch: float = 0.0
    before: tuple[RecognizedWord, ...] = ()

    def placed(self, word: RecognizedWord) -> RecognizedWord:
        length = self.end - self.start
        return replace(word, start=self.start + word.start * length, end=self.start + word.end * length)


@dataclass(frozen=True, slots=True)
class Pass:
    """One model, its way with spaces, and what each character of a word must be surer of for it to have the last word.

    ``doubt``: for words of letters, of figures, and of both; ``unclear``: how clearly it must be parted from others.
    """

    session: Any
    alphabet: Alphabet
    spacing: NDArray[np.float64]
    doubt: tuple[float, float, float]
    unclear: float = 0.0

    def doubts(self, word: _Word) -> bool:
        figures = sum(map(str.isdigit, word.word.text))
        others = sum(map(str.isalpha, word.word.text))
        kind = 0 if not figures else 1 if not others else 2
        return word.weakest < self.doubt[kind] or word.clear < self.unclear


class Recognizer:
    """``passes`` read every line, or what the one before doubts; ``full`` is loaded when it is first needed.

    Safe to use from several threads.
    """

    def __init__(self, passes: Sequence[Pass], full: Callable[[], tuple[Any, Alphabet]]) -> None:
        self.passes = passes
        self._full = cache(full)

    def read(self, lines: Sequence[BgrImage]) -> list[tuple[RecognizedWord, ...]]:
        """The words of each line, left to right."""
        found: list[list[RecognizedWord]] = [[] for _ in lines]
        passes, factor = self._suited(lines)
        left = [_Piece(index, 0.0, 1.0, scaled(line, factor)) for index, line in enumerate(lines)]
        for step in passes:
            doubted: list[_Piece] = []
            for piece, reading in zip(left, read_together(step, [piece.picture for piece in left]), strict=True):
                words = _words(reading, piece.picture)
                runs = _doubted(words, step, MOSTLY if len(lines) <= LONG else MOSTLY_LONG)
                doubted += [_part(piece, words, first, after, lines[piece.line]) for first, after in runs]
                sure = (word for index, word in enumerate(words) if not any(a <= index < b for a, b in runs))
                found[piece.line] += [piece.placed(word.word) for word in sure]
            left = doubted
        for piece in left:
            found[piece.line] += self._again(piece)
        return [_legible(sorted(words, key=lambda word: word.start)) for words in found]

    def _suited(self, lines: Sequence[BgrImage]) -> tuple[Sequence[Pass], float]:
        """The passes that a page is worth, and how its lines are to be squeezed for the first of them.

        Where the print is such that the first model would doubt most of it, it would also miss much that it does not
        doubt, and cost its time for nothing. Told from every SAMPLE-th line.
        """
        sample = [scaled(line, SQUEEZE) for line in lines[::SAMPLE]]
        if len(self.passes) < 2 or len(sample) < FEW:
            return self.passes, SQUEEZE
        readings = read_together(self.passes[0], sample)
        words = [word for pair in zip(readings, sample, strict=True) for word in _words(*pair)]
        letters = sum(len(word.word.text) for word in words)
        doubted = sum(len(word.word.text) for word in words if self.passes[0].doubts(word))
        if doubted <= (POOR if len(lines) <= LONG else POOR_LONG) * letters:
            return self.passes, SQUEEZE
        pitches = [
            picture.shape[1] / max(len(reading.characters), 1)
            for reading, picture in zip(readings, sample, strict=True)
        ]
        return self.passes[1:], squeeze(float(np.median(pitches)) / SQUEEZE)

    def _again(self, piece: _Piece) -> Sequence[RecognizedWord]:
        session, alphabet = self._full()
        chances = _run(session, normalized([(piece.picture, 0)]))
        every = _decode(chances, alphabet, spacing.SMALL)
        foreign = sum(1 for character in every.characters if is_east_asian(character))
        if foreign < FOREIGN_LETTERS or every.mean < FOREIGN_SCORE:
            every = _decode(chances, alphabet, spacing.SMALL, alphabet.latin)
            if every.mean < _mean(piece.before):
                return piece.before
        return [piece.placed(word.word) for word in _words(every, piece.picture)]


def read_together(step: Pass, pictures: Sequence[BgrImage]) -> list[_Reading]:
    """The reading of each picture; they share the model's runs."""
    readings: dict[int, _Reading] = {}
    for strip in _strips([picture.shape[1] for picture in pictures]):
        chances = _run(step.session, normalized([(pictures[index], left) for index, left in strip]))
        for index, left in strip:
            steps = slice(left // STEP, -(-(left + pictures[index].shape[1]) // STEP))
            readings[index] = _decode(chances[steps], step.alphabet, step.spacing)
    return [readings[index] for index in range(len(pictures))]


def _doubted(words: Sequence[_Word], step: Pass, mostly: float) -> list[tuple[int, int]]:
    """Neighbouring words that are to be read again together: the first, and the one after the last."""
    if not words:
        return [(0, 0)]
    doubts = [step.doubts(word) for word in words]
    again = sum(word.word.end - word.word.start for word, doubt in zip(words, doubts, strict=True) if doubt)
    if again > mostly * sum(word.word.end - word.word.start for word in words):
        return [(0, len(words))]
    edges = np.flatnonzero(np.diff([False, *doubts, False]))
    return [(int(first), int(after)) for first, after in edges.reshape(-1, 2)]


def _part(piece: _Piece, words: Sequence[_Word], first: int, after: int, line: BgrImage) -> _Piece:
    """The words from ``first`` to before ``after``, cut out of the line in the middle of the gaps around them."""
    placed = [piece.placed(word.word) for word in words]
    length = piece.end - piece.start
    start = piece.start if first == 0 else piece.start + length * words[first].cut
    end = piece.end if after == len(words) else piece.start + length * words[after].cut
    letters = sum(len(word.text) for word in placed)
    pitch = piece.pitch or line.shape[1] * HEIGHT / line.shape[0] / max(letters, 1)
    width = line.shape[1]
    columns = slice(int(start * width), max(int(start * width) + 1, round(end * width)))
    picture = scaled(line[:, columns], squeeze(pitch))
    return _Piece(piece.line, start, end, picture, pitch, tuple(placed[first:after]))


def squeeze(pitch: float) -> float:
    """Tight print must stay as it is: a letter needs two steps, or of "ll" one is lost."""
    return 1.0 if pitch < TIGHT else SQUEEZE_AGAIN


def _mean(words: Sequence[RecognizedWord]) -> float:
    """The mean chance of their characters."""
    return sum(word.confidence * len(word.text) for word in words) / max(sum(len(word.text) for word in words), 1)


def _legible(words: Sequence[RecognizedWord]) -> tuple[RecognizedWord, ...]:
    return tuple(words) if _mean(words) >= LEGIBLE else ()


@cache
def is_east_asian(character: str) -> bool:
    name = unicodedata.name(character, "") if character else ""
    return name.startswith(
        ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC")
    )


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
    blank = chances[:, space].tolist()
    between = tuple(max(blank[left + 1 : right], default=0.0) for left, right in pairwise(steps.tolist()))
    surely, plain = chance[steps], alphabet.plain[outputs[steps]]
    stained = (surely < ACCENT) & (plain != outputs[steps])
    surely = np.where(stained, surely + chances[steps, plain], surely)
    text = [alphabet.characters[output] for output in np.where(stained, plain, outputs[steps])]
    if not lookalikes.FIGURES.keys().isdisjoint(text):
        _settle(text, surely, chances[steps], between, alphabet)
    return _Reading("".join(text), steps, surely, between, weights)


def _settle(
    text: list[str],
    surely: NDArray[np.float32],
    chances: NDArray[np.float32],
    spaces: Sequence[float],
    alphabet: Alphabet,
) -> None:
    """Letters and figures that look alike, told apart by their neighbours, in place."""
    spaced = "".join(character + " " * (space > 0.5) for character, space in zip(text, (*spaces, 0.0), strict=True))
    places = list(alphabet.places.values())
    position = 0
    for index, character in enumerate(text):
        if character in lookalikes.FIGURES:
            likely = dict(zip(alphabet.places, chances[index, places].tolist(), strict=True))
            found = lookalikes.settled(spaced, position, likely)
            if found is not None:
                text[index], surely[index] = found
        position += len(character) + (index < len(spaces) and spaces[index] > 0.5)


def _words(reading: _Reading, picture: BgrImage) -> list[_Word]:
    width = picture.shape[1]
    if not reading.characters:
        return []
    centers = np.minimum((reading.steps + 0.5) * STEP, width - 1.0)
    ink = spacing.ink_profile(picture)
    apart = spacing.scores(reading.characters, centers, reading.spaces, ink, HEIGHT, reading.spacing)
    clear = np.r_[np.inf, np.abs(apart), np.inf]
    firsts = [0, *(np.flatnonzero(apart > 0) + 1).tolist()]
    reach = 0.55 * float(np.median(np.diff(centers))) if len(centers) > 1 else 0.0  # from a letter's middle to its edge
    words = []
    for first, after in pairwise([*firsts, len(reading.characters)]):
        left = 0.0 if first == 0 else max(centers[first] - reach, (centers[first - 1] + centers[first]) / 2)
        right = (
            width
            if after == len(reading.characters)
            else min(centers[after - 1] + reach, (centers[after - 1] + centers[after]) / 2)
        )
        chances = reading.chances[first:after]
        text = reading.characters[first:after]
        word = RecognizedWord(text, left / width, right / width, round(float(chances.mean()), 4))
        cut = spacing.gap_middle(ink, centers[first - 1], centers[first]) / width if first else 0.0
        words.append(_Word(word, float(chances.min()), float(clear[first : after + 1].min()), cut))
    return words
