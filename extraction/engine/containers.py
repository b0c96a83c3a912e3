"""Files that hold documents: e-mails, ZIP archives, PDF portfolios -> the documents inside, within limits.

``unpack`` writes what is inside into a folder and says what it refused, by name. The names inside are for people only
and never become paths. Parsers of foreign formats run here on strangers' data: call it in a process that may die.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePath

import pikepdf

from . import einvoice, mail
from .errors import (
    DamagedFile,
    EncryptedArchive,
    InvoiceError,
    NoDocuments,
    SaveAsPdf,
    TooDeep,
    TooLarge,
    TooMuchInside,
)
from .files import Format, Limits, detect
from .mail import Enclosure, Envelope
from .names import shown

_MAX_DEPTH = 2  # a ZIP in a mail, a mail in a ZIP, a ZIP in a ZIP
_MAX_ENTRIES = 10_000
_FREE_BYTES = 10 * 1024 * 1024  # so much may come out of a file of any size
_STREAM = re.compile(rb"stream\r?\n")
_COLLECTION = re.compile(rb"/Collection\s*(?:<<|\d+\s+\d+\s+R\b)")
_MAX_INFLATED = 32 * 1024 * 1024
_MAX_PACKED = 256 * 1024  # of one object stream, which holds some hundred objects
_LEAST_COST = 4096  # what a look at one counts at least, so that a million of them is not looked at


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A document that was inside: what it is called there, and where it lies now."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Refused:
    name: str
    error: InvoiceError


@dataclass(frozen=True, slots=True)
class Contents:
    """``sender``, ``subject`` and ``sent_at`` are those of a mail."""

    documents: tuple[Unpacked, ...]
    refused: tuple[Refused, ...]
    sender: str = ""
    subject: str = ""
    sent_at: datetime | None = None


def holds_documents(path: Path, limits: Limits) -> bool:
    """Whether to ``unpack`` the file instead of reading it. Cheap, and safe for any file. Errors: as ``detect``."""
    return _opener(path, detect(path, limits), limits) is not None


def unpack(path: Path, folder: Path, limits: Limits) -> Contents:
    """Write the documents inside into ``folder``. InvoiceError when nothing of the file can be used.

    A mail without attachments and a PDF portfolio of an e-invoice raise NoDocuments.
    """
    budget = _Budget(limits, path.stat().st_size)
    envelope = _opened(path, detect(path, limits), limits)
    found = list(_walk(envelope, "", folder, budget, depth=1))
    documents = tuple(item for item in found if isinstance(item, Unpacked))
    refused = tuple(item for item in found if isinstance(item, Refused))
    if not found:
        raise NoDocuments(envelope.when_empty)
    return Contents(documents, refused, envelope.sender, envelope.subject, envelope.sent_at)


@dataclass(slots=True)
class _Budget:
    """What may still come out of one file."""

    limits: Limits
    size: int
    documents: int = 0
    unpacked: int = 0

    def count(self) -> None:
        """Before a document is opened: one that turns out broken has cost as much."""
        self.documents += 1
        if self.documents > self.limits.max_documents:
            raise TooMuchInside(
                f"This file holds more than {self.limits.max_documents} documents. Split it and upload the parts."
            )

    def spend(self, content: bytes) -> None:
        self.unpacked += len(content)
        too_dense = self.unpacked > _FREE_BYTES and self.unpacked > self.limits.max_ratio * self.size
        if self.unpacked > self.limits.max_unpacked or too_dense:
            raise TooMuchInside


def _walk(envelope: Envelope, prefix: str, folder: Path, budget: _Budget, depth: int) -> Iterator[Unpacked | Refused]:
    for enclosure in _guarded(envelope.enclosures):
        name = prefix + (_clean(enclosure.name) or f"attachment {budget.documents + 1}")
        try:
            content = _content(enclosure, budget)
            stored = folder / f"{budget.documents:04}{PurePath(name).suffix[:20]}"
            stored.write_bytes(content)
            kind = detect(stored, budget.limits)
            if _opener(stored, kind, budget.limits) is None:
                yield Unpacked(name, stored)
                continue
            if depth == _MAX_DEPTH:
                raise TooDeep
            inner = _opened(stored, kind, budget.limits)
            found = list(_walk(inner, f"{name}/", folder, budget, depth + 1))
            if not found and kind.name == "pdf":
                yield Unpacked(name, stored)
            elif not found:
                raise NoDocuments(inner.when_empty)
            yield from found
        except TooMuchInside:
            raise
        except InvoiceError as error:
            yield Refused(name, error)


def _content(enclosure: Enclosure, budget: _Budget) -> bytes:
    budget.count()
    try:
        content = enclosure.content()
    except (InvoiceError, MemoryError):
        raise
    except Exception as error:  # as below
        raise DamagedFile from error
    budget.spend(content)
    if len(content) > budget.limits.max_bytes:
        raise TooLarge
    return content


def _guarded(enclosures: Iterator[Enclosure]) -> Iterator[Enclosure]:
    """Foreign parsers throw anything at broken data, deep nesting included; it all means the same."""
    try:
        yield from enclosures
    except (InvoiceError, MemoryError, GeneratorExit):
        raise
    except Exception as error:
        raise DamagedFile from error


def _opened(path: Path, kind: Format, limits: Limits) -> Envelope:
    opener = _opener(path, kind, limits)
    if opener is None:
        raise NoDocuments
    try:
        return opener(path)
    except (InvoiceError, MemoryError):
        raise
    except Exception as error:
        raise DamagedFile from error


def _opener(path: Path, kind: Format, limits: Limits) -> Callable[[Path], Envelope] | None:
    if kind.name == "pdf":
        return open_portfolio if is_portfolio(path) else None
    return partial(open_zip, limits=limits) if kind.name == "zip" else _OPENERS.get(kind.name)


def _clean(name: str) -> str:
    """A path inside an archive, for people: without drives, parent folders and control characters."""
    parts = shown(name).split("/")
    return "/".join(part.strip() for part in parts if part.strip() not in {"", ".", ".."})[-255:]


# --- ZIP --------------------------------------------------------------------------------------------------------------

_OFFICE = {
    "word/": "a Word document", "xl/": "an Excel workbook", "ppt/": "a PowerPoint presentation",
    "Index/": "an iWork document",
}  # fmt: skip


def open_zip(path: Path, *, limits: Limits) -> Envelope:
    """SaveAsPdf when it is an Office document, which is a ZIP as well; EncryptedArchive when it asks for a password."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries}
        if names & {"[Content_Types].xml", "mimetype", "Index/Document.iwa"}:
            kinds = [kind for start, kind in _OFFICE.items() if any(name.startswith(start) for name in names)]
            raise SaveAsPdf.of((kinds or ["an Office document"])[0])
    if len(entries) > _MAX_ENTRIES:
        raise TooMuchInside
    wanted = [entry for entry in entries if _is_wanted(entry)]
    if any(entry.flag_bits & 1 for entry in wanted):
        raise EncryptedArchive
    return Envelope(
        _zip_enclosures(path, wanted, limits.max_bytes),
        when_empty="This ZIP holds no files. Pack it again and upload it.",
    )


def _is_wanted(entry: zipfile.ZipInfo) -> bool:
    """No folders, and nothing that systems put into archives for themselves."""
    parts = entry.filename.replace("\\", "/").split("/")
    own = parts[0] == "__MACOSX" or parts[-1].lower() in {"thumbs.db", "desktop.ini"}
    return not (entry.is_dir() or own or parts[-1].startswith("."))


def _zip_enclosures(path: Path, entries: list[zipfile.ZipInfo], most: int) -> Iterator[Enclosure]:
    with zipfile.ZipFile(path) as archive:
        for entry in entries:
            yield Enclosure(entry.filename, partial(_zip_content, archive, entry, most))


def _zip_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """One byte more than allowed at most, whatever the archive claims: the caller refuses it for its size."""
    try:
        with archive.open(entry) as stream:
            return stream.read(most + 1)
    except NotImplementedError:
        raise DamagedFile("This file is packed in a way that cannot be opened. Unpack it and upload it.") from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise DamagedFile from error


# --- PDF portfolio ----------------------------------------------------------------------------------------------------


def is_portfolio(path: Path) -> bool:
    """Whether the catalogue of a PDF has a /Collection (ISO 32000-1, 12.3.5). It is looked for, not parsed for."""
    data = path.read_bytes()
    if _COLLECTION.search(data):
        return True
    left = _MAX_INFLATED
    for place in _object_streams(data):
        try:
            inflated = zlib.decompressobj().decompress(memoryview(data)[place : place + _MAX_PACKED], left)
        except zlib.error:
            inflated = b""
        if _COLLECTION.search(inflated):
            return True
        left -= max(len(inflated), _LEAST_COST)
        if left <= 0:
            break
    return False


def _object_streams(data: bytes) -> Iterator[int]:
    """Where the packed bytes of each object stream start; len(data) for a mention that is none."""
    at = data.find(b"/ObjStm")
    while at >= 0:
        found = _STREAM.search(data, at, at + 400)
        yield found.end() if found else len(data)
        at = data.find(b"/ObjStm", at + 1)


def open_portfolio(path: Path) -> Envelope:
    """The files in a portfolio. Empty for an e-invoice: what it carries is its data, and the PDF the document."""
    if einvoice.find_embedded(path) is not None:
        return Envelope(iter(()))
    return Envelope(_portfolio_enclosures(path))


def _portfolio_enclosures(path: Path) -> Iterator[Enclosure]:
    with pikepdf.open(path) as opened:
        for key, spec in opened.attachments.items():
            yield Enclosure(spec.filename or key, partial(_attached, spec))


def _attached(spec: pikepdf.AttachedFileSpec) -> bytes:
    try:
        return bytes(spec.get_file().read_bytes())
    except (pikepdf.PdfError, ValueError, KeyError) as error:
        raise DamagedFile from error


_OPENERS: dict[str, Callable[[Path], Envelope]] = {
    "mail": mail.open_mail,
    "outlook": mail.open_outlook,
    "tnef": mail.open_tnef,
}
