"""Whose language a page speaks, and how dates and amounts are written in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from extraction import services
from extraction.activity import ACTIONS
from extraction.engine.errors import DamagedFile
from extraction.engine.wording import PARTS, PROBLEMS, Part
from extraction.exports.presets import PRESETS
from extraction.exports.profiles import new_draft
from extraction.models import (
    ExportBatch,
    ExportProfile,
    FieldValue,
    Invoice,
    Letter,
    Mailbox,
    Status,
    User,
    WatchFolder,
    Workspace,
)
from tests.builders import VALUES

Browse = Callable[[User], Client]
Make = Callable[..., Invoice]
GERMAN = {"Accept-Language": "de-DE,de;q=0.9"}
CATALOGUE = Path(__file__).resolve().parents[2] / "locale" / "de" / "LC_MESSAGES" / "django.po"
NO_PROSE = re.compile(r"\S+@\S+|https?:\S+|\{\w+\}|\w+_\w+|/\S+|\d\sBytes")
WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{3,}")


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """The words of the product's English texts that no German text of it has."""
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file, locale="de") if message.id]
    sides: list[set[str]] = []
    for side in ("id", "string"):
        texts = [text for message in messages for text in flat(getattr(message, side))]
        sides.append({word.lower() for text in texts for word in WORD.findall(re.sub(r"%\(\w+\)s|\{\w+\}", " ", text))})
    return frozenset(sides[0] - sides[1])


def flat(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text,)


def left_in(page: str) -> list[str]:
    """English words of a page, each once."""
    words = {word.lower() for word in WORD.findall(NO_PROSE.sub(" ", words_of(page)))}
    return sorted(words & english())


@pytest.fixture
def german(browse: Browse, admin: User) -> Client:
    services.profile_set(user=admin, name="Ada", language="de")
    return browse(admin)


def words_of(page: str) -> str:
    """What people see or hear of a page, apart from what they typed and what is in a file."""
    body = re.sub(
        r"<(script|style|svg|textarea)\b.*?</\1>|<div class=\"scroller sample\".*?</div>", " ", page, flags=re.DOTALL
    )
    told = re.findall(r'(?:aria-label|title|placeholder|alt|value|hx-confirm|data-[\w-]+)="([^"]*)"', body)
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


def example(template: str) -> str:
    """A sentence of the engine with its parts filled in as it fills them."""
    parts = {
        Part.WHOLE: "3",
        Part.AMOUNT: "7.50",
        Part.DATE: "2024-03-14",
        Part.GLYPH: "'O'",
        Part.PAGES: "page 1 and page 3",
    }
    said = {
        "kind": "a quote",
        "reason": "the name in full",
        "note": "sum of the tax lines",
        "order": "as in 01/31/2024",
    }

    def filled(name: str) -> str:
        kind = PARTS.get(name, Part.TEXT)
        return parts.get(kind) or (said.get(name, "Due date") if kind is Part.SAID else "Rechnung")

    return re.sub(r"\{(\w+)\}", lambda found: filled(found[1]), template)


@pytest.fixture
def birch(make_invoice: Make, add_page: Callable[..., Any], admin: User, reviewer: User) -> Invoice:
    """One document to review about which all there is has been said and done."""
    values = VALUES | {"vendor_name": "Birke KG", "iban": "DE02120300000000202051"}
    make_invoice(status=Status.APPROVED, values=values | {"iban": "DE89370400440532013000"}, file_name="alt.png")
    invoice = make_invoice(values=values, file_name="rechnung.png", page_count=2, pages_done=2)
    for number in (1, 2):
        add_page(invoice, number, "Birke KG\nSumme 119,00")
    invoice.line_items.create(position=1, description="Brett", quantity=2, unit_price=5, amount=11)
    invoice.tax_lines.create(position=1, rate=19, base=100, amount=18)
    services.field_correct(invoice=invoice, user=reviewer, name="due_date", text="2024-01-01")
    services.field_confirm(invoice=invoice, user=reviewer, name="vendor_name")
    services.comment_add(invoice=invoice, user=reviewer, text=f"@{admin} Stimmt das?")
    services.invoice_assign(invoice=invoice, user=reviewer, assignee=admin)
    services.invoice_hold(invoice=invoice, user=reviewer, reason="Wartet auf Ware")
    for action in ACTIONS:
        services.audit.event_record(
            invoice=invoice, user=admin, action=action, field="iban", other=7, reason="Doppelt", pages=2
        )
    problems: list[Any] = [{"code": f"c{n}", "fields": [], "message": example(text)} for n, text in enumerate(PROBLEMS)]
    invoice.refresh_from_db()
    invoice.problems += [
        *problems,
        {"code": "several_invoices", "fields": [], "message": "", "parts": [[1, 1], [2, 2]]},
    ]
    invoice.save()
    FieldValue.objects.filter(name="gross_total").update(confidence=0.5)
    FieldValue.objects.update(reason="right of label 'Summe'")
    return invoice


def pages_of_the_site(workspace: Workspace, admin: User, birch: Invoice, others: list[Invoice]) -> list[str]:
    view = services.view_create(
        workspace=workspace, user=admin, name="Eigene", query="status=all", columns=[], shared=True
    )
    box = Mailbox.objects.create(
        workspace=workspace, address="post@example.com", host="imap.example.com", username="u", folder="Belege",
        password="x", error="imap.example.com:993 does not answer. It is tried again.", failing_since=timezone.now(),
    )  # fmt: skip
    note = "2 documents were here already.\na.pdf: This file has no pages. Export or scan the document again."
    Letter.objects.create(mailbox=box, uid=1, uid_validity=1, state="taken", documents=1, note=note)
    WatchFolder.objects.create(workspace=workspace, name="scanner", checked_at=timezone.now())
    with translation.override("de"):  # the reasons are kept as they were told
        act = services.invoices_act(action="approve", ids=[birch.pk, others[0].pk], user=admin)
    sections = ("company", "members", "fields", "approval", "limits", "activity", "inbound", "mailbox-new")
    return [
        *(reverse(name) for name in ("inbox", "profile", "guide", "workspace-new", "password", "notifications")),
        *(reverse(f"settings-{name}") for name in sections),
        reverse("settings-mailbox", args=[box.pk]),
        *(f"{reverse('inbox')}?{query}" for query in LISTS),
        f"{reverse('inbox')}?view={view.pk}",
        f"{reverse('inbox')}?bulk={act.pk}",
        f"{reverse('doubts')}",
        f"{reverse('doubts')}?field=missing",
        *(reverse(name, args=[birch.pk]) for name in ("activity", "arrange", "duplicates")),
        reverse("field-history", args=[birch.pk, "due_date"]),
        *(reverse("review", args=[row.pk]) for row in (birch, *others)),
        "/nirgends/",
    ]


LISTS = (
    "status=all", "status=all&q=nirgends", "status=failed", "status=hold", "status=all&vendor=x&period=last-month",
    "status=all&min=viel", "status=all&problem=iban_invalid&assignee=nobody&doubtful=1&type=invoice",
)  # fmt: skip


def test_no_page_in_german_has_english_left(
    german: Client, make_invoice: Make, workspace: Workspace, admin: User, birch: Invoice
) -> None:
    values = VALUES | {"vendor_name": "Birke KG"}
    others = [make_invoice(status=status, values=values, file_name="b.png") for status in Status]
    others.append(make_invoice(values=values, file_name="weg.png", deleted_at=timezone.now()))
    others.append(make_invoice(status=Status.FAILED, file_name="zu.pdf", error_code="encrypted_pdf"))
    FieldValue.objects.update(reason="right of label 'Summe'")
    Invoice.objects.filter(status=Status.FAILED).update(error_message=DamagedFile.default)
    Invoice.objects.filter(status=Status.REJECTED).update(rejected_reason="Duplicate of rechnung.png (no. 3)")
    addresses = pages_of_the_site(workspace, admin, birch, others)
    left = {address: left_in(german.get(address).content.decode()) for address in addresses}
    assert {address: words for address, words in left.items() if words} == {}


def test_no_page_of_the_exports_in_german_has_english_left(
    german: Client, make_invoice: Make, workspace: Workspace, admin: User
) -> None:
    make_invoice(status=Status.APPROVED, values=VALUES | {"vendor_name": "Birke KG"}, file_name="rechnung.png")
    make_invoice(status=Status.APPROVED, values={"vendor_name": "Birke KG"}, file_name="leer.png")
    for preset in ("", *PRESETS):
        draft = replace(new_draft(preset), name=f"Profil {preset}")
        if preset != "datev":
            services.profile_save(workspace=workspace, user=admin, draft=draft)
    saved = ExportProfile.objects.filter(workspace=workspace)
    new = reverse("export-profile-new")
    addresses = [
        *(reverse(name) for name in ("exports", "export-profiles", "vendor-codes")),
        *(f"{new}?preset={preset}" for preset in ("", *PRESETS)),
        *(f"{reverse('exports')}?profile={profile.pk}&show=1" for profile in saved),
        *(f"{reverse('export-preview')}?profile={profile.pk}" for profile in saved),
    ]
    left = {address: left_in(german.get(address, follow=True).content.decode()) for address in addresses}
    for profile in saved:
        answer = german.post(reverse("export-start"), {"profile": profile.pk, "again": "1"}, follow=True)
        left[f"start {profile.name}"] = left_in(answer.content.decode())
    for batch in ExportBatch.objects.all():
        left[f"batch {batch.pk}"] = left_in(german.get(reverse("export-batch", args=[batch.pk])).content.decode())
    left["no name"] = left_in(german.post(new, {"preset": "datev", "name": ""}).content.decode())
    assert {address: words for address, words in left.items() if words} == {}


def test_what_is_answered_to_acts_is_german(german: Client, birch: Invoice, reviewer: User) -> None:
    def sent(name: str, /, *args: Any, **data: Any) -> str:
        return german.post(
            reverse(name, args=args), data, follow=True, headers={"Accept-Language": "en"}
        ).content.decode()

    services.field_correct(invoice=birch, user=reviewer, name="gross_total", text="150")
    answers = {
        "conflict": sent("field-save", birch.pk, "gross_total", value="160", base="119.00"),
        "no value": sent("field-save", birch.pk, "gross_total", value="viel", base="150"),
        "stale approval": sent("approve", birch.pk, seen="0"),
        "approval": sent("approve", birch.pk),
        "no reason": sent("reject", birch.pk, reason=""),
        "empty comment": sent("comment", birch.pk, text=""),
        "hold": sent("hold", birch.pk, reason=""),
        "bulk": sent("bulk", action="hold", pick=birch.pk),
        "nothing chosen": sent("bulk", action="approve"),
        "view": sent("view-create", name=""),
        "mailbox": sent("settings-mailbox-new", address="x", security="tls", port="0"),
        "upload": sent("upload"),
        "invitation": sent("settings-members", email="x", role="admin"),
    }  # fmt: skip
    assert {name: words for name, page in answers.items() if (words := left_in(page))} == {}


def test_what_the_engine_said_is_read_in_german_and_kept_in_english(
    german: Client, make_invoice: Make, admin: User
) -> None:
    invoice = make_invoice(values=VALUES | {"gross_total": Decimal("1120.00")})
    services.field_correct(invoice=invoice, user=admin, name="due_date", text="2024-01-01")
    page = unescape(german.get(reverse("review", args=[invoice.pk])).content.decode())
    assert "Netto 100,00 und Steuer 19,00 ergeben 119,00, der Bruttobetrag lautet aber 1.120,00." in page
    assert any(problem["message"].startswith("Net 100.00") for problem in invoice.problems)


def test_dates_and_amounts_are_written_as_the_language_does_and_typed_as_iso(
    german: Client, browse: Browse, approver: User, make_invoice: Make
) -> None:
    invoice = make_invoice(values=VALUES | {"gross_total": Decimal("1119.00")})
    assert "14.03.2024" in german.get(reverse("inbox")).content.decode()
    assert "1.119,00" in german.get(reverse("inbox")).content.decode()
    english = browse(approver).get(reverse("inbox")).content.decode()
    assert "14 Mar 2024" in english
    assert "1,119.00" in english
    assert 'value="2024-03-14"' in german.get(reverse("review", args=[invoice.pk])).content.decode()


def test_places_for_scripts_are_numbers_in_every_language(german: Client, make_invoice: Make) -> None:
    invoice = make_invoice()
    invoice.line_items.create(position=1, description="Brett", page=1, box=[0.125, 0.25, 0.5, 0.75])
    assert 'data-place="1 0.125 0.25 0.5 0.75"' in german.get(reverse("review", args=[invoice.pk])).content.decode()


def test_a_refusal_is_in_the_persons_language(german: Client, make_invoice: Make) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    answer: Any = german.post(reverse("approve", args=[invoice.pk]), follow=True)
    assert "kann im Status „Freigegeben“ nicht freigegeben werden" in unescape(answer.content.decode())
    address = reverse("field-save", args=[make_invoice().pk, "gross_total"])
    answer = german.post(address, {"value": "viel"}, headers={"HX-Request": "true"})
    assert "Geben Sie einen Betrag ein" in answer.content.decode()
