"""The boards: who may look, what they ask, and that every figure leads to as many tickets as it says."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.http import QueryDict

from sportello.desk.actions import configuration, people, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Ticket
from sportello.desk.words import Via
from sportello.kit import clock
from sportello.reports.boards import BOARDS
from sportello.reports.figures import answer, source
from sportello.reports.figures.figure import AGENTS
from sportello.reports.figures.measure import COUNT, STOCK
from sportello.reports.figures.measures import MEASURES
from sportello.reports.folding import sync
from sportello.web.reports import asked

pytestmark = pytest.mark.django_db
PERIOD = "period=own&first=2026-01-01&last=2026-02-28"
PATHS = {key: "/reports/" if key == "overview" else f"/reports/{key}" for key in BOARDS}
LINK = re.compile(r'href="(/reports/tickets\?[^"]+)"')
NAMES = ("Rossi Hotels", "Customer 1")
# Behind its figures there are no tickets.
OF_TICKETS = [key for key in BOARDS if key != "help_center"]


@pytest.mark.parametrize("key", OF_TICKETS)
def test_board_of_a_lived_desk_leads_to_tickets(lived, enter, key):
    answered = enter(lived.ada).get(f"{PATHS[key]}?{PERIOD}")

    assert answered.status_code == 200
    assert [it.label for it in answered.context["tiles"]] == [MEASURES[it].full_label for it in BOARDS[key].tiles]
    assert LINK.search(answered.content.decode())


@pytest.mark.parametrize("key", OF_TICKETS)
def test_board_when_a_counted_figure_is_opened_then_as_many_tickets_as_it_says(lived, enter, key):
    """Every address of the page, asked for as the page of tickets does; events may have a ticket in common."""
    page = enter(lived.ada).get(f"{PATHS[key]}?{PERIOD}").content.decode()
    facts, desk = source.own(), configuration.current().desk
    tried = 0

    for url in {unescape(found) for found in LINK.findall(page)}:
        given = QueryDict(url.partition("?")[2])
        query, cell = asked.read(given, desk), asked.read_cell(given, asked.read(given, desk))
        (measure,) = query.measures
        if MEASURES[measure].how not in (COUNT, STOCK) or MEASURES[measure].unit == AGENTS:
            continue
        row = next(it for it in answer.ask(facts, query).rows if it.cell == cell)
        found = answer.count_tickets(facts, query, measure, cell)
        n = row.figures[measure].n
        assert found == n if MEASURES[measure].unit == "tickets" else 0 < found <= n, url
        tried += 1

    assert tried > 5


def test_figure_says_on_hover_what_it_is_its_unit_its_source_and_n(lived, enter):
    page = unescape(enter(lived.ada).get(f"/reports/efficiency?{PERIOD}").content.decode())

    titles = re.findall(r'<summary title="([^"]+)" aria-label="What “First reply · Mean · all hours” means"', page)
    (said,) = titles
    assert re.search(r"Unit: time\. Source: public documentation of other helpdesks\. n\W=\W\d+", said), said


def test_tile_leads_to_the_list_with_its_number(lived, enter):
    client = enter(lived.ada)
    tile = client.get(f"/reports/?{PERIOD}").context["tiles"][0]

    listed = client.get(tile.href).context

    assert listed["said"] == f"{tile.value} tickets."


def test_figure_before_leads_to_its_tickets_too(lived, enter):
    client = enter(lived.ada)
    shown = client.get("/reports/?period=own&first=2026-01-11&last=2026-01-20")
    tile = shown.context["tiles"][0]

    listed = client.get(tile.before_href).context

    assert unescape(tile.before_href) in unescape(shown.content.decode())
    assert (listed["words"][0], listed["said"]) == ("1–10 January 2026", f"{tile.before} tickets.")


def test_boards_name_no_customer_to_whom_not_every_ticket_is_shown(lived, enter):
    kept_in = people.add("Ben Archer", "ben@desk.example", role="agent", language="en")
    kept_in.ticket_restriction = "groups"
    kept_in.save(update_fields=["ticket_restriction"])
    client = enter(kept_in)

    for key, path in PATHS.items():
        answered = client.get(f"{path}?{PERIOD}")
        assert answered.status_code == (404 if BOARDS[key].of_customers else 200), key
        assert not any(name in answered.content.decode() for name in NAMES), key


def test_boards_name_customers_to_whom_they_may_see(lived, enter):
    page = enter(lived.ada).get(f"/reports/organizations?{PERIOD}").content.decode()

    assert all(name in page for name in NAMES)


@pytest.mark.parametrize("key", ["agents", "organizations"])
def test_board_asks_the_database_as_often_however_many_names(lived, enter, patient, key, django_assert_num_queries):
    client = enter(lived.ada)
    client.get(f"{PATHS[key]}?{PERIOD}")
    client.get(f"{PATHS[key]}?{PERIOD}")

    counts = []
    for days in ("first=2026-01-01&last=2026-01-04", "first=2026-01-01&last=2026-02-28"):
        with django_assert_num_queries(QUERIES[key]):
            shown = client.get(f"{PATHS[key]}?period=own&{days}").context["parts"][-1].lines
        counts.append(len(shown.lines))

    assert counts[0] < counts[1]


QUERIES = {"agents": 7, "organizations": 9}


def test_board_whose_facts_are_behind_says_since_when(lived, enter):
    client = enter(lived.ada)
    rita = people.add("Rita Late", "rita@late.example")
    with clock.at(datetime(2026, 3, 2, 9, 30, tzinfo=UTC)):
        tickets.open_ticket(requester=rita, subject="?", words=Words("?"), actor=rita, via=Via.EMAIL)

    def said(at):
        with clock.at(at):
            return "is not in these figures yet" in client.get("/reports/channels").content.decode()

    since = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert [said(since + timedelta(seconds=it)) for it in (50, 70)] == [False, True]
    sync.step()
    assert not said(since + timedelta(seconds=70))


@pytest.mark.parametrize(("word", "is_said"), [("last_28_days", True), ("last_month", False)])
def test_board_of_a_period_that_runs_says_that_today_is_not_over(lived, enter, word, is_said):
    page = enter(lived.ada).get(f"/reports/channels?period={word}").content.decode()

    assert ("today is not over yet" in page) is is_said


def test_board_of_a_period_that_runs_counts_of_the_other_what_was_there_at_this_time_of_day(lived, enter):
    client = enter(lived.ada)

    with clock.at(datetime(2026, 1, 18, 9, 30, 40, tzinfo=UTC)):
        shown = client.get("/reports/?period=own&first=2026-01-10&last=2026-01-31")
    (band,) = {unescape(it) for it in LINK.findall(shown.content.decode()) if "T10" in it and "cell=" in it}
    behind = client.get(band).context

    # What came in on the ninth after that does not count.
    begun, until, end = (
        datetime(*it, tzinfo=UTC) for it in ((2025, 12, 31, 23), (2026, 1, 9, 9, 30), (2026, 1, 9, 23))
    )
    came = Ticket.objects.values_list("created_at", flat=True)
    assert any(until <= it < end for it in came)
    assert shown.context["tiles"][0].before == str(sum(begun <= it < until for it in came))
    assert "beside 1–9 January 2026, up to 10:30 · today is not over yet" in shown.content.decode()
    assert (behind["words"][0], behind["said"]) == ("1–9 January 2026, up to 10:30", "1 ticket.")


def test_backlog_stands_in_the_order_of_a_tickets_life_and_of_urgency(lived, enter):
    charts = {
        part.label: str(part.chart)
        for part in enter(lived.ada).get(f"/reports/backlog?{PERIOD}").context["parts"]
        if hasattr(part, "chart")
    }
    said = {
        "By status": ["New", "Open", "Pending", "On hold"],
        "By priority": ["Urgent", "High", "Normal", "Low", "No priority"],
    }

    for title, names in said.items():
        found = [name for name in re.findall(r'<th scope="row">([^<]+)', charts[title]) if name in names]
        assert (found, len(found) > 2) == ([name for name in names if name in found], True)


def test_board_compares_with_the_period_before_and_says_what_is_better(lived, enter):
    tiles = enter(lived.ada).get("/reports/?period=own&first=2026-02-01&last=2026-02-28").context["tiles"]

    by_label = {tile.label: tile for tile in tiles}
    backlog = by_label["Backlog"]
    assert backlog.trend == {"+": "worse", "−": "better", "": ""}[backlog.change[:1]]
    assert by_label["Created"].trend == ""
    assert by_label["Created"].before


def test_board_without_comparison_has_none(lived, enter):
    context = enter(lived.ada).get(f"/reports/?{PERIOD}&against=").context

    assert {tile.before for tile in context["tiles"]} == {""}
    assert context["bar"].said_earlier == ""


def test_board_with_filters_shows_a_part_and_keeps_them_in_its_tabs(lived, enter):
    client = enter(lived.ada)
    group = lived.groups[0]

    def created(more):
        return int(client.get(f"/reports/?{PERIOD}{more}").context["tiles"][0].value)

    parts = sum(created(f"&group={it.pk}") for it in lived.groups)
    context = client.get(f"/reports/?{PERIOD}&group={group.pk}").context
    assert 0 < created(f"&group={group.pk}") < parts <= created("")
    assert all(f"group={group.pk}" in tab.url for tab in context["tabs"] if "period=" in tab.url)


@pytest.mark.parametrize(("chosen", "is_said"), [("agent", True), ("group", False)])
def test_board_of_one_agent_says_why_nothing_is_created(lived, enter, chosen, is_said):
    value = (lived.agents[0] if chosen == "agent" else lived.groups[0]).pk
    page = enter(lived.ada).get(f"/reports/?{PERIOD}&{chosen}={value}").content.decode()

    assert ("nobody&#x27;s yet" in page or "nobody's yet" in page) is is_said


@pytest.mark.parametrize("days", ["first=2000-01-01&last=2199-12-31", "first=2019-03-05&last=2026-02-28"])
@pytest.mark.parametrize("path", [*PATHS.values(), "/reports/satisfaction"])
def test_board_of_years_and_centuries_is_drawn(lived, enter, path, days):
    assert enter(lived.ada).get(f"{path}?period=own&{days}").status_code == 200


@pytest.mark.parametrize(
    ("chosen", "name"),
    [("agent", "Bea Gone"), ("agent=99999", "somebody who has left"), ("group=99999", "a group that is no more")],
)
def test_board_of_who_has_left_says_of_whom_it_is(lived, enter, chosen, name):
    gone = people.add("Bea Gone", "gone@desk.example", language="en")
    field, _equals, value = (f"agent={gone.pk}" if chosen == "agent" else chosen).partition("=")

    bar = enter(lived.ada).get(f"/reports/?{PERIOD}&{field}={value}").context["bar"]

    assert bar.choices[field][value] == name


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ("organization=Nobody+%26+Co", "organization"),
        ("channel=pigeon", "channel"),
        ("group=x", "group"),
        ("group=99999999999999999999", "group"),
        ("tag=vpn&agent=x", "agent"),
        ("period=own&first=2026-03-01&last=2026-02-01", "period"),
        ("period=own&first=yesterday&last=2026-02-01", "period"),
    ],
)
def test_board_with_a_wrong_filter_says_which(lived, enter, wrong, field):
    answered = enter(lived.ada).get(f"/reports/?{wrong}")

    assert answered.status_code == 400
    assert list(answered.context["bar"].faults) == [field]
    assert "tiles" not in answered.context


def test_board_without_its_filters_keeps_its_days(lived, enter):
    client = enter(lived.ada)
    page = client.get(f"/reports/?{PERIOD}&tag=vpn").content.decode()

    (href,) = {unescape(it) for it in re.findall(r'class="button button--quiet button--small" href="([^"]+)"', page)}
    bar = client.get(f"/reports/{href}").context["bar"]

    assert (bar.said, dict(bar.chosen)) == ("January – February 2026", {})


def test_board_with_words_that_are_none_takes_the_usual_ones(lived, enter):
    bar = enter(lived.ada).get("/reports/?period=fortnight&against=whatever").context["bar"]

    assert (bar.word, bar.against) == ("last_28_days", "before")


def test_chart_as_a_picture_is_a_png(lived, enter):
    answered = enter(lived.ada).get(f"/reports/?{PERIOD}&format=png&chart=flow")

    assert answered["Content-Type"] == "image/png"
    assert "created-and-solved" in answered["Content-Disposition"]
    assert answered.content.startswith(b"\x89PNG")


def test_picture_of_a_chart_says_of_which_days_and_tickets_it_is_below_its_title(lived, enter):
    """Months say themselves which they are: their picture is taller by a line only where a filter is to be told."""
    client = enter(lived.ada)

    def height(chart, more=""):
        return int.from_bytes(client.get(f"/reports/?{PERIOD}&format=png&chart={chart}{more}").content[20:24])

    assert height("reply", "&channel=email") - height("reply") > 20
    assert height("flow", "&channel=email") == height("flow")


@pytest.mark.parametrize("chart", ["", "none", "sheet"])
def test_chart_that_is_none_has_no_picture(lived, enter, chart):
    assert enter(lived.ada).get(f"/reports/agents?format=png&chart={chart}").status_code == 404
