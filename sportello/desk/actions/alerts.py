"""Tell whoever leads that satisfaction needs a look: once, and not for what chance explains.

docs/algorithms/satisfaction.md
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Count, Q

from sportello.kit import clock

from ..models import Group, SatisfactionRating, VoteWatch
from ..rules import satisfaction_alerts as rules
from ..rules.satisfaction_alerts import Look
from ..words import NoticeKind, Score
from . import configuration, notifications, reviews

BAD = Count("pk", filter=Q(score=Score.BAD))


def on_bad_vote(rating: SatisfactionRating) -> None:
    """Tell of the first bad vote of a customer who was always happy. rating: one whose review was opened just now, so
    that a vote which goes bad, good and bad again is told once."""
    _one_at_a_time(rating)
    given = SatisfactionRating.objects.exclude(rated_at=None).exclude(pk=rating.pk)
    if rating.organization is None:
        given, customer = given.filter(organization=None, requester=rating.requester_id), rating.requester.name
    else:
        given, customer = given.filter(organization=rating.organization), rating.organization.name
    counted = given.aggregate(n=Count("pk"), bad=BAD)
    good = counted["n"] - counted["bad"]
    if rules.is_first_of_a_happy_customer(good, counted["bad"]):
        values = {"what": "first_bad", "customer": customer, "good": good, "review": rating.review.pk}
        notifications.tell(
            reviews.leaders(rating.group_id), NoticeKind.ALERT, ticket_id=rating.ticket_id, values=values
        )


def _one_at_a_time(rating: SatisfactionRating) -> None:
    """Two first bad votes of one customer at the same instant would each be told as the first.

    Not the customer's row: whoever merges two people holds them before their tickets, and this holds its ticket.
    On SQLite only one writes at a time anyhow.
    """
    if connection.vendor == "postgresql":
        organization, requester = rating.organization_id, rating.requester_id
        customer = f"happy organization {organization}" if organization else f"happy requester {requester}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [customer])


def step() -> bool:
    """Look once a week, for the desk and for each of its groups. False: there is nothing to go on with at once.

    The time does not hang on the votes, so that a look is wrong as seldom as its rule says.
    """
    known = configuration.current()
    zone = ZoneInfo(known.desk.time_zone)
    today = clock.now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    if VoteWatch.objects.filter(looked_on=monday).exists():
        return False
    with transaction.atomic():
        row, is_first = VoteWatch.objects.get_or_create(looked_on=monday, defaults={"created_at": clock.now()})
        if is_first:
            row.found = _look(datetime.combine(monday, time(), zone))
            row.save(update_fields=["found"])
    return False


def _look(until: datetime) -> dict[str, dict[str, object]]:
    names = dict(Group.objects.filter(active=True).values_list("pk", "name"))
    looks = {key: look for key, look in _counted(until).items() if key is None or key in names}
    looks = {key: look for key, look in looks.items() if look.votes and look.votes_before}
    earlier = list(VoteWatch.objects.filter(looked_on__lt=until.date()).order_by("-looked_on")[:8])
    found: dict[str, dict[str, object]] = {}
    for key, look in looks.items():
        name = "" if key is None else str(key)
        told = [it.looked_on for it in earlier if it.found.get(name, {}).get("told")]
        tell = rules.is_drop(look, looks=len(looks)) and not rules.is_told(told, until.date())
        counts = {
            "bad": look.bad,
            "votes": look.votes,
            "bad_before": look.bad_before,
            "votes_before": look.votes_before,
        }
        found[name] = {**counts, "p": look.p, "told": tell}
        if tell:
            said = {"what": "drop", **counts} | ({"group": names[key]} if key is not None else {})
            notifications.tell(reviews.leaders(key), NoticeKind.ALERT, values=said)
    return found


def _counted(until: datetime) -> dict[int | None, Look]:
    """Of each group, and of all under None: an empty group counts in the desk alone."""
    lately, before = until - rules.LATELY, until - rules.LATELY - rules.BEFORE
    votes = SatisfactionRating.objects.filter(rated_at__gte=before, rated_at__lt=until).order_by()
    is_new, is_old = Q(rated_at__gte=lately), Q(rated_at__lt=lately)
    is_bad = Q(score=Score.BAD)
    rows = votes.values_list("group").annotate(
        bad=Count("pk", filter=is_new & is_bad),
        votes=Count("pk", filter=is_new),
        bad_before=Count("pk", filter=is_old & is_bad),
        votes_before=Count("pk", filter=is_old),
    )
    by_group = {group: counts for group, *counts in rows}
    found: dict[int | None, Look] = {group: Look(*counts) for group, counts in by_group.items() if group is not None}
    return found | {None: Look(*(sum(column) for column in zip(*by_group.values(), strict=True)))} if by_group else {}
