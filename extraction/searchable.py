"""The searchable PDF of a document, made when somebody asks for it from the stored file and the stored words."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from . import isolation
from .engine.searchable import is_searchable, write_searchable
from .models import Invoice, InvoicePage
from .reading import read_options, stored_page

# A hundred pages take some 15 s at worst; the file is a stranger's, so what goes beyond is stopped.
SECONDS = 120
MEGABYTES = 4096  # of address space; what a process uses of it is far less


def searchable_offered(invoice: Invoice, pages: list[InvoicePage]) -> bool:
    """Whether it would be another file than the original. Data without pages has none."""
    if invoice.page_range or invoice.arranged_file:  # other pages
        return bool(pages)
    return bool(pages) and not is_searchable(invoice.media_type, (page.source for page in pages))


def searchable_pdf(invoice: Invoice) -> BinaryIO:
    """An open file without a name, gone when it is closed. InvoiceError when none can be made."""
    pages = [stored_page(row) for row in invoice.pages.defer("text")]
    with TemporaryDirectory(prefix="invoicelens-") as name:
        file, target = invoice.readable_file, Path(name) / "searchable.pdf"
        source = Path(name) / f"document{Path(str(file.name)).suffix}"
        with file.open("rb") as stored, source.open("wb") as copy:
            shutil.copyfileobj(stored, copy)
        limits = read_options().limits
        write = partial(write_searchable, only=invoice.page_range is not None)
        isolation.call(write, source, pages, target, limits, seconds=SECONDS, megabytes=MEGABYTES)
        return target.open("rb")
