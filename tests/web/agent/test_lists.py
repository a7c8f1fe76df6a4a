"""The views of an agent: what stands in them, in which order, how many; by which index they are found."""

from datetime import timedelta
from itertools import groupby

import pytest
from django.db import connection
from django.db.models import Q
from django.http import QueryDict

from sportello.desk.actions import defaults, members, policies, tickets, views
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Ticket, TicketSla
from sportello.desk.rules.views import GROUPS, SORTS
from sportello.desk.words import Priority, Status, Via
from sportello.web.agent import lists
from sportello.web.ui import paging

TARGET = {"metric": "first_reply_time", "target": 60, "business_hours": False}
ALL = {"all": [{"field": "status", "operator": "is_not", "value": "closed"}]}
UNSOLVED = {"all": [{"field": "status", "operator": "less_than", "value": "solved"}]}


@pytest.fixture
def usual_views(db, anna):
    defaults.install_views("en")
    return dict(zip(("waiting", "mine", "unassigned", "unsolved", "solved"), lists.views_of(anna), strict=True))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL sees the values before it chooses an index")
@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("waiting", "ticket_waiting"),
        ("mine", "ticket_mine"),
        ("unassigned", "ticket_mine"),
        ("unsolved", "ticket_unsolved"),
        ("solved", "ticket_solved"),
    ],
)
def test_usual_views_with_many_tickets_are_found_by_their_partial_index_on_every_page(
    usual_views, ticket, anna, name, index, monkeypatch
):
    monkeypatch.setattr(lists, "_way", lambda *_of: "walked")
    plans = []

    def explain(execute, sql, values, many, context):
        plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", values)
        plans[-1].append(" ".join(row[3] for row in plan.fetchall()))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(explain):
        for address in ("", "after=2027-01-01T00:00:00Z_7"):
            plans.append([])
            lists.page(usual_views[name], anna, QueryDict(address))

    # Tickets that have no such time come after, in a statement of their own.
    assert [index in asked[0] for asked in plans] == [True, True]


# --- what stands in a view, in which order ----------------------------------------------------------------------------


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(paging, "SIZE", 3)
    monkeypatch.setattr(lists, "SIZE", 3)


@pytest.fixture
def many(mailbox, anna, rita, otto, group, frozen_clock):
    """Tickets of all sorts, some without what is sorted by."""
    policies.save_policy(
        {"title": "Some", "targets": [{**TARGET, "priority": name} for name in ("low", "high")]}, actor=None
    )
    for number in range(11):
        frozen_clock.shift(timedelta(minutes=7))
        ticket = tickets.open_ticket(
            requester=(rita, otto)[number % 2],
            subject=f"n. {number}",
            words=Words("Aiuto"),
            actor=rita,
            via=Via.EMAIL,
            priority=[None, Priority.HIGH, Priority.LOW][number % 3],
            type=["", "incident"][number % 2],
            group=group if number % 4 else None,
        )
        frozen_clock.shift(60)
        if number % 3:
            status = [Status.PENDING, Status.SOLVED, Status.OPEN][number % 3 - 1]
            tickets.update(ticket.pk, Change(assignee=anna, status=status), actor=anna, via=Via.WEB)


def made(**more):
    return views.save({"title": "All", "conditions": ALL, **more}, actor=None)


def listed(row, agent):
    return next(it for it in lists.views_of(agent) if it.id == row.pk)


def fill(frozen_clock):
    frozen_clock.shift(60)
    while members.step():
        pass


def value_of(ticket, sort_by):
    if sort_by == "sla_due":
        sla = TicketSla.objects.filter(ticket=ticket).first()
        return sla and (sla.overdue_since or sla.due_at)
    return ticket.pk if sort_by == "created_at" else getattr(ticket, sort_by)


def expected(sort_by, descending, found=None):
    """The ids of tickets in this order, those that have nothing to be sorted by last."""
    keys = {it.pk: value_of(it, sort_by) for it in (Ticket.objects.all() if found is None else found)}
    there = sorted((pk for pk in keys if keys[pk] is not None), key=lambda pk: (keys[pk], pk), reverse=descending)
    return [*there, *sorted((pk for pk in keys if keys[pk] is None), reverse=descending)]


def leaf_through(found, agent, query=""):
    """The ids on all pages, to the end; and whether they are the same on the way back to the first."""
    there, back = [], []
    while query is not None:
        page = lists.page(found, agent, QueryDict(query)).page
        there.append([row.pk for row in page.rows])
        query = page.older_url and page.older_url[1:]
    while True:
        back.insert(0, [row.pk for row in page.rows])
        if page.newer_url is None:
            break
        page = lists.page(found, agent, QueryDict(page.newer_url[1:])).page
    return [pk for rows in there for pk in rows], there == back


@pytest.mark.parametrize(
    ("way", "is_filled"),
    [("members", True), ("asked", False), ("visible", True), ("walked", False), ("walked", True)],
)
def test_pages_by_every_way_show_every_ticket_once_in_order(
    many, anna, frozen_clock, small_pages, monkeypatch, way, is_filled
):
    row = made()
    if is_filled:
        fill(frozen_clock)
    found = listed(row, anna)
    monkeypatch.setattr(lists, "_way", lambda *_of: way)
    orders = [
        (name, order) for name in SORTS for order in ("asc", "desc") if way in lists.SORTED or SORTS[name].has_index
    ]

    shown = {it: leaf_through(found, anna, f"sort_by={it[0]}&sort_order={it[1]}") for it in orders}

    assert shown == {(name, order): (expected(name, order == "desc"), True) for name, order in orders}


@pytest.mark.parametrize("descending", [False, True])
def test_pages_in_groups_hold_each_group_together(many, anna, frozen_clock, small_pages, descending):
    row = made()
    for group_by in GROUPS:
        frozen_clock.shift(1)
        data = {**views.export(row), "group_by": group_by, "group_descending": descending}
        views.save(data, actor=None, view_id=row.pk)
        order = list(Status.values) if group_by == "status" else None

        shown, is_same_backwards = leaf_through(listed(row, anna), anna)

        read = map(Ticket.objects.get, ids(shown))
        found = [(key, [*rows]) for key, rows in groupby(read, key=named(GROUPS[group_by]))]
        there = [key for key, _rows in found if key is not None]
        assert there == sorted(there, key=order.index if order else None, reverse=descending)
        assert None not in [key for key, _rows in found][:-1]
        assert [[it.pk for it in rows] for _key, rows in found] == [
            expected("updated_at", True, rows) for _key, rows in found
        ]
        assert (sorted(shown), is_same_backwards) == (expected("created_at", False), True)


def ids(shown):
    return [Q(pk=pk) for pk in shown]


def named(column):
    """What a group is named by: of a ticket, or of what belongs to it."""
    name, _sign, attribute = column.partition("__")
    return lambda ticket: getattr(getattr(ticket, name), attribute, None) if attribute else getattr(ticket, name)


@pytest.mark.django_db
def test_page_of_too_many_tickets_is_plain(many, anna, frozen_clock, monkeypatch):
    row = made(group_by="priority", sort_by="sla_due", sort_descending=False)
    fill(frozen_clock)
    few = lists.page(listed(row, anna), anna, QueryDict(""))
    monkeypatch.setattr(lists, "SORTED_AT_MOST", 5)
    views.save({**views.export(row), "title": "Again"}, actor=None, view_id=row.pk)

    found = lists.page(listed(row, anna), anna, QueryDict(""))

    assert (few.is_plain, few.layout.group_by, few.layout.sort_by) == (False, "priority", "sla_due")
    assert (found.is_plain, found.layout.group_by, found.layout.sort_by) == (True, "", "updated_at")
    assert [it.pk for it in found.page.rows] == expected("updated_at", False)


def test_page_sorted_otherwise_for_once_says_so(many, anna):
    row = made()

    found = lists.page(listed(row, anna), anna, QueryDict("sort_by=solved_at&sort_order=asc"))

    assert (found.layout.sort_by, found.layout.sort_descending) == ("solved_at", False)
    assert [it.pk for it in found.page.rows] == expected("solved_at", False)


@pytest.mark.parametrize(
    "key", ["after=x", "before=_", "after=9_x", "before=99999999999999999999999_7", "after=3_" + "9" * 50]
)
def test_page_with_a_mangled_key_shows_something(many, anna, frozen_clock, key):
    row = made()

    for way in ("asked", "walked"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lists, "_way", lambda *_of, way=way: way)
            assert lists.page(listed(row, anna), anna, QueryDict(key)).page.rows


def test_page_after_a_ticket_that_has_left_goes_on_where_it_stood(many, anna, small_pages, frozen_clock):
    row = made(conditions=UNSOLVED, sort_by="created_at", sort_descending=False)
    fill(frozen_clock)
    first = lists.page(listed(row, anna), anna, QueryDict(""))
    ids = expected("created_at", False, Ticket.objects.unsolved())
    tickets.update(ids[2], Change(status=Status.SOLVED), actor=anna, via=Via.WEB)

    second = lists.page(listed(row, anna), anna, QueryDict(first.page.older_url[1:]))

    assert [it.pk for it in first.page.rows] == ids[:3]
    assert [it.pk for it in second.page.rows] == ids[4:7]
