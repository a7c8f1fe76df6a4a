"""The door of the agents' pages: who is let in, in whose language and time zone, and what a refusal looks like."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.errors import Missing, Refused, Stale
from sportello.desk.models import User
from sportello.desk.words import Permission

Arguments = ParamSpec("Arguments")
Handler = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def staff(handler: Handler[Arguments]) -> Handler[Arguments]:
    """For agents and administrators only: everybody else meets a page that is not there."""

    @wraps(handler)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        person = request.user
        if not isinstance(person, User) or not person.active or not person.is_staff_member:
            raise Http404
        if person.custom_role_id is not None:
            # Known already: no page asks for it once more.
            person.custom_role = configuration.current().roles.get(person.custom_role_id) or person.custom_role
        try:
            with timezone.override(ZoneInfo(person.time_zone or configuration.current().desk.time_zone)):
                return handler(request, *args, **kwargs)
        except Missing:
            raise Http404 from None

    return guarded


def admins(handler: Handler[Arguments]) -> Handler[Arguments]:
    """For administrators only."""

    @wraps(handler)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        if not agent_of(request).is_admin:
            raise Http404
        return handler(request, *args, **kwargs)

    return staff(guarded)


def permitted(permission: Permission) -> Callable[[Handler[Arguments]], Handler[Arguments]]:
    """For whoever has this permission only: everybody else meets a page that is not there."""

    def door(handler: Handler[Arguments]) -> Handler[Arguments]:
        @wraps(handler)
        def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
            if not access.may(agent_of(request), permission):
                raise Http404
            return handler(request, *args, **kwargs)

        return staff(guarded)

    return door


def agent_of(request: HttpRequest) -> User:
    """The agent who asks, behind `staff`."""
    person = request.user
    assert isinstance(person, User)
    return person


def attempt(request: HttpRequest, verb: Callable[[], object], done: str) -> bool:
    """Call a verb that takes no text: say that it is done, or why it was not."""
    try:
        verb()
    except (Stale, Refused) as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True
