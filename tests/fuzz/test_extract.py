"""Whatever words stand wherever on a page: a record comes out, and no error."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extraction.engine.document import Box, Document, Line, Page, Word
from extraction.engine.extract import extract
from extraction.engine.options import ReadOptions

# Labels and values put together by chance meet more rules than letters do.
PIECES = (
    "Invoice", "Rechnung", "Nr.", "No:", "Date", "Datum", "Total", "Gesamtbetrag", "VAT",
    "MwSt", "19 %", "19%", "EUR", "€", "$", "1.234,56", "1,234.56", "-119.00", "119,00-",
    "0,00", "(12.00)", "1e9", "99999999999999999999,99", "31.02.2024", "2024-03-14", "14/03/24",
    "00.00.0000", "DE89370400440532013000", "DE 123456789", "IBAN", "BIC", "USt-IdNr.",
    "IT00743110157", "합계", "請求書", "合計", "¥", "٣٫١٤", "١٢٣", "חשבונית", "فاتورة", "\u202e119.00",
    "\u200b", "\u0000", "�", "💩", "Ⅻ", "½", "²", ":", "-", "|", "...", "%", "x", "Qty", "Price",
    "GmbH", "Ltd", "www.example.com", "a@b.c", "+49 (0)30 123", "\u0301",
)  # fmt: skip
texts = st.one_of(st.sampled_from(PIECES), st.text(max_size=12), st.integers().map(str), st.decimals().map(str))
edges = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 1.0, 0.5, -0.2, 1.7, 1e-9)))
PROFILE = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
OPTIONS = ReadOptions(today=date(2024, 4, 1))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x0, x1 = sorted((draw(edges), draw(edges)))
    y0, y1 = sorted((draw(edges), draw(edges)))
    return Box(x0, y0, x1, y1)


@st.composite
def rows(draw: st.DrawFn) -> Line:
    """Words side by side, as on paper; now and then one upon the other."""
    y = draw(st.floats(0, 0.97))
    height, step = draw(st.sampled_from((0.01, 0.02, 0.0))), draw(st.sampled_from((0.12, 0.06, 0.0)))
    found = draw(st.lists(texts, min_size=1, max_size=6))
    return Line(
        tuple(
            Word(text, Box(n * step, y, n * step + 0.05, y + height), draw(st.floats(0, 1)))
            for n, text in enumerate(found)
        )
    )


words = st.builds(Word, texts, boxes(), st.floats(0, 1))
lines = st.one_of(rows(), st.lists(words, min_size=1, max_size=5).map(lambda found: Line(tuple(found))))
sides = st.one_of(st.floats(1, 2000), st.sampled_from((1.0, 1e7)))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    count = draw(st.integers(0, 3))
    return Document(
        tuple(
            Page(number, draw(sides), draw(sides), tuple(draw(st.lists(lines, max_size=25))))
            for number in range(1, count + 1)
        )
    )


@PROFILE
@given(documents())
def test_any_words_anywhere_make_a_record(document: Document) -> None:
    _, record = extract(document, options=OPTIONS)
    assert all(0 <= field.confidence <= 1 for field in record.fields.values())


@PROFILE
@given(st.sampled_from(PIECES), texts, st.integers(1, 120))
def test_the_same_words_again_and_again_make_a_record(label: str, value: str, times: int) -> None:
    page = tuple(
        Line(
            (
                Word(label, Box(0.1, n / times, 0.2, (n + 0.8) / times)),
                Word(value, Box(0.5, n / times, 0.6, (n + 0.8) / times)),
            )
        )
        for n in range(times)
    )
    extract(Document((Page(1, 600, 800, page),)), options=OPTIONS)


@PROFILE
@given(st.sampled_from(PIECES), st.integers(1_000, 20_000))
def test_a_word_without_end_makes_a_record(piece: str, times: int) -> None:
    line = Line((Word(piece * times, Box(0, 0, 1, 0.1)),))
    extract(Document((Page(1, 600, 800, (line,)),)), options=OPTIONS)


def test_twice_the_words_ask_for_about_twice_the_work() -> None:
    """Work is counted in function calls, which are the same on every machine."""
    few, many = calls_of(200), calls_of(800)
    assert many < 4 * few * 2.5


def calls_of(rows: int) -> int:
    import sys

    page = tuple(
        Line(
            (
                Word(f"Position {n}", Box(0.1, n / rows, 0.3, (n + 0.8) / rows)),
                Word("12.50", Box(0.7, n / rows, 0.8, (n + 0.8) / rows)),
            )
        )
        for n in range(rows)
    )
    document = Document((Page(1, 600, 800, page),))
    extract(document, options=OPTIONS)  # what is loaded once is loaded
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        extract(document, options=OPTIONS)
    finally:
        sys.setprofile(None)
    return calls
