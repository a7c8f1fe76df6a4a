"""The tickets behind a figure: as many as the figure says, only for who may see them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote

import pytest
from django.http import QueryDict

from sportello.desk.actions import configuration, people
from sportello.desk.models import Organization
from sportello.reports.figures import answer, filters, source
from sportello.reports.figures.measures import MEASURES
from sportello.reports.figures.query import Query
from sportello.web.reports import asked

pytestmark = pytest.mark.django_db
START, END = datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)


def query(*measures, by=(), **more):
    return Query(measures, START, END, "Europe/Rome", by, **more)


def test_tickets_when_a_bar_is_opened_then_as_many_as_it_says(lived, enter):
    months = query("num_new_tickets", by=("month", "channel"))
    client = enter(lived.ada)

    for row in answer.ask(source.own(), months).rows:
        context = client.get(asked.behind(months, "num_new_tickets", row.cell)).context

        assert len(context["list"].page.rows) == row.figures["num_new_tickets"].n
        assert context["words"][0] == row.cell[0].strftime("%B %Y")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "m=nonsense",
        "m=backlog&from=x&to=y",
        "m=backlog&from=2026-01-01&to=2026-01-01T",
        "m=backlog&from=2026-01-02&to=2026-01-01T10:30",
        "m=backlog&from=2026-01-02&to=9999-12-31T10:30",
        "m=backlog&from=2026-01-02T10:30&to=2026-01-03",
        "m=backlog&filters={",
        "m=backlog&by=channel&cell=[]",
        "m=backlog&by=x",
        "m=backlog&by=channel&cell=[5]",
        'm=backlog&by=channel&cell=["\\ud800"]',
        'm=backlog&by=channel&cell=["\\u0000"]',
        'm=backlog&filters={"all":[{"field":"current_tags","operator":"includes","value":"\\ud800"}]}',
        'm=backlog&by=agent&cell=["abc"]',
        f"m=backlog&by=agent&cell=[{10**60}]",
        "m=num_new_tickets&by=hour&cell=[true]",
        "m=backlog&by=day&cell=[null]",
        "m=backlog&by=day&cell=[5]",
        'm=backlog&by=day&cell=["9999-12-31"]',
        'm=backlog&by=year&cell=["0001-01-01"]',
    ],
)
def test_tickets_of_a_wrong_question_says_what_is_wrong(lived, enter, wrong):
    answered = enter(lived.ada).get(f"/reports/tickets?{wrong}")

    assert answered.status_code == 400
    assert answered.context["fault"]


def test_tickets_ask_the_database_as_often_however_many_there_are(lived, enter, patient, django_assert_num_queries):
    client = enter(lived.ada)
    urls = [f"/reports/tickets?m=num_new_tickets&from=2026-01-01&to={end}" for end in ("2026-01-03", "2026-03-01")]
    client.get(urls[1])
    client.get(urls[1])

    shown = []
    for url in urls:
        with django_assert_num_queries(7):
            shown.append(len(client.get(url).context["list"].page.rows))

    assert 0 < shown[0] < shown[1]


def test_tickets_that_an_agent_may_not_see_are_counted_and_not_shown(lived, enter):
    kept_in = people.add("Ben Archer", "ben@desk.example", role="agent", language="en")
    kept_in.ticket_restriction = "groups"
    kept_in.save(update_fields=["ticket_restriction"])
    people.add_group("Few", members=(kept_in,))
    url = asked.behind(query("num_new_tickets"), "num_new_tickets")

    hers, his = (enter(person).get(url).context for person in (lived.ada, kept_in))

    assert his["list"].page.rows == []
    assert his["said"] == f"{hers['said']} {hers['said'].split()[0]} of them are not yours to see."


@pytest.mark.parametrize(
    "customers",
    [
        "by=requester&cell=[1]",
        "by=organization&cell=[1]",
        'by=field:7&cell=["x"]',
        'filters={"all":[{"field":"organization_id","operator":"is","value":ROSSI}]}',
    ],
)
def test_tickets_of_customers_are_only_for_who_sees_every_ticket(lived, enter, customers):
    kept_in = people.add("Ben Archer", "ben@desk.example", role="agent", language="en")
    kept_in.ticket_restriction = "groups"
    kept_in.save(update_fields=["ticket_restriction"])
    rossi = Organization.objects.first().pk
    url = "/reports/tickets?m=backlog&from=2026-01-01&to=2026-02-01&" + customers.replace("ROSSI", f'"{rossi}"')

    answered = [enter(person).get(url).status_code for person in (lived.ada, kept_in)]

    assert answered == [200, 400]


def test_tickets_of_a_share_are_all_or_only_those_that_count(lived, enter):
    share = query("first_reply_within_hour")
    figure = answer.ask(source.own(), share).totals["first_reply_within_hour"]
    client = enter(lived.ada)

    every, some = (client.get(asked.behind(share, "first_reply_within_hour", part=part)) for part in (False, True))

    assert every.context["said"] == f"{figure.n} tickets."
    assert some.context["said"] == f"{round(figure.value * figure.n)} tickets."


def test_tickets_say_of_which_figure_they_are_and_what_it_means(lived, enter):
    page = enter(lived.ada).get(asked.behind(query("first_reply_within_hour"), "first_reply_within_hour"))

    assert page.context["title"] == "First reply · Within an hour · all hours"
    meaning = f"{MEASURES['first_reply_within_hour'].definition} Unit: per cent. Source: reports that two"
    assert meaning in unescape(page.content.decode())


def test_tickets_say_what_was_filtered(lived, enter):
    given = f"m=backlog&filters={quote(json.dumps({'all': [{'field': 'via_id', 'operator': 'is', 'value': 'email'}]}))}"

    assert "email" in enter(lived.ada).get(f"/reports/tickets?{given}").context["filters"]


def test_question_as_an_address_and_back_is_the_same(lived):
    known = filters.read({"all": [{"field": "current_tags", "operator": "includes", "value": "vpn printer"}]})
    one = query("num_new_tickets", "backlog", by=("month", "channel"), filters=known)

    cut = replace(one, end=END - timedelta(hours=13, minutes=29))
    assert [asked.read(QueryDict(asked.parameters(it)), configuration.current().desk) for it in (one, cut)] == [
        one,
        cut,
    ]
