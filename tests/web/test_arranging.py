"""The page on which pages are arranged, what it sends, and what the review page says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from extraction import services
from extraction.engine.record import Problem
from extraction.engine.splitting import Division
from extraction.models import Arrangement, Invoice, InvoicePage, Status, User
from extraction.services import state_of
from tests.builders import FakeReader, make_reading

Make = Callable[..., Invoice]
AddPage = Callable[..., InvoicePage]


@pytest.fixture
def two_pages(make_invoice: Make, add_page: AddPage) -> Invoice:
    invoice = make_invoice(page_count=2, pages_done=2, file_name="scan.png")
    for number in (1, 2):
        add_page(invoice, number)
    return invoice


def asked(invoice: Invoice, *groups: list[int]) -> dict[str, str]:
    pages = [[{"invoice": invoice.pk, "number": number, "turn": 0} for number in group] for group in groups]
    return {"arrangement": json.dumps({"seen": {str(invoice.pk): state_of(invoice)}, "groups": pages})}


def apply(client: Client, invoice: Invoice, data: dict[str, str]) -> Any:
    return client.post(reverse("arrange-apply", args=[invoice.pk]), data, headers={"Accept": "application/json"})


def data_of(client: Client, invoice: Invoice) -> Any:
    page = client.get(reverse("arrange", args=[invoice.pk])).content.decode()
    found = re.search(r'<script id="arrange-data" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_the_page_names_every_page_with_its_pictures(two_pages: Invoice, web: Client) -> None:
    (document,) = data_of(web, two_pages)["documents"]
    assert [(page["number"], page["file"], page["page"]) for page in document["pages"]] == [
        (1, "scan.png", 1),
        (2, "scan.png", 2),
    ]
    assert (document["locked"], document["state"]) == ("", state_of(two_pages))
    small = web.get(document["pages"][0]["thumb"])
    assert small["Content-Type"] == "image/jpeg"
    assert "immutable" in small["Cache-Control"]
    with Image.open(BytesIO(small.content)) as image:
        assert max(image.size) <= 320


def test_what_is_applied_is_told_with_an_undo(two_pages: Invoice, web: Client) -> None:
    answer = apply(web, two_pages, asked(two_pages, [1], [2]))
    assert answer.json() == {"url": reverse("review", args=[two_pages.pk])}
    made = Arrangement.objects.get()
    page = web.get(answer.json()["url"]).content.decode()
    assert "The pages were arranged: 2 documents are being read." in page
    assert reverse("arrange-undo", args=[made.pk]) in page
    back = web.post(reverse("arrange-undo", args=[made.pk]), follow=True)
    assert "The pages are as they were before." in back.content.decode()
    assert Invoice.objects.filter(deleted_at__isnull=True).count() == 1


def test_a_refusal_is_answered_in_words(two_pages: Invoice, web: Client) -> None:
    Invoice.objects.filter(pk=two_pages.pk).update(page_count=3)
    refused = apply(web, two_pages, asked(two_pages, [1], [2]))
    assert refused.status_code == 409
    assert "changed or deleted by somebody else" in refused.json()["error"]
    for junk in ("", "[]", "{}", '{"seen": {}, "groups": [[{"invoice": 1, "number": 1}]]}', '{"seen": 1, "groups": 2}'):
        answer = apply(web, two_pages, {"arrangement": junk})
        assert (answer.status_code, "did not arrive whole" in answer.json()["error"]) == (409, True)


def test_nobody_arranges_what_is_somebody_elses(
    two_pages: Invoice, make_invoice: Make, browse: Callable[[User], Client], outsider: User, add_page: AddPage
) -> None:
    theirs = make_invoice(workspace=outsider.workspaces.get(), page_count=1)
    add_page(theirs)
    client = browse(outsider)
    data = {
        "seen": {str(one.pk): state_of(one) for one in (two_pages, theirs)},
        "groups": [[{"invoice": theirs.pk, "number": 1}, {"invoice": two_pages.pk, "number": 1}]],
    }
    assert apply(client, theirs, {"arrangement": json.dumps(data)}).status_code == 409
    found = client.get(reverse("arrange-documents", args=[theirs.pk]), {"id": two_pages.pk}).json()
    assert found == {"documents": []}
    assert Arrangement.objects.count() == 0


def test_the_undo_of_an_arrangement_does_not_exist_for_an_outsider(
    two_pages: Invoice, web: Client, browse: Callable[[User], Client], outsider: User
) -> None:
    apply(web, two_pages, asked(two_pages, [1], [2]))
    address = reverse("arrange-undo", args=[Arrangement.objects.get().pk])
    assert browse(outsider).post(address).status_code == 404
    assert Arrangement.objects.get().undone_at is None


def test_documents_to_add_are_those_that_may_be_arranged(
    two_pages: Invoice, make_invoice: Make, add_page: AddPage, web: Client
) -> None:
    for status in (Status.REVIEW, Status.APPROVED, Status.QUEUED):
        other = make_invoice(status=status, file_name=f"other-{status}.png", page_count=1)
        add_page(other)
    found = web.get(reverse("arrange-documents", args=[two_pages.pk]), {"q": "other"}).json()["documents"]
    assert [len(document["pages"]) for document in found] == [1]
    ids = [document["id"] for document in found]
    again = web.get(reverse("arrange-documents", args=[two_pages.pk]), {"q": "other", "without": ids}).json()
    assert again == {"documents": []}


def test_a_document_without_pages_says_so(make_invoice: Make, web: Client) -> None:
    page = web.get(reverse("arrange", args=[make_invoice(source="e_invoice").pk])).content.decode()
    assert "There are no pages to arrange" in page


def test_an_uploader_may_look_and_is_offered_nothing(
    two_pages: Invoice, browse: Callable[[User], Client], uploader: User
) -> None:
    client = browse(uploader)
    page = client.get(reverse("arrange", args=[two_pages.pk])).content.decode()
    assert "A reviewer arranges them." in page
    assert 'data-act="apply"' not in page
    assert "go-arrange" not in client.get(reverse("review", args=[two_pages.pk])).content.decode()


def test_the_address_of_a_document_that_went_into_another_leads_there(
    two_pages: Invoice, make_invoice: Make, add_page: AddPage, web: Client
) -> None:
    other = make_invoice(page_count=1)
    add_page(other)
    pages = [(two_pages, 1), (other, 1)]
    data = {
        "seen": {str(one.pk): state_of(one) for one in (two_pages, other)},
        "groups": [[{"invoice": one.pk, "number": number} for one, number in pages]],
    }
    answer = apply(web, two_pages, {"arrangement": json.dumps(data)})
    assert answer.status_code == 200, answer.json()
    gone = web.get(reverse("review", args=[other.pk]))
    assert gone.status_code == 410
    assert "Its pages were arranged into other documents" in gone.content.decode()
    assert reverse("review", args=[two_pages.pk]) in gone.content.decode()
    assert reverse("restore", args=[other.pk]) not in gone.content.decode()


def proposed(invoice: Invoice) -> Invoice:
    """Read with a doubt: it may be two invoices."""
    division = Division(
        proposed=((1, 1), (2, 2)), problem=Problem("several_invoices", (), "This file may hold 2 invoices.")
    )
    assert division.problem is not None
    reading = make_reading(pages=2, problems=(division.problem,))
    object.__setattr__(reading, "proposed", division.proposed)
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(reading))
    invoice.refresh_from_db()
    return invoice


def test_a_doubtful_file_is_proposed_as_a_split(make_invoice: Make, web: Client) -> None:
    invoice = proposed(make_invoice(status=Status.QUEUED))
    page = web.get(reverse("review", args=[invoice.pk])).content.decode()
    assert "This file may hold 2 invoices" in page
    assert "page 1, page 2" in page
    web.post(reverse("split-accept", args=[invoice.pk]))
    rows = Invoice.objects.filter(deleted_at__isnull=True).order_by("pk")
    assert [row.page_range for row in rows] == [(1, 1), (2, 2)]
    assert web.post(reverse("split-accept", args=[invoice.pk])).status_code == 302
    assert Arrangement.objects.count() == 1


def test_a_correction_keeps_the_proposal(make_invoice: Make, web: Client, reviewer: User) -> None:
    invoice = proposed(make_invoice(status=Status.QUEUED))
    services.field_correct(invoice=invoice, user=reviewer, name="gross_total", text="5.00")
    assert services.proposed_parts(invoice) == [(1, 1), (2, 2)]


def test_a_declined_proposal_is_remembered_when_it_is_read_again(
    make_invoice: Make, web: Client, reviewer: User
) -> None:
    invoice = proposed(make_invoice(status=Status.QUEUED, file_name="one.png"))
    web.post(reverse("split-decline", args=[invoice.pk]))
    invoice.refresh_from_db()
    assert services.proposed_parts(invoice) == []
    assert (invoice.page_range, invoice.document_name) == ((1, 2), "one.png")
    services.invoice_retry(invoice=invoice, user=reviewer)
    reader = FakeReader(make_reading(pages=2))
    services.invoice_read(invoice_id=invoice.pk, reader=reader)
    assert reader.options.pages == (1, 2)  # which the engine never splits
