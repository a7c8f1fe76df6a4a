"""Laws of the SLA clocks over any course of happenings."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.desk.rules.schedules import ALWAYS, Reading, Schedule, business_seconds, is_open
from sportello.desk.rules.sla import EventType, Happening, fold, rebuild
from sportello.desk.rules.sla_clocks import Clocks
from sportello.desk.rules.sla_targets import Policy, SlaMetric, Target

OFFICE = Schedule("Europe/Rome", tuple((day * 1440 + 540, day * 1440 + 1080) for day in range(1, 6)))
FIRST, NEXT = SlaMetric.FIRST_REPLY_TIME, SlaMetric.NEXT_REPLY_TIME
PERIODIC, PAUSABLE = SlaMetric.PERIODIC_UPDATE_TIME, SlaMetric.PAUSABLE_UPDATE_TIME
WAIT, WORK, TOTAL = SlaMetric.REQUESTER_WAIT_TIME, SlaMetric.AGENT_WORK_TIME, SlaMetric.TOTAL_RESOLUTION_TIME
UNSOLVED, FINISHED = ("new", "open", "pending", "hold"), ("solved", "closed")


def policy(id, business=False, **minutes):
    """minutes: by priority, the same for every metric."""
    targets = tuple(Target(m, priority, n, business) for m in SlaMetric for priority, n in minutes.items())
    return Policy(id, f"Policy {id}", id, targets)


POLICIES = [
    None,
    policy(1, low=200, high=45),
    policy(2, business=True, low=300, high=60),
    policy(3, business=True, low=5),
]
SCHEDULES = [ALWAYS, OFFICE, Schedule("America/New_York", ((0, 10080),)), Schedule("UTC", ((1440, 1500), (2000, 5000)))]
STARTS = [
    datetime(2026, 11, 23, 8, tzinfo=UTC),
    datetime(2026, 3, 28, 20, tzinfo=UTC),  # the night in which Rome loses an hour
    datetime(2026, 10, 24, 20, tzinfo=UTC),  # and gains one
]


@st.composite
def lives(draw, gap=1, readings=(Reading.ACCUMULATED,)):
    """The happenings of a ticket, at whole minutes; gap: the fewest minutes between two."""
    moment, reading = draw(st.sampled_from(STARTS)), draw(st.sampled_from(readings))
    happenings = []
    for _ in range(draw(st.integers(1, 8))):
        happenings.append(
            Happening(
                moment,
                draw(st.sampled_from((*UNSOLVED, *UNSOLVED, "solved"))),
                draw(st.sampled_from(("", "low", "high"))),
                draw(st.sampled_from(("", "agent", "end-user"))),
                draw(st.sampled_from(POLICIES)),
                draw(st.sampled_from(SCHEDULES)),
                reading,
            )
        )
        moment += timedelta(minutes=draw(st.integers(gap, 200)))
    return happenings


ANY_LIFE = lives(gap=0, readings=tuple(Reading))


def instances(metric, acts):
    """(first, last) happening of each instance of a reply or update; last None while it is under way."""
    ends = [i for i, a in enumerate(acts) if a.status in FINISHED or a.comment_by == "agent"]
    asked_first = acts[0].comment_by == "end-user" and acts[0].status not in FINISHED
    found = []
    for i, act in enumerate(acts):
        free = not found or (found[-1][1] is not None and found[-1][1] <= i)
        owed_first = asked_first and not any(0 < n < i for n in ends)
        begins = {
            FIRST: i == 0 and asked_first,
            NEXT: i > 0 and act.comment_by == "end-user" and free and not owed_first,
            PERIODIC: act.comment_by == "agent",
            PAUSABLE: act.comment_by == "agent",
        }[metric]
        if begins and act.status not in FINISHED:
            found.append((i, next((n for n in ends if n > i), None)))
    return found


def by_the_minute(metric, acts, end):
    """(calendar minutes, business minutes, breached at) of each instance, looked at once in every minute."""
    runs_in = {WAIT: ("new", "open", "hold"), PAUSABLE: ("new", "open", "hold"), WORK: ("new", "open")}
    stays = metric in (WAIT, WORK, TOTAL)
    opened = [(i, None) for i, a in enumerate(acts) if a.status not in FINISHED][:1]
    results = []
    for first, last in opened if stays else instances(metric, acts):
        calendar, business, breached_at = 0, 0, None
        minute, stop = acts[first].at, acts[last].at if last else end
        while minute <= stop:
            known = [a for a in acts if a.at <= minute]
            # In a minute in which the terms change both hold; in that of its end only those before it.
            ends_now = known[-1].at == minute and (known[-1].status in FINISHED or (last and minute == stop))
            for terms in [a for a in acts if a.at < minute][-1:] + known[-1:] * (not ends_now):
                promise = terms.policy and terms.policy.promise(metric, terms.priority)
                if promise and terms.status not in FINISHED and not breached_at:
                    over = (business if promise.business else calendar) >= promise.minutes
                    breached_at = minute if over else None
            if minute < stop and known[-1].status in runs_in.get(metric, UNSOLVED):
                calendar += 1
                business += is_open(known[-1].schedule, minute)
            minute += timedelta(minutes=1)
        results.append((calendar, business, breached_at))
    return results


@given(lives(), st.integers(0, 300))
@settings(max_examples=40, deadline=None)
def test_clocks_of_any_life_are_those_of_a_look_in_every_minute(acts, more):
    now = acts[-1].at + timedelta(minutes=more)
    clocks, events = rebuild(acts)
    standings = clocks.standings(now)

    for metric in SlaMetric:
        expected = by_the_minute(metric, acts, now)
        found = standings.get(metric)
        assert (found is None) == (not expected)
        if found:
            assert (found.calendar_seconds / 60, found.business_seconds / 60, found.breached_at) == expected[-1]
        for instance, (_calendar, _business, breached_at) in enumerate(expected[:-1], 1):
            breaches = [
                e.at for e in events if (e.metric, e.instance, e.type) == (metric, instance, EventType.BREACH)
            ]  # fmt: skip
            assert breaches == [breached_at] * bool(breached_at)


@given(ANY_LIFE)
@settings(max_examples=60, deadline=None)
def test_clocks_kept_as_json_after_each_happening_equal_those_from_zero(acts):
    stored, events = {}, ()
    for act in acts:
        clocks, more = fold(Clocks.read(stored), act)
        stored, events = json.loads(json.dumps(clocks.as_json())), events + more

    assert (Clocks.read(stored), events) == rebuild(acts)


@given(ANY_LIFE, st.data())
@settings(max_examples=60, deadline=None)
def test_happening_in_which_nothing_changed_changes_nothing_but_when_a_breach_is_seen(acts, data):
    index = data.draw(st.integers(0, len(acts) - 1))
    act = acts[index]
    until = acts[index + 1].at if index + 1 < len(acts) else act.at + timedelta(days=2)
    moment = act.at + (until - act.at) * data.draw(st.sampled_from([0, 0.25, 0.5, 1]))
    idle = Happening(moment, act.status, act.priority, "", act.policy, act.schedule, act.reading)
    last = Happening(until, act.status, act.priority, "", act.policy, act.schedule, act.reading)

    with_it = rebuild([*acts[: index + 1], idle, *acts[index + 1 :], *([last] if index + 1 == len(acts) else [])])
    without = rebuild([*acts, *([last] if index + 1 == len(acts) else [])])

    assert with_it[0] == without[0]
    assert sorted(map(repr, with_it[1])) == sorted(map(repr, without[1]))


@given(ANY_LIFE, st.integers(0, 200_000), st.integers(0, 200_000))
@settings(max_examples=60, deadline=None)
def test_standings_are_never_negative_never_fall_and_business_is_no_more_than_calendar(acts, seconds, more):
    clocks, _events = rebuild(acts)
    now = acts[-1].at + timedelta(seconds=seconds)
    early, late = clocks.standings(now), clocks.standings(now + timedelta(seconds=more))

    for metric, standing in early.items():
        assert 0 <= standing.business_seconds <= standing.calendar_seconds <= late[metric].calendar_seconds
        assert standing.business_seconds <= late[metric].business_seconds
        assert standing.breached_at in (None, late[metric].breached_at)


@given(lives(readings=tuple(Reading)), st.integers(0, 200_000))
@settings(max_examples=60, deadline=None)
def test_stays_lie_within_one_another(acts, seconds):
    standings = rebuild(acts)[0].standings(acts[-1].at + timedelta(seconds=seconds))

    for inner, outer in ((WORK, WAIT), (WAIT, TOTAL), (PAUSABLE, PERIODIC)):
        if outer in standings:
            assert standings[inner].calendar_seconds <= standings[outer].calendar_seconds
            assert standings[inner].business_seconds <= standings[outer].business_seconds


@given(ANY_LIFE)
@settings(max_examples=60, deadline=None)
def test_fulfilled_is_achieved_or_breached_and_never_both(acts):
    clocks, events = rebuild(acts)

    assert [e.at for e in events] == sorted(e.at for e in events)
    for clock in clocks.by_metric.values():
        kept_to = clock.ended_at and clock.promise
        assert clock.is_achieved == bool(kept_to and not clock.breached_at)
        if clock.is_achieved:
            assert (clock.business if clock.promise.business else clock.calendar) < clock.promise.seconds


@given(ANY_LIFE)
@settings(max_examples=60, deadline=None)
def test_due_at_is_the_first_second_of_the_breach(acts):
    clocks, _events = rebuild(acts)
    due = clocks.next_due

    if due:
        due_at, metric = due
        assert due_at > acts[-1].at
        assert clocks.standings(due_at - timedelta(seconds=1))[metric].breached_at is None
        assert clocks.standings(due_at)[metric].breached_at == due_at


@given(lives(gap=0), st.sampled_from(SCHEDULES))
@settings(max_examples=40, deadline=None)
def test_both_readings_agree_where_the_schedule_never_changed(acts, schedule):
    def read(reading):
        return rebuild(
            Happening(a.at, a.status, a.priority, a.comment_by, a.policy, schedule, reading) for a in acts
        )  # fmt: skip

    assert read(Reading.ACCUMULATED) == read(Reading.LAST_SCHEDULE)


@given(lives(readings=(Reading.LAST_SCHEDULE,)))
@settings(max_examples=40, deadline=None)
def test_clock_under_way_read_by_the_last_schedule_forgets_the_others(acts):
    clocks, _events = rebuild(acts)

    for clock in clocks.by_metric.values():
        if not clock.ended_at:
            assert clock.business == sum(business_seconds(acts[-1].schedule, *spell) for spell in clock.spells)
