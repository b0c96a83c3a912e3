"""The views: ``fact_invoice``, ``fact_line``, ``fact_tax``, ``fact_field``, ``dim_vendor``; ``dim_date`` is a table.

Names and columns are a promise (docs/bi.md): columns may be added at the end, none is renamed or removed. They
are made anew by every ``migrate``, because neither SQLite nor PostgreSQL alters a table that a view looks at. DuckDB
reads the SQL of SQLite's views as its own, so what they say must mean the same in both.

``sql/NAME.sql`` holds one text for both databases; ``{...}`` in it stands for what they say differently, or for what is
said often (``WORDS``).
"""

from __future__ import annotations

import re
from pathlib import Path

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

SQL = Path(__file__).parent / "sql"
VIEWS = ("fact_invoice", "fact_line", "fact_tax", "fact_field", "dim_vendor")

_PLACE = re.compile(r"\{(\w+)((?::[^{}:]+)*)\}")
_COMMON = {
    # A credit note takes away what an invoice brings, however its sign is printed.
    "signed": "CASE WHEN invoice.document_type = 'credit_note' THEN -ABS({0}) ELSE {0} END",
    # A vendor is known by its tax id, else by its name.
    "vendor_key": (
        "CAST(invoice.workspace_id AS TEXT) || ':' || "
        "CASE WHEN invoice.vendor_tax_id <> '' THEN UPPER(REPLACE(invoice.vendor_tax_id, ' ', '')) "
        "ELSE LOWER(TRIM(invoice.vendor_name)) END"
    ),
    "has_vendor": "(invoice.vendor_tax_id <> '' OR invoice.vendor_name <> '')",
}
WORDS: dict[str, dict[str, str]] = {
    "sqlite": _COMMON
    | {
        "corner": "json_extract({0}.box, '$[{1}]')",
        "day": "date({0})",
    },
    "postgresql": _COMMON
    | {
        "corner": "({0}.box ->> {1})::double precision",
        "day": "({0})::date",
    },
}


def views_drop(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name in reversed(VIEWS):
            cursor.execute(f"DROP VIEW IF EXISTS {name}")


def views_create(connection: BaseDatabaseWrapper) -> None:
    """PostgreSQL replaces a view in its place, so that rights granted on it stay, unless its columns changed."""
    if connection.vendor not in WORDS:
        return
    for name in VIEWS:
        select = view_sql(name, connection.vendor)
        if connection.vendor == "postgresql" and _replaced(connection, name, select):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"DROP VIEW IF EXISTS {name}")
            cursor.execute(f"CREATE VIEW {name} AS {select}")


def _replaced(connection: BaseDatabaseWrapper, name: str, select: str) -> bool:
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f"CREATE OR REPLACE VIEW {name} AS {select}")
    except DatabaseError:
        return False
    return True


def view_sql(name: str, vendor: str) -> str:
    """The view's SELECT as this database ("sqlite", "postgresql") understands it."""
    words = WORDS[vendor]
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    return _PLACE.sub(lambda found: words[found[1]].format(*found[2].split(":")[1:]), text)
