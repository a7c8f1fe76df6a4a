"""“We already told you”: earlier answers that fit a ticket, loaded after its page, ready to be quoted."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import Ticket, User
from sportello.desk.rules import times
from sportello.desk.search import told
from sportello.desk.search.told import Told
from sportello.desk.words import Status
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import address


@dataclass(frozen=True, slots=True)
class Shown:
    """text, html: what a quotation of it puts into the composer, in the customer's language."""

    told: Told
    url: str
    text: str
    html: str
    is_others: bool


def panel(agent: User, ticket: Ticket) -> dict[str, str]:
    """Where to look for earlier answers: on tickets that wait for one."""
    if ticket.status not in (Status.NEW, Status.OPEN):
        return {}
    return {"told_url": address("agent:told", ticket.pk)}


@staff
def earlier(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id)
    shown = [_shown(it, ticket) for it in told.read(agent, ticket)]
    return render(request, "agent/told.html", {"ticket": ticket, "told": shown})


def _shown(it: Told, ticket: Ticket) -> Shown:
    desk = configuration.current().desk
    language = ticket.requester.language or desk.language
    with translation.override(language):
        day = times.day(it.at, language[:2], ticket.requester.time_zone or desk.time_zone)
        intro = _("On %(day)s we wrote about this (#%(number)s):") % {"day": day, "number": it.ticket_id}
    lines = it.text.strip().splitlines()
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    divs = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in lines)
    return Shown(
        it,
        f"{address('agent:ticket', it.ticket_id)}#comment-{it.comment_id}",
        f"{intro}\n{quoted}\n\n",
        f"<div>{escape(intro)}</div><blockquote>{divs}</blockquote><div><br></div>",
        it.requester != ticket.requester.name,
    )
