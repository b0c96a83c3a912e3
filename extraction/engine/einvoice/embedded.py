"""The XML that a Factur-X, ZUGFeRD or XRechnung PDF carries as an attachment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from .reader import is_einvoice

MAX_ATTACHMENTS = 200  # an invoice with its papers has a few
# The names that the standards give to the attachment; they are looked at first.
USUAL_NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")


def find_embedded(path: Path) -> bytes | None:
    """The e-invoice inside a PDF; None when there is none, or when the file is no PDF that opens without a password."""
    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        return None
    try:
        for attachment in sorted(_attachments(pdf), key=_rank):
            data = _xml(attachment)
            if data is not None and is_einvoice(data):
                return data
        return None
    finally:
        pdf.close()


def _attachments(pdf: Any) -> Iterator[Any]:
    """Those that are not broken; a broken one says nothing about the next."""
    for index in range(min(pdf.count_attachments(), MAX_ATTACHMENTS)):
        with suppress(pdfium.PdfiumError):
            yield pdf.get_attachment(index)


def _name(attachment: Any) -> str:
    return str(attachment.get_name()).rstrip("\0").lower()


def _rank(attachment: Any) -> int:
    name = _name(attachment)
    return USUAL_NAMES.index(name) if name in USUAL_NAMES else len(USUAL_NAMES)


def _xml(attachment: Any) -> bytes | None:
    if not _name(attachment).endswith(".xml"):
        return None
    try:
        return bytes(attachment.get_data())
    except pdfium.PdfiumError:
        return None
