"""Turn recorded mails into tickets and comments: claim → parse → thread → one call of a verb, settled with it.

Each mail ends in exactly one state. What goes wrong is rolled back with the mail's own savepoint and tried again; what
goes wrong three times is failed, kept and replayable. docs/start.md follows one mail.
"""

import hashlib
from collections.abc import Iterable

import structlog
from django.db import IntegrityError, transaction

from sportello.channels.email import quotes, thread
from sportello.channels.email.parse import parse
from sportello.channels.email.parsed import Attachment, ParsedMail
from sportello.desk import threads
from sportello.desk.actions import configuration, inbox, outbox, people, tickets
from sportello.desk.actions.inbox import Outcome
from sportello.desk.errors import DeskError, Invalid
from sportello.desk.models import InboundMail, Mailbox, Ticket, User
from sportello.desk.words import MailState, Via
from sportello.kit import claims, languages

log = structlog.get_logger()
BATCH = 20
ATTEMPTS = 3
# Strangers cannot make the desk write to half the world.
CCS_OF_A_MAIL = 15
# Answers of machines to our own mails: nothing to open a ticket for.
ANSWERS_OF_MACHINES = ("receipt", "report", "pec-receipt", "vacation-subject", "autoresponder")


def step() -> bool:
    """Take in what waits, oldest first. True when there was something: call again at once."""
    waiting = InboundMail.objects.filter(state=MailState.RECEIVED).select_related("raw", "accepted_by").order_by("id")
    batch = claims.claim(waiting, BATCH)
    if not batch:
        return False
    parsed = [_parse(mail) for mail in batch]
    with transaction.atomic():
        for mail, content in zip(batch, parsed, strict=True):
            if content is not None:
                _take_in(mail, content)
    return True


def _parse(mail: InboundMail) -> ParsedMail | None:
    if mail.attempts > ATTEMPTS:
        # Whoever tried before died of it or gave up; a person looks at it now.
        inbox.settle(mail, Outcome(MailState.FAILED, "gave_up", mail.last_error))
        return None
    return parse(bytes(mail.raw.content), envelope_sender=mail.envelope.get("sender"))


def _take_in(mail: InboundMail, content: ParsedMail) -> None:
    mail.message_id = content.message_id[:255]
    mail.sender = content.sender.address[:254] if content.sender else ""
    mail.subject = content.subject[:998]
    mail.identity = _identity(content)
    try:
        with transaction.atomic():
            inbox.settle(mail, decide(mail, content))
    except claims.LeaseLost:
        return
    except IntegrityError as error:
        if "identity" in str(error) and threads.is_taken_in(mail):
            inbox.settle(mail, Outcome(MailState.IGNORED, "duplicate"))
            return
        _failed(mail, error)
    except Exception as error:
        _failed(mail, error)


def _failed(mail: InboundMail, error: Exception) -> None:
    log.warning("mail failed", mail=mail.pk, attempt=mail.attempts, error=type(error).__name__, exc_info=error)
    text = f"{type(error).__name__}: {error}"
    if mail.attempts >= ATTEMPTS:
        inbox.settle(mail, Outcome(MailState.FAILED, "error", text))
    else:
        inbox.put_back(mail, text)


def _identity(content: ParsedMail) -> str:
    """What makes two mails one: Message-ID and sender, so that nobody can suppress another's mail by its Message-ID."""
    if not content.message_id:
        return content.digest
    sender = content.sender.address if content.sender else ""
    return hashlib.sha256(f"{content.message_id}\n{sender}".encode()).hexdigest()


def decide(mail: InboundMail, content: ParsedMail) -> Outcome:
    """Do what this mail asks for and say what became of it."""
    if threads.is_taken_in(mail):
        return Outcome(MailState.IGNORED, "duplicate")
    settings = configuration.current()
    recipients = [*mail.envelope.get("recipients", ()), *content.delivered_to, *(a.address for a in content.to)]
    if content.bounce:
        return _bounced(content, recipients)
    if content.sender is None:
        return Outcome(MailState.HELD, "no_sender")
    if threads.mail_of_message(content.message_id) or settings.mailbox_for(content.sender.address):
        return Outcome(MailState.IGNORED, "own_mail")
    sender = people.by_address(content.sender.address)
    if sender and not sender.active:
        return Outcome(MailState.HELD, "suspended_person")
    found = thread.find(content, mail.envelope.get("recipients", ()), sender)
    refused = None if mail.accepted_by else _hold(content, sender, found)
    if refused:
        return refused
    if found.ticket_id:
        return _go_on(mail, content, sender, found)
    return _open(mail, content, sender, settings, recipients)


def _hold(content: ParsedMail, sender: User | None, found: thread.Thread) -> Outcome | None:
    """Why this mail waits for a person, or is nobody's business; None when it may go on."""
    assert content.sender
    address = content.sender.address
    ticket = Ticket(pk=found.ticket_id) if found.ticket_id else None
    if content.automatic and not found.ticket_id:
        if content.automatic in ANSWERS_OF_MACHINES:
            return Outcome(MailState.IGNORED, content.automatic)
        return Outcome(MailState.HELD, "automatic", content.automatic)
    if content.spam:
        return Outcome(MailState.HELD, "spam", content.spam, ticket=ticket, threaded_by=found.by)
    if threads.is_tripped(address):
        return Outcome(MailState.HELD, "breaker", ticket=ticket, threaded_by=found.by)
    mails = threads.mails_of_last_hour(address)
    if mails >= configuration.current().desk.hourly_budget and not (sender and sender.is_staff_member):
        inbox.trip(address, mails + 1)
        return Outcome(MailState.HELD, "breaker", ticket=ticket, threaded_by=found.by)
    if found.ticket_id and not _may_speak(sender, found.ticket_id) and not content.automatic:
        return Outcome(MailState.HELD, "stranger", ticket=ticket, threaded_by=found.by)
    return None


def _may_speak(sender: User | None, ticket_id: int) -> bool:
    if sender is None:
        return False
    # thread.find lets no agent in by a subject tag: he has got one of our mails.
    return sender.is_staff_member or threads.takes_part(sender, ticket_id)


def _bounced(content: ParsedMail, recipients: Iterable[str]) -> Outcome:
    bounce = content.bounce
    assert bounce
    original = threads.mail_of_message(bounce.original_message_id)
    mail_id = thread.bounced_mail_id(recipients) or (original.pk if original else None)
    if mail_id is None or threads.find_mail(mail_id) is None:
        return Outcome(MailState.IGNORED, "bounce_of_unknown", bounce.diagnostic)
    detail = " ".join(filter(None, (bounce.status, bounce.diagnostic)))
    mail = outbox.bounced(mail_id, recipient=bounce.recipient, permanent=bounce.permanent, detail=detail)
    return Outcome(MailState.IGNORED, "bounce" if bounce.permanent else "delay", detail, ticket=mail.ticket)


def _go_on(mail: InboundMail, content: ParsedMail, sender: User | None, found: thread.Thread) -> Outcome:
    assert found.ticket_id and content.sender
    automatic = bool(content.automatic)
    if sender is None and automatic:
        # An out-of-office from an address we do not know: for the agents to see, in nobody's name.
        return Outcome(MailState.IGNORED, content.automatic, ticket=Ticket(pk=found.ticket_id), threaded_by=found.by)
    person = sender or people.find_or_add(people.Sender(content.sender.name, content.sender.address))
    newcomer = () if person.is_staff_member or threads.takes_part(person, found.ticket_id) else (person,)
    ccs = () if automatic or person.is_staff_member else (*newcomer, *_ccs(mail, content, person))
    ticket, _audit = tickets.hear(
        found.ticket_id,
        words_of(mail, content, public=not automatic),
        actor=person,
        via=Via.EMAIL,
        add_ccs=ccs,
        mailbox_id=mail.mailbox_id,
    )
    state = MailState.COMMENTED if ticket.pk == found.ticket_id else MailState.OPENED
    return Outcome(state, threaded_by=found.by, ticket=ticket)


def _open(
    mail: InboundMail,
    content: ParsedMail,
    sender: User | None,
    settings: configuration.Configuration,
    recipients: Iterable[str],
) -> Outcome:
    assert content.sender
    language = languages.guess(f"{content.subject}\n{content.text[:2000]}")
    try:
        person = sender or people.find_or_add(
            people.Sender(content.sender.name, content.sender.address), language=language
        )
    except Invalid as error:
        return Outcome(MailState.HELD, "no_sender", str(error))
    mailbox: Mailbox | None = next(filter(None, map(settings.mailbox_for, recipients)), None)
    ticket = tickets.open_ticket(
        requester=person,
        subject=content.subject,
        words=words_of(mail, content),
        actor=person,
        via=Via.EMAIL,
        ccs=_ccs(mail, content, person),
        mailbox_id=mail.mailbox_id or (mailbox.pk if mailbox else None),
        silent=bool(content.automatic),
    )
    return Outcome(MailState.OPENED, ticket=ticket)


def words_of(mail: InboundMail, content: ParsedMail, *, public: bool = True) -> tickets.Words:
    """What the mail says, the quoted conversation and the signature folded away. Never empty."""
    text = quotes.split_text(content.text)
    html = quotes.split_html(content.html) if content.html else None
    return tickets.Words(
        text=text.new or content.subject or "-",
        html=html.new if html else "",
        public=public,
        automatic=bool(content.automatic),
        quoted_text="\n\n".join(filter(None, (text.signature, text.quoted))),
        quoted_html="".join(filter(None, (html.signature, html.quoted))) if html else "",
        files=tuple(map(_file, content.attachments)),
        message_id=content.message_id[:255],
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


def _ccs(mail: InboundMail, content: ParsedMail, sender: User) -> tuple[User, ...]:
    """The other people the mail went to: they are in copy from now on. Never the desk itself."""
    settings = configuration.current()
    own = {*mail.envelope.get("recipients", ()), *content.delivered_to}
    own |= {a.address for a in (*content.to, *content.cc) if settings.mailbox_for(a.address)}
    own |= {a.address for a in (*content.to, *content.cc) if thread.TAGGED.search(a.address)}
    # To an address we do not recognise as ours (an alias, a list): whoever it is meant for, it reached the desk.
    others = [*(content.to if own.intersection(a.address for a in content.to) else ()), *content.cc]
    found: list[User] = []
    for address in others:
        if len(found) == CCS_OF_A_MAIL:
            break
        if address.address in own:
            continue
        try:
            person = people.find_or_add(people.Sender(address.name, address.address))
        except DeskError:
            continue
        if person.pk != sender.pk and not person.is_staff_member and person.active:
            found.append(person)
    return tuple(found)
