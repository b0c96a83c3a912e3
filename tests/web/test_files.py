from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
