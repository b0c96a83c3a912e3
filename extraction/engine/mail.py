"""E-mails -> what is attached to them: RFC 5322 messages (.eml), Outlook's .msg, and winmail.dat (TNEF).

The text of a message is no document, and neither are the pictures that decorate it.
"""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import olefile
from oxmsg import Message
from oxmsg.attachment import Attachment
from oxmsg.storage import Storage
from PIL import Image
from tnefparse import TNEF

from .errors import EncryptedMail, InvoiceError, NotAttached, SaveAsPdf

_NO_ATTACHMENT = (
    "No document is attached to this message. If the message itself is the invoice, print it to PDF and upload that."
)
# What mail programs attach for themselves: signatures, calendars, business cards.
_IGNORED_TYPES = {
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/pgp-keys",
    "text/calendar", "text/vcard", "text/x-vcard", "message/delivery-status", "message/disposition-notification",
    "text/rfc822-headers",
}  # fmt: skip
_BODY_TYPES = {"text/plain", "text/html", "text/enriched", "text/rtf", "text/x-amp-html"}
_SEALED_TYPES = {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
_INLINE_SIDE, _INLINE_PIXELS = (
    400,
    400_000,
)  # of a picture within the text; a smaller one is a logo
_ATTACHED_SIDE = 100
_MAPI_CONTENT_ID, _MAPI_HIDDEN, _MAPI_SHORT_NAME = 0x3712, 0x7FFE, 0x3704
_MAPI_BOOLEAN = 0x000B
_EMBEDDED_MESSAGE = "__substg1.0_3701000D"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file inside another. ``content`` raises InvoiceError when it cannot be had."""

    name: str
    content: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Envelope:
    """``when_empty`` is what people are told when nothing is inside."""

    enclosures: Iterator[Enclosure]
    sender: str = ""
    subject: str = ""
    sent_at: datetime | None = None
    when_empty: str = field(default="", kw_only=True)


# --- .eml -------------------------------------------------------------------------------------------------------------


def open_mail(path: Path) -> Envelope:
    """Forwarded messages inside are opened as well."""
    with path.open("rb") as stream:
        message = email.message_from_binary_file(stream, policy=policy.default)
    return Envelope(
        _attachments(message),
        sender=_quietly(lambda: str(message["From"] or "")),
        subject=_quietly(lambda: str(message["Subject"] or "")),
        sent_at=_quietly(lambda: message["Date"].datetime, None),
        when_empty=_NO_ATTACHMENT,
    )


def _quietly(read: Callable[[], Any], otherwise: Any = "") -> Any:
    """Python's parser of headers raises all kinds of errors at broken ones; the attachment matters more."""
    try:
        return read()
    except Exception:
        return otherwise


def _attachments(message: EmailMessage) -> Iterator[Enclosure]:
    for part in message.walk():
        kind = part.get_content_type()
        if kind in _SEALED_TYPES:
            yield Enclosure(_part_name(part) or "smime.p7m", _raiser(EncryptedMail()))
        elif part.is_multipart() or kind in _IGNORED_TYPES or _is_body(part, kind):
            continue
        else:
            content = bytes(part.get_payload(decode=True) or b"")
            inline = part.get_content_disposition() != "attachment" or "Content-ID" in part
            if not is_decoration(content, inline=inline):
                yield Enclosure(_part_name(part), _giver(content))


def _part_name(part: Any) -> str:
    return str(_quietly(lambda: part.get_filename() or ""))


def _is_body(part: Any, kind: str) -> bool:
    return kind in _BODY_TYPES and part.get_content_disposition() != "attachment" and not _part_name(part)


def is_decoration(content: bytes, *, inline: bool) -> bool:
    """A logo, a signature, a dot that counts readers: a picture too small to be a document."""
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
    except Exception:  # no picture, or one that Pillow does not know
        return False
    if inline:
        return min(width, height) < _INLINE_SIDE or width * height < _INLINE_PIXELS
    return min(width, height) < _ATTACHED_SIDE


def _giver(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def _raiser(error: InvoiceError) -> Callable[[], bytes]:
    def content() -> bytes:
        raise error

    return content


# --- .msg -------------------------------------------------------------------------------------------------------------


def open_outlook(path: Path) -> Envelope:
    """SaveAsPdf for other compound files: old Word, Excel and PowerPoint documents."""
    with olefile.OleFileIO(str(path)) as ole:
        kinds = {"WordDocument": "a Word document", "Workbook": "an Excel workbook", "Book": "an Excel workbook"}
        if not ole.exists("__properties_version1.0"):
            raise SaveAsPdf.of(next((kind for name, kind in kinds.items() if ole.exists(name)), "an Office document"))
        root = Storage.from_ole(ole)
    message = Message(root)
    return Envelope(
        _outlook_attachments(root),
        sender=_quietly(lambda: message.sender or ""),
        subject=_quietly(lambda: message.subject),
        sent_at=_quietly(lambda: message.sent_date, None),
        when_empty=_NO_ATTACHMENT,
    )


def _outlook_attachments(message: Storage) -> Iterator[Enclosure]:
    for storage in message.iter_attachment_storages():
        inner = next((item for item in storage.storages if item.name == _EMBEDDED_MESSAGE), None)
        if inner is not None:
            yield from _outlook_attachments(inner)
            continue
        attachment = Attachment(storage)
        name = attachment.file_name or attachment.properties.str_prop_value(_MAPI_SHORT_NAME) or ""
        content = attachment.file_bytes
        if content is None:
            yield Enclosure(name, _raiser(NotAttached()))
        elif (attachment.mime_type or "") not in _IGNORED_TYPES and not is_decoration(
            content, inline=_is_inline(attachment)
        ):
            yield Enclosure(name, _giver(content))


def _is_inline(attachment: Attachment) -> bool:
    hidden = any(item.pid == _MAPI_HIDDEN and bool(item.value) for item in attachment.properties)
    return hidden or bool(attachment.properties.str_prop_value(_MAPI_CONTENT_ID))


# --- winmail.dat ------------------------------------------------------------------------------------------------------


def open_tnef(path: Path) -> Envelope:
    """What Outlook wraps attachments in when it takes the other side for Outlook, too (MS-OXTNEF)."""
    wrapped = TNEF(path.read_bytes(), do_checksum=False)
    return Envelope(_tnef_attachments(wrapped), when_empty=_NO_ATTACHMENT)


def _tnef_attachments(wrapped: TNEF) -> Iterator[Enclosure]:
    for attachment in wrapped.attachments:
        inner = getattr(attachment, "embed", None)
        if inner is not None:
            yield from _tnef_attachments(inner)
        elif not is_decoration(bytes(attachment.data), inline=False):
            yield Enclosure(_tnef_name(attachment), _giver(bytes(attachment.data)))


def _tnef_name(attachment: Any) -> str:
    name = _quietly(attachment.long_filename)
    return name.decode("utf-8", "replace").strip("\0") if isinstance(name, bytes) else str(name).strip("\0")
