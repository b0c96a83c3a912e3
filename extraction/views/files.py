"""Stored files and words of pages, only for those who may see the invoice."""

from __future__ import annotations

from pathlib import PurePath
from typing import IO

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from extraction import crops
from extraction.engine.errors import InvoiceError
from extraction.models import Invoice, InvoicePage
from extraction.searchable import searchable_offered, searchable_pdf

from .common import own_invoice, refused

IMAGE_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
# The address carries the time of the reading, so what it names never changes; only this browser may keep it.
KEEP = "private, max-age=604800, immutable"


@require_GET
def page_image(request: HttpRequest, invoice_id: int, number: int) -> HttpResponseBase:
    return image_of(get_object_or_404(InvoicePage, invoice=own_invoice(request, invoice_id), number=number))


def image_of(page: InvoicePage) -> HttpResponseBase:
    name = page.image.name or ""
    media_type = IMAGE_TYPES.get(name.rpartition(".")[2].lower())
    if media_type is None:
        raise Http404
    return _file(name, media_type, keep=KEEP)


@require_GET
def page_crop(request: HttpRequest, invoice_id: int, number: int) -> HttpResponseBase:
    """A small picture of the page around ``box=x0,y0,x1,y1`` (fractions of it); of the whole page without a box."""
    page = get_object_or_404(InvoicePage, invoice=own_invoice(request, invoice_id), number=number)
    box = crops.parse_box(request.GET["box"]) if "box" in request.GET else None
    if not page.image or (box is None and "box" in request.GET):
        raise Http404
    try:
        with default_storage.open(str(page.image.name), "rb") as picture:
            content = crops.crop(picture, box) if box else crops.thumbnail(picture)
    except OSError as error:  # gone, or no picture any more
        raise Http404 from error
    response = HttpResponse(content, content_type="image/webp")
    response["Cache-Control"] = KEEP
    return response


@require_GET
def page_words(request: HttpRequest, invoice_id: int, number: int) -> HttpResponseBase:
    """The page's words with their places: a click on one fills a field."""
    page = get_object_or_404(InvoicePage, invoice=own_invoice(request, invoice_id), number=number)
    response = JsonResponse({"lines": page.lines})
    response["Cache-Control"] = KEEP
    return response


@require_GET
def original(request: HttpRequest, invoice_id: int) -> HttpResponseBase:
    """The file as it was uploaded, always as a download: it is a stranger's content and not for our origin.

    Of a document with pages of several uploads, ``source`` says which; without it, that of the first page.
    """
    invoice = own_invoice(request, invoice_id)
    if asked := request.GET.get("source", ""):
        source = get_object_or_404(invoice.sources, pk=asked if asked.isdigit() else 0)
        return _file(source.file.name, source.media_type, keep="private, no-cache", save_as=source.file_name)
    return original_of(invoice)


def original_of(invoice: Invoice) -> HttpResponseBase:
    return _file(invoice.file.name or "", invoice.media_type, keep="private, no-cache", save_as=invoice.file_name)


@require_GET
def package_original(request: HttpRequest, invoice_id: int) -> HttpResponseBase:
    """The mail or archive that the document came in; 404 for one that came by itself."""
    package = own_invoice(request, invoice_id).package
    if package is None:
        raise Http404
    # Bytes to save: no browser shall show a stranger's mail as a page of ours.
    return _file(
        package.file.name or "", "application/octet-stream", keep="private, no-cache", save_as=package.file_name
    )


@require_GET
def searchable(request: HttpRequest, invoice_id: int) -> HttpResponseBase:
    """The document as a PDF in which its words can be found and copied; 404 for one that has no pages."""
    invoice = own_invoice(request, invoice_id)
    pages = list(invoice.pages.only("source"))
    if not pages:
        raise Http404
    name = f"{PurePath(invoice.file_name).stem}-searchable.pdf"
    if invoice.page_range:
        name = f"{PurePath(invoice.file_name).stem}-{'-'.join(map(str, invoice.page_range))}.pdf"
    if invoice.arranged_file:
        name = f"{PurePath(invoice.file_name).stem}-arranged.pdf"
    if not searchable_offered(invoice, pages):
        return _file(invoice.file.name or "", invoice.media_type, keep=KEEP, save_as=name)
    try:
        content = searchable_pdf(invoice)
    except FileNotFoundError as error:
        raise Http404 from error
    except InvoiceError as error:
        return refused(request, error.message, status=422)
    return _download(content, "application/pdf", keep=KEEP, save_as=name)


def _file(name: str, media_type: str, *, keep: str, save_as: str = "") -> FileResponse:
    try:
        content = default_storage.open(name, "rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return _download(content, media_type, keep=keep, save_as=save_as)


def _download(content: IO[bytes], media_type: str, *, keep: str, save_as: str) -> FileResponse:
    response = FileResponse(content, content_type=media_type, as_attachment=bool(save_as), filename=save_as)
    response["Cache-Control"] = keep
    response["X-Content-Type-Options"] = "nosniff"
    return response
