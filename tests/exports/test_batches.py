"""Batches: sealed with their invoices or not at all, downloadable byte for byte, undoable, nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from extraction import services, tasks
from extraction.exports.profiles import new_draft
from extraction.exports.selection import BadSelection, Selection
from extraction.models import AuditEvent, BatchStatus, ExportBatch, Invoice, Status, User, Workspace
from extraction.services import exports as batches

CSV = {"name": "CSV", "built_in": "csv"}


@pytest.fixture
def export(workspace: Workspace, approver: User) -> Callable[..., ExportBatch]:
    def make(profile: dict[str, Any] = CSV, **selection: Any) -> ExportBatch:
        batch = services.batch_start(
            workspace=workspace, user=approver, profile=profile, selection=Selection(**selection)
        )
        services.batch_write(batch_id=batch.pk)
        batch.refresh_from_db()
        return batch

    return make


def statuses() -> list[str]:
    return list(Invoice.objects.order_by("pk").values_list("status", flat=True))


def content(batch: ExportBatch) -> bytes:
    with default_storage.open(str(batch.file.name), "rb") as file:
        return bytes(file.read())


def stored_files(settings: Any) -> list[Path]:
    return [path for path in (Path(settings.MEDIA_ROOT) / "exports").rglob("*") if path.is_file()]


def test_a_batch_holds_what_was_approved_and_marks_it(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch]
) -> None:
    first, second, waiting = make_bill(), make_bill(), make_bill(status=Status.REVIEW)
    batch = export()
    assert (batch.number, batch.status, batch.invoice_count, batch.rows) == (1, BatchStatus.SEALED, 2, 2)
    assert statuses() == ["exported", "exported", "review"]
    assert sorted(batch.items.values_list("invoice_id", flat=True)) == [first.pk, second.pk]
    data = content(batch)
    assert data.count(b"\r\n") == 3
    assert (batch.sha256, batch.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert AuditEvent.objects.filter(action="exported", invoice_id=first.pk, detail={"batch": 1}).count() == 1
    assert waiting.pk not in batch.items.values_list("invoice_id", flat=True)


def test_nothing_is_exported_twice_unless_asked(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch]
) -> None:
    make_bill()
    export()
    with pytest.raises(services.InvalidState, match="all 1 invoices of these dates were exported before"):
        export()
    make_bill()
    assert export().invoice_count == 1
    again = export(again=True)
    assert (again.number, again.invoice_count) == (3, 2)


def test_an_export_of_nothing_is_no_batch(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch]
) -> None:
    with pytest.raises(services.InvalidState, match="no invoice has a date in this range"):
        export()
    make_bill(status=Status.REVIEW)
    with pytest.raises(services.InvalidState, match="1 wait for a review"):
        export()
    assert not ExportBatch.objects.exists()


def test_a_preset_that_takes_none_says_why_and_makes_no_batch(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch]
) -> None:
    make_bill()
    with pytest.raises(services.InvalidState, match="takes none of the 1 invoices.*No account is known"):
        export(new_draft("xero").to_dict())
    assert not ExportBatch.objects.exists()
    assert statuses() == ["approved"]


def test_what_a_preset_cannot_take_is_named_and_stays_approved(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch], vendor_code: Any
) -> None:
    make_bill()
    bad = make_bill(invoice_number=None)
    draft = new_draft("odoo")
    batch = export(draft.to_dict())
    assert statuses() == ["exported", "approved"]
    assert (batch.invoice_count, batch.left_out_count) == (1, 1)
    assert batch.left_out[0]["invoice"] == bad.pk
    assert "Invoice number" in batch.left_out[0]["reasons"][0]


def test_dates_choose(make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch]) -> None:
    for month in (1, 2, 3):
        make_bill(issue_date=date(2026, month, 15))
    export(since=date(2026, 2, 1), until=date(2026, 2, 28))
    assert statuses() == ["approved", "exported", "approved"]
    for bad in ({"since": "1.2.2026"}, {"until": "2026-02-30"}, {"since": "2026-02-01", "until": "2026-01-01"}):
        with pytest.raises(BadSelection):
            Selection.of(bad)


def test_undone_its_invoices_are_approved_again_and_the_file_stays(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch], approver: User
) -> None:
    make_bill()
    batch = export()
    before = content(batch)
    assert services.batch_undo(batch=batch, user=approver) == 1
    assert statuses() == ["approved"]
    assert (batch.status, batch.undone_by, content(batch)) == (BatchStatus.UNDONE, approver, before)
    with pytest.raises(services.InvalidState, match="cannot be undone"):
        services.batch_undo(batch=batch, user=approver)
    assert export().number == 2


def test_undo_leaves_what_another_batch_holds_or_was_reopened(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch], approver: User
) -> None:
    kept, reopened, returned = make_bill(issue_date=date(2026, 1, 1)), make_bill(), make_bill()
    first = export()
    export(until=date(2026, 1, 1), again=True)
    services.invoice_reopen(invoice=Invoice.objects.get(pk=reopened.pk), user=approver)
    assert services.batch_undo(batch=first, user=approver) == 1
    assert dict(Invoice.objects.values_list("pk", "status")) == {
        kept.pk: "exported",
        reopened.pk: "review",
        returned.pk: "approved",
    }


def test_killed_after_the_file_was_written_nothing_is_marked(
    make_bill: Callable[..., Invoice],
    export: Callable[..., ExportBatch],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    make_bill()

    def killed(*_args: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(batches, "_mark", killed)
    with pytest.raises(SystemExit):
        export()
    batch = ExportBatch.objects.get()
    assert (batch.status, batch.file.name, statuses()) == (BatchStatus.WRITING, "", ["approved"])
    assert stored_files(settings) == []
    monkeypatch.undo()
    ExportBatch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    batch.refresh_from_db()
    assert batch.status == BatchStatus.WAITING
    tasks.write_export(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.attempts, statuses()) == (BatchStatus.SEALED, 2, ["exported"])


def test_a_file_says_what_is_marked_also_when_somebody_reopens_meanwhile(
    make_bill: Callable[..., Invoice],
    export: Callable[..., ExportBatch],
    approver: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_bill()
    reopened = make_bill()
    sealed = batches._seal
    calls: list[int] = []

    def seal(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            services.invoice_reopen(invoice=Invoice.objects.get(pk=reopened.pk), user=approver)
        sealed(*args)

    monkeypatch.setattr(batches, "_seal", seal)
    batch = export()
    assert (len(calls), batch.status, batch.invoice_count) == (2, BatchStatus.SEALED, 1)
    assert content(batch).count(b"\r\n") == 2
    assert statuses() == ["exported", "review"]


def test_of_two_runs_one_writes(make_bill: Callable[..., Invoice], workspace: Workspace, approver: User) -> None:
    make_bill()
    batch = services.batch_start(workspace=workspace, user=approver, profile=CSV, selection=Selection())
    assert batches._claim(batch.pk) is not None
    assert batches._claim(batch.pk) is None
    services.batch_write(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.status, statuses()) == (BatchStatus.WRITING, ["approved"])


def test_a_run_that_lost_its_lease_seals_nothing(
    make_bill: Callable[..., Invoice],
    workspace: Workspace,
    approver: User,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    make_bill()
    batch = services.batch_start(workspace=workspace, user=approver, profile=CSV, selection=Selection())
    sealed = batches._seal

    def seal(*args: Any) -> None:
        ExportBatch.objects.update(status=BatchStatus.WAITING, run_token=None, lease_until=None)
        sealed(*args)

    monkeypatch.setattr(batches, "_seal", seal)
    services.batch_write(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.status, statuses(), stored_files(settings)) == (BatchStatus.WAITING, ["approved"], [])


def test_what_fails_says_so_and_marks_nothing(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_bill()
    monkeypatch.setattr(batches, "job_of", lambda *_args, **_options: 1 / 0)
    monkeypatch.setattr(batches, "_require_one", lambda *_args: None)
    batch = export()
    assert (batch.status, statuses()) == (BatchStatus.FAILED, ["approved"])
    assert "Start the export again" in batch.error_message


def test_a_worker_that_is_lost_too_often_gives_up(
    make_bill: Callable[..., Invoice], workspace: Workspace, settings: Any
) -> None:
    make_bill()
    batch = services.batch_start(workspace=workspace, user=None, profile=CSV, selection=Selection())
    for _attempt in range(settings.MAX_ATTEMPTS):
        assert batches._claim(batch.pk)
        ExportBatch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        services.batches_sweep()
    batch.refresh_from_db()
    assert batch.status == BatchStatus.FAILED
    assert "shorter range" in batch.error_message


def test_a_reviewer_exports_and_undoes_nothing(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch], workspace: Workspace, reviewer: User
) -> None:
    make_bill()
    with pytest.raises(services.NotAllowed):
        services.batch_start(workspace=workspace, user=reviewer, profile=CSV, selection=Selection())
    batch = export()
    with pytest.raises(services.NotAllowed):
        services.batch_undo(batch=batch, user=reviewer)
    assert statuses() == ["exported"]


def test_a_batch_keeps_its_numbers_of_invoices_that_are_purged(
    make_bill: Callable[..., Invoice], export: Callable[..., ExportBatch], approver: User, settings: Any
) -> None:
    bill = make_bill()
    batch = export()
    settings.DELETED_KEPT_DAYS = 0
    services.invoice_delete(invoice=Invoice.objects.get(pk=bill.pk), user=approver)
    assert services.invoices_purge() == 1
    assert list(batch.items.values_list("invoice_id", flat=True)) == [bill.pk]


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_writes_a_file_and_marks_only_when_told(
    make_bill: Callable[..., Invoice], workspace: Workspace, approver: User, tmp_path: Path
) -> None:
    make_bill(issue_date=date(2026, 5, 1))
    make_bill(issue_date=date(2026, 1, 1))
    target = tmp_path / "out.csv"
    call_command("export_invoices", "--since", "2026-04-01", "-o", str(target))
    assert target.read_bytes().count(b"\r\n") == 2
    assert statuses() == ["approved", "approved"]
    call_command("export_invoices", "--format", "jsonl", "--mark", "--as", approver.email, "-o", str(target))
    assert target.read_bytes() == content(ExportBatch.objects.get())
    assert statuses() == ["exported", "exported"]


def test_the_command_uses_a_profile_and_says_what_is_wrong(
    make_bill: Callable[..., Invoice], workspace: Workspace, approver: User, vendor_code: Any, tmp_path: Path
) -> None:
    make_bill()
    draft = new_draft("odoo")
    services.profile_save(workspace=workspace, user=approver, draft=draft)
    target = tmp_path / "odoo.csv"
    call_command("export_invoices", "--profile", draft.name, "-o", str(target))
    assert target.read_bytes().startswith(b"id,move_type")
    for arguments, told in (
        (["--profile", "No such"], "There is no profile"),
        (["--since", "yesterday"], "is no date"),
        (["--since", "2030-01-01"], "nothing to export"),
        (["--workspace", "Nowhere"], "no workspace"),
        (["--mark", "--as", "nobody@example.com"], "Nobody has the address"),
    ):
        with pytest.raises(CommandError, match=told):
            call_command("export_invoices", *arguments, "-o", str(target))
