"""`manage.py import_invoices`: folders from the command line."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from extraction.models import Invoice, User, Workspace
from tests.badfiles import text_pdf

pytestmark = pytest.mark.django_db(transaction=True)


def run(*args: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_invoices", *map(str, args), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_folder_is_taken_and_a_second_time_doubles_nothing(workspace: Workspace, tmp_path: Path):
    folder = tmp_path / "in"
    (folder / "inside").mkdir(parents=True)
    (folder / "a.pdf").write_bytes(text_pdf("A"))
    (folder / "inside" / "b.pdf").write_bytes(text_pdf("B"))
    assert "1 taken, 0 there already, 0 refused" in run(folder)[0]
    assert "1 taken, 1 there already, 0 refused" in run(folder, "--recursive")[0]
    assert list(Invoice.objects.order_by("pk").values_list("file_name", "channel", "sender")) == [
        ("a.pdf", "command", str(folder)),
        ("b.pdf", "command", str(folder / "inside")),
    ]


def test_what_is_refused_is_said_and_takes_nothing_with_it(workspace: Workspace, tmp_path: Path):
    (tmp_path / "a.txt").write_text("hello")
    (tmp_path / "b.pdf").write_bytes(text_pdf("B"))
    err = StringIO()
    with pytest.raises(CommandError, match="Not every file") as failed:
        call_command("import_invoices", str(tmp_path), stdout=StringIO(), stderr=err)
    assert failed.value.returncode == 1
    assert "a.txt" in err.getvalue()
    assert Invoice.objects.get().file_name == "b.pdf"


def test_of_several_workspaces_one_must_be_named(workspace: Workspace, admin: User, tmp_path: Path):
    Workspace.objects.create(name="Other")
    (tmp_path / "a.pdf").write_bytes(text_pdf("A"))
    with pytest.raises(CommandError, match="Say which workspace with --workspace"):
        run(tmp_path)
    run(tmp_path, "--workspace", "acme", "--user", "ADMIN@example.com")
    row = Invoice.objects.get()
    assert (row.workspace, row.uploaded_by) == (workspace, admin)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "no file or folder nowhere"),
        ((".", "--user", "nobody@example.com"), "Nobody has the e-mail"),
        ((".", "--workspace", "99999"), "Say which workspace"),
    ],
)
def test_what_is_typed_wrong_is_said(workspace: Workspace, arguments: tuple[str, ...], words: str):
    with pytest.raises(CommandError, match=words):
        run(*arguments)
