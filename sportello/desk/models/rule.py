from django.db import models


class Rule(models.Model):
    """What triggers, views and their like have in common. conditions: the vendor's JSON (rules.conditions)."""

    title = models.CharField(max_length=200)
    description = models.CharField(max_length=1000, blank=True)
    active = models.BooleanField(default=True)
    off_because = models.CharField(max_length=300, blank=True, help_text="Why the desk itself switched it off.")
    position = models.PositiveIntegerField(default=0)
    conditions = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title


class Trigger(Rule):
    """What the desk does by itself when a ticket is opened or changed. actions: rules.triggers."""

    actions = models.JSONField(default=list)


class Automation(Rule):
    """What the desk does by itself when time has passed. actions: rules.triggers. docs/algorithms/automations.md"""

    actions = models.JSONField(default=list)
    armed_to = models.BigIntegerField(
        null=True, default=0, help_text="The ticket up to which its clocks are set since it was changed; empty: all."
    )


class Automated(models.Model):
    """The automation has acted on the ticket, and its conditions have held ever since: it does not act again."""

    pk = models.CompositePrimaryKey("ticket_id", "automation_id")
    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="+", db_index=False)
    automation = models.ForeignKey(Automation, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"automation {self.automation_id} on #{self.ticket_id}"


class Macro(models.Model):
    """What an agent does to a ticket in one gesture: a text and changes, looked at before they are sent.

    Shared; or a group's; or its owner's alone. actions: rules.macros.
    """

    title = models.CharField(max_length=200)
    description = models.CharField(max_length=1000, blank=True)
    active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    actions = models.JSONField(default=list)
    owner = models.ForeignKey("User", models.CASCADE, null=True, blank=True, related_name="macros")
    group = models.ForeignKey("Group", models.CASCADE, null=True, blank=True, related_name="macros")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(group=None), name="macro_of_one_or_of_a_group"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Firing(models.Model):
    """A trigger or an automation acted: one row beside the audit that tells of it."""

    trigger = models.ForeignKey(Trigger, models.CASCADE, null=True, related_name="firings", db_index=False)
    automation = models.ForeignKey(Automation, models.CASCADE, null=True, related_name="firings", db_index=False)
    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="+")
    audit = models.ForeignKey("Audit", models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The last ten of a rule, and how many since.
            models.Index(fields=["trigger", "-created_at"], name="firing_trigger"),
            models.Index(
                fields=["automation", "-created_at"],
                condition=models.Q(automation__isnull=False),
                name="firing_automation",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(trigger=None, automation__isnull=False)
                | models.Q(trigger__isnull=False, automation=None),
                name="firing_of_one_rule",
            )
        ]

    def __str__(self) -> str:
        return f"rule {self.trigger_id or self.automation_id} on #{self.ticket_id}"


class RuleChange(models.Model):
    """Who changed a rule, when, and what it was before and after; kept when the rule is gone.

    kind: "trigger", … rule_id: no foreign key, on purpose. before, after: the rule as exported; null: none.
    """

    kind = models.CharField(max_length=20)
    rule_id = models.BigIntegerField()
    author = models.ForeignKey("User", models.PROTECT, null=True, related_name="+")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # The history of one rule.
            models.Index(fields=["kind", "rule_id", "-id"], name="rule_change_rule")
        ]

    def __str__(self) -> str:
        return f"change of {self.kind} {self.rule_id}"
