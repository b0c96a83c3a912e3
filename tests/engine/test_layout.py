"""Words become rows, cells, blocks and labels, whatever the recogniser's own lines were."""

from __future__ import annotations

from extraction.engine.document import Document
from extraction.engine.language import load_language
from extraction.engine.layout import Layout, build_layout

from .pages import page_of, words_at


def layout_of(document: Document, code: str = "en") -> Layout:
    return build_layout(document, load_language(code))


def rows_of(document: Document) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in layout_of(document).rows]


def test_what_stands_at_one_height_is_one_row() -> None:
    assert rows_of(page_of("TOTAL                12.50\nCASH                 20.00")) == [
        ["TOTAL", "12.50"],
        ["CASH", "20.00"],
    ]


def test_a_skewed_page_still_gives_whole_rows() -> None:
    slope = 0.012  # one column stands more than half a row lower than the other
    items = [
        (text, x, 0.1 + 0.015 * row + slope * x)
        for row in range(12)
        for text, x in ((f"item{row}", 0.1), (f"{row}.00", 0.8))
    ]
    assert rows_of(words_at(items)) == [[f"item{row}", f"{row}.00"] for row in range(12)]


def test_a_label_and_its_value_printed_as_one_word_are_split() -> None:
    layout = layout_of(page_of("Date:12/03/2018"))
    (label,) = layout.labels("date")
    assert [word.text for word in layout.right_of(label)] == ["12/03/2018"]
    assert rows_of(page_of("https://example.com/a")) == [["https://example.com/a"]]


def test_the_longest_phrase_is_the_label() -> None:
    layout = layout_of(page_of("Delivery date  1.1.2024\nInvoice date   2.1.2024\nDate           3.1.2024"))
    assert [(label.key, label.row) for label in layout.labels("delivery_date", "issue_date", "date")] == [
        ("delivery_date", 0),
        ("issue_date", 1),
        ("date", 2),
    ]


def test_misread_phrases_are_recognised_with_less_quality() -> None:
    layout = layout_of(page_of("Rechnunqsdatum  1.1.2024\nT0TAL  5,00"), "de")
    (misread,) = layout.labels("issue_date")
    (lookalike,) = layout.labels("total")
    assert misread.quality < 1
    assert lookalike.text == "T0TAL"


def test_short_words_are_not_taken_for_misread_phrases() -> None:
    assert layout_of(page_of("Muster GmbH  Total (Eat in)")).labels("cash", "tax_total") == []


def test_phrases_of_other_languages_are_labels_too() -> None:
    layout = layout_of(page_of("Rechnungsdatum  1.1.2024"), "en")
    assert [label.key for label in layout.all_labels] == ["issue_date"]
    assert layout.all_labels[0].quality < 1


def test_a_label_may_be_spread_over_two_rows_of_a_head() -> None:
    layout = layout_of(page_of("Invoice     Due\ndate        date\n1.1.2024    2.2.2024"))
    assert [label.key for label in layout.labels("issue_date", "due_date", "date")] == ["issue_date", "due_date"]
    (due,) = layout.labels("due_date")
    assert [cell.text for cell in layout.below(due)] == ["2.2.2024"]


def test_rows_with_figures_are_not_joined_to_labels() -> None:
    layout = layout_of(page_of("Tax        1.00\nTotal      6.00"))
    assert [label.key for label in layout.all_labels] == ["tax_total", "total"]


def test_words_after_a_label_end_at_the_next_label() -> None:
    layout = layout_of(page_of("Invoice date 1.1.2024 Due date 2.2.2024"))
    (issued,) = layout.labels("issue_date")
    assert [word.text for word in layout.right_of(issued)] == ["1.1.2024"]
    assert len(layout.right_of(issued, past_labels=True)) == 4


def test_cells_stacked_closely_are_a_block() -> None:
    layout = layout_of(page_of("Muster GmbH               Invoice\nStrasse 5\n12345 Berlin\n\n\n\nOther"))
    assert [block.text for block in layout.blocks] == ["Muster GmbH\nStrasse 5\n12345 Berlin", "Invoice", "Other"]


def test_rows_of_pages_are_kept_apart() -> None:
    layout = layout_of(page_of("Total", "12.50"))
    (label,) = layout.labels("total")
    assert layout.below(label) == []
    assert [row.text for row in layout.rows_of(2)] == ["12.50"]


def test_an_empty_document_has_no_rows() -> None:
    assert layout_of(Document(pages=())).rows == ()
    assert layout_of(page_of("")).rows == ()
