"""The doors of the customer's pages: the public one, a mail's signed link, and the session after a sign-in link."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csrf import csrf_exempt

from sportello.desk import access, links
from sportello.desk.actions import configuration
from sportello.desk.errors import Missing
from sportello.desk.models import User
from sportello.helpcenter import access as articles
from sportello.kit.tokens import BadToken

Handler = Callable[..., HttpResponse]


def by_link(purpose: str) -> Callable[[Handler], Handler]:
    """For whoever holds a signed link: handler(request, person, ticket, token, …), in the person's language.

    The token is the authority, not a cookie: another site cannot know it, so no CSRF token is asked, and the page works
    in a mail program's browser that keeps no cookies.
    """

    def decorate(handler: Handler) -> Handler:
        @csrf_exempt
        @login_not_required
        @wraps(handler)
        def guarded(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
            try:
                ticket_id, user_id = links.read_pair(purpose, token)
            except BadToken as bad:
                return broken_link(request, expired=bad.expired)
            person = access.holder(user_id)
            if person is None or access.is_withdrawn(person, ticket_id, token):
                return broken_link(request, expired=False)
            with _speaking_to(request, person) as language:
                try:
                    ticket = access.get_ticket(person, ticket_id)
                    response = handler(request, person, ticket, token, **kwargs)
                except Missing:
                    response = broken_link(request, expired=False)
            response.headers["Content-Language"] = language
            patch_cache_control(response, private=True, no_cache=True)
            return response

        return guarded

    return decorate


def signed_in(handler: Handler) -> Handler:
    """For the customer's own pages after signing in: handler(request, person, …)."""

    @wraps(handler)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        person = request.user
        assert isinstance(person, User)
        with _speaking_to(request, person):
            try:
                return handler(request, person, **kwargs)
            except Missing:
                raise Http404 from None

    return guarded


def for_everybody(handler: Handler) -> Handler:
    """For guests and whoever is signed in: handler(request, person, …), person None for a guest."""

    @login_not_required
    @wraps(handler)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, User):
            return handler(request, None, **kwargs)
        with _speaking_to(request, request.user):
            return handler(request, request.user, **kwargs)

    return guarded


@contextmanager
def _speaking_to(request: HttpRequest, person: User) -> Iterator[str]:
    """Inside, pages speak the person's language and tell the time where he lives."""
    desk = configuration.current().desk
    language = person.language or desk.language
    zone = ZoneInfo(person.time_zone or desk.time_zone)
    with translation.override(language), timezone.override(zone):
        request.LANGUAGE_CODE = language
        yield language


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, person: User | None = None, status: int = 200
) -> HttpResponse:
    """A customer's page. person: who reads it, when that is known."""
    desk = configuration.current().desk
    # Asked by the pages that lead to the help center, once.
    has_help = SimpleLazyObject(articles.is_open)
    frame = {"desk_name": desk.name, "person": person, "has_help": has_help}
    return render(request, template, {**context, **frame}, status=status)


def broken_link(request: HttpRequest, *, expired: bool) -> HttpResponse:
    """What to do now that the link does not open anything: 410 when it was good once, else 404."""
    return page(request, "portal/broken_link.html", {"expired": expired}, status=410 if expired else 404)
