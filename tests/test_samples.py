"""The sample documents: what they are, and that their truth holds together."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import schwifty
from stdnum.eu import vat
from stdnum.gb import vat as gb_vat

from extraction.engine import ReadOptions, read_invoice
from extraction.engine.fields import BY_NAME, Kind
from extraction.engine.record import canonical

SAMPLES = Path(__file__).resolve().parent.parent / "extraction" / "samples"
ROWS = [json.loads(line) for line in (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])


def test_there_is_a_sample_of_each_kind_in_several_languages_and_formats():
    assert {row["kind"] for row in ROWS} == {"invoice", "credit_note", "receipt"}
    assert {row["lang"] for row in ROWS} == {"de", "en", "fr", "it", "nl", "es"}
    assert {Path(row["file"]).suffix for row in ROWS} == {".pdf", ".jpg", ".tif"}
    assert max(row["pages"] for row in ROWS) == 3


def test_the_folder_holds_the_samples_and_nothing_else_in_less_than_two_megabytes():
    files = {path.name for path in SAMPLES.iterdir()}
    assert files == {row["file"] for row in ROWS} | {"truth.jsonl"}
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 2_000_000


@each_row
def test_a_sample_s_truth_uses_the_catalogue_and_adds_up(row):
    truth = row["truth"]
    assert set(truth) <= set(BY_NAME)
    amounts = {name: Decimal(value) for name, value in truth.items() if BY_NAME[name].kind is Kind.AMOUNT}
    if "net_total" in amounts:
        assert amounts["net_total"] + amounts["tax_total"] == amounts["gross_total"]
    lines = sum(Decimal(item["amount"]) for item in row["line_items"])
    assert lines == amounts.get("net_total", amounts["gross_total"])


@each_row
def test_a_sample_s_check_digits_hold(row):
    truth = row["truth"]
    if "iban" in truth:
        assert schwifty.IBAN(truth["iban"]).is_valid
    country = "" if truth["vendor_tax_id"][:2].isalpha() else row["lang"].upper()
    if row["lang"] == "es":
        country = "ES"
    check = gb_vat if truth["vendor_tax_id"].startswith("GB") else vat
    assert check.is_valid(country + truth["vendor_tax_id"])


def check_reading(row):
    record = read_invoice(SAMPLES / row["file"], options=ReadOptions(today=date(2026, 6, 1))).record
    truth = row["truth"]
    found = {name: canonical(record.value(name) or "") for name in ("issue_date", "currency", "gross_total")}
    assert found == {name: truth[name] for name in found}
    assert "totals_disagree" not in {problem.code for problem in record.problems}


@pytest.mark.parametrize("row", [row for row in ROWS if row["lang"] in {"de", "nl"}], ids=lambda row: row["file"])
def test_what_is_to_be_paid_is_read_from_samples_with_a_text_layer(row):
    check_reading(row)


@pytest.mark.ocr
@pytest.mark.parametrize("row", [row for row in ROWS if row["lang"] not in {"de", "nl"}], ids=lambda row: row["file"])
def test_what_is_to_be_paid_is_read_from_scans_and_photos(row):
    check_reading(row)
