"""What was told after a figure was written and changes it all the same. docs/algorithms/facts.md, "The past"."""

from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from sportello.desk.models import Ticket

from . import read, store, sync
from .schema import DEFINED, TABLES


@dataclass(frozen=True, slots=True)
class Since:
    """Of a period [start, end), how many since a time; false: nothing, the figures are what they were.

    votes_given: answers to votes asked for in the period (they change the response rate); votes_changed,
    votes_reviewed: votes of the period that were changed, or found by two of the desk to be about something else;
    contacts: direct contacts dated back into it; time_entries: time written down for it, or taken back;
    requests_moved: requests of it whose people, or organizations, turned out to be one, or two; is_redefined: the
    figures are folded by other definitions now.
    """

    votes_given: int = 0
    votes_changed: int = 0
    votes_reviewed: int = 0
    contacts: int = 0
    time_entries: int = 0
    requests_moved: int = 0
    is_redefined: bool = False

    def __bool__(self) -> bool:
        return any(astuple(self))


def changes_since(
    written_at: datetime, start: datetime, end: datetime, *, version: int = DEFINED, organization: int | None = None
) -> Since:
    """What changed since then. version: schema.DEFINED when it was written. organization: only of its requests.

    Raises store.Missing before the facts are built for the first time.
    """
    here = sync.folder()
    manifest = store.load(here)
    if manifest is None:
        raise store.Missing
    where = f"happened_at >= {_utc(start)} AND happened_at < {_utc(end)} AND written_at >= {_utc(written_at)}"
    if organization is not None:
        where += f" AND organization_id = {organization:d}"
    told = store.relation(here, manifest, TABLES["corrections"])
    asked = f"SELECT kind, count(*), count(DISTINCT ticket_id) FROM ({told}) AS t WHERE {where} GROUP BY kind"
    found = {kind: (rows, tickets) for kind, rows, tickets in store.engine().execute(asked).fetchall()}
    rows = {kind: it[0] for kind, it in found.items()}
    votes = {kind: it[1] for kind, it in found.items()}  # A ticket has one vote, however often it was changed.
    return Since(
        votes_given=votes.get("vote_given", 0),
        votes_changed=votes.get("vote_changed", 0),
        votes_reviewed=votes.get("vote_reviewed", 0),
        contacts=rows.get("contact", 0),
        time_entries=rows.get("time_written", 0) + rows.get("time_removed", 0),
        requests_moved=_moved(written_at, start, end, organization),
        is_redefined=version != DEFINED,
    )


def _moved(written_at: datetime, start: datetime, end: datetime, organization: int | None) -> int:
    merged = read.merged(created_at__gte=written_at)
    if not merged:
        return 0
    theirs = reduce(or_, (Q(**{f"{column}__in": keys}) for column, keys in merged.items()))
    mine = Ticket.objects.filter(theirs, created_at__gte=start, created_at__lt=end)
    return (mine if organization is None else mine.filter(organization=organization)).count()


def _utc(at: datetime) -> str:
    return f"TIMESTAMP '{at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ')}'"
