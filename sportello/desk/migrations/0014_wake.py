"""PostgreSQL tells whoever listens that something was committed (kit.wake); SQLite's data_version says so by itself."""

from django.db import migrations

TABLES = ("audit", "presence", "notification", "job", "inboundmail", "outgoingmail", "timer", "webhookcall")
FUNCTION = """
CREATE FUNCTION sportello_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sportello', TG_TABLE_NAME);
  RETURN NULL;
END $$
"""


def listen(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(FUNCTION)
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER wake AFTER INSERT OR UPDATE OR DELETE ON desk_{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION sportello_wake()"
        )


def silence(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION sportello_wake() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("desk", "0013_workspace")]
    operations = [migrations.RunPython(listen, silence)]
