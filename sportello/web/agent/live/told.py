"""What the stream tells, fetched and put into words for whoever reads it. Plain functions, called in threads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from importlib import import_module
from io import BytesIO
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections, connections
from django.db.models import QuerySet
from django.utils import timezone, translation

from sportello.desk import access, news
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.news import Happening, Look
from sportello.web.agent import conversation, notice_words
from sportello.web.agent.prepared import prepared
from sportello.web.ui.templatetags.repeated import message

Said = ParamSpec("Said")
Answer = TypeVar("Answer")

# Language, time zone, rights: messages offer what their reader may do.
Reading = tuple[str, str, access.Rights]
# How many tickets one statement asks for; rights are asked for fewer with the last one repeated.
SIZES = (1, 10, 100)
# A fragment that is longer is fetched by each page that wants it.
LONGEST_FRAGMENT = 64_000


class Closed(Exception):
    """Nobody who may listen. status: what HTTP says of it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Guest:
    """An agent who listens. language, zone: in which he reads; ticket_id: the one that he has before him."""

    agent: User
    session_key: str
    language: str
    zone: str
    ticket_id: int | None

    @property
    def sees_everything(self) -> bool:
        return access.sees_every_ticket(self.agent)

    @property
    def reading(self) -> "Reading":
        """What decides how words look to him."""
        return self.language, self.zone, access.rights_of(self.agent)

    def as_now(self, agent: User) -> "Guest":
        """The same page, with the agent as he is in the database now."""
        return replace(self, agent=agent, language=agent.language or self.language)

    def elsewhere(self) -> "Guest":
        """The same page, which hears nothing of its ticket any more."""
        return replace(self, ticket_id=None)


def in_thread(ask: Callable[Said, Answer]) -> Callable[Said, Answer]:
    """Keep the thread's database connection as a request would: a broken one is replaced, none is left in trouble."""

    @wraps(ask)
    def asked(*args: Said.args, **kwargs: Said.kwargs) -> Answer:
        try:
            close_old_connections()
            return ask(*args, **kwargs)
        except Exception:
            connections.close_all()
            raise

    return asked


def let_in(scope: dict[str, Any]) -> Guest:
    """Whoever asks for the stream, by the cookie of his session. Raises Closed."""
    request = ASGIRequest(scope, BytesIO())
    try:
        own = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        raise Closed(400) from None
    origin = request.headers.get("origin", own)
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin" or origin not in (
        own,
        *settings.CSRF_TRUSTED_ORIGINS,
    ):
        raise Closed(403)
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    agent = agent_of(session_key)
    if agent is None:
        raise Closed(401)
    wanted = request.GET.get("ticket", "")
    ticket_id = int(wanted) if wanted.isdecimal() and len(wanted) < 16 else 0
    return Guest(
        agent,
        session_key,
        agent.language or translation.get_language_from_request(request),
        agent.time_zone or configuration.current().desk.time_zone,
        ticket_id if ticket_id and seen(agent, [ticket_id]) else None,
    )


def agent_of(session_key: str) -> User | None:
    """The member of the staff who is signed in with this session; None: it has ended, or he may not work here now."""
    if not session_key:
        return None
    request: Any = ASGIRequest({"type": "http", "method": "GET", "path": "/", "headers": []}, BytesIO())
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    person = get_user(request)
    if not isinstance(person, User) or not person.active or not person.is_staff_member:
        return None
    access.rights_of(person)  # His role is at hand from now on.
    return person


def still_here(session_keys: Iterable[str]) -> dict[str, User | None]:
    """Who each session is now."""
    return {key: agent_of(key) for key in session_keys}


def seen(agent: User, ticket_ids: Sequence[int]) -> set[int]:
    """Those of the tickets that the agent sees."""
    found: set[int] = set()
    for start in range(0, len(ticket_ids), SIZES[-1]):
        some = list(ticket_ids[start : start + SIZES[-1]])
        size = next(size for size in SIZES if size >= len(some))
        found |= {*_seen(agent, *some, *[some[-1]] * (size - len(some)))}
    return found


@prepared
def _seen(agent: User, *ticket_ids: int) -> QuerySet[Any]:
    return access.tickets(agent).filter(pk__in=ticket_ids).values_list("pk", flat=True)


def seen_by(agents: Iterable[User], ticket_ids: Sequence[int]) -> dict[int, set[int]]:
    """For each agent, by his id, those of the tickets that he sees."""
    return {agent.pk: seen(agent, ticket_ids) for agent in agents}


@dataclass(slots=True)
class Reader:
    """Follows the database for one web process."""

    updates: news.Trail
    notices: news.Trail
    last: Look

    @classmethod
    def begin(cls) -> "Reader":
        updates, told = news.begin()
        return cls(updates, told, Look(0, 0, (-1, -1), -1))

    def look(self) -> tuple[Look, list[Happening], list[tuple[int, int]]]:
        """How it stands, and the updates and notices that are new."""
        now = news.look()
        happened = news.happenings(self.updates) if now.audit > self.updates.newest or self.updates.gaps else []
        told = news.notices(self.notices) if now.notice > self.notices.newest or self.notices.gaps else []
        return now, happened, told


@dataclass(frozen=True, slots=True)
class Fragment:
    """What was said since an audit. html: "" when there is too much of it."""

    html: str
    latest: int
    by: str


def said_since(ticket_id: int, audit_id: int, readers: Mapping["Reading", User]) -> dict["Reading", Fragment]:
    """What was said on the ticket from this audit on, for each way of reading; with it one of its readers."""
    return {way: _fragment(agent, ticket_id, audit_id, *way[:2]) for way, agent in readers.items()}


def _fragment(agent: User, ticket_id: int, audit_id: int, language: str, zone: str) -> Fragment:
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        said = conversation.said_since(agent, ticket_id, audit_id)
        html = "".join(message(it) for it in said)
    if not said:
        return Fragment("", 0, "")
    return Fragment(html if len(html) <= LONGEST_FRAGMENT else "", said[-1].id, said[-1].author)


def told_to(guest: Guest, notice_ids: Sequence[int]) -> list[dict[str, Any]]:
    """These notices as this agent reads them."""
    with translation.override(guest.language), timezone.override(ZoneInfo(guest.zone)):
        return notice_words.spoken(guest.agent, notice_ids)
