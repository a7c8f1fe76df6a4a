"""A seeded random life of a desk through the real verbs: what both the facts and the figures are tried on."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random

from sportello.desk.actions import (
    bulk,
    configuration,
    contacts,
    desks,
    jobs,
    junk,
    merging,
    merging_organizations,
    merging_people,
    people,
    policies,
    ratings,
    schedules,
    ticket_fields,
    tickets,
    time_entries,
    timers,
    undoing,
)
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid, Missing, Refused, Stale
from sportello.desk.models import Job, OutgoingMail, SatisfactionRating, Schedule, Ticket
from sportello.desk.words import About, Contact, Score, SendState, Status, Via
from sportello.kit import clock
from tests.reports.readings import Readers

BEGINNING = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
TAGS = ("printer", "vpn", "mail", "invoice")
UNCLOSED = (Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED)
STATUSES = (Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED, Status.SOLVED)


class Lived:
    """A desk in which things happen, one `happen()` at a time, each some minutes to days after the last."""

    def __init__(self, seed: int, *, step: timedelta = timedelta(hours=6)) -> None:
        self.random, self.step, self.now = Random(seed), step, BEGINNING
        desks.add_mailbox("help@desk.example", name="Help")
        desks.configure(name="Desk", time_zone="Europe/Rome", language="it")
        with clock.at(BEGINNING - timedelta(days=9)):
            week = {"time_zone": "Europe/Rome", "intervals": desks.OFFICE_HOURS}
            self.ada = people.add("Ada Admin", "ada@desk.example", role="admin", language="en")
            self.office = schedules.save({"name": "Office", **week}, actor=self.ada)
            self.late = schedules.save({"name": "Late", **week, "country": "IT"}, actor=self.ada)
            self.agents = [
                people.add(name, f"{name.lower()}@desk.example", role="agent", language="it")
                for name in ("Anna", "Bea", "Carla")
            ]
            self.groups = [people.add_group(name, members=self.agents) for name in ("Support", "Network")]
            self.companies = companies = [people.add_organization(name) for name in ("Rossi Hotels", "Bianchi")]
            self.customers = [
                people.add(f"Customer {number}", f"c{number}@mail.example", language="it", organization=company)
                for number, company in enumerate((*companies, *companies, companies[0], *[None] * 9))
            ]
            self.field = ticket_fields.save_field(
                {"of": "ticket", "kind": "text", "key": "model", "title": "Model"}, actor=self.ada
            )
            targets = [
                {"priority": priority, "metric": metric, "target": 240, "business_hours": True}
                for priority in ("low", "normal", "high", "urgent")
                for metric in ("first_reply_time", "requester_wait_time", "next_reply_time")
            ]
            promised = {"title": "All", "conditions": {"all": [], "any": []}, "targets": targets}
            policies.save_policy(promised, actor=self.ada)
            self.readers = Readers(seed, self.ada)
        configuration.forget()

    def happen(self, times: int = 1) -> "Lived":
        for _number in range(times):
            self.now += timedelta(seconds=self.random.randint(1, int(self.step.total_seconds() * 2)))
            with clock.at(self.now):
                configuration.forget()
                OutgoingMail.objects.filter(state=SendState.QUEUED).update(state=SendState.KEPT, settled_at=self.now)
                while timers.step():
                    pass
                with suppress(Invalid, Missing, Refused, Stale):
                    self._something()
                self.readers.happen(self.now)
        return self

    def _something(self) -> None:
        doings = self.doings()
        self.random.choices(list(doings), list(doings.values()))[0]()

    def doings(self) -> dict[Callable[[], None], float]:
        """What may happen, and how often beside the others."""
        return {
            self._open: 8,
            self._open_for: 2,
            self._contact: 1,
            self._answer: 10,
            self._note: 3,
            self._customer_writes: 5,
            self._thank: 1,
            self._change: 6,
            self._confirm: 2,
            self._vote: 6,
            self._merge: 1,
            self._unmerge: 1,
            self._spam: 1,
            self._many: 1,
            self._undo: 2,
            self._spend: 2,
            self._hours: 0.4,
            self._same_person: 0.1,
            self._same_company: 0.05,
        }

    def _ticket(self, **where):
        # Mostly one on which something can still happen.
        where = where or ({} if self.random.random() < 0.1 else {"status__in": UNCLOSED})
        found = list(Ticket.objects.filter(**where).order_by("-pk").values_list("pk", flat=True)[:25])
        if not found:
            raise Missing
        return Ticket.objects.get(pk=self.random.choice(found))

    def _agent(self):
        return self.random.choice(self.agents)

    def _open(self) -> None:
        customer, random = self.random.choice(self.customers), self.random
        tickets.open_ticket(
            requester=customer,
            subject="Aiuto",
            words=Words("Non va."),
            actor=customer,
            via=random.choice((Via.EMAIL, Via.EMAIL, Via.WEB, Via.API)),
            group=random.choice((*self.groups, None)),
            priority=random.choice((None, 1, 2, 3, 4)),
            tags=tuple(random.sample(TAGS, random.randint(0, 2))),
        )

    def _open_for(self) -> None:
        agent = self._agent()
        tickets.open_ticket(
            requester=self.random.choice(self.customers), subject="Lavori", words=Words("Domani."), actor=agent,
            via=Via.WEB, assignee=self.random.choice((agent, None)),
        )  # fmt: skip

    def _contact(self) -> None:
        ago = self.now - timedelta(minutes=self.random.randint(0, 600))
        kind, agent = self.random.choice(Contact.values), self._agent()
        if self.random.random() < 0.5:
            solved = self.random.random() < 0.5
            contacts.log(self.random.choice(self.customers), "Al telefono.", kind, actor=agent, at=ago, solved=solved)
        else:
            ticket = self._ticket(status__in=("new", "open", "pending"))
            contacts.add(ticket.pk, "Ancora.", kind, requester=ticket.requester, actor=agent, at=ago)

    def _answer(self) -> None:
        status = self.random.choice(STATUSES)
        tickets.answer(self._ticket().pk, Words("Provi ora."), status=status, actor=self._agent(), via=Via.WEB)

    def _note(self) -> None:
        words = Words("Da vedere.", public=False)
        tickets.update(self._ticket().pk, Change(words=words), actor=self._agent(), via=Via.WEB)

    def _customer_writes(self) -> None:
        ticket = self._ticket()
        tickets.hear(ticket.pk, Words("E allora?"), actor=ticket.requester, via=Via.EMAIL)

    def _thank(self) -> None:
        ticket = self._ticket(status="solved")
        tickets.hear(ticket.pk, Words("Grazie mille!"), actor=ticket.requester, via=Via.EMAIL)

    def _change(self) -> None:
        random = self.random
        change = random.choice(
            (
                Change(assignee=random.choice((*self.agents, None))),
                Change(assignee=random.choice(self.agents)),
                Change(group=random.choice(self.groups)),
                Change(priority=random.choice((None, 1, 2, 3, 4))),
                Change(type=random.choice(("", "question", "incident"))),
                Change(status=random.choice(STATUSES)),
                Change(schedule=random.choice((self.late, None))),
                Change(add_tags=(random.choice(TAGS),), remove_tags=(random.choice(TAGS),)),
                Change(fields={self.field.pk: random.choice(("X1", "Y2", ""))}),
            )
        )
        tickets.update(self._ticket().pk, change, actor=self._agent(), via=Via.WEB)

    def _confirm(self) -> None:
        ticket = self._ticket(status="solved")
        if self.random.random() < 0.5:
            tickets.confirm(ticket.pk, actor=ticket.requester, via=Via.WEB)
        else:
            tickets.not_yet(ticket.pk, Words("Non ancora."), actor=ticket.requester, via=Via.WEB)

    def _vote(self) -> None:
        asked = list(SatisfactionRating.objects.order_by("-pk")[:10])
        if asked:
            rating = self.random.choice(asked)
            score = self.random.choice((Score.GOOD, Score.GOOD, Score.BAD))
            about, said = self.random.choice(("", *About.values)), self.random.choice(("", "Bene."))
            ratings.vote(rating.pk, score, about=about, comment=said, actor=rating.requester, via=Via.WEB)

    def _merge(self) -> None:
        merging.merge(self._ticket(merged_into=None).pk, self._ticket().pk, actor=self._agent(), via=Via.WEB)

    def _unmerge(self) -> None:
        merging.unmerge(self._ticket(merged_into__isnull=False).pk, actor=self._agent(), via=Via.WEB)

    def _spam(self) -> None:
        junk.mark(self._ticket().pk, hold=False, actor=self._agent(), via=Via.WEB)

    def _many(self) -> None:
        chosen = list({self._ticket().pk for _number in range(3)})
        wish = self.random.choice(({"status": "solved"}, {"status": "open"}, {"spam": True}, {"add_tags": "vpn"}))
        jobs.press_on(bulk.start(chosen, wish, actor=self.ada), seconds=60)

    def _undo(self) -> None:
        done = Job.objects.order_by("-pk").filter(kind__in=undoing.UNDONE_BY).first()
        if done:
            jobs.press_on(undoing.start(done.pk, actor=self.ada), seconds=60)

    def _spend(self) -> None:
        day = (self.now - timedelta(days=self.random.randint(0, 40))).date()
        minutes = f"{self.random.randint(1, 90)}m"
        time_entries.add(self._ticket().pk, minutes, actor=self._agent(), spent_on=day, today=self.now.date())

    def _hours(self) -> None:
        row = self.random.choice((self.office, self.late))
        open_at, close_at = self.random.choice(((8, 17), (9, 18), (10, 13)))
        week = [[day * 1440 + open_at * 60, day * 1440 + close_at * 60] for day in range(1, 6)]
        state = {"name": row.name, "time_zone": "Europe/Rome", "intervals": week}
        schedules.save(state, actor=self.ada, schedule_id=row.pk)
        if self.random.random() < 0.3:
            schedules.make_default(self.random.choice(list(Schedule.objects.all())).pk, actor=self.ada)

    def _same_person(self) -> None:
        one, other = self.random.sample(self.customers, 2)
        if one.merged_into_id:
            merging_people.unmerge_people(one.pk, actor=self.ada)
        else:
            merging_people.merge_people(one.pk, other.pk, actor=self.ada)
        for person in self.customers:
            person.refresh_from_db()

    def _same_company(self) -> None:
        one, other = self.random.sample(self.companies, 2)
        one.refresh_from_db()
        if one.merged_into_id:
            merging_organizations.unmerge_organizations(one.pk, actor=self.ada)
        else:
            merging_organizations.merge_organizations(one.pk, other.pk, actor=self.ada)
        for person in self.customers:
            person.refresh_from_db()
