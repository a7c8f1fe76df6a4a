"""How the requester of a ticket has voted so far, beside the ticket."""

from typing import Any

from django.db.models import Count, QuerySet

from sportello.desk import access
from sportello.desk.models import Ticket, User
from sportello.desk.words import Score
from sportello.web.agent.prepared import prepared


def panel(agent: User, ticket: Ticket) -> dict[str, Any]:
    """voted: good and bad votes of his, on all the tickets that the agent may see."""
    counts = dict(_votes(agent, ticket.requester_id))
    good, bad = counts.get(Score.GOOD.value, 0), counts.get(Score.BAD.value, 0)
    return {"voted": {"good": good, "bad": bad, "n": good + bad}}


@prepared
def _votes(agent: User, requester_id: int) -> QuerySet[Any]:
    return access.votes_of(agent, user_id=requester_id).order_by().values_list("score").annotate(Count("pk"))
