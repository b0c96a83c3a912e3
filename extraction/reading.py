"""The engine as this site is set up: its reader and its limits, with an InvoiceError for whatever goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from . import isolation
from .engine import containers, pdfaccess
from .engine.document import Document, Page
from .engine.errors import EngineFault, InvoiceError, NotAFile
from .engine.files import Limits
from .engine.ocr import default_ocr
from .engine.options import ReadOptions
from .engine.record import Reading
from .engine.sniff import is_pdf
from .models import InvoicePage

logger = logging.getLogger(__name__)


class Reader(Protocol):
    """What ``extraction.engine.read_invoice`` is: a file in, a reading out; InvoiceError for a file it cannot read."""

    def __call__(self, path: Path, /, *, options: ReadOptions, **extra: Any) -> Reading: ...


def configured_reader() -> Reader:
    """Cheap: the recognition models load when the first page needs them."""
    ocr = default_ocr(engine=settings.OCR_ENGINE, threads=settings.OCR_THREADS)
    return cast(Reader, partial(import_string(settings.INVOICE_READER), ocr=ocr))


def worker_reader(*, on_wait: Callable[[], None]) -> Reader:
    """How a worker reads: in its child, while ``on_wait`` is asked every second; what it raises stops the reading."""
    if not settings.READ_ISOLATED:
        return configured_reader()
    return cast(Reader, partial(_child().read, on_wait=on_wait))


@cache
def _child() -> isolation.ReaderProcess:
    """One for each worker process, whose main thread alone reads."""
    return isolation.ReaderProcess(
        settings.INVOICE_READER,
        engine=settings.OCR_ENGINE,
        threads=settings.OCR_THREADS,
        megabytes=settings.READ_MEMORY_MB,
    )


def read_options(*, skip_einvoice: bool = False) -> ReadOptions:
    limits = Limits(
        max_bytes=settings.MAX_UPLOAD_MB * 1024 * 1024,
        max_pages=settings.MAX_PAGES,
        max_pixels=settings.MAX_MEGAPIXELS * 1_000_000,
    )
    return ReadOptions(limits=limits, skip_einvoice=skip_einvoice, page_threads=settings.PAGE_THREADS)


def documents_in(
    name: str, folder: Path, *, limits: Limits, password: str = ""
) -> Iterator[tuple[str, Path | InvoiceError]]:
    """The document that a typed path names, or those in it if it is a mail, an archive or a portfolio.

    ``folder`` takes what is unpacked and PDFs that ``password`` opened.
    """
    path = Path(name)
    contents = None
    if _holds_documents(path, limits):
        try:
            contents = containers.unpack(path, folder, limits)
        except InvoiceError as error:
            if not _is_pdf(path):
                yield name, error
                return
    if contents is None or (_is_pdf(path) and not contents.documents):
        yield name, _unlocked(path, folder, password)
        return
    for document in contents.documents:
        yield f"{name}/{document.name}", _unlocked(document.path, folder, password)
    for refused in contents.refused:
        yield f"{name}/{refused.name}", refused.error


def _holds_documents(path: Path, limits: Limits) -> bool:
    try:
        return path.is_file() and containers.holds_documents(path, limits)
    except (InvoiceError, OSError):  # the reading says what is wrong with it
        return False


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as stream:
        return is_pdf(stream.read(1024))


def _unlocked(path: Path, folder: Path, password: str) -> Path | InvoiceError:
    if not password or not path.is_file() or not pdfaccess.is_locked(path):
        return path
    target = folder / f"unlocked-{path.stem}.pdf"
    try:
        pdfaccess.unlock(path, target, password)
    except InvoiceError as error:
        return error
    return target


def read_path(path: Path, *, reader: Reader, options: ReadOptions, **extra: Any) -> Reading:
    """Read a path that a person typed. Every failure is an InvoiceError whose message says what to do."""
    if path.is_dir():
        raise NotAFile("This is a folder. Name the files in it, for example with a pattern such as folder/*.pdf.")
    if not path.exists():
        raise NotAFile
    try:
        return reader(path, options=options, **extra)
    except InvoiceError:
        raise
    except PermissionError:
        raise NotAFile("This file may not be opened. Give yourself the right to read it and try again.") from None
    except Exception as error:
        logger.debug("Reading %s failed", path, exc_info=True)
        raise EngineFault(f"{EngineFault.default} ({type(error).__name__}: {error})") from error


def stored_page(row: InvoicePage) -> Page:
    """A page as the engine knows it, from its row."""
    page = {
        "number": row.number, "width": row.width, "height": row.height, "rotation": row.rotation,
        "source": row.source, "homography": row.homography, "lines": row.lines,
    }  # fmt: skip
    return Document.from_dict({"pages": [page], "language": "", "source": "ocr"}).pages[0]
