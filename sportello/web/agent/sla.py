"""The administrators' pages of SLA policies: what is their own beside web.agent.rule_pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from django.db.models import Count
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sportello.desk import access
from sportello.desk.actions import policies as verbs
from sportello.desk.models import SlaPolicy, User
from sportello.desk.rules.fields import Field
from sportello.desk.rules.history import METRICS
from sportello.desk.rules.sla_targets import PRIORITIES
from sportello.web.agent import rule_acts, rule_builder, sla_grid
from sportello.web.agent.rule_acts import Acts
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_pages import RuleKind, Texts
from sportello.web.agent.rule_words import Names
from sportello.web.agent.sla_grid import Grid


@dataclass
class PolicyDraft(Draft):
    """The other half of the form is the grid of targets."""

    grid: Grid = field(default_factory=lambda: sla_grid.kept([]))

    def data(self) -> dict[str, Any]:
        return {**super().data(), "targets": self.grid.data()}

    def places(self, refused: Mapping[str, object]) -> dict[str, str]:
        return super().places(refused) | self.grid.faults(refused)

    def context(self, faults: Mapping[str, str]) -> dict[str, Any]:
        return {"targets": self.grid.rows(faults), "priorities": [sla_grid.priority_label(it) for it in PRIORITIES]}


def _posted(post: QueryDict) -> Draft:
    return PolicyDraft(**vars(rule_builder.posted(post)), grid=sla_grid.posted(post))


def _kept(rule: Mapping[str, Any], names: Names) -> Draft:
    return PolicyDraft(**vars(rule_builder.kept({**rule, "actions": ()}, names)), grid=sla_grid.kept(rule["targets"]))


def _fields() -> Mapping[str, Field]:
    """What a policy can ask: how things are, not how they have changed."""
    return {name: replace(it, changes=False) for name, it in verbs.fields().items()}


def _save(data: dict[str, Any], actor: User, policy_id: int | None) -> SlaPolicy:
    return verbs.save_policy(data, actor=actor, policy_id=policy_id)


def _promises(rule: Mapping[str, Any]) -> Sequence[str]:
    return sla_grid.clauses(rule["targets"]) or [gettext("promises nothing")]


def _promised(row: SlaPolicy) -> Sequence[SimpleNamespace]:
    return sla_grid.promised(row.targets)


def _missed(agent: User) -> Mapping[int, str]:
    lately = access.sla_breaches(agent).filter(at__gte=rule_acts.since()).order_by()
    return {key: _often(n) for key, n in lately.values_list("policy_id").annotate(times=Count("pk"))}


def _often(times: int) -> str:
    said = ngettext("%(n)s target missed in %(days)s days", "%(n)s targets missed in %(days)s days", times)
    return said % {"n": times, "days": rule_acts.DAYS}


def _never() -> str:
    return gettext("nothing missed in %(days)s days") % {"days": rule_acts.DAYS}


def _latest(agent: User, row: SlaPolicy) -> Sequence[SimpleNamespace]:
    found = access.sla_breaches(agent).filter(policy_id=row.pk).select_related("ticket")[: rule_acts.LATEST]
    return [SimpleNamespace(ticket=it.ticket, at=it.at, because=[], what=METRICS[it.metric]) for it in found]


KIND = RuleKind(
    name="policy",
    names="policies",
    file="sla_policies",
    icon="gauge",
    model=SlaPolicy,
    verbs=verbs,
    save=_save,
    read_list=verbs.import_policies,
    rows=access.policies,
    get=access.get_policy,
    fields=_fields,
    acts=Acts(_missed, _never, _latest, _("What was last missed"), _("Nothing was missed yet.")),
    new=PolicyDraft,
    posted=_posted,
    kept=_kept,
    consequence="agent/_sla_targets.html",
    has_actions=False,
    more=sla_grid.differences,
    then=_promises,
    promised=_promised,
    texts=Texts(
        title=_("SLA policies"),
        new=_("New SLA policy"),
        lead=_(
            "What the desk promises to whom, and by when. From top to bottom: the first policy that takes a ticket in"
            " holds for it, the others are not asked."
        ),
        none=_("No SLA policy yet"),
        none_lead=_(
            "A policy promises times: a first reply within an hour, a solution within a day. The desk counts, shows"
            " what is due and says what was missed."
        ),
        always=_("Every ticket"),
        then=_("then this is promised:"),
    ),
)
