"""A month lived through the verbs, its figures computed by hand."""

import json
import math
from datetime import UTC, datetime, timedelta

import pytest

from sportello.desk.actions import configuration, desks, merging, people, ratings, tickets, timers
from sportello.desk.actions.tickets import Words
from sportello.desk.models import OutgoingMail, SatisfactionRating, Schedule
from sportello.desk.words import About, Role, Score, SendState, Status, Via
from sportello.kit import clock
from sportello.reports.month import month
from sportello.reports.tables import as_json, as_text, bad_about, rows, tables

# A Monday in Rome, where it is an hour later.
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk(mailbox):
    Schedule.objects.create(name="Office", time_zone="Europe/Rome", intervals=desks.OFFICE_HOURS, default=True)
    return desks.configure(name="Ufficio aiuto", time_zone="Europe/Rome", language="it")


def open_at(at, requester, subject="Aiuto", **more):
    with clock.at(at):
        return tickets.open_ticket(
            requester=requester, subject=subject, words=Words("Non va."), actor=requester, via=Via.EMAIL, **more
        )


def answer_at(at, ticket, agent, status=Status.OPEN, text="Fatto."):
    with clock.at(at):
        tickets.answer(ticket.pk, Words(text), status=status, actor=agent, via=Via.WEB)


def live_until(moment):
    """Keep the mails and run the clocks, each at its time."""
    with clock.at(moment):
        OutgoingMail.objects.filter(state=SendState.QUEUED).update(state=SendState.KEPT, settled_at=MONDAY)
        while timers.step():
            pass


def vote_at(at, ticket, score, about="", comment=""):
    with clock.at(at):
        rating = SatisfactionRating.objects.get(ticket=ticket)
        ratings.vote(rating.pk, score, about=about, comment=comment, actor=ticket.requester, via=Via.WEB)


@pytest.fixture
def lived(desk, anna, ada, rita, sam):
    """November 2026: six tickets created, five first replies, four solved, two votes."""
    anna_solves_at_once = open_at(MONDAY, rita)
    answer_at(MONDAY + timedelta(minutes=30), anna_solves_at_once, anna, Status.SOLVED)
    two_replies = open_at(MONDAY, rita)
    answer_at(MONDAY + timedelta(minutes=60), two_replies, anna)
    answer_at(MONDAY + timedelta(minutes=90), two_replies, anna, Status.SOLVED)
    by_night = open_at(MONDAY + timedelta(hours=12), sam)  # 22:00 in Rome; answered at 9:20
    answer_at(MONDAY + timedelta(hours=23, minutes=20), by_night, ada, Status.SOLVED)
    reopened = open_at(MONDAY, sam)
    answer_at(MONDAY + timedelta(hours=2), reopened, ada, Status.SOLVED)
    with clock.at(MONDAY + timedelta(hours=3)):
        tickets.not_yet(reopened.pk, Words("Ancora no."), actor=sam, via=Via.WEB)
    answer_at(MONDAY + timedelta(hours=4), reopened, anna, Status.SOLVED)
    reopened_for_good = open_at(MONDAY, sam)
    answer_at(MONDAY + timedelta(minutes=10), reopened_for_good, ada, Status.SOLVED)
    with clock.at(MONDAY + timedelta(hours=3)):
        tickets.not_yet(reopened_for_good.pk, Words("No."), actor=sam, via=Via.WEB)
    open_at(MONDAY, rita)
    for hours in (50, 75, 100, 125):
        live_until(MONDAY + timedelta(hours=hours))
    vote_at(MONDAY + timedelta(days=6), anna_solves_at_once, Score.GOOD)
    vote_at(MONDAY + timedelta(days=6), by_night, Score.BAD, About.PRODUCT)
    vote_at(MONDAY + timedelta(days=7), by_night, Score.BAD, About.PRODUCT, "Il PC è lento.")


def values(found, *keys):
    return [found.figures[key].figure.value for key in keys]


def test_month_when_lived_through_then_as_computed_by_hand(lived):
    found = month(2026, 11)

    assert values(found, "num_new_tickets", "num_new_tickets_outside_hours") == [6, pytest.approx(1 / 6)]
    assert values(
        found, "num_solved_tickets", "one_touch_percentage", "one_reply_percentage", "reopened_percentage"
    ) == [4, 0.5, 0.5, 0.25]
    assert values(
        found,
        "first_reply_time_in_minutes_mean",
        "first_reply_time_in_minutes_median",
        "first_reply_time_in_minutes_p90",
        "first_reply_within_hour",
    ) == [(30 + 60 + 680 + 120 + 10) / 5, 60, pytest.approx(120 + 0.6 * 560), 0.6]
    assert values(found, "first_reply_time_in_minutes_mean_business") == [(30 + 60 + 20 + 120 + 10) / 5]
    assert values(
        found, "first_reply_time_in_minutes_mean_arrived_open", "first_reply_time_in_minutes_mean_arrived_closed"
    ) == [55, 680]
    assert values(
        found,
        "satisfaction_rating",
        "satisfaction_rating_help",
        "num_good_votes",
        "num_bad_votes_help",
        "num_bad_votes_else",
    ) == [0.5, 1, 1, 0, 1]
    assert values(found, "num_surveyed", "response_rate", "rated_of_solved") == [4, 0.5, 0.5]
    assert bad_about(found) == [("the product or the equipment", 1)]


def test_month_when_broken_down_then_each_gets_his_own(lived, anna, ada, rita, sam, organization):
    found = month(2026, 11)

    agents = {line.id: line for line in found.agents.lines}
    assert values(agents[anna.pk], "num_solved_tickets", "first_reply_time_in_minutes_median") == [3, 45]
    assert values(agents[ada.pk], "num_solved_tickets", "first_reply_time_in_minutes_median") == [1, 120]
    assert values(agents[anna.pk], "satisfaction_rating", "num_good_votes") == [1, 1]
    assert values(agents[ada.pk], "satisfaction_rating", "num_bad_votes_else") == [0, 1]
    assert [(line.id, line.name, values(line, "num_new_tickets")) for line in found.organizations.lines] == [
        (None, "", [3]),
        (organization.pk, "Rossi Hotels", [3]),
    ]
    assert [line.name for line in found.requesters.lines] == ["Sam Stranger", "Rita Rossi"]


def test_month_when_the_next_one_then_beside_it(lived):
    found = month(2026, 12)

    compared = found.figures["num_new_tickets"]
    assert (compared.figure.value, compared.before.value, compared.change) == (0, 6, -6)
    median = found.figures["first_reply_time_in_minutes_median"]
    assert (median.figure.value, median.before.value, median.change) == (None, 60, None)


def test_month_when_year_begins_then_beside_december(lived):
    assert month(2027, 1).figures["num_new_tickets"].before.n == 0


def test_month_then_begins_and_ends_at_the_desks_midnight(desk, rita):
    open_at(datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC), rita)
    open_at(datetime(2026, 10, 31, 23, 0, tzinfo=UTC), rita)
    open_at(datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), rita)
    open_at(datetime(2026, 11, 30, 23, 0, tzinfo=UTC), rita)

    found = month(2026, 11)

    assert found.figures["num_new_tickets"].figure.value == 2
    assert (found.start_at, found.end_at) == (
        datetime(2026, 10, 31, 23, tzinfo=UTC),
        datetime(2026, 11, 30, 23, tzinfo=UTC),
    )


def test_month_when_empty_then_has_no_value_and_says_nothing_false(desk):
    found = month(2026, 11)

    assert {compared.figure.n for compared in found.figures.values()} == {0}
    assert "nan" not in as_text(found, "it").lower()
    assert not found.agents.lines


def test_month_when_nobody_is_satisfied_then_says_so_and_that_it_is_little(desk, anna, rita):
    ticket = open_at(MONDAY, rita)
    answer_at(MONDAY + timedelta(hours=1), ticket, anna, Status.SOLVED)
    for hours in (50, 100):
        live_until(MONDAY + timedelta(hours=hours))
    vote_at(MONDAY + timedelta(days=5), ticket, Score.BAD)

    row = next(row for row in rows(month(2026, 11)) if row.key == "satisfaction_rating")

    assert (row.value, row.n, row.note) == ("0.0\N{NO-BREAK SPACE}%", "1", "too few to judge")


def test_month_when_reassigned_after_the_survey_then_credit_stays(lived, anna, ada):
    by_anna = SatisfactionRating.objects.get(score=Score.GOOD)

    by_anna.ticket.assignee = ada
    by_anna.ticket.save(update_fields=["assignee"])

    agents = {line.id: line for line in month(2026, 11).agents.lines}
    assert values(agents[anna.pk], "num_good_votes") == [1]


@pytest.mark.parametrize("agents", [1, 3])
def test_month_when_there_are_more_agents_then_not_more_queries(
    desk, anna, rita, agents, django_assert_num_queries, monkeypatch
):
    for number in range(agents):
        agent = people.add(f"Agente {number}", f"agente{number}@desk.example", role=Role.AGENT)
        answer_at(MONDAY + timedelta(hours=1), open_at(MONDAY, rita), agent, Status.SOLVED)
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 3600)
    configuration.current()

    with django_assert_num_queries(21):
        month(2026, 11)


@pytest.mark.parametrize(("language", "hours", "share"), [("it", "11,3 h", "60,0 %"), ("en", "11.3 h", "60.0 %")])
def test_as_text_when_in_a_language_then_numbers_are_written_its_way(lived, language, hours, share):
    text = as_text(month(2026, 11), language).replace("\N{NO-BREAK SPACE}", " ")

    assert hours in text
    assert share in text
    assert "Ufficio aiuto" in text
    assert "Anna Conti" in text


def test_as_json_then_is_json_with_the_vendors_keys(lived):
    found = json.loads(json.dumps(as_json(month(2026, 11)), allow_nan=False))

    assert found["figures"]["first_reply_time_in_minutes_mean"] | {"change": None} == {
        "value": 180,
        "n": 5,
        "unit": "minutes",
        "low": None,
        "high": None,
        "is_small": True,
        "last_month": None,
        "last_month_n": 0,
        "change": None,
    }
    assert {"num_new_tickets", "one_touch_percentage", "satisfaction_rating"} <= found["figures"].keys()
    assert [line["name"] for line in found["agents"]["lines"]] == ["Anna Conti", "Ada Admin"]


def test_tables_then_have_as_many_cells_as_columns(lived):
    found = tables(month(2026, 11))

    assert [table.title for table in found] == ["Agents", "Organizations", "Requesters"]
    assert {len(cells) == len(table.columns) for table in found for _name, cells in table.lines} == {True}


def test_rows_when_nothing_is_missing_then_no_value_is_infinite(lived):
    values = [compared.figure.value for compared in month(2026, 11).figures.values()]

    assert all(value is None or math.isfinite(value) for value in values)


def test_month_when_there_are_many_requesters_then_shows_the_dissatisfied_and_counts_the_rest(desk, anna, monkeypatch):
    monkeypatch.setattr("sportello.reports.month.REQUESTERS", 2)
    calm, busy, cross = (people.add(name, f"{name}@posta.example") for name in ("calm", "busy", "cross"))
    solved = [open_at(MONDAY, person) for person in (cross, calm, busy)]
    open_at(MONDAY, busy)
    answer_at(MONDAY + timedelta(minutes=5), solved[0], anna, Status.SOLVED)
    for hours in (50, 100):
        live_until(MONDAY + timedelta(hours=hours))
    vote_at(MONDAY + timedelta(days=5), solved[0], Score.BAD, About.WAITING)

    found = month(2026, 11).requesters

    assert ([line.name for line in found.lines], found.left_out) == (["cross", "busy"], 1)


def test_month_when_tickets_are_merged_then_request_and_solution_count_once(desk, anna, rita):
    first, second = open_at(MONDAY, rita), open_at(MONDAY + timedelta(minutes=5), rita)
    answer_at(MONDAY + timedelta(minutes=35), second, anna, Status.SOLVED)
    with clock.at(MONDAY + timedelta(hours=1)):
        merging.merge(second.pk, first.pk, actor=anna, via=Via.WEB)
    answer_at(MONDAY + timedelta(hours=2), first, anna, Status.SOLVED)

    found = month(2026, 11)

    assert values(found, "num_new_tickets", "num_solved_tickets") == [1, 1]
    # Both were answered, each in its own time.
    assert values(found, "first_reply_time_in_minutes_mean") == [(30 + 120) / 2]
    with clock.at(MONDAY + timedelta(hours=3)):
        merging.unmerge(second.pk, actor=anna, via=Via.WEB)
    assert values(month(2026, 11), "num_new_tickets", "num_solved_tickets") == [2, 2]
