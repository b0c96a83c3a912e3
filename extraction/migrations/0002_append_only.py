"""Corrections and audit events are append-only: the database itself refuses to change them.

On SQLite, Django rebuilds a table to alter it, which drops its triggers: a migration that alters one of these tables
ends with ``RunPython(protect, unprotect)`` again. A test holds the line.
"""

from django.db import migrations

TABLES = ("extraction_correction", "extraction_auditevent")

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION extraction_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def protect(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(POSTGRES_FUNCTION, params=None)  # its % is not a placeholder
    for table in TABLES:
        if vendor == "postgresql":
            schema_editor.execute(
                f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION extraction_refuse_update()"
            )
        elif vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {table}_append_only BEFORE UPDATE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def unprotect(apps, schema_editor):
    for table in TABLES:
        on_table = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only{on_table}")


class Migration(migrations.Migration):
    dependencies = [("extraction", "0001_initial")]

    operations = [migrations.RunPython(protect, unprotect)]
