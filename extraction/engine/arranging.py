"""Pages of files, in an order that a person chose, as one PDF: nothing is drawn anew, pages are copied as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Name, Pdf

from . import files
from .errors import DamagedFile, EncryptedPdf, UnsupportedType
from .files import Limits
from .imagepages import images_to_pdf


@dataclass(frozen=True, slots=True)
class PageChoice:
    """Page ``number`` (from 1) of the file ``source``, ``turn`` degrees clockwise from how the file shows it."""

    source: int
    number: int
    turn: int = 0


def compose(sources: Mapping[int, Path], pages: Sequence[PageChoice], target: Path, limits: Limits) -> None:
    """Write ``pages`` as a PDF. The pages of pictures and TIFFs become pages of a PDF without loss.

    Attachments stay behind, so an e-invoice inside a PDF is no part of what is made of its pages. InvoiceError when a
    file is damaged, has a password or lacks such a page.
    """
    made = Pdf.new()
    with ExitStack() as stack:
        opened = {
            source: stack.enter_context(_opened(path, {page.number for page in pages if page.source == source}, limits))
            for source, path in sources.items()
        }
        try:
            for page in pages:
                made.pages.append(opened[page.source].pages[page.number - 1])
                if page.turn:
                    made.pages[-1].rotate(page.turn, relative=True)
            made.save(target, deterministic_id=True, min_version="1.5", encryption=False)
        except (pikepdf.PdfError, pikepdf.DataDecodingError, IndexError, RuntimeError):
            raise DamagedFile(
                "A page of these files is damaged in a way that it can be shown but not copied. Open the original in "
                "a viewer, print it to PDF and upload that."
            ) from None
        finally:
            made.close()


def _opened(path: Path, numbers: set[int], limits: Limits) -> Pdf:
    kind = files.detect(path, limits)
    if kind.open is None:
        raise UnsupportedType("An XML file has no pages that could be arranged.")
    if kind.name != "pdf":
        return images_to_pdf(path, limits, only=numbers)
    try:
        opened = Pdf.open(path)
    except pikepdf.PasswordError:
        raise EncryptedPdf from None
    except pikepdf.PdfError:
        raise DamagedFile from None
    if Name.AcroForm in opened.Root:  # the form itself stays behind; what was typed into it must show on the page
        opened.generate_appearance_streams()
    return opened
