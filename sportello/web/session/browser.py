"""Which browser this is, among those that its person is told in: a cookie that outlives the session."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sportello.desk.actions import push
from sportello.desk.models import User
from sportello.kit.keys import key_of

COOKIE = "sportello_browser"
AGE = timedelta(days=400)  # the most that browsers keep


def browser_of(request: HttpRequest) -> int:
    """The key of its subscription; 0: none that is known, and perhaps it is gone or somebody else's."""
    return key_of(request.COOKIES.get(COOKIE, ""))


def remember(response: HttpResponse, subscription_id: int) -> None:
    response.set_cookie(
        COOKIE,
        str(subscription_id),
        max_age=AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def leave(request: HttpRequest, response: HttpResponse) -> None:
    """Whoever signs out is told nothing here any more: somebody else may sit down."""
    if isinstance(request.user, User) and (here := browser_of(request)):
        push.remove(here, actor=request.user)
    response.delete_cookie(COOKIE, samesite="Lax")
