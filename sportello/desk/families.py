"""Questions about tickets that hang together: what was merged into one, where a merged one went, what follows it up.

docs/algorithms/merging.md
"""

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

_DOWN = """
WITH RECURSIVE family(id) AS (
    SELECT id FROM desk_ticket WHERE merged_into_id = %s
    UNION SELECT merged.id FROM desk_ticket merged JOIN family ON merged.merged_into_id = family.id
) SELECT id FROM family ORDER BY id
"""
_UP = """
WITH RECURSIVE chain(id, remove) AS (
    SELECT merged_into_id, 1 FROM desk_ticket WHERE id = %s AND merged_into_id IS NOT NULL
    UNION ALL SELECT ticket.merged_into_id, chain.remove + 1
    FROM desk_ticket ticket JOIN chain ON ticket.id = chain.id WHERE ticket.merged_into_id IS NOT NULL
) SELECT id FROM chain ORDER BY remove
"""
_FOLLOW_UPS = """
WITH RECURSIVE before(id) AS (
    SELECT follow_up_of_id FROM desk_ticket WHERE id = %s AND follow_up_of_id IS NOT NULL
    UNION SELECT ticket.follow_up_of_id FROM desk_ticket ticket JOIN before ON ticket.id = before.id
    WHERE ticket.follow_up_of_id IS NOT NULL
), after(id) AS (
    SELECT id FROM desk_ticket WHERE follow_up_of_id = %s
    UNION SELECT ticket.id FROM desk_ticket ticket JOIN after ON ticket.follow_up_of_id = after.id
) SELECT id FROM before UNION SELECT id FROM after ORDER BY id
"""


def merged_into(ticket_id: int) -> list[int]:
    """All that was merged into this ticket, at whatever remove; usually nothing."""
    return _ids(_DOWN, ticket_id)


def is_merged_into(column: str, ticket_id: int) -> RawSQL:
    """Whether the ticket that a column names was merged into this one, at whatever remove; for a filter."""
    return RawSQL(f"{column} IN ({_DOWN})", (ticket_id,), output_field=BooleanField())


def chain(ticket_id: int) -> list[int]:
    """Into which ticket this one was merged, into which that one, and so on to the end; usually nothing."""
    return _ids(_UP, ticket_id)


def follow_ups(ticket_id: int) -> list[int]:
    """What this ticket goes on with, back to the first, and what goes on with it; usually nothing. Oldest first."""
    return _ids(_FOLLOW_UPS, ticket_id, ticket_id)


def _ids(statement: str, *ticket_ids: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, ticket_ids)
        return [row[0] for row in cursor.fetchall()]
