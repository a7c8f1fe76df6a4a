"""The tables of a desk that has none: made as the last migration leaves them, not by one after the other.

Django renders all models anew for each step of a migration: a first start would spend most of its time on that. A test
holds both ways together on both databases.
"""

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython


def are_wanted() -> bool:
    """Whether there is no table yet."""
    return not connection.introspection.table_names()


def create() -> None:
    """All tables and what the migrations write beside them, and note the migrations as applied.

    All or nothing: tables that are not noted as applied would be made again at the next start. Content types and
    permissions come with the signal of `migrate`, which finds nothing else to do.
    """
    executor = MigrationExecutor(connection)
    apps = executor.loader.project_state().apps
    plan = [migration for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    with transaction.atomic():
        with connection.schema_editor() as editor:
            for model in apps.get_models():
                if model._meta.can_migrate(connection):
                    editor.create_model(model)
            for operation in (operation for migration in plan for operation in migration.operations):
                if isinstance(operation, RunPython):
                    operation.code(apps, editor)
        executor.recorder.ensure_schema()
        for migration in plan:
            executor.recorder.record_applied(migration.app_label, migration.name)
