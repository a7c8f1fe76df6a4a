"""Side conversations: what the desk asks a third party about a ticket, by mail, out of the customer's sight.

They move none of the ticket's clocks: no reply, no waiting, no preview. docs/algorithms/side_conversations.md
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from .. import families, links
from ..errors import Invalid, Missing
from ..models import Attachment, Audit, Comment, SideConversation, Ticket, User
from ..rules import letters as rules
from ..rules import times
from ..rules.letters import Quoted, StepText
from ..rules.protocol import REPLY
from ..words import NoticeKind, SideState, Status, Via
from . import comments, configuration, letters, notifications, tickets
from .comments import Words
from .update import Update

STEP = "side"
MOST_PEOPLE = 10
PREVIEW = 160
LONGEST_SUBJECT = 200


@configuration.afresh
def start(
    ticket_id: int,
    *,
    people: Sequence[User],
    subject: str,
    words: Words,
    actor: User,
    quote: Comment | None = None,
    files: Sequence[Attachment] = (),
) -> SideConversation:
    """Ask third parties by mail. quote: a message of the ticket that goes with it; files: those of the ticket that do.

    Raises Invalid("people" | "subject" | "comment"), Stale for a closed ticket.
    """
    line = " ".join(subject.split())[:LONGEST_SUBJECT]
    if not line:
        raise Invalid("subject", _("Write a subject."))
    with transaction.atomic():
        ticket = tickets.lock(ticket_id)
        tickets.refuse_closed(ticket)
        chosen = _read_people(people, ticket)
        update = Update(ticket, actor=actor, via=Via.WEB)
        now = update.written_at
        side = SideConversation.objects.create(
            ticket=ticket, subject=line, started_by=actor, created_at=now, updated_at=now
        )
        side.people.add(*chosen)
        update.note("side_asked", people=_names(chosen), subject=line)
        _speak(update, side, chosen, words, quote, files)
    return side


@configuration.afresh
def say(side_id: int, words: Words, *, actor: User, files: Sequence[Attachment] = ()) -> Comment:
    """Write to the third parties again; what was done is open again. Raises Invalid("comment"), Missing, Stale."""
    with transaction.atomic():
        side, ticket = _lock(side_id)
        tickets.refuse_closed(ticket)
        chosen = list(side.people.order_by("id"))
        update = Update(ticket, actor=actor, via=Via.WEB)
        update.note("side_asked", people=_names(chosen), subject=side.subject)
        return _speak(update, side, chosen, words, None, files)


@configuration.afresh
def hear(side_id: int, words: Words, *, author: User) -> tuple[Ticket, Audit | None]:
    """Take in what a third party answers; whoever was let in by hand takes part from now on. Works on a closed ticket.

    What waited for a third party is open again, and the agents are told; a machine's answer does neither. Where the
    ticket was merged, so it is with the one in which it goes on. The update is nobody's: rules neither see the words
    nor tell their author anything. Returns the ticket and its audit.
    """
    with transaction.atomic():
        side, ticket, end = _lock_chain(side_id)
        update = Update(ticket, actor=None, via=Via.EMAIL)
        code = "side_automatic" if words.automatic else "side_answered"
        update.note(code, people=author.name, subject=side.subject)
        if not words.automatic:
            side.people.add(author)
            side.state, side.answered = SideState.OPEN, True
            if ticket.status == Status.HOLD:
                update.set_status(Status.OPEN)
        if words.message_id:
            side.thread_last = words.message_id
        audit = update.commit()
        _write(update, side, replace(words, public=False), author, ())
        if not words.automatic:
            if end != ticket:
                _wake(end, side, author)
            concerned = (side.started_by_id, ticket.assignee_id, end.assignee_id)
            told = [user_id for user_id in concerned if user_id is not None]
            values = {"text": " ".join(words.text.split())[:PREVIEW], "side": side.pk, "subject": side.subject}
            notifications.tell(told, NoticeKind.SIDE, ticket_id=end.pk, author=author, values=values)
        return ticket, audit


def _wake(end: Ticket, side: SideConversation, author: User) -> None:
    update = Update(end, actor=None, via=Via.EMAIL)
    update.note("side_answered", people=author.name, subject=side.subject)
    if end.status == Status.HOLD:
        update.set_status(Status.OPEN)
    update.commit()


def close(side_id: int, *, actor: User) -> None:
    """Nothing more is expected of the third party. Idempotent. Raises Missing."""
    _move(side_id, SideState.DONE, "side_done", actor)


def reopen(side_id: int, *, actor: User) -> None:
    """There is more to it. Idempotent. Raises Missing."""
    _move(side_id, SideState.OPEN, "side_open", actor)


def _move(side_id: int, state: SideState, code: str, actor: User) -> None:
    with transaction.atomic():
        side, ticket = _lock(side_id)
        if side.state == state:
            return
        update = Update(ticket, actor=actor, via=Via.WEB)
        update.note(code, subject=side.subject)
        update.commit()
        side.state, side.updated_at = state, update.written_at
        side.save(update_fields=["state", "updated_at"])


def _lock(side_id: int) -> tuple[SideConversation, Ticket]:
    """Both as they are now; the ticket is held, so that nobody writes its side conversations meanwhile."""
    ticket_id = SideConversation.objects.filter(pk=side_id).values_list("ticket", flat=True).first()
    if ticket_id is None:
        raise Missing
    ticket = tickets.lock(ticket_id)
    return SideConversation.objects.get(pk=side_id), ticket


def _lock_chain(side_id: int) -> tuple[SideConversation, Ticket, Ticket]:
    """The same, and the ticket in which it goes on: itself unless it was merged. Held in the order of merges."""
    side = SideConversation.objects.filter(pk=side_id).first()
    if side is None:
        raise Missing
    end_id = (families.chain(side.ticket_id) or [side.ticket_id])[-1]
    held = {pk: tickets.lock(pk) for pk in sorted({side.ticket_id, end_id})}
    side.refresh_from_db()
    return side, held[side.ticket_id], held[end_id]


def _read_people(people: Iterable[User], ticket: Ticket) -> list[User]:
    chosen = list({person.pk: person for person in people}.values())
    if not chosen:
        raise Invalid("people", _("Say whom you ask."))
    if len(chosen) > MOST_PEOPLE:
        raise Invalid("people", _("Ask %(most)s people at most.") % {"most": MOST_PEOPLE})
    for person in chosen:
        if person.pk == ticket.requester_id:
            raise Invalid("people", _("%(name)s is the customer: answer in the conversation.") % {"name": person.name})
        if not person.email or not person.active:
            raise Invalid("people", _("%(name)s has no mail address.") % {"name": person.name})
    return chosen


def _names(people: Iterable[User]) -> str:
    return ", ".join(person.name for person in people)


def _speak(
    update: Update,
    side: SideConversation,
    people: Sequence[User],
    words: Words,
    quote: Comment | None,
    files: Sequence[Attachment],
) -> Comment:
    """Write down what an agent says and queue one mail for each of the third parties, in their language."""
    if words.is_empty:
        raise Invalid("comment", _("Write something first."))
    is_first = not side.thread_root
    references = " ".join(dict.fromkeys(filter(None, (side.thread_root, side.thread_last))))
    mailbox = update.configuration.mailbox(update.ticket.mailbox_id)
    message_ids = [letters.make_message_id(mailbox) for _person in people]
    side.state, side.answered = SideState.OPEN, False
    side.thread_last = message_ids[0]
    side.thread_root = side.thread_root or message_ids[0]
    update.commit()
    quoted = replace(words, public=False, quoted_text=links.without_tokens(quote.text) if quote else "")
    comment = _write(update, side, quoted, update.actor, files)
    for person, message_id in zip(people, message_ids, strict=True):
        _queue(update, side, person, comment, quote, is_first, message_id, references)
    return comment


def _queue(
    update: Update,
    side: SideConversation,
    person: User,
    comment: Comment,
    quote: Comment | None,
    is_first: bool,
    message_id: str,
    references: str,
) -> None:
    desk, language = update.configuration.desk, person.language or update.configuration.desk.language
    actor = update.actor
    assert actor is not None
    # No address of the request's page: that is the customer's.
    values = {"ticket": {"id": side.ticket_id, "title": side.subject, "url": ""}}
    letter = rules.compose(
        REPLY,
        StepText("{{ ticket.title }}" if is_first else "Re: {{ ticket.title }}", "{{ answer }}"),
        values=values,
        language=language,
        look=letters.look_of(update.configuration),
        answer=Quoted(author=actor.name, at="", text=comment.text, html=comment.html),
        history=_history(quote, language, desk.time_zone),
    )
    letters.post(
        update,
        person,
        letter,
        language,
        step=STEP,
        comment=comment,
        automatic=False,
        sender_name=f"{actor.name} ({desk.name})",
        message_id=message_id,
        references=references,
        reply_to=letters.side_address(side.pk, update.configuration.mailbox(update.ticket.mailbox_id)),
    )


def _history(quote: Comment | None, language: str, time_zone: str) -> tuple[Quoted, ...]:
    if quote is None:
        return ()
    return (
        Quoted(
            author=quote.author.name if quote.author else "",
            at=times.moment(quote.created_at, language, time_zone),
            text=links.without_tokens(quote.text),
            html=links.without_tokens(quote.html),
        ),
    )


def _write(
    update: Update, side: SideConversation, words: Words, author: User | None, files: Sequence[Attachment]
) -> Comment:
    side.updated_at = update.written_at
    side.save(update_fields=["state", "answered", "thread_root", "thread_last", "updated_at"])
    comment = comments.write(update, words, comments.store(words), author=author, side=side)
    Attachment.objects.bulk_create(_copy(file, comment) for file in files)
    return comment


def _copy(file: Attachment, comment: Comment) -> Attachment:
    """The same bytes on another comment."""
    return Attachment(
        comment=comment,
        file_name=file.file_name,
        content_type=file.content_type,
        size=file.size,
        digest=file.digest,
    )
