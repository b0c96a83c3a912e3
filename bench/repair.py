"""How well fields are found when the recogniser errs: clean pages, damaged character by character.

    python -m bench.repair [--without]

The pages are the layouts of tests/engine/layouts and the digital documents among the samples; their words are right,
so that every error is a known one. At each rate, that share of the letters, digits and marks is replaced by what
recognisers make of them (``MISREAD``), or lost, or torn off by a space. Every rate is measured over several seeds.
F1 counts the values that are printed; amounts and dates by value, texts by their letters and digits.
``--without`` switches the tolerance and repairs off. Words that were damaged carry a lower score, as a recogniser's do.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")

from extraction.engine.document import Document, Line, Word  # noqa: E402
from extraction.engine.evaluation import Truth  # noqa: E402
from extraction.engine.extract import extract  # noqa: E402
from extraction.engine.fields import BY_NAME, Kind  # noqa: E402
from extraction.engine.options import ReadOptions  # noqa: E402
from tests.engine.pages import page_of  # noqa: E402
from tests.engine.test_unseen_layouts import CASES  # noqa: E402

HEADING = "## Misread characters"
RATES = (0.0, 0.01, 0.02, 0.05)
OPTIONS = ReadOptions(today=date(2025, 1, 1))
# What recognisers make of a character; the first ones are the most frequent.
MISREAD = {
    "0": "OOOoQD68", "1": "lI|i7", "2": "ZZ7", "3": "88", "4": "A9", "5": "SS6s", "6": "G585", "7": "T11", "8": "B36",
    "9": "g4", "O": "00QD", "o": "0ca", "l": "1I|i", "I": "l1|", "i": "lj1", "S": "5s", "B": "8R", "Z": "2", "G": "6C",
    "T": "7", "D": "O0", "e": "co", "c": "eo", "a": "oe", "n": "hu", "u": "vn", "h": "bn", "t": "fl", "f": "t",
    "r": "t", "g": "q9", "y": "v", "v": "y", "b": "h6", "E": "FC", "F": "E", "R": "P", "P": "R", "U": "V", "V": "U",
    "C": "G",
    "é": "ee", "è": "e", "ü": "uii", "ä": "a", "ö": "o", "ç": "c", "ó": "o", "ã": "a", "ł": "l", "č": "c", "í": "i",
    ".": ",,:", ",": "..", "/": "l1", "-": "_.", "€": "CEe6", "£": "EfL", "$": "S5", "¥": "Y", ":": ".;",
}  # fmt: skip
PAIRS = {"m": "rn", "w": "vv", "d": "cl"}
LOST, TORN, JOINED = 0.06, 0.05, 0.1  # of the errors: characters lost, words torn in two; letter pairs for one letter


@dataclass(frozen=True, slots=True)
class Page:
    document: Document
    printed: dict[str, str]


def pages() -> list[Page]:
    return [Page(page_of(case.art), case.printed) for case in CASES] + list(_samples())


def _samples() -> Iterator[Page]:
    from extraction.engine.read import read_document
    from extraction.measuring import load_truth

    folder = ROOT / "extraction" / "samples"
    for truth in load_truth(folder):
        if truth.file in ("german-invoice.pdf", "dutch-credit-note.pdf"):
            yield Page(read_document(folder / truth.file), _values(truth))


def _values(truth: Truth) -> dict[str, str]:
    return {
        name: str(value[0] if isinstance(value, tuple | list) else value)
        for name, value in truth.fields.items()
        if value is not None and name in BY_NAME
    }


def damage(document: Document, rate: float, rng: random.Random) -> Document:
    """A copy in which ``rate`` of the characters are misread."""
    made = [
        replace(page, lines=tuple(Line(tuple(_misread(line.words, rate, rng))) for line in page.lines))
        for page in document.pages
    ]
    return replace(document, pages=tuple(made), source="ocr")


def _misread(words: Iterable[Word], rate: float, rng: random.Random) -> Iterator[Word]:
    for word in words:
        text = "".join(_character(char, rng) if rng.random() < rate else char for char in word.text)
        parts = text.split() or [word.text]
        width = word.box.width / max(1, sum(map(len, parts)))
        x = word.box.x0
        for part in parts:
            box = replace(word.box, x0=x, x1=min(word.box.x1, x + width * len(part)))
            yield Word(part, box, 0.99 if text == word.text else 0.9)
            x += width * len(part)


def _character(char: str, rng: random.Random) -> str:
    chance = rng.random()
    if chance < LOST:
        return ""
    if chance < LOST + TORN:
        return char + " "
    if char in PAIRS and chance < LOST + TORN + 5 * JOINED:
        return PAIRS[char]
    return rng.choice(MISREAD.get(char, char))


def measure(rate: float, seeds: int) -> dict[str, Counter[str]]:
    """Kind of field -> how many values are expected, given, right."""
    counts: dict[str, Counter[str]] = {"all": Counter()}
    for number, page in enumerate(pages()):
        for seed in range(seeds if rate else 1):
            rng = random.Random(f"{number}/{seed}/{rate}")
            _, record = extract(damage(page.document, rate, rng), options=OPTIONS)
            for name, wanted in page.printed.items():
                found = record.fields.get(name)
                given = _plain(name, str(found.value)) if found else ""
                for key in ("all", BY_NAME[name].kind.value if name in BY_NAME else "other"):
                    counts.setdefault(key, Counter()).update(
                        expected=1, given=bool(given), right=given == _plain(name, wanted)
                    )
    return counts


def _plain(name: str, text: str) -> str:
    if name in BY_NAME and BY_NAME[name].kind is Kind.AMOUNT:
        return str(Decimal(text).normalize())
    return "".join(char for char in text.casefold() if char.isalnum())


def f1(count: Counter[str]) -> float:
    return 2 * count["right"] / max(1, count["expected"] + count["given"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without", action="store_true", help="without tolerance and repairs")
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    with ExitStack() as stack:
        for target in switches() if args.without else ():
            stack.enter_context(target)
        for rate in RATES:
            counts = measure(rate, args.seeds)
            precision = counts["all"]["right"] / max(1, counts["all"]["given"])
            row = " ".join(f"{kind} {f1(count):.3f}" for kind, count in sorted(counts.items()))
            print(f"{rate:.0%}: precision {precision:.3f}; {row}", flush=True)


def switches() -> list[mock._patch[Callable[..., object]]]:
    """What ``--without`` takes away: misread labels, letters for digits, other readings of ids and amounts."""
    engine = "extraction.engine"
    return [
        mock.patch(f"{engine}.language.Vocabulary._nearest", return_value=()),
        mock.patch(f"{engine}.money.digits_in_amounts", lambda text: text),
        mock.patch(f"{engine}.totals.amount_readings", return_value=()),
        mock.patch(f"{engine}.repair.readings", return_value=()),
        mock.patch(f"{engine}.repair.distance", lambda read, known, most: most + 1),
    ]


if __name__ == "__main__":
    main()
