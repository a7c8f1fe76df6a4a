"""What every verb needs to know of the desk: its row, its protocols, its mailboxes, its hours."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache, wraps
from typing import Generic, ParamSpec, TypeVar

from django.db import IntegrityError, connection
from django.db.models import Exists
from django.utils.translation import gettext as _

from .. import access, models
from ..errors import Invalid
from ..models import Desk, Group, Mailbox, Protocol, Schedule, User
from ..rules import automations, conditions, sla_targets, triggers, views
from ..rules.automations import Automation
from ..rules.custom_fields import CustomField
from ..rules.fields import Field
from ..rules.forms import Form
from ..rules.protocol import Steps
from ..rules.schedules import ALWAYS
from ..rules.schedules import Schedule as Hours
from ..rules.triggers import Trigger
from ..rules.views import View
from ..words import Permission
from . import vocabulary
from .vocabulary import Vocabulary

Rule = TypeVar("Rule", Trigger, Automation, View, "Policy")
Said = ParamSpec("Said")
Done = TypeVar("Done")

# Other processes see a change of the desk's configuration after this long at most.
FRESH_SECONDS = 1.0


@dataclass(frozen=True)
class Configuration:
    desk: Desk
    protocols: dict[int | None, Protocol]
    mailboxes: tuple[Mailbox, ...]
    groups: dict[int, Group]
    agents: dict[int, User]
    schedules: dict[int, Schedule]
    hours: Hours
    hours_by_schedule: dict[int, Hours]

    @cached_property
    def answerers(self) -> dict[int, User]:
        """The agents who may answer customers: nobody else is given a ticket."""
        return {pk: agent for pk, agent in self.agents.items() if access.may(agent, Permission.ANSWER)}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        # A desk without fields of its own asks for none: its row says so. One without a row is being set up.
        return vocabulary.read() if getattr(self.desk, "has_fields", True) else Vocabulary()

    @property
    def custom_fields(self) -> Mapping[int, CustomField]:
        """All that the desk has added to tickets, people and organizations, in order, those not in use too."""
        return self.vocabulary.own

    @property
    def fields(self) -> Mapping[str, Field]:
        """What rules can speak of, by name; hand it to whatever reads conditions or actions."""
        return self.vocabulary.fields

    @cached_property
    def forms(self) -> Mapping[int, Form]:
        """The ticket forms in order, those not in use too."""
        return vocabulary.read_forms() if getattr(self.desk, "has_forms", True) else {}

    def form_of(self, form_id: int | None) -> Form | None:
        """The form of a ticket: its own, else the default one; None: all fields are asked."""
        default = next((it for it in self.forms.values() if it.default and it.active), None)
        return self.forms.get(form_id, default) if form_id else default

    @cached_property
    def triggers(self) -> "Ready[Trigger]":
        """Read when first asked for: pages need none."""
        switched_on = models.Trigger.objects.filter(active=True).values_list("pk", "updated_at")
        return Ready.of(_trigger(pk, updated_at, self.vocabulary) for pk, updated_at in switched_on)

    @cached_property
    def automations(self) -> "Ready[Automation]":
        switched_on = models.Automation.objects.filter(active=True).values_list("pk", "updated_at")
        return Ready.of(_automation(pk, updated_at, self.vocabulary) for pk, updated_at in switched_on)

    @cached_property
    def views(self) -> "Ready[View]":
        """Those of which the tickets are kept; the fields that decide it."""
        switched_on = models.View.objects.filter(active=True).values_list("pk", "updated_at")
        read = [view for pk, updated_at in switched_on if (view := self.view(pk, updated_at)) and view.kept]
        return Ready(tuple(read), frozenset(it.field.name for view in read for it in view.kept or ()))

    def view(self, view_id: int, updated_at: datetime) -> View | None:
        """The view in this version; None: it is gone, or names what cannot be read any more."""
        return _view(view_id, updated_at, self.vocabulary)

    @cached_property
    def policies(self) -> "Ready[Policy]":
        return Ready.of(_policy(row, self.fields) for row in models.SlaPolicy.objects.filter(active=True))

    @cached_property
    def skills(self) -> "tuple[Needed, ...]":
        rows = models.Skill.objects.filter(active=True).prefetch_related("agents")
        return tuple(it for it in (_skill(row, self.fields) for row in rows) if it is not None)

    @cached_property
    def webhooks(self) -> dict[int, models.Webhook]:
        return {row.pk: row for row in models.Webhook.objects.all()}

    @cached_property
    def roles(self) -> dict[int, models.CustomRole]:
        """Read when somebody who has one comes."""
        return {row.pk: row for row in models.CustomRole.objects.all()}

    def protocol_of(self, organization_id: int | None) -> Protocol | None:
        """The protocol in force for an organization: its own or the desk's; None: the default one, never edited."""
        return self.protocols.get(organization_id) or self.protocols.get(None)

    def steps_of(self, organization_id: int | None) -> Steps:
        protocol = self.protocol_of(organization_id)
        return Steps.read(protocol.steps) if protocol else Steps()

    def hours_of(self, schedule_id: int | None) -> Hours:
        """The hours of a ticket's own schedule; those of the default one where it has none, or one that is gone."""
        return self.hours_by_schedule.get(schedule_id, self.hours) if schedule_id else self.hours

    def mailbox(self, mailbox_id: int | None = None) -> Mailbox | None:
        """The mailbox with this id, else the default one, else any."""
        active = [mailbox for mailbox in self.mailboxes if mailbox.active]
        chosen = [mailbox for mailbox in active if mailbox.pk == mailbox_id]
        return next(iter(chosen or [m for m in active if m.default] or active), None)

    def mailbox_for(self, address: str) -> Mailbox | None:
        """The mailbox that an address, with or without a +tag, means."""
        local, _, domain = address.lower().rpartition("@")
        plain = f"{local.split('+')[0]}@{domain}"
        return next((m for m in self.mailboxes if m.address in (address.lower(), plain)), None)


_cached: tuple[float, Configuration] | None = None


def current() -> Configuration:
    """The configuration, read again at most once a second."""
    global _cached
    if _cached is None or time.monotonic() - _cached[0] > FRESH_SECONDS:
        _cached = (time.monotonic(), _read())
    return _cached[1]


def forget() -> None:
    """Somebody has just changed the configuration."""
    global _cached
    _cached = None


def afresh(verb: Callable[Said, Done]) -> Callable[Said, Done]:
    """The verb, done once more with the configuration of now where that of a second ago named what is gone.

    Only where the verb is a whole transaction: inside another one nothing can be done anew.
    """

    @wraps(verb)
    def done(*args: Said.args, **kwargs: Said.kwargs) -> Done:
        try:
            return verb(*args, **kwargs)
        except IntegrityError:
            if connection.in_atomic_block:
                raise
            forget()
            return verb(*args, **kwargs)

    return done


def cannot_be_given(name: str) -> str:
    """Why somebody whose role writes internal notes only is given no ticket."""
    return _("%(agent)s does not answer customers, and is given no tickets.") % {"agent": name}


def _read() -> Configuration:
    has = {"has_fields": Exists(models.CustomField.objects.all()), "has_forms": Exists(models.TicketForm.objects.all())}
    desk = Desk.objects.annotate(**has).first() or Desk(pk=1)
    schedules = {row.pk: row for row in Schedule.objects.prefetch_related("holidays")}
    hours = {pk: hours_of(row) for pk, row in schedules.items()}
    # Without a schedule the desk is always open: business time is calendar time.
    default = next((hours[pk] for pk, row in schedules.items() if row.default), ALWAYS)
    return Configuration(
        desk=desk,
        protocols={protocol.organization_id: protocol for protocol in Protocol.objects.filter(current=True)},
        mailboxes=tuple(Mailbox.objects.order_by("id")),
        groups={group.pk: group for group in Group.objects.filter(active=True)},
        agents={agent.pk: agent for agent in User.objects.staff().select_related("custom_role")},
        schedules=schedules,
        hours=default,
        hours_by_schedule=hours,
    )


@dataclass(frozen=True)
class Ready(Generic[Rule]):
    """The rules of a kind that are switched on, in order, and the fields that their conditions look at."""

    rules: tuple[Rule, ...]
    fields: frozenset[str]

    @classmethod
    def of(cls, read: "Iterable[Rule | None]") -> "Ready[Rule]":
        rules = tuple(rule for rule in read if rule is not None)
        return cls(rules, frozenset(it.field.name for rule in rules for it in rule.conditions))


@dataclass(frozen=True)
class Policy:
    """An SLA policy and the tickets that it takes in."""

    policy: sla_targets.Policy
    conditions: conditions.Conditions


@dataclass(frozen=True)
class Needed:
    """A skill: the tickets that need it, and the ids of the agents who have it."""

    id: int
    title: str
    conditions: conditions.Conditions
    agents: frozenset[int]


# What cannot be read (any more) is None here; actions.rules switches it off and says so.


@lru_cache(maxsize=2000)
def _trigger(trigger_id: int, updated_at: datetime, known: Vocabulary) -> Trigger | None:
    """Read once for each change of it: a desk may have a thousand."""
    row = models.Trigger.objects.get(pk=trigger_id)
    try:
        asked = conditions.read(row.conditions, fields=known.fields)
        return Trigger(row.pk, row.title, asked, triggers.read_actions(row.actions, known.fields))
    except Invalid:
        return None


@lru_cache(maxsize=2000)
def _automation(automation_id: int, updated_at: datetime, known: Vocabulary) -> Automation | None:
    return automation_of(models.Automation.objects.get(pk=automation_id), known.fields)


def automation_of(row: models.Automation, fields: Mapping[str, Field]) -> Automation | None:
    try:
        asked = automations.read_conditions(row.conditions, fields)
        return Automation(row.pk, row.title, asked, automations.read_actions(row.actions, fields))
    except Invalid:
        return None


@lru_cache(maxsize=5000)
def _view(view_id: int, updated_at: datetime, known: Vocabulary) -> View | None:
    """Read once for each change of it."""
    row = models.View.objects.filter(pk=view_id).first()
    try:
        if row is None:
            return None
        there = views.columns_of(known.fields)
        # A column whose field has gone costs the view no more than the column.
        layout = views.read_layout({**vars(row), "columns": [it for it in row.columns if it in there]}, there)
        return views.read(row.pk, conditions.read(row.conditions, stored=True, fields=known.fields), layout)
    except Invalid:
        return None


def _policy(row: models.SlaPolicy, fields: Mapping[str, Field]) -> Policy | None:
    try:
        targets = sla_targets.read_targets(row.targets)
        asked = conditions.read(row.conditions, stored=True, fields=fields)
        return Policy(sla_targets.Policy(row.pk, row.title, row.position, targets), asked)
    except Invalid:
        return None


def _skill(row: models.Skill, fields: Mapping[str, Field]) -> Needed | None:
    try:
        asked = conditions.read(row.conditions, stored=True, fields=fields)
    except Invalid:
        return None
    return Needed(row.pk, row.title, asked, frozenset(agent.pk for agent in row.agents.all()))


def hours_of(schedule: Schedule) -> Hours:
    """A schedule's row and its holidays, as the arithmetic takes them."""
    holidays = schedule.holidays.all()
    return Hours(
        time_zone=schedule.time_zone,
        intervals=tuple((start, end) for start, end in schedule.intervals),
        holidays=frozenset(day for holiday in holidays for day in days_of(holiday.start_on, holiday.end_on)),
        country=schedule.country,
        subdivision=schedule.subdivision,
    )


def days_of(start_on: date, end_on: date) -> list[date]:
    """First and last day included."""
    return [start_on + timedelta(days=number) for number in range((end_on - start_on).days + 1)]
