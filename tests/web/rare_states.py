"""The states that a desk is seldom in, made on the demo desk: what merges, stops, fails or is undone leaves behind."""

from collections.abc import Iterator
from datetime import timedelta

from sportello.desk.actions import (
    agents,
    bulk,
    importing,
    incidents,
    jobs,
    mailboxes,
    merging,
    merging_organizations,
    merging_people,
    people,
    sending,
    side_conversations,
    splitting,
    tasks,
    tickets,
    time_entries,
    timers,
    undoing,
)
from sportello.desk.actions.drafts import Written
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Job, Mailbox, Organization, Ticket, User
from sportello.desk.rules.importing import PEOPLE
from sportello.desk.words import FINISHED, JobState, Via
from sportello.kit import blobs, clock

TABLE = b"Name,Address\nRita Rossi,rita@rossi.example\nNobody,no address\n"


def make(agent: User) -> dict[str, str]:
    """Make them all on a desk with two dozen unsolved tickets. Returns the pages that show them, by what is rare."""
    unsolved = Ticket.objects.exclude(status__in=FINISHED).filter(requester__role="end-user").order_by("id")
    ahead = iter(list(unsolved[:24]))
    return _on_tickets(agent, ahead) | _jobs(agent, list(ahead)) | _people(agent) | _mail(agent)


def _on_tickets(agent: User, ahead: Iterator[Ticket]) -> dict[str, str]:
    def page(ticket: Ticket, more: str = "") -> str:
        return f"/tickets/{ticket.pk}{more}"

    def newest(ticket: Ticket) -> int:
        return ticket.comments.filter(side_conversation=None).order_by("-id")[0].pk

    beside, source, target, whole, problem, leaving, later, stopped = (next(ahead) for _number in range(8))
    _beside(beside, agent)
    merging.merge(source.pk, target.pk, actor=agent, via=Via.WEB, note="Lo stesso guasto.", add_ccs=True)
    part = splitting.split(newest(whole), subject="Anche la stampante", actor=agent, via=Via.WEB)
    for _number in range(3):
        incidents.link(next(ahead).pk, problem.pk, actor=agent, via=Via.WEB)
    draft = sending.send(leaving.pk, Written(text="Ecco fatto: riavvii e mi dica."), actor=agent)
    # Its ten seconds are not over before somebody has looked.
    draft.timers.update(due_at=clock.now() + timedelta(minutes=20))
    tomorrow = clock.now() + timedelta(days=1)
    sending.send(later.pk, Written(text="La richiamo domani."), actor=agent, at=tomorrow)
    _stop(stopped, agent)
    return {
        "with a side conversation, tasks and time": page(beside),
        "merged": page(source),
        "with a merged one": page(target),
        "choice of a merge": page(whole, "/merge"),
        "comparison of two tickets": page(whole, f"/merge?into={target.pk}"),
        "split off": page(part),
        "split": page(whole),
        "to be split": page(whole, f"/comments/{newest(whole)}/split"),
        "problem": page(problem),
        "incidents": page(problem, "/incidents"),
        "answer that leaves": page(leaving),
        "answer that leaves later": page(later),
        "stopped answer": page(stopped),
    }


def _beside(ticket: Ticket, agent: User) -> None:
    third = people.add("Fabio Neri", "fabio@supplier.example", language="it")
    side_conversations.start(ticket.pk, people=[third], subject="Rullo", words=Words("Quanto costa?"), actor=agent)
    tasks.add(ticket.pk, "Ordinare il rullo", actor=agent)
    done = tasks.add(ticket.pk, "Chiedere il numero di serie", actor=agent)
    tasks.tick(ticket.pk, done.pk, done=True, actor=agent)
    day = ticket.created_at.date()
    time_entries.add(ticket.pk, "15", actor=agent, spent_on=day, today=day)


def _stop(ticket: Ticket, agent: User) -> None:
    """An answer whose time has come after the customer wrote."""
    due = sending.send(ticket.pk, Written(text="Arrivo alle 15."), actor=agent, at=clock.now() + timedelta(days=1))
    tickets.hear(ticket.pk, Words("Lasci stare, ora funziona."), actor=ticket.requester, via=Via.EMAIL)
    due.timers.update(due_at=clock.now())
    timers.step()
    due.refresh_from_db()
    assert due.stopped_because == "customer"


def _jobs(agent: User, rest: list[Ticket]) -> dict[str, str]:
    closed = Ticket.objects.filter(status="closed").order_by("id")[:3]
    chosen = [it.pk for it in (*rest, *closed)]
    done = jobs.press_on(bulk.start(chosen, {"priority": 3}, actor=agent), seconds=60)
    undone = jobs.press_on(bulk.start(chosen[:3], {"add_tags": ["prova"]}, actor=agent), seconds=60)
    undo = jobs.press_on(undoing.start(undone.pk, actor=agent), seconds=60)
    table = importing.start(PEOPLE, blobs.store(TABLE), ["name", "address"], overwrite=False, actor=agent)
    imported = jobs.press_on(table, seconds=60)
    assert {it.state for it in (done, undone, undo, imported)} == {JobState.DONE}
    now = clock.now()
    failed, running = (
        Job.objects.create(kind=bulk.KIND, arguments=undone.arguments, actor=agent, total=400, done=130, created_at=now)
        for _number in range(2)
    )
    failure = {"state": JobState.FAILED, "ended_at": now, "last_error": "OperationalError: database or disk is full"}
    Job.objects.filter(pk=failed.pk).update(**failure)
    # Nobody goes on with it: somebody else has it.
    held = {"state": JobState.RUNNING, "claimed_by": "elsewhere", "claimed_until": now + timedelta(hours=1)}
    Job.objects.filter(pk=running.pk).update(**held)
    named = {"done": done, "undone": undone, "undoing": undo, "imported": imported, "failed": failed}
    return {f"{name} job": f"/jobs/{job.pk}" for name, job in (named | {"running": running}).items()}


def _people(agent: User) -> dict[str, str]:
    expected = agents.invite("Lia Neri", "lia@newcomer.example", language="it", rights=agents.Rights(), actor=agent)
    gone, busy = User.objects.filter(role="agent", active=True).exclude(pk=expected.pk).order_by("-id")[:2]
    if job := agents.let_go(gone.pk, to=agent.pk, actor=agent):
        jobs.press_on(job, seconds=60)
    first, second, third = User.objects.filter(role="end-user", active=True).order_by("id")[1:4]
    merging_people.merge_people(first.pk, second.pk, actor=agent)
    company, double, other = Organization.objects.order_by("id")[:3]
    merging_organizations.merge_organizations(double.pk, company.pk, actor=agent)
    return {
        "expected agent": f"/team/{expected.pk}",
        "agent who left": f"/team/{gone.pk}",
        "leaving": f"/team/{busy.pk}/leaving",
        "person with a merged one": f"/people/{second.pk}",
        "choice of the same person": f"/people/{third.pk}/merge",
        "comparison of two people": f"/people/{third.pk}/merge?into={second.pk}",
        "organization with a merged one": f"/organizations/{company.pk}",
        "choice of the same organization": f"/organizations/{other.pk}/merge",
        "comparison of two organizations": f"/organizations/{other.pk}/merge?into={company.pk}",
    }


def _mail(agent: User) -> dict[str, str]:
    mailbox = Mailbox.objects.order_by("id")[0]
    mail = mailboxes.begin_round_trip(mailbox, actor=agent)
    return {
        "mail on its round trip": f"/mailboxes/{mailbox.pk}/round-trip/{mail.pk}",
        "search with faults": "/search?q=status%3Cnonsense+assignee%3Anobody",
        "search that finds": "/search?q=stampante",
        "search that finds nothing": "/search?q=zzzz",
    }
