"""Mailboxes and watched folders: looked at by turns, each document by the same way as an upload.

Nothing is lost and nothing doubled, whenever a process is killed: a document is stored first, then it is noted that its
mail was taken, and only then the mail or file is moved away. What is found again is a duplicate.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from extraction import sealing
from extraction.engine.errors import InvoiceError, TooLarge
from extraction.inbound import folder as folders
from extraction.inbound import imap
from extraction.models import Channel, Letter, Mailbox, Source, User, WatchFolder
from extraction.permissions import require

from .audit import workspace_event_record
from .columns import storable
from .limits import workspace_options
from .receive import Origin, Reception, documents_receive

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
EVERY: dict[type[Source], timedelta] = {Mailbox: timedelta(seconds=60), WatchFolder: timedelta(seconds=10)}
LONGEST_PAUSE = timedelta(minutes=30)
LETTER_ATTEMPTS = 3
S = TypeVar("S", Mailbox, WatchFolder)


class SourceTrouble(Exception):
    """A look that failed, with a sentence for the administrator: in English, for it is stored."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def sources_due() -> list[tuple[str, int]]:
    """What to look at now: ("mailbox" or "folder", id)."""
    now = timezone.now()
    due = Q(is_active=True, next_check_at__lte=now) & (Q(checking_until__isnull=True) | Q(checking_until__lt=now))
    found = [("mailbox", pk) for pk in Mailbox.objects.filter(due).values_list("pk", flat=True)]
    return [*found, *(("folder", pk) for pk in WatchFolder.objects.filter(due).values_list("pk", flat=True))]


def mailbox_check(*, mailbox_id: int) -> int:
    """Take the mails that wait. Returns how many documents came; what is wrong is kept in the mailbox's row."""
    documents = 0
    with _looking(Mailbox, mailbox_id) as mailbox:
        if mailbox:
            documents = _take_letters(mailbox)
    return documents


def folder_check(*, folder_id: int) -> int:
    """Take the files that have settled. Returns how many documents came."""
    documents = 0
    with _looking(WatchFolder, folder_id) as folder:
        if folder:
            documents = _take_files(folder)
    return documents


@contextmanager
def _looking(model: type[S], pk: int) -> Iterator[S | None]:
    """The lease of one look, and what came of it; None when another process looks or it was switched off."""
    now = timezone.now()
    free = Q(checking_until__isnull=True) | Q(checking_until__lt=now)
    rows = model.objects.filter(pk=pk)
    if rows.filter(free, is_active=True).update(checking_until=now + LEASE) != 1:
        yield None
        return
    source = rows.select_related("workspace").get()
    try:
        yield source
    except (SourceTrouble, imap.MailboxTrouble) as error:
        _looked(source, error.message)
    except Exception:
        logger.exception("%s %s: the look at it failed", model.__name__.lower(), pk)
        _looked(source, "Something went wrong here; the log says what. It is tried again.")
    else:
        _looked(source, "")


def _looked(source: Mailbox | WatchFolder, trouble: str) -> None:
    """After each failure the pause doubles, so that a server that is down is not stormed."""
    now, kind = timezone.now(), type(source)
    pause = EVERY[kind]
    if trouble:
        pause = min(pause * 2 ** min(source.failures, 10), LONGEST_PAUSE)
        logger.warning("%s %s: %s", kind.__name__.lower(), source.pk, trouble)
    kind.objects.filter(pk=source.pk).update(
        checked_at=now,
        next_check_at=now + pause,
        checking_until=None,
        error=trouble[:500],
        failures=F("failures") + 1 if trouble else 0,
        failing_since=(source.failing_since or now) if trouble else None,
    )


# --- mailboxes --------------------------------------------------------------------------------------------------------


def account_of(mailbox: Mailbox) -> imap.Account:
    try:
        password = sealing.opened(mailbox.password)
    except sealing.Unreadable:
        raise SourceTrouble("The password cannot be read any more: SECRET_KEY has changed. Type it again.") from None
    return imap.Account(mailbox.host, mailbox.port, mailbox.security, mailbox.username, password, folder=mailbox.folder)


def _take_letters(mailbox: Mailbox) -> int:
    documents = 0
    with imap.connected(account_of(mailbox)) as box:
        known = {letter.uid: letter for letter in mailbox.letters.filter(uid_validity=box.uid_validity, moved=False)}
        for uid in box.waiting():
            letter = known.get(uid)
            if letter is None or letter.state == Letter.State.FAILED:
                letter = _take_letter(mailbox, box, uid, letter)
                documents += letter.documents if letter else 0
            if letter and letter.state != Letter.State.FAILED:
                taken = letter.state == Letter.State.TAKEN
                box.move(uid, mailbox.done_folder if taken else mailbox.failed_folder)
                Letter.objects.filter(pk=letter.pk).update(moved=True)
            _renew(mailbox)
    return documents


def _renew(source: S) -> None:
    type(source).objects.filter(pk=source.pk).update(checking_until=timezone.now() + LEASE)


def _take_letter(mailbox: Mailbox, box: imap.Connection, uid: int, before: Letter | None) -> Letter | None:
    """Its documents are stored, then what became of it is noted. None when the mail has gone meanwhile."""
    size = box.size(uid)
    if size is None:
        return None
    letter = before or Letter(mailbox=mailbox, uid_validity=box.uid_validity, uid=uid, attempts=0)
    letter.attempts += 1
    header = message_from_bytes(box.header(uid), policy=policy.default)
    letter.sender, letter.subject = _header(header, "From"), _header(header, "Subject")
    fits = size <= workspace_options(mailbox.workspace).limits.max_bytes
    content = box.content(uid) if fits else b""  # what is too large is not even fetched
    try:
        if not fits:
            raise TooLarge
        reception = documents_receive(
            workspace=mailbox.workspace,
            user=None,
            file=File(BytesIO(content)),
            file_name=f"{letter.subject[:150] or 'mail'}.eml",
            origin=Origin(Channel.MAIL, letter.sender),
        )
    except InvoiceError as error:
        if error.retryable:
            raise SourceTrouble(error.message) from error
        letter.state, letter.note = Letter.State.REFUSED, error.message
    except Exception:
        logger.exception("mailbox %s: mail %s could not be taken", mailbox.pk, uid)
        over = letter.attempts >= LETTER_ATTEMPTS
        letter.state = Letter.State.REFUSED if over else Letter.State.FAILED
        letter.note = "Something in this mail could not be dealt with. Save its documents and upload them yourself."
    else:
        letter.state, letter.documents, letter.note = _told(reception)
    letter.note = letter.note[:1000]
    letter.save()
    return letter


def _header(header: object, name: str) -> str:
    """A mail's header can be anything; what cannot be shown is left out."""
    try:
        value = str(header[name] or "")  # type: ignore[index]
    except Exception:  # the header parser of the standard library raises many kinds on broken input
        return ""
    return str(storable(" ".join(value.split())))[:255]


def _told(reception: Reception) -> tuple[Letter.State, int, str]:
    """What became of a mail's documents. One that could be used is enough to call the mail taken."""
    new = [outcome for outcome in reception.outcomes if outcome.received and not outcome.received.duplicate]
    known = [outcome for outcome in reception.outcomes if outcome.received and outcome.received.duplicate]
    notes = [f"{outcome.name}: {outcome.error.message}" for outcome in reception.outcomes if outcome.error]
    if known:
        documents = "1 document was" if len(known) == 1 else f"{len(known)} documents were"
        notes.insert(0, f"{documents} here already.")
    state = Letter.State.TAKEN if new or known else Letter.State.REFUSED
    return state, len(new), "\n".join(notes)


# --- folders ----------------------------------------------------------------------------------------------------------


def watched_path(folder: WatchFolder) -> Path:
    return settings.WATCH_DIR / folder.name


def _take_files(folder: WatchFolder) -> int:
    path, documents = watched_path(folder), 0
    try:
        found = folders.look(path, folder.seen)
    except OSError as error:
        raise SourceTrouble(
            f"The folder {path} cannot be read ({error.strerror or error}). Make it, or check that its share is "
            "mounted; its files are taken as soon as it is back."
        ) from error
    WatchFolder.objects.filter(pk=folder.pk).update(seen=found.seen)
    for file in found.settled:
        documents += _take_file(folder, file)
        _renew(folder)
    return documents


def _take_file(folder: WatchFolder, path: Path) -> int:
    reason, new = "", 0
    try:
        if path.stat().st_size > workspace_options(folder.workspace).limits.max_bytes:
            raise TooLarge  # not even copied
        with path.open("rb") as stream:
            reception = documents_receive(
                workspace=folder.workspace,
                user=None,
                file=File(stream),
                file_name=path.name,
                origin=Origin(Channel.FOLDER, folder.name),
            )
    except FileNotFoundError:
        return 0  # somebody took it back
    except InvoiceError as error:
        if error.retryable:
            raise SourceTrouble(error.message) from error
        reason = error.message
    except PermissionError as error:
        raise SourceTrouble(f"The file {path} may not be read. Give the product's user the right to.") from error
    else:
        state, new, note = _told(reception)
        reason = note if state == Letter.State.REFUSED else ""
    try:
        folders.put_away(path, folders.FAILED if reason else folders.PROCESSED, reason)
    except OSError as error:
        raise SourceTrouble(
            f"{path} cannot be moved away ({error.strerror or error}). "
            "Give the product's user the right to write there."
        ) from error
    return new


# --- what administrators set up ---------------------------------------------------------------------------------------


@transaction.atomic
def mailbox_save(*, mailbox: Mailbox, user: User, password: str = "") -> Mailbox:
    """A new one, or what was changed; an empty password keeps the one that is stored."""
    require("manage", workspace=mailbox.workspace_id, user=user)
    if password:
        mailbox.password = sealing.sealed(password)
    _due_now(mailbox)
    mailbox.save()
    workspace_event_record(workspace=mailbox.workspace, user=user, action="mailbox_saved", mailbox=mailbox.pk)
    return mailbox


@transaction.atomic
def folder_save(*, folder: WatchFolder, user: User) -> WatchFolder:
    """The folder on disk is made too, where that is possible; the first look says otherwise."""
    require("manage", workspace=folder.workspace_id, user=user)
    _due_now(folder)
    folder.save()
    try:
        watched_path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        logger.warning("folder %s: cannot be made (%s)", folder.pk, error)
    workspace_event_record(workspace=folder.workspace, user=user, action="folder_saved", folder=folder.pk)
    return folder


@transaction.atomic
def source_remove(*, source: Mailbox | WatchFolder, user: User) -> None:
    """It is looked at no more; what came from it stays."""
    require("manage", workspace=source.workspace_id, user=user)
    action = "mailbox_removed" if isinstance(source, Mailbox) else "folder_removed"
    workspace_event_record(workspace=source.workspace, user=user, action=action)
    source.delete()


def _due_now(source: Source) -> None:
    source.next_check_at, source.failures, source.error = timezone.now(), 0, ""
