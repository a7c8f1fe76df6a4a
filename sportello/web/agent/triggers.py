"""The administrators' pages of triggers: what is their own beside web.agent.rule_pages."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from sportello.desk import access, rehearsal
from sportello.desk.actions import configuration, defaults, rules
from sportello.desk.errors import DeskError
from sportello.desk.models import Trigger, User
from sportello.desk.rules import conditions
from sportello.web.agent import rule_acts
from sportello.web.agent.doors import admins, agent_of
from sportello.web.agent.navigation import page
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_pages import RuleKind, Texts, because
from sportello.web.agent.rule_words import Names, vocabulary

TRIED = 200


def _save(data: dict[str, Any], actor: User, trigger_id: int | None) -> Trigger:
    return rules.save_trigger(data, actor=actor, trigger_id=trigger_id)


def _new() -> Draft:
    first: list[dict[str, str]] = [{"field": "update_type", "operator": "is", "value": "Create"}]
    return Draft(lists={"conditions.all": first, "conditions.any": [], "actions": [{}]})


def _protocol_mails() -> dict[str, Any]:
    steps = configuration.current().steps_of(None)
    return {"mails": sum((steps.taken_charge, steps.solved, steps.closed, steps.survey))}


KIND = RuleKind(
    name="trigger",
    names="triggers",
    file="triggers",
    icon="workflow",
    model=Trigger,
    verbs=rules,
    save=_save,
    read_list=rules.import_triggers,
    rows=access.triggers,
    get=access.get_trigger,
    fields=vocabulary,
    acts=rule_acts.firings_of("trigger"),
    new=_new,
    below_list=_protocol_mails,
    trial="agent:trigger_trial",
    texts=Texts(
        title=_("Triggers"),
        new=_("New trigger"),
        lead=_(
            "What the desk does by itself when a ticket is opened or changed. From top to bottom, each at most once in"
            " an update; what one does, the next ones see."
        ),
        none=_("No trigger yet"),
        none_lead=_("A trigger is a sentence: when all of this holds, do that."),
        always=_("Whenever a ticket is opened or changed"),
        then=_("then:"),
    ),
)


@admins
@require_safe
def trial(request: HttpRequest, trigger_id: int) -> HttpResponse:
    """What it would have done on the latest tickets; changes nothing."""
    agent = agent_of(request)
    found = access.get_trigger(agent, trigger_id)
    try:
        asked = conditions.read(found.conditions, fields=vocabulary())
        acts = rehearsal.rehearse(asked, hours=configuration.current().hours)
    except DeskError as refusal:
        messages.error(request, str(refusal))
        return redirect("agent:trigger", found.pk)
    shown = acts[:TRIED]
    rule = rules.export(found)
    names = Names(agent, [rule, *({"conditions": {"all": act.because}} for act in shown)])
    context = {
        "here": KIND.root,
        "trigger": defaults.for_its_reader(found),
        "said": KIND.said(rule, names),
        "looked_at": rehearsal.TICKETS,
        "updates": len(acts),
        "tickets": len({act.ticket_id for act in acts}),
        "acts": [(act, because(act.because, names)) for act in shown],
    }
    return page(request, "agent/trigger_trial.html", context)
