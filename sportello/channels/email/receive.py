"""Turn recorded mails into tickets and comments: claim → parse → thread → one call of a verb, settled with it.

Each mail ends in exactly one state. What goes wrong is rolled back with the mail's own savepoint and tried again; what
goes wrong three times is failed, kept and replayable. docs/start.md follows one mail.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

import structlog
from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.db.models import prefetch_related_objects

from sportello.channels.email import quotes, thread
from sportello.channels.email.parse import parse
from sportello.channels.email.parsed import Attachment, ParsedMail
from sportello.desk import access, threads
from sportello.desk.actions import configuration, inbox, outbox, people, tickets
from sportello.desk.actions.inbox import Outcome
from sportello.desk.errors import Invalid
from sportello.desk.models import InboundMail, Mailbox, Ticket, User
from sportello.desk.words import MailState, Via
from sportello.kit import claims, languages

log = structlog.get_logger()
BATCH = 20
PORTION_BYTES = 4 * 1024 * 1024
ATTEMPTS = 3
# Strangers cannot make the desk write to half the world.
CCS_OF_A_MAIL = 15
MOST_CCS_LOOKED_AT = 100
# Answers of machines to our own mails: nothing to open a ticket for.
# Only the bad word counts: a good one may be the forger's own.
FORGED = re.compile(r"\bdmarc=fail\b", re.IGNORECASE)
ANSWERS_OF_MACHINES = ("receipt", "report", "pec-receipt", "vacation-subject", "autoresponder")


def step() -> bool:
    """Take in what waits, oldest first. True when there was something: call again at once."""
    waiting = InboundMail.objects.filter(state=MailState.RECEIVED).select_related("accepted_by").order_by("id")
    batch = claims.claim(waiting, BATCH)
    tried = [mail for mail in batch if mail.attempts > 1]
    if tried:
        # A mail that was tried before goes alone: should it be what kills the worker, it takes no other with it.
        inbox.give_back([mail for mail in batch if mail is not tried[0]])
        batch = tried[:1]
    found = bool(batch)
    while batch:
        portion = _portion(batch)
        try:
            _take_in_all(portion)
        except OperationalError:
            # The database is in trouble, not the mail.
            with suppress(DatabaseError):
                inbox.give_back([*portion, *batch])
            raise
    return found


def _portion(batch: list[InboundMail]) -> list[InboundMail]:
    """Take as many mails from the front of the batch as one transaction, and the memory, may hold."""
    size = number = 0
    while number < len(batch) and (not number or size + batch[number].size <= PORTION_BYTES):
        size += batch[number].size
        number += 1
    portion = batch[:number]
    del batch[:number]
    return portion


def _take_in_all(mails: Sequence[InboundMail]) -> None:
    prefetch_related_objects(mails, "raw")
    read = [(mail, content) for mail in mails if (content := _read(mail)) is not None]
    with transaction.atomic():
        known = threads.Known([mail for mail, _content in read])
        for mail, content in read:
            _take_in(mail, content, known)


def _read(mail: InboundMail) -> ParsedMail | None:
    if mail.attempts > ATTEMPTS:
        # Whoever tried before died of it or gave up; a person looks at it now.
        inbox.settle(mail, Outcome(MailState.FAILED, "gave_up", mail.last_error))
        return None
    content = parse(bytes(mail.raw.content), envelope_sender=mail.envelope.get("sender"))
    mail.message_id = content.message_id[: thread.LONGEST_ID]
    mail.sender = content.sender.address[:254] if content.sender else ""
    mail.subject = content.subject[:998]
    mail.identity = _identity(mail, content)
    return content


def _take_in(mail: InboundMail, content: ParsedMail, known: threads.Known) -> None:
    try:
        try:
            _settle(mail, content, known)
        except IntegrityError:
            # Another worker was quicker by a moment, with the same mail or with the same new person: now it is known.
            known.refresh()
            _settle(mail, content, known)
    except claims.LeaseLost:
        known.refresh()
    except Exception as error:
        _failed(mail, error)
        known.refresh()


def _settle(mail: InboundMail, content: ParsedMail, known: threads.Known) -> None:
    with transaction.atomic():
        inbox.settle(mail, decide(mail, content, known))
    known.learn(mail)


def _failed(mail: InboundMail, error: Exception) -> None:
    log.warning("mail failed", mail=mail.pk, attempt=mail.attempts, error=type(error).__name__, exc_info=error)
    text = f"{type(error).__name__}: {error}"
    if mail.attempts >= ATTEMPTS:
        inbox.settle(mail, Outcome(MailState.FAILED, "error", text))
    else:
        inbox.put_back(mail, text)


def _identity(mail: InboundMail, content: ParsedMail) -> str:
    """What makes two mails one: Message-ID and sender, so that nobody can suppress another's mail by its Message-ID.

    A mail without one is told apart by what it says, not by its bytes: each way here adds trace headers of its own. One
    without a date either says so in the hour in which it came: a device may say the same thing every day.
    """
    facts = [content.message_id, content.sender.address if content.sender else ""]
    if not content.message_id:
        at = content.date or mail.received_at.replace(minute=0, second=0, microsecond=0)
        files = [hashlib.sha256(file.content).hexdigest() for file in content.attachments]
        facts += [at.isoformat(), content.subject, content.text, content.html, *files]
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()


def decide(mail: InboundMail, content: ParsedMail, known: threads.Known) -> Outcome:
    """Do what this mail asks for and say what became of it."""
    if mail.identity in known.taken:
        return Outcome(MailState.IGNORED, "duplicate")
    if mail.size > len(mail.raw.content) and not mail.accepted_by_id:
        return Outcome(MailState.HELD, "oversize")
    recipients = [*mail.envelope.get("recipients", ()), *content.delivered_to, *(a.address for a in content.to)]
    if content.bounce:
        return _bounced(content, recipients)
    if content.sender is None:
        return Outcome(MailState.HELD, "no_sender")
    if mail.message_id in known.own:
        return Outcome(MailState.IGNORED, "own_mail")
    sender = known.people.get(content.sender.address)
    found = thread.find(content, mail.envelope.get("recipients", ()), sender)
    if found.ticket_id and _is_automatic(content) and threads.is_closed(found.ticket_id):
        # An out-of-office answer to the last mails is nothing to follow up.
        return Outcome(MailState.IGNORED, content.automatic, ticket=Ticket(pk=found.ticket_id), threaded_by=found.by)
    refused = None if mail.accepted_by_id else _hold(content, sender, found, known)
    if refused:
        return refused
    if found.ticket_id:
        return _go_on(mail, content, sender, found, known)
    return _open(mail, content, sender, recipients, known)


def _is_automatic(content: ParsedMail) -> bool:
    """Whether no person says this in a conversation: somebody may well answer through a mailing list."""
    return content.automatic not in ("", "list")


def _hold(content: ParsedMail, sender: User | None, found: thread.Thread, known: threads.Known) -> Outcome | None:
    """Why this mail waits for a person, or is nobody's business; None when it may go on."""
    assert content.sender
    address = content.sender.address
    ticket = Ticket(pk=found.ticket_id) if found.ticket_id else None

    def held(reason: str, detail: str = "") -> Outcome:
        return Outcome(MailState.HELD, reason, detail, ticket=ticket, threaded_by=found.by)

    if configuration.current().mailbox_for(address):
        # A machine's, it is our own in some disguise; else a colleague wrote from the desk's mailbox, or a forger.
        return Outcome(MailState.IGNORED, "own_mail") if content.automatic else held("own_address")
    if content.automatic and not found.ticket_id:
        if content.automatic in ANSWERS_OF_MACHINES:
            return Outcome(MailState.IGNORED, content.automatic)
        return held("automatic", content.automatic)
    if sender and not sender.active:
        return held("suspended_person")
    if content.spam:
        return held("spam", content.spam)
    if sender and sender.is_staff_member:
        if any(FORGED.search(result) for result in content.authentication):
            return held("forged")
    elif _is_too_much(address, known):
        return held("breaker")
    if found.ticket_id and not _is_automatic(content) and not _may_speak(sender, found.ticket_id):
        return held("stranger")
    return None


def _is_too_much(address: str, known: threads.Known) -> bool:
    """Whether this correspondent's breaker is tripped, or trips now."""
    if address not in known.tripped and known.recent[address] >= configuration.current().desk.hourly_budget:
        inbox.trip(address, known.recent[address] + 1)
        known.tripped.add(address)
    return address in known.tripped


def _may_speak(sender: User | None, ticket_id: int) -> bool:
    if sender is None:
        return False
    if sender.is_staff_member:
        # thread.find lets no agent in by a subject tag: he has got one of our mails.
        return access.tickets(sender).filter(pk=ticket_id).exists()
    return threads.takes_part(sender, ticket_id)


def _bounced(content: ParsedMail, recipients: Iterable[str]) -> Outcome:
    bounce = content.bounce
    assert bounce
    mail_id = thread.bounced_mail_id(recipients)
    mail = threads.find_mail(mail_id) if mail_id else threads.mail_of_message(bounce.original_message_id)
    if mail is None:
        return Outcome(MailState.IGNORED, "bounce_of_unknown", bounce.diagnostic)
    detail = " ".join(filter(None, (bounce.status, bounce.diagnostic)))
    reason = "bounce" if bounce.permanent else "delay"
    # A report names whom it likes, and mail is forwarded: only an address that we wrote to is marked.
    if bounce.recipient in (mail.to, *mail.cc) or not mail.cc:
        recipient = bounce.recipient if bounce.recipient in mail.cc else mail.to
        outbox.bounced(mail.pk, recipient=recipient, permanent=bounce.permanent, detail=detail)
    elif mail.ticket_id:
        code = "bounced" if bounce.permanent else "delayed"
        tickets.notice(mail.ticket_id, code, actor=None, via=Via.EMAIL, address=bounce.recipient, why=detail)
    return Outcome(MailState.IGNORED, reason, detail, ticket=mail.ticket)


def _go_on(
    mail: InboundMail, content: ParsedMail, sender: User | None, found: thread.Thread, known: threads.Known
) -> Outcome:
    assert found.ticket_id
    automatic = _is_automatic(content)
    if sender is None and automatic:
        # An out-of-office from an address we do not know: for the agents to see, in nobody's name.
        return Outcome(MailState.IGNORED, content.automatic, ticket=Ticket(pk=found.ticket_id), threaded_by=found.by)
    person = sender or _newcomer(content, known)
    if person is None:
        return Outcome(MailState.HELD, "no_sender", ticket=Ticket(pk=found.ticket_id), threaded_by=found.by)
    newcomer = () if person.is_staff_member or threads.takes_part(person, found.ticket_id) else (person,)
    ccs = () if automatic or person.is_staff_member else (*newcomer, *_ccs(mail, content, person, known))
    ticket, _audit = tickets.hear(
        found.ticket_id,
        words_of(mail, content, public=not automatic, automatic=automatic),
        actor=person,
        via=Via.EMAIL,
        add_ccs=ccs,
        mailbox_id=mail.mailbox_id,
    )
    state = MailState.COMMENTED if ticket.pk == found.ticket_id else MailState.OPENED
    return Outcome(state, threaded_by=found.by, ticket=ticket)


def _newcomer(content: ParsedMail, known: threads.Known) -> User | None:
    """A person made of the sender, who is not known; None when mail cannot be sent to such an address."""
    assert content.sender
    name, address = content.sender.name, content.sender.address
    language = languages.guess(f"{content.subject}\n{content.text[:2000]}")
    try:
        known.people[address] = people.add(name, address, language=language)
    except Invalid:
        return people.by_address(address)  # Another worker may have been quicker.
    return known.people[address]


def _open(
    mail: InboundMail, content: ParsedMail, sender: User | None, recipients: Iterable[str], known: threads.Known
) -> Outcome:
    person = sender or _newcomer(content, known)
    if person is None:
        return Outcome(MailState.HELD, "no_sender")
    settings = configuration.current()
    mailbox: Mailbox | None = next(filter(None, map(settings.mailbox_for, recipients)), None)
    ticket = tickets.open_ticket(
        requester=person,
        subject=content.subject,
        words=words_of(mail, content, automatic=bool(content.automatic)),
        actor=person,
        via=Via.EMAIL,
        ccs=_ccs(mail, content, person, known),
        mailbox_id=mail.mailbox_id or (mailbox.pk if mailbox else None),
        silent=bool(content.automatic),
    )
    return Outcome(MailState.OPENED, ticket=ticket)


def words_of(mail: InboundMail, content: ParsedMail, *, automatic: bool, public: bool = True) -> tickets.Words:
    """What the mail says, the quoted conversation and the signature folded away. Never empty."""
    text = quotes.split_text(content.text)
    html = quotes.split_html(content.html) if content.html else None
    return tickets.Words(
        text=text.new or content.subject or "-",
        html=html.new if html else "",
        public=public,
        automatic=automatic,
        quoted_text="\n\n".join(filter(None, (text.signature, text.quoted))),
        quoted_html="".join(filter(None, (html.signature, html.quoted))) if html else "",
        files=tuple(map(_file, content.attachments)),
        message_id=mail.message_id,
        mail_id=mail.pk,
    )


def _file(attachment: Attachment) -> tickets.NewFile:
    return tickets.NewFile(
        file_name=attachment.file_name,
        content_type=attachment.content_type,
        content=attachment.content,
        content_id=attachment.content_id,
        inline=attachment.inline,
    )


def _ccs(mail: InboundMail, content: ParsedMail, sender: User, known: threads.Known) -> tuple[User, ...]:
    """The other people the mail went to: they are in copy from now on. Never the desk itself."""
    settings = configuration.current()
    own = {*mail.envelope.get("recipients", ()), *content.delivered_to}
    own |= {a.address for a in (*content.to, *content.cc) if settings.mailbox_for(a.address)}
    own |= {a.address for a in (*content.to, *content.cc) if thread.TAGGED.search(a.address)}
    # To an address we do not recognise as ours (an alias, a list): whoever it is meant for, it reached the desk.
    others = [*(content.to if own.intersection(a.address for a in content.to) else ()), *content.cc]
    found: list[User] = []
    for address in others[:MOST_CCS_LOOKED_AT]:
        if len(found) == CCS_OF_A_MAIL:
            break
        if address.address in own:
            continue
        try:
            person = people.find_or_add(people.Sender(address.name, address.address))
        except Invalid:
            continue
        known.people[address.address] = person
        if person.pk != sender.pk and not person.is_staff_member and person.active and person not in found:
            found.append(person)
    return tuple(found)
