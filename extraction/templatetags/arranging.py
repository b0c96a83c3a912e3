"""Words for pages of files."""

from __future__ import annotations

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from extraction.models import Invoice

register = template.Library()


@register.filter
def page_span(pages: tuple[int, int]) -> str:
    """(3, 4) -> pages 3-4; (3, 3) -> page 3."""
    first, last = pages
    if first == last:
        return _("page %(n)d") % {"n": first}
    return _("pages %(first)d-%(last)d") % {"first": first, "last": last}


@register.filter
def pages_of_file(invoice: Invoice) -> str:
    """Where a document's pages are from: "Pages 3-4 of 9 of scan.pdf", or of which files it was put together."""
    if invoice.arranged_pages:
        return capfirst(invoice.document_name)
    if invoice.page_range is None or not invoice.pages_words:
        return invoice.document_name
    words = {"pages": capfirst(page_span(invoice.page_range)), "all": invoice.file_pages, "file": invoice.file_name}
    if invoice.file_pages:
        return _("%(pages)s of %(all)d of %(file)s") % words
    return _("%(pages)s of %(file)s") % words
