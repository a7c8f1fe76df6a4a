"""Rehearse a rule: what a trigger would have done on the latest tickets, told from their audits; on which of them an
automation would act, and when. Changes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from .actions import facts, field_values
from .errors import Refused
from .models import Audit, Comment, Ticket
from .rules import automations, conditions, custom_fields, schedules
from .rules.conditions import Conditions, Facts
from .rules.custom_fields import CustomField
from .rules.fields import PRIORITY_NAMES, ROLES
from .rules.kinds import Moment
from .words import FINISHED, Score, Status

TICKETS = 1000
UNTOLD = ("until_sla_breach", "sla_overdue")
# The field of a condition, where the audit calls it otherwise.
NAMES = {"tags": "current_tags", "subject": "subject_includes_word"}


@dataclass(frozen=True, slots=True)
class Act:
    """The rule would have acted then, or will. because: the conditions that hold at that time, as JSON."""

    ticket_id: int
    subject: str
    at: datetime
    because: list[dict[str, Any]]


def rehearse(asked: Conditions, *, hours: schedules.Schedule, tickets: int = TICKETS) -> list[Act]:
    """The updates of the latest tickets in which these conditions held, newest ticket first.

    Raises Refused for conditions about SLA: audits do not tell how each promise stood.
    """
    if any(it.field.name in UNTOLD for it in asked):
        raise Refused(_("A rehearsal cannot tell how the SLA targets stood."))
    latest = {row.pk: row for row in Ticket.objects.order_by("-id").only("subject", "channel", "mailbox_id")[:tickets]}
    audits = Audit.objects.filter(ticket__in=latest).order_by("ticket", "id").select_related("author")
    spoken = _spoken(asked, latest)
    own = [it.field.custom for it in asked if it.field.custom]
    people = field_values.Past(own)
    acts: dict[int, list[Act]] = {}
    for ticket_id, of_ticket in groupby(audits.iterator(2000), key=lambda audit: audit.ticket_id):
        ticket, life = latest[ticket_id], Life(own={it.name: it for it in own}, people=people)
        life.values |= {"via_id": ticket.channel, "recipient": ticket.mailbox_id}
        acts[ticket_id] = [
            Act(ticket_id, ticket.subject, audit.created_at, because)
            for audit in of_ticket
            if (because := _acts(asked, life, audit, spoken.get(audit.pk, ""), hours)) is not None
        ]
    return [act for ticket_id in latest for act in acts.get(ticket_id, ())]


def due(asked: Conditions, *, now: datetime, hours: schedules.Schedule, tickets: int = TICKETS) -> list[Act]:
    """On which of the latest tickets that are not closed an automation would act if nothing happens, the next first.

    at: now where its conditions hold already.
    """
    latest = list(Ticket.objects.exclude(status=Status.CLOSED).order_by("-id")[:tickets])
    found = facts.of_tickets(latest, {it.field.name for it in asked})
    acts = []
    for ticket in latest:
        at = automations.next_time(asked, found[ticket.pk], Moment(now, None, hours))
        if at is not None:
            because = conditions.because(asked, found[ticket.pk], Moment(at, None, hours))
            acts.append(Act(ticket.pk, ticket.subject, at, because))
    return sorted(acts, key=lambda act: act.at)


def _spoken(asked: Conditions, latest: Mapping[int, Ticket]) -> dict[int, str]:
    """What was said in each audit, oldest comment first; asked for only where the conditions look at it."""
    if not any(it.field.name == "comment_includes_word" for it in asked):
        return {}
    said = Comment.objects.filter(ticket__in=latest).order_by("-id").values_list("audit", "text")
    return dict(said.iterator(2000))


def _acts(
    asked: Conditions, life: "Life", audit: Audit, text: str, hours: schedules.Schedule
) -> list[dict[str, Any]] | None:
    """Why it would have acted in this update; None: it would not. Asked anew after each rule that acted then."""
    moment = Moment(audit.created_at, audit.author_id, hours)
    found = None
    for seen in life.live(audit, text):
        if found is None and conditions.matches(asked, seen, moment):
            found = conditions.because(asked, seen, moment)
    return found


@dataclass(slots=True)
class Life:
    """A ticket as its audits make it, one after the other. own: the desk's own fields that are asked for, by name."""

    own: Mapping[str, CustomField] = field(default_factory=dict)
    people: field_values.Past = field(default_factory=lambda: field_values.Past(()))
    values: dict[str, Any] = field(
        default_factory=lambda: {
            "type": "",
            "contact": "",
            "current_tags": frozenset(),
            "satisfaction_score": "unoffered",
        }
    )

    def live(self, audit: Audit, text: str) -> Iterator[Facts]:
        """The ticket as the triggers saw it in this update: before any of them acted, and after each that did."""
        opening = "NEW" not in self.values
        if opening:
            self.values["NEW"] = self.values["updated_at"] = audit.created_at
        comment = next((event for event in audit.events if event["type"] == "Comment"), None)
        self.values |= {
            "update_type": "Create" if opening else "Change",
            "comment_includes_word": text if comment else "",
            "comment_is_public": str(comment["public"]).lower() if comment else "none",
            "role": ROLES[audit.author.role] if audit.author else "rule",  # type: ignore[index]
            "current_via_id": audit.via["channel"],
            "current_user_id": audit.author_id,
        }
        before: dict[str, Any] = {}
        for _turn, events in groupby(audit.events, key=_Turn()):
            for event in events:
                self._hear(event, audit, before)
            if self.values.get("status") in FINISHED:
                self.values["waiting_since"] = None
            owners = {name: self.values.get(name) for name in ("requester_id", "organization_id")}
            yield Facts(self.values | self.people.at(audit.created_at, **owners), dict(before))
        self.values["updated_at"] = audit.created_at

    def _hear(self, event: Mapping[str, Any], audit: Audit, before: dict[str, Any]) -> None:
        if event["type"] in ("Create", "Change"):
            self._set(event, audit.created_at, before)
        elif event["type"] == "Comment" and event["public"] and not event.get("automatic"):
            if event["by"] == "end-user":
                self.values["requester_updated_at"] = audit.created_at
                self.values["waiting_since"] = self.values.get("waiting_since") or audit.created_at
            elif event["by"] == "agent":
                self.values["waiting_since"] = None
        elif event["type"] == "SatisfactionRating":
            worded = event.get("comment") and event["score"] != Score.OFFERED
            self.values["satisfaction_score"] = f"{event['score']}_with_comment" if worded else event["score"]

    def _set(self, event: Mapping[str, Any], at: datetime, before: dict[str, Any]) -> None:
        name, value = NAMES.get(event["field_name"], event["field_name"]), event["value"]
        if name == "priority":
            value = PRIORITY_NAMES[value] if value else None
        if event["type"] == "Change" or value not in (None, ""):
            before.setdefault(name, self.values.get(name))
        if name in self.own:
            value = custom_fields.stored(self.own[name], value)
        self.values[name] = frozenset(value) if name == "current_tags" else value
        if name == "status":
            self.values |= {status.name: at if value == status else None for status in Status if status != Status.NEW}
            if value == Status.PENDING:
                self.values["waiting_since"] = None
        elif name == "assignee_id" and value is not None:
            self.values["assigned_at"] = at


class _Turn:
    """Counts the rules that acted: the key by which an audit's events are cut."""

    def __init__(self) -> None:
        self.turn = 0

    def __call__(self, event: Mapping[str, Any]) -> int:
        self.turn += event["type"] == "Rule"
        return self.turn
