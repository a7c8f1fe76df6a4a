"""The index of searches: a table of words for tickets, people and organizations (desk.search.index)."""

import sqlite3

from django.db import migrations, models

TABLES = ("desk_search_ticket", "desk_search_user", "desk_search_organization")
# An index that keeps no copy of the texts can forget a row since 3.43; an older SQLite keeps the copy.
LEAN = sqlite3.sqlite_version_info >= (3, 43)


def create(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"CREATE TABLE {table} (id bigint PRIMARY KEY, words tsvector NOT NULL)")
            schema_editor.execute(
                f"CREATE INDEX {table}_words ON {table} USING gin (words) WITH (fastupdate = off)"
            )
        else:
            # Words come ready: whatever stands between two blanks is one.
            kept = "content='', contentless_delete=1," if LEAN else ""
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5"
                f"(head, body, about, {kept} tokenize=\"ascii tokenchars '='\", prefix='3')"
            )


def drop(apps, schema_editor):
    for table in TABLES:
        schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    dependencies = [("desk", "0014_wake")]
    operations = [
        migrations.CreateModel(
            name="SearchState",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("version", models.PositiveBigIntegerField(default=0)),
                ("position", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="AttachmentText",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("text", models.TextField(blank=True)),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="user", index=models.Index(fields=["updated_at", "id"], name="user_updated")
        ),
        migrations.AddIndex(
            model_name="organization", index=models.Index(fields=["updated_at", "id"], name="organization_updated")
        ),
        migrations.RunPython(create, drop),
    ]
