"""What views ask all the time, compiled once for each version of a view and each set of rights.

As `prepared`, for conditions that look at the clock too: times stand in the statement as marks, and are worked out
anew at each fetch.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.rules.kinds import Moment
from sportello.kit.prepared import Statement, make, marks
from sportello.web.agent.prepared import rows_of, with_words

Build = Callable[..., QuerySet[Any]]
Time = tuple[str, float, bool]
# They stand for times while the SQL is written.
FIRST_TIME = datetime(8000, 1, 1, tzinfo=UTC)


class _Untimely(Exception):
    """A condition asks what time it is, not since when: its statement serves only now."""


class _Marked(Moment):
    """A moment that notes which times conditions ask for."""

    def __init__(self, actor_id: int) -> None:
        object.__setattr__(self, "actor_id", actor_id)
        object.__setattr__(self, "asked", [])

    @property
    def now(self) -> datetime:
        raise _Untimely

    @property
    def hours(self) -> Any:
        raise _Untimely

    def hours_ago(self, hours: float, *, business: bool) -> datetime:
        return self._note("hours_ago", hours, business)

    def hours_ahead(self, hours: float, *, business: bool) -> datetime:
        return self._note("hours_ahead", hours, business)

    def _note(self, way: str, hours: float, business: bool) -> datetime:
        self.asked.append((way, hours, business))  # type: ignore[attr-defined]
        return _mark(len(self.asked) - 1)  # type: ignore[attr-defined]


def _mark(place: int) -> datetime:
    return FIRST_TIME + timedelta(minutes=place)


def fetch(build: Build, agent: User, moment: Moment, *shape: Any) -> list[Any]:
    """The rows of build(agent, moment, *shape). shape: what else the statement depends on."""
    compiled = _compiled(build, access.rights_of(agent), *shape)
    if compiled is None:
        return rows_of(build(agent, moment, *shape))
    statement, times = compiled
    if statement is None:
        return []
    meant = [_adapt(getattr(moment, way)(hours, business=business)) for way, hours, business in times]
    return statement.fetch((agent.pk, *meant))


@lru_cache(maxsize=1000)
def _compiled(build: Build, rights: access.Rights, *shape: Any) -> tuple[Statement | None, tuple[Time, ...]] | None:
    """The statement, None when it never has rows, and the times that it asks for. None: it cannot be kept."""
    (agent,) = marks([False])
    moment = _Marked(agent)
    try:
        statement = make(build(access.stand_in(rights, agent), moment, *shape), 0)
    except _Untimely:
        return None
    if statement is None:
        return None, ()
    times: tuple[Time, ...] = tuple(moment.asked)  # type: ignore[attr-defined]
    places = {_adapt(_mark(place)): 1 + place for place in range(len(times))}
    return with_words(statement, places), times


def _adapt(time: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(time)
