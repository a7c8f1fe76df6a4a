"""Turn recorded mails into tickets and comments: claim → parse → thread → one call of a verb, settled with it.

Each mail ends in exactly one state. What goes wrong is rolled back with the mail's own savepoint and tried again; what
goes wrong three times is failed, kept and replayable. docs/start.md follows one mail.
"""

import errno
import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.models import prefetch_related_objects

from sportello.channels.email import authentication, thread
from sportello.channels.email.parsed import ParsedMail
from sportello.channels.email.reading import Reading, read
from sportello.desk import access, threads
from sportello.desk.actions import configuration, inbox, outbox, people, side_conversations, tickets
from sportello.desk.actions.inbox import Outcome
from sportello.desk.errors import Invalid
from sportello.desk.models import InboundMail, Mailbox, Ticket, User
from sportello.desk.words import MailState, Via
from sportello.kit import claims, clock, languages

log = structlog.get_logger()
BATCH = 60
# Of one transaction: others who write wait for it.
PORTION = 20
PORTION_BYTES = 4 * 1024 * 1024
ATTEMPTS = 3
# Strangers cannot make the desk write to half the world.
CCS_OF_A_MAIL = 15
MOST_CCS_LOOKED_AT = 100
# Answers of machines to our own mails: nothing to open a ticket for.
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
    claimed_at = clock.now()
    while batch:
        if clock.now() - claimed_at > claims.LEASE / 3:
            claims.extend(batch)
            claimed_at = clock.now()
        portion = _portion(batch)
        try:
            _take_in_all(portion)
        except (OperationalError, OSError):
            # The machine is in trouble, not the mail: all else was counted as some mail's failure.
            with suppress(DatabaseError):
                inbox.give_back([*portion, *batch])
            raise
    return found


def _is_the_mails(error: Exception) -> bool:
    """Whether a mail may be to blame, and not the database or a disk that is full: then it counts as its failure."""
    if isinstance(error, OSError):
        return error.errno not in (errno.ENOSPC, errno.EDQUOT)
    return not isinstance(error, OperationalError)


def _portion(batch: list[InboundMail]) -> list[InboundMail]:
    """Take as many mails from the front of the batch as one transaction, and the memory, may hold."""
    # PostgreSQL lets others write meanwhile: who holds several tickets at once may wait for who waits for him.
    most = 1 if connection.vendor == "postgresql" else PORTION
    size = number = 0
    while number < min(most, len(batch)) and (not number or size + batch[number].size <= PORTION_BYTES):
        size += batch[number].size
        number += 1
    portion = batch[:number]
    del batch[:number]
    return portion


def _take_in_all(mails: Sequence[InboundMail]) -> None:
    prefetch_related_objects(mails, "raw")
    readings = [(mail, reading) for mail in mails if (reading := _try_to_read(mail)) is not None]
    with transaction.atomic():
        known = threads.Known([mail for mail, _reading in readings])
        for mail, reading in readings:
            _take_in(mail, reading, known)


def _try_to_read(mail: InboundMail) -> Reading | None:
    if mail.attempts > ATTEMPTS:
        # Whoever tried before died of it or gave up; a person looks at it now.
        inbox.settle(mail, Outcome(MailState.FAILED, "gave_up", mail.last_error))
        return None
    try:
        return read(mail)
    except Exception as error:
        if not _is_the_mails(error):
            raise
        _failed(mail, error)
        return None


def _take_in(mail: InboundMail, reading: Reading, known: threads.Known) -> None:
    try:
        try:
            _settle(mail, reading, known)
        except IntegrityError:
            # Another worker was quicker by a moment, with the same mail or with the same new person: now it is known.
            known.refresh()
            _settle(mail, reading, known)
    except claims.LeaseLost:
        known.refresh()
    except Exception as error:
        if not _is_the_mails(error):
            raise
        _failed(mail, error)
        known.refresh()


def _settle(mail: InboundMail, reading: Reading, known: threads.Known) -> None:
    with transaction.atomic():
        inbox.settle(mail, decide(mail, reading, known))
    known.learn(mail)


def _failed(mail: InboundMail, error: Exception) -> None:
    log.warning("mail failed", mail=mail.pk, attempt=mail.attempts, error=type(error).__name__, exc_info=error)
    text = f"{type(error).__name__}: {error}"
    if mail.attempts >= ATTEMPTS:
        inbox.settle(mail, Outcome(MailState.FAILED, "error", text))
    else:
        inbox.put_back(mail, text)


def decide(mail: InboundMail, reading: Reading, known: threads.Known) -> Outcome:
    """Do what this mail asks for and say what became of it."""
    content = reading.content
    if mail.identity in known.taken:
        return Outcome(MailState.IGNORED, "duplicate")
    if mail.size > len(mail.raw.content) and not mail.accepted_by_id:
        return Outcome(MailState.HELD, "oversize")
    recipients = [*mail.envelope.get("recipients", ()), *content.delivered_to, *(a.address for a in content.to)]
    if content.bounce:
        return _bounced(mail, content, recipients, known)
    if content.sender is None:
        return Outcome(MailState.HELD, "no_sender")
    if mail.message_id in known.own:
        return Outcome(MailState.IGNORED, "own_mail")
    sender = known.people.get(content.sender.address)
    if configuration.current().mailbox_for(content.sender.address):
        # Whoever lets it through answers for it: the desk itself is nobody.
        sender = mail.accepted_by
    found = thread.find(content, mail.envelope.get("recipients", ()), sender)
    if found.ticket_id and _is_automatic(content) and threads.is_closed(found.ticket_id):
        # An out-of-office answer to the last mails is nothing to follow up.
        return Outcome(MailState.IGNORED, content.automatic, ticket=Ticket(pk=found.ticket_id), threaded_by=found.by)
    refused = None if mail.accepted_by_id else _hold(mail, content, sender, found, known)
    if refused:
        return refused
    if sender and content.sender.address in known.unreachable and not content.automatic:
        people.mark_reachable(content.sender.address)
    if found.ticket_id:
        return _go_on(mail, reading, sender, found, known)
    return _open(mail, reading, sender, recipients, known)


def _is_automatic(content: ParsedMail) -> bool:
    """Whether no person says this in a conversation: somebody may well answer through a mailing list."""
    return content.automatic not in ("", "list")


def _hold(
    mail: InboundMail, content: ParsedMail, sender: User | None, found: thread.Thread, known: threads.Known
) -> Outcome | None:
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
    if _is_forged(mail, content, sender, found):
        return held("forged")
    if not (sender and sender.is_staff_member) and _is_too_much(address, known):
        return held("breaker")
    if found.ticket_id and not _is_automatic(content) and not _may_speak(sender, found):
        return held("stranger")
    return None


def _is_forged(mail: InboundMail, content: ParsedMail, sender: User | None, found: thread.Thread) -> bool:
    """Whether nobody's word is to be had for the sender, where it takes one: docs/algorithms/threading.md.

    The first result is that of the server that stands before the desk; those below it may be the sender's own.
    """
    assert content.sender
    is_staff = bool(sender and sender.is_staff_member)
    first = content.authentication[0] if content.authentication else ""
    if (is_staff or found.ticket_id) and authentication.says_forged(first):
        return True
    # What an agent writes on a ticket goes out to the customer.
    return bool(
        is_staff
        and found.ticket_id
        and not (_came_by_a_server(mail) and authentication.vouches(first, content.sender.address))
    )


def _came_by_a_server(mail: InboundMail) -> bool:
    """Whether a mail server of ours had the mail before; straight from outside, every header is the sender's own."""
    if mail.source not in (InboundMail.Source.SMTP, InboundMail.Source.LMTP):
        return True
    peer = str(mail.envelope.get("peer", ""))
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer == "local"
    return (getattr(address, "ipv4_mapped", None) or address).is_private


def _is_too_much(address: str, known: threads.Known) -> bool:
    """Whether this correspondent's breaker is tripped, or trips now."""
    if address not in known.tripped and known.recent[address] >= configuration.current().desk.hourly_budget:
        inbox.trip(address, known.recent[address] + 1)
        known.tripped.add(address)
    return address in known.tripped


def _may_speak(sender: User | None, found: thread.Thread) -> bool:
    ticket_id = found.ticket_id
    if sender is None or ticket_id is None:
        return False
    if found.side_id:
        # The customer too, should somebody forward it to him.
        return bool(threads.asked(sender, [found.side_id]))
    if sender.is_staff_member:
        # thread.find lets no agent in by a subject tag: he has got one of our mails.
        return access.tickets(sender).filter(pk=ticket_id).exists()
    return threads.takes_part(sender, ticket_id)


def _bounced(mail: InboundMail, content: ParsedMail, recipients: Iterable[str], known: threads.Known) -> Outcome:
    """Write down that a mail of ours came back: in full when the report came to the mail's own, signed address."""
    bounce = content.bounce
    assert bounce
    letter_id = thread.bounced_mail_id(recipients)
    letter = threads.find_mail(letter_id) if letter_id else threads.mail_of_message(bounce.original_message_id)
    if letter is None:
        return Outcome(MailState.IGNORED, "bounce_of_unknown", bounce.diagnostic)
    # Where our reports come to a signed address, one that comes elsewhere may be anybody's who knows a Message-ID.
    signed = letter_id is not None or "+" not in letter.reply_to
    if not signed and not mail.accepted_by_id:
        if content.sender is None:
            return Outcome(MailState.HELD, "no_sender", ticket=letter.ticket)
        if content.spam:
            return Outcome(MailState.HELD, "spam", content.spam, ticket=letter.ticket)
        if _is_too_much(content.sender.address, known):
            return Outcome(MailState.HELD, "breaker", ticket=letter.ticket)
    detail = " ".join(filter(None, (bounce.status, bounce.diagnostic)))
    reason = "bounce" if bounce.permanent else "delay"
    # One report of a kind on each mail: what is said again is not written again.
    mail.identity = hashlib.sha256(f"{reason} {letter.pk} {signed}".encode()).hexdigest()
    if not threads.is_reported(letter, mail.identity):
        if signed or not bounce.permanent:
            outbox.bounced(letter.pk, permanent=bounce.permanent, detail=detail)
        elif letter.ticket_id:
            tickets.notice(letter.ticket_id, "bounced", actor=None, via=Via.EMAIL, address=letter.to, why=detail)
    return Outcome(MailState.IGNORED, reason, detail, ticket=letter.ticket)


def _go_on(
    mail: InboundMail, reading: Reading, sender: User | None, found: thread.Thread, known: threads.Known
) -> Outcome:
    assert found.ticket_id
    content = reading.content
    automatic = _is_automatic(content)
    if sender is None and automatic:
        # An out-of-office from an address we do not know: for the agents to see, in nobody's name.
        return Outcome(MailState.IGNORED, content.automatic, ticket=Ticket(pk=found.ticket_id), threaded_by=found.by)
    person = sender or _newcomer(content, known)
    if person is None:
        return Outcome(MailState.HELD, "no_sender", ticket=Ticket(pk=found.ticket_id), threaded_by=found.by)
    if found.side_id:
        words = replace(reading.words, public=False, automatic=automatic)
        ticket, _audit = side_conversations.hear(found.side_id, words, author=person)
        return Outcome(MailState.COMMENTED, threaded_by=found.by, ticket=ticket)
    newcomer = () if automatic or person.is_staff_member or threads.takes_part(person, found.ticket_id) else (person,)
    ccs: tuple[User, ...] = newcomer
    # A number can be guessed: it lets nobody else in.
    if found.by != "subject" and not automatic and not person.is_staff_member:
        ccs += _ccs(mail, content, person, known)
    ticket, audit = tickets.hear(
        found.ticket_id,
        replace(reading.words, public=not automatic, automatic=automatic),
        actor=person,
        via=Via.EMAIL,
        add_ccs=ccs,
        mailbox_id=mail.mailbox_id,
    )
    is_new = audit is not None and audit.events[0]["type"] == "Create"
    state = MailState.OPENED if is_new else MailState.COMMENTED
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
    mail: InboundMail, reading: Reading, sender: User | None, recipients: Iterable[str], known: threads.Known
) -> Outcome:
    content = reading.content
    person = sender or _newcomer(content, known)
    if person is None:
        return Outcome(MailState.HELD, "no_sender")
    settings = configuration.current()
    mailbox: Mailbox | None = next(filter(None, map(settings.mailbox_for, recipients)), None)
    ticket = tickets.open_ticket(
        requester=person,
        subject=content.subject,
        words=replace(reading.words, automatic=bool(content.automatic)),
        actor=person,
        via=Via.EMAIL,
        ccs=_ccs(mail, content, person, known),
        mailbox_id=mail.mailbox_id or (mailbox.pk if mailbox else None),
        silent=bool(content.automatic),
    )
    return Outcome(MailState.OPENED, ticket=ticket)


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
