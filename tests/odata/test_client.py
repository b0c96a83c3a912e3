"""python-odata, an OData v4 client from PyPI, reads the feed over a real socket: it learns all from the metadata."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import requests
from odata import ODataService

from extraction.bi.schema import TABLES
from extraction.models import ApiToken, Invoice

from .conftest import SECRET

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service(live_server: Any, token: ApiToken, invoices: list[Invoice]) -> ODataService:
    session = requests.Session()
    session.auth = ("excel", SECRET)
    return ODataService(f"{live_server.url}/odata/v1/", session=session, reflect_entities=True, quiet_progress=True)


def test_it_finds_every_table(service: ODataService):
    assert set(service.entities) == {table.name for table in TABLES}


def test_it_reads_the_rows_with_their_types(service: ODataService, invoices: list[Invoice]):
    rows = list(service.query(service.entities["fact_invoice"]))
    assert [row.invoice_id for row in rows] == [invoice.pk for invoice in invoices]
    assert rows[0].gross_amount == Decimal("1234.5")
    assert rows[0].uploaded_at.year >= 2024
    assert rows[1].is_approved is True


def test_its_filters_orders_and_limits_are_understood(service: ODataService):
    table = service.entities["fact_invoice"]
    query = service.query(table).filter(table.vendor_name.contains("Söhne"))
    assert [row.vendor_name for row in query] == ["Ash & Söhne"]
    query = service.query(table).filter((table.gross_amount >= Decimal("99.9")) & (table.status == "approved"))
    assert [row.vendor_name for row in query] == ["Oak's"]
    query = service.query(table).order_by(table.vendor_name.desc()).limit(1)
    assert [row.vendor_name for row in query] == ["Oak's"]


def test_it_gets_one_row_by_its_key(service: ODataService, invoices: list[Invoice]):
    table = service.entities["fact_invoice"]
    assert service.query(table).get(invoices[1].pk).vendor_name == "Oak's"


def test_it_follows_the_pages(service: ODataService, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("extraction.odata.views.PAGE", 1)
    assert len(list(service.query(service.entities["fact_invoice"]))) == 3
