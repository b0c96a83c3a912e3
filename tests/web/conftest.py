"""A browser of our own for each role: Django's test client, signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from extraction.models import Invoice, InvoicePage, User
from extraction.services import search_index
from tests.builders import make_page, png


@pytest.fixture
def browse() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def web(browse: Callable[[User], Client], approver: User) -> Client:
    """The browser of somebody who may review, approve and export."""
    return browse(approver)


@pytest.fixture
def add_page() -> Callable[..., InvoicePage]:
    def add(invoice: Invoice, number: int = 1, text: str = "Birch & Sons Ltd\nTotal 119.00") -> InvoicePage:
        page = make_page(number, text)
        lines = [[[w.text, *w.box.to_list(), w.confidence] for w in line.words] for line in page.lines]
        row = InvoicePage(invoice=invoice, number=number, width=600, height=800, source="ocr", lines=lines, text=text)
        row.image.save("page.png", ContentFile(png()), save=True)
        search_index(invoice=invoice)
        return row

    return add
