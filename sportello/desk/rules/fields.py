"""The vocabulary: what a condition can speak of. One name, one meaning, wherever rules are written.

Names are the vendor's (reference: conditions of the API), so that exported rules can be read as they are. A field
with a column can be asked of the database; one without exists only while a ticket is being changed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..words import Contact, Priority, Role, Status, TicketType, Via
from .kinds import CHANGES, Choice, Kind, Present, Reference, Since, Tags, Text, Until, Vote

if TYPE_CHECKING:
    from .custom_fields import CustomField

UPDATE_TYPES = ("Create", "Change")


@dataclass(frozen=True, slots=True)
class Field:
    """column: its path from a ticket in a query, empty where the database cannot be asked. changes: whether a trigger
    may ask how it changed in the update. custom: the desk's own field that it is."""

    name: str
    label: str | Promise
    kind: Kind
    column: str = ""
    changes: bool = False
    custom: "CustomField | None" = None

    @property
    def operators(self) -> tuple[str, ...]:
        return (*self.kind.operators, *(CHANGES if self.changes else ()))


PRIORITY_NAMES: dict[str, Any] = {priority.name.lower(): priority.value for priority in Priority} | {
    "": None,
    "-": None,
}

ALL = (
    Field("status", _("Status"), Choice(tuple(Status.values), ordered=True), "status", changes=True),
    Field(
        "priority",
        _("Priority"),
        Choice(tuple(Priority.values), ordered=True, nullable=True, names=PRIORITY_NAMES),
        "priority",
        changes=True,
    ),
    Field("type", pgettext_lazy("of a ticket", "Type"), Choice(("", *TicketType.values)), "type", changes=True),
    Field("problem_id", _("Problem"), Present(), "problem_id"),
    Field("group_id", _("Group"), Reference("group"), "group_id", changes=True),
    Field("assignee_id", _("Assignee"), Reference("agent"), "assignee_id", changes=True),
    Field("requester_id", _("Requester"), Reference("person", nullable=False), "requester_id", changes=True),
    Field("organization_id", _("Organization"), Reference("organization"), "organization_id", changes=True),
    Field("recipient", _("Received at"), Reference("mailbox"), "mailbox_id"),
    Field("current_tags", _("Tags"), Tags(), "tags"),
    Field("via_id", _("Channel"), Choice(tuple(Via.values)), "channel"),
    Field("contact", _("Direct contact"), Choice(("", *Contact.values)), "contact", changes=True),
    Field("subject_includes_word", _("Subject"), Text(), "subject"),
    Field("satisfaction_score", _("Satisfaction"), Vote(), "satisfaction_rating"),
    Field("NEW", _("Hours since created"), Since(), "created_at"),
    Field("OPEN", _("Hours since open"), Since(Status.OPEN), "metric__status_updated_at"),
    Field("PENDING", _("Hours since pending"), Since(Status.PENDING), "metric__status_updated_at"),
    Field("HOLD", _("Hours since on hold"), Since(Status.HOLD), "metric__status_updated_at"),
    Field("SOLVED", _("Hours since solved"), Since(Status.SOLVED), "metric__status_updated_at"),
    Field("CLOSED", _("Hours since closed"), Since(Status.CLOSED), "metric__status_updated_at"),
    Field("assigned_at", _("Hours since assigned"), Since(), "metric__assigned_at"),
    Field("updated_at", _("Hours since the latest change"), Since(), "updated_at"),
    Field("requester_updated_at", _("Hours since the customer wrote"), Since(), "customer_commented_at"),
    Field("waiting_since", _("Hours the customer has waited"), Since(), "waiting_since"),
    Field("until_sla_breach", _("Hours until the next SLA breach"), Until(), "sla__due_at"),
    Field("sla_overdue", _("SLA target missed"), Present(), "sla__overdue_since"),
    # Only while a ticket is being changed.
    Field("update_type", _("The ticket"), Choice(UPDATE_TYPES)),
    Field("comment_includes_word", _("What is said"), Text()),
    Field("comment_is_public", _("The comment"), Choice(("true", "false", "not_relevant", "none"))),
    Field("role", _("Who acts"), Choice(("end_user", "agent", "admin", "rule"))),
    Field("current_via_id", _("Channel of the change"), Choice(tuple(Via.values))),
    Field("current_user_id", _("The person who acts"), Reference("person")),
)
BY_NAME = {field.name: field for field in ALL}
ROLES = {Role.END_USER: "end_user", Role.AGENT: "agent", Role.ADMIN: "admin"}
