"""What accounting programs import: exact bytes, and every file checked by the target's published rules."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from extraction.exports.presets import PRESETS, WANTED, PresetRun, parsed
from extraction.exports.presets.datev import receipt_number
from extraction.exports.writing import Tally
from extraction.models import Invoice, VendorCode

from . import datev_rules, target_rules
from .conftest import records_of

D = Decimal
DATEV = {"consultant": "29098", "client": "55003", "account": "4980", "creditor": "79999", "length": "4"}


def run(key: str, tmp_path: Path, *invoices: Invoice, **typed: str) -> tuple[PresetRun, bytes]:
    preset = PRESETS[key]
    given = {one.name: one.default for one in preset.settings} | ({**DATEV} if key == "datev" else {}) | typed
    settings, errors = parsed(preset.settings, given)
    assert errors == {}
    made = PresetRun(preset, settings, Tally())
    target = tmp_path / "file"
    made.write([records_of(*invoices, wanted=WANTED)], target)
    return made, target.read_bytes() if target.exists() else b""


def reasons(made: PresetRun) -> list[list[str]]:
    return [left.reasons for left in made.left]


# --- DATEV ------------------------------------------------------------------------------------------------------------


def test_datev_writes_exactly_these_lines(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    bill = make_bill(vendor_name="Müller & Söhne", vendor_tax_id="DE123456789", invoice_number="RE 2024.17/Ä")
    made, data = run("datev", tmp_path, bill)
    lines = data.decode("cp1252").split("\r\n")
    header = lines[0].split(";")
    assert header[:5] == ['"EXTF"', "700", "21", '"Buchungsstapel"', "13"]
    assert header[10:16] == ["29098", "55003", "20260101", "4", "20260301", "20260331"]
    end = ';"Datei";"' + bill.file_name + '"' + ';"";""' * 7
    first = (
        '119,00;"S";"EUR";;;"";4930;70001;"0009";1403;"RE2024-17/Ae";"";;"Müller & Söhne RE 2024.17/Ä";;"";;;;""' + end
    )
    tail = (
        ';"100";"";;"";;"";;;;;'
        + ';"";""' * 20
        + ';;;;"";;;;"";"";;"";;;;"";"";;"";;"";;"";"";;"";;0;;;13042026;"";;"";"";;"";;'
    )
    assert lines[2] == first + tail
    assert lines[3] == (first + tail).replace("119,00", "53,50").replace('"0009"', '"0008"')
    assert lines[4:] == [""]
    assert made.names == ["EXTF_Buchungsstapel-2026-03.csv"]
    assert made.tally.rows == 2
    assert len(datev_rules.check(data)) == 2


def test_datev_postings_of_an_invoice_sum_up_to_its_gross(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    _made, data = run("datev", tmp_path, make_bill())
    found = datev_rules.check(data)
    assert sum(Decimal(one["amount"]) for one in found) == D("172.50")
    assert {(one["side"], one["account"], one["creditor"], one["centre"]) for one in found} == {
        ("S", "4930", "70001", "100")
    }
    assert [one["key"] for one in found] == ["0009", "0008"]


def test_datev_turns_the_side_for_a_credit_note_and_never_the_sign(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    credit = make_bill(document_type="credit_note")
    minus = make_bill(
        gross_total=D("-172.50"),
        net_total=D("-150.00"),
        tax_total=D("-22.50"),
        taxes=(("19", "-100.00", "-19.00"), ("7", "-50.00", "-3.50")),
    )
    _made, data = run("datev", tmp_path, credit, minus)
    assert [(one["side"], one["amount"]) for one in datev_rules.check(data)] == [("H", "119.00"), ("H", "53.50")] * 2


def test_datev_writes_a_file_a_month_and_each_is_right(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    bills = [make_bill(issue_date=date(2026, month, 28), due_date=None) for month in (1, 2, 12)]
    made, _data = run("datev", tmp_path, *bills, year_start="07-01")
    assert made.names == [f"EXTF_Buchungsstapel-2026-{month}.csv" for month in ("01", "02", "12")]
    with zipfile.ZipFile(tmp_path / "file") as archive:
        found = {name: datev_rules.check(archive.read(name)) for name in archive.namelist()}
    assert [postings[0]["date"] for postings in found.values()] == ["2026-01-28", "2026-02-28", "2026-12-28"]


def test_datev_may_write_a_whole_financial_year_into_one_file(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    bills = [make_bill(issue_date=date(2026, month, 28), due_date=None) for month in (7, 12)]
    bills.append(make_bill(issue_date=date(2027, 6, 30), due_date=None))
    made, data = run("datev", tmp_path, *bills, year_start="07-01", monthly="", final="1")
    assert made.names == ["EXTF_Buchungsstapel-2026-07-01.csv"]
    found = datev_rules.check(data)
    assert [one["date"] for one in found][::2] == ["2026-07-28", "2026-12-28", "2027-06-30"]
    assert {one["final"] for one in found} == {"1"}


def test_datev_says_all_that_is_missing_at_once(make_bill: Callable[..., Invoice], tmp_path: Path) -> None:
    bill = make_bill(
        vendor_name=None, issue_date=None, currency="USD", invoice_number="…", taxes=(("5", "150.00", "22.50"),)
    )
    made, data = run("datev", tmp_path, bill, account="")
    assert data == b""
    (told,) = reasons(made)
    text = " ".join(told)
    for part in ("Vendor", "Invoice date", "USD", "no letter or digit", "No account", "No tax code is set for 5 %"):
        assert part in text


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ({"account": "49301"}, "at most 4 digits"),
        ({"vendor_account": "7001"}, "creditors have 5 digits"),
        ({"account": "abc"}, "at most 4 digits"),
    ],
)
def test_datev_leaves_out_what_has_accounts_of_another_length(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path, codes: dict[str, str], told: str
) -> None:
    VendorCode.objects.update(**codes)
    made, _data = run("datev", tmp_path, make_bill())
    assert told in reasons(made)[0][0]


def test_datev_uses_the_vendors_own_key_before_that_of_the_rate(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    VendorCode.objects.update(tax_code="94")
    _made, data = run("datev", tmp_path, make_bill())
    assert [one["key"] for one in datev_rules.check(data)] == ["0094", "0094"]


def test_datev_texts_are_no_formulas_and_fit_windows_1252(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    bill = make_bill(vendor_name='=HYPERLINK("x")\nŁódź 東京' + "ż" * 80, invoice_number="-+1;2")
    _made, data = run("datev", tmp_path, bill)
    (first, _second) = datev_rules.check(data)
    assert first["text"].startswith('\'=HYPERLINK("x") Lódz ??')
    assert len(first["text"]) <= 60
    assert first["number"] == "1-2"


@pytest.mark.parametrize(
    ("number", "field"),
    [
        ("2024-0117", "2024-0117"),
        (" R 12 / 3 ", "R12/3"),
        ("Größe.1", "Groesse-1"),
        ("№ 7", "No7"),
        ("=1+1", "1-1"),
        ("x" * 50, "x" * 36),
        ("...", ""),
    ],
)
def test_a_number_becomes_a_receipt_field(number: str, field: str) -> None:
    assert receipt_number(number) == field


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"consultant": "1000"}, "consultant"),
        ({"consultant": ""}, "consultant"),
        ({"client": "0"}, "client"),
        ({"year_start": "13-01"}, "year_start"),
        ({"year_start": "1.1."}, "year_start"),
        ({"length": "9"}, "length"),
        ({"tax_codes": "19: 9"}, "tax_codes"),
        ({"tax_codes": "190 = 9"}, "tax_codes"),
        ({"tax_codes": "19 = 12345"}, "tax_codes"),
        ({"currency": "euro"}, "currency"),
    ],
)
def test_settings_that_the_import_would_refuse_are_refused_here(typed: dict[str, str], name: str) -> None:
    preset = PRESETS["datev"]
    _values, errors = parsed(preset.settings, {one.name: one.default for one in preset.settings} | DATEV | typed)
    assert list(errors) == [name]
    assert errors[name]


# --- the others -------------------------------------------------------------------------------------------------------


def test_xero_writes_exactly_these_bytes(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    _made, data = run("xero", tmp_path, make_bill(), tax_codes="19 = 19% VAT\n7 = 7% VAT", tracking_name="Dept")
    start = "Birch & Sons Ltd,,,,,,,,,,2024-0117,14/03/2026,13/04/2026,,,"
    assert data.decode() == (
        "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,"
        "POPostalCode,POCountry,*InvoiceNumber,*InvoiceDate,*DueDate,Total,InventoryItemCode,Description,*Quantity,"
        "*UnitAmount,*AccountCode,*TaxType,TaxAmount,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,"
        "Currency\r\n"
        f'{start}"Desk, oak",1,100.00,4930,19% VAT,,Dept,100,,,EUR\r\n'
        f"{start}Book; second-hand,2,25.00,4930,7% VAT,,Dept,100,,,EUR\r\n"
    )
    assert target_rules.check_xero(data) == {"2024-0117": D("150.00")}


def test_xero_takes_500_bills_a_file(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PRESETS["xero"], "most", 2, raising=False)
    bills = [make_bill(invoice_number=f"N{at}") for at in range(5)]
    made, _data = run("xero", tmp_path, *bills, tax_codes="19 = a\n7 = b")
    assert made.names == ["xero-bills-2.csv", "xero-bills-3.csv", "xero-bills.csv"]
    with zipfile.ZipFile(tmp_path / "file") as archive:
        found = [number for name in archive.namelist() for number in target_rules.check_xero(archive.read(name))]
    assert sorted(found) == ["N0", "N1", "N2", "N3", "N4"]


@pytest.mark.parametrize("key", ["xero", "quickbooks"])
def test_two_bills_of_one_number_go_into_two_files_so_that_they_stay_two(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path, key: str
) -> None:
    bills = [make_bill(), make_bill(vendor_name="Elm Ltd"), make_bill(invoice_number="other")]
    made, _data = run(key, tmp_path, *bills, tax_codes="19 = a\n7 = b")
    with zipfile.ZipFile(tmp_path / "file") as archive:
        check = target_rules.check_xero if key == "xero" else target_rules.check_quickbooks
        found = [sorted(check(archive.read(name))) for name in sorted(archive.namelist(), reverse=True)]
    assert found == [["2024-0117", "other"], ["2024-0117"]]
    assert len(made.taken) == 3


def test_xero_credit_notes_have_negative_prices_or_stay_out(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    credit = make_bill(document_type="credit_note")
    codes = "19 = a\n7 = b"
    _made, data = run("xero", tmp_path, credit, tax_codes=codes)
    assert target_rules.check_xero(data) == {"2024-0117": D("-150.00")}
    made, _data = run("xero", tmp_path, credit, tax_codes=codes, credits="out")
    assert "credit note" in reasons(made)[0][0]


def test_a_due_date_is_asked_for_unless_the_profile_has_days(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    bill = make_bill(due_date=None)
    made, _data = run("xero", tmp_path, bill, tax_codes="19 = a\n7 = b")
    assert "Due date" in reasons(made)[0][0]
    _made, data = run("xero", tmp_path, bill, tax_codes="19 = a\n7 = b", due_days="30")
    assert b",14/03/2026,13/04/2026," in data


def test_quickbooks_writes_exactly_these_bytes(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    bill = make_bill()
    _made, data = run("quickbooks", tmp_path, bill, tax_codes="19 = 19% S\n7 = 7% R")
    start = f"2024-0117,Birch & Sons Ltd,14/03/2026,13/04/2026,{bill.file_name},4930"
    assert data.decode() == (
        "Bill No.,Supplier,Bill Date,Due Date,Memo,Account,Line Description,Line Amount,Line Tax Code,Line Tax Amount,"
        f'Currency Code\r\n{start},"Desk, oak",100.00,19% S,19.00,EUR\r\n'
        f"{start},Book; second-hand,50.00,7% R,3.50,EUR\r\n"
    )
    assert target_rules.check_quickbooks(data) == {"2024-0117": (D("150.00"), D("22.50"))}


def test_quickbooks_takes_no_credit_notes_and_no_long_numbers(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    bills = [make_bill(document_type="credit_note"), make_bill(invoice_number="x" * 22)]
    made, _data = run("quickbooks", tmp_path, *bills, tax_codes="19 = a\n7 = b")
    told = reasons(made)
    assert "supplier credit" in told[0][0]
    assert "21 characters" in told[1][0]


def test_sage_writes_exactly_these_bytes(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    bills = [make_bill(), make_bill(document_type="credit_note", invoice_number="C-1", vendor_name="Zoë Ltd")]
    _made, data = run("sage50", tmp_path, *bills, currency="EUR", tax_codes="19 = T1\n7 = T5", detail="rates")
    assert data.decode("cp1252") == (
        "Type,Account Reference,Nominal A/C Ref,Department Code,Date,Reference,Details,Net Amount,Tax Code,Tax Amount,"
        "Exchange Rate,Extra Reference,User Name\r\n"
        "PI,70001,4930,100,14/03/2026,2024-0117,Birch & Sons Ltd,100.00,T1,19.00,1,,\r\n"
        "PI,70001,4930,100,14/03/2026,2024-0117,Birch & Sons Ltd,50.00,T5,3.50,1,,\r\n"
        "PC,70001,4930,100,14/03/2026,C-1,Zoë Ltd,100.00,T1,19.00,1,,\r\n"
        "PC,70001,4930,100,14/03/2026,C-1,Zoë Ltd,50.00,T5,3.50,1,,\r\n"
    )
    assert len(target_rules.check_sage(data)) == 4


def test_sage_needs_the_vendors_account_and_its_own_currency(make_bill: Callable[..., Invoice], tmp_path: Path) -> None:
    made, _data = run("sage50", tmp_path, make_bill(), tax_codes="19 = T1\n7 = T5", account="5000")
    assert "EUR" in reasons(made)[0][0]
    made, _data = run("sage50", tmp_path, make_bill(), tax_codes="19 = T1\n7 = T5", account="5000", currency="EUR")
    assert "no account of their own" in reasons(made)[0][0]


def test_odoo_writes_exactly_these_bytes(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path
) -> None:
    bill, credit = make_bill(), make_bill(document_type="credit_note", lines=())
    _made, data = run("odoo", tmp_path, bill, credit)
    tail = "2026-03-14,2026-04-13,EUR,,"
    assert data.decode() == (
        "id,move_type,partner_id,ref,invoice_date,invoice_date_due,currency_id,payment_reference,invoice_origin,"
        "invoice_line_ids/name,invoice_line_ids/quantity,invoice_line_ids/price_unit,invoice_line_ids/account_id,"
        "invoice_line_ids/tax_ids\r\n"
        f'invoicelens_{bill.pk},in_invoice,Birch & Sons Ltd,2024-0117,{tail},"Desk, oak",1,100.00,4930,19% VST\r\n'
        ",,,,,,,,,Book; second-hand,2,25.00,4930,7% VST\r\n"
        f"invoicelens_{credit.pk},in_refund,Birch & Sons Ltd,2024-0117,{tail},2024-0117,1,100.00,4930,19% VST\r\n"
        ",,,,,,,,,2024-0117,1,50.00,4930,7% VST\r\n"
    )
    moves = target_rules.check_odoo(data)
    assert [len(move["lines"]) for move in moves] == [2, 2]


@pytest.mark.parametrize("key", PRESETS)
def test_text_of_an_invoice_becomes_no_formula_in_any_preset(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path, key: str
) -> None:
    evil = "=cmd|' /C calc'!A0"
    bill = make_bill(
        vendor_name=evil,
        payment_reference=evil,
        purchase_order=evil,
        vendor_email=evil,
        lines=((evil, "1", "100.00", "19", "100.00"), ("@SUM(1)", "2", "25.00", "7", "50.00")),
    )
    typed: dict[str, Any] = {"tax_codes": "19 = T1\n7 = T5"} | ({"currency": "EUR"} if key == "sage50" else {})
    _made, data = run(key, tmp_path, bill, **({} if key == "datev" else typed))
    text = data.decode("cp1252")
    for separator in (",", ";", '"', "\n"):
        assert f"{separator}=cmd" not in text
        assert f"{separator}@SUM" not in text
    assert "=cmd" in text


@pytest.mark.parametrize("key", PRESETS)
def test_a_pro_forma_invoice_is_never_posted(
    make_bill: Callable[..., Invoice], vendor_code: VendorCode, tmp_path: Path, key: str
) -> None:
    made, data = run(key, tmp_path, make_bill(document_type="proforma"))
    assert data == b""
    assert "pro-forma" in " ".join(reasons(made)[0])
