from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from extraction.models import Invoice, InvoicePage


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_page_is_shown_as_a_picture_that_only_this_browser_keeps(
    make_invoice: Callable[..., Invoice], add_page: Callable[..., InvoicePage], web: Client
) -> None:
    page = add_page(make_invoice())
    answer = web.get(reverse("page-image", args=[page.invoice_id, 1]))
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    assert body(answer).startswith(b"\x89PNG")


def test_the_original_comes_back_unchanged_and_as_a_download(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice(file_name="Rechnung März.png")
    answer = web.get(reverse("original", args=[invoice.pk]))
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''Rechnung%20M%C3%A4rz.png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"
    assert body(answer) == invoice.file.read()


def test_a_page_or_file_that_is_not_there_is_not_found(make_invoice: Callable[..., Invoice], web: Client) -> None:
    invoice = make_invoice()
    assert web.get(reverse("page-image", args=[invoice.pk, 1])).status_code == 404
    invoice.file.storage.delete(invoice.file.name)
    assert web.get(reverse("original", args=[invoice.pk])).status_code == 404


def test_a_page_without_picture_is_not_found(
    make_invoice: Callable[..., Invoice], add_page: Callable[..., InvoicePage], web: Client
) -> None:
    page = add_page(make_invoice())
    InvoicePage.objects.update(image="")
    assert web.get(reverse("page-image", args=[page.invoice_id, 1])).status_code == 404


def test_words_come_with_their_places(
    make_invoice: Callable[..., Invoice], add_page: Callable[..., InvoicePage], web: Client
) -> None:
    page = add_page(make_invoice(), text="Total 119.00")
    lines = web.get(reverse("page-words", args=[page.invoice_id, 1])).json()["lines"]
    assert [[word[0] for word in line] for line in lines] == [["Total", "119.00"]]
    assert lines[0][1][1:5] == [0.2, 0.1, 0.28, 0.13]


def page_text(pdf: bytes, number: int = 0) -> str:
    return str(pdfium.PdfDocument(BytesIO(pdf))[number].get_textpage().get_text_bounded())


def test_a_scan_comes_back_as_a_pdf_whose_words_can_be_copied(
    make_invoice: Callable[..., Invoice], add_page: Callable[..., InvoicePage], web: Client
) -> None:
    invoice = make_invoice(file_name="Beleg März.png")
    add_page(invoice, text="Birch & Sons Ltd\nTotal 119.00")
    answer = web.get(reverse("searchable", args=[invoice.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''Beleg%20M%C3%A4rz-searchable.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    assert page_text(body(answer)).split() == ["Birch", "&", "Sons", "Ltd", "Total", "119.00"]


def test_the_review_page_offers_it_for_scans_alone(
    make_invoice: Callable[..., Invoice], add_page: Callable[..., InvoicePage], web: Client
) -> None:
    offered = {}
    for name, media_type, source in (
        ("scan", "image/png", "ocr"),
        ("digital", "application/pdf", "text_layer"),
        ("xml", "application/xml", None),
    ):
        invoice = make_invoice(media_type=media_type)
        if source:
            add_page(invoice)
            InvoicePage.objects.filter(invoice=invoice).update(source=source)
        page = web.get(reverse("review", args=[invoice.pk])).content.decode()
        offered[name] = reverse("searchable", args=[invoice.pk]) in page
    assert offered == {"scan": True, "digital": False, "xml": False}


def test_a_pdf_that_is_searchable_already_is_given_as_it_is(
    make_invoice: Callable[..., Invoice], add_page: Callable[..., InvoicePage], web: Client
) -> None:
    invoice = make_invoice(media_type="application/pdf", file_name="digital.pdf")
    add_page(invoice)
    InvoicePage.objects.update(source="text_layer")
    answer = web.get(reverse("searchable", args=[invoice.pk]))
    assert body(answer) == invoice.file.read()
    assert 'filename="digital-searchable.pdf"' in answer["Content-Disposition"]


def test_data_without_pages_has_no_searchable_pdf(make_invoice: Callable[..., Invoice], web: Client) -> None:
    assert web.get(reverse("searchable", args=[make_invoice().pk])).status_code == 404


@pytest.mark.parametrize("content", [b"%PDF-1.4\njunk", b""])
def test_a_file_of_which_none_can_be_made_is_explained_on_the_page(
    make_invoice: Callable[..., Invoice], add_page: Callable[..., InvoicePage], web: Client, content: bytes
) -> None:
    invoice = make_invoice()
    add_page(invoice)
    invoice.file.storage.delete(invoice.file.name)
    invoice.file.storage.save(invoice.file.name, ContentFile(content))
    here = f"http://testserver{reverse('review', args=[invoice.pk])}"
    answer = web.get(reverse("searchable", args=[invoice.pk]), headers={"Referer": here}, follow=True)
    assert answer.redirect_chain == [(here, 302)]
    assert b"fresh copy" in answer.content or b"0 bytes" in answer.content
