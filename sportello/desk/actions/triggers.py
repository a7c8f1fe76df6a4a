"""Let the triggers act within an update. What they are: rules.triggers; how they are kept: actions.rules."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from sportello.kit import rows

from .. import links
from ..errors import DeskError, Missing, Stale
from ..models import Firing, Group, Schedule, User
from ..rules import conditions, custom_fields, placeholders, triggers
from ..rules.conditions import Facts
from ..rules.kinds import Moment
from ..rules.triggers import Action, Rule, Trigger
from ..words import Priority, Status
from . import comments, facts, letters, notices, webhooks
from .lists import CC, FOLLOWER, TAGS

if TYPE_CHECKING:
    from .update import Update

Row = TypeVar("Row", bound=models.Model)
# What a trigger may still do when somebody votes on a closed ticket.
TELLING = ("notification_user", "notification_group", triggers.WEBHOOK)


def run(update: "Update") -> None:
    """Each trigger that matches acts once, and sees what those before it did."""
    ready = update.configuration.triggers
    moment = Moment(update.now, update.actor.pk if update.actor else None, update.configuration.hours)

    def perform(trigger: Trigger, now: Facts) -> None:
        act(update, trigger, conditions.because(trigger.conditions, now, moment))

    triggers.run(ready.rules, lambda: facts.of_update(update, ready.fields), moment, perform)


def act(update: "Update", rule: Rule, because: list[dict[str, Any]]) -> None:
    """Act, and leave a trace where something came of it: nobody reads that nobody was told, and nothing changed."""
    before = _traces(update)
    update.events.append({"type": "Rule", "rel": rule.rel, "id": rule.id, "title": rule.title, "because": because})
    for action in rule.actions:
        try:
            _act(update, action)
        except DeskError as refusal:
            # A rule that cannot act must not cost a customer his update: its refusal stands in the history.
            update.note("rule_refused", rel=rule.rel, title=rule.title, why=str(refusal))
    events, *others = before
    if _traces(update) == (events + 1, *others):
        update.events.pop()
    else:
        update.acted.append(rule)


def _traces(update: "Update") -> tuple[int, ...]:
    return len(update.events), len(update.rule_notes), len(update.notices), len(update.calls)


def _act(update: "Update", action: Action) -> None:
    name, value = action.field, action.value
    if name not in TELLING and update.before and update.before.status == Status.CLOSED:
        raise Stale(_("A closed ticket is not changed any more."))
    actor_id = update.actor.pk if update.actor and update.actor.is_staff_member else None
    if name in triggers.SET:
        _set(update, name, triggers.meant(value, actor_id) if name == "assignee_id" else value)
    elif name in triggers.TAGS:
        words = set(value.split())
        if name == "remove_tags":
            update.tag((), words)
        else:
            update.tag(words, update.lists.has(TAGS) if name == "set_tags" else ())
    elif name == "follower":
        follower_id = triggers.meant(value, actor_id)
        if follower_id:
            update.take_part(FOLLOWER, [_find(User, follower_id)], ())
    elif own := custom_fields.id_of(name):
        update.fill({own: value})
    elif name == "set_schedule":
        update.set("schedule_id", _find(Schedule, value).pk if value else None)
    elif name == "note":
        update.rule_notes.append(value)
    else:
        _tell(update, name, value)


def _set(update: "Update", name: str, value: Any) -> None:
    if name == "status":
        if value != update.ticket.status:
            update.set_status(value)
    elif name == "priority":
        update.set("priority", value, logged=Priority(value).name.lower() if value else None)
    elif name == "type":
        update.set("type", value)
    elif name == "group_id":
        update.move(_find(Group, value) if value else None)
    else:
        update.assign(_find(User, value) if value else None)


def _tell(update: "Update", name: str, value: Any) -> None:
    """Tell people, or another program."""
    if name != triggers.WEBHOOK:
        people = notices.affordable(update, _recipients(update, name, value[0]))
        if people:
            update.notices.append((people, value[1], value[2]))
    elif not webhooks.is_about_a_failure(update):
        rule = next(event for event in reversed(update.events) if event["type"] == "Rule")
        update.calls.append((rule, *value))


def _find(model: type[Row], key: int) -> Row:
    found = model._default_manager.filter(pk=key).first()
    if found is None:
        raise Missing
    return found


def _recipients(update: "Update", name: str, whom: int | str) -> list[User]:
    """Those who can be told now: active, with an address; never who acts himself, never an answering machine."""
    ticket, actor = update.ticket, update.actor
    if update.words and update.words.automatic:
        return []  # Two absent colleagues would tell each other for ever.
    staff = list(update.configuration.agents.values())
    if name == "notification_group" or whom == "group_id":
        group_id = ticket.group_id if whom == "group_id" else int(whom)
        found = list(User.objects.filter(memberships__group=group_id).order_by("id")) if group_id else []
    elif whom in ("requester_id", "requester_and_ccs"):
        found = [] if ticket.silent else [ticket.requester]
        if whom == "requester_and_ccs" and not ticket.silent:
            found += update.lists.people(CC)
    elif whom == "assignee_id":
        found = [ticket.assignee] if ticket.assignee else []
    elif whom == "followers":
        found = update.lists.people(FOLLOWER)
    elif whom == "current_user":
        return [actor] if actor and actor.email else []
    elif whom == "all_agents":
        found = staff
    else:
        found = [agent for agent in staff if agent.pk == whom]
    return [person for person in found if person.active and person.email and person != actor]


def write(update: "Update") -> None:
    """What rules left to be written beside the audit: notes, mails, and one row for each that acted."""
    if not update.acted:
        return
    ticket, language = update.ticket, update.configuration.desk.language
    for note in update.rule_notes:
        text = triggers.in_language(note, language)
        values = letters.values_of(ticket, ticket.requester, update.configuration, language, texts=(text,))
        values["ticket"]["url"] = links.ticket_url(ticket.pk)  # For agents: never the requester's own key.
        comments.write_note(update, placeholders.render(text, values))
    for people, subject, body in update.notices:
        notices.queue(update, people, subject, body)
    for call in update.calls:
        webhooks.queue(update, *call)
    for it in update.acted:
        rows.insert(Firing(**{f"{it.rel}_id": it.id}, ticket=ticket, audit=update.audit, created_at=update.now))
