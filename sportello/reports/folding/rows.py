"""Rows of facts in the making: a ticket as it stands, its events, and what holds only for a time. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from .hours import Hours
from .schema import OF_TICKETS, SPAN

# The agent who is credited, then the ticket: group, organization, requester, channel, priority, type, form, tags, own
# fields, in the order of schema.COMMON. Lists as JSON.
State = tuple[Any, ...]
Row = tuple[Any, ...]
NO_TAGS, NO_FIELDS = "[]", "{}"
SPANNED = {name for name, table in OF_TICKETS.items() if table.own[:4] == SPAN}
OWN = {name: [column.name for column in table.own] for name, table in OF_TICKETS.items()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


class Event(NamedTuple):
    """at: microseconds since 1970."""

    at: int
    ticket: State


@dataclass(slots=True)
class Span:
    """What holds from `since` until `until` (None: still). own: its columns by name."""

    event: Event
    own: dict[str, Any]
    since: int
    kept: "list[Span]" = field(repr=False)
    until: int | None = None

    @property
    def holds(self) -> bool:
        return self.until is None

    def end(self, at: int, **own: Any) -> None:
        self.until = at
        self.own |= own

    def again(self, at: int) -> "Span":
        """The same event, which holds again; nothing where it still does."""
        if self.holds:
            return self
        own = self.own | ({"ended": ""} if "ended" in self.own else {})
        return _begin(self.kept, self.event, own, at)


def _begin(kept: list[Span], event: Event, own: dict[str, Any], since: int) -> Span:
    span = Span(event, own, since, kept)
    kept.append(span)
    return span


class Rows:
    """The ticket as it stands, and the rows that it has come to so far."""

    def __init__(self, ticket_id: int, channel: str) -> None:
        self.ticket_id, self.channel = ticket_id, channel
        self.group_id = self.organization_id = self.requester_id = self.form_id = None
        self.priority: str | None = None
        self.type: str | None = None
        self.tags, self.own_fields = NO_TAGS, NO_FIELDS
        self._fields: dict[str, str] = {}
        self.spans: dict[str, list[Span]] = {"created": [], "solved": [], "spells": []}
        self.events: dict[str, list[Row]] = {}
        self.surveys: list[tuple[Event, Mapping[str, Any]]] = []

    def fill(self, field_id: int, value: str) -> None:
        if value:
            self._fields[str(field_id)] = value
        else:
            self._fields.pop(str(field_id), None)
        self.own_fields = json.dumps(dict(sorted(self._fields.items())), ensure_ascii=False)

    def ticket(self, agent_id: int | None) -> State:
        return (
            *(agent_id, self.group_id, self.organization_id, self.requester_id, self.channel),
            *(self.priority or "", self.type or "", self.form_id, self.tags, self.own_fields),
        )

    def event(self, at: int, agent_id: int | None) -> Event:
        return Event(at, self.ticket(agent_id))

    def begin(self, table: str, event: Event, own: dict[str, Any]) -> Span:
        return _begin(self.spans[table], event, own, event.at)

    def add(self, table: str, event: Event, *own: Any) -> None:
        """own: in the order of the table's columns."""
        self.events.setdefault(table, []).append((event, *own))

    def survey(self, event: Event, vote: Mapping[str, Any]) -> None:
        """vote: by column; it may still change."""
        self.surveys.append((event, vote))

    def told(self, hours: Hours) -> Iterator[tuple[str, Row]]:
        """Every row with its table, columns in the order of schema; times in microseconds, lists as JSON."""
        for table, spans in self.spans.items():
            names, is_spanned = OWN[table], table in SPANNED
            for span in spans:
                until = _both(span.until, hours)
                limits = (*_both(span.since, hours), *until) if is_spanned else until
                own = span.own
                yield table, (*self._common(span.event, hours), *limits, *(own[it] for it in names[len(limits) :]))
        for table, rows in self.events.items():
            for event, *rest in rows:
                yield table, (*self._common(event, hours), *rest)
        for event, vote in self.surveys:
            stands = (vote[it] for it in OWN["votes"][2:])
            yield "votes", (*self._common(event, hours), *_both(vote["rated_at"], hours), *stands)

    def _common(self, event: Event, hours: Hours) -> Row:
        return (self.ticket_id, event.at, event.at + hours.offset(event.at), *event.ticket)


def _both(at: int | None, hours: Hours) -> tuple[int | None, int | None]:
    """A time, UTC and on the wall."""
    return (None, None) if at is None else (at, at + hours.offset(at))
