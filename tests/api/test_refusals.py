"""Who may ask, how often, and what a request that is wrong gets: always a problem document."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extraction import services
from extraction.api.site import api
from extraction.models import ApiToken, AuditEvent, Invoice, Membership, Role, Scope, User, Workspace

from .conftest import Program

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]
MakeProgram = Callable[..., Program]


def is_problem(answer: Any, status: int, code: str) -> bool:
    body = answer.json()
    whole = {"type", "title", "status", "detail", "instance", "code", "errors"} == set(body)
    return (answer.status_code, answer["Content-Type"], body["status"], body["code"], whole) == (
        status, "application/problem+json", status, code, True,
    )  # fmt: skip


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_is_made_with_256_random_bits_and_only_its_hash_is_kept(workspace: Workspace, admin: User):
    token, secret = services.token_create(workspace=workspace, user=admin, name="ERP", scopes=[Scope.INVOICES_READ])
    assert re.fullmatch(r"ilk_[\w-]{43}", secret)
    assert secret not in str(ApiToken.objects.values().get())
    assert secret.startswith(token.start)
    assert Program(secret).get("/me").json()["name"] == "ERP"
    assert AuditEvent.objects.filter(action="token_created", user=admin).exists()


def test_only_administrators_make_tokens(workspace: Workspace, approver: User):
    with pytest.raises(services.NotAllowed):
        services.token_create(workspace=workspace, user=approver, name="ERP", scopes=[Scope.INVOICES_READ])


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer ilk_wrong", "Basic aWxrX3g6eA==", "Bearer \udce4"])
def test_without_a_token_there_is_no_answer(db: None, header: str):
    answer = Client().get("/api/v1/invoices", headers={"Authorization": header.encode("utf-8", "replace").decode()})
    assert is_problem(answer, 401, "unauthorized")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_signed_in_browser_is_no_token(admin: User):
    client = Client()
    client.force_login(admin)
    assert is_problem(client.get("/api/v1/invoices"), 401, "unauthorized")


@pytest.mark.parametrize(
    "columns", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(seconds=1)}]
)
def test_a_token_that_is_over_opens_nothing(make_program: MakeProgram, admin: User, columns: dict[str, Any]):
    assert is_problem(make_program(admin, **columns).get("/me"), 401, "unauthorized")


def test_a_token_ends_with_its_person(program: Program, admin: User):
    assert program.get("/me").status_code == 200
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert program.get("/me").status_code == 401
    User.objects.filter(pk=admin.pk).update(is_active=True)
    Membership.objects.filter(user=admin).delete()
    assert program.get("/me").status_code == 401


def test_a_scope_that_a_token_lacks_is_named(make_program: MakeProgram, admin: User, make_invoice: Make):
    invoice = make_invoice()
    reader = make_program(admin, [Scope.INVOICES_READ])
    assert reader.get(f"/invoices/{invoice.pk}").status_code == 200
    answer = reader.post(f"/invoices/{invoice.pk}/approve")
    assert is_problem(answer, 403, "insufficient_scope")
    assert "invoices:approve" in answer["WWW-Authenticate"]


def test_a_token_may_no_more_than_its_person(make_program: MakeProgram, reviewer: User, make_invoice: Make):
    invoice = make_invoice()
    program = make_program(reviewer)
    assert program.patch(f"/invoices/{invoice.pk}/fields", {"confirm": ["currency"]}).status_code == 200
    assert is_problem(program.post(f"/invoices/{invoice.pk}/approve"), 403, "not_allowed")
    assert is_problem(program.get("/webhooks"), 403, "not_allowed")
    assert is_problem(program.post("/exports/csv"), 403, "not_allowed")


def operations() -> list[tuple[str, str]]:
    return [
        (method, path.removeprefix("/api/v1"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    ]


def test_nothing_of_ours_is_there_for_a_program_of_others(
    make_program: MakeProgram, outsider: User, admin: User, make_invoice: Make
):
    """Every operation of the description is tried, so that a new one cannot be forgotten."""
    invoice = make_invoice()
    hook, _secret = services.webhook_create(workspace=invoice.workspace, user=admin, url="https://example.com/")
    before = Invoice.objects.filter(pk=invoice.pk).values().get()
    program = make_program(outsider)
    known = {"invoice_id": invoice.pk, "webhook_id": hook.pk, "delivery_id": 1, "number": 1, "format": "csv"}
    bodies = {"/reject": {"reason": "no"}, "/fields": {"confirm": ["currency"]}}
    tried = 0
    for method, path in operations():
        if "{invoice_id}" in path or "{webhook_id}" in path:
            body = next((body for end, body in bodies.items() if path.endswith(end)), {})
            answer = program.client.generic(
                method.upper(), "/api/v1" + path.format(**known), data=str(body).replace("'", '"'),
                content_type="application/json",
            )  # fmt: skip
            assert is_problem(answer, 404, "not_found"), (method, path, answer.content)
            tried += 1
    assert tried >= 18
    assert Invoice.objects.filter(pk=invoice.pk).values().get() == before
    assert program.get("/invoices").json()["items"] == []
    assert program.get("/vendors").json()["items"] == []
    assert program.get("/webhooks").json() == []
    assert invoice.file_name.encode() not in b"".join(program.get("/exports/csv").streaming_content)


def test_a_token_sees_its_own_workspace_also_where_its_person_works_in_two(
    program: Program, admin: User, make_invoice: Make
):
    second = Workspace.objects.create(name="Second")
    Membership.objects.create(workspace=second, user=admin, role=Role.ADMIN)
    there = make_invoice(workspace=second)
    User.objects.filter(pk=admin.pk).update(preferences={"workspace": second.pk})
    assert program.get("/invoices").json()["items"] == []
    assert program.get(f"/invoices/{there.pk}").status_code == 404


# --- how often --------------------------------------------------------------------------------------------------------


def test_too_many_requests_are_refused_until_the_next_minute(program: Program, settings: Any):
    settings.API_RATE_LIMIT = 3
    for _request in range(3):
        assert program.get("/me").status_code == 200
    refused = program.get("/me")
    assert is_problem(refused, 429, "too_many_requests")
    assert 1 <= int(refused["Retry-After"]) <= 60
    ApiToken.objects.update(window_at=timezone.now() - timedelta(minutes=1))
    assert program.get("/me").status_code == 200


# --- requests that are wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', "null", "\x00", "[" * 100_000, '{"reason": 5}', '{"reason": ""}', "{}"]
)
def test_a_broken_body_is_refused_in_words(program: Program, make_invoice: Make, body: str):
    address = f"/api/v1/invoices/{make_invoice().pk}/reject"
    answer = program.client.post(address, body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert is_problem(answer, answer.status_code, "bad_request" if answer.status_code == 400 else "invalid_request")


def test_a_wrong_value_is_named(program: Program):
    answer = program.get("/invoices", data={"limit": "many", "issued_from": "yesterday"})
    assert is_problem(answer, 422, "invalid_request")
    assert {row["field"] for row in answer.json()["errors"]} == {"limit", "issued_from"}


def test_a_filter_that_is_misspelt_is_refused(program: Program):
    answer = program.get("/invoices", data={"isued_from": "2024-01-01"})
    assert is_problem(answer, 422, "invalid_request")
    assert answer.json()["errors"] == [{"field": "isued_from", "message": "There is no such parameter."}]


def test_an_unknown_address_a_wrong_method_and_a_wrong_kind_of_body(program: Program, make_invoice: Make):
    assert is_problem(program.get("/nothing"), 404, "not_found")
    assert is_problem(program.get("/invoices/999999"), 404, "not_found")
    assert is_problem(program.get("/invoices/99999999999999999999"), 422, "invalid_request")
    wrong = program.client.put("/api/v1/invoices")
    assert is_problem(wrong, 405, "method_not_allowed")
    assert "POST" in wrong["Allow"]
    text = program.client.patch(f"/api/v1/invoices/{make_invoice().pk}/fields", "x", content_type="text/plain")
    assert is_problem(text, 415, "unsupported_media_type")
    assert is_problem(program.post("/invoices", {}), 415, "unsupported_media_type")


def test_too_large_a_body_is_refused(program: Program, make_invoice: Make, settings: Any):
    settings.MAX_UPLOAD_MB = 1
    large = program.client.post("/api/v1/invoices", b"x" * 2_000_000, content_type="multipart/form-data; boundary=x")
    assert is_problem(large, 413, "too_large")
    address = f"/api/v1/invoices/{make_invoice().pk}/reject"
    assert is_problem(program.client.post(address, b" " * 1_050_000, content_type="application/json"), 413, "too_large")


@pytest.mark.parametrize(
    "body", [b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--x--']
)
def test_a_form_without_a_file_is_refused(program: Program, body: bytes):
    answer = program.client.post("/api/v1/invoices", body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_an_error_of_ours_shows_no_traceback(program: Program, make_invoice: Make, monkeypatch: pytest.MonkeyPatch):
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("extraction.api.invoices.record_of", broken)
    answer = program.get(f"/invoices/{make_invoice().pk}")
    assert is_problem(answer, 500, "internal_error")
    assert b"secret detail" not in answer.content


def test_the_description_and_its_page_are_there_for_everybody(db: None):
    document = Client().get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/invoices" in document["paths"]
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "upload_invoice" in text
    assert "<script>" not in text
    assert "https://cdn" not in text
