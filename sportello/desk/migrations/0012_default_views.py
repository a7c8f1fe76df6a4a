"""The five lists that every desk had become views of its own, in its language."""

from django.db import migrations
from django.db.models.functions import Now

UNSOLVED = ("status", "less_than", "solved")
SHARED = ["subject", "requester"]
VIEWS = (
    ("Tocca a noi", "Waiting for us", [("waiting_since", "greater_than", 0)], ["assignee", "waiting"], "waiting_since"),
    ("I miei", "Mine", [UNSOLVED, ("assignee_id", "is", "current_user")], ["status", "updated"], "updated_at"),
    ("Da assegnare", "Unassigned", [UNSOLVED, ("assignee_id", "is", "")], ["group", "updated"], "updated_at"),
    ("Da risolvere", "All unsolved", [UNSOLVED], ["assignee", "updated"], "updated_at"),
    ("Risolti", "Solved", [("status", "greater_than", "hold")], ["assignee", "solved"], "solved_at"),
)


def add_views(apps, schema_editor):
    """A desk that is being set up gets its own at the end of it."""
    desk = apps.get_model("desk", "Desk").objects.filter(set_up_at__isnull=False).first()
    View = apps.get_model("desk", "View")
    if desk is None or View.objects.exists():
        return
    for position, (italian, english, asked, columns, sort_by) in enumerate(VIEWS):
        View.objects.create(
            title=italian if desk.language == "it" else english,
            position=position,
            conditions={
                "all": [{"field": field, "operator": operator, "value": value} for field, operator, value in asked],
                "any": [],
            },
            columns=[*SHARED, *columns],
            sort_by=sort_by,
            sort_descending=sort_by != "waiting_since",
            created_at=Now(),
            updated_at=Now(),
        )


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0011_webhooks'),
    ]

    operations = [
        migrations.RunPython(add_views, migrations.RunPython.noop),
    ]
