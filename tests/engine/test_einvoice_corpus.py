"""Every e-invoice of the public test suites is read, and says something that adds up."""

from pathlib import Path

import pytest

from extraction.engine import einvoice
from tests.corpus import CORPUS, needs_corpus

pytestmark = [pytest.mark.corpus, needs_corpus]


def xml_of(path: Path) -> bytes | None:
    return einvoice.find_embedded(path) if path.suffix == ".pdf" else path.read_bytes()


def test_all_of_the_test_suites_are_read():
    records, without = {}, []
    for path in sorted((CORPUS / "einvoices").glob("*/*.*")):
        data = xml_of(path)
        if data is None:
            without.append(path.name)
        else:
            records[path.name] = einvoice.read(data)
    assert len(records) >= 140
    assert len(without) <= 1, without
    for name, record in records.items():
        for field in ("document_type", "invoice_number", "issue_date", "vendor_name", "buyer_name", "gross_total"):
            assert record.value(field) is not None, (name, field)
    wrong = [
        name
        for name, record in records.items()
        if record.value("gross_total") != record.value("net_total") + record.value("tax_total")
    ]
    assert len(wrong) <= 1, wrong  # one file of the suites is wrong on purpose
