"""PDFs that do not show what they hold: those with a password, and dynamic forms."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from . import pdf
from .errors import DamagedFile, WrongPassword


def unlock(path: Path, target: Path, password: str) -> None:
    """Write a copy that needs no password; nothing else changes. WrongPassword, DamagedFile."""
    with pdf._lock:
        opened = pdfium.PdfDocument(_load(path, password))
        try:
            opened.save(target, flags=pdfium_c.FPDF_REMOVE_SECURITY)
        except pdfium.PdfiumError:
            raise DamagedFile from None
        finally:
            opened.close()


def is_locked(path: Path) -> bool:
    """Whether it is a PDF that opens with a password only."""
    with path.open("rb") as stream:
        if b"%PDF-" not in stream.read(1024):
            return False
    with pdf._lock:
        raw = pdfium_c.FPDF_LoadDocument(os.fsencode(path) + b"\0", None)
        if raw:
            pdfium_c.FPDF_CloseDocument(raw)
            return False
        return bool(pdfium_c.FPDF_GetLastError() == pdfium_c.FPDF_ERR_PASSWORD)


def _load(path: Path, password: str) -> Any:
    for encoding in ("utf-8", "latin-1"):  # the older kinds of encryption know the latter only
        with suppress(UnicodeEncodeError):
            raw = pdfium_c.FPDF_LoadDocument(os.fsencode(path) + b"\0", password.encode(encoding) + b"\0")
            if raw:
                return raw
    raise WrongPassword if pdfium_c.FPDF_GetLastError() == pdfium_c.FPDF_ERR_PASSWORD else DamagedFile


def asks_to_wait(opened: pdf.PdfDocument) -> bool:
    """Whether all that a dynamic XFA form shows is the page that tells people to get Adobe's Reader."""
    with pdf._lock:
        if len(opened) != 1 or pdfium_c.FPDF_GetFormType(opened) != pdfium_c.FORMTYPE_XFA_FULL:
            return False
        text_page = opened[0].get_textpage()
        text = text_page.get_text_range(count=min(3000, text_page.count_chars())).lower()
        text_page.close()
    return "adobe" in text
