"""Export at the command line: a file of what is approved, or a batch that marks it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from extraction import services
from extraction.exports.codes import code_book
from extraction.exports.profiles import BUILT_IN, Draft, job_of, problems_of
from extraction.exports.records import read_records
from extraction.exports.selection import BadSelection, Selection
from extraction.exports.writing import blocks, scratch
from extraction.models import ExportProfile, User, Workspace


class Command(BaseCommand):
    help = "Writes approved invoices to a file. With --mark as a numbered batch that marks them as exported."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--format", choices=BUILT_IN, default="csv", help="everything, in this format")
        what.add_argument("--profile", metavar="NAME", help="a profile of the workspace")
        parser.add_argument("--workspace", metavar="NAME", help="needed where there are several")
        parser.add_argument("--since", metavar="YYYY-MM-DD", default="", help="invoice date from")
        parser.add_argument("--until", metavar="YYYY-MM-DD", default="", help="invoice date to")
        parser.add_argument("--again", action="store_true", help="also those exported before")
        parser.add_argument("--mark", action="store_true", help="make a batch: number it, keep it, mark its invoices")
        parser.add_argument("--as", dest="user", metavar="EMAIL", help="the person in whose name --mark exports")
        parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="- for standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = self._workspace(options["workspace"])
        try:
            selection = Selection.of(
                {"since": options["since"], "until": options["until"], "again": "1" if options["again"] else ""}
            )
        except BadSelection as error:
            raise CommandError(str(error)) from None
        stored = self._stored(workspace, options)
        try:
            count, left = (
                self._batch(workspace, stored, selection, options)
                if options["mark"]
                else self._plain(workspace, stored, selection, options["output"])
            )
        except services.ServiceError as error:
            raise CommandError(error.message) from None
        for name, reasons in left:
            self.stderr.write(f"left out: {name}: {' '.join(reasons)}")
        self.stderr.write(f"{count} invoices exported, {len(left)} left out")

    def _workspace(self, name: str | None) -> Workspace:
        found = list(Workspace.objects.filter(**({"name": name} if name else {}))[:2])
        if not found:
            raise CommandError(f"There is no workspace “{name}”." if name else "There is no workspace yet.")
        if len(found) > 1:
            raise CommandError("There are several workspaces. Name one with --workspace.")
        return found[0]

    def _stored(self, workspace: Workspace, options: dict[str, Any]) -> dict[str, Any]:
        if not options["profile"]:
            return {"name": str(BUILT_IN[options["format"]][0]), "built_in": options["format"]}
        profile = ExportProfile.objects.filter(workspace=workspace, name=options["profile"]).first()
        if profile is None:
            names = ", ".join(ExportProfile.objects.filter(workspace=workspace).values_list("name", flat=True))
            raise CommandError(f"There is no profile “{options['profile']}”. There are: {names or 'none'}.")
        draft = Draft.of(profile)
        problems = problems_of(draft)
        if problems:
            raise CommandError(f"The profile “{profile.name}” needs a look first: {next(iter(problems.values()))}")
        return draft.to_dict()

    def _plain(
        self, workspace: Workspace, stored: dict[str, Any], selection: Selection, output: Path
    ) -> tuple[int, list[tuple[str, list[str]]]]:
        """Only reads."""
        job = job_of(stored)
        rows = selection.invoices(workspace)
        ids = list(rows.values_list("pk", flat=True))
        if not ids:
            raise CommandError(services.nothing_text(selection.others(workspace)))
        with scratch() as folder:
            path = folder / "export"
            job.write(read_records(ids, base=rows, wanted=job.wanted, book=code_book(workspace)), path)
            if job.taken:
                self._hand_over(path, output)
        return len(job.taken), [(left.name, left.reasons) for left in job.left]

    def _batch(
        self, workspace: Workspace, stored: dict[str, Any], selection: Selection, options: dict[str, Any]
    ) -> tuple[int, list[tuple[str, list[str]]]]:
        user = None
        if options["user"]:
            user = User.objects.filter(email=options["user"].strip().lower()).first()
            if user is None:
                raise CommandError(f"Nobody has the address {options['user']}.")
        batch = services.batch_start(workspace=workspace, user=user, profile=stored, selection=selection)
        services.batch_write(batch_id=batch.pk)
        batch.refresh_from_db()
        if not batch.file:
            raise CommandError(batch.error_message or "The export is being written elsewhere; look at the page.")
        with scratch() as folder, default_storage.open(str(batch.file.name), "rb") as stored_file:
            path = folder / "export"
            with path.open("wb") as copy:
                shutil.copyfileobj(stored_file, copy)
            self._hand_over(path, options["output"])
        self.stderr.write(f"export {batch.number}")
        return batch.invoice_count, [(one["name"], one["reasons"]) for one in batch.left_out]

    def _hand_over(self, path: Path, output: Path) -> None:
        if str(output) == "-":
            for block in blocks(path):
                sys.stdout.buffer.write(block)
            return
        try:
            shutil.copyfile(path, output)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None
