"""Every measure of a November worked out by hand: november.py tells the tickets, this table what they come to."""

from datetime import UTC, date, datetime

import pytest

from sportello.reports.figures import answer, words
from sportello.reports.figures.measures import MEASURES
from sportello.reports.figures.query import Query, of_month
from tests.reports.figures import november
from tests.reports.figures.november import ANNA, BEA, DAY, answered, at, opened, to, vote

ZONE = "Europe/Rome"
NOVEMBER = of_month(2026, 11, ZONE)


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path


def spread(stem, suffix, mean, median, p90, n):
    values = zip(("mean", "median", "p90"), (mean, median, p90), strict=True)
    return {f"{stem}_time_in_minutes_{name}{suffix}": (value, n) for name, value in values}


def within(stem, suffix, n, hour, eight, day):
    """How many of n within an hour, eight, a day."""
    parts = zip(("hour", "8_hours", "24_hours"), (hour, eight, day), strict=True)
    return {f"{stem}_within_{name}{suffix}": (part / n, n) for name, part in parts}


# Where a line says nothing else: (value, n).
EXPECTED = {
    # Created: 1, 2, 3, 4, 5, 8; 2 at night, 3 on a Saturday, 4 by Anna after a call.
    "num_new_tickets": (6, 6),
    "num_new_tickets_outside_hours": (2 / 6, 6),
    "new_tickets_night": (1 / 6, 6),
    "new_tickets_closed_day": (1 / 6, 6),
    "new_tickets_by_agents": (1 / 6, 6),
    "backlog": (1, 1),
    "num_direct_contacts": (1, 1),
    "direct_contact_percentage": (1 / 6, 6),
    # Solved: 1, 2, 3 (the second time), 5, 8, with 1, 2, 2, 0, 1 replies; 2 had two agents.
    "num_solved_tickets": (5, 5),
    "num_closed_tickets": (1, 1),
    "num_reopened_tickets": (1, 1),
    "one_touch_percentage": (3 / 5, 5),
    "one_reply_percentage": (2 / 5, 5),
    "first_contact_strict_percentage": (1 / 5, 5),
    "reopened_percentage": (1 / 5, 5),
    "reassigned_percentage": (1 / 5, 5),
    "replies_per_ticket": (6 / 5, 5),
    # First replies: 22, 810, 2730, 30, 60; in business hours 22, 30, 30, 30, 60.
    "num_first_replies": (5, 5),
    **spread("first_reply", "", 3652 / 5, 60, 1962, 5),
    **within("first_reply", "", 5, 3, 3, 4),
    **spread("first_reply", "_business", 172 / 5, 30, 48, 5),
    **within("first_reply", "_business", 5, 5, 5, 5),
    **spread("first_reply", "_business_last_schedule", 172 / 5, 30, 48, 5),
    **within("first_reply", "_business_last_schedule", 5, 5, 5, 5),
    **spread("first_reply", "_arrived_open", 112 / 3, 30, 54, 3),
    **within("first_reply", "_arrived_open", 3, 3, 3, 3),
    **spread("first_reply", "_arrived_closed", 1770, 1770, 2538, 2),
    **within("first_reply", "_arrived_closed", 2, 0, 0, 1),
    **spread("first_reply", "_arrived_night", 810, 810, 810, 1),
    **within("first_reply", "_arrived_night", 1, 0, 0, 1),
    **spread("first_reply", "_arrived_closed_day", 2730, 2730, 2730, 1),
    **within("first_reply", "_arrived_closed_day", 1, 0, 0, 0),
    # Next replies: 60 (ticket 2) and 30 (ticket 3), all of it while the desk was open.
    **spread("next_reply", "", 45, 45, 57, 2),
    **within("next_reply", "", 2, 2, 2, 2),
    **spread("next_reply", "_business", 45, 45, 57, 2),
    **within("next_reply", "_business", 2, 2, 2, 2),
    # First solutions: 22, 900, 2760, 10, 60; in business hours 22, 120, 60, 10, 60.
    **spread("first_resolution", "", 3752 / 5, 60, 2016, 5),
    **spread("first_resolution", "_business", 272 / 5, 60, 96, 5),
    # The solutions that hold: 22, 900, 2820, 10, 60; in business hours 22, 120, 120, 10, 60.
    **spread("full_resolution", "", 3812 / 5, 60, 2052, 5),
    **within("full_resolution", "", 5, 3, 3, 4),
    **spread("full_resolution", "_business", 332 / 5, 60, 120, 5),
    **within("full_resolution", "_business", 5, 3, 5, 5),
    # New, open or on hold: 22, 870, 2790, 10, 60; in business hours 22, 90, 90, 10, 60.
    **spread("requester_wait", "", 3752 / 5, 60, 2022, 5),
    **spread("requester_wait", "_business", 272 / 5, 60, 90, 5),
    # Pending: 30 (ticket 2).
    **spread("agent_wait", "", 6, 0, 18, 5),
    **spread("agent_wait", "_business", 6, 0, 18, 5),
    # New or open: as above, ticket 3 without its half hour on hold: 2760 and 60.
    **spread("agent_work", "", 3722 / 5, 60, 2004, 5),
    **spread("agent_work", "_business", 242 / 5, 60, 78, 5),
    **spread("on_hold", "", 6, 0, 18, 5),
    **spread("on_hold", "_business", 6, 0, 18, 5),
    # Updates of 1: 1; of 2: 3; of 3: 3; of 4: 3; of 5: 1; of 6, 7 and 8: 1 each. A review is no work on the ticket.
    "num_touches": (14, 14),
    "num_public_comments": (7, 7),
    "num_notes": (1, 1),
    "num_handoffs": (2, 2),
    "touches_per_ticket": (14 / 5, 5),
    "handoffs_per_ticket": (2 / 5, 5),
    "num_active_agents": (2, 2),
    "time_spent_in_minutes": (75, 2),
    # Asked: 1, 2, 3, 8. Good: 1; bad: 2, which two people found to be about the product, and 8.
    "satisfaction_rating": (1 / 3, 3),
    "satisfaction_rating_help": (1 / 2, 2),
    "num_votes": (3, 3),
    "num_good_votes": (1, 1),
    "num_bad_votes": (2, 2),
    "num_bad_votes_help": (1, 1),
    "num_bad_votes_else": (1, 1),
    "num_surveyed": (4, 4),
    "response_rate": (3 / 4, 4),
    "surveyed_percentage": (4 / 5, 5),
    "rated_of_solved": (3 / 5, 5),
    "sla_achieved_percentage": (2 / 3, 3),
    "num_sla_breaches": (1, 1),
    # Beside a form in a (twice), b and c; avoided in a and b, and written after all in b.
    "num_articles_shown": (4, 4),
    "num_articles_opened": (3, 3),
    "num_article_answers": (2, 2),
    "article_helpful_percentage": (1 / 2, 2),
    "num_requests_with_articles": (3, 3),
    "num_tickets_avoided": (1, 3),
    "tickets_avoided_percentage": (1 / 3, 3),
}


def test_table_then_has_every_measure():
    assert set(EXPECTED) == set(MEASURES)


def test_figures_then_as_by_hand():
    found = answer.ask(november.build(), Query(tuple(EXPECTED), *NOVEMBER, ZONE)).totals

    wrong = {
        key: ((found[key].value, found[key].n), by_hand)
        for key, by_hand in EXPECTED.items()
        if (found[key].value, found[key].n) != (pytest.approx(by_hand[0], abs=1e-6), by_hand[1])
    }
    assert not wrong


def test_tickets_avoided_when_written_a_month_later_then_that_month_has_fewer_than_none():
    asked = Query(("num_tickets_avoided", "tickets_avoided_percentage"), *of_month(2026, 12, ZONE), ZONE)

    found = answer.ask(november.build(), asked).totals

    assert {key: (it.value, it.n) for key, it in found.items()} == {
        "num_tickets_avoided": (-1, 1),
        "tickets_avoided_percentage": (None, 0),
    }


def test_readings_by_article_then_each_has_its_own():
    asked = Query(("num_articles_shown", "num_tickets_avoided"), *NOVEMBER, ZONE, ("article",))

    rows = answer.ask(november.build(), asked).rows

    assert {row.cell[0]: tuple(it.value for it in row.figures.values()) for row in rows} == {
        november.PRINTER: (3, 0),
        november.VPN: (1, 1),
    }


# --- what goes wrong elsewhere ----------------------------------------------------------------------------------------


def asked(tickets, *keys, period=NOVEMBER):
    found = answer.ask(november.build(tickets, {}, {}), Query(keys or tuple(MEASURES), *period, ZONE)).totals
    assert all(words.words(figure) and words.n(figure) for figure in found.values())
    assert all(figure.value is None or figure.value == figure.value for figure in found.values())
    return {key: (figure.value, figure.n) for key, figure in found.items()}


def test_month_without_anything_then_no_values_or_none():
    found = asked(november.TICKETS, period=of_month(2027, 5, ZONE))

    left = {"backlog": (1.0, 1)}
    assert found == {key: (0.0, 0) if value is not None else (None, 0) for key, (value, n) in found.items()} | left


def test_single_vote_then_a_share_of_one_with_a_wide_interval():
    query = Query(("satisfaction_rating",), *NOVEMBER, ZONE)

    (figure,) = answer.ask(november.build({1: november.TICKETS[1]}), query).totals.values()

    assert (figure.value, figure.n, figure.is_small) == (1.0, 1, True)
    assert (figure.low, figure.high) == (pytest.approx(0.2065, abs=1e-4), 1.0)


def test_all_bad_then_nobody_is_satisfied():
    tickets = {1: [opened(0, 9), answered(5, "solved"), vote(10, "offered"), vote(20, "bad", "help", customer=9)]}

    found = asked(tickets, "satisfaction_rating", "satisfaction_rating_help", "num_bad_votes")

    assert found == {"satisfaction_rating": (0.0, 1), "satisfaction_rating_help": (0.0, 1), "num_bad_votes": (1.0, 1)}


def test_solved_before_it_was_created_then_in_no_time():
    """Imported: the answer carries an older time than the request."""
    key = "full_resolution_time_in_minutes_mean"

    found = asked({1: [opened(60, 9), answered(20, "solved")]}, key, f"{key}_business", "num_solved_tickets")

    assert found == {key: (0.0, 1), f"{key}_business": (0.0, 1), "num_solved_tickets": (1.0, 1)}


def test_vote_after_close_then_counts_when_it_was_given():
    closed = [opened(0, 9), answered(20, "solved"), at(60, to("status", "closed"))]
    tickets = {1: [*closed, vote(DAY, "offered"), vote(40 * DAY, "good", customer=9)]}

    in_november = asked(tickets, "num_votes", "num_surveyed", "response_rate")
    in_december = asked(tickets, "num_votes", "num_surveyed", "response_rate", period=of_month(2026, 12, ZONE))

    assert in_november == {"num_votes": (0.0, 0), "num_surveyed": (1.0, 1), "response_rate": (1.0, 1)}
    assert in_december == {"num_votes": (1.0, 1), "num_surveyed": (0.0, 0), "response_rate": (None, 0)}


def test_agent_who_left_then_keeps_his_figures():
    """Facts hold ids: who is deleted, or leaves, is an id that has no name any more."""
    left = {1: [opened(0, 9), answered(20, "solved", by=BEA), at(30, to("assignee_id", ANNA), by=ANNA)]}
    query = Query(("num_solved_tickets", "num_touches"), *NOVEMBER, ZONE, ("agent",))

    rows = answer.ask(november.build(left, {}, {}), query).rows

    assert {row.cell: row.figures["num_solved_tickets"].n for row in rows} == {(ANNA,): 0, (BEA,): 1}


@pytest.mark.parametrize(
    ("day", "created", "replied", "calendar"),
    [  # 10:00 to 10:00 on the wall: 23 hours pass when an hour is skipped, 25 when one is repeated.
        (date(2026, 3, 28), datetime(2026, 3, 28, 9, tzinfo=UTC), datetime(2026, 3, 29, 8, tzinfo=UTC), 23 * 60),
        (date(2026, 10, 24), datetime(2026, 10, 24, 8, tzinfo=UTC), datetime(2026, 10, 25, 9, tzinfo=UTC), 25 * 60),
    ],
)
def test_when_the_clocks_change_then_what_really_passed_and_each_hour_of_the_wall(day, created, replied, calendar):
    start, end = ((moment - november.MONDAY).total_seconds() / 60 for moment in (created, replied))
    tickets = {1: [opened(start, 9), answered(end, "solved")]}
    query = Query(("num_new_tickets",), *of_month(day.year, day.month, ZONE), ZONE, ("day", "hour"))

    found = answer.ask(november.build(tickets, {}, {}), query)
    (mean,) = asked(tickets, "first_reply_time_in_minutes_mean", period=of_month(day.year, day.month, ZONE)).values()

    assert [row.cell for row in found.rows] == [(day, 10)]
    assert mean == (calendar, 1)


def test_hour_that_is_there_twice_then_holds_both():
    both = {
        pk: [opened((moment - november.MONDAY).total_seconds() / 60, 9)]
        for pk, moment in (
            (1, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
            (2, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        )
    }
    query = Query(("num_new_tickets",), *of_month(2026, 10, ZONE), ZONE, ("hour",))

    (row,) = answer.ask(november.build(both, {}, {}), query).rows

    assert (row.cell, row.figures["num_new_tickets"].n) == ((2,), 2)
