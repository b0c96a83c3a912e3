"""Whose language a page speaks, and how dates and amounts are written in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from extraction import services
from extraction.engine.errors import DamagedFile
from extraction.models import FieldValue, Invoice, Status, User
from tests.builders import VALUES

Browse = Callable[[User], Client]
GERMAN = {"Accept-Language": "de-DE,de;q=0.9"}
# English words of the product that no German page has outside what is printed on documents.
ENGLISH = re.compile(
    r"\b(the|and|with|your|you|this|these|of|are|not|is|upload|settings|members|invite|approve|reject|vendor|"
    r"invoice|save|document|documents|fields|required|password|sign|delete|page)\b",
    re.IGNORECASE,
)


@pytest.fixture
def german(browse: Browse, admin: User) -> Client:
    services.profile_set(user=admin, name="Ada", language="de")
    return browse(admin)


def words_of(page: str) -> str:
    """What people see or hear of a page."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    told = re.findall(r'(?:aria-label|title|placeholder|data-text[\w-]*|alt|data-[\w-]+)="([^"]*)"', body)
    return unescape(" ".join([re.sub(r"<[^>]+>", " ", body), *(text for text in told if " " in text)]))


def test_a_browser_is_answered_in_its_language(client: Client, db: None) -> None:
    page = client.get(reverse("login"), headers=GERMAN).content.decode()
    assert '<html lang="de">' in page
    assert "Anmelden" in page
    assert "Sign in" in client.get(reverse("login"), headers={"Accept-Language": "fr"}).content.decode()


def test_a_person_is_answered_in_theirs_whatever_the_browser_asks(german: Client, browse: Browse, admin: User) -> None:
    page = german.get(reverse("inbox"), headers={"Accept-Language": "en"})
    assert "Eingang" in page.content.decode()
    assert page["Content-Language"] == "de"
    services.profile_set(user=admin, name="Ada", language="")
    assert "Inbox" in browse(admin).get(reverse("inbox"), headers={"Accept-Language": "en"}).content.decode()


def test_the_profile_changes_name_and_language(browse: Browse, reviewer: User) -> None:
    client = browse(reviewer)
    page = client.post(reverse("profile"), {"name": "Rita", "language": "de"}, follow=True).content.decode()
    assert "Gespeichert." in page
    reviewer.refresh_from_db()
    assert (reviewer.name, reviewer.preferences["language"]) == ("Rita", "de")
    assert client.post(reverse("profile"), {"name": "Rita", "language": "xx"}).status_code == 422


def test_no_page_in_german_has_english_left(german: Client, make_invoice: Callable[..., Invoice], admin: User) -> None:
    values = VALUES | {"vendor_name": "Birke KG", "gross_total": Decimal("120.00")}
    invoice = make_invoice(values=values, file_name="rechnung.png")
    services.field_correct(invoice=invoice, user=admin, name="due_date", text="2024-01-01")
    others = [make_invoice(status=status, values=values, file_name="b.png") for status in Status]
    FieldValue.objects.update(reason="right of label 'Summe'")
    Invoice.objects.filter(status=Status.FAILED).update(error_message=DamagedFile.default)
    addresses = [
        *(reverse(name) for name in ("inbox", "profile", "guide", "workspace-new", "password")),
        *(reverse(f"settings-{name}") for name in ("company", "members", "fields", "approval", "limits", "activity")),
        *(reverse("review", args=[row.pk]) for row in (invoice, *others)),
        "/nirgends/",
    ]
    left = {}
    for address in addresses:
        found = ENGLISH.findall(words_of(german.get(address).content.decode()))
        if found:
            left[address] = sorted(set(found))
    assert left == {}


def test_what_the_engine_said_is_read_in_german_and_kept_in_english(
    german: Client, make_invoice: Callable[..., Invoice], admin: User
) -> None:
    invoice = make_invoice(values=VALUES | {"gross_total": Decimal("1120.00")})
    services.field_correct(invoice=invoice, user=admin, name="due_date", text="2024-01-01")
    page = unescape(german.get(reverse("review", args=[invoice.pk])).content.decode())
    assert "Netto 100,00 und Steuer 19,00 ergeben 119,00, der Bruttobetrag lautet aber 1.120,00." in page
    assert any(problem["message"].startswith("Net 100.00") for problem in invoice.problems)


def test_dates_and_amounts_are_written_as_the_language_does_and_typed_as_iso(
    german: Client, browse: Browse, approver: User, make_invoice: Callable[..., Invoice]
) -> None:
    invoice = make_invoice(values=VALUES | {"gross_total": Decimal("1119.00")})
    assert "14.03.2024" in german.get(reverse("inbox")).content.decode()
    assert "1.119,00" in german.get(reverse("inbox")).content.decode()
    english = browse(approver).get(reverse("inbox")).content.decode()
    assert "14 Mar 2024" in english
    assert "1,119.00" in english
    assert 'value="2024-03-14"' in german.get(reverse("review", args=[invoice.pk])).content.decode()


def test_places_for_scripts_are_numbers_in_every_language(german: Client, make_invoice: Callable[..., Invoice]) -> None:
    invoice = make_invoice()
    invoice.line_items.create(position=1, description="Brett", page=1, box=[0.125, 0.25, 0.5, 0.75])
    assert 'data-place="1 0.125 0.25 0.5 0.75"' in german.get(reverse("review", args=[invoice.pk])).content.decode()


def test_a_refusal_is_in_the_persons_language(german: Client, make_invoice: Callable[..., Invoice]) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    answer: Any = german.post(reverse("approve", args=[invoice.pk]), follow=True)
    assert "kann im Status „Freigegeben“ nicht freigegeben werden" in unescape(answer.content.decode())
    address = reverse("field-save", args=[make_invoice().pk, "gross_total"])
    answer = german.post(address, {"value": "viel"}, headers={"HX-Request": "true"})
    assert "Geben Sie einen Betrag ein" in answer.content.decode()
