"""How people have voted: the requester beside his ticket, everybody on his page and his organization's."""

from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Q, QuerySet

from sportello.desk import access
from sportello.desk.models import SatisfactionRating, Ticket, User
from sportello.desk.words import Score
from sportello.web.agent.prepared import prepared

VOTES = 20


def given(found: "QuerySet[SatisfactionRating]") -> dict[str, Any]:
    """For agent/_votes.html: the latest of them, and how many there are. found: of access.votes_of."""
    counts = found.order_by().aggregate(n=Count("pk"), good=Count("pk", filter=Q(score=Score.GOOD)))
    return {"votes": list(found.select_related("ticket", "requester")[:VOTES]), "voted": SimpleNamespace(**counts)}


def panel(agent: User, ticket: Ticket) -> dict[str, Any]:
    """voted: good and bad votes of his, on all the tickets that the agent may see."""
    counts = dict(_votes(agent, ticket.requester_id))
    good, bad = counts.get(Score.GOOD.value, 0), counts.get(Score.BAD.value, 0)
    return {"voted": {"good": good, "bad": bad, "n": good + bad}}


@prepared
def _votes(agent: User, requester_id: int) -> QuerySet[Any]:
    return access.votes_of(agent, user_id=requester_id).order_by().values_list("score").annotate(Count("pk"))
