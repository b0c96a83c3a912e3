"""Lines read by guides that a person drew: pure, from the words of the pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from extraction.engine.cells import TABLES, cell_text, parse_cell
from extraction.engine.document import Box, Document, Line, Page, Word
from extraction.engine.guided import Guides, matched, proposed, rows_of

COLUMNS = (0.1, 0.5, 0.6, 0.75)
GUIDES = Guides(1, 0.15, 0.9, (0.05, 0.48, 0.58, 0.72, 0.95), ("description", "quantity", "unit_price", "amount"))
HEAD = ("Beschreibung", "Menge", "Einzelpreis", "Betrag")


def page_of(number: int, *rows: tuple[str, ...], top: float = 0.2) -> Page:
    lines = []
    for index, row in enumerate(rows):
        y = top + 0.03 * index
        words = [
            Word(word, Box(x + 0.06 * at, y, x + 0.06 * at + 0.05, y + 0.02))
            for x, text in zip(COLUMNS, row, strict=False)
            for at, word in enumerate(text.split())
        ]
        if words:
            lines.append(Line(tuple(words)))
    return Page(number, 600, 800, tuple(lines))


def texts(*pages: Page, guides: Guides = GUIDES, language: str = "de") -> list[list[str]]:
    rows = rows_of(Document(pages, language=language), guides)
    names = [name for name in guides.columns if name]
    return [[row.cells.get(name, "") for name in names] for row in rows]


def test_numbers_are_read_in_the_documents_language():
    assert texts(page_of(1, HEAD, ("Sand", "2", "1.000,50", "2.001,00"))) == [["Sand", "2", "1000.50", "2001.00"]]
    assert texts(page_of(1, ("Sand", "2", "1,000.50", "$2,001.00")), language="en") == [
        ["Sand", "2", "1000.50", "2001.00"]
    ]


def test_a_text_without_figures_goes_on_with_the_line_above_where_it_is_close():
    page = page_of(1, HEAD, ("Sand", "2", "5,00", "10,00"), ("washed twice",), (), (), ("Thank you",))
    assert texts(page) == [["Sand washed twice", "2", "5.00", "10.00"]]


def test_running_text_across_the_columns_is_no_part_of_a_line():
    words = ("We deliver on our terms", "only and", "not others", "at all")
    assert texts(page_of(1, ("Sand", "2", "5,00", "10,00"), words)) == [["Sand", "2", "5.00", "10.00"]]


def test_a_row_over_several_lines_describes_those_that_have_no_text():
    guides = Guides(1, 0.15, 0.9, (0.05, 0.3, 0.48, 0.58, 0.72, 0.95), ("description", "", "quantity", "", "amount"))
    title = page_of(1, ("Morning show", "x", "y"), ("", "1", "", "10,00"), ("", "2", "", "20,00"))
    assert texts(title, guides=guides) == [["Morning show", "1", "10.00"], ["Morning show", "2", "20.00"]]


def test_the_guides_hold_for_the_pages_that_follow_until_the_totals():
    first = page_of(
        1, HEAD, ("Sand", "2", "5,00", "10,00"), ("Lime", "1", "7,00", "7,00"), ("Übertrag", "", "", "17,00")
    )
    second = page_of(
        2, ("Lindner", "", "", "4711"), ("Übertrag", "", "", "17,00"), HEAD, ("Chalk", "1", "3,00", "3,00"),
        ("Nettobetrag", "", "", "20,00"), ("Konto", "1", "2", "3,00"),
    )  # fmt: skip
    assert [row[0] for row in texts(first, second)] == ["Sand", "Lime", "Chalk"]
    rows = rows_of(Document((first, second), language="de"), GUIDES)
    assert [row.page for row in rows] == [1, 1, 2]


def test_a_sum_of_the_lines_above_is_no_line_whatever_it_is_called():
    rows = (("Sand", "2", "5,00", "10,00"), ("Lime", "1", "7,00", "7,00"), ("Bauteil A", "", "", "17,00"))
    assert [row[0] for row in texts(page_of(1, *rows, ("Chalk", "1", "3,00", "3,00")))] == ["Sand", "Lime", "Chalk"]


def test_what_stands_outside_the_drawn_table_is_not_read():
    page = page_of(1, ("Above", "1", "1,00", "1,00"), ("Sand", "2", "5,00", "10,00"), ("Below", "1", "1,00", "1,00"))
    guides = Guides(1, 0.22, 0.255, GUIDES.borders, GUIDES.columns)
    assert [row[0] for row in texts(page, guides=guides)] == ["Sand"]
    assert (
        texts(page_of(1, ("Sand", "2", "5,00", "10,00")), guides=Guides(2, 0.1, 0.9, GUIDES.borders, GUIDES.columns))
        == []
    )


def test_a_quantity_with_its_unit_becomes_two_cells():
    row = rows_of(Document((page_of(1, ("Sand", "2,5t", "5,00", "12,50")),), language="de"), GUIDES)[0]
    assert (row.cells["quantity"], row.cells["unit"]) == ("2.5", "t")


def test_a_text_that_is_no_number_is_kept_as_printed():
    assert texts(page_of(1, ("Sand", "viel", "5,00", "10,00"))) == [["Sand", "viel", "5.00", "10.00"]]


def test_columns_are_proposed_by_the_head_of_the_table():
    page = page_of(
        1, HEAD, ("Sand", "2", "5,00", "10,00"), ("Lime", "1", "7,00", "7,00"), ("Nettobetrag", "", "", "17,00")
    )
    guides = proposed(Document((page,), language="de"))
    assert guides is not None
    assert guides.columns == ("description", "quantity", "unit_price", "amount")
    assert [row[0] for row in texts(page, guides=guides)] == ["Sand", "Lime"]
    assert proposed(Document((page_of(1, ("Dear", "Sir")),), language="en")) is None


def test_lines_are_matched_with_the_rows_at_their_places():
    rows = rows_of(Document((page_of(1, ("Sand", "2", "5,00", "10,00"), ("Lime", "1", "7,00", "7,00")),)), GUIDES)
    known = {"a": (1, Box(0, 0.235, 1, 0.25)), "b": (2, Box(0, 0.2, 1, 0.22)), "c": (1, Box(0, 0.5, 1, 0.6))}
    assert matched(rows, known) == ["", "a"]


@pytest.mark.parametrize("data", [
    {}, {"page": 1}, {"page": "x", "top": 0, "bottom": 1, "borders": [0, 1], "columns": ["amount"]},
    {"page": 1, "top": 0.5, "bottom": 0.4, "borders": [0, 1], "columns": ["amount"]},
    {"page": 1, "top": 0.1, "bottom": 2, "borders": [0, 1], "columns": ["amount"]},
    {"page": 1, "top": 0.1, "bottom": 0.4, "borders": [0.5, 0.2], "columns": ["amount"]},
    {"page": 1, "top": 0.1, "bottom": 0.4, "borders": [0, 1], "columns": [""]},
    {"page": 1, "top": 0.1, "bottom": 0.4, "borders": [0, 1], "columns": ["colour"]},
    {"page": 1, "top": 0.1, "bottom": 0.4, "borders": [0, 0.5, 1], "columns": ["amount", "amount"]},
    {"page": 1, "top": 0.1, "bottom": 0.4, "borders": [0, "nan"], "columns": ["amount"]},
])  # fmt: skip
def test_what_are_no_guides_is_refused(data: dict[str, Any]):
    with pytest.raises(ValueError, match=r"Draw|Choose|Say"):
        Guides.from_dict(data)


def test_guides_survive_storage():
    assert Guides.from_dict(GUIDES.to_dict()) == GUIDES


@pytest.mark.parametrize("language", ["", "de", "en"])
@pytest.mark.parametrize("text", ["1.234", "0.5", "12", "-3.125", "1234.5678", "99.999"])
def test_what_a_cell_shows_is_read_back_whatever_the_language(language: str, text: str):
    for spec in TABLES["line_items"]:
        if spec.is_number and not (spec.percent and len(text) > 8):
            shown = cell_text(spec, Decimal(text), language=language)
            assert parse_cell(spec, shown, language=language) == Decimal(text)
