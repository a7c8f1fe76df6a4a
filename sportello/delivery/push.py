"""Tell browsers what the bell tells: claim → seal → POST to the browser's maker → report by a verb.

docs/operations/push.md. At least once: a worker that dies between the answer and its report leaves the message to the
next one; in the browser the second takes the place of the first.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.utils import translation

from sportello.desk import access, links
from sportello.desk.actions import configuration, push
from sportello.desk.errors import Missing
from sportello.desk.models import Notification, PushMessage, PushSubscription
from sportello.desk.rules import notifications as rules
from sportello.kit import claims, clock, outward, tokens, web_push
from sportello.kit.outward import Answer

log = structlog.get_logger()
BATCH = 10


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, sealed for its browser."""

    url: str
    body: bytes
    headers: Mapping[str, str]


def step() -> bool:
    """Send what is due. True when there was something: call again at once."""
    due = claims.claim(PushMessage.objects.filter(due_at__lte=clock.now()).order_by("due_at", "id"), BATCH)
    if due:
        browsers = PushSubscription.objects.select_related("user").in_bulk([it.subscription_id for it in due])
        with claims.held(due), ThreadPoolExecutor(BATCH, "push") as threads:
            running = {}
            for message in due:
                letter = _letter(message, browsers.get(message.subscription_id))
                if letter:
                    running[threads.submit(_attempt, letter)] = message
                else:
                    with suppress(claims.LeaseLost):
                        push.drop(message)
            for done in as_completed(running):
                _report(running[done], done.result())
    return bool(due)


def _letter(message: PushMessage, browser: PushSubscription | None) -> Letter | None:
    """None: there is nothing to tell, or nobody to be told, any more."""
    agent = browser.user if browser else None
    if browser is None or agent is None or not agent.active or push.age_of(message) >= rules.LIFE:
        return None
    with suppress(Missing):  # Whoever is no agent any more.
        found = access.notices(agent).filter(pk=message.notification_id, read_at=None)
        notice = found.select_related("author", "ticket").first()
        if notice and not _has_newer(notice):
            desk = configuration.current().desk
            with translation.override(agent.language or desk.language):
                body = _body(notice, desk.name)
            # The topic is read on the way: it does not tell the ticket's number.
            topic = tokens.mark("push", notice.ticket_id) if notice.ticket_id else ""
            return Letter(
                browser.endpoint,
                web_push.encrypt(body, browser.p256dh, browser.auth),
                {
                    **rules.headers(notice.kind, topic, push.age_of(message)),
                    "Authorization": web_push.authorization(browser.endpoint, _contact(), clock.now()),
                },
            )
    return None


def _has_newer(notice: Notification) -> bool:
    """What came later on the same ticket takes its place; a message that was tried again would come after it."""
    later = Notification.objects.filter(user=notice.user_id, pk__gt=notice.pk)
    return notice.ticket_id is not None and later.filter(ticket=notice.ticket_id).exists()


def _body(notice: Notification, desk: str) -> bytes:
    said = rules.sentence(notice.kind, notice.values, notice.author.name if notice.author else desk, desk)
    subject = notice.ticket.subject if notice.ticket else ""
    url = links.notice_path(notice.pk)
    return rules.message(notice.pk, said, subject=subject, ticket_id=notice.ticket_id, url=url)


def _contact() -> str:
    """Whom a push service may ask about the desk's messages; some take none without."""
    mailbox = configuration.current().mailbox()
    if settings.PUBLIC_URL.startswith("https://"):
        return str(settings.PUBLIC_URL)
    return f"mailto:{mailbox.address}" if mailbox else ""


def _attempt(letter: Letter) -> "Answer | Exception":
    try:
        return outward.post(letter.url, letter.body, letter.headers, private=settings.WEBHOOK_PRIVATE)
    except Exception as error:  # One message that cannot be sent must not keep the others back.
        return error


def _report(message: PushMessage, answer: "Answer | Exception") -> None:
    """Write down how it went. Whoever lost the lease meanwhile says nothing: somebody else sends it."""
    with suppress(claims.LeaseLost):
        if isinstance(answer, Answer):
            push.finish(message, answer)
        elif isinstance(answer, outward.Unreachable):
            push.finish(message, None, str(answer))
        elif isinstance(answer, outward.Refused):
            push.give_up(message, str(answer))
        else:
            log.error("browser not told", message=message.pk, error=type(answer).__name__)
            push.give_up(message, type(answer).__name__)
