"""The reading pipeline, top down: file -> document (words with places) -> record."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock

from PIL import Image

from . import einvoice, files
from .document import Document, Page, Source
from .einvoice.places import with_places
from .errors import InvoiceError
from .extract import extract
from .files import Limits
from .ocr import OcrEngine, default_ocr
from .options import ReadOptions as ReadOptions
from .pages import DocumentCache as DocumentCache
from .pages import OnImage, PageReader
from .record import InvoiceRecord, Reading
from .splitting import Division, divide

ENGINE_VERSION = "1.0.0"

OnPage = Callable[[int, int], None]  # (pages done, pages in all); called with done=0 first; may raise to stop


def engine_version() -> str:
    """Stored with every reading. What OCR found is keyed by the OCR engine's own name, so rules may change freely."""
    return ENGINE_VERSION


def read_invoice(
    path: Path,
    *,
    options: ReadOptions | None = None,
    ocr: OcrEngine | None = None,
    on_page: OnPage | None = None,
    on_image: OnImage | None = None,
    cache: DocumentCache | None = None,
) -> Reading:
    """Read one file. The e-invoice in it, if any, is the record; its pages are read as well, for people to see.

    InvoiceError when the file cannot be read; whatever ``on_page`` raises passes through.
    """
    options = options or ReadOptions()
    started = time.perf_counter()
    record = None if options.skip_einvoice or _is_part(path, options) else _einvoice_record(path, options.limits)
    if record is not None and _is_xml(path, options.limits):
        document = Document(pages=(), source="e_invoice")
        if on_page:
            on_page(0, 0)
    else:
        document = read_document(path, options=options, ocr=ocr, on_page=on_page, on_image=on_image, cache=cache)
    if record is None:
        return _extracted(path, document, options, started)
    document, record = with_places(replace(document, source="e_invoice"), record, options=options)
    return Reading(document, record, _sha256(path), time.perf_counter() - started, engine_version())


def _extracted(path: Path, document: Document, options: ReadOptions, started: float) -> Reading:
    """One record of all pages, and where the file surely holds several invoices one of each."""
    division = Division() if options.pages or options.one_document else divide(document, options)
    parts = [(pages, *extract(document.of_pages(*pages), options=options)) for pages in division.parts]
    document, record = extract(document, options=options)
    if division.problem:
        record = replace(record, problems=(division.problem, *record.problems))
    known = _sha256(path), time.perf_counter() - started, engine_version()
    readings = tuple(Reading(pages, found, *known, page_range=which) for which, pages, found in parts)
    return Reading(document, record, *known, page_range=options.pages, parts=readings, proposed=division.proposed)


def read_document(
    path: Path,
    *,
    options: ReadOptions | None = None,
    ocr: OcrEngine | None = None,
    on_page: OnPage | None = None,
    on_image: OnImage | None = None,
    cache: DocumentCache | None = None,
) -> Document:
    """The words of every page with their places: the PDF's own where they can be trusted, else what OCR finds."""
    options = options or ReadOptions()
    ocr = ocr or default_ocr()
    with files.open_file(path, options.limits) as opened:
        reader = PageReader(
            opened, _sha256(path), ocr, cache, on_image and _one_at_a_time(on_image),
            known=options.known, upright=options.upright,
        )  # fmt: skip
        first, last = options.pages or (1, opened.page_count)
        numbers = range(first, min(last, opened.page_count) + 1)
        if on_page:
            on_page(0, len(numbers))
        pages: list[Page] = []
        for page in _read_pages(reader, numbers, options.page_threads):
            pages.append(page)
            if on_page:
                on_page(len(pages), len(numbers))
    return Document(pages=tuple(pages), source=_source(pages))


def _read_pages(reader: PageReader, numbers: Sequence[int], threads: int) -> Iterator[Page]:
    """In order. The first error, or a caller that stops, ends it as soon as the pages in work are done."""
    if threads == 1 or len(numbers) == 1:
        yield from map(reader.read, numbers)
        return
    waiting: deque[Future[Page]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for number in numbers:
                if len(waiting) == threads:
                    yield waiting.popleft().result()
                waiting.append(pool.submit(reader.read, number))
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _one_at_a_time(on_image: OnImage) -> OnImage:
    lock = Lock()

    def show(number: int, image: Image.Image) -> None:
        with lock:
            on_image(number, image)

    return show


def _is_part(path: Path, options: ReadOptions) -> bool:
    """Data inside a PDF speaks for the whole file, never for some of its pages."""
    return options.pages is not None and options.pages != (1, files.inspect(path, options.limits).pages)


def _einvoice_record(path: Path, limits: Limits) -> InvoiceRecord | None:
    """What the e-invoice says that a file is or carries. UnsupportedType for other XML."""
    if _is_xml(path, limits):
        return einvoice.read(path.read_bytes())
    xml = einvoice.find_embedded(path)
    try:
        return None if xml is None else einvoice.read(xml)
    except InvoiceError:  # broken inside, but its pages still say what is owed
        return None


def _is_xml(path: Path, limits: Limits) -> bool:
    return files.detect(path, limits).name == "xml"


def _source(pages: list[Page]) -> Source:
    kinds = {page.source for page in pages}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
