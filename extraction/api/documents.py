"""Pages, words and files of a document."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Router

from extraction.models import InvoicePage
from extraction.views import files

from . import schemas
from .auth import READ
from .invoices import own

router = Router(tags=["Pages and files"])
BINARY = {
    "responses": {200: {"description": "OK", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}
}


@router.get(
    "/invoices/{invoice_id}/pages",
    auth=READ,
    response=list[schemas.PageRow],
    operation_id="list_pages",
    summary="Pages",
)
def pages(request: HttpRequest, invoice_id: schemas.Id) -> list[dict[str, Any]]:
    """In their order; empty until the document is read."""
    rows = own(request, invoice_id).pages.defer("lines", "text")
    return [page_of(request, invoice_id, row) for row in rows]


def page_of(request: HttpRequest, invoice_id: int, row: InvoicePage) -> dict[str, Any]:
    def address(name: str) -> str:
        return request.build_absolute_uri(reverse(f"api-1:{name}", args=[invoice_id, row.number]))

    names = ("number", "width", "height", "rotation", "source")
    shown = {name: getattr(row, name) for name in names}
    return {**shown, "image": address("page_image") if row.image else None, "words": address("page_words")}


@router.get(
    "/invoices/{invoice_id}/pages/{number}/image",
    auth=READ,
    response={200: None},
    operation_id="get_page_image",
    summary="A page's picture",
    url_name="page_image",
    openapi_extra=BINARY,
)
def page_image(request: HttpRequest, invoice_id: schemas.Id, number: schemas.Id) -> HttpResponseBase:
    return files.image_of(get_object_or_404(InvoicePage, invoice=own(request, invoice_id), number=number))


@router.get(
    "/invoices/{invoice_id}/pages/{number}/words",
    auth=READ,
    response=schemas.Words,
    operation_id="get_page_words",
    summary="A page's words",
    url_name="page_words",
)
def page_words(request: HttpRequest, invoice_id: schemas.Id, number: schemas.Id) -> dict[str, Any]:
    """Lines of words, each with its box in fractions of the page."""
    page = get_object_or_404(InvoicePage, invoice=own(request, invoice_id), number=number)
    return {
        "lines": [[{"text": word[0], "box": word[1:5], "confidence": word[5]} for word in line] for line in page.lines]
    }


@router.get(
    "/invoices/{invoice_id}/original",
    auth=READ,
    response={200: None},
    operation_id="get_original",
    summary="The file as it came",
    openapi_extra=BINARY,
)
def original(request: HttpRequest, invoice_id: schemas.Id) -> HttpResponseBase:
    return files.original_of(own(request, invoice_id))
