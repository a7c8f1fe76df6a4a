"""Verbs on rules: keep, change, order, switch and drop them. Each change leaves a row that tells who and what."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Invalid, Missing
from ..models import Group, Mailbox, Organization, RuleChange, Trigger, User
from ..rules import conditions, triggers
from . import configuration

KIND = "trigger"


def save_trigger(
    data: dict[str, Any], *, actor: User | None, trigger_id: int | None = None, position: int | None = None
) -> Trigger:
    """Keep a new trigger, or change one. data: {"title", "description", "active", "conditions", "actions"}.

    Raises Invalid with the place of each fault ("conditions.all.0.value"), Missing.
    """
    faults: dict[str, object] = {}
    title = " ".join(str(data.get("title", "")).split())[:200]
    if not title:
        faults["title"] = _("A rule needs a title.")
    read_conditions: conditions.Conditions = conditions.Conditions()
    read_actions: tuple[triggers.Action, ...] = ()
    try:
        read_conditions = conditions.read(data.get("conditions") or {})
    except Invalid as fault:
        faults |= {f"conditions.{place}": text for place, text in fault.fields.items()}
    try:
        read_actions = triggers.read_actions(data.get("actions"))
    except Invalid as fault:
        faults |= fault.fields
    lost = missing(conditions.references(read_conditions) | triggers.references(read_actions))
    if lost:
        faults["conditions"] = _("It names what is not there any more: %(lost)s") % {"lost": lost}
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        now = clock.now()
        found = get_trigger(trigger_id) if trigger_id else Trigger(created_at=now, position=_last() + 1)
        before = export(found) if trigger_id else None
        found.title, found.description = title, str(data.get("description", "")).strip()[:1000]
        found.active, found.off_because = bool(data.get("active", True)), ""
        found.conditions = conditions.write(read_conditions)
        found.actions = triggers.write_actions(read_actions)
        found.updated_at = now
        if position is not None:
            found.position = position
        if before == export(found):
            return found
        found.save()
        _log(found.pk, before, export(found), actor)
    configuration.forget()
    return found


def get_trigger(trigger_id: int) -> Trigger:
    """Raises Missing."""
    found = Trigger.objects.select_for_update().filter(pk=trigger_id).first()
    if found is None:
        raise Missing
    return found


def export(trigger: Trigger) -> dict[str, Any]:
    """The trigger as it is exported, imported and kept in its history."""
    return {
        "title": trigger.title,
        "description": trigger.description,
        "active": trigger.active,
        "conditions": trigger.conditions,
        "actions": trigger.actions,
    }


def switch(trigger_id: int, *, on: bool, actor: User | None) -> Trigger:
    """On or off. Idempotent. Raises Missing, Invalid when it names what is gone."""
    with transaction.atomic():
        return save_trigger({**export(get_trigger(trigger_id)), "active": on}, actor=actor, trigger_id=trigger_id)


def duplicate(trigger_id: int, *, actor: User | None) -> Trigger:
    """A copy, switched off, at the end."""
    with transaction.atomic():
        data = export(get_trigger(trigger_id))
        title = _("%(title)s (copy)") % {"title": data["title"]}
        return save_trigger({**data, "title": title, "active": False}, actor=actor)


def drop(trigger_id: int, *, actor: User | None) -> None:
    """Gone; what it was stays in the history. Raises Missing."""
    with transaction.atomic():
        found = get_trigger(trigger_id)
        _log(found.pk, export(found), None, actor)
        found.delete()
    configuration.forget()


def order(trigger_ids: Sequence[int], *, actor: User | None) -> None:
    """Put the triggers into this order; those that are not named keep theirs, after them."""
    with transaction.atomic():
        present = list(Trigger.objects.select_for_update().order_by("position", "id"))
        rank = {pk: place for place, pk in enumerate(trigger_ids)}
        wanted = sorted(present, key=lambda it: rank.get(it.pk, len(rank) + it.position))
        for place, trigger in enumerate(wanted):
            if trigger.position != place:
                Trigger.objects.filter(pk=trigger.pk).update(position=place, updated_at=clock.now())
    configuration.forget()


def missing(references: set[tuple[str, int]]) -> str:
    """Which of these rows are not there (any more), for a person; "" when all are."""
    lost = []
    for kind, model in (("group", Group), ("organization", Organization), ("mailbox", Mailbox)):
        wanted = {pk for name, pk in references if name == kind}
        there = model.objects.filter(pk__in=wanted, **({"active": True} if kind == "group" else {}))
        lost += [f"{kind} {pk}" for pk in sorted(wanted - set(there.values_list("pk", flat=True)))]
    agents = {pk for name, pk in references if name == "agent"}
    people = {pk for name, pk in references if name == "person"}
    lost += [f"agent {pk}" for pk in sorted(agents - set(User.objects.staff().values_list("pk", flat=True)))]
    known = User.objects.filter(pk__in=people).values_list("pk", flat=True)
    return ", ".join([*lost, *(f"person {pk}" for pk in sorted(people - set(known)))])


def switch_off_broken() -> list[Trigger]:
    """Switch off the triggers that name what is gone, and say so on them: a rule is never silently wrong."""
    off = []
    for trigger in Trigger.objects.filter(active=True).order_by("position", "id"):
        try:
            named = conditions.references(conditions.read(trigger.conditions))
            why = missing(named | triggers.references(triggers.read_actions(trigger.actions)))
        except Invalid as fault:
            why = str(fault)
        if why:
            Trigger.objects.filter(pk=trigger.pk).update(active=False, off_because=why[:300], updated_at=clock.now())
            off.append(trigger)
    if off:
        configuration.forget()
    return off


def _last() -> int:
    last = Trigger.objects.aggregate(last=Max("position"))["last"]
    return -1 if last is None else last


def _log(rule_id: int, before: dict[str, Any] | None, after: dict[str, Any] | None, actor: User | None) -> None:
    RuleChange.objects.create(
        kind=KIND, rule_id=rule_id, author=actor, before=before, after=after, created_at=clock.now()
    )
