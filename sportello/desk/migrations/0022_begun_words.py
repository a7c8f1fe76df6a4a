"""Which words begin so (SQLite's index of searches knows), and an index for tickets of one status."""

from django.db import migrations, models

TABLES = ("desk_search_ticket", "desk_search_user", "desk_search_organization")


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            schema_editor.execute(f"CREATE VIRTUAL TABLE {table}_words USING fts5vocab({table}, instance)")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            schema_editor.execute(f"DROP TABLE {table}_words")


class Migration(migrations.Migration):
    dependencies = [("desk", "0021_monthly_report")]
    operations = [
        migrations.RunPython(create, drop),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                fields=["status", "-id"],
                condition=models.Q(status__in=("new", "open", "pending", "hold")),
                name="ticket_unsolved_status",
            ),
        ),
    ]
