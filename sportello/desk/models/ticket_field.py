from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomField(models.Model):
    """A field that the desk has added to its tickets, people or organizations. title, description: rules.triggers.Text.

    kind: by the vendor's names. options: [{"value": "printer", "name": Text}] of a drop-down list or a multi-select.
    """

    class Of(models.TextChoices):
        TICKET = "ticket", _("tickets")
        USER = "user", _("people")
        ORGANIZATION = "organization", _("organizations")

    class Kind(models.TextChoices):
        TEXT = "text", _("line of text")
        TEXTAREA = "textarea", _("text of several lines")
        INTEGER = "integer", _("whole number")
        DECIMAL = "decimal", _("number with decimals")
        DATE = "date", _("date")
        CHECKBOX = "checkbox", _("checkbox")
        TAGGER = "tagger", _("drop-down list")
        MULTISELECT = "multiselect", _("multi-select list")
        REGEXP = "regexp", _("text that follows a pattern")

    of = models.CharField(max_length=12, choices=Of, default=Of.TICKET)
    kind = models.CharField(max_length=12, choices=Kind)
    key = models.CharField(max_length=100, help_text="How the API and rules on people call it.")
    title = models.JSONField()
    description = models.JSONField(default=str, blank=True)
    options = models.JSONField(default=list, blank=True)
    pattern = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=False, help_text="An agent fills it in before he solves.")
    visible_in_portal = models.BooleanField(default=False)
    editable_in_portal = models.BooleanField(default=False)
    required_in_portal = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["of", "key"], name="custom_field_key_once"),
            models.CheckConstraint(
                condition=models.Q(editable_in_portal=False) | models.Q(visible_in_portal=True),
                name="custom_field_editable_is_visible",
            ),
            models.CheckConstraint(
                condition=models.Q(required_in_portal=False) | models.Q(editable_in_portal=True),
                name="custom_field_required_is_editable",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of} field {self.key}"


class FieldValue(models.Model):
    """What stands in a custom field; no row: empty. One row for each value of a multi-select.

    value: of each kind in one line ("true", "2026-03-01", "12.5", an option's value; of a text its beginning), number:
    of a number, text: the whole of a text.
    """

    value = models.CharField(max_length=255)
    number = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.value


class TicketFieldValue(FieldValue):
    ticket = models.ForeignKey("Ticket", models.CASCADE, related_name="field_values", db_index=False)
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "field", "value"], name="ticket_field_value_once")]
        indexes = [
            # Which tickets have a value.
            models.Index(fields=["field", "value"], name="ticket_field_value"),
            models.Index(fields=["field", "number"], name="ticket_field_number"),
        ]


class UserFieldValue(FieldValue):
    user = models.ForeignKey("User", models.CASCADE, related_name="field_values", db_index=False)
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "field", "value"], name="user_field_value_once")]
        indexes = [
            # Which people have a value.
            models.Index(fields=["field", "value"], name="user_field_value"),
            models.Index(fields=["field", "number"], name="user_field_number"),
        ]


class OrganizationFieldValue(FieldValue):
    organization = models.ForeignKey("Organization", models.CASCADE, related_name="field_values", db_index=False)
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "field", "value"], name="organization_field_value_once")
        ]
        indexes = [
            # Which organizations have a value.
            models.Index(fields=["field", "value"], name="organization_field_value"),
            models.Index(fields=["field", "number"], name="organization_field_number"),
        ]


class TicketForm(models.Model):
    """Which fields are filled in for a kind of request, in which order, and which only under a condition.

    name: rules.triggers.Text. fields: ids of custom fields. conditions: rules.forms.
    """

    name = models.JSONField()
    fields = models.JSONField(default=list)
    conditions = models.JSONField(default=list)
    end_user_visible = models.BooleanField(default=True, help_text="Customers may choose it in the portal.")
    default = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["default"], condition=models.Q(default=True), name="ticket_form_one_default"
            ),
        ]

    def __str__(self) -> str:
        return f"form {self.pk}"
