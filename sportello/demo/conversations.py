"""One request of the demo desk from the first mail to the vote."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from sportello.desk.actions import ratings, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import OutgoingMail, SatisfactionRating, Ticket, User
from sportello.desk.words import FINISHED, About, Score, Status, Via
from sportello.kit.prepared import prepared

from . import mails, own_fields, reviews, scenes
from .cast import Customer
from .scenes import Scene

if TYPE_CHECKING:
    from .story import Story

LOG = (
    b"2026-01-01 08:12:44 INFO  servizio avviato\n2026-01-01 08:12:51 WARN  timeout su 10.0.4.12:9100\n"
    b"2026-01-01 08:13:06 WARN  timeout su 10.0.4.12:9100\n2026-01-01 08:13:21 ERROR connessione interrotta\n"
)
TABLE = b"data;camera;ospite;notti\n12/03;204;Neri;2\n12/03;305;Blum;1\n13/03;118;Costa;4\n"
FILES = (("registro.txt", "text/plain", LOG), ("elenco.csv", "text/csv", TABLE))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is fixed beforehand of a request; the rest is left to chance.

    stop: where it stands now ("new", "open", "asked", "hold", "solved"): the desk goes no further. vote: the score and
    what it is about. slow: which of the three requests about the slow computer. minutes: of each wait, when forced.
    """

    customer: Customer | None = None
    stop: str = ""
    vote: tuple[str, str, str] | None = None
    slow: int | None = None
    minutes: float | None = None


class Conversation:
    def __init__(self, story: "Story", plan: Plan, used: dict[str, int]) -> None:
        self.story, self.plan, self.random, self.used = story, plan, story.random, used

    def acts(self) -> Iterator[datetime]:
        """Act, then say when to go on. The clock stands at the time of each act."""
        self.customer = self.plan.customer or self.random.choice(self.story.cast.customers)
        self.scene = self._scene()
        ticket = self._ask()
        if ticket is None or self.plan.stop == "new":
            return
        self.ticket_id = ticket.pk
        yield from self._take()
        if self.plan.stop == "open":
            return
        yield from self._work()
        if self.plan.stop in ("asked", "hold"):
            return
        yield from self._solve(self.scene.solution)
        if self.plan.stop != "solved":
            yield from self._end()

    def _scene(self) -> Scene:
        if self.plan.slow is not None:
            return scenes.slow_computer(self.plan.slow)
        while True:
            scene = scenes.choose(self.customer, self.random, used=self.used)
            if (self.plan.stop != "asked" or scene.question) and (self.plan.stop != "hold" or scene.hold):
                return scene

    def _wait(self, minutes: float, spread: float) -> datetime:
        """After a while of work: mostly about so long, sometimes much longer."""
        if self.plan.minutes is not None:
            return self.story.time() + timedelta(minutes=self.plan.minutes)
        return self.story.after_work(minutes * self.random.lognormvariate(0, spread))

    @property
    def ticket(self) -> Ticket:
        return _ticket(self.ticket_id)[0]

    # --- the customer -----------------------------------------------------------------------------------------------

    def _ask(self) -> Ticket | None:
        chance = self.random.random()
        text = scenes.letter(self.scene.text, self.customer, self.random, signed=chance < 0.8)
        if chance < 0.8:
            return self._mail(self.scene.subject, text)
        group = self.story.cast.groups[self.scene.group]
        mailbox = self.story.cast.mailboxes[self.scene.group]
        by_phone = chance > 0.92
        return tickets.open_ticket(
            requester=self.customer.person,
            subject=self.scene.subject,
            words=Words(scenes.by_phone(self.scene.text, self.customer) if by_phone else text),
            actor=self._agent(group.pk) if by_phone else self.customer.person,
            via=Via.WEB,
            channel=Via.VOICE if by_phone else "",
            group=group,
            mailbox_id=mailbox.pk,
        )

    def _mail(self, subject: str, text: str) -> Ticket | None:
        mailbox = self.story.cast.mailboxes[self.scene.group]
        colleagues = [other for other in self.story.cast.customers if other.person.name in self.customer.colleagues]
        copy = [self.random.choice(colleagues).address] if colleagues and self.random.random() < 0.1 else []
        attached = [self.random.choice(FILES)] if self.random.random() < 0.12 else []
        raw = mails.write(
            name=self.customer.person.name,
            address=self.customer.address,
            to=mailbox.address,
            subject=subject,
            text=text,
            at=self.story.time(),
            message_id=self.story.message_id(self.customer.address),
            cc=copy,
            files=attached,
        )
        return self.story.take_in(raw, sender=self.customer.address, to=mailbox.address)

    def _reply(self, text: str) -> None:
        """The customer answers the desk's last mail, quoting it as mail programs do."""
        last = OutgoingMail.objects.filter(ticket=self.ticket_id).order_by("-id").first()
        if last is None:
            tickets.hear(self.ticket_id, Words(text), actor=self.customer.person, via=Via.WEB)
            return
        said = "Il {at} {who} ha scritto:" if self.customer.language == "it" else "On {at}, {who} wrote:"
        at = f"{last.created_at.astimezone(self.story.zone):%d/%m/%Y %H:%M}"
        quoted = "\n".join(f"> {line}" for line in last.text.splitlines()[:12])
        raw = mails.write(
            name=self.customer.person.name,
            address=self.customer.address,
            to=last.reply_to,
            subject=f"{'R' if self.customer.language == 'it' else 'Re'}: {last.subject}",
            text=f"{text}\n\n{said.format(at=at, who=last.sender_name)}\n\n{quoted}\n",
            at=self.story.time(),
            message_id=self.story.message_id(self.customer.address),
            answers=last,
        )
        self.story.take_in(raw, sender=self.customer.address, to=last.reply_to)

    # --- the desk ---------------------------------------------------------------------------------------------------

    def _agent(self, group_id: int) -> User:
        key = "systems" if self.story.cast.groups["systems"].pk == group_id else "bookings"
        return self.random.choice(self.story.cast.members[key])

    def _take(self) -> Iterator[datetime]:
        yield self._wait(8, 0.8)
        ticket = self.ticket
        agent = ticket.assignee or self._agent(ticket.group_id or 0)
        device = own_fields.device_of(self.scene.tags)
        change = Change(
            assignee=agent,
            type=self.scene.type,
            priority=self.scene.urgency,
            add_tags=self.scene.tags,
            fields={self.story.cast.fields.device: device} if device else {},
        )
        tickets.update(self.ticket_id, change, actor=agent, via=Via.WEB)

    def _say(self, text: str, status: str, *, public: bool = True) -> None:
        agent = self.ticket.assignee
        assert agent
        said = scenes.answer(text, self.customer, agent.first_name, self.random) if public else text
        tickets.answer(self.ticket_id, Words(said, public=public), status=status, actor=agent, via=Via.WEB)

    def _work(self) -> Iterator[datetime]:
        """What comes between taking it in charge and the solution."""
        chance, scene = self.random.random(), self.scene
        if self.plan.stop == "asked" or (scene.question and chance < 0.5):
            yield from self._ask_back()
        elif scene.first and (scene.hold or chance < 0.55):
            yield self._wait(18, 0.9)
            self._say(scene.first, Status.OPEN)
            if scene.hold:
                yield self._wait(25, 0.5)
                self._say(scenes.ON_HOLD[self.customer.language], Status.HOLD, public=False)
                yield self._wait(1400 if self.plan.stop != "hold" else 20, 0.5)
        if scene.note and self.plan.stop not in ("asked", "hold") and self.random.random() < 0.6:
            yield self._wait(25, 0.8)
            if self.ticket.status not in FINISHED:
                self._say(scene.note, self.ticket.status, public=False)

    def _ask_back(self) -> Iterator[datetime]:
        yield self._wait(18, 0.9)
        self._say(self.scene.question, Status.PENDING)
        if self.plan.stop == "asked":
            return
        yield self.story.after(self.random.lognormvariate(0.6, 1.0))
        if self.ticket.status == Status.PENDING:
            self._reply(self.scene.detail[:1].upper() + self.scene.detail[1:])

    def _solve(self, text: str) -> Iterator[datetime]:
        yield self._wait(22, 1.0)
        if self.ticket.status in FINISHED:
            return
        if self.plan.slow is None and self.random.random() < 0.05 and self.scene.question:
            # Settled on the phone: nothing to write.
            tickets.update(self.ticket_id, Change(status=Status.SOLVED), actor=self.ticket.assignee, via=Via.WEB)
        else:
            self._say(text, Status.SOLVED)
        if self.plan.slow is None and not self.plan.stop and self.random.random() < 0.06:
            yield self.story.after(self.random.uniform(1, 20))
            ticket = self.ticket
            if ticket.status == Status.SOLVED:
                words = Words(self.random.choice(scenes.NOT_YET[self.customer.language]))
                tickets.not_yet(self.ticket_id, words, actor=self.customer.person, via=Via.WEB)
                yield self._wait(60, 0.8)
                self._say(scenes.SOLVED_AGAIN[self.customer.language], Status.SOLVED)

    # --- the end ----------------------------------------------------------------------------------------------------

    def _end(self) -> Iterator[datetime]:
        chance = self.random.random()
        if chance < 0.28:
            yield self.story.after(self.random.lognormvariate(0.8, 1.1))
            if self.ticket.status == Status.SOLVED:
                tickets.confirm(self.ticket_id, actor=self.customer.person, via=Via.WEB)
            wait = 48.0
        elif chance < 0.36:
            yield self.story.after(self.random.uniform(0.2, 5))
            if self.ticket.status == Status.SOLVED:
                self._reply(self.random.choice(scenes.THANKS[self.customer.language]))
            wait = 96.0
        else:
            wait = 96.0
        if self.plan.vote or self.random.random() < 0.28:
            yield self.story.after(wait + self.random.lognormvariate(1.2, 1.0))
            self._vote()
            yield from reviews.acts(self.story, self.ticket_id)

    def _vote(self) -> None:
        rating = SatisfactionRating.objects.filter(ticket=self.ticket_id, score=Score.OFFERED).first()
        if rating is None:
            return
        score, about, comment = self.plan.vote or (Score.GOOD, "", "")
        if not self.plan.vote and self.random.random() < 0.45:
            comment = self.scene.good
        ratings.vote(rating.pk, score, about=about, comment=comment, actor=self.customer.person, via=Via.WEB)


@prepared
def _ticket(ticket_id: int) -> "QuerySet[Ticket]":
    return Ticket.objects.select_related("assignee", "requester").filter(pk=ticket_id)


def slow_computer_vote(nth: int) -> tuple[str, str, str]:
    """The bad vote on one of the three requests of SLOW_COMPUTER. Only the first says what it is about."""
    return Score.BAD, About.HELP if nth else About.PRODUCT, scenes.SLOW_VOTES[nth]
