"""Which browser this is, among those that people are told in: a signed cookie that outlives the session."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sportello.desk.actions import push
from sportello.desk.models import User
from sportello.kit.keys import key_of

COOKIE = "sportello_browser"
AGE = timedelta(days=400)  # the most that browsers keep


def browser_of(request: HttpRequest) -> int:
    """The key of its subscription, which may be gone or somebody else's; 0: it has none."""
    return key_of(request.get_signed_cookie(COOKIE, default=""))


def remember(response: HttpResponse, subscription_id: int) -> None:
    response.set_signed_cookie(
        COOKIE,
        str(subscription_id),
        max_age=AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def arrive(request: HttpRequest, person: User) -> None:
    """Whoever sits down here reads nothing that is told to somebody else, who perhaps never signed out."""
    if here := browser_of(request):
        push.vacate(here, to=person)


def leave(request: HttpRequest, response: HttpResponse) -> None:
    """Whoever signs out is told nothing here any more: somebody else may sit down."""
    if isinstance(request.user, User) and (here := browser_of(request)):
        push.remove(here, actor=request.user)
    response.delete_cookie(COOKIE, samesite="Lax")
