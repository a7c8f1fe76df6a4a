"""Compose the mail that tells of an update and queue it, in the update's own transaction."""

import re
import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings

from sportello.kit import clock, rows, tokens

from .. import links
from ..models import Comment, Desk, Mailbox, OutgoingFile, OutgoingMail, Protocol, SatisfactionRating, Ticket, User
from ..rules import custom_fields, letters, times
from ..rules.protocol import CONTACT, REPLY
from ..words import Score, Step
from . import field_values
from .configuration import Configuration
from .lists import CC

if TYPE_CHECKING:
    from .update import Update

REPLY_PREFIX = re.compile(r"^\s*((re|r|aw|sv|rif|fwd?|i|wg|tr|rv)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
# At most this often in a ticket's life; the solved mail once for each solution.
ONCE = (Step.TAKEN_CHARGE, Step.CLOSED, Step.SURVEY)


def recipients(update: "Update") -> list[User]:
    """Who hears of the update, if they have an address: the requester; those in copy only of what an agent says."""
    ticket = update.ticket
    people = [ticket.requester]
    if update.is_answered:
        people += update.lists.people(CC)
    return [person for person in people if person.email]


def queue(
    update: "Update",
    step: str,
    to: list[User],
    *,
    comment: Comment | None = None,
    rating: SatisfactionRating | None = None,
) -> None:
    """Render the mail of a step (or a plain reply) for each recipient and queue it.

    To each his own: the links in a mail are keys, and those to confirm and to vote are the requester's alone. People in
    copy read the answer, with a link of their own.
    """
    for person in to:
        is_requester = person.pk == update.ticket.requester_id
        _queue_one(update, step if is_requester else REPLY, person, comment, rating)


def _queue_one(
    update: "Update", step: str, person: User, comment: Comment | None, rating: SatisfactionRating | None
) -> None:
    ticket, configuration = update.ticket, update.configuration
    is_requester = person.pk == ticket.requester_id
    language = person.language or configuration.desk.language
    protocol = configuration.protocol_of(ticket.organization_id)
    spoken = comment if update.is_answered else None
    # Solved while they spoke: the mail of the solution, in the words for whoever came past the desk.
    contacted = update.contacted and is_requester
    wording = CONTACT if contacted else step
    text = text_of(protocol, wording, language)
    agent = update.actor if contacted else None
    letter = letters.compose(
        wording,
        text,
        values=values_of(ticket, person, configuration, language, texts=(text.subject, text.body), agent=agent),
        language=language,
        look=look_of(configuration),
        answer=said(update, language) if spoken or contacted else None,
        actions=_actions(step, ticket, person, language, rating),
    )
    post(
        update,
        person,
        letter,
        language,
        step=step,
        comment=spoken,
        protocol=protocol if step in Step.values else None,
        once=_once(ticket, step),
        automatic=spoken is None,
        sender_name=_sender_name(update.actor if spoken else None, configuration),
        message_id=update.message_id if is_requester else "",
        references=update.references,
    )


def post(
    update: "Update",
    person: User,
    letter: letters.Letter,
    language: str,
    *,
    message_id: str = "",
    reply_to: str = "",
    **columns: Any,
) -> None:
    """Queue a rendered mail that tells of the update, from the ticket's mailbox. columns: the mail's own.

    reply_to: where answers go, when not to the ticket.
    """
    ticket = update.ticket
    sender = update.configuration.mailbox(ticket.mailbox_id)
    rows.insert(
        OutgoingMail(
            ticket=ticket,
            audit=update.audit,
            recipient=person,
            sender=sender_address(sender),
            reply_to=reply_to or reply_address(ticket.pk, sender),
            to=person.email,
            message_id=message_id or make_message_id(sender),
            language=language,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            due_at=update.written_at,
            created_at=update.written_at,
            **columns,
        )
    )


def _once(ticket: Ticket, step: str) -> str | None:
    if step in ONCE:
        return f"{ticket.pk}:{step}"
    if step == Step.SOLVED and ticket.solved_at:
        return f"{ticket.pk}:{step}:{int(ticket.solved_at.timestamp() * 1000)}"
    return None


def text_of(protocol: Protocol | None, step: str, language: str) -> letters.StepText:
    """The text of a step: the protocol's own where it has one, else the default."""
    own = (protocol.texts.get(language, {}).get(step) if protocol else None) or None
    if own:
        return letters.StepText(subject=own["subject"], body=own["body"])
    return letters.default_text(step, language)


def values_of(
    ticket: Ticket,
    requester: User,
    configuration: Configuration,
    language: str,
    *,
    texts: Iterable[str] = (),
    agent: User | None = None,
) -> dict[str, Any]:
    """What the placeholders of these texts stand for; names: rules.letters.PLACEHOLDERS, and those of the desk's own
    fields where a text speaks of them. agent: who speaks, when known."""
    steps = configuration.steps_of(ticket.organization_id)
    agent, organization, desk = agent or ticket.assignee, ticket.organization, configuration.desk
    values: dict[str, Any] = {
        "ticket": {
            "id": ticket.pk,
            "title": title(ticket.subject),
            "url": links.request_url(ticket.pk, requester.pk),
        },
        "requester": {"name": requester.name, "first_name": requester.first_name},
        "agent": {
            "name": agent.name if agent else "",
            "first_name": agent.first_name if agent else "",
            "phone": agent.phone if agent else "",
        },
        "desk": {
            "name": desk.name,
            "address": sender_address(configuration.mailbox(ticket.mailbox_id)),
            "phone": desk.phone,
            "url": links.public_url("/"),
        },
        "organization": {"name": organization.name if organization else ""},
        "close_hours": steps.close_hours,
        "survey_hours": steps.survey_hours,
        "today": times.day(clock.now(), language, desk.time_zone),
    }
    if any(map(custom_fields.is_spoken_of, texts)):
        for name, own in field_values.shown_of(ticket, language).items():
            values[name] |= own
    return values


def title(subject: str) -> str:
    """The subject without its Re:, R:, Fwd: … so that "Re: title" stays in the thread of every client."""
    return REPLY_PREFIX.sub("", subject).strip() or subject


def look_of(configuration: Configuration) -> letters.Look:
    return look_of_desk(configuration.desk)


def look_of_desk(desk: Desk) -> letters.Look:
    return letters.Look(
        desk_name=desk.name, colour=desk.colour, logo_url=links.logo_url(desk.logo) if desk.logo else ""
    )


def said(update: "Update", language: str) -> letters.Quoted | None:
    """What the update says, to be embedded in a mail."""
    words, author = update.words, update.author
    if words is None:
        return None
    at = times.moment(update.now, language, update.configuration.desk.time_zone)
    return letters.Quoted(author=author.name if author else "", at=at, text=words.text, html=words.html)


def _actions(
    step: str, ticket: Ticket, person: User, language: str, rating: SatisfactionRating | None
) -> tuple[letters.Action, ...]:
    label = letters.action_label
    faces: tuple[letters.Action, ...] = ()
    if rating or step == Step.SURVEY:
        faces = (
            letters.Action(label("good", language), links.vote_url(ticket.pk, person.pk, Score.GOOD), "good"),
            letters.Action(label("bad", language), links.vote_url(ticket.pk, person.pk, Score.BAD), "bad"),
        )
    if step == Step.SOLVED:
        works = letters.Action(label("it_works", language), links.confirm_url(ticket.pk, person.pk), "primary")
        not_yet = letters.Action(label("not_yet", language), links.not_yet_url(ticket.pk, person.pk), "secondary")
        return (works, not_yet, *faces)
    return faces if step == Step.SURVEY else ()


def queue_sign_in(person: User, address: str, url: str, configuration: Configuration) -> OutgoingMail:
    """The mail with a sign-in link."""
    minutes = int(links.SIGN_IN_VALID.total_seconds() // 60)
    return _queue_by_itself("sign_in", person, address, url, configuration, link_minutes=minutes)


def queue_invitation(person: User, url: str, configuration: Configuration) -> OutgoingMail:
    """The mail that lets a new agent in."""
    return _queue_by_itself("invitation", person, person.email, url, configuration)


def _queue_by_itself(
    step: str, person: User, address: str, url: str, configuration: Configuration, **more: Any
) -> OutgoingMail:
    """A mail that belongs to no ticket, with one button."""
    language = person.language or configuration.desk.language
    mailbox = configuration.mailbox()
    letter = letters.compose(
        step,
        letters.default_text(step, language),
        values={
            "requester": {"name": person.name, "first_name": person.first_name},
            "desk": {"name": configuration.desk.name, "address": sender_address(mailbox)},
            **more,
        },
        language=language,
        look=look_of(configuration),
        actions=(letters.Action(letters.action_label("sign_in", language), url, "primary"),),
    )
    return queue_letter(letter, step, person, address, language, configuration, mailbox)


def queue_letter(
    letter: letters.Letter,
    step: str,
    person: User,
    address: str,
    language: str,
    configuration: Configuration,
    mailbox: Mailbox | None,
    files: Sequence[OutgoingFile] = (),
    once: str | None = None,
) -> OutgoingMail:
    """Queue a rendered mail that belongs to no ticket. files: not yet saved; once: as of OutgoingMail."""
    now = clock.now()
    mail = OutgoingMail.objects.create(
        recipient=person,
        once=once,
        step=step,
        automatic=True,
        sender_name=configuration.desk.name,
        sender=sender_address(mailbox),
        to=address,
        message_id=make_message_id(mailbox),
        language=language,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        due_at=now,
        created_at=now,
    )
    for file in files:
        file.mail = mail
    OutgoingFile.objects.bulk_create(files)
    return mail


def thread_of(ticket: Ticket) -> str:
    """What a mail refers to, so that every client puts it into the ticket's thread."""
    return " ".join(dict.fromkeys(filter(None, (ticket.thread_root, ticket.thread_last))))


def _sender_name(agent: User | None, configuration: Configuration) -> str:
    desk = configuration.desk.name
    return f"{agent.name} ({desk})" if agent else desk


def sender_address(mailbox: Mailbox | None) -> str:
    """The From address; a desk without a mailbox still has a name on its own host."""
    return mailbox.address if mailbox else f"sportello@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}"


def tagged(address: str, tag: str) -> str:
    local, _at, domain = address.rpartition("@")
    return f"{local}+{tag}@{domain}"


def reply_address(ticket_id: int, mailbox: Mailbox | None) -> str:
    """Where answers go: the desk's address with a signed tag, so that they find their ticket whatever else is lost."""
    address = sender_address(mailbox)
    if mailbox is None or not mailbox.plus_addressing:
        return address
    return tagged(address, f"{ticket_id}.{tokens.mark('reply', ticket_id)}")


def side_address(side_id: int, mailbox: Mailbox | None) -> str:
    """Where the third parties of a side conversation answer: it leads there, never into the customer's conversation."""
    address = sender_address(mailbox)
    if mailbox is None or not mailbox.plus_addressing:
        return address
    return tagged(address, f"s{side_id}.{tokens.mark('side', side_id)}")


def bounce_address(mail: OutgoingMail) -> str:
    """The envelope sender: what comes back tells which mail it was."""
    if "+" not in mail.reply_to:
        return mail.sender
    return tagged(mail.sender, f"b{mail.pk}.{tokens.mark('bounce', mail.pk)}")


def make_message_id(mailbox: Mailbox | None) -> str:
    """A new Message-ID, without brackets; it cannot be guessed by whoever did not get the mail."""
    return f"sportello.{secrets.token_hex(12)}@{sender_address(mailbox).rpartition('@')[2]}"
