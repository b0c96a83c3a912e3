"""The engine as this site is set up: its reader and its limits, with an InvoiceError for whatever goes wrong."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from .engine.errors import EngineFault, InvoiceError, NotAFile
from .engine.files import Limits
from .engine.ocr import default_ocr
from .engine.options import ReadOptions
from .engine.record import Reading

logger = logging.getLogger(__name__)


class Reader(Protocol):
    """What ``extraction.engine.read_invoice`` is: a file in, a reading out; InvoiceError for a file it cannot read."""

    def __call__(self, path: Path, /, *, options: ReadOptions, **extra: Any) -> Reading: ...


def configured_reader() -> Reader:
    """Cheap: the recognition models load when the first page needs them."""
    ocr = default_ocr(engine=settings.OCR_ENGINE, threads=settings.OCR_THREADS)
    return cast(Reader, partial(import_string(settings.INVOICE_READER), ocr=ocr))


def read_options(*, skip_einvoice: bool = False) -> ReadOptions:
    limits = Limits(
        max_bytes=settings.MAX_UPLOAD_MB * 1024 * 1024,
        max_pages=settings.MAX_PAGES,
        max_pixels=settings.MAX_MEGAPIXELS * 1_000_000,
    )
    return ReadOptions(limits=limits, skip_einvoice=skip_einvoice)


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
