"""Who gets the next ticket of a group that works in turn."""

from datetime import datetime

from django.db import connection


def take_turn(group_id: int, now: datetime) -> int | None:
    """The id of the agent of the group who has waited longest for a ticket, now last in the line. None: nobody is here.

    One statement, because it is on the way of every new ticket.
    """
    # On PostgreSQL two may come at once: the second waits here.
    lock = "FOR UPDATE OF m" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE desk_groupmembership SET last_assigned_at = %s WHERE id = (
                SELECT m.id FROM desk_groupmembership m JOIN desk_user u ON u.id = m.user_id
                WHERE m.group_id = %s AND u.active AND NOT u.away
                ORDER BY m.last_assigned_at NULLS FIRST, m.id LIMIT 1 {lock}
            ) RETURNING user_id
            """,
            [connection.ops.adapt_datetimefield_value(now), group_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None
