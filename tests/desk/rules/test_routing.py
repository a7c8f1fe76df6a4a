"""Who is chosen: in turn, by load, by skill, within a capacity; and the laws that hold for any group."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.errors import Invalid
from sportello.desk.rules.routing import AUTOMATIC, IN_TURN, LOAD, SKILL, Member, choose, read_capacity, work_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EMAIL, CHAT = "email", "chat"


def ago(hours):
    return NOW - timedelta(hours=hours)


def chosen(mode, members, work=EMAIL, needs=()):
    found = choose(mode, members, work, needs)
    return found and found.agent_id


def test_choose_in_turn_takes_who_waited_longest_and_first_of_all_who_never_had_one():
    one, two = Member(1, 10, ago(1), load={EMAIL: 0}), Member(2, 20, ago(5), load={EMAIL: 9})

    assert chosen(IN_TURN, [one, two]) == 20
    assert chosen(IN_TURN, [one, two, Member(3, 30)]) == 30


def test_choose_by_load_takes_who_has_fewest_of_all_kinds_and_among_equals_whose_turn_it_is():
    busy, idle = Member(1, 10, ago(9), load={EMAIL: 2, CHAT: 2}), Member(2, 20, ago(1), load={EMAIL: 3})

    assert chosen(LOAD, [busy, idle]) == 20
    assert chosen(LOAD, [busy, Member(3, 30, ago(2), load={CHAT: 3}), idle]) == 30


def test_choose_by_skill_takes_only_who_has_all_that_are_needed():
    idle, able = Member(1, 10), Member(2, 20, load={EMAIL: 5})

    assert chosen(SKILL, [idle, able], needs=[{10, 20}, {20}]) == 20
    assert chosen(SKILL, [idle, able], needs=[{10}, {20}]) is None
    assert chosen(SKILL, [idle, able]) == 10
    assert chosen(LOAD, [idle, able], needs=[{20}]) == 10


@pytest.mark.parametrize("mode", AUTOMATIC)
def test_choose_when_full_for_this_kind_of_work_then_nobody(mode):
    full = Member(1, 10, capacity={CHAT: 2}, load={CHAT: 2})

    assert chosen(mode, [full], CHAT) is None
    assert chosen(mode, [full], EMAIL) == 10
    assert chosen(mode, [Member(2, 20, capacity={EMAIL: 0})]) is None


@pytest.mark.parametrize(
    ("channel", "work"), [("email", EMAIL), ("web", EMAIL), ("api", EMAIL), ("chat", CHAT), ("voice", "voice")]
)
def test_work_of_a_channel(channel, work):
    assert work_of(channel) == work


def test_read_capacity_when_empty_is_no_limit_and_nought_is_none_at_all():
    assert read_capacity({"email": " 10 ", "chat": "0", "voice": ""}) == {"email": 10, "chat": 0}


@pytest.mark.parametrize("data", [{"email": "-1"}, {"email": "ten"}, {"email": "1001"}, {"email": "²"}, {"fax": "1"}])
def test_read_capacity_when_wrong_names_the_place(data):
    with pytest.raises(Invalid) as refusal:
        read_capacity(data)

    assert list(refusal.value.fields) == [f"capacity.{next(iter(data))}"]


WORK = st.sampled_from([EMAIL, CHAT])
COUNTS = st.dictionaries(WORK, st.integers(0, 4))
TIMES = st.none() | st.integers(0, 9).map(ago)


@st.composite
def groups(draw):
    drawn = draw(st.lists(st.tuples(TIMES, COUNTS, COUNTS), max_size=6))
    return [Member(number, number + 100, *it) for number, it in enumerate(drawn)]


@given(st.sampled_from(AUTOMATIC), groups(), WORK, st.lists(st.sets(st.integers(100, 105)), max_size=2))
def test_choose_never_exceeds_a_capacity_never_lacks_a_skill_and_finds_somebody_if_there_is(mode, group, work, needs):
    able = [it for it in group if mode != SKILL or all(it.agent_id in agents for agents in needs)]
    free = [it for it in able if work not in it.capacity or it.load.get(work, 0) < it.capacity[work]]

    found = choose(mode, group, work, needs)

    assert (found in free) if free else (found is None)
    if found and mode != IN_TURN:
        assert sum(found.load.values()) == min(sum(it.load.values()) for it in free)


@given(st.integers(1, 5), st.integers(0, 25))
def test_choose_in_turn_again_and_again_is_even(people, tickets):
    group = {number: Member(number, number) for number in range(people)}
    had = dict.fromkeys(group, 0)

    for turn in range(tickets):
        found = choose(IN_TURN, group.values(), EMAIL)
        had[found.id] += 1
        group[found.id] = Member(found.id, found.id, NOW + timedelta(minutes=turn))

    assert max(had.values()) - min(had.values()) <= 1
