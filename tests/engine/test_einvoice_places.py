"""An e-invoice's values on the pages that carry it: where they stand, and what the pages say instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from extraction.engine import ReadOptions, read_invoice
from extraction.engine.document import Document
from extraction.engine.einvoice.places import with_places
from extraction.engine.fields import BY_NAME
from extraction.engine.record import Field, InvoiceRecord, Reading, Value

from .pages import page_of

DATA = Path(__file__).parent.parent / "data" / "einvoices"
TODAY = ReadOptions(today=date(2024, 6, 1))
PAGE = """
Birch & Sons Ltd
12 Mill Lane
Leeds LS1 4AB

                                         Invoice No.    B-2024/117
                                         Invoice date   12 March 2024
                                         Due date       11 April 2024

Oak board          4        250.00       1,000.00
Varnish            1        109.00         109.00

                         Net total       1,109.00
                         VAT 20%           221.80
                         Total          £1,330.80

IBAN GB33 BUKB 2020 1555 5555 55
"""


def record_of(**values: Value) -> InvoiceRecord:
    reason = "from the e-invoice's XML ({})"
    return InvoiceRecord(
        {
            name: Field(name, value, str(value), 1.0, None, None, reason.format(BY_NAME[name].bt))
            for name, value in values.items()
        }
    )


def placed(page: str, **values: Value) -> InvoiceRecord:
    return with_places(page_of(page), record_of(**values), options=TODAY)[1]


def printed_at(document: Document, found: Field) -> str:
    """The words inside a field's box; "" where it has none."""
    if found.page is None or found.box is None:
        return ""
    box = found.box
    words = document.pages[found.page - 1].words()
    inside = (w for w in words if box.x0 <= w.box.center_x <= box.x1 and box.y0 <= w.box.center_y <= box.y1)
    return " ".join(word.text for word in inside)


@pytest.mark.parametrize(
    ("name", "value", "printed"),
    [
        ("invoice_number", "B-2024/117", "B-2024/117"),
        ("issue_date", date(2024, 3, 12), "12 March 2024"),
        ("due_date", date(2024, 4, 11), "11 April 2024"),
        ("vendor_name", "Birch & Sons Ltd", "Birch & Sons Ltd"),
        ("vendor_address", "12 Mill Lane, Leeds LS1 4AB, GB", "12 Mill Lane Leeds LS1 4AB"),
        ("iban", "GB33BUKB20201555555555", "GB33 BUKB 2020 1555 5555 55"),
        ("net_total", Decimal("1109.00"), "1,109.00"),
        ("gross_total", Decimal("1330.8"), "£1,330.80"),
        ("amount_due", Decimal("1330.80"), "£1,330.80"),
        ("gross_total", Decimal("-1330.80"), "£1,330.80"),
        ("currency", "GBP", "£1,330.80"),
    ],
)
def test_a_value_is_found_by_what_it_means(name: str, value: Value, printed: str) -> None:
    found = placed(PAGE, **{name: value}).fields[name]
    assert printed_at(page_of(PAGE), found) == printed
    assert found.reason == f"from the e-invoice's XML ({BY_NAME[name].bt}), printed on page 1"
    assert (found.value, found.confidence) == (value, 1.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount_paid", Decimal("0.00")),
        ("purchase_order", "4711"),
        ("customer_number", "1"),  # stands on the page, but as a quantity
        ("vendor_country", "GB"),
        ("charge_total", Decimal("109")),  # the line's price and amount: neither is called a charge
        ("buyer_address", "14 Mill Lane, York YO1 7AA, GB"),
    ],
)
def test_what_is_not_printed_or_could_be_anything_gets_no_place(name: str, value: Value) -> None:
    found = placed(PAGE, **{name: value}).fields[name]
    assert (found.page, found.box) == (None, None)
    assert found.reason == f"from the e-invoice's XML ({BY_NAME[name].bt})"


def test_of_two_equal_amounts_the_one_beside_the_label_is_meant() -> None:
    page = "Board          500.00\nNet total      500.00\nTotal VAT 0%   0.00\nTotal          500.00"
    document = page_of(page)
    found = placed(page, net_total=Decimal("500.00"), gross_total=Decimal("500.00")).fields
    boxes = [found[name].box for name in ("net_total", "gross_total")]
    lines = document.pages[0].lines
    assert [next(line.text for line in lines if box and line.box.y0 == box.y0) for box in boxes] == [
        "Net total",
        "Total",
    ]


def test_an_address_is_read_down_its_block_and_not_across_to_its_neighbour() -> None:
    page = (
        "Ship to             Invoice to\n12 Mill Lane        Birch & Sons\n"
        "Leeds LS1 4AB       12 Mill Lane\nUK                  Leeds LS1 4AB"
    )
    found = placed(page, buyer_address="12 Mill Lane, Leeds LS1 4AB, GB").fields["buyer_address"]
    assert printed_at(page_of(page), found) == "12 Mill Lane Leeds LS1 4AB"


def test_the_currency_is_shown_beside_a_total_and_not_beside_the_capital() -> None:
    page = "Moulin SARL au capital de 9 000,00 €\nFacture 4711\nTotal TTC     671,15 €"
    found = placed(page, currency="EUR").fields["currency"]
    box = found.box
    assert box is not None
    assert box.y0 == page_of(page).pages[0].lines[-1].box.y0


def test_a_number_is_looked_for_on_every_page() -> None:
    document = page_of("Invoice 4711-A\nTotal 12.50", "Terms\nOrder no. PO-88-1234")
    record = with_places(document, record_of(purchase_order="PO 88 1234"), options=TODAY)[1]
    assert record.fields["purchase_order"].page == 2
    assert printed_at(document, record.fields["purchase_order"]) == "PO-88-1234"


def test_a_document_without_words_leaves_the_record_as_it_is() -> None:
    record = record_of(gross_total=Decimal("12.50"))
    assert with_places(page_of(""), record, options=TODAY)[1] == record
    assert with_places(Document(()), record, options=TODAY)[1] == record


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("gross_total", Decimal("1230.80"), "The page says 1330.80, the e-invoice 1230.80."),
        ("invoice_number", "B-2024/118", "The page says B-2024/117, the e-invoice B-2024/118."),
        ("issue_date", date(2023, 3, 12), "The page says 2024-03-12, the e-invoice 2023-03-12."),
    ],
)
def test_pages_that_say_something_else_are_a_problem(name: str, ours: Value, theirs: str) -> None:
    document = page_of(PAGE)
    document = replace(document, pages=tuple(replace(page, source="text_layer") for page in document.pages))
    record = with_places(document, record_of(**{name: ours}), options=TODAY)[1]
    (problem,) = record.problems
    assert (problem.code, problem.fields) == ("print_differs", (name,))
    assert problem.message.startswith(theirs)
    found = record.fields[name]
    assert (found.value, found.box) == (ours, None)
    assert [other.page for other in found.alternatives] == [1]


def test_a_number_that_was_misread_by_one_character_is_no_problem() -> None:
    assert placed(PAGE, invoice_number="B-2024/118").problems == ()  # these words come from a recogniser


def test_pages_that_agree_are_no_problem() -> None:
    values: dict[str, Value] = {
        "gross_total": Decimal("1330.80"),
        "invoice_number": "B 2024 117",
        "issue_date": date(2024, 3, 12),
    }
    assert placed(PAGE, **values).problems == ()


def test_a_date_that_may_be_read_either_way_is_no_problem() -> None:
    page = "Invoice date  03/04/2024\nDelivery date  25/03/2024\nInvoice no.  4711-A\nTotal  12.50"
    assert placed(page, issue_date=date(2024, 3, 4)).problems == ()


def test_the_amount_due_may_be_what_the_page_calls_its_total() -> None:
    values: dict[str, Value] = {"gross_total": Decimal("1350.80"), "amount_due": Decimal("1330.80")}
    assert placed(PAGE, **values).problems == ()


class NoOcr:
    """Sees nothing: these files' own text is enough, though their logos are pictures."""

    name = "none"

    def rotation(self, image: object) -> int:
        raise AssertionError("no page should be recognised as a whole")

    def read(self, image: object) -> tuple[()]:
        return ()


def reading(name: str) -> Reading:
    return read_invoice(DATA / name, options=ReadOptions(today=date(2018, 1, 1)), ocr=NoOcr())


def test_a_real_factur_x_file_has_a_place_for_every_main_value() -> None:
    found = reading("facturx.pdf")
    values = {name: printed_at(found.document, field) for name, field in found.record.fields.items()}
    assert {name: values[name] for name in ("invoice_number", "issue_date", "gross_total", "vendor_tax_id")} == {
        "invoice_number": "FA-2017-0010",
        "issue_date": "13/11/2017",
        "gross_total": "671,15 €",
        "vendor_tax_id": "FR11999999998",
    }
    main = [field for name, field in found.record.fields.items() if BY_NAME[name].main]
    assert [field.name for field in main if field.box is None] == []
    assert "print_differs" not in {problem.code for problem in found.record.problems}
    assert (found.document.source, found.document.language) == ("e_invoice", "fr")


def test_a_real_zugferd_file_has_its_totals_marked() -> None:
    found = reading("zugferd_1_0.pdf")
    fields = found.record.fields
    values = {name: printed_at(found.document, fields[name]) for name in ("net_total", "tax_total", "gross_total")}
    assert {name: fields[name].value for name in values} == {
        "net_total": Decimal("198.00"),
        "tax_total": Decimal("37.62"),
        "gross_total": Decimal("235.62"),
    }
    assert values == {"net_total": "198,00", "tax_total": "37,62", "gross_total": "235,62"}
    assert "print_differs" not in {problem.code for problem in found.record.problems}
