"""The administrators' pages of skills: what is their own beside web.agent.rule_pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from django.db.models import Count
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.actions import skills as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import Skill, User
from sportello.desk.rules import conditions
from sportello.desk.rules.fields import Field
from sportello.desk.rules.kinds import Moment
from sportello.kit import clock
from sportello.kit.keys import keys_of
from sportello.web.agent import rule_builder
from sportello.web.agent.rule_acts import LATEST, Acts
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_history import Lines, Rule
from sportello.web.agent.rule_pages import RuleKind, Texts
from sportello.web.agent.rule_words import Names


def agent_names() -> dict[int, str]:
    """Everybody who works here, by name."""
    agents = configuration.current().agents.values()
    return {it.pk: it.name for it in sorted(agents, key=lambda it: it.name.lower())}


@dataclass
class SkillDraft(Draft):
    """The other half of the form is who has it."""

    agents: set[int] = field(default_factory=set)

    def data(self) -> dict[str, Any]:
        return {**super().data(), "agents": sorted(self.agents)}

    def context(self, faults: Mapping[str, str]) -> dict[str, Any]:
        return {"able": [(pk, name, pk in self.agents) for pk, name in agent_names().items()]}


def _posted(post: QueryDict) -> Draft:
    agents = set(keys_of(post.getlist("agents")))
    return SkillDraft(**vars(rule_builder.posted(post)), agents=agents)


def _kept(rule: Mapping[str, Any], names: Names) -> Draft:
    return SkillDraft(**vars(rule_builder.kept({**rule, "actions": ()}, names)), agents=set(rule["agents"]))


def _fields() -> Mapping[str, Field]:
    """What a skill can ask: how things are, not how they have changed."""
    return {name: replace(it, changes=False) for name, it in verbs.fields().items()}


def _save(data: dict[str, Any], actor: User, skill_id: int | None) -> Skill:
    return verbs.save(data, actor=actor, skill_id=skill_id)


def _able(rule: Mapping[str, Any]) -> Sequence[str]:
    known = agent_names()
    names = [known[pk] for pk in rule["agents"] if pk in known]
    return sorted(names) or [gettext("nobody yet: such a ticket waits in its group")]


def _differences(before: Rule | None, after: Rule | None) -> Lines:
    if before is None or after is None:
        return []
    known, had, has = agent_names(), set(before["agents"]), set(after["agents"])
    names = {pk: known.get(pk) or gettext("somebody who has left") for pk in had | has}
    return [("-", names[pk]) for pk in sorted(had - has)] + [("+", names[pk]) for pk in sorted(has - had)]


def _times(agent: User) -> Mapping[int, str]:
    """How many have it."""
    counted = access.skills(agent).prefetch_related(None).order_by().values_list("pk").annotate(Count("agents"))
    return {key: ngettext("%(n)s agent has it", "%(n)s agents have it", n) % {"n": n} for key, n in counted if n}


def _nobody() -> str:
    return gettext("nobody has it")


def _latest(agent: User, row: Skill) -> Sequence[SimpleNamespace]:
    """The latest open tickets that need it."""
    try:
        asked = conditions.read(row.conditions, stored=True, fields=verbs.fields())
    except Invalid:
        return []
    moment = Moment(clock.now(), None, configuration.current().hours)
    found = access.tickets(agent).unsolved().filter(conditions.query(asked, moment)).order_by("-id")[:LATEST]
    return [SimpleNamespace(ticket=it, at=it.created_at, because=[]) for it in found]


KIND = RuleKind(
    name="skill",
    names="skills",
    file="skills",
    icon="star",
    model=Skill,
    verbs=verbs,
    save=_save,
    read_list=verbs.import_skills,
    rows=access.skills,
    get=access.get_skill,
    fields=_fields,
    acts=Acts(_times, _nobody, _latest, _("Open tickets that need it"), _("No open ticket needs it.")),
    new=SkillDraft,
    posted=_posted,
    kept=_kept,
    consequence="agent/_skill_agents.html",
    has_actions=False,
    person_acts=False,
    more=_differences,
    then=_able,
    texts=Texts(
        title=_("Skills"),
        new=_("New skill"),
        lead=_(
            "What not everybody can do. A ticket needs the skills whose conditions take it in; a group that works by"
            " skill gives it to somebody who has all of them."
        ),
        none=_("No skill yet"),
        none_lead=_("A skill is a sentence: tickets like this are for those who can do it."),
        always=_("Every ticket"),
        then=_("then it is for:"),
    ),
)
