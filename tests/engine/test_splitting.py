"""Several invoices in one file are told apart; one invoice is never torn, whatever comes with it."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from extraction.engine import read_invoice
from extraction.engine.extract import extract
from extraction.engine.options import ReadOptions
from extraction.engine.splitting import Division, divide, find_boundaries
from tests.badfiles import text_pdf

from .pages import page_of
from .test_read import FakeOcr

OPTIONS = ReadOptions()
LAYOUTS = Path(__file__).parent / "layouts"
LETTER = """
Dear Mr Hollis,
please find enclosed our invoice for the work that we did at your house in spring. It was a pleasure
to work for you, and we would be glad to be asked again when the windows of the upper floor are due.
Kind regards
"""
TERMS = "\n".join(
    [
        "General terms and conditions",
        *[
            f"{n}. The supplier delivers the goods at the place that the parties agreed upon, and the buyer"
            for n in range(1, 25)
        ],
    ]
)
TIMES = "Time sheet\nDate   Hours   Work\n02/05/2024   4   Survey\n03/05/2024   3   Drawings\nSum   7"


def invoice(
    number: str, *, vendor: str = "Elm Joinery Ltd", date: str = "03/05/2024", total: str = "120.00", page: str = ""
) -> str:
    return f"""
{vendor}
12 Mill Lane, Leeds LS1 4AB          VAT no. GB 123 4567 82

INVOICE
Invoice no: {number}      Date: {date}        {page}

Work done as agreed            {total}
Total                         £{total}
"""


def first_page(number: str, page: str = "") -> str:
    return f"""
Elm Joinery Ltd
INVOICE
Invoice no: {number}      Date: 03/05/2024      {page}
Description            Amount
Oak door                400.00
Oak frame               150.00
Carried forward         550.00
"""


def last_page(number: str = "", page: str = "") -> str:
    return f"""
Elm Joinery Ltd         {number}      {page}
Brought forward         550.00
Handles                  50.00
Net total               600.00
VAT 20%                 120.00
Total                  £720.00
"""


def starts(*arts: str) -> list[int]:
    division = divide(page_of(*arts), OPTIONS)
    return [first for first, _ in division.parts]


def layout(name: str) -> str:
    return (LAYOUTS / f"{name}.txt").read_text(encoding="utf-8").partition("\n----\n")[0]


@pytest.mark.parametrize(
    "names", list(combinations(["british-plumber", "czech-invoice", "danish-invoice", "italian-invoice"], 2))
)
def test_invoices_of_two_vendors_are_two(names: tuple[str, str]) -> None:
    assert starts(*map(layout, names)) == [1, 2]


def test_a_series_of_one_vendor_is_told_apart_by_its_numbers() -> None:
    assert starts(invoice("A-4711"), invoice("A-4712", total="80.00"), invoice("A-4713", date="05/05/2024")) == [
        1,
        2,
        3,
    ]


def test_counts_that_begin_anew_tell_where_the_next_invoice_starts() -> None:
    pages = [
        first_page("A-4711", "Page 1 of 2"),
        last_page("A-4711", "Page 2 of 2"),
        first_page("A-4712", "Page 1 of 2"),
        last_page("A-4712", "Page 2 of 2"),
    ]
    assert starts(*pages) == [1, 3]


@pytest.mark.parametrize(
    "pages",
    [
        (first_page("A-4711"), last_page()),
        (first_page("A-4711", "Page 1 of 2"), last_page("A-4711", "Page 2 of 2")),
        (first_page("A-4711", "Seite 1"), last_page("", "Seite 2")),
        (invoice("A-4711"), TERMS),
        (invoice("A-4711"), TIMES),
        (LETTER, invoice("A-4711")),
        (invoice("A-4711"), "", ""),
        (invoice("A-4711"), "DELIVERY NOTE   D-99\nElm Joinery Ltd\nItem   Qty\nOak door   1\nReceived by: ____"),
        (invoice("A-4711"), "Payment slip\nPlease detach and return\nInvoice no: A-4711\nAmount due   £120.00"),
        (invoice("A-4711"), "Copy\n" + invoice("A-4711")),
        (invoice("A-4711"), "Copy\n" + invoice("A-47l1")),
    ],
    ids=[
        *("table", "counted", "counted in German", "terms", "times"),
        *("letter", "blank", "delivery", "slip", "copy", "misread copy"),
    ],
)
def test_one_invoice_stays_whole(pages: tuple[str, ...]) -> None:
    assert divide(page_of(*pages), OPTIONS) == Division()


def test_an_invoice_behind_a_delivery_note_is_still_an_invoice() -> None:
    _, record = extract(page_of("DELIVERY NOTE\nElm Joinery Ltd\nOak door   1", invoice("A-4711")), options=OPTIONS)
    assert record.value("gross_total") == Decimal("120.00")


def test_what_is_in_doubt_stays_whole_and_a_person_is_told() -> None:
    doubtful = "Elm Joinery Ltd\nDate: 09/06/2024\nHandles   40.00\nTotal   £40.00"
    division = divide(page_of(invoice("A-4711"), doubtful), OPTIONS)
    assert 0.6 <= find_boundaries(page_of(invoice("A-4711"), doubtful), OPTIONS)[0].probability < 0.91
    assert division.parts == ()
    assert division.problem is not None
    assert division.problem.code == "several_invoices"
    assert "page 1 and page 2 look like separate ones" in division.problem.message


def scan(tmp_path: Path) -> Path:
    from io import BytesIO

    import pikepdf

    joined = pikepdf.Pdf.new()
    for number, vendor in (("A-4711", "Elm Joinery Ltd"), ("77-B", "Oak Catering Ltd")):
        lines = [" ".join(line.split()) for line in invoice(number, vendor=vendor).strip().splitlines() if line.strip()]
        lines += [f"Remark {n} on the work that was done for you this spring" for n in range(6)]
        with pikepdf.Pdf.open(BytesIO(text_pdf(*[line.replace("£", "GBP ") for line in lines]))) as one:
            joined.pages.extend(one.pages)
    path = tmp_path / "scan.pdf"
    joined.save(path)
    return path


def test_each_part_names_the_pages_of_the_file(tmp_path: Path) -> None:
    reading = read_invoice(scan(tmp_path), ocr=FakeOcr())
    first, second = reading.parts
    assert (first.page_range, second.page_range) == ((1, 1), (2, 2))
    assert (first.record.value("invoice_number"), second.record.value("invoice_number")) == ("A-4711", "77-B")
    assert [page.number for page in second.document.pages] == [2]
    assert {field.page for field in second.record.fields.values()} <= {2, None}
    row = second.to_dict("scan.pdf")
    assert (row["page_range"], row["pages"], row["fields"]["gross_total"]["page"]) == ([2, 2], 1, 2)
    assert any(problem.code == "several_invoices" for problem in reading.record.problems)


def test_chosen_pages_are_read_as_one_document(tmp_path: Path) -> None:
    path = scan(tmp_path)
    whole = read_invoice(path, ocr=FakeOcr(), options=ReadOptions(pages=(1, 2)))
    assert whole.parts == ()
    seen: list[tuple[int, int]] = []
    second = read_invoice(
        path, ocr=FakeOcr(), options=ReadOptions(pages=(2, 2)), on_page=lambda done, total: seen.append((done, total))
    )
    assert seen == [(0, 1), (1, 1)]
    assert second.record.value("invoice_number") == "77-B"
    assert [page.number for page in second.document.pages] == [2]
