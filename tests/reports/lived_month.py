"""A month lived through the verbs, its figures computed by hand, and its facts."""

from datetime import UTC, datetime, timedelta

from sportello.desk.actions import configuration, desks, ratings, tickets, timers
from sportello.desk.actions.tickets import Words
from sportello.desk.models import OutgoingMail, SatisfactionRating, Schedule
from sportello.desk.words import About, Score, SendState, Status, Via
from sportello.kit import clock
from sportello.reports.folding import sync

# A Monday in Rome, where it is an hour later.
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def set_up():
    """Nine to six in Rome."""
    Schedule.objects.create(name="Office", time_zone="Europe/Rome", intervals=desks.OFFICE_HOURS, default=True)
    found = desks.configure(name="Ufficio aiuto", time_zone="Europe/Rome", language="it")
    configuration.forget()
    return found


class Life:
    """What customers and agents do, each at its time."""

    def open_at(self, at, requester, subject="Aiuto", **more):
        with clock.at(at):
            return tickets.open_ticket(
                requester=requester, subject=subject, words=Words("Non va."), actor=requester, via=Via.EMAIL, **more
            )

    def answer_at(self, at, ticket, agent, status=Status.OPEN, text="Fatto."):
        with clock.at(at):
            tickets.answer(ticket.pk, Words(text), status=status, actor=agent, via=Via.WEB)

    def live_until(self, moment):
        """Keep the mails and run the clocks, each at its time."""
        with clock.at(moment):
            OutgoingMail.objects.filter(state=SendState.QUEUED).update(state=SendState.KEPT, settled_at=MONDAY)
            while timers.step():
                pass

    def vote_at(self, at, ticket, score, about="", comment=""):
        with clock.at(at):
            rating = SatisfactionRating.objects.get(ticket=ticket)
            ratings.vote(rating.pk, score, about=about, comment=comment, actor=ticket.requester, via=Via.WEB)


def november(life, anna, ada, rita, sam):
    """November 2026: six tickets created, five first replies, four solved, two votes. Some of the tickets, by name."""
    at_once = life.open_at(MONDAY, rita)
    life.answer_at(MONDAY + timedelta(minutes=30), at_once, anna, Status.SOLVED)
    two_replies = life.open_at(MONDAY, rita)
    life.answer_at(MONDAY + timedelta(minutes=60), two_replies, anna)
    life.answer_at(MONDAY + timedelta(minutes=90), two_replies, anna, Status.SOLVED)
    by_night = life.open_at(MONDAY + timedelta(hours=12), sam)  # 22:00 in Rome; answered at 9:20
    life.answer_at(MONDAY + timedelta(hours=23, minutes=20), by_night, ada, Status.SOLVED)
    reopened = life.open_at(MONDAY, sam)
    life.answer_at(MONDAY + timedelta(hours=2), reopened, ada, Status.SOLVED)
    with clock.at(MONDAY + timedelta(hours=3)):
        tickets.not_yet(reopened.pk, Words("Ancora no."), actor=sam, via=Via.WEB)
    life.answer_at(MONDAY + timedelta(hours=4), reopened, anna, Status.SOLVED)
    reopened_for_good = life.open_at(MONDAY, sam)
    life.answer_at(MONDAY + timedelta(minutes=10), reopened_for_good, ada, Status.SOLVED)
    with clock.at(MONDAY + timedelta(hours=3)):
        tickets.not_yet(reopened_for_good.pk, Words("No."), actor=sam, via=Via.WEB)
    life.open_at(MONDAY, rita)
    for hours in (50, 75, 100, 125):
        life.live_until(MONDAY + timedelta(hours=hours))
    life.vote_at(MONDAY + timedelta(days=6), at_once, Score.GOOD)
    life.vote_at(MONDAY + timedelta(days=6), by_night, Score.BAD, About.PRODUCT)
    life.vote_at(MONDAY + timedelta(days=7), by_night, Score.BAD, About.PRODUCT, "Il PC è lento.")
    sync.rebuild()
    return {"at_once": at_once, "by_night": by_night}
