"""The data as Parquet files, for BI tools that read files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from extraction.bi.snapshot import snapshot_write


class Command(BaseCommand):
    help = (
        "Writes the BI views into FOLDER, one Parquet file each, all of the same moment. Run it as often as you like."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--workspace", type=int, metavar="NUMBER", help="only this workspace's rows")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = snapshot_write(options["folder"], workspace_id=options["workspace"])
        except OSError as error:
            raise CommandError(f"{options['folder']} cannot be written to ({error.strerror or error}).") from error
        for name, count in counts.items():
            self.stdout.write(f"{options['folder'] / name}.parquet: {count} rows")
