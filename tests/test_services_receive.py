from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import OperationalError

from extraction import services
from extraction.engine.errors import EmptyFile, InvoiceError, PackedDocuments, TooLarge, UnsupportedType
from extraction.models import AuditEvent, Invoice, User, Workspace
from extraction.services import wakeup
from extraction.services.storing import file_store

from .builders import png, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def receive(workspace: Workspace, uploader: User) -> Callable[..., services.Received]:
    def call(data: bytes = png(), name: str = "invoice.png", **changes: Any) -> services.Received:
        given = {"workspace": workspace, "user": uploader, "file": upload(data), "file_name": name} | changes
        return services.invoice_receive(**given)

    return call


def stored_files() -> list[Path]:
    root = Path(default_storage.location)
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_file_is_kept_and_queued(receive: Callable[..., services.Received], uploader: User) -> None:
    received = receive(png(), "Rechnung März.png")
    invoice = Invoice.objects.get()
    assert (received.invoice, received.duplicate) == (invoice, False)
    assert (invoice.status, invoice.file_name, invoice.media_type) == ("queued", "Rechnung März.png", "image/png")
    assert invoice.size == len(png())
    assert invoice.file.read() == png()
    assert "Rechnung" not in invoice.file.name
    assert AuditEvent.objects.get().action == "received"


def test_a_large_upload_on_disk_is_received(receive: Callable[..., services.Received]) -> None:
    file = TemporaryUploadedFile("big.png", "image/png", 0, None)
    file.write(png("big"))
    file.size = file.tell()
    assert receive(file=file).invoice.file.read() == png("big")


def test_the_workers_are_woken_after_the_commit(
    receive: Callable[..., services.Received], django_capture_on_commit_callbacks: Any, celery_messages: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invoice = receive().invoice
        assert celery_messages() == 0
    assert celery_messages() == 1
    assert invoice.status == "queued"


def test_the_same_file_again_leads_to_the_first(receive: Callable[..., services.Received]) -> None:
    first, again = receive(), receive(name="copy.png")
    assert (again.invoice, again.duplicate) == (first.invoice, True)
    assert len(stored_files()) == 1


def test_the_same_file_in_another_workspace_is_new(receive: Callable[..., services.Received], outsider: User) -> None:
    receive()
    elsewhere = outsider.workspaces.get()
    assert not receive(workspace=elsewhere, user=outsider).duplicate


def test_a_deleted_file_may_be_uploaded_again(receive: Callable[..., services.Received], reviewer: User) -> None:
    first = receive().invoice
    services.invoice_delete(invoice=first, user=reviewer)
    assert not receive().duplicate
    with pytest.raises(services.InvalidState, match="uploaded again"):
        services.invoice_restore(invoice_id=first.pk, user=reviewer)


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "empty.pdf", EmptyFile),
        (b"hello\n" * 50, "text.pdf", UnsupportedType),
        (b"PK\x03\x04" * 9, "a.zip", PackedDocuments),
    ],
)
def test_what_is_no_document_is_refused_with_advice(
    receive: Callable[..., services.Received], data: bytes, name: str, error: type[InvoiceError]
) -> None:
    with pytest.raises(error) as caught:
        receive(data, name)
    assert caught.value.message.endswith(".")
    assert not Invoice.objects.exists()
    assert stored_files() == []


def test_a_file_over_the_limit_is_refused(receive: Callable[..., services.Received], settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1
    with pytest.raises(TooLarge, match="1 MB"):
        receive(png() + b"\0" * 1024 * 1024)


def test_a_broker_that_is_down_does_not_lose_the_upload(
    receive: Callable[..., services.Received], django_capture_on_commit_callbacks: Any, broken_broker: None
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        receive()
    assert Invoice.objects.get().status == "queued"
    assert not wakeup.wake_worker(invoice_id=1)


def test_a_failing_insert_leaves_no_file(
    receive: Callable[..., services.Received], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("extraction.services.receive.event_record", full)
    with pytest.raises(OperationalError):
        receive()
    assert (stored_files(), Invoice.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\scans\\a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n.png", "ab.png"),
        ("", "document"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
    ],
)
def test_file_names_are_made_harmless(receive: Callable[..., services.Received], given: str, kept: str) -> None:
    assert receive(name=given).invoice.file_name == kept


def test_an_outsider_may_not_upload(receive: Callable[..., services.Received], outsider: User) -> None:
    with pytest.raises(services.NotAllowed):
        receive(user=outsider)


def test_a_simple_form_upload_is_received(receive: Callable[..., services.Received]) -> None:
    assert receive(file=SimpleUploadedFile("a.png", png())).invoice.size == len(png())


def test_of_a_file_that_does_not_fit_on_the_disk_no_part_stays(tmp_path: Path, settings: Any) -> None:
    large = tmp_path / "large.pdf"
    large.write_bytes(bytes(200_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))  # writing on fails as on a full disk
    try:
        with pytest.raises(OSError, match="File too large"):
            file_store(large, "invoices/large.pdf")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (Path(settings.MEDIA_ROOT) / "invoices/large.pdf").exists()
