"""The views of an agent: what stands in them, in which order, how many; by which index they are found."""

import pytest
from django.db import connection
from django.http import QueryDict

from sportello.desk.actions import defaults
from sportello.web.agent import lists


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
    monkeypatch.setattr(lists, "_way", lambda *_of: "direct")
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
