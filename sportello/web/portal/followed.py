"""Follow and answer a request by the link in the mail, without signing in."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from sportello.desk.models import Ticket, User
from sportello.web.portal import conversation
from sportello.web.portal.conversation import Way
from sportello.web.portal.doors import by_link


@by_link("request")
@require_safe
def followed(request: HttpRequest, person: User, ticket: Ticket, token: str) -> HttpResponse:
    return conversation.request_page(request, ticket, Way(person, token))


@by_link("request")
@require_POST
def comments(request: HttpRequest, person: User, ticket: Ticket, token: str) -> HttpResponse:
    return conversation.say(request, ticket, Way(person, token))


@by_link("request")
@require_safe
def body(request: HttpRequest, person: User, ticket: Ticket, token: str, comment_id: int) -> HttpResponse:
    return conversation.body(request, ticket, Way(person, token), comment_id)


@by_link("request")
@require_safe
def file(request: HttpRequest, person: User, ticket: Ticket, token: str, file_id: int) -> HttpResponse:
    return conversation.download(person, ticket, file_id)
