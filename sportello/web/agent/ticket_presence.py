"""What a ticket's page tells and asks beside its stream: that somebody types there; what was said that it missed."""

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import presence
from sportello.kit.keys import key_of
from sportello.web.agent import conversation
from sportello.web.agent.doors import agent_of, staff
from sportello.web.ui.markup import joined
from sportello.web.ui.templatetags.repeated import message


@require_POST
@staff
def typing(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """connection: the key of the page's stream; typing: answer, note or nothing."""
    ticket, said = access.get_ticket(agent_of(request), ticket_id), request.POST
    found = presence.begin_typing(
        said.get("connection", "")[:32], said.get("typing", ""), ticket_id=ticket.pk, actor=agent_of(request)
    )
    return HttpResponse(status=204 if found else 409)


@staff
def news(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """The messages after the comment that the page shows last (?after=), as the conversation holds them."""
    ticket = access.get_ticket(agent_of(request), ticket_id)
    said = conversation.said_since(agent_of(request), ticket.pk, comment_id=key_of(request.GET.get("after", "")))
    found: SafeString = joined(map(message, said))
    return HttpResponse(found)
