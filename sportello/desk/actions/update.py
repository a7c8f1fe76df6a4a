"""One update of one ticket in the making: every verb on tickets ends here, so an effect is written once.

Order: lock (the caller) → set fields → words → what follows by itself → protocol → metric → audit and its rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sportello.kit import clock, rows
from sportello.kit.prepared import prepared

from .. import access
from ..errors import Invalid
from ..models import (
    Audit,
    Group,
    GroupMembership,
    Ticket,
    TicketMetric,
    User,
)
from ..rules import metrics, protocol, thanks
from ..rules.schedules import business_seconds
from ..rules.triggers import Rule, Text
from ..words import FINISHED, Permission, Status, Step, TimerKind
from . import (
    clocks,
    comments,
    configuration,
    letters,
    members,
    notifications,
    routing,
    sla,
    standings,
    surveys,
    triggers,
)
from .comments import Words
from .field_values import Filled
from .lists import CC, TAGS, Lists

PREVIEW = 160
METRIC_FIELDS = [field.name for field in fields(metrics.Metric)]
METRIC_EVENTS = ("Create", "Change", "Comment", "Merge", "Unmerge")


class Update:
    """Collects the changes of one update and writes them all at once with `commit`."""

    def __init__(
        self,
        ticket: Ticket,
        *,
        actor: User | None,
        via: str,
        source: Mapping[str, Any] | None = None,
        opening: bool = False,
        at: datetime | None = None,
    ) -> None:
        self.ticket, self.actor, self.via, self.source, self.opening = ticket, actor, via, source, opening
        # What happened earlier and is written down only now counts from when it happened.
        self.written_at = clock.now()
        self.now = at or self.written_at
        self.configuration = configuration.current()
        self.before = None if opening else self._case()
        self.events: list[dict[str, Any]] = []
        self.words: Words | None = None
        self.dirty: set[str] = set()
        self.letter = ""
        self.confirmed = False
        # The customer reached an agent past the desk: one polite mail tells him the way for the next time.
        self.contacted = False
        self.offer = False
        # Of a verb that takes the ticket out of the desk's hands or gives it back: no rule acts, this alone follows.
        self.verdict: protocol.Verdict | None = None
        self.audit: Audit | None = None
        self.message_id, self.references = "", ""
        self.lists = Lists(ticket, opening=opening)
        self.filled = Filled(ticket, self.configuration, opening=opening)
        # What rules did and have still to say: (recipients, subject, body).
        self.acted: list[Rule] = []
        self.notices: list[tuple[list[User], Text, Text]] = []
        self.rule_notes: list[Text] = []
        self.calls: list[tuple[dict[str, Any], int, str]] = []
        self.sla: sla.Step | None = None
        self.sla_before: sla.Step | None = None
        # The automation whose doing this update is, and how all stand on the ticket, where that was looked at already.
        self.automation_id: int | None = None
        self.standings: Mapping[int, standings.Kept] | None = None
        self._kept_metric: metrics.Metric | None = None

    # --- what changes ---------------------------------------------------------------------------------------------

    def set(self, field: str, value: Any, *, logged: Any = None) -> None:
        """Set a column of the ticket and log it. logged: the value in the audit where it differs from the column."""
        previous = getattr(self.ticket, field)
        if previous == value and (not self.opening or value is None):
            return
        setattr(self.ticket, field, value)
        self.dirty.add(field)
        event = {"type": "Create" if self.opening else "Change", "field_name": field, "value": value}
        if logged is not None:
            event["value"] = logged
        if not self.opening:
            event["previous_value"] = previous
        self.events.append(event)

    def keep(self, **columns: Any) -> None:
        """Set columns that are kept for lists and threads; no event."""
        for name, value in columns.items():
            setattr(self.ticket, name, value)
            self.dirty.add(name)

    def set_status(self, status: str) -> None:
        """Move to a status, with the columns that hang on it."""
        was = None if self.opening else self.ticket.status
        self.set("status", status)
        if status in FINISHED:
            self.keep(waiting_since=None)
            if was not in FINISHED:
                self.keep(solved_at=self.now)
        elif was in FINISHED:
            self.keep(solved_at=None)
        if status == Status.PENDING:
            self.keep(waiting_since=None)

    def assign(self, agent: User | None) -> None:
        """Give the ticket to an agent. Raises Invalid("assignee")."""
        if agent is not None:
            if not agent.is_staff_member or not agent.active:
                raise Invalid("assignee", _("Only an agent can be given a ticket."))
            if agent.pk != self.ticket.assignee_id and not access.may(agent, Permission.ANSWER):
                raise Invalid("assignee", configuration.cannot_be_given(agent.name))
            if self.ticket.group_id and not _is_member(agent, self.ticket.group_id):
                raise Invalid("assignee", _("%(agent)s is not in the ticket's group.") % {"agent": agent.name})
        self._put(agent)

    def _put(self, agent: User | None) -> None:
        self.set("assignee_id", agent.pk if agent else None)
        self.ticket.assignee = agent
        if agent and self.ticket.status == Status.NEW and not self.opening:
            self.set_status(Status.OPEN)

    def take(self, agent: User) -> None:
        """Whoever answers or solves first has taken it in charge, unless his role or the group forbids it."""
        if not access.may(agent, Permission.ANSWER):
            return
        if not self.ticket.group_id or _is_member(agent, self.ticket.group_id):
            self._put(agent)

    def move(self, group: Group | None) -> None:
        """Put the ticket into a group; an assignee who is not in it loses it."""
        if group is not None and not group.active:
            raise Invalid("group", _("This group is not in use any more."))
        self.set("group_id", group.pk if group else None)
        self.ticket.group = group
        assignee = self.ticket.assignee
        if group and assignee and not _is_member(assignee, group.pk):
            self._put(None)

    def tag(self, add: Iterable[str], remove: Iterable[str]) -> None:
        """Take tags away and put tags on; what is in both stays."""
        had = self.lists.has(TAGS)
        has = (had - {_tag(tag) for tag in remove}) | {_tag(tag) for tag in add if tag.strip()}
        if has != had:
            self.lists.change(TAGS, has)
            self._log_list("tags", sorted(has), sorted(had))

    def take_part(self, kind: str, add: Iterable[User], remove: Iterable[User]) -> None:
        had = self.lists.has(kind)
        added = [person for person in add if person.pk != self.ticket.requester_id or kind != CC]
        has = (had | {person.pk for person in added}) - {person.pk for person in remove}
        if has != had:
            self.lists.change(kind, has, added)
            self._log_list(f"{kind}_ids", sorted(has), sorted(had))

    def fill(self, said: Mapping[int, Any]) -> None:
        """Fill in fields that the desk has added, by id. Raises Invalid by their names ("custom_fields_7")."""
        for name, value, previous in self.filled.fill(said):
            self._log_list(name, value, previous)

    def _log_list(self, field: str, value: Any, previous: Any) -> None:
        kind = {"type": "Create"} if self.opening else {"type": "Change", "previous_value": previous}
        self.events.append({**kind, "field_name": field, "value": value})

    def note(self, code: str, **values: Any) -> None:
        """Write down something the desk noticed; rules.history puts it into words."""
        self.events.append({"type": "Note", "code": code, "values": values})

    def say(self, words: Words) -> None:
        """Add a comment. Raises Invalid("comment") when there is nothing in it."""
        if words.is_empty:
            raise Invalid("comment", _("Write something first."))
        self.words = words
        self.events.append(
            {"type": "Comment", "public": words.public, "automatic": words.automatic, "by": self.speaker}
        )

    def reached(self, contact: str) -> None:
        """The customer reached an agent past the desk (words.Contact); the first time stays with the ticket."""
        self.contacted = True
        if self.opening or not self.ticket.contact:
            self.set("contact", contact)
        self.note("contact", contact=contact, at=self.now.isoformat(), written_at=self.written_at.isoformat())

    @property
    def speaker(self) -> str:
        """In which capacity the author speaks: a colleague who asks for help himself is a customer of the desk."""
        if self.author is None:
            return "rule"
        if self.author.is_staff_member and self.author.pk != self.ticket.requester_id:
            return "agent"
        return "end-user"

    @property
    def author(self) -> User | None:
        """Whose words these are: the actor's own, or those of a caller which he writes down."""
        return (self.words.author if self.words else None) or self.actor

    @property
    def is_answered(self) -> bool:
        """An agent says something to the customer."""
        return bool(self.words and self.words.public and not self.words.automatic and self.speaker == "agent")

    # --- what follows by itself -----------------------------------------------------------------------------------

    def _follow_words(self, words: Words) -> None:
        ticket = self.ticket
        preview = " ".join((words.text or "").split())[:PREVIEW]
        self.keep(commented_at=self.now)
        if words.public and preview:
            self.keep(preview=preview)
        if words.message_id:
            self.keep(thread_last=words.message_id)
            if not ticket.thread_root:
                self.keep(thread_root=words.message_id)
        if words.automatic or not words.public:
            return
        if self.speaker == "agent":
            self._follow_agent()
        elif self.speaker == "end-user":
            self._follow_customer(words)

    def _follow_agent(self) -> None:
        ticket, actor = self.ticket, self.actor
        assert actor is not None
        if not self.opening:
            self.keep(waiting_since=None)
        if ticket.assignee_id is None and not self._changed("assignee_id"):
            self.take(actor)

    def _follow_customer(self, words: Words) -> None:
        ticket = self.ticket
        self.keep(customer_commented_at=self.now)
        if self.opening or self._changed("status"):
            pass
        elif ticket.status == Status.SOLVED and thanks.is_only_thanks(words.text) and not words.files:
            self.note("thanks")
            return
        elif ticket.status in (Status.PENDING, Status.HOLD, Status.SOLVED):
            self.set_status(Status.OPEN)
        if ticket.status not in FINISHED and ticket.waiting_since is None:
            self.keep(waiting_since=self.now)

    def _changed(self, field: str) -> bool:
        return any(event.get("field_name") == field and event["type"] == "Change" for event in self.events)

    def route(self) -> None:
        """Give a ticket that nobody has to whomever its group gives it, if anybody."""
        given = routing.give(self)
        if given is None:
            return
        at = len(self.events)
        self._put(self.configuration.agents.get(given.agent_id) or User.objects.get(pk=given.agent_id))
        self.events[at]["routed"] = given.how
        if self.ticket.status == Status.NEW:
            self.set_status(Status.OPEN)

    # --- writing it down ------------------------------------------------------------------------------------------

    def commit(self) -> Audit | None:
        """Write everything. Returns the audit, or None when nothing changed. Inside the caller's transaction."""
        if not self.events and not self.letter:
            return None
        files = comments.store(self.words)
        if self.words:
            self._follow_words(self.words)
        if self.opening or (self._changed("group_id") and self.verdict is None):
            self.route()
        sla.catch_up(self)
        if self.verdict is None:
            triggers.run(self)
        sla.follow(self)
        verdict = self._verdict()
        self.keep(updated_at=self.written_at)
        if not self.opening:
            self.lists.write()
            self.filled.write()
        recipients = self._prepare_letter(verdict.send) if verdict.send else []
        if self.opening:  # It gets its key only now.
            rows.insert(self.ticket)
            self.lists.write()
            self.filled.write()
        offered = surveys.offer(self) if verdict.offer_rating or self.offer else None
        self.audit = Audit(
            ticket=self.ticket,
            author=self.actor,
            via={"channel": self.via, **({"source": dict(self.source)} if self.source else {})},
            events=self.events,
            created_at=self.now,
        )
        rows.insert(self.audit)
        comment = comments.write(self, self.words, files, author=self.author) if self.words else None
        if recipients:
            letters.queue(self, verdict.send, recipients, comment=comment, rating=offered)
        triggers.write(self)
        sla.write(self)
        self._write_timers(verdict)
        if not self.opening:
            columns = {name: getattr(self.ticket, name) for name in sorted(self.dirty)}
            rows.update(Ticket, columns, id=self.ticket.pk)
        self._write_metric()
        members.write(self)
        standings.follow(self)
        notifications.follow(self)
        return self.audit

    def _prepare_letter(self, step: str) -> list[User]:
        """Who gets the mail of this update; its place in the thread and in the history."""
        ticket = self.ticket
        if ticket.told_at is None:
            self.keep(told_at=self.written_at)
        recipients = letters.recipients(self)
        if not recipients:
            return []
        self.references = letters.thread_of(ticket)
        self.message_id = letters.make_message_id(self.configuration.mailbox(ticket.mailbox_id))
        self.keep(thread_last=self.message_id, thread_root=ticket.thread_root or self.message_id)
        if step in (*Step.values, protocol.CONTACT):
            people = [person.pk for person in recipients]
            self.events.append({"type": "Notification", "step": step, "recipients": people})
        return recipients

    def _verdict(self) -> protocol.Verdict:
        if self.verdict is not None:
            return self.verdict
        if self.letter:
            return protocol.Verdict(send=self.letter, stop=(TimerKind.TAKEN_CHARGE,))
        verdict = protocol.follow(
            self.before,
            self._case(),
            answered=self.is_answered,
            confirmed=self.confirmed,
            now=self.now,
            steps=self.configuration.steps_of(self.ticket.organization_id),
        )
        return protocol.after_contact(verdict) if self.contacted and not self.ticket.silent else verdict

    def _case(self) -> protocol.Case:
        ticket = self.ticket
        return protocol.Case(
            status=ticket.status,
            has_assignee=ticket.assignee_id is not None,
            told=ticket.told_at is not None,
            silent=ticket.silent,
        )

    def _write_timers(self, verdict: protocol.Verdict) -> None:
        if verdict.stop and not self.opening:
            clocks.stop(self.ticket, verdict.stop, now=self.now)
        for kind, due_at in verdict.start.items():
            clocks.start(self.ticket, kind, due_at, now=self.now, fresh=self.opening)

    def kept_metric(self) -> metrics.Metric | None:
        """The figures before this update, and after it once they are written; None for a new ticket."""
        if self._kept_metric is None and not self.opening:
            found = _metric(self.ticket.pk)
            self._kept_metric = metrics.Metric(*found[0]) if found else None
        return self._kept_metric

    def _write_metric(self) -> None:
        facts = metrics.AuditFacts(self.actor.pk if self.actor else None, self.events, self.now)
        if not any(event["type"] in METRIC_EVENTS for event in self.events):
            return

        def business(schedule_id: int | None, start: datetime, end: datetime) -> int:
            return business_seconds(self.configuration.hours_of(schedule_id), start, end)

        kept = self.kept_metric() or metrics.Metric()
        metric = metrics.fold(kept, facts, business)
        if metric == self._kept_metric:
            return
        self._kept_metric = metric
        folded = {name: getattr(metric, name) for name in METRIC_FIELDS}
        if self.opening:
            rows.insert(TicketMetric(ticket=self.ticket, **folded))
        else:
            rows.update(TicketMetric, folded, ticket_id=self.ticket.pk)


def _is_member(agent: User, group_id: int) -> bool:
    return bool(_membership(agent.pk, group_id))


@prepared
def _membership(user_id: int, group_id: int) -> "QuerySet[Any, int]":
    return GroupMembership.objects.filter(user=user_id, group=group_id).values_list("pk", flat=True)


@prepared
def _metric(ticket_id: int) -> "QuerySet[Any, tuple[Any, ...]]":
    return TicketMetric.objects.filter(ticket=ticket_id).values_list(*METRIC_FIELDS)


def _tag(tag: str) -> str:
    return "_".join(tag.lower().split())[:100]
