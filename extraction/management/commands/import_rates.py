"""Import exchange rates from the European Central Bank's file, for all workspaces."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from extraction import services
from extraction.analytics.ecb import parse_rates


class Command(BaseCommand):
    help = (
        "Imports exchange rates from eurofxref-hist.csv (or the .zip around it) of the European Central Bank. They "
        "hold for all workspaces; what a workspace entered itself goes before them. Nothing is downloaded."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--since", type=date.fromisoformat, default=None, metavar="DATE", help="leave out older days"
        )

    def handle(self, *args: Any, file: Path, since: date | None, **options: Any) -> None:
        try:
            count = services.rates_import(parse_rates(file.read_bytes(), since=since))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{count} exchange rates imported.")
