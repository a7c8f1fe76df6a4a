"""Alerts: what chance explains is not told. The rate of false alarms is proved by simulation with a fixed seed."""

from datetime import date, timedelta
from fractions import Fraction
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.satisfaction_alerts import (
    ALWAYS_HAPPY,
    FALSE_ALARM,
    Look,
    fisher,
    is_drop,
    is_first_of_a_happy_customer,
    is_told,
)

LOOKS = 4_000


@pytest.mark.parametrize(
    ("table", "p"),
    [
        # The lady tasting tea: 3 right of 4, and all 4.
        ((3, 4, 1, 4), 17 / 70),
        ((4, 4, 0, 4), 1 / 70),
        ((0, 10, 5, 100), 1.0),
        ((5, 0, 5, 100), 1.0),
        ((5, 10, 0, 0), 1.0),
        ((0, 0, 0, 0), 1.0),
        ((10, 10, 0, 1000), 1 / comb(1010, 10)),
    ],
)
def test_fisher_when_known_by_hand(table, p):
    assert fisher(*table) == pytest.approx(p, rel=1e-6)


@given(st.integers(0, 30), st.integers(0, 60), st.integers(0, 30), st.integers(0, 60))
def test_fisher_when_counted_in_whole_numbers_is_the_same(bad, good, bad_before, good_before):
    votes, votes_before = bad + good, bad_before + good_before
    whole, all_bad = votes + votes_before, bad + bad_before
    tail = sum(comb(votes, k) * comb(votes_before, all_bad - k) for k in range(bad, min(votes, all_bad) + 1))

    p = fisher(bad, votes, bad_before, votes_before)

    exact = float(Fraction(tail, comb(whole, all_bad))) if votes and votes_before else 1.0
    assert p == pytest.approx(exact, rel=1e-6, abs=1e-12)
    assert 0 <= p <= 1


def test_fisher_when_votes_are_many_is_a_number():
    assert 0 < fisher(2_100, 40_000, 24_000, 480_000) < 1
    assert fisher(40_000, 40_000, 0, 480_000) == 0.0


@pytest.mark.parametrize(
    ("share_of_bad", "votes", "votes_before"),
    [(0.015, 67, 800), (0.05, 200, 2_400), (0.03, 20, 240), (0.2, 40, 480), (0.5, 12, 20), (0.0, 50, 600)],
)
def test_drop_when_nothing_has_changed_is_told_as_seldom_as_stated(share_of_bad, votes, votes_before):
    random = Random(20_261_122)

    def cast(n):
        return sum(random.random() < share_of_bad for _vote in range(n))

    told = sum(is_drop(Look(cast(votes), votes, cast(votes_before), votes_before), looks=1) for _look in range(LOOKS))

    # Three standard deviations beside the stated rate are left for the simulation itself.
    assert told / LOOKS <= FALSE_ALARM + 3 * (FALSE_ALARM * (1 - FALSE_ALARM) / LOOKS) ** 0.5


def test_drop_when_bad_votes_are_five_times_as_many_is_seen():
    random = Random(20_261_122)
    before = Look(0, 0, 24, 1_200)

    seen = sum(
        is_drop(
            Look(sum(random.random() < 0.10 for _vote in range(100)), 100, before.bad_before, before.votes_before),
            looks=1,
        )
        for _look in range(300)
    )

    assert seen / 300 > 0.85


def test_drop_when_several_are_looked_at_needs_more():
    look = Look(6, 60, 12, 720)

    assert is_drop(look, looks=1)
    assert not is_drop(look, looks=10)


def test_drop_when_a_look_that_told_still_sees_the_same_votes_is_told_once():
    monday = date(2026, 3, 2)

    assert [is_told([monday - timedelta(weeks=weeks)], monday) for weeks in (0, 1, 3, 4)] == [True, True, True, False]
    assert not is_told([], monday)


@pytest.mark.parametrize(
    ("good", "bad", "first"), [(5, 0, True), (50, 0, True), (4, 0, False), (50, 1, False), (0, 0, False)]
)
def test_first_bad_vote_is_told_of_customers_who_were_always_happy(good, bad, first):
    assert is_first_of_a_happy_customer(good, bad) is first


def test_always_happy_is_what_somebody_of_two_minds_seldom_is():
    assert 0.5**ALWAYS_HAPPY <= 0.05 < 0.5 ** (ALWAYS_HAPPY - 1)
