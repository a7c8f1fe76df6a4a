"""The bad votes of a month with what their reviews found, and who the bad ones of three months come from."""

from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from sportello.desk.models import Organization, SatisfactionRating, User
from sportello.desk.rules import satisfaction
from sportello.desk.rules.satisfaction import Vote
from sportello.desk.words import ReviewState, Score

from .figures import Case, Dissatisfied, Votes

MOST_CASES = 100
MOST_RANKED = 10
COLUMNS = (
    *("ticket_id", "ticket__subject", "requester__name", "organization__name", "assignee__name", "rated_at"),
    *("comment", "about", "reviewed_about", "review__state", "review__cause", "review__cause_text"),
    *("review__outcome", "review__outcome_text"),
)


def cases(start: datetime, end: datetime, time_zone: str, organization_id: int | None) -> tuple[Case, ...]:
    """The bad votes given in [start, end), the latest last."""
    zone = ZoneInfo(time_zone)
    bad = _given(start, end, organization_id).filter(score=Score.BAD).order_by("rated_at", "id")
    return tuple(
        Case(
            ticket_id=row.ticket_id,
            subject=row.ticket__subject,
            requester=row.requester__name,
            organization=row.organization__name or "",
            agent=row.assignee__name or "",
            day=row.rated_at.astimezone(zone).date().isoformat(),
            comment=row.comment,
            said=row.about,
            about=satisfaction.topic_of(row.about, row.reviewed_about),
            is_done=row.review__state == ReviewState.DONE,
            cause=row.review__cause or "",
            cause_text=row.review__cause_text or "",
            outcome=row.review__outcome or "",
            outcome_text=row.review__outcome_text or "",
        )
        for row in bad.values_list(*COLUMNS, named=True)[:MOST_CASES]
    )


def read(start: datetime, end: datetime, organization_id: int | None) -> Votes:
    """Who the bad votes of [start, end) come from, and who is dissatisfied most."""
    rows = _given(start, end, organization_id).order_by("rated_at", "id")
    columns = ("rated_at", "score", "requester_id", "organization_id")
    given = [Vote(at, score == Score.BAD, person, company) for at, score, person, company in rows.values_list(*columns)]
    found = satisfaction.concentration(given)
    ranked = satisfaction.ranking(given, "person", minimum=1).ranked
    worst = sorted((it for it in ranked if it.bad), key=lambda it: (-it.bad, -it.low, str(it.key)))[:MOST_RANKED]
    company_of = {vote.requester: vote.organization for vote in given}
    people = User.objects.filter(pk__in={*found.requesters, *(it.key for it in worst)})
    names = dict(people.values_list("pk", "name"))
    companies = {company_of[it.key] for it in worst if isinstance(it.key, int)} | {found.organization}
    of_companies = dict(Organization.objects.filter(pk__in=[it for it in companies if it]).values_list("pk", "name"))
    ranking = tuple(
        Dissatisfied(
            names.get(it.key, ""), of_companies.get(company_of[it.key] or 0, ""), it.bad, it.n, it.low, it.high
        )
        for it in worst
        if isinstance(it.key, int)
    )
    said = asdict(found) | {"requesters": list(found.requesters)} if found.bad else {}
    who = tuple(names.get(person, "") for person in found.requesters)
    return Votes(said, who, of_companies.get(found.organization or 0, ""), ranking)


def _given(start: datetime, end: datetime, organization_id: int | None) -> "QuerySet[SatisfactionRating]":
    given = SatisfactionRating.objects.filter(rated_at__gte=start, rated_at__lt=end, score__in=(Score.GOOD, Score.BAD))
    return given if organization_id is None else given.filter(organization=organization_id)
