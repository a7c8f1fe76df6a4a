"""What a policy promises, which one is chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.errors import Invalid
from sportello.desk.rules.sla_targets import (
    Policy,
    Promise,
    SlaMetric,
    Target,
    choose,
    read_targets,
    write_targets,
)

FIRST = SlaMetric.FIRST_REPLY_TIME


def policy(id, position, *targets):
    return Policy(id, f"Policy {id}", position, targets)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=8))
def test_choose_takes_the_first_match_in_the_order_of_positions(rows):
    policies = [policy(id, position) for id, (position, _matches) in enumerate(rows)]
    matching = [p for p in policies if rows[p.id][1]]

    chosen = choose(policies, lambda p: rows[p.id][1])

    assert chosen == min(matching, key=lambda p: (p.position, p.id), default=None)


def test_choose_after_a_match_asks_no_further():
    asked = []

    choose([policy(1, 2), policy(2, 1), policy(3, 3)], lambda p: asked.append(p.id) or p.id == 1)

    assert asked == [2, 1]


@pytest.mark.parametrize(
    ("metric", "priority", "promise"),
    [
        (FIRST, "urgent", Promise(7, 30, business=False)),
        (FIRST, "low", Promise(7, 480, business=True)),
        (FIRST, "normal", None),
        (FIRST, "", None),
        (SlaMetric.AGENT_WORK_TIME, "low", None),
    ],
)
def test_promise_is_that_of_the_metric_and_priority(metric, priority, promise):
    chosen = policy(7, 1, Target(FIRST, "urgent", 30, business=False), Target(FIRST, "low", 480, business=True))

    assert chosen.promise(metric, priority) == promise


def test_promise_of_a_ticket_without_priority_is_none_whatever_the_targets():
    assert policy(7, 1, Target(FIRST, "", 30, business=False)).promise(FIRST, "") is None


def test_read_targets_are_the_vendor_s_policy_metrics():
    stored = [{"priority": "high", "metric": "next_reply_time", "target": 90, "business_hours": True}]

    assert read_targets(stored) == (Target(SlaMetric.NEXT_REPLY_TIME, "high", 90, business=True),)


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"metric": "reply_time"}, ["targets.1.metric"]),
        ({"metric": ["first_reply_time"]}, ["targets.1.metric"]),
        ({"priority": "moon"}, ["targets.1.priority"]),
        ({"priority": None}, ["targets.1.priority"]),
        ({"target": 0}, ["targets.1.target"]),
        ({"target": "60"}, ["targets.1.target"]),
        ({"target": True}, ["targets.1.target"]),
        ({"target": 10**9}, ["targets.1.target"]),
        ({"business_hours": None}, ["targets.1.business_hours"]),
        ({"metric": "next_reply_time"}, ["targets.1.priority"]),
    ],
)
def test_read_targets_when_something_is_wrong_name_the_place(change, places):
    sound = {"priority": "high", "metric": "next_reply_time", "target": 90, "business_hours": True}
    other = {"priority": "high", "metric": "agent_work_time", "target": 90, "business_hours": True}

    with pytest.raises(Invalid) as refusal:
        read_targets([sound, other | change])

    assert list(refusal.value.fields) == places


def test_write_targets_is_what_read_targets_reads_in_one_order():
    low = {"priority": "low", "metric": "first_reply_time", "target": 90, "business_hours": True}
    urgent = {"priority": "urgent", "metric": "first_reply_time", "target": 9, "business_hours": False}
    work = {"priority": "urgent", "metric": "agent_work_time", "target": 9, "business_hours": False}

    assert write_targets(read_targets([work, low, urgent])) == [urgent, low, work]


def test_policy_with_two_targets_for_one_metric_and_priority_is_refused():
    with pytest.raises(ValueError, match="two targets"):
        policy(7, 1, Target(FIRST, "low", 30, business=False), Target(FIRST, "low", 60, business=True))
