"""Files of a real folder become documents once they have settled, and nothing of them is lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from extraction import services
from extraction.inbound import folder as folders
from extraction.models import Invoice, User, WatchFolder, Workspace
from extraction.services import inbound
from tests.badfiles import text_pdf
from tests.engine.test_containers import mail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(workspace: Workspace, admin: User, settings: Any, tmp_path: Path) -> WatchFolder:
    settings.WATCH_DIR = tmp_path / "watched"
    return services.folder_save(folder=WatchFolder(workspace=workspace, name="scanner"), user=admin)


@pytest.fixture
def path(folder: WatchFolder) -> Path:
    return inbound.watched_path(folder)


def look(folder: WatchFolder) -> int:
    return services.folder_check(folder_id=folder.pk)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_file_that_looks_the_same_twice_is_taken_and_moved_away(folder: WatchFolder, path: Path):
    (path / "a.pdf").write_bytes(text_pdf("Invoice A"))
    assert [look(folder), look(folder), look(folder)] == [0, 1, 0]
    row = Invoice.objects.get()
    assert (row.file_name, row.channel, row.sender, row.uploaded_by) == ("a.pdf", "folder", "scanner", None)
    assert (names(path), names(path / "processed")) == (["processed"], ["a.pdf"])


def test_a_file_that_still_grows_is_left_alone(folder: WatchFolder, path: Path):
    whole = text_pdf("Invoice A")
    for end in (100, 300, len(whole)):
        (path / "a.pdf").write_bytes(whole[:end])
        assert look(folder) == 0
    assert look(folder) == 1


def test_names_of_unfinished_and_hidden_files_and_links_are_left_alone(folder: WatchFolder, path: Path, tmp_path: Path):
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(text_pdf("Not theirs"))
    (path / "link.pdf").symlink_to(secret)
    for name in (".hidden.pdf", "~$a.pdf", "a.pdf.part", "b.crdownload", "c.tmp"):
        (path / name).write_bytes(text_pdf(name))
    assert [look(folder), look(folder), Invoice.objects.count()] == [0, 0, 0]


def test_what_cannot_be_used_is_put_aside_with_the_reason_and_holds_nothing_up(folder: WatchFolder, path: Path):
    (path / "a.txt").write_bytes(b"hello")
    (path / "b.pdf").write_bytes(b"")
    (path / "c.pdf").write_bytes(text_pdf("Invoice C"))
    look(folder)
    assert look(folder) == 1
    assert names(path / "failed") == ["a.txt", "a.txt.txt", "b.pdf", "b.pdf.txt"]
    assert "empty" in (path / "failed" / "b.pdf.txt").read_text()
    folder.refresh_from_db()
    assert folder.error == ""


def test_a_file_larger_than_the_limit_is_not_even_copied(
    folder: WatchFolder, path: Path, settings: Any, monkeypatch: Any
):
    settings.MAX_UPLOAD_MB = 1
    with (path / "huge.pdf").open("wb") as file:
        file.truncate(2 * 1024**3)  # a hole: 2 GB that take no room
    monkeypatch.setattr(inbound, "documents_receive", lambda **_: pytest.fail("it was read"))
    look(folder)
    assert look(folder) == 0
    assert "too large" in (path / "failed" / "huge.pdf.txt").read_text()


def test_a_mail_in_the_folder_is_unpacked_and_an_old_name_is_not_overwritten(folder: WatchFolder, path: Path):
    for text in ("one", "two"):
        (path / "a.eml").write_bytes(mail({f"{text}.pdf": text_pdf(text)}).as_bytes())
        look(folder)
        assert look(folder) == 1
    assert names(path / "processed") == ["a-2.eml", "a.eml"]


def test_a_process_killed_before_the_file_is_moved_doubles_nothing(folder: WatchFolder, path: Path, monkeypatch: Any):
    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    (path / "a.pdf").write_bytes(text_pdf("Invoice A"))
    look(folder)
    with monkeypatch.context() as patch:
        patch.setattr(folders, "put_away", killed)
        with pytest.raises(Killed):
            look(folder)
    WatchFolder.objects.update(checking_until=timezone.now())
    assert look(folder) == 0
    assert (Invoice.objects.count(), names(path / "processed")) == (1, ["a.pdf"])


def test_a_folder_that_vanishes_is_told_and_works_again_when_it_is_back(folder: WatchFolder, path: Path):
    shutil.rmtree(path)
    look(folder)
    folder.refresh_from_db()
    assert "cannot be read (No such file or directory)" in folder.error
    assert folder.failing_since is not None
    path.mkdir()
    (path / "a.pdf").write_bytes(text_pdf("Invoice A"))
    look(folder)
    assert look(folder) == 1
    folder.refresh_from_db()
    assert (folder.error, folder.failing_since) == ("", None)


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read_is_told(folder: WatchFolder, path: Path):
    (path / "a.pdf").write_bytes(text_pdf("Invoice A"))
    (path / "a.pdf").chmod(0)
    look(folder)
    look(folder)
    folder.refresh_from_db()
    assert "may not be read" in folder.error


def test_a_full_disk_leaves_the_file_where_it_is(folder: WatchFolder, path: Path, monkeypatch: Any):
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    (path / "a.pdf").write_bytes(text_pdf("Invoice A"))
    look(folder)
    with monkeypatch.context() as patch:
        patch.setattr("extraction.services.receive.file_store", full)
        look(folder)
    folder.refresh_from_db()
    assert "disk may be full" in folder.error
    assert names(path) == ["a.pdf"]
    assert look(folder) == 1
