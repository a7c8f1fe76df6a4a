"""The time spent on a ticket, as its page shows it."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from sportello.desk import access
from sportello.desk.models import Ticket, User
from sportello.web.agent.prepared import prepared
from sportello.web.ui.forms import Form, TextInput


class TimeForm(Form):
    """Time as people write it, on a day."""

    time = forms.CharField(label=gettext_lazy("Time"), max_length=40, widget=TextInput)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False, widget=TextInput)
    spent_on = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def panel(agent: User, ticket: Ticket) -> dict[str, Any]:
    found = _entries(agent, ticket.pk)
    agents: dict[str, int] = {}
    for entry in found:
        agents[entry.agent__name] = agents.get(entry.agent__name, 0) + entry.minutes
    shown = [SimpleNamespace(**entry._asdict(), is_own=entry.agent_id == agent.pk) for entry in found]
    by_agent = sorted(agents.items(), key=lambda it: -it[1])
    total = sum(agents.values())
    form = TimeForm(initial={"spent_on": timezone.localdate()}, auto_id="time-%s")
    return {"time_spent": SimpleNamespace(entries=shown, by_agent=by_agent, total=total), "time_form": form}


@prepared
def _entries(agent: User, ticket_id: int) -> QuerySet[Any]:
    columns = ("pk", "agent_id", "agent__name", "minutes", "note", "spent_on")
    return access.time_entries(agent, ticket_id).values_list(*columns, named=True)
