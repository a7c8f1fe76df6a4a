"""The administrators' pages of automations: what is their own beside web.agent.rule_pages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from sportello.desk import access
from sportello.desk.actions import automations as verbs
from sportello.desk.models import Automation, User
from sportello.desk.rules.fields import Field
from sportello.desk.rules.kinds import Since, Until
from sportello.web.agent import rule_acts
from sportello.web.agent.rule_builder import Draft
from sportello.web.agent.rule_pages import RuleKind, Texts
from sportello.web.agent.rule_words import vocabulary


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
    person_acts=False,
    texts=Texts(
        title=_("Automations"),
        new=_("New automation"),
        lead=_(
            "What the desk does by itself when time has passed: to the minute, once for each time that the conditions"
            " come true. What is due at once is done from top to bottom."
        ),
        none=_("No automation yet"),
        none_lead=_("An automation is a sentence: when this has stood still for so long, do that."),
        always=_("Every ticket"),
        then=_("then:"),
    ),
)
