"""Live the planned months through the verbs, in the order of time, with the clock set back."""

import heapq
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from sportello.channels.email import receive
from sportello.demo import clocks, help_center, mails, scenes
from sportello.demo.scenes import Scene
from sportello.desk.actions import inbox, ratings, reviews, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import InboundMail, SatisfactionRating, Ticket, User, VoteReview
from sportello.desk.words import Contact, Score, Status, Via
from sportello.kit import clock

from .cast import Cast, enter
from .desk import Complaint, Desk
from .plan import Request, plan

Acting = Iterator[datetime]
BY_PHONE = 0.06
# So many look into the help center, or at the articles beside the form, for each request.
VISITS = 0.5


class Living:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.random = Random(desk.seed)
        self.used: dict[str, int] = {}
        self.cast: Cast

    def live(self, progress: Callable[[int, int], None]) -> None:
        """From the day before the first request to the last vote. progress: requests begun, of how many."""
        desk = self.desk
        requests = plan(desk.months, desk.shape, desk.bad, desk.seed)
        with clock.at(requests[0].opened_at - timedelta(days=1)):
            self.cast = enter(desk, self.random)
            articles = help_center.write((f"{desk.texts}articles",), self.cast.agents[0])
        turns: list[tuple[datetime, int, Acting]] = [
            (it.opened_at.astimezone(UTC), nth, self._acts(it)) for nth, it in enumerate(requests)
        ]
        heapq.heapify(turns)
        begun: set[int] = set()
        while turns:
            at, nth, acting = heapq.heappop(turns)
            clocks.run(at)
            with clock.at(at):
                following = next(acting, None)
            if following:
                heapq.heappush(turns, (max(following.astimezone(UTC), at), nth, acting))
            if nth not in begun:
                begun.add(nth)
                progress(len(begun), len(requests))
        clocks.run(at + timedelta(days=8))
        clocks.keep_mails()
        start, end = requests[0].opened_at, desk.months[-1].limits(self.cast.zone)[1]
        help_center.read(articles, start, end, round(len(requests) * VISITS), self.cast.zone, desk.seed)

    def _acts(self, it: Request) -> Acting:
        """One request. Acts, then says when it goes on; the clock stands at the time of each act."""
        complaint = self._complaint(it)
        scene = self._scene(it, complaint)
        ticket_id = self._open(it, scene, complaint).pk
        if it.is_one_touch:
            yield it.replied_at
            self._say(it, ticket_id, scene.solution, Status.SOLVED)
        else:
            yield it.replied_at
            asks = scene.question if it.heard_at else scene.first
            self._say(it, ticket_id, asks or FIRST[self._language(it)], Status.PENDING if it.heard_at else Status.OPEN)
            if it.heard_at:
                yield it.heard_at
                heard = Words(scene.detail or HEARD[self._language(it)])
                tickets.hear(ticket_id, heard, actor=self._customer(it).person, via=Via.WEB)
            yield it.solved_at
            self._say(it, ticket_id, scene.solution, Status.SOLVED, by=it.second)
        if it.reopened_at and it.resolved_at:
            yield it.reopened_at
            words = Words(self.random.choice(scenes.NOT_YET[self._language(it)]))
            tickets.not_yet(ticket_id, words, actor=self._customer(it).person, via=Via.WEB)
            yield it.resolved_at
            self._say(it, ticket_id, scenes.SOLVED_AGAIN[self._language(it)], Status.SOLVED, by=it.second)
        if it.confirmed_at:
            yield it.confirmed_at
            tickets.confirm(ticket_id, actor=self._customer(it).person, via=Via.WEB)
        if it.vote:
            yield it.vote.at
            self._vote(it, ticket_id, scene, complaint)
            if complaint:
                yield from self._review(ticket_id, complaint)

    # --- the customer -------------------------------------------------------------------------------------------------

    def _complaint(self, it: Request) -> Complaint | None:
        if it.vote is None or it.vote.nth is None:
            return None
        month = it.vote.at.astimezone(self.desk.months[0].limits(self.cast.zone)[0].tzinfo)
        return self.desk.complaint(month.year, month.month, it.vote.nth)

    def _scene(self, it: Request, complaint: Complaint | None) -> Scene:
        if complaint and complaint.subject:
            return Scene("office", "systems", (complaint.subject,), complaint.text, complaint.solution)
        return scenes.choose(self._customer(it), self.random, used=self.used, of=self.desk.texts)

    def _open(self, it: Request, scene: Scene, complaint: Complaint | None) -> Ticket:
        customer = self._customer(it)
        text = scenes.letter(scene.text, customer, self.random, signed=False)
        chance = self.random.random()
        contact = complaint is not None and complaint.past_the_desk
        if chance < self.desk.by_mail and not contact:
            return self._mail(it, scene.subject, text)
        by_phone = contact or chance > 1 - BY_PHONE
        return tickets.open_ticket(
            requester=customer.person,
            subject=scene.subject,
            words=Words(scenes.by_phone(scene.text, customer) if by_phone else text),
            actor=self.cast.agents[it.agent] if by_phone else customer.person,
            via=Via.WEB,
            channel=Via.VOICE if by_phone else "",
            contact=Contact.CALL if contact else "",
            group=self.cast.groups[scene.group],
            mailbox_id=self.cast.mailbox.pk,
            type=scene.type,
            priority=scene.urgency,
            tags=scene.tags,
        )

    def _mail(self, it: Request, subject: str, text: str) -> Ticket:
        customer, mailbox = self._customer(it), self.cast.mailbox
        message_id = f"{self.random.getrandbits(64):016x}@{customer.address.rpartition('@')[2]}"
        raw = mails.write(
            name=customer.person.name,
            address=customer.address,
            to=mailbox.address,
            subject=subject,
            text=text,
            at=clock.now(),
            message_id=message_id,
        )
        envelope = {"sender": customer.address, "recipients": [mailbox.address], "peer": "192.0.2.10"}
        (mail_id,) = inbox.record([inbox.Delivery(raw, InboundMail.Source.SMTP, envelope)])
        receive.step()
        ticket = InboundMail.objects.select_related("ticket").get(pk=mail_id).ticket
        assert ticket is not None and ticket.created_at == clock.now(), f"{subject} has opened no ticket"
        return ticket

    def _vote(self, it: Request, ticket_id: int, scene: Scene, complaint: Complaint | None) -> None:
        rating = SatisfactionRating.objects.get(ticket=ticket_id)
        person = self._customer(it).person
        if complaint:
            score, about, comment = Score.BAD, complaint.about, complaint.comment
        else:
            score, about, comment = Score.GOOD, "", scene.good if self.random.random() < 0.3 else ""
        ratings.vote(rating.pk, score, about=about, comment=comment, actor=person, via=Via.WEB)

    def _customer(self, it: Request) -> "scenes.Customer":
        return self.cast.customers[it.customer]

    def _language(self, it: Request) -> str:
        return self._customer(it).language

    # --- the desk -----------------------------------------------------------------------------------------------------

    def _say(self, it: Request, ticket_id: int, text: str, status: str, by: int | None = None) -> None:
        agent = self.cast.agents[it.agent if by is None else by]
        said = Words(scenes.answer(text, self._customer(it), agent.first_name, self.random))
        tickets.update(ticket_id, Change(words=said, status=status, assignee=agent), actor=agent, via=Via.WEB)

    def _review(self, ticket_id: int, complaint: Complaint) -> Acting:
        """Somebody says what the bad vote was about, somebody else that it is so; its owner writes down what was found.

        Neither of the two was voted on.
        """
        review = VoteReview.objects.select_related("rating", "owner").get(ticket=ticket_id)
        assert review.owner is not None
        yield self._workday(hours=20)
        if complaint.reviewed:
            proposer, confirmer = self._two_others(review)
            proposal = reviews.propose(review.pk, complaint.reviewed, complaint.reason, actor=proposer)
            yield self._workday(hours=3)
            reviews.confirm(review.pk, proposal.pk, actor=confirmer)
        if complaint.finding:
            reviews.work(review.pk, complaint.finding, actor=review.owner, close=True)

    def _two_others(self, review: VoteReview) -> tuple[User, User]:
        mine = [it for it in self.cast.agents if it.pk != review.rating.assignee_id]
        return mine[-1], mine[0]

    def _workday(self, hours: float) -> datetime:
        """So many hours later, or at ten in the morning of the next day on which people work."""
        at = (clock.now() + timedelta(hours=hours)).astimezone(self.cast.zone)
        while not 9 <= at.hour < 18 or at.isoweekday() > 5:
            at = at.replace(hour=10, minute=5) + timedelta(days=at.hour >= 9)
        return at


FIRST = {
    "it": "abbiamo preso in mano la richiesta e stiamo verificando: le scriviamo appena abbiamo la causa.",
    "en": "we are looking into it and will write as soon as we know the cause.",
}
HEARD = {"it": "Ecco quello che mi avete chiesto, grazie.", "en": "Here is what you asked for, thank you."}
