"""How many tickets the views of an agent have: what he may see, never a wrong number, in one statement."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from sportello.desk.actions import defaults, members, people, tickets, views
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import View
from sportello.desk.words import Status, Via
from sportello.web.agent import lists

ALL = {"all": [{"field": "status", "operator": "is_not", "value": "closed"}]}
UNSOLVED = {"all": [{"field": "status", "operator": "less_than", "value": "solved"}]}


def add(title, conditions, **more):
    return views.save({"title": title, "conditions": conditions, **more}, actor=None)


def fill(frozen_clock):
    frozen_clock.shift(members.SETTLED)
    while members.step():
        pass


def opened(person, count=1, **more):
    return [
        tickets.open_ticket(
            requester=person, subject="Ferma", words=Words("Aiuto"), actor=person, via=Via.EMAIL, **more
        )
        for _number in range(count)
    ]


def counted(agent):
    """By title."""
    listed = lists.views_of(agent)
    numbers, _waiting = lists.counts(agent, listed)
    return {it.title: numbers[it.id] for it in listed}


@pytest.fixture
def restricted(db):
    def restrict(agent, to):
        agent.ticket_restriction = to
        agent.save(update_fields=["ticket_restriction"])
        return agent

    return restrict


@pytest.mark.parametrize("is_filled", [False, True])
def test_counts_are_of_what_each_agent_may_see(mailbox, anna, ada, rita, group, restricted, frozen_clock, is_filled):
    other = people.add_group("Other")
    opened(rita, 3, group=group)
    opened(rita, 2, group=other)
    mine, *_rest = opened(rita, 2)
    tickets.assign(mine.pk, anna, actor=ada, via=Via.WEB)
    add("Unsolved", UNSOLVED)
    add("Nothing", {"all": [{"field": "priority", "operator": "less_than", "value": ""}]})
    late = {"all": [*UNSOLVED["all"], {"field": "NEW", "operator": "greater_than", "value": "2"}]}
    add("Late", late)
    add("Mine", {"all": [{"field": "assignee_id", "operator": "is", "value": "current_user"}]})
    frozen_clock.shift(timedelta(hours=3))
    opened(rita, group=group)
    if is_filled:
        fill(frozen_clock)

    found = [counted(restricted(anna, to)) for to in ("", "groups", "assigned")]

    assert found == [
        {"Unsolved": "8", "Nothing": "", "Late": "7", "Mine": "1"},
        {"Unsolved": "5", "Nothing": "", "Late": "4", "Mine": "1"},
        {"Unsolved": "1", "Nothing": "", "Late": "1", "Mine": "1"},
    ]


def test_counts_when_not_all_was_looked_at_say_at_least_or_nothing(
    mailbox, anna, rita, group, restricted, frozen_clock, monkeypatch
):
    other = people.add_group("Other")
    opened(rita, 3, group=group)
    opened(rita, 2, group=other)
    opened(rita, 1, group=group)
    opened(rita, 4, group=other)
    add("Unsolved", UNSOLVED)
    fill(frozen_clock)
    agent = restricted(anna, "groups")

    found = []
    for limit in (10, 9, 6, 4):
        monkeypatch.setattr(lists, "LOOKED_AT", limit)
        View.objects.update(updated_at=View.objects.get().updated_at + timedelta(microseconds=1))
        found.append(counted(agent)["Unsolved"])

    assert found == ["4", "3+", "1+", ""]


def test_counts_are_live_and_ask_one_statement(mailbox, anna, rita, frozen_clock, django_assert_num_queries):
    defaults.install_views("en")
    (ticket, *_rest) = opened(rita, 3)
    fill(frozen_clock)
    listed = lists.views_of(anna)
    before = counted(anna)

    tickets.update(ticket.pk, Change(status=Status.SOLVED, assignee=anna), actor=anna, via=Via.WEB)

    with django_assert_num_queries(1):
        lists.counts(anna, listed)
    assert before == {"Waiting for us": "3", "Mine": "", "Unassigned": "3", "All unsolved": "3", "Solved": ""}
    assert counted(anna) == {
        "Waiting for us": "2",
        "Mine": "",
        "Unassigned": "2",
        "All unsolved": "2",
        "Solved": "1",
    }


def test_live_view_moves_with_the_clock_though_its_statement_is_kept(mailbox, anna, rita, frozen_clock):
    add("Late", {"all": [{"field": "NEW", "operator": "greater_than", "value": "2"}]})
    soon = {"field": "until_sla_breach", "operator": "less_than", "value": "2"}
    add("Due or late", {"any": [soon, {"field": "NEW", "operator": "greater_than", "value": "2"}]})
    opened(rita)
    (late, either) = lists.views_of(anna)

    found = []
    for _hour in range(3):
        rows = [[row.pk for row in lists.page(it, anna, QueryDict("")).page.rows] for it in (late, either)]
        found.append((counted(anna)["Late"], counted(anna)["Due or late"], *map(len, rows)))
        frozen_clock.shift(timedelta(hours=1))

    assert found == [("", "", 0, 0), ("", "", 0, 0), ("1", "1", 1, 1)]


def test_views_of_an_agent_are_everybodys_his_groups_and_his_own(anna, ben, ada, group):
    add("All", ALL)
    add("Support", ALL, group_id=group.pk)
    views.save({"title": "Anna's", "conditions": ALL, "owner_id": anna.pk}, actor=anna)
    views.save({"title": "Ada's", "conditions": ALL, "owner_id": ada.pk}, actor=ada)
    views.save({"title": "Off", "conditions": ALL, "active": False}, actor=ada)

    found = {who.name: [(it.title, it.icon) for it in lists.views_of(who)] for who in (anna, ben, ada)}

    assert found == {
        "Anna Conti": [("All", "layers"), ("Support", "users"), ("Anna's", "user")],
        "Ben Archer": [("All", "layers")],
        "Ada Admin": [("All", "layers"), ("Ada's", "user")],
    }


def test_view_that_cannot_be_read_any_more_is_not_listed(anna):
    row = add("All", ALL)
    View.objects.filter(pk=row.pk).update(
        conditions={"all": [{"field": "gone", "operator": "is", "value": "1"}]}, updated_at=row.created_at
    )

    assert lists.views_of(anna) == []


@pytest.mark.parametrize("is_filled", [False, True])
def test_page_asks_as_many_statements_for_one_and_three_tickets_and_for_one_and_five_views(
    mailbox, anna, rita, frozen_clock, django_assert_num_queries, is_filled
):
    add("Unsolved", UNSOLVED)
    opened(rita)
    if is_filled:
        fill(frozen_clock)

    def show():
        listed = lists.views_of(anna)
        shown = lists.page(listed[0], anna, QueryDict(""))
        lists.tags_of(anna, [row.pk for row in shown.page.rows])
        lists.counts(anna, listed)
        return len(shown.page.rows)

    found = [show()]
    with django_assert_num_queries(6):
        show()
    opened(rita, 2)
    for title in "abcd":
        add(title, ALL)
    found.append(show())

    with django_assert_num_queries(6):
        show()
    assert found == [1, 3]
