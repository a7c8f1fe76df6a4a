"""The inbox of bad votes: what is open, overdue, his, done; and who they come from."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, pgettext_lazy
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.actions import review_causes
from sportello.desk.models import Ticket, User
from sportello.desk.rules import satisfaction, satisfaction_words
from sportello.desk.rules.satisfaction import Vote
from sportello.desk.words import About, Permission, ReviewState, Score
from sportello.kit import clock
from sportello.kit.keys import key_of
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import page
from sportello.web.agent.prepared import prepared
from sportello.web.ui import paging
from sportello.web.ui.paging import Stretch

# The states of the list, each with the words of its tab.
OPEN, OVERDUE, MINE, DONE = "open", "overdue", "mine", "done"
TABS = {
    OPEN: pgettext_lazy("bad votes", "Open"),
    OVERDUE: pgettext_lazy("bad votes", "Overdue"),
    MINE: pgettext_lazy("bad votes", "Mine"),
    DONE: pgettext_lazy("bad votes", "Done"),
}
# How far back, and over how many votes, it is said who the bad ones come from.
LOOKED_BACK = timedelta(days=90)
MOST_VOTES = 5_000
COLUMNS = (
    *("pk", "ticket_id", "ticket__subject", "state", "due_at", "closed_at", "cause", "outcome", "owner_id"),
    *("owner__name", "owner__active", "proposal_id", "rating__about", "rating__reviewed_about", "rating__comment"),
    *("rating__rated_at", "rating__requester_id", "rating__requester__name", "rating__organization__name"),
)


@staff
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """?state=open|overdue|mine|done; the next deadline first, of what is done the latest."""
    agent = agent_of(request)
    state = request.GET.get("state", OPEN)
    state = state if state in TABS else OPEN
    found = _of(agent, state).values_list(*COLUMNS, named=True)

    def ask(stretch: Stretch) -> list[Any]:
        return list(stretch.of(found))

    by = "closed_at" if state == DONE else "due_at"
    shown = paging.keyed(request.GET, ask, by=by, descending=state == DONE)
    titles, now = review_causes.every(), clock.now()
    context = {
        "notice": key_of(request.GET.get("notice", "")),
        "reviews": [as_row(row, titles, now) for row in shown.rows],
        "page": shown,
        "tabs": [SimpleNamespace(key=key, label=label, is_current=key == state) for key, label in TABS.items()],
        "state": state,
        **(_said(agent) if access.may(agent, Permission.REPORTS) and not shown.newer_url else {}),
    }
    return page(request, "agent/reviews.html", context)


def _of(agent: User, state: str) -> QuerySet[Any]:
    if state == DONE:
        return access.reviews(agent).filter(state=ReviewState.DONE)
    found = access.open_reviews(agent)
    if state == OVERDUE:
        return found.filter(due_at__lt=clock.now())
    return found.filter(owner=agent) if state == MINE else found


def as_row(row: Any, titles: dict[str, str], now: Any) -> SimpleNamespace:
    is_done = row.state == ReviewState.DONE
    topic = satisfaction.topic_of(row.rating__about, row.rating__reviewed_about)
    return SimpleNamespace(
        pk=row.pk,
        ticket_id=row.ticket_id,
        subject=row.ticket__subject,
        requester_id=row.rating__requester_id,
        requester=row.rating__requester__name,
        organization=row.rating__organization__name or "",
        comment=row.rating__comment,
        about=About(topic).label,
        is_reviewed=bool(row.rating__reviewed_about),
        is_proposed=row.proposal_id is not None,
        cause=titles.get(row.cause, row.cause),
        owner=row.owner__name or "",
        has_left=row.owner__active is False,
        at=row.closed_at if is_done else row.due_at,
        rated_at=row.rating__rated_at,
        is_done=is_done,
        is_overdue=not is_done and row.due_at < now,
    )


def _said(agent: User) -> dict[str, Any]:
    """Who the bad votes of the last three months come from, in a sentence, and how much these vote at all."""
    columns = ("rated_at", "score", "requester_id", "organization_id")
    given = access.votes(agent).filter(rated_at__gte=clock.now() - LOOKED_BACK).order_by("-rated_at", "-id")
    rows = list(given.values_list(*columns)[:MOST_VOTES])
    votes = [Vote(at, score == Score.BAD, requester, organization) for at, score, requester, organization in rows]
    found, language = satisfaction.concentration(votes), get_language() or "en"
    return {
        "concentration": satisfaction_words.sentence(found, language),
        "background": satisfaction_words.background(found, language),
        "latest": len(rows) if len(rows) == MOST_VOTES else 0,
    }


def panel(agent: User, ticket: Ticket) -> dict[str, Any]:
    """The line on a ticket's page."""
    rating = getattr(ticket, "satisfaction_rating", None)
    # Most tickets have no vote: their pages need not ask.
    row = next(iter(_review(agent, ticket.pk)), None) if rating and rating.rated_at else None
    if row is None:
        return {"vote_review": None}
    is_done = row.state == ReviewState.DONE
    is_overdue = not is_done and row.due_at < clock.now()
    return {"vote_review": SimpleNamespace(row=row, is_done=is_done, is_overdue=is_overdue)}


@prepared
def _review(agent: User, ticket_id: int) -> QuerySet[Any]:
    found = access.reviews(agent).filter(ticket=ticket_id)
    return found.values_list("pk", "state", "due_at", "closed_at", "owner__name", named=True)
