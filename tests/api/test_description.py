"""Schemathesis asks every operation of the OpenAPI document, with good input and bad: it answers as described."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks

from extraction import services
from extraction.models import Invoice, LineItem, User
from ocrsite.wsgi import application

from .conftest import Program

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
EXAMPLES = int(os.environ.get("API_EXAMPLES", "12"))
load_all_checks()
LEFT_OUT = {
    # Each request is made with a token; tests/api/test_refusals.py asks without one.
    "ignored_auth",
    # A test of its own follows what was deleted.
    "use_after_free",
    "ensure_resource_availability",
    "max_response_time",
    # A cursor that is none, a file of no use, a value that is no date: fit the description and are refused in words.
    "positive_data_acceptance",
}


@pytest.fixture
def described(program: Program, admin: User, make_invoice: Callable[..., Invoice], add_page: Any, settings: Any) -> Any:
    """Rows with the numbers that most requests ask for, and as many requests as it takes."""
    settings.API_RATE_LIMIT = 0
    for number in (1, 2, 3):
        invoice = make_invoice(pk=number, status=["review", "approved", "failed"][number - 1])
        add_page(invoice)
        LineItem.objects.create(invoice=invoice, position=1, description="Nails")
    hook, _secret = services.webhook_create(workspace=invoice.workspace, user=admin, url="https://nowhere.invalid/")
    type(hook).objects.filter(pk=hook.pk).update(id=1)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    schema.config.update(base_url="http://localhost")
    return schema


def test_every_operation_keeps_to_its_description(described: Any, program: Program):
    headers = {"Authorization": f"Bearer {program.secret}"}
    left_out = [CHECKS.get_one(name) for name in LEFT_OUT if name in CHECKS.get_all_names()]
    asked = 0

    for result in described.get_all_operations():
        operation = result.ok()
        if operation.definition.raw["operationId"] == "test_webhook":
            continue  # each would wait for a name that leads nowhere

        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=headers, excluded_checks=left_out)

        strategy = operation.as_strategy()
        negative = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
        for cases in (strategy, negative):
            run(cases, ask)
    assert asked > 100
    assert Invoice.objects.filter(pk__in=[1, 2, 3]).exists()


def run(cases: Any, ask: Callable[[Any], None]) -> None:
    from hypothesis import given

    kept = settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    kept(given(case=cases)(lambda case: ask(case)))()
