"""Django's own command, with the BI views taken away before tables change and made anew afterwards."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from extraction.bi import views_create, views_drop


class Command(MigrateCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        only_looks = options.get("plan") or options.get("check_unapplied")
        if not only_looks and _changes_are_due(connection, options):
            views_drop(connection)
        super().handle(*args, **options)
        if not only_looks and "dim_date" in connection.introspection.table_names():
            views_create(connection)


def _changes_are_due(connection: Any, options: dict[str, Any]) -> bool:
    """Where nothing is to be done the views stay, and with them the rights that somebody granted on them."""
    if options.get("app_label"):
        return True
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
