"""Errors that own the user's text: what is wrong with the file and what to do about it.

``code`` is stable (stored, shown by the API, tested for); ``message`` is for people; ``retryable`` tells the worker
whether the same file may succeed another time.
"""

from __future__ import annotations

from typing import ClassVar


class InvoiceError(Exception):
    """A file that cannot be read, for a reason that its owner can act on."""

    code: ClassVar[str] = "unreadable"
    retryable: ClassVar[bool] = False
    default: ClassVar[str] = "This file cannot be read. Open it in a viewer; if it looks right there, print it to PDF."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.default
        super().__init__(self.message)


class NotAFile(InvoiceError):
    """A path that names nothing, a folder, or something that may not be opened."""

    code = "not_a_file"
    default = "There is no file at this path. Check its name and folder."


class EngineFault(InvoiceError):
    """The engine itself failed on this file; other files are not affected."""

    code = "engine_fault"
    default = "This file could not be read because of a fault in Invoicelens. Please report it with the file's type."


class EmptyFile(InvoiceError):
    code = "empty_file"
    default = "This file is empty (0 bytes). Save or scan it again and upload the new file."


class UnsupportedType(InvoiceError):
    code = "unsupported_type"
    default = "This kind of file cannot be read. Upload a PDF, a picture, an e-invoice, an e-mail, or a ZIP of these."


class SaveAsPdf(InvoiceError):
    """Office documents and web pages: how they look depends on the program that shows them."""

    code = "save_as_pdf"
    default = "This file has to be shown by the program that made it. Open it there, save it as PDF and upload that."

    @classmethod
    def of(cls, kind: str) -> SaveAsPdf:
        """``kind`` with its article: "a Word document"."""
        return cls(f"This is {kind}. Open it in the program that made it, save it as PDF and upload that.")


class DamagedFile(InvoiceError):
    code = "damaged_file"
    default = "This file is damaged or was cut off. Get a fresh copy and upload it again."


class EncryptedPdf(InvoiceError):
    code = "encrypted_pdf"
    default = "This PDF is protected by a password. Give its password, or remove it and upload the file again."


class WrongPassword(InvoiceError):
    code = "wrong_password"
    default = "This password does not open the PDF. Check it, also whether Caps Lock is on, and try again."


class XfaForm(InvoiceError):
    """A dynamic form: the PDF holds a page that asks to wait, and a programme that only Adobe's products run."""

    code = "xfa_form"
    default = "This PDF is a dynamic form (XFA) that only Adobe Reader shows. Open it there and print it to PDF."


class NoPages(InvoiceError):
    code = "no_pages"
    default = "This file has no pages. Export or scan the document again."


class TooManyPages(InvoiceError):
    code = "too_many_pages"
    default = "This document has too many pages. Split it and upload the parts."


class TooLarge(InvoiceError):
    code = "too_large"
    default = "This file is too large. Scan it at 200 to 300 dpi or split it."


class TooManyPixels(InvoiceError):
    code = "too_many_pixels"
    default = "This image is too large. Scan or export it at 200 to 300 dpi."


class PackedDocuments(InvoiceError):
    """Where one document is wanted, a mail or an archive was given."""

    code = "packed_documents"
    default = "This file holds other documents. Unpack it, or save what is attached, and read the documents one by one."


class NoDocuments(InvoiceError):
    code = "no_documents"
    default = "There is no document in this file. Unpack it to see what it holds and upload the documents themselves."


class TooMuchInside(InvoiceError):
    code = "too_much_inside"
    default = "Unpacked, this file is too large. Unpack it yourself and upload the documents in smaller parts."


class TooDeep(InvoiceError):
    code = "too_deep"
    default = "This file is an archive or mail inside others. Take it out and upload it by itself."


class EncryptedArchive(InvoiceError):
    code = "encrypted_archive"
    default = "The files in this ZIP are protected by a password. Unpack it and upload the files themselves."


class EncryptedMail(InvoiceError):
    code = "encrypted_mail"
    default = "This message is sealed (S/MIME or PGP). Open it in your mail program and upload what is attached."


class NotAttached(InvoiceError):
    code = "not_attached"
    default = "This attachment is only a link; the message does not hold the file. Save the file and upload it."


class OcrUnavailable(InvoiceError):
    code = "ocr_unavailable"
    retryable = True
    default = "The text recognition could not start. Ask the person who runs Invoicelens to look at the worker's log."


class ReadingCancelled(InvoiceError):
    """Raised by a progress callback that wants the reading to stop; nothing of it may be stored."""

    code = "cancelled"
    default = "The reading was stopped."
