"""The documents of a corpus as the engine reads them, for benches that judge decisions about whole documents."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extraction.engine.document import Document

SETS = ("sroie", "everyday", "stations", "specimens", "classics", "samples")


@dataclass(frozen=True, slots=True)
class Known:
    """``kind`` and ``truth`` as in the set's truth.jsonl; other files have none."""

    path: Path
    document: Document
    kind: str
    truth: dict[str, Any]


def known_documents(corpus: Path, *, others: bool = False) -> Iterator[Known]:
    """Every document of the sets; with ``others`` also the PDFs of ``einvoices``, read as pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
    import django

    django.setup()
    for name in SETS:
        truth = corpus / name / "truth.jsonl"
        for line in truth.read_text(encoding="utf-8").splitlines() if truth.is_file() else ():
            row = json.loads(line)
            path = corpus / name / str(row["file"])
            yield Known(path, words_of(path), str(row.get("kind", "")), row["truth"])
    for path in sorted((corpus / "einvoices").rglob("*.pdf")) if others else ():
        yield Known(path, words_of(path), "", {})


def words_of(path: Path) -> Document:
    """From the cache of what OCR found, where it is there."""
    from django.conf import settings

    from extraction.engine.ocr import default_ocr
    from extraction.engine.read import read_document
    from extraction.ocr_cache import FileDocumentCache
    from extraction.reading import read_options

    ocr = default_ocr(engine=settings.OCR_ENGINE, threads=settings.OCR_THREADS)
    return read_document(
        path, options=read_options(), ocr=ocr, cache=FileDocumentCache(settings.DATA_DIR / "ocr-cache")
    )
