"""Verbs of signing in by mail."""

from datetime import datetime
from typing import cast

from sportello.kit import tokens

from .. import links
from ..errors import Missing
from ..models import OutgoingMail, User
from . import configuration, letters, people


def _seen(person: User) -> str:
    """Changes with each sign-in: a link works once."""
    last: datetime | None = person.last_login
    return f"{last.isoformat() if last else ''}:{person.password[-8:]}"


def make_link(person: User) -> str:
    """A link that lets this person in once, within half an hour."""
    return links.sign_in_url(person.pk, seen=tokens.mark("seen", _seen(person)))


def read_link(token: str) -> User:
    """Whom a link lets in. Raises tokens.BadToken (also when used before), Missing."""
    user_id, seen = cast(list, tokens.unsign("sign-in", token, valid_for=links.SIGN_IN_VALID))
    person = User.objects.filter(pk=user_id, active=True).first()
    if person is None:
        raise Missing
    if not tokens.is_mark(seen, "seen", _seen(person)):
        raise tokens.BadToken(expired=True)
    return person


def send_link(address: str) -> OutgoingMail | None:
    """Mail a sign-in link to whoever has this address; None when nobody does, which the door must not tell."""
    person = people.by_address(address)
    if person is None or not person.active:
        return None
    return letters.queue_sign_in(person, address.strip().lower(), make_link(person), configuration.current())
