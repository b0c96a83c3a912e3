"""Takes the words that search looks in anew: nothing is lost with them, they come from what is stored."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from extraction import services


class Command(BaseCommand):
    help = "Rebuilds the search index of all documents."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.search_rebuild()} documents indexed.")
