"""Verbs on skills: what not every agent can do, who can, and which tickets need it. docs/algorithms/routing.md"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock
from sportello.kit.keys import key_of

from ..errors import Invalid
from ..models import Skill, User
from ..rules import conditions
from ..rules.conditions import Conditions
from ..rules.fields import Field
from ..rules.kinds import Present, Since, Until
from . import configuration, rule_rows

KIND = "skill"


def save(data: dict[str, Any], *, actor: User | None, skill_id: int | None = None) -> Skill:
    """Keep a new skill, or change one. data: {"title", "description", "active", "conditions", "agents": their ids}.

    Raises Invalid with the place of each fault ("agents", "conditions.all.0.value"), Missing.
    """
    faults: dict[str, object] = {}
    title = rule_rows.read_title(data, faults)
    asked = rule_rows.read(faults, lambda: _read_conditions(data.get("conditions")), Conditions(), "conditions.")
    rule_rows.refuse_missing(conditions.references(asked), faults, "conditions")
    if not faults and not list(asked):
        faults["conditions"] = _("Say which tickets need it: at least one condition.")
    said = data.get("agents", ())
    named = set(map(key_of, said)) if isinstance(said, list | tuple | set) else {0}
    agents = list(User.objects.staff().filter(pk__in=named))
    if len(agents) != len(named):
        faults["agents"] = _("Only agents have skills.")
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        found = rule_rows.find(Skill, skill_id) if skill_id else rule_rows.new(Skill)
        before = export(found) if skill_id else None
        found.title, found.description = title, rule_rows.read_description(data)
        found.active, found.off_because = bool(data.get("active", True)), ""
        found.conditions = conditions.write(asked)
        found.updated_at = clock.now()
        found.save()
        found.agents.set(agents)
        after = export(found)
        if before != after:
            rule_rows.log(KIND, found.pk, before, after, actor)
    configuration.forget()
    return found


def fields() -> dict[str, Field]:
    """What a skill can ask: what a ticket needs hangs on what it is, not on how late it is."""
    known = configuration.current().fields.items()
    return {name: it for name, it in known if it.column and not isinstance(it.kind, Since | Until | Present)}


def _read_conditions(data: Any) -> Conditions:
    return conditions.read(data or {}, stored=True, fields=fields())


def export(skill: Skill) -> dict[str, Any]:
    """The skill as it is kept in its history."""
    return {
        "title": skill.title,
        "description": skill.description,
        "active": skill.active,
        "conditions": skill.conditions,
        "agents": sorted(agent.pk for agent in skill.agents.all()),
    }


def switch(skill_id: int, *, on: bool, actor: User | None) -> Skill:
    """On or off. Idempotent. Raises Missing, Invalid when it names what is gone."""
    with transaction.atomic():
        found = rule_rows.find(Skill, skill_id)
        return save({**export(found), "active": on}, actor=actor, skill_id=skill_id)


def duplicate(skill_id: int, *, actor: User | None) -> Skill:
    """A copy, switched off, at the end."""
    with transaction.atomic():
        data = export(rule_rows.find(Skill, skill_id))
        return save({**data, "title": rule_rows.copy_title(data["title"]), "active": False}, actor=actor)


def import_skills(data: object, *, actor: User | None) -> list[Skill]:
    """Keep skills as they were exported, {"skills": […]} or the bare list, after those that are there.

    All or none: raises Invalid with the place of every fault ("skills.2.agents").
    """
    return rule_rows.import_list(data, "skills", lambda item: save(item, actor=actor))


def order(skill_ids: Sequence[int], *, actor: User | None) -> None:
    """Put the skills into this order, which only their list shows; those that are not named keep theirs, after them."""
    with transaction.atomic():
        rule_rows.order(Skill.objects.select_for_update(), skill_ids, KIND, export, actor)


def drop(skill_id: int, *, actor: User | None) -> None:
    """Gone; what it was stays in the history. Raises Missing."""
    with transaction.atomic():
        found = rule_rows.find(Skill, skill_id)
        rule_rows.log(KIND, found.pk, export(found), None, actor)
        found.delete()
    configuration.forget()


def set_of(agent: User, skill_ids: set[int], *, actor: User | None) -> None:
    """Give an agent these skills and no others. Raises Invalid("skills") when one is not there."""
    skills = {it.pk: it for it in Skill.objects.prefetch_related("agents")}
    if not skill_ids <= skills.keys():
        raise Invalid("skills", _("Choose one from the list."))
    with transaction.atomic():
        for pk, skill in skills.items():
            before = export(skill)
            if (pk in skill_ids) == (agent.pk in before["agents"]):
                continue
            agents = {*before["agents"], agent.pk} if pk in skill_ids else {*before["agents"]} - {agent.pk}
            skill.agents.set(agents)
            rule_rows.log(KIND, pk, before, before | {"agents": sorted(agents)}, actor)
    configuration.forget()


def references(skill: Skill) -> set[tuple[str, int]]:
    """The rows that it names. Raises Invalid when it cannot be read any more."""
    return conditions.references(_read_conditions(skill.conditions))
