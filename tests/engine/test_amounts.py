"""Totals on small documents, through the whole extraction: labels, arithmetic, receipts, credit notes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from extraction.engine.document import Document
from extraction.engine.extract import extract
from extraction.engine.options import ReadOptions
from extraction.engine.record import InvoiceRecord

from .pages import page_of


def record_of(document: Document) -> InvoiceRecord:
    return extract(document, options=ReadOptions(today=date(2025, 1, 1)))[1]


def totals_of(document: Document) -> dict[str, str]:
    record = record_of(document)
    names = ("line_total", "net_total", "tax_total", "gross_total", "amount_paid", "rounding", "amount_due")
    return {name: str(record.fields[name].value) for name in names if name in record.fields}


def test_net_tax_and_gross_are_found_by_their_labels() -> None:
    document = page_of(
        "RECHNUNG\nZwischensumme netto        1.000,00 EUR\nzzgl. 19 % MwSt.             190,00 EUR\n"
        "Gesamtbetrag               1.190,00 EUR"
    )
    found = totals_of(document)
    assert (found["net_total"], found["tax_total"], found["gross_total"]) == ("1000.00", "190.00", "1190.00")


def test_a_currency_may_belong_to_the_label_and_to_the_amount() -> None:
    found = record_of(page_of("Corner Shop Ltd\nReceipt 4711\nTotal EUR 12.50")).fields["gross_total"]
    assert (str(found.value), found.reason) == ("12.50", "right of label 'Total EUR'")


def test_the_arithmetic_overrules_a_misleading_label() -> None:
    document = page_of("Total              100.00\nVAT 20%             20.00\nTotal              120.00")
    found = totals_of(document)
    assert (found["tax_total"], found["gross_total"]) == ("20.00", "120.00")


def test_a_subtotal_is_not_the_total() -> None:
    document = page_of("SUBTOTAL      36.35\nTAX            3.59\nTOTAL         39.94")
    assert totals_of(document)["gross_total"] == "39.94"


def test_a_sum_without_tax_is_the_net_total_whatever_else_its_label_says() -> None:
    found = totals_of(
        page_of(
            "Rechnung\nPositionssumme                 500,00 EUR\nRechnungssumme ohne USt.        480,00 EUR\n"
            "Rechnungssumme                 480,00 EUR"
        )
    )
    assert (found["line_total"], found["net_total"], found["gross_total"]) == ("500.00", "480.00", "480.00")


def test_what_was_handed_over_is_not_the_total() -> None:
    assert totals_of(page_of("TOTAL     9.00\nCASH     20.00\nCHANGE   11.00"))["gross_total"] == "9.00"


def test_cash_less_change_is_the_total_even_where_the_label_misleads() -> None:
    document = page_of("AMOUNT INCL. GST   5.00\nACCEPTED TOTAL    10.00\nCHANGE             5.00")
    assert totals_of(document)["gross_total"] == "5.00"


def test_with_a_rounding_the_rounded_total_is_due() -> None:
    document = page_of(
        "TAX INVOICE\nTOTAL INCL. GST    31.02\nROUNDING           -0.02\nTOTAL ROUNDED      31.00\n"
        "CASH               31.00\nGST 6%  29.26  1.76"
    )
    found = totals_of(document)
    assert (found["gross_total"], found["amount_due"]) == ("31.02", "31.00")


def test_a_count_of_items_is_no_amount() -> None:
    assert totals_of(page_of("TOTAL QTY  8\nTOTAL ITEMS  3\nTOTAL  12.50"))["gross_total"] == "12.50"


def test_the_rows_of_a_tax_summary_prove_themselves_and_add_up() -> None:
    document = page_of(
        "Summe                        56,35\n\nSatz    Netto    Steuer    Brutto\n"
        " 7%     20,00      1,40     21,40\n19%     29,37      5,58     34,95"
    )
    record = record_of(document)
    assert [(line.rate, line.base, line.amount) for line in record.tax_breakdown] == [
        (Decimal(7), Decimal("20.00"), Decimal("1.40")),
        (Decimal(19), Decimal("29.37"), Decimal("5.58")),
    ]
    found = totals_of(document)
    assert (found["net_total"], found["tax_total"], found["gross_total"]) == ("49.37", "6.98", "56.35")


def test_an_exempt_part_is_in_the_total_but_not_in_the_taxed_part() -> None:
    document = page_of(
        "TOTAL 0% SUPPLIES:              21.43\nTOTAL 6% SUPPLIES (EXCL. GST):  84.00\nGST:    5.03\n"
        "TOTAL 6% SUPPLIES (INC. GST):   89.03\nTOTAL PAYABLE:                 110.46"
    )
    found = totals_of(document)
    assert found["gross_total"] == "110.46"
    assert "net_total" not in found


def test_a_commission_comes_off_the_sum_of_lines() -> None:
    document = page_of(
        "INVOICE\nGross Total           $2,970.00\nAgency Commission       $445.50\nNet Amount Due        $2,524.50\n"
        "Invoice Balance as of 03/16/20   $136.00"
    )
    found = totals_of(document)
    assert (found["line_total"], found["gross_total"]) == ("2970.00", "2524.50")


def test_a_paid_folio_has_a_total_and_nothing_due() -> None:
    document = page_of(
        "Guest folio\nRoom               $375.06\nRoom               $300.00\nCredit card       ($675.06)\n"
        "**BALANCE**          $0.00"
    )
    found = totals_of(document)
    assert (found["gross_total"], found["amount_due"]) == ("675.06", "0.00")


def test_a_payment_on_account_reduces_what_is_due() -> None:
    document = page_of(
        "RECHNUNG\nRechnungsbetrag      215,14 EUR\nAnzahlung             50,00 EUR\nZu zahlen            165,14 EUR"
    )
    found = totals_of(document)
    assert (found["gross_total"], found["amount_paid"], found["amount_due"]) == ("215.14", "50.00", "165.14")


def test_without_a_payment_the_whole_invoice_is_due_but_a_receipt_is_not() -> None:
    invoice = record_of(page_of("INVOICE\nTotal amount   119.00 EUR"))
    assert invoice.fields["amount_due"].value == Decimal("119.00")
    assert invoice.fields["amount_due"].page is None
    assert "amount_due" not in record_of(page_of("RECEIPT\nTotal amount   119.00 EUR")).fields


def test_a_credit_note_keeps_its_negative_amounts() -> None:
    document = page_of("AVOIR\nTotal HT   -218,48\nTVA        -14,99\nTotal TTC  -233,47")
    record = record_of(document)
    assert record.value("document_type") == "credit_note"
    assert record.value("gross_total") == Decimal("-233.47")


def test_curved_paper_that_sinks_the_figures_is_still_read() -> None:
    assert totals_of(page_of("Coffee       3.20\nTOTAL EUR\n             3.20"))["gross_total"] == "3.20"


def test_a_document_without_amounts_has_no_totals_and_says_so() -> None:
    record = record_of(page_of("Invoice no. 4711\nInvoice date  3 May 2024\nThank you for your order."))
    assert "gross_total" not in record.fields
    assert any(p.code == "required_missing" and p.fields == ("gross_total",) for p in record.problems)


def test_the_currency_is_the_one_that_amounts_carry() -> None:
    assert record_of(page_of("Total  12,50 €")).value("currency") == "EUR"
    assert record_of(page_of("Total HK$47.00")).value("currency") == "HKD"


def test_a_mark_of_several_countries_is_settled_by_the_address() -> None:
    assert record_of(page_of("Total $12.50\n12 King Street, Toronto, ON M5H 1J9\nHST 1.44")).value("currency") == "CAD"
    assert record_of(page_of("Att betala 91,90 kr\nwww.butik.se")).value("currency") == "SEK"


def test_every_value_says_why_and_where() -> None:
    found = record_of(page_of("Gesamtbetrag   12,50 EUR")).fields["gross_total"]
    assert found.reason == "right of label 'Gesamtbetrag'"
    assert found.page == 1
    assert found.box is not None
    assert found.text == "12,50 EUR"
