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
        ("unassigned", "ticket_unassigned"),
        ("unsolved", "ticket_unsolved"),
        ("solved", "ticket_solved"),
    ],
)
def test_usual_views_are_found_by_their_partial_index_on_every_page(usual_views, ticket, anna, name, index):
    asked = []

    def explain(execute, sql, values, many, context):
        plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", values)
        asked.append(" ".join(row[3] for row in plan.fetchall()))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(explain):
        for address in ("", "after=2027-01-01T00:00:00Z_7"):
            lists.page(usual_views[name], anna, QueryDict(address))

    assert [index in plan for plan in asked] == [True] * len(asked)
