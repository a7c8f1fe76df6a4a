"""The fold of a ticket's life into SLA clocks: tables of cases. Laws: test_sla_laws."""

from datetime import UTC, datetime, timedelta

import pytest

from sportello.desk.rules.schedules import Reading, Schedule
from sportello.desk.rules.sla import EventType, Happening, rebuild
from sportello.desk.rules.sla_targets import Policy, Promise, SlaMetric, Target

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # 9:00 in Rome
OFFICE = Schedule("Europe/Rome", tuple((day * 1440 + 540, day * 1440 + 1080) for day in range(1, 6)))
FIRST, NEXT = SlaMetric.FIRST_REPLY_TIME, SlaMetric.NEXT_REPLY_TIME
PERIODIC, PAUSABLE = SlaMetric.PERIODIC_UPDATE_TIME, SlaMetric.PAUSABLE_UPDATE_TIME
WAIT, WORK, TOTAL = SlaMetric.REQUESTER_WAIT_TIME, SlaMetric.AGENT_WORK_TIME, SlaMetric.TOTAL_RESOLUTION_TIME


def at(minutes):
    return MONDAY + timedelta(minutes=minutes)


def policy(id=1, business=False, **minutes):
    """minutes: by priority, the same for every metric."""
    return Policy(
        id, f"Policy {id}", id, tuple(Target(m, p, n, business) for m in SlaMetric for p, n in minutes.items())
    )


def life(*acts, **terms):
    """acts: (minutes after Monday 9:00, status, who commented, changed terms); terms hold until they change."""
    happenings = []
    for minutes, status, comment_by, *changed in acts:
        terms = terms | (changed[0] if changed else {})
        happenings.append(Happening(at(minutes), status, comment_by=comment_by, **terms))
    return happenings


def spent(happenings, metric, minutes):
    """Calendar minutes on a clock."""
    standing = rebuild(happenings)[0].standings(at(minutes)).get(metric)
    return standing and standing.calendar_seconds / 60


def kinds(happenings, metric):
    """(minutes, type) of a clock's events."""
    events = rebuild(happenings)[1]
    return [((e.at - MONDAY) / timedelta(minutes=1), e.type.value) for e in events if e.metric is metric]


OPENED = (0, "new", "end-user")
ONE_HOUR = {"priority": "high", "policy": policy(high=60)}

CASES = {
    "first reply runs from the opening": ([OPENED], {FIRST: 100, NEXT: None}),
    "first reply ends with an agent's public comment": ([OPENED, (30, "open", "agent")], {FIRST: 30}),
    "first reply goes on in pending": ([OPENED, (10, "pending", "")], {FIRST: 100}),
    "first reply ends with the solution": ([OPENED, (40, "solved", "")], {FIRST: 40}),
    "first reply goes on, whatever the customer adds": ([OPENED, (5, "new", "end-user")], {FIRST: 100, NEXT: None}),
    "an agent who opens owes no first reply but an update": (
        [(0, "open", "agent")],
        {FIRST: None, NEXT: None, PERIODIC: 100, TOTAL: 100},
    ),
    "an agent who opened owes an answer to the customer's first words": (
        [(0, "open", "agent"), (20, "open", "end-user")],
        {FIRST: None, NEXT: 80},
    ),
    "a machine's opening waits for nobody": ([(0, "new", "")], {FIRST: None, TOTAL: 100}),
    "next reply runs from the oldest unanswered words": (
        [OPENED, (10, "open", "agent"), (20, "open", "end-user"), (50, "open", "end-user")],
        {FIRST: 10, NEXT: 80},
    ),
    "next reply goes on in pending and ends with an answer": (
        [OPENED, (10, "open", "agent"), (20, "open", "end-user"), (30, "pending", ""), (70, "pending", "agent")],
        {NEXT: 50},
    ),
    "a thank-you on a solved ticket asks for nothing": (
        [OPENED, (10, "solved", "agent"), (20, "solved", "end-user")],
        {NEXT: None},
    ),
    "updates begin with an agent's comment, and again with the next": (
        [OPENED, (10, "open", "agent"), (30, "open", "agent")],
        {PERIODIC: 70, PAUSABLE: 70},
    ),
    "only the pausable update pauses in pending": (
        [OPENED, (10, "pending", "agent"), (40, "open", "end-user")],
        {PERIODIC: 90, PAUSABLE: 60},
    ),
    "updates go on in hold and end with the solution": (
        [OPENED, (10, "hold", "agent"), (40, "solved", "")],
        {PERIODIC: 30, PAUSABLE: 30},
    ),
    "reopened, nobody owes an update before the next comment": (
        [OPENED, (10, "solved", "agent"), (40, "open", "end-user")],
        {PERIODIC: None, NEXT: 60},
    ),
    "the three stays in each status": (
        [OPENED, (10, "open", ""), (30, "pending", ""), (45, "hold", ""), (55, "open", ""), (60, "solved", "")],
        {WAIT: 45, WORK: 35, TOTAL: 60},
    ),
    "time spent solved is nobody's": (
        [OPENED, (10, "solved", ""), (50, "open", ""), (70, "solved", ""), (80, "closed", "")],
        {WAIT: 30, WORK: 30, TOTAL: 30},
    ),
    "opened as solved, no clock begins": ([(0, "solved", "end-user")], {FIRST: None, TOTAL: None}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_clocks_after(case):
    acts, expected = CASES[case]

    assert {metric: spent(life(*acts), metric, 100) for metric in expected} == expected


def test_events_of_a_wait_that_pauses_and_goes_on():
    acts = life(OPENED, (10, "pending", "agent"), (20, "open", "end-user"), (50, "solved", ""), (60, "open", ""))

    assert kinds(acts, WAIT) == [(0, "activate"), (10, "pause"), (20, "activate"), (50, "fulfill"), (60, "activate")]


def test_events_of_replies_number_each_instance():
    acts = life(OPENED, (5, "open", "agent"), (10, "open", "end-user"), (15, "open", "agent"), (20, "open", "end-user"))

    found = [(e.metric, e.instance, e.type.value) for e in rebuild(acts)[1] if e.metric in (FIRST, NEXT)]

    assert found == [
        (FIRST, 1, "activate"), (FIRST, 1, "fulfill"),
        (NEXT, 1, "activate"), (NEXT, 1, "fulfill"), (NEXT, 2, "activate"),
    ]  # fmt: skip


def test_events_of_a_late_answer_hold_its_figures():
    _clocks, events = rebuild(life(OPENED, (90, "open", "agent"), schedule=OFFICE, **ONE_HOUR))

    late = [e for e in events if e.metric is FIRST]

    assert [(e.type.value, e.at, e.calendar_seconds, e.business_seconds) for e in late] == [
        ("activate", at(0), 0, 0),
        ("apply_sla", at(0), 0, 0),
        ("breach", at(60), 3600, 3600),
        ("fulfill", at(90), 5400, 5400),
    ]
    assert {e.promise for e in late[1:]} == {Promise(1, 60, business=False)}


@pytest.mark.parametrize(("minutes", "achieved"), [(59, True), (60, False), (61, False)])
def test_answer_in_the_moment_it_is_due_is_late(minutes, achieved):
    clock = rebuild(life(OPENED, (minutes, "open", "agent"), **ONE_HOUR))[0].by_metric[FIRST]

    assert clock.is_achieved is achieved
    assert clock.breached_at == (None if achieved else at(60))


def test_ticket_without_priority_is_due_never_and_once_it_has_one_from_its_opening():
    before = life(OPENED, policy=policy(high=60))
    after = life(OPENED, (20, "new", "", {"priority": "high"}), policy=policy(high=60))

    assert rebuild(before)[0].next_due is None
    assert rebuild(after)[0].due_at(FIRST) == at(60)


def test_priority_raised_moves_what_is_due():
    terms = policy(low=240, urgent=30)
    clocks, _events = rebuild(life(OPENED, (10, "new", "", {"priority": "urgent"}), priority="low", policy=terms))

    assert clocks.due_at(FIRST) == at(30)


def test_priority_raised_too_late_breaches_then_and_not_before():
    terms = policy(low=240, urgent=30)
    clocks, events = rebuild(life(OPENED, (100, "new", "", {"priority": "urgent"}), priority="low", policy=terms))

    assert clocks.by_metric[FIRST].breached_at == at(100)
    assert [(e.type.value, e.at) for e in events if e.metric is FIRST][2:] == [
        ("apply_sla", at(100)),
        ("breach", at(100)),
    ]


def test_breach_stays_when_the_new_target_is_longer():
    terms = policy(low=240, urgent=30)
    acts = life(OPENED, (50, "new", "", {"priority": "low"}), (60, "open", "agent"), priority="urgent", policy=terms)

    clock = rebuild(acts)[0].by_metric[FIRST]

    assert (clock.breached_at, clock.is_achieved) == (at(30), False)


def test_what_is_fulfilled_keeps_its_promise_and_figures_under_another_policy_and_schedule():
    acts = life(OPENED, (50, "open", "agent"), schedule=OFFICE, **ONE_HOUR)
    other = {"policy": policy(2, high=5), "schedule": Schedule("UTC", ((0, 1),)), "priority": "high"}
    kept = rebuild(acts)[0].by_metric[FIRST]

    for reading in Reading:
        later = [*acts, Happening(at(60), "open", reading=reading, **other)]
        assert rebuild(later)[0].by_metric[FIRST] == kept
    assert kept.is_achieved
    assert kept.promise == Promise(1, 60, business=False)


def test_answer_with_a_new_priority_ends_on_the_terms_before_it():
    terms = policy(low=240, urgent=30)
    acts = life(OPENED, (100, "open", "agent", {"priority": "urgent"}), priority="low", policy=terms)

    clocks = rebuild(acts)[0].by_metric

    assert clocks[FIRST].is_achieved
    assert clocks[PERIODIC].promise == Promise(1, 30, business=False)


def test_policy_withdrawn_leaves_the_clock_and_nothing_due():
    clocks, events = rebuild(life(OPENED, (10, "new", "", {"policy": None}), **ONE_HOUR))

    assert clocks.next_due is None
    assert [(e.type, e.promise) for e in events if e.metric is FIRST][-1] == (EventType.APPLY_SLA, None)


def test_business_target_is_due_within_opening_hours():
    two_hours = policy(business=True, low=120)
    clocks, _events = rebuild(life((480, "new", "end-user"), schedule=OFFICE, priority="low", policy=two_hours))

    assert clocks.due_at(FIRST) == at(24 * 60 + 60)


def test_paused_clock_is_due_later_by_the_pause():
    acts = life(OPENED, (10, "pending", "agent"), (100, "open", ""), **ONE_HOUR)

    assert rebuild(acts[:2])[0].due_at(WAIT) is None
    assert rebuild(acts)[0].due_at(WAIT) == at(150)


def test_next_due_is_the_earliest_and_overdue_since_the_earliest_breach_that_still_runs():
    late = life(OPENED, (30, "open", "agent"), (120, "open", ""), **ONE_HOUR)

    assert rebuild(late[:2])[0].next_due == (at(60), WORK)
    assert rebuild(late)[0].overdue_since == at(60)
    assert rebuild([*late, *life((130, "solved", ""), **ONE_HOUR)])[0].overdue_since is None
    assert rebuild([*late, *life((130, "solved", ""), **ONE_HOUR)])[0].breached_at == at(90)


def test_standing_knows_a_breach_before_any_fold_does():
    clocks, _events = rebuild(life(OPENED, **ONE_HOUR))

    standing = clocks.standings(at(61))[FIRST]

    assert (standing.due_at, standing.breached_at, standing.calendar_seconds) == (None, at(60), 3660)


@pytest.mark.parametrize(("reading", "minutes"), [(Reading.ACCUMULATED, 960.13), (Reading.LAST_SCHEDULE, 690.13)])
def test_first_reply_over_two_schedules_has_both_readings(reading, minutes):
    """The vector of docs/algorithms/schedules.md, through the fold."""
    opening_hours = tuple((day * 1440 + 720, day * 1440 + 1440) for day in range(7))
    long_nights = Schedule("UTC", opening_hours + tuple((day * 1440, day * 1440 + 120) for day in range(7)))
    weekdays = Schedule("UTC", ((2340, 2910), (3780, 4350), (5220, 5790), (6660, 7230), (8100, 8670)))
    acts = [
        Happening(datetime(2020, 9, 29, 17, 1, 38, tzinfo=UTC), "new", "", "end-user", None, long_nights, reading),
        Happening(datetime(2020, 9, 30, 19, 1, 25, tzinfo=UTC), "open", "", "", None, weekdays, reading),
        Happening(datetime(2020, 9, 30, 19, 1, 46, tzinfo=UTC), "open", "", "agent", None, weekdays, reading),
    ]

    fulfilled = [e for e in rebuild(acts)[1] if (e.metric, e.type) == (FIRST, EventType.FULFILL)]

    assert [round(e.business_seconds / 60, 2) for e in fulfilled] == [minutes]


def test_example_of_the_page_is_as_the_page_says():
    replies = [Target(m, p, n, business=True) for m in (FIRST, NEXT) for p, n in (("normal", 240), ("high", 60))]
    solutions = [Target(TOTAL, p, n, business=True) for p, n in (("normal", 960), ("high", 480))]
    acts = life(
        (510, "new", "end-user", {"priority": "normal"}),
        (1455, "new", "", {"priority": "high"}),
        (1480, "pending", "agent"),
        (1740, "open", "end-user"),
        (1760, "solved", "agent"),
        (2940, "open", "end-user"),
        schedule=OFFICE,
        policy=Policy(1, "Example", 1, (*replies, *solutions)),
    )
    due = [
        {m.value: (due_at - MONDAY) / timedelta(minutes=1) for m in SlaMetric if (due_at := clocks.due_at(m))}
        for clocks in (rebuild(acts[: n + 1])[0] for n in range(len(acts)))
    ]
    ended = [
        (e.metric, e.business_seconds / 60, (e.at - MONDAY) / timedelta(minutes=1), e.type.value)
        for e in rebuild(acts)[1]
        if e.metric in (FIRST, NEXT, WAIT, TOTAL) and e.type in (EventType.BREACH, EventType.FULFILL, EventType.PAUSE)
    ]

    assert due == [
        {FIRST: 1650, TOTAL: 3270},
        {FIRST: 1470, TOTAL: 1890},
        {TOTAL: 1890},
        {NEXT: 1800, TOTAL: 1890},
        {},
        {NEXT: 3000, TOTAL: 3070},
    ]
    assert ended == [
        (FIRST, 60, 1470, "breach"),
        (FIRST, 70, 1480, "fulfill"),
        (WAIT, 70, 1480, "pause"),
        (NEXT, 20, 1760, "fulfill"),
        (WAIT, 90, 1760, "fulfill"),
        (TOTAL, 350, 1760, "fulfill"),
    ]
