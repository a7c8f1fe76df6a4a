"""Time spent on a ticket: written down, taken back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import time_entries as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import Ticket
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.ticket_time import TimeForm
from sportello.web.agent.tickets import ticket_page


@require_POST
@staff
def entries(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="edit")
    form = TimeForm(request.POST, auto_id="time-%s")
    if not form.is_valid():
        return ticket_page(request, ticket, beside={"time_form": form})
    said = form.cleaned_data
    try:
        verbs.add(
            ticket.pk,
            said["time"],
            actor=agent,
            spent_on=said["spent_on"],
            today=timezone.localdate(),
            note=said["note"],
        )
    except Invalid as refusal:
        form.refuse(refusal.fields)
        return ticket_page(request, ticket, beside={"time_form": form})
    return _back(ticket)


@require_POST
@staff
def removal(request: HttpRequest, ticket_id: int, entry_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="edit")
    verbs.remove(ticket.pk, entry_id, actor=agent)
    return _back(ticket)


def _back(ticket: Ticket) -> HttpResponse:
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#time")
