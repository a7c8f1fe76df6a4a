"""Verbs on the browsers that agents want to be told in, and on what is to be told to them. docs/operations/push.md

The messages are sent by delivery.push.
"""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from sportello.kit import claims, clock, outward, web_push
from sportello.kit.outward import Answer
from sportello.kit.prepared import prepared

from ..errors import Invalid
from ..models import Notification, PushMessage, PushSubscription, User
from ..rules import notifications as rules

MOST = 20  # browsers of one person; whichever was not heard of for the longest makes room


def subscribe(
    endpoint: str, p256dh: str, auth: str, *, label: str, actor: User, private: bool, replaces: str = ""
) -> PushSubscription:
    """Tell the agent in this browser too. Idempotent; a browser is told for the one who was last to ask.

    endpoint, p256dh, auth: as the browser gives them; replaces: the endpoint that it had before; private: it may be on
    a private machine. Raises Invalid("endpoint").
    """
    try:
        outward.check(endpoint, private=private)
        fits = len(endpoint) <= 1000 and len(p256dh) <= 100 and len(auth) <= 30
        is_fine = fits and web_push.are_keys(p256dh, auth)
    except outward.Refused:
        is_fine = False
    if not is_fine:
        raise Invalid("endpoint", _("This is no address that a browser is told at."))
    with transaction.atomic():
        # What is on its way to somebody else must not be told to whoever sits there now.
        PushSubscription.objects.filter(endpoint=endpoint).exclude(user=actor).delete()
        PushSubscription.objects.filter(endpoint=replaces, user=actor).exclude(endpoint=endpoint).delete()
        values = {"user": actor, "p256dh": p256dh, "auth": auth, "label": label[:100], "failed_at": None, "failure": ""}
        kept, _new = PushSubscription.objects.update_or_create(
            endpoint=endpoint, defaults=values, create_defaults=values | {"created_at": clock.now()}
        )
        _make_room(actor)
    return kept


def _make_room(person: User) -> None:
    heard = PushSubscription.objects.filter(user=person).annotate(heard_at=Coalesce("reached_at", "created_at"))
    too_many = list(heard.order_by("-heard_at", "-id").values_list("pk", flat=True)[MOST:])
    PushSubscription.objects.filter(pk__in=too_many).delete()


def remove(subscription_id: int, *, actor: User) -> None:
    """One of his browsers is told nothing any more. Nobody removes another's. Idempotent."""
    PushSubscription.objects.filter(pk=subscription_id, user=actor).delete()


def vacate(subscription_id: int, *, to: User) -> None:
    """Somebody sits down at this browser: what it tells anybody else is not for his eyes. Idempotent."""
    PushSubscription.objects.filter(pk=subscription_id).exclude(user=to).delete()


def remove_all(person: User) -> None:
    """He works here no more."""
    PushSubscription.objects.filter(user=person).delete()


def queue(notices: Collection[Notification]) -> None:
    """Leave a message for each browser of those whom these new notices are for, in their transaction."""
    for notice in notices:
        found = _browsers(notice.user_id)
        if found:
            PushMessage.objects.bulk_create(
                PushMessage(
                    notification=notice,
                    subscription_id=subscription_id,
                    due_at=notice.created_at,
                    created_at=notice.created_at,
                )
                for (subscription_id,) in found
            )


@prepared
def _browsers(user_id: int) -> "QuerySet[PushSubscription, tuple[int]]":
    return PushSubscription.objects.filter(user_id=user_id).order_by("pk").values_list("pk")


def drop(message: PushMessage) -> None:
    """It need not be told any more. Raises claims.LeaseLost."""
    ours = PushMessage.objects.filter(pk=message.pk, claimed_by=message.claimed_by)
    if not ours.delete()[0]:
        raise claims.LeaseLost(message)


def finish(message: PushMessage, answer: Answer | None, error: str = "") -> None:
    """Report what came of an attempt: told, later again, or not at all; a browser that is gone is removed.

    answer: None: nobody answered, and error says why. Raises claims.LeaseLost: somebody else sends it.
    """
    status = answer.status if answer else None
    now = clock.now()
    browser = PushSubscription.objects.filter(pk=message.subscription_id)
    with transaction.atomic():
        if status is not None and 200 <= status < 300:
            drop(message)
            browser.update(reached_at=now, failed_at=None, failure="")
        elif status in rules.GONE:
            drop(message)
            browser.delete()
        else:
            _fail(message, f"HTTP {status}" if status else error, answer, is_final=not rules.is_later(status))


def give_up(message: PushMessage, error: str) -> None:
    """It can never be sent. Raises claims.LeaseLost."""
    with transaction.atomic():
        _fail(message, error, None, is_final=True)


def _fail(message: PushMessage, why: str, answer: Answer | None, *, is_final: bool) -> None:
    now = clock.now()
    due_at = rules.due_after(claims.retry_at(message.attempts, now), now, answer.retry_after if answer else 0)
    if is_final or due_at - message.created_at >= rules.LIFE:
        drop(message)
    else:
        claims.finish(message, due_at=due_at, last_error=why[:500])
    PushSubscription.objects.filter(pk=message.subscription_id).update(failed_at=now, failure=why[:200])


def age_of(message: PushMessage) -> timedelta:
    return clock.now() - message.created_at
