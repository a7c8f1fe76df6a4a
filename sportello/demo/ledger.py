"""What else comes by mail to the demo desk: spam, absences, a stranger, a bounce, a machine that writes too much.

And the requests whose state today is arranged, so that every status is seen.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sportello.desk.actions import inbox, letters
from sportello.desk.models import InboundMail, OutgoingMail, Ticket
from sportello.desk.words import UNSOLVED, About, MailState, Score, Status, Step

from . import mails
from .cast import MACHINE, SLOW_COMPUTER
from .conversations import Plan, slow_computer_vote

if TYPE_CHECKING:
    from .story import Story

# Hours ago, where the request stands now, minutes of each wait of the desk.
STAGED = (
    *((hours, "new", None) for hours in (0.15, 0.4, 1.1, 2.8)),
    *((hours, "open", 6.0) for hours in (3.5, 5.0, 7.0, 26.0)),
    *((hours, "asked", 25.0) for hours in (6.0, 28.0, 54.0, 97.0)),
    *((hours, "hold", 30.0) for hours in (52.0, 76.0, 149.0)),
    *((hours, "solved", 20.0) for hours in (3.0, 9.0, 20.0, 31.0, 44.0)),
)
SLOW_DAYS = (78, 47, 17)
BAD_VOTES = (
    (63, (Score.BAD, About.WAITING, "Problema risolto, ma abbiamo aspettato mezza giornata.")),
    (26, (Score.BAD, About.HELP, "Ho dovuto spiegare due volte la stessa cosa.")),
)
SPAM = (
    ("Offerta luce e gas per la tua azienda", "Risparmia fino al 40% sulla bolletta: rispondi ora."),
    ("Your domain listing expires today", "Renew your listing within 24 hours to avoid suspension."),
    ("Finanziamento immediato senza garanzie", "Fino a 50.000 euro in 48 ore. Chiama subito."),
    ("RE: RE: Payment confirmation", "Kindly see the attached swift copy and confirm."),
)
NEWSLETTERS = (
    ("Le novità di novembre per l'hotellerie", "Tre tendenze da conoscere e un webinar gratuito."),
    ("Hardware deals of the week", "Monitors, docks and more, until Friday."),
)
STRANGER = (
    "Buongiorno, sono il consulente fiscale del vostro cliente. Mi hanno inoltrato questa conversazione: potete "
    "mandare a me direttamente la documentazione?\n\nSaluti\nIvo Maggi"
)
ABSENCE = (
    "Sono fuori ufficio e rientro lunedì. Per urgenze potete scrivere a segreteria.\n\nI am away until Monday; for "
    "anything urgent please write to the front desk."
)
ALARM = "Volume ARCHIVIO al {percent} %. Copia notturna n. {number} non completata.\n\nMessaggio del NAS archivio."


def staged(story: "Story") -> Iterator[tuple[datetime, Plan]]:
    """Requests whose course is fixed. The demo desk shows them whatever the chances were."""
    slow = next(customer for customer in story.cast.customers if customer.person.name == SLOW_COMPUTER)
    for hours, stop, minutes in STAGED:
        # What is days old happened in office hours; what is fresh is as fresh as it says.
        at = story.ago(hours) if hours < 8 else story.in_hours(hours, at_most=hours + 16 if stop != "solved" else 46)
        yield at, Plan(stop=stop, minutes=minutes)
    for nth, days in enumerate(SLOW_DAYS):
        yield story.workday(days), Plan(customer=slow, slow=nth, vote=slow_computer_vote(nth))
    for days, vote in BAD_VOTES:
        italian = [customer for customer in story.cast.customers if customer.language == "it"]
        yield story.workday(days), Plan(customer=story.random.choice(italian), vote=vote)


def incidents(story: "Story") -> Iterator[tuple[datetime, Iterator[datetime]]]:
    """Mails that are no requests, each as something that acts at a time."""
    for nth, days in enumerate((85, 71, 58, 41, 33, 19, 6, 1.6)):
        yield story.ago(24 * days), _unwanted(story, SPAM[nth % len(SPAM)], "X-Spam-Flag", "YES", stays=nth > 6)
    for nth, days in enumerate((66, 36, 2.3)):
        news = NEWSLETTERS[nth % len(NEWSLETTERS)]
        yield story.ago(24 * days), _unwanted(story, news, "List-Id", "<news.fiera.example>", stays=nth > 1)
    for days in (70, 43, 21, 0.3):
        yield story.ago(24 * days), _absence(story, in_thread=False)
    for days in (55, 24, 9, 1.2):
        yield story.ago(24 * days), _absence(story, in_thread=True)
    for days in (49, 14):
        yield story.ago(24 * days), _twice(story)
    yield story.ago(27), _stranger(story)
    yield story.ago(30), _bounce(story)
    yield story.ago(5.5), _machine(story)


def _unwanted(story: "Story", words: tuple[str, str], header: str, value: str, *, stays: bool) -> Iterator[datetime]:
    address = f"info{story.random.randint(10, 99)}@offerte.example"
    subject, text = words
    _send(story, "Ufficio promozioni", address, subject, text, headers=((header, value),))
    yield story.after_work(90)
    if not stays:
        held = InboundMail.objects.filter(state=MailState.HELD, sender=address).values_list("pk", flat=True)
        for mail_id in list(held):
            inbox.reject(mail_id, actor=story.random.choice(story.cast.members["systems"]))


def _absence(story: "Story", *, in_thread: bool) -> Iterator[datetime]:
    """An out-of-office, on a conversation or out of the blue."""
    last = OutgoingMail.objects.filter(ticket__status__in=UNSOLVED).order_by("-id").first()
    if last and last.recipient:
        subject, headers = f"Risposta automatica: {last.subject}", (("Auto-Submitted", "auto-replied"),)
        name = last.recipient.name
        if in_thread:
            _send(story, name, last.to, subject, ABSENCE, headers=headers, answers=last)
        else:
            _send(story, name, last.to, "Risposta automatica: fuori ufficio", ABSENCE)
    yield from ()


def _twice(story: "Story") -> Iterator[datetime]:
    """A server delivers the same mail a second time."""
    mail = InboundMail.objects.filter(state=MailState.OPENED).select_related("raw").order_by("-id").first()
    if mail:
        story.take_in(bytes(mail.raw.content), sender=mail.sender, to=mail.envelope["recipients"][0])
    yield from ()


def _stranger(story: "Story") -> Iterator[datetime]:
    """Somebody to whom a conversation was forwarded writes into it."""
    last = OutgoingMail.objects.filter(ticket__organization__isnull=False).order_by("-id").first()
    if last:
        _send(story, "Ivo Maggi", "ivo.maggi@studiomaggi.example", f"I: {last.subject}", STRANGER, answers=last)
    yield from ()


def _bounce(story: "Story") -> Iterator[datetime]:
    """The solved mail comes back: nobody has that address."""
    solved = OutgoingMail.objects.filter(step=Step.SOLVED, ticket__status=Status.SOLVED).order_by("-id").first()
    if solved:
        to = letters.bounce_address(solved)
        message_id = story.message_id(f"MAILER-DAEMON@{solved.to.rpartition('@')[2]}")
        story.take_in(mails.bounce(solved, to=to, at=story.time(), message_id=message_id), sender="", to=to)
    yield from ()


def _machine(story: "Story") -> Iterator[datetime]:
    """A disk that is full writes every three minutes, until the breaker trips."""
    name, address = MACHINE
    references = ""
    for number in range(1, 15):
        text = ALARM.format(percent=94 + number // 4, number=3100 + number)
        message_id = story.message_id(address)
        _send(story, name, address, "Avviso: spazio quasi esaurito", text, message_id=message_id, references=references)
        references = references or message_id
        yield story.time() + timedelta(minutes=3)


def _send(
    story: "Story",
    name: str,
    address: str,
    subject: str,
    text: str,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    answers: OutgoingMail | None = None,
    message_id: str = "",
    references: str = "",
) -> Ticket | None:
    to = answers.reply_to if answers else story.cast.mailboxes["systems"].address
    raw = mails.write(
        name=name,
        address=address,
        to=to,
        subject=subject,
        text=text,
        at=story.time(),
        message_id=message_id or story.message_id(address),
        answers=answers,
        references=references,
        headers=headers,
    )
    return story.take_in(raw, sender=address, to=to)
