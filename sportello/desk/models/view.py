from django.db import models

from .rule import Rule


class View(Rule):
    """A list of tickets that somebody has named: which, in what order, with which columns (rules.views).

    Shared; or a group's; or its owner's alone. docs/algorithms/views.md
    """

    owner = models.ForeignKey("User", models.CASCADE, null=True, blank=True, related_name="views")
    group = models.ForeignKey("Group", models.CASCADE, null=True, blank=True, related_name="views")
    columns = models.JSONField(default=list)
    group_by = models.CharField(max_length=40, blank=True)
    group_descending = models.BooleanField(default=False)
    sort_by = models.CharField(max_length=40, default="updated_at")
    sort_descending = models.BooleanField(default=True)
    filled_to = models.BigIntegerField(
        null=True, default=0, help_text="The ticket up to which its members are kept; empty: all of them are."
    )

    class Meta(Rule.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(group=None), name="view_of_one_or_of_a_group"
            )
        ]


class ViewMember(models.Model):
    """A ticket stands in a view: kept with each update, so that a view is counted and shown without asking them all."""

    pk = models.CompositePrimaryKey("view_id", "ticket_id")
    view = models.ForeignKey(View, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"#{self.ticket_id} in view {self.view_id}"
