"""A workspace with rows in every table of the feed, a token for it, and somebody else's rows beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from extraction.bi.calendar import calendar
from extraction.models import ApiToken, Day, Invoice, LineItem, TaxLine, User, Workspace
from extraction.services.tokens import token_hash

SECRET = "ilk_feed"


@pytest.fixture(autouse=True)
def _days(db: None) -> None:
    """Tests that commit empty all tables behind them, also this one, which only a migration fills."""
    if not Day.objects.exists():
        Day.objects.bulk_create([Day(**row) for row in calendar()], batch_size=500)


@pytest.fixture
def token(workspace: Workspace, reviewer: User) -> ApiToken:
    return ApiToken.objects.create(
        workspace=workspace, user=reviewer, name="Excel", sha256=token_hash(SECRET), scopes=["bi:read"]
    )


@pytest.fixture
def feed(token: ApiToken) -> Client:
    return Client(headers={"Authorization": f"Bearer {SECRET}"}, raise_request_exception=False)


@pytest.fixture
def invoices(make_invoice: Callable[..., Invoice], outsider: User) -> list[Invoice]:
    ash = make_invoice(vendor_name="Ash & Söhne", gross_total=Decimal("1234.50"), issue_date=date(2024, 1, 31))
    oak = make_invoice(
        vendor_name="Oak's", status="approved", gross_total=Decimal("99.90"), issue_date=date(2024, 2, 29)
    )
    none = make_invoice(vendor_name="", gross_total=None, issue_date=None, status="failed")
    LineItem.objects.create(invoice=ash, position=1, description="Nails", quantity=2, amount=Decimal("1037.40"))
    TaxLine.objects.create(invoice=ash, position=1, rate=19, base=Decimal("1037.39"), amount=Decimal("197.11"))
    make_invoice(workspace=outsider.memberships.get().workspace, vendor_name="Elsewhere")
    return [ash, oak, none]
