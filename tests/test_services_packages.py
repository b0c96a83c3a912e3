"""Mails and archives become invoices; PDFs with a password are opened."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from extraction import services
from extraction.engine import read_invoice
from extraction.engine.errors import EncryptedPdf, NoDocuments, WrongPassword
from extraction.models import AuditEvent, Correction, Invoice, Package, Status, User, Workspace

from .badfiles import text_pdf
from .builders import FakeReader, png, upload
from .engine.test_containers import archive, mail, portfolio

pytestmark = pytest.mark.django_db
SECRET = "grün-4711"


def receive(workspace: Workspace, user: User, data: bytes, name: str) -> services.Reception:
    return services.documents_receive(workspace=workspace, user=user, file=upload(data), file_name=name)


def locked_pdf(user_password: str = SECRET) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption(user_password, ownerPassword="owner", strength=128))
    canvas.drawString(72, 700, "Invoice number: N-1")
    canvas.save()
    return out.getvalue()


def stored_files() -> list[Path]:
    return [path for path in Path(default_storage.location).rglob("*") if path.is_file()]


def test_each_document_of_a_mail_becomes_an_invoice_that_knows_where_it_came_from(
    workspace: Workspace, uploader: User
) -> None:
    data = mail({"a.pdf": text_pdf("A"), "b.pdf": text_pdf("B"), "notes.txt": b"hi"}).as_bytes()
    reception = receive(workspace, uploader, data, "march.eml")
    assert [(o.name, o.error.code if o.error else "") for o in reception.outcomes] == [
        ("a.pdf", ""), ("b.pdf", ""), ("notes.txt", "unsupported_type"),
    ]  # fmt: skip
    package = Package.objects.get()
    assert (package.file_name, package.subject, package.file.read()) == ("march.eml", "Rechnung März", data)
    assert set(package.invoices.values_list("file_name", "status")) == {("a.pdf", "queued"), ("b.pdf", "queued")}


def test_an_archive_received_twice_says_which_documents_are_there_and_keeps_no_second_file(
    workspace: Workspace, uploader: User
) -> None:
    data = archive({"a.pdf": text_pdf("A"), "b.pdf": text_pdf("B")})
    receive(workspace, uploader, data, "one.zip")
    files = len(stored_files())
    again = receive(workspace, uploader, data, "two.zip")
    assert [o.received.duplicate for o in again.outcomes if o.received] == [True, True]
    assert (Package.objects.count(), Invoice.objects.count(), len(stored_files())) == (1, 2, files)


def test_an_archive_of_documents_that_are_all_there_is_not_kept(workspace: Workspace, uploader: User) -> None:
    receive(workspace, uploader, text_pdf("A"), "a.pdf")
    receive(workspace, uploader, archive({"b.pdf": text_pdf("A")}), "all.zip")
    assert (Package.objects.count(), Invoice.objects.count(), len(stored_files())) == (0, 1, 1)


def test_an_archive_without_documents_is_refused_and_not_kept(workspace: Workspace, uploader: User) -> None:
    with pytest.raises(NoDocuments):
        receive(workspace, uploader, mail({}).as_bytes(), "empty.eml")
    assert receive(workspace, uploader, archive({"a.txt": b"x"}), "a.zip").outcomes[0].error
    assert (Package.objects.count(), stored_files()) == (0, [])


def test_a_portfolio_of_tables_only_is_a_document_itself(workspace: Workspace, uploader: User) -> None:
    reception = receive(workspace, uploader, portfolio({"a.txt": b"x"}), "p.pdf")
    assert not reception.packed
    assert Invoice.objects.get().file_name == "p.pdf"


def test_a_package_goes_with_the_last_of_its_documents(
    workspace: Workspace, uploader: User, reviewer: User, settings: Any
) -> None:
    settings.DELETED_KEPT_DAYS = 0
    receive(workspace, uploader, archive({"a.pdf": text_pdf("A"), "b.pdf": text_pdf("B")}), "a.zip")
    for left, invoice in zip((1, 0), Invoice.objects.all(), strict=True):
        services.invoice_delete(invoice=invoice, user=reviewer)
        services.invoices_purge()
        assert Package.objects.count() == left
    assert stored_files() == []


def failed_for_its_password(workspace: Workspace, user: User) -> Invoice:
    receive(workspace, user, locked_pdf(), "secret.pdf")
    invoice = Invoice.objects.get()
    services.invoice_read(invoice_id=invoice.pk, reader=FakeReader(EncryptedPdf()))
    invoice.refresh_from_db()
    return invoice


def test_the_right_password_opens_a_pdf_and_it_is_read(
    workspace: Workspace, uploader: User, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    invoice = failed_for_its_password(workspace, uploader)
    sha256 = invoice.sha256
    with caplog.at_level(logging.DEBUG):
        services.invoice_unlock(invoice=invoice, user=uploader, password=SECRET)
    assert (invoice.status, invoice.sha256, invoice.error_code) == (Status.QUEUED, sha256, "")
    assert b"/Encrypt" in invoice.file.read()  # the upload stays as it was
    opened = tmp_path / "opened.pdf"
    opened.write_bytes(invoice.readable_file.read())
    assert "N-1" in read_invoice(opened).document.pages[0].text
    reader = FakeReader()
    services.invoice_read(invoice_id=invoice.pk, reader=reader)
    assert b"/Encrypt" not in reader.contents[0]
    kept = str(list(AuditEvent.objects.values())) + str(Invoice.objects.values().get()) + caplog.text
    assert SECRET not in kept
    assert all(SECRET.encode() not in path.read_bytes() for path in stored_files())


def test_a_wrong_password_is_told_and_changes_nothing(workspace: Workspace, uploader: User, outsider: User) -> None:
    invoice = failed_for_its_password(workspace, uploader)
    files = stored_files()
    for wrong in ("wrong", ""):
        with pytest.raises(WrongPassword):
            services.invoice_unlock(invoice=invoice, user=uploader, password=wrong)
    with pytest.raises(services.NotAllowed):
        services.invoice_unlock(invoice=invoice, user=outsider, password=SECRET)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.error_code, stored_files()) == (Status.FAILED, "encrypted_pdf", files)


def test_only_what_waits_for_a_password_is_unlocked(workspace: Workspace, uploader: User) -> None:
    receive(workspace, uploader, locked_pdf(), "secret.pdf")
    files = stored_files()
    with pytest.raises(services.InvalidState):
        services.invoice_unlock(invoice=Invoice.objects.get(), user=uploader, password=SECRET)
    assert stored_files() == files


def test_a_pdf_with_an_owners_password_only_opens_without_asking(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(locked_pdf(""))
    assert "N-1" in read_invoice(path).document.pages[0].text


def test_the_invoice_table_was_altered_without_losing_what_guards_it(workspace: Workspace, reviewer: User) -> None:
    """On SQLite, Django makes a table anew to add a column."""
    receive(workspace, reviewer, png("a"), "a.png")
    invoice = Invoice.objects.get()
    for broken in ({"status": "unheard of"}, {"error_code": "x"}, {"pages_done": 9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**broken)
    Correction.objects.create(invoice=invoice, field="iban", user=reviewer)
    for table in (Correction, AuditEvent):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            table.objects.update(created_at="2026-01-01T00:00Z")
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, Invoice._meta.db_table)
    wanted = {index.name for index in Invoice._meta.indexes} | {rule.name for rule in Invoice._meta.constraints}
    assert wanted <= set(constraints)
