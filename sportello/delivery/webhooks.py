"""Make the calls that rules have queued: claim → POST → report by a verb. docs/webhooks.md

At least once: a worker that dies between the answer and its report leaves the call to the next one, under the same
Idempotency-Key. Of each webhook only the oldest call is made, so that their order is kept; others do not wait for it.
"""

from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress

import structlog
from django.conf import settings
from django.db.models import BooleanField, Min, QuerySet
from django.db.models.expressions import RawSQL

from sportello.desk.actions import webhooks
from sportello.desk.models import Webhook, WebhookCall
from sportello.desk.words import SendState
from sportello.kit import claims, clock, outward, secrets
from sportello.kit.outward import Answer

log = structlog.get_logger()
BATCH = 10  # webhooks at once
# SQLite takes a partial index (webhook_call_due) only where the statement itself says what the index does.
QUEUED = RawSQL("state = 'queued'", (), output_field=BooleanField())


def step() -> bool:
    """Make what is due. True when there was something: call again at once."""
    first = _first()
    due = claims.claim(_due(first), BATCH) if first else []
    if due:
        with claims.held(due), ThreadPoolExecutor(BATCH, "webhook") as threads:
            running = {threads.submit(_attempt, call): call for call in due}
            for done in as_completed(running):
                _report(running[done], done.result())
    return bool(due)


def _first() -> list[int]:
    """The oldest waiting call of each webhook in use."""
    # A plain question inside: where it also has to group, SQLite would rather look through all calls ever made.
    waiting = WebhookCall.objects.filter(pk__in=WebhookCall.objects.filter(QUEUED).values("pk")).order_by()
    first = dict(waiting.values_list("webhook").annotate(Min("pk")))
    in_use = Webhook.objects.filter(pk__in=first, active=True).values_list("pk", flat=True) if first else ()
    return [first[pk] for pk in in_use]


def _due(first: list[int]) -> "QuerySet[WebhookCall]":
    queued = WebhookCall.objects.filter(pk__in=first, state=SendState.QUEUED, due_at__lte=clock.now())
    return queued.select_related("webhook").order_by("due_at", "id")


def _attempt(call: WebhookCall) -> "Answer | Exception":
    try:
        headers = webhooks.signed(call.webhook, call.body, f"{call.webhook_id}-{call.pk}")
        return outward.post(call.webhook.url, call.body.encode(), headers, private=settings.WEBHOOK_PRIVATE)
    except Exception as error:  # One call that cannot be made must not keep the others back.
        return error


def _report(call: WebhookCall, answer: "Answer | Exception") -> None:
    """Write down how it went. Whoever lost the lease meanwhile says nothing: somebody else makes it."""
    with suppress(claims.LeaseLost):
        if isinstance(answer, Answer):
            webhooks.finish(call, answer)
        elif isinstance(answer, outward.Unreachable):
            webhooks.finish(call, None, str(answer))
        elif isinstance(answer, outward.Refused):
            webhooks.refuse(call, str(answer))
        elif isinstance(answer, secrets.Unreadable):
            webhooks.refuse(call, "the desk's key has changed: make a new secret")
        else:
            log.error("webhook not called", call=call.pk, error=type(answer).__name__)
            webhooks.refuse(call, type(answer).__name__)
