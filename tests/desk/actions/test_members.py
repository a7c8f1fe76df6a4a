"""Which tickets stand in which views: what is kept on the way is what the database finds."""

import contextlib
import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.desk.actions import configuration, members, people, ratings, surveys, ticket_fields, tickets, views
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.actions.update import Update
from sportello.desk.errors import DeskError
from sportello.desk.models import CustomField, SatisfactionRating, Ticket, View, ViewMember
from sportello.desk.rules import conditions
from sportello.desk.rules.kinds import Moment
from sportello.desk.words import Priority, Status, Via
from sportello.kit import clock

KEPT = [
    {"all": [{"field": "status", "operator": "less_than", "value": "solved"}]},
    {"all": [{"field": "status", "operator": "less_than", "value": "pending"}]},
    {"all": [{"field": "assignee_id", "operator": "is", "value": ""}]},
    {"all": [{"field": "group_id", "operator": "is_not", "value": ""}]},
    {"all": [{"field": "priority", "operator": "less_than", "value": "normal"}]},
    {"all": [{"field": "type", "operator": "is_not", "value": "incident"}]},
    {"all": [{"field": "current_tags", "operator": "includes", "value": "vip"}]},
    {
        "any": [
            {"field": "current_tags", "operator": "not_includes", "value": "vip gold"},
            {"field": "subject_includes_word", "operator": "includes", "value": "stampante"},
        ]
    },
    {"all": [{"field": "satisfaction_score", "operator": "is", "value": "good"}]},
    {"all": [{"field": "via_id", "operator": "is", "value": "email"}]},
    # Of this one only the first condition is kept: the rest is asked when somebody looks.
    {
        "all": [
            {"field": "status", "operator": "is", "value": "pending"},
            {"field": "PENDING", "operator": "greater_than", "value": "2"},
        ]
    },
]


def view(number=0, **more):
    return views.save({"title": f"View {number}", "conditions": KEPT[number], **more}, actor=None)


def filled(frozen_clock):
    """Everything that waits to be filled in."""
    frozen_clock.shift(members.SETTLED + timedelta(seconds=1))
    while members.step():
        pass


def kept(made):
    return set(ViewMember.objects.filter(view=made).values_list("ticket", flat=True))


def found(made):
    """What the database finds."""
    read = configuration.current().view(made.pk, made.updated_at)
    return set(Ticket.objects.filter(conditions.query(read.kept, Moment(clock.now()))).values_list("pk", flat=True))


def opened(person, **more):
    words = {"subject": "La stampante", "words": Words("Aiuto"), "actor": person, "via": Via.EMAIL}
    return tickets.open_ticket(requester=person, **{**words, **more})


HAPPENINGS = {
    "pending": {"status": Status.PENDING},
    "solved": {"status": Status.SOLVED},
    "unassigned": {"assignee": None},
    "out of its group": {"group": None},
    "low": {"priority": Priority.LOW},
    "high": {"priority": Priority.HIGH},
    "no priority": {"priority": None},
    "incident": {"type": "incident"},
    "no type": {"type": ""},
    "vip": {"add_tags": ("vip",)},
    "gold": {"add_tags": ("gold",), "remove_tags": ("vip",)},
    "subject": {"subject": "Lo scanner"},
    "answer": {"words": Words("Ecco")},
}
OTHERS = ("filled in", "emptied", "assigned", "grouped", "customer writes", "customer confirms", "good", "bad", "new")


def happen(name, ticket, anna, rita, group):
    """One thing that happens to a ticket."""
    if name == "new":
        opened(rita, group=group if ticket.group_id else None, tags=("vip",), priority=Priority.LOW)
    elif name == "customer writes":
        tickets.hear(ticket.pk, Words("Ancora"), actor=rita, via=Via.EMAIL)
    elif name == "customer confirms":
        tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    elif name in ("good", "bad"):
        with transaction.atomic():
            rating = surveys.offer(Update(tickets.lock(ticket.pk), actor=None, via=Via.RULE))
            ratings.vote(rating.pk, name, actor=rita, via=Via.WEB)
    else:
        room = CustomField.objects.get().pk
        more = {"assigned": {"assignee": anna}, "grouped": {"group": group}}
        more |= {"filled in": {"fields": {room: "12"}}, "emptied": {"fields": {room: ""}}}
        change = Change(**({**HAPPENINGS, **more}[name]))
        tickets.update(ticket.pk, change, actor=anna, via=Via.WEB)


@pytest.fixture
def every_view(mailbox, rita, anna, group, frozen_clock):
    room = ticket_fields.save_field({"kind": "integer", "title": "Room"}, actor=None)
    above = {"field": f"custom_fields_{room.pk}", "operator": "greater_than", "value": "10"}
    empty = {"field": f"custom_fields_{room.pk}", "operator": "not_present"}
    made = [view(number) for number in range(len(KEPT))]
    made += [views.save({"title": it["operator"], "conditions": {"all": [it]}}, actor=None) for it in (above, empty)]
    opened(rita)
    opened(rita, group=group, via=Via.WEB)
    filled(frozen_clock)
    return [View.objects.get(pk=it.pk) for it in made]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    happenings=st.lists(st.tuples(st.sampled_from([*HAPPENINGS, *OTHERS]), st.integers(0, 9)), min_size=1, max_size=8)
)
def test_members_kept_on_the_way_are_those_that_the_database_finds(
    every_view, anna, rita, group, frozen_clock, happenings
):
    with transaction.atomic():
        for name, number in happenings:
            frozen_clock.shift(1)  # Nobody solves a ticket twice at one instant.
            there = Ticket.objects.order_by("pk")
            with contextlib.suppress(DeskError):  # What is refused changes nothing.
                happen(name, there[number % len(there)], anna, rita, group)

        members_, asked = {it.title: kept(it) for it in every_view}, {it.title: found(it) for it in every_view}
        transaction.set_rollback(True)

    assert members_ == asked


@pytest.mark.django_db
def test_fill_when_a_view_is_new_or_changed_makes_its_members_right(mailbox, anna, rita, frozen_clock, monkeypatch):
    monkeypatch.setattr(members, "PIECE", 2)
    known = [opened(rita, tags=("vip",) if number % 2 else ()) for number in range(5)]
    made = view(6)
    before = kept(made), members.step()
    filled(frozen_clock)
    first = kept(made)

    changed = views.save({**views.export(made), "conditions": KEPT[0]}, actor=None, view_id=made.pk)
    was, filled_to = kept(made), changed.filled_to
    filled(frozen_clock)

    assert before == (set(), False)
    assert first == {known[1].pk, known[3].pk} == was
    assert (filled_to, kept(made)) == (0, {ticket.pk for ticket in known})
    assert View.objects.get().filled_to is None


@pytest.mark.django_db
def test_fill_in_pieces_goes_on_where_it_stood(mailbox, rita, frozen_clock, monkeypatch):
    monkeypatch.setattr(members, "PIECE", 2)
    known = [opened(rita).pk for _number in range(5)]
    made = view()
    frozen_clock.shift(members.SETTLED)

    came = []
    while members.step():
        came.append((View.objects.get().filled_to, len(kept(made))))

    start = known[0] - 1
    assert came[-1] == (None, 5)
    assert [count for to, count in came if to is None or to > start] == sorted({count for _to, count in came} - {0})


@pytest.mark.django_db
def test_members_while_a_view_is_filled_in_are_kept_right(mailbox, rita, anna, frozen_clock, monkeypatch):
    monkeypatch.setattr(members, "PIECE", 1)
    first, second = opened(rita), opened(rita)
    made = view()
    frozen_clock.shift(members.SETTLED)
    while (View.objects.get().filled_to or 0) < first.pk:
        assert members.step()

    tickets.update(first.pk, Change(status=Status.SOLVED), actor=anna, via=Via.WEB)
    tickets.update(second.pk, Change(status=Status.SOLVED), actor=anna, via=Via.WEB)
    third = opened(rita)
    filled(frozen_clock)

    assert kept(made) == {third.pk} == found(made)


@pytest.mark.django_db
def test_members_of_a_view_that_is_off_or_looks_at_the_viewer_are_none(mailbox, rita, frozen_clock):
    opened(rita)
    off = view()
    filled(frozen_clock)
    views.switch(off.pk, on=False, actor=None)
    mine = {"all": [*KEPT[0]["all"], {"field": "assignee_id", "operator": "is", "value": "current_user"}]}
    personal = views.save({"title": "Mine", "conditions": mine}, actor=None)

    filled(frozen_clock)
    opened(rita)

    assert (kept(off), kept(personal)) == (set(), set())
    assert set(View.objects.values_list("filled_to", flat=True)) == {None}


@pytest.mark.django_db
def test_members_of_a_view_that_was_dropped_a_moment_ago_cost_no_update(mailbox, rita):
    made = view()
    settings_ = configuration.current()
    assert settings_.views.rules
    View.objects.filter(pk=made.pk).delete()  # By another process, whose change is not known here yet.

    ticket = opened(rita)

    assert Ticket.objects.filter(pk=ticket.pk).exists()
    assert not ViewMember.objects.exists()


@pytest.mark.django_db
def test_update_asks_nothing_more_for_live_views_and_two_things_for_kept_ones(mailbox, rita, anna):
    ticket = opened(rita)

    def asked():
        """The statements of an update, when all that the desk is configured with is known."""
        tickets.update(ticket.pk, Change(priority=Priority.HIGH), actor=anna, via=Via.WEB)
        return count_queries(lambda: tickets.update(ticket.pk, Change(priority=None), actor=anna, via=Via.WEB))

    none = asked()
    waiting = {"all": [{"field": "waiting_since", "operator": "greater_than", "value": 0}]}
    views.save({"title": "Live", "conditions": waiting}, actor=None)
    with_live = asked()
    for number in (0, 4, 5, 9):
        view(number)
    with_kept = asked()

    # One question, which membership it has; one statement puts it into those that it has come to fulfil.
    assert (with_live - none, with_kept - none) == (0, 2)


def count_queries(do):
    asked = []

    def note(execute, sql, values, many, context):
        asked.append(sql)
        return execute(sql, values, many, context)

    with connections["default"].execute_wrapper(note):
        do()
    return len(asked)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fill_and_updates_at_once_lose_no_ticket(real_database):
    """Tickets are solved and opened while a view is filled in by pieces; in the end none is missing or too many."""
    rita = people.add("Rita Rossi", "rita@rossi.example")
    known = [opened(rita).pk for _number in range(12)]
    made = view(0)
    View.objects.update(updated_at=clock.now() - 2 * members.SETTLED)
    made.refresh_from_db()
    configuration.forget()
    barrier, faults = threading.Barrier(3), []

    def run(work):
        try:
            barrier.wait(10)
            work()
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    def fill():
        while members.step():
            pass

    def solve(keys):
        for key in keys:
            tickets.update(key, Change(status=Status.SOLVED), actor=None, via=Via.RULE)
            opened(rita)

    works = (fill, lambda: solve(known[:6]), lambda: solve(known[6:]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(members, "PIECE", 1)
        threads = [threading.Thread(target=run, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    assert faults == []
    assert kept(made) == found(made)
    assert len(kept(made)) == 12
    assert SatisfactionRating.objects.count() == 0
