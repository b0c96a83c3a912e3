"""Small documents made of words, for tests: ASCII art or words with places become pages.

>>> document = page_of('''
... Invoice date   12.03.2024
... Total               12,50
... ''')
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from extraction.engine.document import Box, Document, Line, Page, Word

WIDTH, HEIGHT = 100, 100  # characters and lines of an A4 page: a character is 1% wide, a line 1% high
_RUN = re.compile(r"\S+(?: \S+)*")


def page_of(*arts: str) -> Document:
    """Each art is a page, drawn in a fixed-width font. Two spaces or more separate what OCR sees as two lines."""
    pages = tuple(_page(number, art) for number, art in enumerate(arts, start=1))
    return Document(pages=pages, source="ocr")


def words_at(items: Iterable[tuple[str, float, float]], *, height: float = 0.01) -> Document:
    """(text, x, y) -> a document of one page; x and y are the top left corner in fractions of the page.

    Each item is a line of its own; a character is as wide as 0.6 of ``height`` on an A4 page.
    """
    lines = tuple(_line(text, x, y, char=height * 0.6 * 1.414, height=height) for text, x, y in items)
    return Document(pages=(Page(1, 595, 842, lines),))


def _page(number: int, art: str) -> Page:
    lines = []
    for row, text in enumerate(art.strip("\n").split("\n")):
        for run in _RUN.finditer(text):
            lines.append(_line(run[0], run.start() / WIDTH, row / HEIGHT, char=1 / WIDTH, height=0.8 / HEIGHT))
    return Page(number, 595, 842, tuple(lines))


def _line(text: str, x: float, y: float, *, char: float, height: float) -> Line:
    words = []
    for match in re.finditer(r"\S+", text):
        box = Box(x + match.start() * char, y, x + match.end() * char - 0.1 * char, y + height)
        words.append(Word(match[0], box))
    return Line(tuple(words))
