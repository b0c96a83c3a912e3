"""Saved views, acts on many documents, and the search with its index.

The index belongs to the database: on SQLite an FTS5 table that triggers keep equal to ``extraction_searchtext``, on
PostgreSQL an inverted index. Words are taken as they are stored: ``extraction.words`` has normalised them. A migration
that alters ``extraction_searchtext`` ends with ``RunPython(index, unindex)`` again, because SQLite drops triggers with
the table that Django rebuilds. Documents that are here already get their words from ``manage.py setup``.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TABLE, FTS = "extraction_searchtext", "extraction_searchwords"
OLD, NEW = (f"{row}.invoice_id, {row}.value_words, {row}.page_words" for row in ("old", "new"))
REMOVE = f"INSERT INTO {FTS}({FTS}, rowid, value_words, page_words) VALUES ('delete', {OLD});"
ADD = f"INSERT INTO {FTS}(rowid, value_words, page_words) VALUES ({NEW});"
TRIGGERS = {"insert": ADD, "delete": REMOVE, "update": f"{REMOVE} {ADD}"}
SQLITE = f"""
CREATE VIRTUAL TABLE IF NOT EXISTS {FTS} USING fts5(
    value_words, page_words, content='{TABLE}', content_rowid='invoice_id',
    detail='none', columnsize=0, prefix='1 2 3', tokenize='unicode61 remove_diacritics 0'
)
"""
POSTGRES = f"""
CREATE INDEX IF NOT EXISTS {FTS} ON {TABLE} USING gin (
    array_to_tsvector(string_to_array(btrim(value_words || ' ' || page_words), ' '))
)
"""


def index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(SQLITE)
        for event, what in TRIGGERS.items():
            name = f"{TABLE}_{event}"
            schema_editor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON {TABLE} BEGIN {what} END")


def unindex(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {FTS}")
    elif schema_editor.connection.vendor == "sqlite":
        for event in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{event}")
        schema_editor.execute(f"DROP TABLE IF EXISTS {FTS}")


class Migration(migrations.Migration):

    dependencies = [("extraction", "0016_arranging")]

    operations = [
        migrations.CreateModel(
            name='BulkAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=16)),
                ('done', models.JSONField(default=list)),
                ('refused', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('query', models.TextField(blank=True)),
                ('columns', models.JSONField(blank=True, default=list)),
                ('shared', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('invoice', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_text', serialize=False, to='extraction.invoice')),
                ('value_words', models.TextField(blank=True)),
                ('page_words', models.TextField(blank=True)),
                ('revision', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RemoveIndex(
            model_name='invoice',
            name='invoice_by_age',
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['workspace', 'deleted_at', '-created_at'], name='invoice_by_age'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['workspace', 'deleted_at', 'status', 'held_at'], name='invoice_counts'),
        ),
        migrations.AddField(
            model_name='bulkact',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='savedview',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='savedview',
            name='workspace',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to='extraction.workspace'),
        ),
        migrations.AddIndex(
            model_name='bulkact',
            index=models.Index(fields=['user', '-created_at'], name='bulk_by_user'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('workspace', 'owner', 'name'), name='view_name_once_per_person'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='view_has_a_name'),
        ),
        migrations.AddIndex(
            model_name='fieldvalue',
            index=models.Index(condition=models.Q(('human_value__isnull', True)), fields=['invoice', 'confidence'], name='field_unseen_by_doubt'),
        ),
        migrations.RunPython(index, unindex),
    ]
