from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.satisfaction import (
    Concentration,
    Vote,
    causes,
    concentration,
    concentration_among,
    ranked,
    ranking,
    topic_of,
    trend,
    voters,
)
from sportello.desk.rules.satisfaction_words import background, sentence

AT = datetime(2026, 3, 1, tzinfo=UTC)
ACME, BIANCHI = 1, 2


def vote(requester, organization=None, *, good=False, at=AT, **more):
    return Vote(at, not good, requester, organization, **more)


def many(n, requester, organization=None, **more):
    return [vote(requester, organization, **more) for _nth in range(n)]


# --- rankings ---------------------------------------------------------------------------------------------------------


def test_ranking_when_made_by_customer_then_what_is_certain_comes_first():
    votes = [
        *many(4, 1, ACME),
        *many(16, 2, ACME, good=True),
        *many(2, 3, BIANCHI),
        *many(8, 3, BIANCHI, good=True),
        *many(3, 9),
    ]

    found = ranking(votes, "customer")

    # 4 of 20 and 2 of 10 are the same share: of the first more is certain.
    assert [(it.key, it.bad, it.n, it.share) for it in found.ranked] == [
        (("organization", ACME), 4, 20, 0.2),
        (("organization", BIANCHI), 2, 10, 0.2),
    ]
    assert found.ranked[0].low == pytest.approx(0.0807, abs=0.0001)
    assert found.ranked[0].high == pytest.approx(0.4160, abs=0.0001)
    assert [(it.key, it.n, it.is_small) for it in found.small] == [(("person", 9), 3, True)]


def test_ranked_when_counted_elsewhere_leaves_out_whoever_gave_none_and_puts_small_ones_apart():
    found = ranked({7: (1, 1), 8: (1, 100), 9: (0, 0), 10: (5, 20)})

    assert ([it.key for it in found.ranked], [it.key for it in found.small]) == ([10, 8], [7])
    assert [it.key for it in ranked({7: (1, 1)}, minimum=1).ranked] == [7]


def test_causes_are_shares_of_the_bad_votes():
    votes = [vote(1, cause="equipment"), vote(1), vote(2), vote(3, good=True)]

    assert [(it.key, it.bad, it.n) for it in causes(votes)] == [("", 2, 3), ("equipment", 1, 3)]
    assert causes([]) == ()


@pytest.mark.parametrize(
    ("about", "reviewed", "topic"),
    [("", "", "help"), ("waiting", "", "waiting"), ("help", "product", "product"), ("", "rule", "rule")],
)
def test_topic_of_is_the_reviewed_one_before_the_voters_own(about, reviewed, topic):
    assert topic_of(about, reviewed) == topic


def test_trend_counts_each_bad_vote_in_its_stretch():
    months = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
    votes = [
        vote(1, at=months[0], cause="slow"),
        vote(1, at=months[1] - timedelta(seconds=1), cause="slow"),
        vote(1, at=months[1], cause="unclear"),
        vote(1, at=months[1], good=True),
        vote(1, at=months[2], cause="manner"),
    ]

    found = trend(votes, months)

    assert [(it.bad, it.counts) for it in found] == [(2, {"slow": 2, "unclear": 0}), (1, {"slow": 0, "unclear": 1})]


# --- concentration ----------------------------------------------------------------------------------------------------

CASES = [
    ("none", [], "There is no bad vote.", "Non ci sono voti negativi."),
    ("only good", many(3, 1, ACME, good=True), "There is no bad vote.", "Non ci sono voti negativi."),
    (
        "three of four",
        [*many(3, 1, ACME), vote(5, BIANCHI)],
        "3 of the 4 bad votes come from one person of one customer.",
        "3 dei 4 voti negativi vengono da una sola persona di un solo cliente.",
    ),
    (
        "one",
        [vote(1, ACME)],
        "The only bad vote comes from one person of one customer.",
        "L'unico voto negativo viene da una persona di un cliente.",
    ),
    (
        "one without organization",
        [vote(1)],
        "The only bad vote comes from one person.",
        "L'unico voto negativo viene da una persona.",
    ),
    (
        "both",
        many(2, 1, ACME),
        "Both bad votes come from one person of one customer.",
        "Entrambi i voti negativi vengono da una sola persona di un solo cliente.",
    ),
    (
        "all of one person",
        many(4, 1, ACME),
        "All 4 bad votes come from one person of one customer.",
        "Tutti i 4 voti negativi vengono da una sola persona di un solo cliente.",
    ),
    (
        "all of a person without organization",
        many(3, 1),
        "All 3 bad votes come from one person.",
        "Tutti i 3 voti negativi vengono da una sola persona.",
    ),
    (
        "two people of one customer",
        [*many(2, 1, ACME), vote(2, ACME), vote(3, BIANCHI), vote(4)],
        "3 of the 5 bad votes come from two people of one customer.",
        "3 dei 5 voti negativi vengono da due persone di un solo cliente.",
    ),
    (
        "all of two people",
        [*many(2, 1, ACME), *many(2, 2, ACME)],
        "All 4 bad votes come from two people of one customer.",
        "Tutti i 4 voti negativi vengono da due persone di un solo cliente.",
    ),
    (
        "nobody stands out",
        [vote(1, ACME), vote(2, ACME), vote(3, BIANCHI), vote(4)],
        "The 4 bad votes come from four people of three customers.",
        "I 4 voti negativi vengono da quattro persone di tre clienti.",
    ),
    (
        "eight",
        [*many(5, 1, ACME), *(vote(n) for n in (11, 12, 13))],
        "5 of the 8 bad votes come from one person of one customer.",
        "5 degli 8 voti negativi vengono da una sola persona di un solo cliente.",
    ),
    (
        "all eleven",
        many(11, 1, ACME),
        "All 11 bad votes come from one person of one customer.",
        "Tutti gli 11 voti negativi vengono da una sola persona di un solo cliente.",
    ),
    (
        "eight of eight",
        [vote(n, n) for n in range(1, 9)],
        "The 8 bad votes come from eight people of eight customers.",
        "Gli 8 voti negativi vengono da otto persone di otto clienti.",
    ),
]


@pytest.mark.parametrize(("votes", "english", "italian"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_concentration_in_words(votes, english, italian):
    found = concentration(votes)

    assert (sentence(found, "en"), sentence(found, "it")) == (english, italian)


def test_concentration_says_how_much_they_vote():
    found = concentration([*many(3, 1, ACME), *many(2, 1, ACME, good=True), vote(5), *many(61, 7, good=True)])

    assert found == Concentration(4, 3, 1, 1, (1,), ACME, 5, 67)
    assert background(found, "en") == "This person gave 5 of all 67 votes."
    assert background(found, "it") == "Questa persona ha dato 5 voti su 67."
    assert background(concentration([]), "it") == ""


def test_concentration_of_counts_is_that_of_the_votes():
    votes = [*many(3, 1, ACME), *many(2, 1, ACME, good=True), vote(5), *many(61, 7, good=True)]

    assert concentration_among(voters(votes)) == concentration(votes)
    assert [(it.requester, it.bad, it.n) for it in voters(votes)] == [(1, 3, 5), (5, 1, 1), (7, 0, 61)]


VOTES = st.lists(
    st.builds(vote, st.integers(1, 4), st.sampled_from([None, ACME, BIANCHI]), good=st.booleans()), max_size=30
)


@given(VOTES)
def test_concentration_holds_more_than_half_of_the_bad_votes_or_none(votes):
    found = concentration(votes)

    assert found.bad == sum(it.is_bad for it in votes)
    assert found.part == 0 or (found.part * 2 > found.bad and found.people == len(found.requesters))
    assert found.part <= found.their_votes <= found.all_votes or found.part == 0
    assert sentence(found, "it").endswith(".")
    assert sentence(found, "en").endswith(".")


@given(VOTES, st.sampled_from(["customer", "person"]))
def test_ranking_counts_each_vote_once_and_holds_the_share_in_its_interval(votes, by):
    found = ranking(votes, by)

    standings = [*found.ranked, *found.small]
    assert sum(it.n for it in standings) == len(votes)
    assert all(0 <= it.low <= it.share <= it.high <= 1 for it in standings)
