"""The planned months, counted plainly: every figure comes out as it was published, all at once."""

import json
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from sportello.demo.months import hotel_software, it_services
from sportello.demo.months.plan import Figures, figures, plan
from sportello.desk.rules.satisfaction import Vote, concentration
from sportello.desk.rules.satisfaction_words import sentence

ROME = ZoneInfo("Europe/Rome")
AUGUST, SEPTEMBER, OCTOBER = hotel_software.MONTHS
MARCH = it_services.MONTHS[-1]


@pytest.fixture(scope="module")
def hotels():
    return planned(hotel_software.DESK)


@pytest.fixture(scope="module")
def offices():
    return planned(it_services.DESK)


def planned(desk):
    return plan(desk.months, desk.shape, desk.bad, desk.seed)


def benchmark(key):
    text = files("sportello.benchmark").joinpath("references/founding_month.json").read_text(encoding="utf-8")
    return next(it["value"] for it in json.loads(text)["figures"] if it["key"] == key)


def test_october_of_the_hotels_then_exactly_what_was_chosen(hotels):
    found = figures(hotels, OCTOBER, ROME)

    assert found == Figures(solved=1050, one_touch=635, replied=1050, minutes=236_313, within_hour=567, good=308, bad=9)


def test_the_months_of_the_hotels_then_as_published(hotels):
    august, september, october = (figures(hotels, month, ROME) for month in hotel_software.MONTHS)

    assert [it.solved for it in (august, september, october)] == [1033, 1096, 1050]
    assert [round(it.minutes / it.replied / 60, 1) for it in (september, october)] == [3.7, 3.8]
    assert [round(100 * it.one_touch / it.solved, 1) for it in (september, october)] == [61.2, 60.5]
    assert [round(100 * it.good / (it.good + it.bad), 1) for it in (september, october)] == [94.9, 97.2]
    assert round(100 * october.within_hour / october.replied) == 54


def test_differences_from_the_benchmark_then_of_unrounded_values_as_published(hotels):
    found = figures(hotels, OCTOBER, ROME)
    faster = benchmark("first_reply_time_in_minutes_mean") - found.minutes / found.replied
    first_contact = found.one_touch / found.solved - benchmark("one_touch_percentage")
    satisfied = found.good / (found.good + found.bad) - benchmark("satisfaction_rating")

    assert f"{faster / 60:.2f}" == "19.00"
    assert (round(100 * first_contact, 1), round(100 * satisfied, 1)) == (20.8, 1.9)


def test_nights_then_they_make_the_mean(hotels):
    """Half is answered within the hour; without what waits until the morning the mean is under two hours."""
    october = [it for it in hotels if OCTOBER.limits(ROME)[0] <= it.replied_at < OCTOBER.limits(ROME)[1]]
    same_day = [it.waited for it in october if it.opened_at.date() == it.replied_at.date() and it.waited < 480]

    assert sorted(it.waited for it in october)[len(october) // 2] < 60
    assert sum(same_day) / len(same_day) < 90


def test_march_of_the_offices_then_one_bad_vote_of_sixty_seven(offices):
    found = figures(offices, MARCH, ROME)

    assert (found.solved, found.good, found.bad) == (256, 66, 1)
    assert round(100 * found.good / (found.good + found.bad), 1) == 98.5
    assert round(100 * (found.good + found.bad) / found.solved, 1) == 26.2
    assert found.within_hour / found.replied > 0.6


def test_bad_votes_of_the_offices_then_of_whom_they_were(offices):
    """The first quarter: three of the four of one person; before it: two others, all of the same customer."""
    largest = len(it_services.CUSTOMERS[0].people)
    votes = [
        Vote(it.vote.at, it.vote.is_bad, it.customer, organization=0 if it.customer < largest else it.customer)
        for it in offices
        if it.vote
    ]
    quarter = [vote for vote in votes if it_services.MONTHS[4].limits(ROME)[0] <= vote.at < MARCH.limits(ROME)[1]]
    autumn = [vote for vote in votes if vote.is_bad and vote.at < it_services.MONTHS[4].limits(ROME)[0]]

    assert sentence(concentration(quarter), "it") == (
        "3 dei 4 voti negativi vengono da una sola persona di un solo cliente."
    )
    assert [vote.requester for vote in sorted(autumn, key=lambda it: it.at)] == [
        it_services.C, it_services.B, it_services.B, it_services.B
    ]  # fmt: skip
    assert {vote.requester for vote in votes if vote.is_bad} == {it_services.A, it_services.B, it_services.C}


@pytest.mark.parametrize("desk", ["hotels", "offices"])
def test_plan_then_each_act_comes_after_the_one_before(desk, request):
    for it in request.getfixturevalue(desk):
        acts = [it.opened_at, it.replied_at, it.heard_at, it.solved_at, it.reopened_at, it.resolved_at, it.confirmed_at]
        times = [at for at in acts if at]

        assert times == sorted(times)
        assert it.vote is None or (it.asked_at is not None and it.vote.at > it.asked_at)


def test_plan_twice_then_the_same(offices):
    assert planned(it_services.DESK) == offices
