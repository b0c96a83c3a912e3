"""What was read from a file: pages of lines of words, each with its place on the page.

Coordinates are fractions of the upright page (0..1, origin top left), so that they fit any rendering of it.
The shape follows docTR's ``Document``: plain values, ``to_dict`` and ``from_dict``, no behaviour that needs an image.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

PageSource = Literal["text_layer", "ocr", "mixed"]
Source = Literal["text_layer", "ocr", "mixed", "e_invoice"]
# Row-major 3 x 3: a point (x, y, 1) of the page as read, in fractions -> the page as the file shows it, turned upright,
# in fractions too.
Homography = tuple[float, float, float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the upright page: ``x0 <= x1`` and ``y0 <= y1``, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def center_x(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def center_y(self) -> float:
        return (self.y0 + self.y1) / 2

    def union(self, other: Box) -> Box:
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def turned(self, clockwise: int) -> Box:
        """The same place after the page was turned by 0, 90, 180 or 270 degrees."""
        if clockwise == 90:
            return Box(1 - self.y1, self.x0, 1 - self.y0, self.x1)
        if clockwise == 180:
            return Box(1 - self.x1, 1 - self.y1, 1 - self.x0, 1 - self.y0)
        return Box(self.y0, 1 - self.x1, self.y1, 1 - self.x0) if clockwise == 270 else self

    def to_list(self) -> list[float]:
        return [round(self.x0, 5), round(self.y0, 5), round(self.x1, 5), round(self.y1, 5)]

    @classmethod
    def from_list(cls, values: Iterable[float]) -> Box:
        x0, y0, x1, y1 = values
        return cls(x0, y0, x1, y1)

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of them; ValueError when there is none."""
        rest = iter(boxes)
        first = next(rest, None)
        if first is None:
            raise ValueError("no boxes")
        x0, y0, x1, y1 = first.x0, first.y0, first.x1, first.y1
        for box in rest:  # the plainest loop: it is called for every cell of every page
            x0, y0 = (box.x0 if box.x0 < x0 else x0), (box.y0 if box.y0 < y0 else y0)
            x1, y1 = (box.x1 if box.x1 > x1 else x1), (box.y1 if box.y1 > y1 else y1)
        return cls(x0, y0, x1, y1)


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word. ``confidence`` is the recogniser's own score in 0..1; 1.0 for a PDF's text layer."""

    text: str
    box: Box
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand on one baseline, left to right. Never empty."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        return Box.around(word.box for word in self.words)

    @property
    def confidence(self) -> float:
        return min(word.confidence for word in self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """One page, upright.

    ``number`` counts from 1. ``width`` and ``height`` are pixels for images and points (1/72 inch) for PDF; only their
    ratio carries meaning across sources. ``rotation`` is how many degrees clockwise (0, 90, 180, 270) the page of the
    file was turned to stand upright. ``homography`` leads back from a page that was straightened as well; None
    means that the boxes fit the upright page as it is.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    rotation: int = 0
    source: PageSource = "ocr"
    homography: Homography | None = None

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def words(self) -> list[Word]:
        return [word for line in self.lines for word in line.words]


@dataclass(frozen=True, slots=True)
class Document:
    """All pages of one file. ``language`` is an ISO 639-1 code, or "" while it is not known."""

    pages: tuple[Page, ...]
    language: str = ""
    source: Source = "ocr"

    @property
    def text(self) -> str:
        return "\n".join(page.text for page in self.pages)

    def numbered_from(self, first: int) -> Document:
        """The same pages, counted from ``first``."""
        return replace(self, pages=tuple(replace(page, number=n) for n, page in enumerate(self.pages, start=first)))

    def of_pages(self, first: int, last: int) -> Document:
        """Only these pages, with the numbers that they have."""
        return replace(self, pages=tuple(page for page in self.pages if first <= page.number <= last))

    def with_language(self, language: str) -> Document:
        return replace(self, language=language)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; a word is ``[text, x0, y0, x1, y1, confidence]`` to keep long documents small."""
        return {
            "language": self.language,
            "source": self.source,
            "pages": [
                {
                    "number": page.number,
                    "width": page.width,
                    "height": page.height,
                    "rotation": page.rotation,
                    "source": page.source,
                    "homography": page.homography,
                    "lines": [[word_to_list(word) for word in line.words] for line in page.lines],
                }
                for page in self.pages
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Document:
        pages = tuple(
            Page(
                number=page["number"],
                width=page["width"],
                height=page["height"],
                rotation=page["rotation"],
                source=page["source"],
                homography=_homography(page.get("homography")),
                lines=tuple(Line(tuple(word_from_list(word) for word in line)) for line in page["lines"]),
            )
            for page in data["pages"]
        )
        return cls(pages=pages, language=data["language"], source=data["source"])


def _homography(values: Iterable[float] | None) -> Homography | None:
    if values is None:
        return None
    a, b, c, d, e, f, g, h, i = values
    return (a, b, c, d, e, f, g, h, i)


def word_to_list(word: Word) -> list[Any]:
    return [word.text, *word.box.to_list(), round(word.confidence, 4)]


def word_from_list(values: list[Any]) -> Word:
    text, x0, y0, x1, y1, confidence = values
    return Word(text, Box(x0, y0, x1, y1), confidence)
