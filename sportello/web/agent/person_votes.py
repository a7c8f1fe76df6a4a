"""How people have voted: the requester beside his ticket, everybody on his page and his organization's."""

from functools import partial
from typing import Any

from django.db.models import Count, QuerySet

from sportello.desk import access
from sportello.desk.models import Ticket, User
from sportello.desk.words import Score
from sportello.web.agent.prepared import prepared

VOTES = 20


def given(agent: User, whose: str, owner_id: int) -> dict[str, Any]:
    """For agent/_votes.html: the latest of them, and how many there are. whose: "user_id" or "organization_id"."""
    return {"votes": _LATEST[whose](agent, owner_id), "voted": _counts(_COUNTED[whose](agent, owner_id))}


def panel(agent: User, ticket: Ticket) -> dict[str, Any]:
    """voted: good and bad votes of his, on all the tickets that the agent may see."""
    return {"voted": _counts(_COUNTED["user_id"](agent, ticket.requester_id))}


def _counts(found: list[tuple[str, int]]) -> dict[str, int]:
    counts = dict(found)
    good, bad = counts.get(Score.GOOD.value, 0), counts.get(Score.BAD.value, 0)
    return {"good": good, "bad": bad, "n": good + bad}


def _latest(whose: str, agent: User, owner_id: int) -> QuerySet[Any]:
    return access.votes_of(agent, **{whose: owner_id}).select_related("ticket", "requester")[:VOTES]


def _counted(whose: str, agent: User, owner_id: int) -> QuerySet[Any]:
    return access.votes_of(agent, **{whose: owner_id}).order_by().values_list("score").annotate(Count("pk"))


WHOSE = ("user_id", "organization_id")
_LATEST = {whose: prepared(partial(_latest, whose)) for whose in WHOSE}
_COUNTED = {whose: prepared(partial(_counted, whose)) for whose in WHOSE}
