"""A life of a desk in which much is told later of what is over: what the facts must not lose their way in."""

from datetime import timedelta

from sportello.desk.actions import agents, contacts, ratings, reviews, schedules, tickets, time_entries
from sportello.desk.actions.agents import Rights, Work
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import SatisfactionRating, Schedule, TimeEntry, User, VoteReview
from sportello.desk.words import About, Contact, Score, Via
from tests.reports.lived import Lived


class Rewritten(Lived):
    def doings(self):
        return {
            **super().doings(),
            self._hours: 4,
            self._new_hours: 1,
            self._day_off: 2,
            self._same_person: 4,
            self._unmerge: 4,
            self._merge: 3,
            self._undo: 4,
            self._offer: 4,
            self._turn: 4,
            self._review: 6,
            self._take_time_back: 4,
            self._contact_of_last_month: 3,
            self._come_or_go: 3,
            self._hire: 1,
            self._as_a_beginner: 2,
        }

    def _any(self, rows):
        found = list(rows)
        return self.random.choice(found) if found else None

    def _new_hours(self):
        week = {"time_zone": self.random.choice(("Europe/Rome", "UTC")), "intervals": [[1440, 1440 + 600]]}
        made = schedules.save({"name": f"Week {Schedule.objects.count()}", **week}, actor=self.ada)
        self.random.choice((schedules.make_default, schedules.drop))(made.pk, actor=self.ada)

    def _day_off(self):
        day = (self.now + timedelta(days=self.random.randint(-9, 9))).date()
        schedules.save_holiday(self.office.pk, {"name": "Fair", "start_on": day}, actor=self.ada)

    def _offer(self):
        ticket = self._ticket(status="solved")
        tickets.confirm(ticket.pk, actor=ticket.requester, via=Via.WEB)
        self.now += timedelta(days=2)

    def _turn(self):
        if rating := self._any(SatisfactionRating.objects.order_by("pk")):
            about, score = (
                self.random.choice(("", *About.values)),
                self.random.choice((Score.BAD, Score.BAD, Score.GOOD)),
            )
            ratings.vote(rating.pk, score, about=about, actor=rating.requester, via=Via.WEB)

    def _review(self):
        if review := self._any(VoteReview.objects.order_by("pk")):
            one, other = self.random.sample([self.ada, *self.agents], 2)
            proposal = reviews.propose(review.pk, self.random.choice(About.values), "So it was.", actor=one)
            reviews.confirm(review.pk, proposal.pk, actor=other)

    def _take_time_back(self):
        if entry := self._any(TimeEntry.objects.order_by("pk")):
            time_entries.remove(entry.ticket_id, entry.pk, actor=entry.agent)

    def _contact_of_last_month(self):
        ago = self.now - timedelta(days=self.random.randint(1, 29))
        customer, kind = self.random.choice(self.customers), self.random.choice(Contact.values)
        contacts.log(customer, "Al telefono.", kind, actor=self._agent(), at=ago)

    def _come_or_go(self):
        person = self.random.choice(self.agents[1:])
        if User.objects.get(pk=person.pk).active:
            agents.let_go(person.pk, to=self.agents[0].pk, actor=self.ada)
        else:
            agents.take_back(person.pk, actor=self.ada)

    def _hire(self):
        person = self.random.choice(self.customers)
        agents.invite(person.name, person.email, language="it", rights=Rights(), actor=self.ada, customer=person.pk)
        groups = frozenset(it.pk for it in self.groups)
        agents.change(person.pk, Rights(), Work(groups=groups), actor=self.ada)

    def _as_a_beginner(self):
        """Somebody who was a customer writes down what he works."""
        if person := self._any(User.objects.staff().filter(pk__in=[it.pk for it in self.customers])):
            tickets.update(self._ticket().pk, Change(priority=self.random.randint(1, 4)), actor=person, via=Via.WEB)
            tickets.update(self._ticket().pk, Change(words=Words("Fatto.")), actor=person, via=Via.WEB)
