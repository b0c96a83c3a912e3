"""E-invoices, on the test files of the standards' own communities (origins in tests/data/README.md)."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from extraction.engine import einvoice
from extraction.engine.einvoice.reader import SYNTAXES
from extraction.engine.errors import DamagedFile, UnsupportedType
from extraction.engine.fields import BY_NAME, FIELDS, Kind
from extraction.engine.record import InvoiceRecord, canonical

DATA = Path(__file__).parent.parent / "data" / "einvoices"


def read(name: str) -> InvoiceRecord:
    return einvoice.read((DATA / name).read_bytes())


def test_a_cii_invoice_is_read_as_its_own_comments_label_it():
    """The file names the business term of each element in a comment: a mapping that is not ours to test ours with."""
    labelled: dict[str, str] = {}
    pattern = r"<!--\s*(BT-\d+)[^>]*-->\s*<[\w:]+[^>]*>\s*(?:<[^>]+>\s*)?([^<]*)"
    for term, text in re.findall(pattern, (DATA / "xrechnung_cii.xml").read_text()):
        labelled.setdefault(term, text.strip())
    record, compared = read("xrechnung_cii.xml"), 0
    for spec in FIELDS:
        value = record.value(spec.name)
        if value is None or spec.name in ("document_type", "payment_means") or spec.kind is Kind.ADDRESS:
            continue
        expected = labelled[spec.bt]
        assert canonical(value).replace("-", "") == expected.replace("-", ""), spec.name
        compared += 1
    assert compared >= 32


def test_ubl_and_cii_of_one_invoice_say_the_same():
    ubl, cii = read("xrechnung_ubl.xml"), read("xrechnung_cii.xml")
    differing = {name for name in ubl.fields if ubl.value(name) != cii.value(name)}
    # The two files do differ here: a tax point only in UBL, other allowances, and UBL gives the buyer's trading name.
    assert differing == {"tax_point_date", "allowance_total", "charge_total", "buyer_name"}
    assert ubl.tax_breakdown == cii.tax_breakdown
    assert [item.amount for item in ubl.line_items] == [item.amount for item in cii.line_items]


def test_every_value_says_where_it_comes_from():
    gross = read("xrechnung_ubl.xml").fields["gross_total"]
    assert (gross.value, gross.text, gross.confidence) == (Decimal("12829.69"), "12829.69", 1.0)
    assert (gross.page, gross.box, gross.reason) == (None, None, "from the e-invoice's XML (BT-112)")


def test_an_address_is_one_line_with_post_code_beside_the_town():
    assert read("zugferd_1_0.xml").value("vendor_address") == "BAHNHOFSTRASSE 99, 99199 MUSTERHAUSEN, DE"


def test_zugferd_1_0_is_read_like_its_successor():
    record = read("zugferd_1_0.xml")
    assert record.value("invoice_number") == "R87654321012345"
    assert record.value("issue_date") == date(2013, 8, 6)
    assert record.value("purchase_order") == "B123456789"
    assert record.value("amount_due") == Decimal("518.99")
    assert [tax.rate for tax in record.tax_breakdown] == [Decimal(19), Decimal(7)]
    assert sum(item.amount for item in record.line_items) == record.value("line_total")
    assert record.line_items[0].gtin == "4123456000014"


def test_a_correction_with_a_negative_total_is_a_credit_note():
    record = read("ubl_credit_note.xml")
    assert record.value("gross_total") == Decimal("-8.79")
    assert record.value("document_type") == "credit_note"
    assert record.fields["document_type"].reason == "the XML's code is 384, but its total is negative"


def test_fatturapa_totals_are_the_sums_of_its_vat_rows():
    record = read("fatturapa.xml")
    assert record.value("vendor_name") == "SOCIETA' ALPHA SRL"
    assert record.value("vendor_tax_id") == "IT01234567890"
    assert record.value("net_total") == Decimal("27.00")
    assert record.value("tax_total") == Decimal("5.95")
    assert record.value("gross_total") == Decimal("32.95")
    assert record.value("payment_means") == "Contanti"


def test_a_file_with_two_invoices_says_that_only_one_was_read():
    record = read("fatturapa_two_invoices.xml")
    assert record.value("invoice_number") == "12"
    assert "several_invoices" in [problem.code for problem in record.problems]


@pytest.mark.parametrize(("name", "number"), [("facturx.pdf", "FA-2017-0010"), ("zugferd_1_0.pdf", "471102")])
def test_the_xml_inside_a_pdf_is_found(name, number):
    data = einvoice.find_embedded(DATA / name)
    assert data is not None
    assert einvoice.read(data).value("invoice_number") == number


def test_a_file_that_is_no_pdf_has_nothing_embedded(tmp_path):
    text = tmp_path / "a.pdf"
    text.write_text("no pdf at all")
    assert einvoice.find_embedded(text) is None


UBL = """<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">{}</Invoice>"""


def ubl(body: str) -> InvoiceRecord:
    return einvoice.read(UBL.format(body).encode())


def test_a_value_that_cannot_be_is_left_out_with_a_problem():
    record = ubl("<IssueDate>2024-02-31</IssueDate><DueDate>2024-03-31</DueDate>")
    assert "issue_date" not in record.fields
    assert record.value("due_date") == date(2024, 3, 31)
    assert "2024-02-31" in next(problem.message for problem in record.problems if problem.code == "unreadable_value")


def test_what_does_not_add_up_is_said():
    text = (DATA / "fatturapa.xml").read_text().replace("<Imposta>5.95", "<Imposta>6.95")
    record = einvoice.read(text.encode(), today=date(2015, 1, 1))
    assert {problem.code for problem in record.problems} >= {"tax_line_disagrees", "due_disagrees"}
    assert "date_too_old" not in {problem.code for problem in record.problems}


def test_an_account_that_is_no_iban_is_a_bank_account():
    place = "<PaymentMeans><PayeeFinancialAccount><ID>{}</ID></PayeeFinancialAccount></PaymentMeans>"
    assert ubl(place.format("DE89 3704 0044 0532 0130 00")).value("iban") == "DE89370400440532013000"
    swedish = ubl(place.format("5316-7284"))
    assert (swedish.value("iban"), swedish.value("bank_account")) == (None, "5316-7284")


def test_the_price_of_a_hundred_becomes_the_price_of_one():
    record = ubl(
        "<InvoiceLine><ID>1</ID><InvoicedQuantity>300</InvoicedQuantity><LineExtensionAmount>14.25</LineExtensionAmount>"
        "<AllowanceCharge><ChargeIndicator>false</ChargeIndicator><Amount>0.75</Amount></AllowanceCharge>"
        "<Price><PriceAmount>5</PriceAmount><BaseQuantity>100</BaseQuantity></Price></InvoiceLine>"
    )
    (item,) = record.line_items
    assert item.unit_price == Decimal("0.05")
    assert item.quantity * item.unit_price - item.discount == item.amount


def test_lines_with_numbers_of_their_own_kind_are_counted():
    record = ubl("".join(f"<InvoiceLine><ID>{number}</ID><Note>x</Note></InvoiceLine>" for number in ("1a", "1b")))
    assert record.line_items == ()  # neither says anything
    lines = "<InvoiceLine><ID>{}</ID><LineExtensionAmount>1</LineExtensionAmount></InvoiceLine>"
    assert [item.position for item in ubl(lines.format("1a") + lines.format("1b")).line_items] == [1, 2]
    assert [item.position for item in ubl(lines.format("10") + lines.format("20")).line_items] == [10, 20]


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7", b"<html/>", b"<Invoice/>", UBL.format("").encode()[:-4], b"\xff\xfe\x00", b"<a>" * 100_000],
)
def test_other_data_is_no_einvoice(data):
    assert not einvoice.is_einvoice(data)
    with pytest.raises((DamagedFile, UnsupportedType)):
        einvoice.read(data)


def test_entities_are_never_expanded(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("do not read me")
    attack = f'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file://{secret}">]>' + UBL.format("<ID>&x;</ID>")
    bomb = '<!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + UBL.format("<ID>&b;</ID>")
    for data in (attack.encode(), bomb.encode()):
        assert not einvoice.is_einvoice(data)
        with pytest.raises((DamagedFile, UnsupportedType)):
            einvoice.read(data)


def test_a_byte_order_mark_and_utf_16_are_no_hindrance():
    text = UBL.format("<ID>Ä-1</ID>")
    assert einvoice.read(b"\xef\xbb\xbf" + text.encode()).value("invoice_number") == "Ä-1"
    header = '<?xml version="1.0" encoding="UTF-16"?>\n'
    assert einvoice.read((header + text + "\n").encode("utf-16")).value("invoice_number") == "Ä-1"


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
def test_the_tables_fill_fields_of_the_catalogue(syntax):
    assert set(syntax.header) <= set(BY_NAME)
