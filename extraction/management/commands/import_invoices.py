"""Many documents at once, from the command line: the same way in as an upload."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from extraction import services
from extraction.engine.errors import InvoiceError
from extraction.models import Channel, User, Workspace
from extraction.permissions import NotAllowed


class Command(BaseCommand):
    help = "Takes files and folders into a workspace. What is there already is said and not doubled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="FILE_OR_FOLDER")
        parser.add_argument("--workspace", help="its name or number; not needed where there is only one")
        parser.add_argument("--user", metavar="EMAIL", help="who is noted as the one who uploaded them")
        parser.add_argument("--recursive", action="store_true", help="folders inside the folders, too")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace, user = _workspace(options["workspace"]), _user(options["user"])
        counts = {"new": 0, "known": 0, "refused": 0}
        for path in _files(options["paths"], recursive=options["recursive"]):
            for name, became, text in self._received(path, workspace, user):
                counts[became] += 1
                out = self.stderr if became == "refused" else self.stdout
                out.write(f"{name}: {text}")
        self.stdout.write(
            f"{counts['new']} taken, {counts['known']} there already, {counts['refused']} refused. "
            "They are read as soon as a worker runs (make run)."
        )
        if counts["refused"]:
            raise CommandError("Not every file could be taken; see above.", returncode=1)

    def _received(self, path: Path, workspace: Workspace, user: User | None) -> Iterator[tuple[str, str, str]]:
        try:
            with path.open("rb") as stream:
                reception = services.documents_receive(
                    workspace=workspace,
                    user=user,
                    file=File(stream),
                    file_name=path.name,
                    origin=services.Origin(Channel.COMMAND, str(path.parent)),
                )
        except InvoiceError as error:
            yield str(path), "refused", error.message
        except NotAllowed as error:
            raise CommandError(error.message) from error
        except OSError as error:
            yield str(path), "refused", f"It cannot be read ({error.strerror or error})."
        else:
            for outcome in reception.outcomes:
                name = f"{path} > {outcome.name}" if reception.packed else str(path)
                yield name, *_told(outcome)


def _told(outcome: services.Outcome) -> tuple[str, str]:
    if outcome.received is None:
        return "refused", outcome.error.message if outcome.error else "It could not be taken."
    number = outcome.received.invoice.pk
    return ("known", f"is there already, as {number}") if outcome.received.duplicate else ("new", f"taken as {number}")


def _files(paths: list[Path], *, recursive: bool) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no file or folder {path}.")
        if path.is_dir():
            yield from _inside(path, recursive=recursive)
        else:
            yield path


def _inside(folder: Path, *, recursive: bool) -> Iterator[Path]:
    for parent, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if recursive and not name.startswith("."))
        yield from (Path(parent) / name for name in sorted(files) if not name.startswith("."))


def _workspace(asked: str | None) -> Workspace:
    found = Workspace.objects.order_by("pk")
    if asked:
        found = found.filter(pk=int(asked)) if asked.isdecimal() else found.filter(name__iexact=asked)
    first = list(found[:2])
    if len(first) == 1:
        return first[0]
    names = ", ".join(f"{row.pk} ({row.name})" for row in Workspace.objects.order_by("pk")[:20])
    if not names:
        raise CommandError("There is no workspace yet. Start the product once (make run), then import.")
    raise CommandError(f"Say which workspace with --workspace: {names}.")


def _user(email: str | None) -> User | None:
    if not email:
        return None
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(f"Nobody has the e-mail address {email}.")
    return user
