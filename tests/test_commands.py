"""The command line: read_invoice and evaluate. Neither may touch the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.core.management import CommandError, call_command

from extraction.engine import read_invoice
from extraction.engine.document import Box, Document, Line, Page, Word
from extraction.engine.errors import DamagedFile
from extraction.engine.record import Field, InvoiceRecord, LineItem, Problem, Reading
from extraction.ocr_cache import FileDocumentCache

from .badfiles import BAD_FILES
from .builders import png


def fake_reader(path: Path, /, **extra: Any) -> Reading:
    """Takes a file's text as its total; refuses "damaged" ones and fails on "bug" ones."""
    text = path.read_text()
    if text == "damaged":
        raise DamagedFile
    total = Field("gross_total", Decimal(text), text, 0.97, 1, Box(0.7, 0.8, 0.8, 0.82), "right of label 'Total'")
    record = InvoiceRecord(
        fields={"gross_total": total},
        line_items=(LineItem(1, "Tea", quantity=Decimal(2), amount=Decimal("5.00")),),
        problems=(Problem("field_missing", ("currency",), "The currency was not found."),),
    )
    document = Document((Page(1, 100, 200, ()),), language="en")
    return Reading(document, record, sha256="0" * 64, seconds=0.5, engine_version="test")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"a.pdf": "12.50", "b.pdf": "damaged", "c.pdf": "bug", "d.pdf": "9.00"}.items():
        (tmp_path / name).write_text(text)
    totals = {"a.pdf": "12.50", "b.pdf": "1", "c.pdf": "1", "d.pdf": "8"}
    rows = [{"file": name, "truth": {"total": total}} for name, total in totals.items()]
    (tmp_path / "truth.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def run(command: str, *args: str, reader: Callable[..., Reading] = fake_reader) -> tuple[str, str, int]:
    """Standard output, standard error, exit status."""
    out, err = StringIO(), StringIO()
    try:
        call_command(command, *args, reader=reader, stdout=out, stderr=err)
    except SystemExit as stop:
        return out.getvalue(), err.getvalue(), int(str(stop.code))
    return out.getvalue(), err.getvalue(), 0


def test_read_invoice_prints_values_with_confidence_reason_and_problems(folder: Path) -> None:
    out, _, status = run("read_invoice", str(folder / "a.pdf"))
    assert status == 0
    assert "Gross total" in out
    assert "12.50" in out
    assert "97%" in out
    assert "right of label 'Total'" in out
    assert "Tea" in out
    assert "The currency was not found." in out


def test_read_invoice_writes_a_searchable_pdf(tmp_path: Path) -> None:
    def reader(path: Path, /, **options: Any) -> Reading:
        word = Word("Receipt", Box(0.2, 0.1, 0.5, 0.15))
        document = Document((Page(1, 60, 80, (Line((word,)),)),))
        return Reading(document, InvoiceRecord({}), sha256="0" * 64, seconds=0.5, engine_version="test")

    source, target = tmp_path / "scan.png", tmp_path / "out.pdf"
    source.write_bytes(png())
    assert run("read_invoice", str(source), "--searchable", str(target), reader=reader)[2] == 0
    assert pdfium.PdfDocument(target)[0].get_textpage().get_text_bounded().strip() == "Receipt"
    for bad, reason in ((source, "replace the original"), (tmp_path / "none" / "out.pdf", "cannot be written")):
        out, _, status = run("read_invoice", str(source), "--searchable", str(bad), reader=reader)
        assert (status, reason in out) == (1, True)
    with pytest.raises(CommandError, match="one file"):
        run("read_invoice", str(source), str(source), "--searchable", str(target), reader=reader)
    assert source.read_bytes() == png()


def test_read_invoice_says_certain_only_of_what_is_and_keeps_each_value_on_one_line(folder: Path) -> None:
    def reader(path: Path, /, **options: Any) -> Reading:
        read = fake_reader(path, **options)
        total = replace(read.record.fields["gross_total"], confidence=0.997)
        address = Field(
            "vendor_address", "12 Mill Lane\nLeeds  LS1 4AB", "", 1.0, None, None, "from the e-invoice's XML"
        )
        return replace(read, record=replace(read.record, fields={"gross_total": total, "vendor_address": address}))

    out, _, _ = run("read_invoice", str(folder / "a.pdf"), reader=reader)
    lines = {line[:22].strip(): line for line in out.splitlines()}
    assert lines["Gross total"].split() == ["Gross", "total", "12.50", "99%", "right", "of", "label", "'Total'"]
    assert "12 Mill Lane, Leeds LS1 4AB" in lines["Vendor address"]
    assert "100%" in lines["Vendor address"]


def test_read_invoice_prints_one_json_line_per_file(folder: Path) -> None:
    out, _, status = run("read_invoice", str(folder / "a.pdf"), str(folder / "d.pdf"), "--jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [row["fields"]["gross_total"]["value"] for row in rows] == ["12.50", "9.00"]
    assert rows[0]["file"] == str(folder / "a.pdf")
    assert rows[0]["problems"][0]["code"] == "field_missing"


def test_read_invoice_prints_one_line_for_each_invoice_in_a_file(folder: Path) -> None:
    def divided(path: Path, /, **extra: Any) -> Reading:
        whole = fake_reader(path, **extra)
        return replace(whole, parts=tuple(replace(whole, page_range=pages) for pages in ((1, 1), (2, 3))))

    out, _, status = run("read_invoice", str(folder / "a.pdf"), "--jsonl", reader=divided)
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["page_range"], row["fields"]["gross_total"]["value"]) for row in rows] == [
        ([1, 1], "12.50"), ([2, 3], "12.50"),
    ]  # fmt: skip
    assert status == 0
    text, _, _ = run("read_invoice", str(folder / "a.pdf"), reader=divided)
    assert "a.pdf, page 1  (" in text
    assert "a.pdf, pages 2-3  (" in text


def test_a_file_that_cannot_be_read_gets_its_line_and_the_others_theirs(folder: Path) -> None:
    names = [str(folder / name) for name in ("b.pdf", "missing.pdf", "c.pdf", "a.pdf")]
    out, err, status = run("read_invoice", *names, str(folder), "--jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    codes = [row.get("error", {}).get("code") for row in rows]
    assert codes == ["damaged_file", "not_a_file", "engine_fault", None, "not_a_file"]
    assert "Traceback" not in out + err


def test_every_bad_file_ends_in_its_error_and_none_in_a_traceback(tmp_path: Path) -> None:
    names = []
    for bad in BAD_FILES.values():
        (tmp_path / bad.file_name).write_bytes(bad.data())
        names.append(str(tmp_path / bad.file_name))
    out, err, status = run("read_invoice", *names, "--jsonl", reader=read_invoice)
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert [row["error"]["code"] for row in rows] == [bad.code for bad in BAD_FILES.values()]
    assert all(row["error"]["message"].endswith(".") for row in rows)
    assert "Traceback" not in out + err


def test_errors_for_people_say_what_to_do(folder: Path) -> None:
    out, err, status = run("read_invoice", str(folder / "b.pdf"), str(folder / "missing.pdf"), str(folder))
    assert status == 1
    assert DamagedFile.default in out
    assert "Check its name and folder." in out
    assert "This is a folder." in out
    assert "Traceback" not in out + err


def test_evaluate_prints_a_table_and_reports_what_it_could_not_read(folder: Path) -> None:
    out, err, _ = run("evaluate", str(folder))
    row = next(line for line in out.splitlines() if line.startswith("total"))
    assert row.split() == ["total", "4", "0.500", "0.250", "0.333"]
    assert "documents right: 1 of 4 (25.0%)" in out
    assert f"could not be read: b.pdf: {DamagedFile.default}" in out
    assert "could not be read: c.pdf" in out
    assert "4 of 4" in err


def test_evaluate_lists_the_misses_of_a_field(folder: Path) -> None:
    out, _, _ = run("evaluate", str(folder), "--misses", "total")
    assert "d.pdf: truth '8', given '9.00' (0.97; right of label 'Total')" in out
    assert "b.pdf: truth '1', none" in out
    assert "a.pdf: truth" not in out


def test_evaluate_lists_the_lines_that_are_wrong(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes((folder / "a.pdf").read_bytes())
    row = {"file": "a.pdf", "truth": {}, "line_items": [{"description": "Tea", "quantity": "3", "amount": "5.00"}]}
    (tmp_path / "truth.jsonl").write_text(json.dumps(row))
    out, _, _ = run("evaluate", str(tmp_path), "--misses", "line_items")
    assert "a.pdf: truth description 'Tea', quantity '3', amount '5.00'; given description 'Tea', quantity '2'" in out


def test_evaluate_leaves_out_labels_that_are_known_to_be_wrong(folder: Path, tmp_path: Path) -> None:
    labels = tmp_path / "wrong.txt"
    name = json.loads((folder / "truth.jsonl").read_text().splitlines()[0])["file"]
    labels.write_text(f"# known to be wrong\n{folder.name} {name} total # misprinted\n")
    whole, left = (
        json.loads((tmp_path / "f.json").read_text())["all"]["fields"]["total"]["n"]
        for options in ([], ["--leave-out", str(labels)])
        if run("evaluate", str(folder), "--json", str(tmp_path / "f.json"), *options)
    )
    assert left == whole - 1
    labels.write_text("total\n")
    with pytest.raises(CommandError, match="line 1: write SET FILE FIELD"):
        run("evaluate", str(folder), "--leave-out", str(labels))


def test_evaluate_writes_its_figures_as_json(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    run("evaluate", str(folder), "--json", str(target), "--limit", "1")
    figures = json.loads(target.read_text())
    assert figures["sets"][folder.name]["fields"]["total"]["f1"] == 1.0
    assert figures["all"]["documents_right"] == 1


def test_evaluate_refuses_a_folder_without_truth_and_an_unknown_field(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(CommandError, match=r"truth\.jsonl"):
        run("evaluate", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="no field 'colour'"):
        run("evaluate", str(folder), "--misses", "colour")


def test_evaluate_names_the_line_of_a_damaged_truth(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_text('{"file": "a.pdf", "truth": {}}\n{"file"\n')
    with pytest.raises(CommandError, match="line 2"):
        run("evaluate", str(tmp_path))


def test_the_cache_gives_back_what_was_put_and_nothing_for_the_rest(tmp_path: Path) -> None:
    cache = FileDocumentCache(tmp_path / "cache")
    assert cache.get("sha256:engine/1.0") is None
    cache.put("sha256:engine/1.0", {"pages": [], "language": "é"})
    assert cache.get("sha256:engine/1.0") == {"pages": [], "language": "é"}
    assert cache.get("sha256:engine/1.1") is None


def test_a_damaged_cache_entry_counts_as_absent(tmp_path: Path) -> None:
    cache = FileDocumentCache(tmp_path)
    cache.put("key", {"pages": []})
    [entry] = tmp_path.iterdir()
    entry.write_text('{"pages": [')
    assert cache.get("key") is None


def test_a_cache_that_cannot_be_written_does_not_stop_the_reading(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    FileDocumentCache(blocked / "cache").put("key", {"pages": []})
