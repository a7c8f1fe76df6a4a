"""What the desk sends to be compared, and what it has been told."""

from django.db.models import Count, Max, QuerySet

from ..models import BenchmarkPublication, BenchmarkSending, RuleChange, User
from .gate import admin, one, staff


def sendings(person: User) -> "QuerySet[BenchmarkSending]":
    """Every file that was sent or waits, the newest first; for administrators."""
    admin(person)
    return BenchmarkSending.objects.order_by("-id")


def get_sending(person: User, sending_id: int) -> BenchmarkSending:
    return one(sendings(person).filter(pk=sending_id))


def publications(person: User) -> "QuerySet[BenchmarkPublication]":
    """What hubs have published, for the staff: it is about no desk."""
    staff(person)
    return BenchmarkPublication.objects.order_by("-month", "-hub", "source")


def sources(person: User) -> list[tuple[str, str, int, str]]:
    """Who has told about how many months: (source, hub's URL or "", months, the newest of them)."""
    months = publications(person).order_by("source", "hub").values_list("source", "hub")
    return list(months.annotate(Count("month", distinct=True), Max("month")))


def changes(person: User) -> "QuerySet[RuleChange]":
    """Who joined, left or changed the profile, the newest first; for administrators."""
    admin(person)
    return RuleChange.objects.filter(kind="benchmark").select_related("author").order_by("-id")
