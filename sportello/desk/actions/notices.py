"""The mails that triggers send: rendered for each reader, queued with the update that made the trigger act."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .. import links
from ..models import User
from ..rules import letters as rules
from ..rules.protocol import REPLY
from ..rules.triggers import Text, in_language
from . import letters

if TYPE_CHECKING:
    from .update import Update

STEP = "notice"


def queue(update: "Update", people: Iterable[User], subject: Text, body: Text) -> None:
    """One mail for each, in his language. Staff get the address of the ticket's page, customers a key of their own."""
    for person in {person.pk: person for person in people}.values():
        _queue_one(update, person, subject, body)


def _queue_one(update: "Update", person: User, subject: Text, body: Text) -> None:
    ticket, configuration, words = update.ticket, update.configuration, update.words
    language = person.language or configuration.desk.language
    values = letters.values_of(ticket, ticket.requester, configuration, language)
    if person.is_staff_member:
        values["ticket"]["url"] = links.ticket_url(ticket.pk)
    else:
        values["ticket"]["url"] = links.request_url(ticket.pk, person.pk)
    text = rules.StepText(in_language(subject, language), in_language(body, language))
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
