"""Mails of a real IMAP server become documents: each once, also when something goes wrong on the way."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.utils import timezone

from extraction import services
from extraction.inbound import imap
from extraction.models import Invoice, Letter, Mailbox, Package, User, Workspace
from extraction.services import inbound
from tests.badfiles import text_pdf
from tests.engine.test_containers import mail

from .dovecot import PASSWORD, Dovecot, installed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.services,
    pytest.mark.skipif(not installed(), reason="no Dovecot: apt-get install dovecot-imapd"),
]


USERS = itertools.count(1)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with TemporaryDirectory(prefix="dovecot-") as folder:  # pytest's own folders let no other user in
        running = Dovecot(Path(folder)).start()
        yield running
        running.stop()


@pytest.fixture
def server(dovecot: Dovecot) -> Dovecot:
    """With an empty mailbox."""
    dovecot.user = f"office{next(USERS)}@example.com"
    return dovecot


@pytest.fixture
def mailbox(server: Dovecot, workspace: Workspace, admin: User, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    names = {"address": server.user, "username": server.user}
    box = Mailbox(workspace=workspace, host="localhost", port=server.tls, security="tls", **names)
    return services.mailbox_save(mailbox=box, user=admin, password=PASSWORD)


def check(mailbox: Mailbox) -> int:
    """A look at it now, however long the pause still is."""
    return services.mailbox_check(mailbox_id=mailbox.pk)


def letter(**files: str) -> bytes:
    return mail({f"{name}.pdf": text_pdf(text) for name, text in files.items()}).as_bytes()


def test_each_document_of_a_mail_is_taken_and_the_mail_kept_as_its_source(server: Dovecot, mailbox: Mailbox):
    server.deliver(letter(a="Invoice A", b="Invoice B"))
    assert check(mailbox) == 2
    rows = list(Invoice.objects.order_by("file_name").values_list("file_name", "channel", "sender", "uploaded_by"))
    sender = "Jürgen Weiß <j@example.com>"
    assert rows == [("a.pdf", "mail", sender, None), ("b.pdf", "mail", sender, None)]
    [source] = server.mails("Invoicelens/Processed")
    assert Package.objects.get().file.read() == source
    assert server.mails() == []
    mailbox.refresh_from_db()
    assert (mailbox.error, mailbox.failures, mailbox.checking_until) == ("", 0, None)


def test_the_password_is_not_in_the_database(mailbox: Mailbox):
    assert PASSWORD not in mailbox.password
    assert inbound.account_of(mailbox).password == PASSWORD


def test_another_secret_key_asks_for_the_password_again(mailbox: Mailbox, settings: Any):
    settings.SECRET_KEY = "another key, as after a move without it"
    assert check(mailbox) == 0
    mailbox.refresh_from_db()
    assert "Type it again" in mailbox.error


def test_a_mail_without_a_document_is_put_aside_with_the_reason(server: Dovecot, mailbox: Mailbox):
    server.deliver(mail({}).as_bytes())
    assert check(mailbox) == 0
    assert len(server.mails("Invoicelens/Failed")) == 1
    found = Letter.objects.get()
    assert (found.state, found.subject, found.documents) == ("refused", "Rechnung März", 0)
    assert "No document is attached" in found.note


def test_a_mail_that_is_too_large_is_not_fetched(server: Dovecot, mailbox: Mailbox, settings: Any, monkeypatch: Any):
    settings.MAX_UPLOAD_MB = 1
    server.deliver(mail({"big.pdf": b"x" * 2_000_000}).as_bytes())
    monkeypatch.setattr(imap.Connection, "content", lambda *_: pytest.fail("it was fetched"))
    assert check(mailbox) == 0
    assert Letter.objects.get().note.startswith("This file is too large")
    assert len(server.mails("Invoicelens/Failed")) == 1


def test_a_mail_whose_documents_are_there_already_doubles_nothing(server: Dovecot, mailbox: Mailbox):
    for _ in range(2):
        server.deliver(letter(a="Invoice A"))
        check(mailbox)
    assert Invoice.objects.count() == 1
    assert Letter.objects.order_by("pk").last().note == "1 document was here already."  # type: ignore[union-attr]
    assert len(server.mails("Invoicelens/Processed")) == 2


class Killed(BaseException):
    """A process that ends here."""


@pytest.mark.parametrize("where", ["before it is noted", "before it is moved", "before the move is noted"])
def test_a_process_killed_on_the_way_loses_and_doubles_nothing(
    where: str, server: Dovecot, mailbox: Mailbox, monkeypatch: Any
):
    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    def moved_then_killed(self: imap.Connection, uid: int, folder: str, move: Any = imap.Connection.move) -> None:
        move(self, uid, folder)
        raise Killed

    server.deliver(letter(a="Invoice A"))
    server.deliver(letter(b="Invoice B"))
    with monkeypatch.context() as patch:
        if where == "before it is noted":
            patch.setattr(Letter, "save", killed)
        else:
            patch.setattr(imap.Connection, "move", killed if where == "before it is moved" else moved_then_killed)
        with pytest.raises(Killed):
            check(mailbox)
    assert check(mailbox) == 0  # its lease still runs
    Mailbox.objects.update(checking_until=timezone.now())
    check(mailbox)
    assert sorted(Invoice.objects.values_list("file_name", flat=True)) == ["a.pdf", "b.pdf"]
    assert (server.mails(), len(server.mails("Invoicelens/Processed"))) == ([], 2)


def test_a_server_that_is_down_is_told_and_mails_come_when_it_is_back(server: Dovecot, mailbox: Mailbox):
    server.deliver(letter(a="Invoice A"))
    server.stop()
    pauses = []
    for _ in range(3):
        check(mailbox)
        mailbox.refresh_from_db()
        pauses.append((mailbox.next_check_at - timezone.now()).total_seconds())
    assert "cannot be reached" in mailbox.error
    assert mailbox.failing_since is not None
    assert [round(pause, -1) for pause in pauses] == [60, 120, 240]
    server.start()
    assert check(mailbox) == 1
    mailbox.refresh_from_db()
    assert (mailbox.error, mailbox.failures, mailbox.failing_since) == ("", 0, None)


def test_a_wrong_password_is_told_apart_from_a_wrong_folder(server: Dovecot, mailbox: Mailbox, admin: User):
    services.mailbox_save(mailbox=mailbox, user=admin, password="wrong")
    check(mailbox)
    mailbox.refresh_from_db()
    assert "refuses the user name" in mailbox.error
    mailbox.folder = "Nowhere"
    services.mailbox_save(mailbox=mailbox, user=admin, password=PASSWORD)
    check(mailbox)
    mailbox.refresh_from_db()
    assert "no folder “Nowhere”" in mailbox.error


def test_a_certificate_of_nobody_known_is_refused(mailbox: Mailbox, server: Dovecot, monkeypatch: Any):
    monkeypatch.delenv("SSL_CERT_FILE")
    server.deliver(letter(a="Invoice A"))
    assert check(mailbox) == 0
    mailbox.refresh_from_db()
    assert "is not trusted" in mailbox.error
    assert len(server.mails()) == 1


def test_starttls_works_and_no_encryption_only_within_this_machine(server: Dovecot, mailbox: Mailbox, admin: User):
    server.deliver(letter(a="Invoice A"))
    mailbox.port, mailbox.security = server.plain, "starttls"
    services.mailbox_save(mailbox=mailbox, user=admin)
    assert check(mailbox) == 1
    server.deliver(letter(b="Invoice B"))
    mailbox.security = "none"
    services.mailbox_save(mailbox=mailbox, user=admin)
    assert check(mailbox) == 1
    mailbox.host = "mail.example.com"
    services.mailbox_save(mailbox=mailbox, user=admin)
    check(mailbox)
    mailbox.refresh_from_db()
    assert "not sent without encryption" in mailbox.error


def test_a_port_that_speaks_no_tls_and_one_that_is_silent(
    mailbox: Mailbox, server: Dovecot, admin: User, monkeypatch: Any
):
    mailbox.port = server.plain
    services.mailbox_save(mailbox=mailbox, user=admin)
    check(mailbox)
    mailbox.refresh_from_db()
    assert "does not speak TLS" in mailbox.error
    monkeypatch.setattr(imap, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        held: list[Any] = []  # an open connection that says nothing
        threading.Thread(target=lambda: held.append(silent.accept()), daemon=True).start()
        mailbox.port = silent.getsockname()[1]
        services.mailbox_save(mailbox=mailbox, user=admin)
        check(mailbox)
    mailbox.refresh_from_db()
    assert "does not answer" in mailbox.error


def test_one_mail_that_cannot_be_dealt_with_does_not_hold_up_the_others(
    server: Dovecot, mailbox: Mailbox, monkeypatch: Any
):
    def receive(*, file_name: str, receive: Any = inbound.documents_receive, **options: Any) -> Any:
        if file_name.startswith("poison"):
            raise RuntimeError("a bug")
        return receive(file_name=file_name, **options)

    monkeypatch.setattr(inbound, "documents_receive", receive)
    poison = mail({"a.pdf": text_pdf("A")})
    poison.replace_header("Subject", "poison")
    server.deliver(poison.as_bytes())
    server.deliver(letter(b="Invoice B"))
    assert [check(mailbox) for _ in range(inbound.LETTER_ATTEMPTS)] == [1, 0, 0]
    assert (len(server.mails()), len(server.mails("Invoicelens/Failed"))) == (0, 1)
    assert set(Letter.objects.values_list("state", flat=True)) == {"refused", "taken"}


def test_a_full_disk_leaves_the_mail_where_it_is(server: Dovecot, mailbox: Mailbox, monkeypatch: Any):
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    server.deliver(letter(a="Invoice A"))
    with monkeypatch.context() as patch:
        patch.setattr("extraction.services.receive.file_store", full)
        check(mailbox)
    mailbox.refresh_from_db()
    assert "disk may be full" in mailbox.error
    assert (len(server.mails()), Letter.objects.count()) == (1, 0)
    assert check(mailbox) == 1


def test_two_processes_do_not_look_at_one_mailbox(server: Dovecot, mailbox: Mailbox):
    server.deliver(letter(a="Invoice A"))
    assert services.sources_due() == [("mailbox", mailbox.pk)]
    with inbound._looking(Mailbox, mailbox.pk) as held:
        assert held is not None
        assert services.sources_due() == []
        assert check(mailbox) == 0
    assert check(mailbox) == 1


def test_only_administrators_set_up_a_mailbox(mailbox: Mailbox, approver: User):
    with pytest.raises(services.NotAllowed):
        services.mailbox_save(mailbox=mailbox, user=approver, password="x")
    with pytest.raises(services.NotAllowed):
        services.source_remove(source=mailbox, user=approver)


def test_the_source_is_kept_byte_for_byte(server: Dovecot, mailbox: Mailbox):
    odd = b"From: A <a@example.com>\r\nSubject: =?utf-8?q?M=C3=A4rz?=\r\nX-Odd:   kept  \r\nMIME-Version: 1.0\r\n"
    body = letter(a="Invoice A")
    content = body[body.index(b"Content-Type: multipart") :].replace(b"\n", b"\r\n")
    server.deliver(odd + content)
    assert check(mailbox) == 1
    assert Path(Package.objects.get().file.path).read_bytes() == odd + content
