"""The facts taken in step by step are those built from zero; and they agree with the figures kept on each ticket."""

import shutil
from datetime import UTC, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk.actions import (
    agents,
    configuration,
    desks,
    merging_organizations,
    merging_people,
    people,
    schedules,
    tickets,
)
from sportello.desk.actions.agents import Rights
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Audit, RuleChange, TicketMetric
from sportello.desk.words import Via
from sportello.kit import clock, locks
from sportello.reports.folding import read, readings, store, sync
from sportello.reports.folding.schema import TABLES
from tests.reports.folding.rewritten import Rewritten
from tests.reports.lived import Lived

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    return tmp_path / "facts"


def everything():
    """Every row of every table, in order."""
    manifest = store.load(sync.folder())
    return {
        table.name: store.engine()
        .execute(f"SELECT * FROM ({store.relation(sync.folder(), manifest, table)}) ORDER BY ALL")
        .fetchall()
        for table in TABLES.values()
    }


def test_step_when_taken_often_then_as_rebuilt_and_as_kept(monkeypatch):
    monkeypatch.setattr(store, "MOST_PARTS", 3)
    monkeypatch.setattr(store, "MOST_TICKETS", 8)
    monkeypatch.setattr(store, "RANGE", 10)
    monkeypatch.setattr(sync, "MOST", 20)
    few_readings_in_a_file(monkeypatch)
    lived = Lived(seed=1)
    sync.step()

    for _number in range(20):
        lived.happen(8)
        while sync.step():
            pass
    stepped = everything()
    sync.rebuild()

    assert everything() == stepped
    names = ("created", "replied", "solved", "spells", "touches", "votes", "sla", "readings")
    assert all(stepped[name] for name in names)
    assert first_replies(stepped) == set(
        TicketMetric.objects.exclude(first_reply_at=None).values_list(
            "ticket_id", "first_reply_at", "first_replier_id", "reply_calendar"
        )
    )
    assert solutions(stepped) == set(
        TicketMetric.objects.exclude(solved_at=None).values_list(
            *("ticket_id", "solved_at", "solver_id", "full_resolution_calendar")
        )
    )


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.lists(st.integers(1, 25), min_size=2, max_size=6))
def test_step_when_much_is_told_later_then_as_rebuilt(facts_folder, monkeypatch, seed, steps):
    """The law: taken in step by step is the same as folded from zero, to the last digit."""
    for name, of, value in (("MOST_PARTS", store, 3), ("MOST_TICKETS", store, 8), ("RANGE", store, 10)):
        monkeypatch.setattr(of, name, value)
    few_readings_in_a_file(monkeypatch)
    shutil.rmtree(facts_folder, ignore_errors=True)
    with transaction.atomic():
        lived = Rewritten(seed=seed)
        sync.step()
        for times in steps:
            lived.happen(times)
            while sync.step():
                pass
        stepped = everything()
        sync.rebuild()

        rebuilt = everything()
        transaction.set_rollback(True)
    configuration.forget()

    assert rebuilt == stepped


def few_readings_in_a_file(monkeypatch):
    for name, value in (("MOST_PIECES", 2), ("FULL", 15), ("AT_ONCE", 4)):
        monkeypatch.setattr(readings, name, value)


def column(rows, table, name):
    return rows[TABLES[table].names.index(name)]


def first_replies(found):
    return {
        (row[0], row[1].replace(tzinfo=UTC), row[3], column(row, "replied", "calendar"))
        for row in found["replied"]
        if column(row, "replied", "first")
    }


def solutions(found):
    """Of each ticket the latest that was not undone."""
    latest = {}
    for row in found["solved"]:
        if column(row, "solved", "ended") != "undone":
            latest[row[0]] = (row[0], row[1].replace(tzinfo=UTC), row[3], column(row, "solved", "calendar"))
    return set(latest.values())


def test_step_when_nothing_happened_then_writes_nothing(facts_folder, ticket):
    sync.step()
    before = sorted(facts_folder.rglob("*"))

    assert sync.step() is False
    assert sorted(facts_folder.rglob("*")) == before


def test_step_when_somebody_else_writes_then_waits(facts_folder, ticket):
    facts_folder.mkdir()
    lock = locks.hold(facts_folder / "lock")

    assert sync.step() is False
    lock.release()
    assert sync.step() is True


def test_step_on_several_machines_then_each_keeps_facts_of_its_own(settings, tmp_path, ticket, anna):
    """One database, and on each machine a data folder."""
    found = []
    for name in ("one", "other", "one", "other"):
        settings.SPORTELLO_DATA = tmp_path / name
        (tmp_path / name).mkdir(exist_ok=True)
        while sync.step():
            pass
        found.append(everything())
        if len(found) == 2:
            tickets.answer(ticket.pk, Words("Ecco."), actor=anna, via=Via.WEB)

    assert found[0] == found[1]
    assert found[2] == found[3]
    assert [len(it["replied"]) for it in found] == [0, 0, 1, 1]


def test_step_when_the_zone_of_the_desk_is_another_then_all_is_folded_anew(ticket):
    sync.step()
    desks.configure(name="Desk", time_zone="Pacific/Auckland", language="en")
    configuration.forget()

    sync.step()

    ((row,),) = (everything()["created"],)
    assert (row[2] - row[1]).total_seconds() in (12 * 3600, 13 * 3600)


def test_step_when_a_number_arrives_late_then_is_taken_in(ticket, anna):
    """On PostgreSQL a transaction may commit after a later one."""
    sync.step()
    said = {"ticket": ticket, "author": anna, "via": {}, "created_at": ticket.created_at}
    late = Audit.objects.create(events=[], **said)
    tickets.answer(ticket.pk, Words("Ecco."), actor=anna, via=Via.WEB)
    events = [{"type": "Comment", "public": False, "automatic": False, "by": "agent"}]
    late_id, _gone = late.pk, late.delete()
    sync.step()
    Audit.objects.create(id=late_id, events=events, **said)

    sync.step()

    assert len(everything()["touches"]) == 2


def test_step_when_broken_off_while_writing_then_the_old_facts_count(ticket, anna, monkeypatch):
    sync.step()
    before = everything()
    tickets.answer(ticket.pk, Words("Ecco."), actor=anna, via=Via.WEB)
    with monkeypatch.context() as patch:
        patch.setattr(store, "save", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="full"):
            sync.step()

    assert everything() == before
    sync.step()
    assert len(everything()["replied"]) == 1


def test_step_when_a_file_is_broken_then_all_is_folded_anew(facts_folder, ticket, monkeypatch):
    sync.step()
    before = everything()
    monkeypatch.setattr(sync, "_known", set())  # As a process that starts after a power cut.
    next((facts_folder / "created").iterdir()).write_bytes(b"")

    assert sync.step() is True
    assert everything() == before


def test_step_when_a_change_of_hours_arrives_late_then_what_was_told_since_is_folded_again(ticket, anna, ada):
    """On PostgreSQL hours may be changed in a transaction that ends after somebody has answered."""
    office = schedules.save({"name": "Office", "time_zone": "UTC", "intervals": [[0, 10080]]}, actor=ada)
    sync.step()
    schedules.save({"name": "Office", "time_zone": "UTC", "intervals": []}, actor=ada, schedule_id=office.pk)
    late = RuleChange.objects.latest("pk")
    late_id, _gone = late.pk, late.delete()
    with clock.at(clock.now() + timedelta(hours=2)):
        RuleChange.objects.create(kind="view", rule_id=1, created_at=clock.now())
        tickets.answer(ticket.pk, Words("Ecco."), actor=anna, via=Via.WEB)
        sync.step()
        before = replies()
        late.pk = late_id
        late.save(force_insert=True)

        sync.step()

    assert (before, replies()) == ([120], [0])


def replies():
    return [column(row, "replied", "business") for row in everything()["replied"]]


def test_step_when_people_were_merged_one_after_another_then_the_last_one_counts(mailbox, ada, rita, otto):
    """A request of somebody who was merged just before, and whose row is his own still."""
    last = people.add("Rita Bianchi", "rita@bianchi.example")
    merging_people.merge_people(otto.pk, rita.pk, actor=ada)
    tickets.open_ticket(requester=otto, subject="?", words=Words("?"), actor=otto, via=Via.EMAIL)
    sync.step()
    merging_people.merge_people(rita.pk, last.pk, actor=ada)

    sync.step()

    assert [column(row, "created", "requester_id") for row in everything()["created"]] == [last.pk]


def test_step_when_organizations_were_merged_and_parted_then_their_tickets_follow(ticket, ada, organization):
    other = people.add_organization("Rossi Hotels S.r.l.")
    sync.step()

    def told(write):
        write()
        return {column(row, it, "organization_id") for it in ("created", "spells") for row in everything()[it]}

    merging_organizations.merge_organizations(organization.pk, other.pk, actor=ada)
    merged = [told(sync.step), told(sync.rebuild)]
    merging_organizations.unmerge_organizations(organization.pk, actor=ada)
    parted = [told(sync.step), told(sync.rebuild)]

    assert (merged, parted) == ([{other.pk}] * 2, [{organization.pk}] * 2)


def test_read_when_a_ticket_came_between_two_questions_then_it_waits_for_the_next_step(ticket):
    mine = {"ticket__in": [ticket.pk]}

    assert list(read._told(mine, {"pk__in": []}, read.desk())) == []


def test_touches_when_a_customer_came_to_work_here_then_from_then_on(ticket, anna, ada, rita, frozen_clock):
    Audit.objects.create(
        ticket=ticket, author=rita, via={}, created_at=clock.now(),
        events=[{"type": "Change", "field_name": "requester_id", "value": anna.pk},
                {"type": "Change", "field_name": "priority", "value": "low"}],
    )  # fmt: skip
    frozen_clock.shift(60)
    agents.invite("Rita Rossi", rita.email, language="it", rights=Rights(), actor=ada, customer=rita.pk)
    Audit.objects.create(
        ticket=ticket, author=rita, via={}, created_at=clock.now(),
        events=[{"type": "Change", "field_name": "priority", "value": "high"}],
    )  # fmt: skip

    sync.step()

    assert [row[3] for row in everything()["touches"]] == [rita.pk]
