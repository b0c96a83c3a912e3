"""Invoices as they are usual in many countries, written from general knowledge of them and of no corpus.

Each file of ``layouts/`` is a page as ``page_of`` draws it, and under a line of dashes what is to be read from it:
``field = value``, ``absent: field`` for what is not printed, and ``missed: field = value`` for what is not read yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from extraction.engine.extract import extract
from extraction.engine.fields import BY_NAME, Kind
from extraction.engine.options import ReadOptions

from .pages import page_of

FOLDER = Path(__file__).parent / "layouts"
OPTIONS = ReadOptions(today=date(2025, 1, 1))


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    art: str
    printed: dict[str, str]
    absent: tuple[str, ...]
    missed: dict[str, str]


def load(path: Path) -> Case:
    art, _, expected = path.read_text(encoding="utf-8").partition("\n----\n")
    printed: dict[str, str] = {}
    missed: dict[str, str] = {}
    absent = []
    for line in expected.splitlines():
        if line.startswith("absent: "):
            absent.append(line.removeprefix("absent: "))
            continue
        field, _, value = line.removeprefix("missed: ").partition(" = ")
        (missed if line.startswith("missed: ") else printed)[field] = value
    return Case(path.stem, art, printed, tuple(absent), missed)


CASES = [load(path) for path in sorted(FOLDER.glob("*.txt"))]


def read(case: Case) -> dict[str, str]:
    _, record = extract(page_of(case.art), options=OPTIONS)
    return {name: _plain(name, str(field.value)) for name, field in record.fields.items()}


def _plain(name: str, text: str) -> str:
    """Amounts as numbers; names and identifiers by their letters and digits."""
    if BY_NAME[name].kind is Kind.AMOUNT:
        return str(Decimal(text).normalize())
    return "".join(char for char in text.casefold() if char.isalnum())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_invoice_of_a_layout_never_seen_is_read(case: Case) -> None:
    found = read(case)
    wanted = {name: _plain(name, value) for name, value in case.printed.items()}
    assert {name: found.get(name) for name in wanted} == wanted
    assert not [name for name in case.absent if name in found]


@pytest.mark.parametrize("case", [case for case in CASES if case.missed], ids=lambda case: case.name)
def test_what_is_listed_as_missed_is_still_missed(case: Case) -> None:
    """So that the list shrinks when the engine grows: move what is read now to the values above."""
    found = read(case)
    assert not [name for name, value in case.missed.items() if found.get(name) == _plain(name, value)]
