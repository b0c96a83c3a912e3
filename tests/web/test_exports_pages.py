"""The pages of exports without scripts: what they show, refuse and keep."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from extraction import services
from extraction.exports.profiles import new_draft
from extraction.exports.selection import Selection
from extraction.models import BatchStatus, ExportBatch, ExportProfile, Invoice, Status, User, VendorCode, Workspace
from tests.builders import VALUES

CSV = {"name": "CSV", "built_in": "csv"}


@pytest.fixture
def profile(workspace: Workspace, approver: User) -> ExportProfile:
    draft = new_draft()
    draft.name = "Month"
    return services.profile_save(workspace=workspace, user=approver, draft=draft)


@pytest.fixture
def batch(make_invoice: Callable[..., Invoice], workspace: Workspace, approver: User) -> ExportBatch:
    make_invoice(status=Status.APPROVED)
    made = services.batch_start(workspace=workspace, user=approver, profile=CSV, selection=Selection())
    services.batch_write(batch_id=made.pk)
    made.refresh_from_db()
    return made


def form_of(profile: ExportProfile, **changes: Any) -> dict[str, Any]:
    """What a browser sends of the editor."""
    lists = {name: [column[key] for column in profile.columns] for name, key in
             {"source": "source", "title": "title", "column_format": "format", "value": "value"}.items()}  # fmt: skip
    options = {f"options.{name}": value for name, value in profile.options.items()}
    return {"name": profile.name, "format": profile.format, "level": profile.level, **lists, **options, **changes}


def test_pages_that_have_nothing_say_what_to_do(web: Client) -> None:
    assert "Nothing yet" in web.get(reverse("exports")).content.decode()
    assert "nothing to export" in web.get(reverse("exports")).content.decode()
    assert "No profile yet" in web.get(reverse("export-profiles")).content.decode()
    assert web.get(reverse("vendor-codes")).status_code == 200


def test_the_same_file_comes_again_byte_for_byte(web: Client, batch: ExportBatch) -> None:
    answers = [web.get(reverse("export-file", args=[batch.pk])) for _time in range(2)]
    first, second = (b"".join(answer.streaming_content) for answer in answers)
    assert first == second
    assert answers[0]["Content-Disposition"] == 'attachment; filename="export-1.csv"'
    Invoice.objects.update(vendor_name="Other")
    assert b"".join(web.get(reverse("export-file", args=[batch.pk])).streaming_content) == first


def test_what_is_not_written_yet_is_no_file(web: Client, workspace: Workspace) -> None:
    waiting = ExportBatch.objects.create(workspace=workspace, number=9, profile=CSV, total=3)
    assert web.get(reverse("export-file", args=[waiting.pk])).status_code == 404
    row = web.get(reverse("export-batch", args=[waiting.pk]), headers={"HX-Request": "true"}).content.decode()
    assert "0 of 3" in row
    assert "hx-get" in row


def test_many_are_written_by_the_workers(
    make_invoice: Callable[..., Invoice], web: Client, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any, celery_messages: Callable[[], int],
) -> None:  # fmt: skip
    monkeypatch.setattr("extraction.views.exports.AT_ONCE", 1)
    for _number in range(2):
        make_invoice(status=Status.APPROVED)
    with django_capture_on_commit_callbacks(execute=True):
        answer = web.post(reverse("export-start"), {"profile": "csv"}, follow=True)
    assert "is being written" in answer.content.decode()
    assert ExportBatch.objects.get().status == BatchStatus.WAITING
    assert celery_messages() == 1


def test_a_start_that_cannot_be_says_why_and_makes_nothing(web: Client, make_invoice: Callable[..., Invoice]) -> None:
    make_invoice(status=Status.REVIEW)
    for data, told in (
        ({"profile": "csv"}, "1 wait for a review"),
        ({"profile": "csv", "since": "soon"}, "is no date"),
        ({"profile": "99"}, "was deleted in the meantime"),
    ):
        answer = web.post(reverse("export-start"), data, headers={"Accept": "application/json"})
        assert answer.status_code == 409
        assert told in answer.json()["error"]
    assert not ExportBatch.objects.exists()


def test_a_profile_that_no_longer_fits_is_said_before_anything_is_written(
    web: Client, profile: ExportProfile, make_invoice: Callable[..., Invoice]
) -> None:
    make_invoice(status=Status.APPROVED)
    ExportProfile.objects.update(columns=[{"source": "gone", "title": "", "format": "", "value": ""}])
    page = web.get(reverse("exports"), {"profile": profile.pk}).content.decode()
    assert "needs a look first" in page
    assert "no column “gone”" in page
    assert web.post(reverse("export-start"), {"profile": profile.pk}).status_code == 302
    assert not ExportBatch.objects.exists()
    assert "no column “gone”" in web.get(reverse("export-profiles")).content.decode()
    editor = web.get(reverse("export-profile", args=[profile.pk])).content.decode()
    assert '<option value="gone" selected>' in editor


def test_the_editor_adds_moves_and_removes_without_saving(web: Client, profile: ExportProfile) -> None:
    address = reverse("export-profile", args=[profile.pk])
    for do, first in (("down:0", "invoice_number"), ("remove:0", "invoice_number"), ("up:0", "vendor_name")):
        page = web.post(address, form_of(profile, do=do, name="Typed")).content.decode()
        start = page.index('id="source-0"')
        assert f'<option value="{first}" selected>' in page[start : start + 4000]
        assert 'value="Typed"' in page
    assert "always says" in web.post(address, form_of(profile, do="constant")).content.decode()
    for odd in ("up:99", "down:-1", "remove:x", "nonsense"):
        assert web.post(address, form_of(profile, do=odd)).status_code == 200
    profile.refresh_from_db()
    assert profile.columns[0]["source"] == "vendor_name"


def test_a_profile_that_is_not_right_keeps_what_was_typed(web: Client, profile: ExportProfile) -> None:
    address = reverse("export-profile", args=[profile.pk])
    answer = web.post(address, form_of(profile, name="", **{"options.decimal": ","}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Give the profile a name" in page
    assert "cannot both part columns" in page
    profile.refresh_from_db()
    assert profile.name == "Month"
    answer = web.post(address, {"name": "Empty", "format": "csv", "level": "header"})
    assert "no columns" in answer.content.decode()


def test_the_preview_shows_the_first_rows_as_they_will_be(
    web: Client, profile: ExportProfile, make_invoice: Callable[..., Invoice]
) -> None:
    make_invoice(status=Status.APPROVED, values=VALUES | {"vendor_name": "=1+1", "gross_total": Decimal("-5.00")})
    page = web.get(reverse("export-profile", args=[profile.pk])).content.decode()
    assert "&#x27;=1+1" in page
    assert "-5.00" in page


def test_codes_that_are_not_right_stay_as_typed(web: Client) -> None:
    names = ("vendor_name", "vendor_tax_id", "vendor_account", "account", "tax_code", "cost_centre")
    data: dict[str, Any] = {name: ["", ""] for name in names} | {"account": ["4930", ""], "do": "save"}
    answer = web.post(reverse("vendor-codes"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="4930"' in page
    assert "name or VAT ID" in page
    more = web.post(reverse("vendor-codes"), data | {"do": "more"}).content.decode()
    assert 'value="4930"' in more
    assert not VendorCode.objects.exists()


@pytest.mark.parametrize(
    ("file", "told"), [(None, "Choose a CSV file"), (b"x" * 1_100_000, "larger than 1 MB"), (b"a,b\n", "must name")]
)
def test_an_import_of_codes_that_cannot_be_says_why(web: Client, file: bytes | None, told: str) -> None:
    data = {"file": SimpleUploadedFile("codes.csv", file)} if file else {}
    answer = web.post(reverse("vendor-codes-import"), data, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert told in answer.json()["error"]


# --- who may ----------------------------------------------------------------------------------------------------------


def test_for_an_outsider_our_batches_and_profiles_do_not_exist(
    browse: Callable[[User], Client], outsider: User, batch: ExportBatch, profile: ExportProfile
) -> None:
    client = browse(outsider)
    for name in ("export-batch", "export-file"):
        assert client.get(reverse(name, args=[batch.pk])).status_code == 404
    assert client.post(reverse("export-undo", args=[batch.pk])).status_code == 404
    assert client.get(reverse("export-profile", args=[profile.pk])).status_code == 404
    for name in ("export-profile", "export-profile-copy", "export-profile-delete"):
        assert client.post(reverse(name, args=[profile.pk])).status_code == 404
    page = client.get(reverse("exports"), {"profile": profile.pk}).content.decode()
    assert "deleted in the meantime" in page
    batch.refresh_from_db()
    assert batch.status == BatchStatus.SEALED
    assert ExportProfile.objects.count() == 1


def test_who_may_not_export_sees_no_entry_and_is_told_why(
    browse: Callable[[User], Client], reviewer: User, batch: ExportBatch, profile: ExportProfile
) -> None:
    client = browse(reviewer)
    assert reverse("exports") not in client.get(reverse("inbox")).content.decode()
    for name in ("exports", "export-profiles"):
        answer = client.get(reverse(name))
        assert answer.status_code == 403
        assert "reviewer" in answer.content.decode().lower()
    answer = client.get(reverse("export-file", args=[batch.pk]), headers={"Accept": "application/json"})
    assert answer.status_code == 403
    answer = client.post(reverse("export-undo", args=[batch.pk]), headers={"Accept": "application/json"})
    assert answer.status_code == 403


def test_the_inbox_downloads_every_built_in_format(web: Client, make_invoice: Callable[..., Invoice]) -> None:
    invoice = make_invoice(status=Status.APPROVED)
    starts = {
        "csv": b"id,", "csv-lines": b"id,", "csv-all": b"PK", "xlsx": b"PK", "json": b"[",
        "jsonl": b"{", "parquet": b"PK",
    }  # fmt: skip
    for name, start in starts.items():
        data = b"".join(web.get(reverse("export"), {"format": name}).streaming_content)
        assert data.startswith(start), name
    b"".join(web.post(reverse("export"), {"format": "xlsx", "mark": "1"}).streaming_content)
    invoice.refresh_from_db()
    assert invoice.status == Status.EXPORTED
