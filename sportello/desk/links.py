"""The links that travel in mails: signed, expiring, without sign-in. Opening one changes nothing."""

import re
from datetime import timedelta
from typing import cast

from django.conf import settings

from sportello.kit import tokens

REQUEST_VALID = timedelta(days=180)
CONFIRM_VALID = timedelta(days=60)
SIGN_IN_VALID = timedelta(minutes=30)
INVITATION_VALID = timedelta(days=7)
# A vote's own end is on its row; this only bounds the age of the token.
VOTE_VALID = timedelta(days=400)


def public_url(path: str) -> str:
    """The absolute address of a path of the desk."""
    return settings.PUBLIC_URL.rstrip("/") + path


def ticket_url(ticket_id: int) -> str:
    """Where the staff work on a ticket, once signed in."""
    return public_url(f"/tickets/{ticket_id}")


def notice_path(notice_id: int) -> str:
    """Where a notice leads its agent; within the desk, by whatever name he has reached it."""
    return f"/notices/{notice_id}"


def request_url(ticket_id: int, user_id: int) -> str:
    """Where the customer follows and answers his request."""
    return public_url(f"/r/{tokens.sign('request', [ticket_id, user_id])}")


def confirm_url(ticket_id: int, user_id: int) -> str:
    """Where he says that it works."""
    return public_url(f"/confirm/{tokens.sign('confirm', [ticket_id, user_id])}")


def not_yet_url(ticket_id: int, user_id: int) -> str:
    """Where he says that it does not work yet."""
    return public_url(f"/not-yet/{tokens.sign('confirm', [ticket_id, user_id])}")


def vote_url(ticket_id: int, user_id: int, score: str) -> str:
    """Where he votes, with `score` chosen beforehand."""
    return public_url(f"/vote/{tokens.sign('vote', [ticket_id, user_id])}/{score}")


def sign_in_url(user_id: int, *, seen: str) -> str:
    """Where a person is let in. seen: something that changes with the sign-in, so that the link works once."""
    return public_url(f"/sign-in/{tokens.sign('sign-in', [user_id, seen])}")


def invitation_url(user_id: int, *, seen: str) -> str:
    """Where a new agent comes in. seen: something that changes when he does."""
    return public_url(f"/invitation/{tokens.sign('invitation', [user_id, seen])}")


def logo_url(digest: str) -> str:
    """The desk's picture. In mails an image from afar, with the name in its place until it is shown: a picture that
    each mail carries would look like an attachment in many programs, and weigh on every answer."""
    return public_url(f"/brand/logo/{digest}")


def read_pair(purpose: str, token: str) -> tuple[int, int]:
    """(ticket id, user id) of a request, confirm or vote token. Raises tokens.BadToken."""
    valid_for = {"request": REQUEST_VALID, "confirm": CONFIRM_VALID, "vote": VOTE_VALID}[purpose]
    ticket_id, user_id = cast(list[int], tokens.unsign(purpose, token, valid_for=valid_for))
    return ticket_id, user_id


# Also as mail filters rewrite links, percent-encoded inside their own.
TOKEN = re.compile(
    r"((?:/|%2F)(?:r|confirm|not-yet|vote|sign-in|invitation)(?:/|%2F))[a-z0-9_-]+(?:(?::|%3A)[a-z0-9_-]+){2}",
    re.IGNORECASE,
)


def without_tokens(text: str) -> str:
    """The text with the keys taken out of the desk's links: nobody acts as a customer by reading his mail."""
    return TOKEN.sub(r"\1…", text)
