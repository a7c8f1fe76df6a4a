"""The months of the demo desk, lived in the order of time: conversations act through the verbs, clocks run when due."""

import heapq
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from sportello.channels.email import receive
from sportello.desk.actions import configuration, inbox, notifications, tickets
from sportello.desk.models import InboundMail, Notification, Ticket
from sportello.desk.rules.schedules import add_business, is_open
from sportello.desk.words import FINISHED
from sportello.kit import clock

from . import cast, clocks, help_center, ledger
from .conversations import Conversation, Plan

# A conversation acts, then says when it goes on; it ends by returning.
Acting = Iterator[datetime]
# Share of requests by hour of a working day, 0 to 23: two humps, and a few at night.
HOURS = (1, 0, 0, 0, 0, 0, 1, 3, 9, 14, 13, 11, 7, 6, 10, 12, 10, 7, 4, 3, 2, 2, 2, 1)
WEEKEND = 0.12
# So many look into the help center, or at the articles beside the form, for each request.
VISITS = 1.2


class Story:
    """now: the end, aware. span: how far back it begins. tickets: how many requests, about."""

    def __init__(self, *, now: datetime, span: timedelta, tickets: int, seed: int = 7) -> None:
        self.now, self.start, self.tickets = now, now - span, tickets
        self.random = Random(seed)
        self.zone = ZoneInfo("Europe/Rome")
        self._turns: list[tuple[datetime, int, Acting]] = []
        self._order = count()

    def live(self, progress: Callable[[int, int], None]) -> None:
        """From the first day to now."""
        with clock.at(self.start - timedelta(days=1)):
            self.cast = cast.enter(self.random)
            articles = help_center.write(("articles", "hotels_articles"), self.cast.agents[cast.STAFF[0][0]])
        for at, acting in (*self._requests(), *ledger.incidents(self)):
            if at >= self.start:
                self._push(at, acting)
        whole = (self.now - self.start) // timedelta(hours=1)
        while self._turns and self._turns[0][0] <= self.now:
            at, _order, acting = heapq.heappop(self._turns)
            clocks.run(at)
            with clock.at(at):
                following = next(acting, None)
            if following:
                self._push(max(following, at), acting)
            progress((at - self.start) // timedelta(hours=1), whole)
        clocks.run(self.now)
        clocks.keep_mails()
        self._read()
        visits = round(self.tickets * VISITS)
        help_center.read(articles, self.start, self.now, visits, self.zone, self.random.getrandbits(32))
        progress(whole, whole)

    def _push(self, at: datetime, acting: Acting) -> None:
        heapq.heappush(self._turns, (at.astimezone(UTC), next(self._order), acting))

    # --- when people write ------------------------------------------------------------------------------------------

    def _requests(self) -> Iterator[tuple[datetime, Acting]]:
        used: dict[str, int] = {}
        chance = ((self._moment(), Plan()) for _request in range(self.tickets))
        for at, plan in (*chance, *ledger.staged(self)):
            yield at, Conversation(self, plan, used).acts()

    def _moment(self) -> datetime:
        while True:
            hours = self.random.uniform(0, (self.now - self.start) / timedelta(hours=1))
            local = (self.start + timedelta(hours=hours)).astimezone(self.zone)
            weight = HOURS[local.hour] / max(HOURS) * (WEEKEND if local.weekday() >= 5 else 1)
            if self.random.random() < weight:
                return local.replace(second=self.random.randrange(60), microsecond=0)

    def time(self) -> datetime:
        """The time of the act that runs."""
        return clock.now()

    def ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)

    def in_hours(self, hours: float, *, at_most: float) -> datetime:
        """The latest time at least so many hours ago at which the desk was open, if there is one."""
        back = (self.ago(hours + step / 2) for step in range(int(2 * (at_most - hours)) + 1))
        opening = configuration.current().hours
        return next((at for at in back if is_open(opening, at)), self.ago(hours))

    def workday(self, days: float) -> datetime:
        """On a morning of the desk about so many days ago."""
        morning = (self.now - timedelta(days=days)).astimezone(self.zone).replace(hour=10, minute=17, second=23)
        return morning + timedelta(days=max(0, 8 - morning.isoweekday()) if morning.isoweekday() > 5 else 0)

    def message_id(self, address: str) -> str:
        return f"{self.random.getrandbits(64):016x}@{address.rpartition('@')[2]}"

    def after_work(self, minutes: float) -> datetime:
        """When that many minutes of the desk's business hours have passed."""
        later = add_business(configuration.current().hours, clock.now(), max(60, int(minutes * 60)))
        assert later
        return later

    def after(self, hours: float) -> datetime:
        """So many hours later, or in the morning when people sleep then."""
        later = clock.now() + timedelta(hours=hours)
        local = later.astimezone(self.zone)
        return later + timedelta(hours=8) if local.hour < 7 else later

    # --- what the workers of the desk do ----------------------------------------------------------------------------

    def take_in(self, raw: bytes, *, sender: str, to: str) -> Ticket | None:
        """A mail arrives by the listener and is read. Returns the ticket it came to."""
        envelope = {"sender": sender, "recipients": [to], "peer": "192.0.2.10"}
        (mail_id,) = inbox.record([inbox.Delivery(raw, InboundMail.Source.SMTP, envelope)])
        receive.step()
        return InboundMail.objects.select_related("ticket").get(pk=mail_id).ticket

    def _read(self) -> None:
        """The agent who signs in has read everything but the last hours."""
        reader = self.cast.agents[cast.STAFF[0][0]]
        with clock.at(self.now - timedelta(hours=5)):
            for ticket in Ticket.objects.exclude(status__in=FINISHED).filter(created_at__lt=clock.now()):
                tickets.mark_read(ticket, actor=reader)
            known = Notification.objects.filter(user=reader, created_at__lt=clock.now()).order_by("-id").first()
        if known:
            notifications.read_all(actor=reader, up_to=known.pk)
