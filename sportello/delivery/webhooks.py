"""Make the calls that rules have queued: claim → POST → report by a verb. docs/webhooks.md

At least once: a worker that dies between the answer and its report leaves the call to the next one, under the same
Idempotency-Key. Of each webhook only the oldest call is made, so that their order is kept; others do not wait for it.
"""

from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress

import structlog
from django.conf import settings
from django.db.models import Min, QuerySet

from sportello.desk.actions import webhooks
from sportello.desk.models import Webhook, WebhookCall
from sportello.desk.words import SendState
from sportello.kit import claims, clock, outward, secrets
from sportello.kit.outward import Answer

log = structlog.get_logger()
BATCH = 10  # webhooks at once


def step() -> bool:
    """Make what is due. True when there was something: call again at once."""
    due = claims.claim(_due(), BATCH)
    if due:
        with claims.held(due), ThreadPoolExecutor(BATCH, "webhook") as threads:
            running = {threads.submit(_attempt, call): call for call in due}
            for done in as_completed(running):
                _report(running[done], done.result())
    return bool(due)


def _due() -> "QuerySet[WebhookCall]":
    """The oldest waiting call of each webhook in use, where it is due."""
    queued = WebhookCall.objects.filter(state=SendState.QUEUED).select_related("webhook")
    first = queued.order_by().values("webhook").annotate(first=Min("pk")).values("first")
    in_use = Webhook.objects.filter(active=True)
    return queued.filter(pk__in=first, webhook__in=in_use, due_at__lte=clock.now()).order_by("due_at", "id")


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
