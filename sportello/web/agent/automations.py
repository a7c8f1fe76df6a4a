"""The administrators' pages of automations: what is their own beside web.agent.rule_pages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from sportello.desk import access, rehearsal
from sportello.desk.actions import automations as verbs
from sportello.desk.actions import configuration, defaults
from sportello.desk.errors import DeskError
from sportello.desk.models import Automation, User
from sportello.desk.rehearsal import Act
from sportello.desk.rules import conditions
from sportello.desk.rules.fields import Field
from sportello.desk.rules.kinds import Since, Until
from sportello.kit import clock
from sportello.web.agent import rule_acts
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_pages import RuleKind, Texts, because
from sportello.web.agent.rule_words import Names, vocabulary

SHOWN = 100


def _fields() -> Mapping[str, Field]:
    """What can be asked at any time, the conditions about time first: every automation needs one."""
    able = (replace(it, changes=False) for it in vocabulary().values() if it.column)
    return {it.name: it for it in sorted(able, key=lambda it: not isinstance(it.kind, Since | Until))}


def _save(data: dict[str, Any], actor: User, automation_id: int | None) -> Automation:
    return verbs.save_automation(data, actor=actor, automation_id=automation_id)


def _new() -> Draft:
    first = [{"field": "PENDING", "operator": "greater_than", "value": "48"}]
    return Draft(lists={"conditions.all": first, "conditions.any": [], "actions": [{}]})


KIND = RuleKind(
    name="automation",
    names="automations",
    file="automations",
    icon="timer",
    model=Automation,
    verbs=verbs,
    save=_save,
    read_list=verbs.import_automations,
    rows=access.automations,
    get=access.get_automation,
    fields=_fields,
    acts=rule_acts.firings_of("automation"),
    new=_new,
    trial="agent:automation_trial",
    person_acts=False,
    texts=Texts(
        title=_("Automations"),
        new=_("New automation"),
        lead=_(
            "What the desk does by itself when time has passed: to the minute, and once for each time that the"
            " conditions come true."
        ),
        none=_("No automation yet"),
        none_lead=_("An automation is a sentence: when this has stood still for so long, do that."),
        always=_("Every ticket"),
        then=_("then:"),
    ),
)


@admins
@require_safe
def trial(request: HttpRequest, automation_id: int) -> HttpResponse:
    """On which tickets it would act now, and on which next; changes nothing."""
    agent, now = agent_of(request), clock.now()
    found = access.get_automation(agent, automation_id)
    try:
        asked = conditions.read(found.conditions, stored=True, fields=vocabulary())
        acts = rehearsal.due(asked, now=now, hours=configuration.current().hours)
    except DeskError as refusal:
        messages.error(request, str(refusal))
        return redirect("agent:automation", found.pk)
    # It has acted there already, and does so again only when its conditions come true anew.
    done = set(access.automated(agent, found).values_list("ticket_id", flat=True))
    at_once = [it for it in acts if it.at <= now and it.ticket_id not in done]
    later = [it for it in acts if it.at > now]
    rule = verbs.export(found)
    names = Names(agent, [rule, *({"conditions": {"all": it.because}} for it in (*at_once[:SHOWN], *later[:SHOWN]))])
    context = {
        "here": KIND.root,
        "kind": KIND,
        "rule": defaults.for_its_reader(found),
        "rule_url": f"{KIND.root}/{found.pk}",
        "said": KIND.said(rule, names),
        "looked_at": rehearsal.TICKETS,
        "parts": [
            _part(gettext("Now"), gettext("On none now."), at_once, names),
            _part(gettext("Later, if nothing happens"), gettext("On none later."), later, names, is_later=True),
        ],
    }
    return page(request, "agent/automation_trial.html", context)


def _part(title: str, none: str, acts: Sequence[Act], names: Names, *, is_later: bool = False) -> SimpleNamespace:
    shown = [(it, because(it.because, names)) for it in acts[:SHOWN]]
    return SimpleNamespace(title=title, none=none, count=len(acts), acts=shown, is_later=is_later)
