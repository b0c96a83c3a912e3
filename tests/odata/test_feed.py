"""The OData feed: what it says of itself, what it lets through, and to whom."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from lxml import etree

from extraction.bi.schema import TABLES
from extraction.models import ApiToken, Invoice, User
from extraction.odata import views

from .conftest import SECRET

pytestmark = pytest.mark.django_db
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
EDMX = "{http://docs.oasis-open.org/odata/ns/edmx}"


def body(answer: Any) -> Any:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return json.loads(content)


def ask(feed: Client, path: str, **options: str) -> Any:
    query = "&".join(f"${name}={quote(value)}" for name, value in options.items())
    return feed.get(f"/odata/v1/{path}?{query}")


def names(feed: Client, condition: str) -> list[str]:
    answer = ask(feed, "fact_invoice", filter=condition, select="vendor_name")
    assert answer.status_code == 200, answer.content
    return [row["vendor_name"] or "" for row in body(answer)["value"]]


# --- what it says of itself -------------------------------------------------------------------------------------------


def test_the_service_document_names_every_table(feed: Client):
    for root in ("/odata/v1", "/odata/v1/"):
        answer = feed.get(root)
        assert answer["OData-Version"] == "4.0"
        found = body(answer)
        assert found["@odata.context"] == "http://testserver/odata/v1/$metadata"
        assert [row["name"] for row in found["value"]] == [table.name for table in TABLES]


def test_the_metadata_keeps_to_the_rules_of_csdl(feed: Client):
    """OASIS "OData CSDL XML": order of elements, keys that are not null, known types, facets where they belong."""
    answer = feed.get("/odata/v1/$metadata")
    assert answer["Content-Type"] == "application/xml"
    root = etree.fromstring(answer.content)
    assert (root.tag, root.get("Version")) == (f"{EDMX}Edmx", "4.0")
    assert [child.tag for child in root] == [f"{EDMX}Reference", f"{EDMX}DataServices"]
    [schema] = root.findall(f"{EDMX}DataServices/{EDM}Schema")
    types = {node.get("Name"): node for node in schema.findall(f"{EDM}EntityType")}
    for table in TABLES:
        node = types[table.name]
        assert node[0].tag == f"{EDM}Key"
        assert [ref.get("Name") for ref in node[0]] == [table.key]
        properties = node.findall(f"{EDM}Property")
        assert [child.get("Name") for child in properties] == [column.name for column in table.columns]
        for child in properties:
            assert child.get("Type") in {
                "Edm.Int64", "Edm.String", "Edm.Decimal", "Edm.Double", "Edm.Date", "Edm.DateTimeOffset", "Edm.Boolean",
            }  # fmt: skip
            assert (child.get("Nullable") == "false") == (child.get("Name") == table.key)
            facets = set(child.keys()) - {"Name", "Type", "Nullable"}
            allowed = {"Edm.Decimal": {"Precision", "Scale"}, "Edm.DateTimeOffset": {"Precision"}}
            assert facets == allowed.get(child.get("Type"), set())
    [container] = schema.findall(f"{EDM}EntityContainer")
    assert {row.get("EntityType") for row in container} == {f"Invoicelens.{name}" for name in types}


# --- rows -------------------------------------------------------------------------------------------------------------


def test_rows_have_the_types_of_the_metadata(feed: Client, invoices: list[Invoice]):
    answer = ask(feed, "fact_invoice")
    assert answer["Content-Type"].startswith("application/json;odata.metadata=minimal")
    text = b"".join(answer.streaming_content).decode()
    assert '"gross_amount": 1234.5000' in text  # every digit, no float
    ash = json.loads(text)["value"][0]
    assert (ash["invoice_id"], ash["issue_date"], ash["is_approved"]) == (invoices[0].pk, "2024-01-31", False)
    assert ash["uploaded_at"].endswith("Z")
    assert ash["approved_at"] is None


def test_large_numbers_are_texts_for_those_who_ask(feed: Client, invoices: list[Invoice]):
    answer = feed.get(
        "/odata/v1/fact_invoice?$count=true", headers={"Accept": "application/json;IEEE754Compatible=true"}
    )
    found = body(answer)
    assert "IEEE754Compatible=true" in answer["Content-Type"]
    assert found["@odata.count"] == "3"
    assert (found["value"][0]["gross_amount"], found["value"][0]["invoice_id"]) == ("1234.5000", str(invoices[0].pk))


def test_every_table_can_be_read(feed: Client, invoices: list[Invoice]):
    counts = {table.name: len(body(ask(feed, table.name))["value"]) for table in TABLES if table.name != "dim_date"}
    assert counts == {
        "fact_invoice": 3,
        "fact_line": 1,
        "fact_tax": 1,
        "fact_field": counts["fact_field"],
        "dim_vendor": 2,
    }
    assert counts["fact_field"] > 10
    assert body(ask(feed, "dim_date", top="1"))["value"][0]["date_key"] == "2000-01-01"


def test_one_row_by_its_key(feed: Client, invoices: list[Invoice]):
    row = body(feed.get(f"/odata/v1/fact_invoice({invoices[1].pk})"))
    assert row["vendor_name"] == "Oak's"
    assert row["@odata.context"].endswith("$metadata#fact_invoice/$entity")
    assert (
        body(feed.get(f"/odata/v1/dim_vendor('{quote(row['vendor_key'].replace(chr(39), chr(39) * 2))}')"))["documents"]
        == 1
    )
    assert feed.get("/odata/v1/fact_invoice(999999)").status_code == 404
    assert feed.get("/odata/v1/dim_date(2024-02-29)").status_code == 200


def test_chosen_columns_and_the_count(feed: Client, invoices: list[Invoice]):
    found = body(ask(feed, "fact_invoice", select="vendor_name,gross_amount", top="1", count="true"))
    assert found["@odata.context"].endswith("#fact_invoice(vendor_name,gross_amount)")
    assert found["@odata.count"] == 3
    assert set(found["value"][0]) == {"vendor_name", "gross_amount"}
    assert feed.get("/odata/v1/fact_invoice/$count").content == b"3"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("gross_amount gt 100", ["Ash & Söhne"]),
        ("gross_amount eq 1234.5", ["Ash & Söhne"]),
        ("gross_amount ne 99.9", ["Ash & Söhne", ""]),
        ("gross_amount eq null", [""]),
        ("gross_amount ne null and not (gross_amount ge 1e2)", ["Oak's"]),
        ("not (gross_amount gt 100)", ["Oak's", ""]),
        ("vendor_name eq 'Oak''s'", ["Oak's"]),
        ("contains(vendor_name,'Söhne')", ["Ash & Söhne"]),
        ("contains(tolower(vendor_name), 'oak')", ["Oak's"]),
        ("startswith(vendor_name,'Ash') or endswith(vendor_name,'''s')", ["Ash & Söhne", "Oak's"]),
        ("endswith(vendor_name,'Something longer than it')", []),
        ("issue_date ge 2024-02-01 and issue_date lt 2024-03-01", ["Oak's"]),
        ("year(issue_date) eq 2024 and month(issue_date) eq 1", ["Ash & Söhne"]),
        ("uploaded_at gt 2020-01-01T00:00:00Z and uploaded_at gt 2020-01-01", ["Ash & Söhne", "Oak's", ""]),
        ("uploaded_at lt 2020-01-01T00:00:00+02:00", []),
        ("is_approved", ["Oak's"]),
        ("is_approved eq false", ["Ash & Söhne", ""]),
        ("not is_approved and vendor_name ne null", ["Ash & Söhne"]),
        ("status in ('review','approved')", ["Ash & Söhne", "Oak's"]),
        ("length(vendor_name) eq 5", ["Oak's"]),
        ("vendor_name eq file_name", []),
        ("(status eq 'review' or status eq 'approved') and gross_amount lt 100.0", ["Oak's"]),
        ("vendor_name eq 'x'' OR 1=1 --'", []),
        ("contains(vendor_name,'%')", []),
    ],
)
def test_a_filter_lets_through(feed: Client, invoices: list[Invoice], condition: str, expected: list[str]):
    assert names(feed, condition) == expected


@pytest.mark.parametrize(
    "condition",
    [
        "gross_amount", "gross_amount gt", "gross_amount gt 'x'", "nothing eq 1", "gross_amount gt 1 extra", "(",
        "'open",
        "contains(vendor_name)", "contains(gross_amount,'1')", "issue_date eq 2024-02-30", "vendor_name eq ;drop",
        "1 eq",
        "not", "issue_date in ()", "uploaded_at eq 0001-01-01T00:00:00+14:00", "((" * 50, "vendor_name = 'x'",
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused_in_words(feed: Client, condition: str):
    answer = ask(feed, "fact_invoice", filter=condition)
    assert answer.status_code == 400, condition
    assert body(answer)["error"]["message"].endswith(".")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("fact_invoice?$filter=geo.distance(a,b) lt 1", 400),
        ("fact_invoice?$filter=floor(gross_amount) eq 1", 501),
        ("fact_invoice?$filter=gross_amount add 1 eq 2", 501),
        ("fact_invoice?$expand=lines", 501),
        ("fact_invoice?$apply=aggregate(x)", 501),
        ("fact_invoice?$top=-1", 400),
        ("fact_invoice?$skip=x", 400),
        ("fact_invoice?$select=nothing", 400),
        ("fact_invoice?$orderby=nothing", 400),
        ("fact_invoice?$orderby=vendor_name sideways", 400),
        ("fact_invoice?$count=maybe", 400),
        ("fact_invoice?$skiptoken=x", 400),
        ("fact_invoice?$format=atom", 415),
        ("nothing", 404),
        ("extraction_user", 404),
        ("$batch", 501),
        ("a/b/c", 404),
        ("fact_invoice(x)", 400),
    ],
)
def test_what_is_not_there_or_not_offered_is_said(feed: Client, path: str, status: int):
    answer = feed.get(f"/odata/v1/{path}")
    assert answer.status_code == status
    assert set(body(answer)["error"]) == {"code", "message"}


def test_nothing_can_be_written(feed: Client):
    answer = feed.post("/odata/v1/fact_invoice", "{}", content_type="application/json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


# --- page by page -----------------------------------------------------------------------------------------------------


def follow(feed: Client, address: str, between: Callable[[], object] = lambda: None) -> list[Any]:
    rows: list[Any] = []
    while address:
        found = body(feed.get(address, headers={"Prefer": "odata.maxpagesize=2"}))
        rows += found["value"]
        address = found.get("@odata.nextLink", "")
        between()
    return rows


@pytest.mark.parametrize("order", ["", "&$orderby=vendor_name desc,issue_date", "&$orderby=invoice_id"])
def test_the_pages_hold_every_row_once(feed: Client, make_invoice: Callable[..., Invoice], order: str):
    expected = [make_invoice(vendor_name=name).pk for name in ("C", "A", "B", "A", "C")]
    rows = follow(feed, f"/odata/v1/fact_invoice?$select=invoice_id{order}")
    assert sorted(row["invoice_id"] for row in rows) == expected
    first = body(feed.get("/odata/v1/fact_invoice?$count=true", headers={"Prefer": "maxpagesize=2"}))
    assert (first["@odata.count"], len(first["value"])) == (5, 2)


def test_rows_that_come_or_go_in_between_move_no_others(feed: Client, make_invoice: Callable[..., Invoice]):
    expected = [make_invoice().pk for _number in range(5)]
    rows = follow(
        feed,
        "/odata/v1/fact_invoice",
        lambda: Invoice.objects.filter(pk=expected[0]).update(deleted_at="2024-01-01T00:00Z"),
    )
    assert [row["invoice_id"] for row in rows] == expected


def test_top_and_skip_hold_over_pages(feed: Client, make_invoice: Callable[..., Invoice]):
    made = [make_invoice().pk for _number in range(6)]
    rows = follow(feed, "/odata/v1/fact_invoice?$top=3&$skip=1")
    assert [row["invoice_id"] for row in rows] == made[1:4]
    assert body(ask(feed, "fact_invoice", top="0"))["value"] == []


def test_empty_values_come_first_in_an_order(feed: Client, invoices: list[Invoice]):
    up = body(ask(feed, "fact_invoice", orderby="gross_amount"))["value"]
    down = body(ask(feed, "fact_invoice", orderby="gross_amount desc"))["value"]
    assert [row["gross_amount"] for row in up] == [None, 99.9, 1234.5]
    assert [row["gross_amount"] for row in down] == [1234.5, 99.9, None]


# --- to whom ----------------------------------------------------------------------------------------------------------


def test_a_token_sees_its_own_workspace_alone(feed: Client, invoices: list[Invoice]):
    for table in TABLES:
        if table.per_workspace:
            assert {row["workspace_id"] for row in body(ask(feed, table.name))["value"]} == {invoices[0].workspace_id}
    assert names(feed, "vendor_name eq 'Elsewhere' or 1 eq 1 or true") == ["Ash & Söhne", "Oak's", ""]
    other = Invoice.objects.exclude(workspace=invoices[0].workspace).get()
    assert feed.get(f"/odata/v1/fact_invoice({other.pk})").status_code == 404


def test_excel_signs_in_with_the_token_as_password(token: ApiToken):
    client = Client()
    refused = client.get("/odata/v1/")
    assert (refused.status_code, refused["WWW-Authenticate"][:5]) == (401, "Basic")
    basic = base64.b64encode(f"anything:{SECRET}".encode()).decode()
    assert client.get("/odata/v1/", headers={"Authorization": f"Basic {basic}"}).status_code == 200
    for wrong in ("Basic x", f"Basic {base64.b64encode(b'no colon').decode()}", "Basic", "Digest x"):
        assert client.get("/odata/v1/", headers={"Authorization": wrong}).status_code == 401


def test_a_token_without_the_scope_and_a_signed_in_browser_see_nothing(feed: Client, token: ApiToken, admin: User):
    ApiToken.objects.update(scopes=["invoices:read"])
    assert feed.get("/odata/v1/").status_code == 403
    browser = Client()
    browser.force_login(admin)
    assert browser.get("/odata/v1/fact_invoice").status_code == 401


def test_too_many_requests_are_refused(feed: Client, settings: Any):
    settings.API_RATE_LIMIT = 1
    assert feed.get("/odata/v1/").status_code == 200
    answer = feed.get("/odata/v1/")
    assert (answer.status_code, "Retry-After" in answer) == (429, True)


def test_an_error_of_ours_shows_no_traceback(feed: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(views, "metadata_xml", lambda: 1 / 0)
    answer = feed.get("/odata/v1/$metadata")
    assert answer.status_code == 500
    assert b"division" not in answer.content
