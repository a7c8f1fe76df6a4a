"""The mails that triggers send: rendered for each reader, queued with the update that made the trigger act."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from sportello.kit.prepared import prepared

from .. import links
from ..models import Audit, OutgoingMail, User
from ..rules import letters as rules
from ..rules.protocol import REPLY
from ..rules.triggers import Text, in_language
from . import letters

if TYPE_CHECKING:
    from .update import Update

STEP = "notice"
# More than this from rules within an hour, and something answers them: two desks, or a robot without manners. Agents
# are told of every new ticket of a busy desk.
HOURLY, HOURLY_TO_STAFF = 30, 300
HOUR = timedelta(hours=1)
CAPPED = "notices_capped"
LOOKED_BACK = 100


def affordable(update: "Update", people: Iterable[User]) -> list[User]:
    """Those whom rules have not told too often within the hour. The ticket's history says once an hour who was not.

    What one update tells somebody at once counts only for the next.
    """
    found = []
    for person in people:
        sent_at = (_staff_told_at if person.is_staff_member else _customer_told_at)(person.pk)
        if not sent_at or update.now - sent_at[0] >= HOUR:
            found.append(person)
        elif not _was_said(update, person):
            limit = HOURLY_TO_STAFF if person.is_staff_member else HOURLY
            update.note(CAPPED, address=person.email, limit=limit)
    return found


def _was_said(update: "Update", person: User) -> bool:
    recent = [] if update.opening else _audits(update.ticket.pk)
    events = [event for events, at in recent if update.now - at < HOUR for event in events] + update.events
    return any(it.get("code") == CAPPED and it["values"]["address"] == person.email for it in events)


# The mail that must be an hour old before the next one goes out.
@prepared
def _customer_told_at(user_id: int) -> "QuerySet[Any, datetime]":
    return _told_at(user_id)[HOURLY - 1 : HOURLY]


@prepared
def _staff_told_at(user_id: int) -> "QuerySet[Any, datetime]":
    return _told_at(user_id)[HOURLY_TO_STAFF - 1 : HOURLY_TO_STAFF]


def _told_at(user_id: int) -> "QuerySet[Any, datetime]":
    mails = OutgoingMail.objects.filter(recipient=user_id, step=STEP).order_by("-id")
    return mails.values_list("created_at", flat=True)


@prepared
def _audits(ticket_id: int) -> "QuerySet[Any, tuple[list[dict[str, Any]], datetime]]":
    return Audit.objects.filter(ticket=ticket_id).order_by("-id").values_list("events", "created_at")[:LOOKED_BACK]


def queue(update: "Update", people: Iterable[User], subject: Text, body: Text) -> None:
    """One mail for each, in his language. Staff get the address of the ticket's page, customers a key of their own."""
    for person in {person.pk: person for person in people}.values():
        _queue_one(update, person, subject, body)


def _queue_one(update: "Update", person: User, subject: Text, body: Text) -> None:
    ticket, configuration, words = update.ticket, update.configuration, update.words
    language = person.language or configuration.desk.language
    text = rules.StepText(in_language(subject, language), in_language(body, language))
    texts = (text.subject, text.body)
    values = letters.values_of(ticket, ticket.requester, configuration, language, texts=texts)
    if person.is_staff_member:
        values["ticket"]["url"] = links.ticket_url(ticket.pk)
    else:
        values["ticket"]["url"] = links.request_url(ticket.pk, person.pk)
    # What was said goes where the text asks for it, and an internal note to nobody but the staff.
    may_read = words is not None and (words.public or person.is_staff_member)
    said = letters.said(update, language) if may_read and "answer" in text.body else None
    letter = rules.compose(
        REPLY, text, values=values, language=language, look=letters.look_of(configuration), answer=said
    )
    letters.post(
        update,
        person,
        letter,
        language,
        step=STEP,
        automatic=True,
        sender_name=configuration.desk.name,
        references=letters.thread_of(ticket),
    )
