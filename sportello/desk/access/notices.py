"""What an agent was told of."""

from django.db.models import Q, QuerySet

from ..models import Notification, PushSubscription, User
from .gate import staff
from .tickets import sees_every_ticket, tickets


def notices(person: User) -> "QuerySet[Notification]":
    """His notices, newest first; without those of tickets that he does not see any more."""
    staff(person)
    found = Notification.objects.filter(user=person).order_by("-id")
    if sees_every_ticket(person):
        return found
    return found.filter(Q(ticket=None) | Q(ticket__in=tickets(person)))


def browsers(person: User) -> "QuerySet[PushSubscription]":
    """Those that he is told in, the newest first; nobody else's."""
    staff(person)
    return PushSubscription.objects.filter(user=person).order_by("-id")
