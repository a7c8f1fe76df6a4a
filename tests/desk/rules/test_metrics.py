"""The fold of audits into clocks and counts: tables of cases, and laws over any course of events."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.metrics import AuditFacts, Metric, fold, rebuild
from sportello.desk.rules.schedules import ALWAYS, Schedule, business_seconds, elapsed_business

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # 9:00 in Rome
OFFICE = Schedule("Europe/Rome", tuple((day * 1440 + 540, day * 1440 + 1080) for day in range(1, 6)))
RITA, ANNA, BEN = 1, 2, 3


NIGHT = Schedule("Europe/Rome", ((0, 8 * 60), *((day * 1440 + 1200, day * 1440 + 1440) for day in range(1, 6))))
BY_ID = {None: OFFICE, 7: NIGHT, 8: ALWAYS}


def office(schedule_id, start, end):
    return business_seconds(BY_ID[schedule_id], start, end)


def create(**fields):
    return [{"type": "Create", "field_name": name, "value": value} for name, value in fields.items()]


def change(**fields):
    return [{"type": "Change", "field_name": name, "value": value} for name, value in fields.items()]


def comment(by="agent", public=True, automatic=False):
    return [{"type": "Comment", "by": by, "public": public, "automatic": automatic}]


def undone(minutes):
    at = (MONDAY + timedelta(minutes=minutes)).isoformat()
    return {"type": "Note", "code": "undone", "values": {"at": at}}


OPENED = (0, RITA, create(requester_id=RITA, status="new") + comment("end-user"))
TAKEN = (5, ANNA, change(assignee_id=ANNA, status="open"))


def audits(*acts):
    """acts: (minutes after Monday 9:00, author, events)."""
    return [AuditFacts(author, events, MONDAY + timedelta(minutes=minutes)) for minutes, author, events in acts]


CASES = {
    "nobody has answered": ([OPENED, TAKEN], {"replies": 0, "reply_calendar": None, "first_replier_id": None}),
    "first public comment of an agent stops the first reply": (
        [OPENED, TAKEN, (42, ANNA, comment()), (90, BEN, comment())],
        {"replies": 2, "repliers": 2, "reply_calendar": 42, "reply_business": 42, "first_replier_id": ANNA},
    ),
    "note does not answer": ([OPENED, (10, ANNA, comment(public=False))], {"replies": 0, "reply_calendar": None}),
    "automatic reply does not answer": (
        [OPENED, (10, ANNA, comment(automatic=True))],
        {"replies": 0, "reply_calendar": None},
    ),
    "a rule does not answer": ([OPENED, (10, None, comment("rule"))], {"replies": 0, "reply_calendar": None}),
    "the customer does not answer himself": (
        [OPENED, (10, RITA, comment("end-user")), (30, ANNA, comment())],
        {"replies": 1, "reply_calendar": 30},
    ),
    "agent opens: his second words are the first reply": (
        [(0, ANNA, create(requester_id=RITA, status="open") + comment()), (60, ANNA, comment())],
        {"replies": 1, "reply_calendar": 60},
    ),
    "answered in the evening after closing, in business hours by closing time": (
        [OPENED, (11 * 60, ANNA, comment())],
        {"reply_calendar": 660, "reply_business": 540},
    ),
    "whole minutes, rounded down": ([OPENED, (1.99, ANNA, comment())], {"reply_calendar": 1, "reply_business": 1}),
    "solved twice: first and full resolution": (
        [
            OPENED,
            TAKEN,
            (60, ANNA, change(status="solved")),
            (120, RITA, change(status="open")),
            (180, BEN, change(status="solved")),
        ],
        {
            "first_resolution_calendar": 60,
            "full_resolution_calendar": 180,
            "reopens": 1,
            "requester_wait_calendar": 120,
            "solver_id": BEN,
            "solved_at": MONDAY + timedelta(minutes=180),
        },
    ),
    "solved and reopened in one update is neither": (
        [OPENED, TAKEN, (60, ANNA, change(status="solved") + change(status="open"))],
        {"reopens": 0, "first_resolution_calendar": None, "solved_at": None},
    ),
    "closed without having been solved counts as solved": (
        [OPENED, TAKEN, (60, None, change(status="closed"))],
        {"first_resolution_calendar": 60, "full_resolution_calendar": 60, "reopens": 0, "solver_id": ANNA},
    ),
    "closing what is solved is no second solution": (
        [OPENED, TAKEN, (60, ANNA, change(status="solved")), (300, None, change(status="closed"))],
        {"full_resolution_calendar": 60, "solver_id": ANNA, "requester_wait_calendar": 60},
    ),
    "customer confirms what nobody solved: credit to who had it": (
        [OPENED, TAKEN, (60, RITA, change(status="solved") + change(status="closed"))],
        {"solver_id": ANNA, "full_resolution_calendar": 60},
    ),
    "solved by another than the assignee: credit to who solved": (
        [OPENED, TAKEN, (60, BEN, change(status="solved"))],
        {"solver_id": BEN},
    ),
    "nobody had it: nobody is credited": ([OPENED, (60, None, change(status="closed"))], {"solver_id": None}),
    "pending is the agent's wait, hold the requester's": (
        [
            OPENED,
            (10, ANNA, change(status="open")),
            (30, ANNA, change(status="pending")),
            (90, RITA, change(status="open")),
            (100, ANNA, change(status="hold")),
            (130, ANNA, change(status="solved")),
        ],
        {"requester_wait_calendar": 30 + 10 + 30, "agent_wait_calendar": 60, "on_hold_calendar": 30},
    ),
    "a stay counts when it ends": (
        [OPENED, TAKEN, (500, ANNA, comment())],
        {"requester_wait_calendar": 5, "agent_wait_calendar": None},
    ),
    "stations count people, not moves": (
        [
            OPENED,
            TAKEN,
            (20, ANNA, change(assignee_id=BEN, group_id=7)),
            (30, BEN, change(assignee_id=None)),
            (40, BEN, change(assignee_id=ANNA)),
        ],
        {
            "assignee_stations": 2,
            "group_stations": 1,
            "initially_assigned_at": MONDAY + timedelta(minutes=5),
            "assigned_at": MONDAY + timedelta(minutes=40),
        },
    ),
    "spam is solved by nobody": (
        [OPENED, (60, ANNA, [*change(status="closed"), {"type": "Note", "code": "spam", "values": {}}])],
        {"solved_at": None, "solver_id": None, "first_solved_at": None, "requester_wait_calendar": 60, "reopens": 0},
    ),
    "a solution that was undone is none, and its undoing no reopening": (
        [
            OPENED,
            TAKEN,
            (60, ANNA, change(status="solved")),
            (70, ANNA, [*change(status="open"), undone(60)]),
            (90, BEN, change(status="solved")),
        ],
        {"solver_id": BEN, "first_resolution_calendar": 90, "full_resolution_calendar": 90, "reopens": 0},
    ),
    "undoing something later leaves the solution": (
        [OPENED, TAKEN, (60, ANNA, change(status="solved")), (70, ANNA, [*change(type="task"), undone(65)])],
        {"solver_id": ANNA, "first_resolution_calendar": 60, "reopens": 0},
    ),
    "a solution that had ended when its update was undone was given all the same": (
        [
            OPENED,
            TAKEN,
            (60, ANNA, change(status="solved")),
            (70, BEN, change(status="pending")),
            (80, ANNA, [*change(assignee_id=None), undone(60)]),
            (90, BEN, change(status="solved")),
        ],
        {"solver_id": BEN, "first_resolution_calendar": 60, "full_resolution_calendar": 90, "reopens": 1},
    ),
    "notifications, notes and votes move no clock": (
        [OPENED, (9, None, [{"type": "Notification"}, {"type": "Note"}, {"type": "SatisfactionRating"}])],
        {"replies": 0, "requester_wait_calendar": None, "status_updated_at": MONDAY},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_rebuild_when(case):
    acts, expected = CASES[case]

    found = rebuild(audits(*acts), office)

    assert {name: getattr(found, name) for name in expected} == expected


def test_fold_when_times_come_in_another_zone_then_the_same():
    acts = audits(OPENED, TAKEN, (42, ANNA, comment()))
    elsewhere = [AuditFacts(a.author_id, a.events, a.at.astimezone(ZoneInfo("Asia/Tokyo"))) for a in acts]

    assert rebuild(elsewhere, office) == rebuild(acts, office)


PEOPLE = st.sampled_from([None, RITA, ANNA, BEN])
EVENTS = st.one_of(
    st.builds(comment, st.sampled_from(["agent", "end-user", "rule"]), st.booleans(), st.booleans()),
    st.builds(lambda status: change(status=status), st.sampled_from("open pending hold solved closed".split())),
    st.builds(lambda person: change(assignee_id=person), st.sampled_from([None, ANNA, BEN])),
    st.builds(lambda group: change(group_id=group), st.sampled_from([None, 7, 8])),
    st.builds(lambda schedule: change(schedule_id=schedule), st.sampled_from([None, 7, 8])),
)
ACTS = st.lists(
    st.tuples(
        st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)),
        PEOPLE,
        st.lists(EVENTS, min_size=1, max_size=3).map(lambda parts: [event for part in parts for event in part]),
    ),
    max_size=12,
)
SCHEDULES = st.sampled_from([ALWAYS, OFFICE, Schedule("Europe/Rome", ())])


def by_schedule(default):
    """Business seconds where this is the default schedule."""
    return lambda schedule_id, start, end: business_seconds({**BY_ID, None: default}[schedule_id], start, end)


def course(acts):
    at = MONDAY
    found = audits(OPENED)
    for pause, author, events in acts:
        at += pause
        found.append(AuditFacts(author, events, at))
    return found


@given(ACTS, st.integers(0, 13), SCHEDULES)
def test_fold_when_kept_on_the_way_then_equals_a_rebuild(acts, cut, hours):
    whole = course(acts)
    kept = Metric()

    business = by_schedule(hours)

    for audit in whole[:cut]:
        kept = fold(kept, audit, business)
    for audit in whole[cut:]:
        kept = fold(kept, audit, business)

    assert kept == rebuild(whole, business)


def moved(acts):
    """Another schedule than the default one came into force."""
    return any(event.get("field_name") == "schedule_id" for _pause, _author, events in acts for event in events)


@given(ACTS, SCHEDULES)
def test_fold_whatever_happens_then_durations_make_sense(acts, hours):
    found = rebuild(course(acts), by_schedule(hours))

    names = [name.removesuffix("_calendar") for name in Metric.__slots__ if name.endswith("_calendar")]
    for name in names:
        calendar, business = getattr(found, f"{name}_calendar"), getattr(found, f"{name}_business")
        assert (calendar is None) == (business is None)
        assert calendar is None or 0 <= business <= calendar
        assert hours != ALWAYS or moved(acts) or business == calendar
    assert 0 <= found.repliers <= found.replies
    assert (found.first_reply_at is None) == (found.replies == 0)
    assert found.first_resolution_calendar is None or found.first_resolution_calendar <= found.full_resolution_calendar
    assert (found.on_hold_calendar or 0) <= (found.requester_wait_calendar or 0)


@given(ACTS)
def test_fold_whatever_schedules_come_and_go_then_each_counts_for_its_own_time(acts):
    whole = course([*acts, (timedelta(hours=70), ANNA, change(status="solved") + comment())])

    found = rebuild(whole, office)

    in_force = [(MONDAY, OFFICE)]
    for audit in whole:
        if audit.at > (found.first_solved_at or audit.at):
            break
        in_force += [(audit.at, BY_ID[it["value"]]) for it in audit.events if it.get("field_name") == "schedule_id"]
    seconds = elapsed_business(in_force, MONDAY, found.first_solved_at)
    assert found.first_resolution_business == seconds // 60


def test_fold_when_the_schedule_changes_then_published_figures_accumulate():
    """The arithmetic of docs/algorithms/schedules.md, on the way that tickets take."""
    first = Schedule("UTC", ((0, 120), *((day * 1440 + 720, min(10080, day * 1440 + 1560)) for day in range(7))))
    second = Schedule("UTC", tuple((day * 1440 + 900, day * 1440 + 1470) for day in range(1, 6)))
    created = datetime(2020, 9, 29, 17, 1, 38, tzinfo=UTC)
    facts = [
        AuditFacts(RITA, OPENED[2] + [{"type": "Create", "field_name": "schedule_id", "value": 1}], created),
        AuditFacts(None, change(schedule_id=2), datetime(2020, 9, 30, 19, 1, 25, tzinfo=UTC)),
        AuditFacts(ANNA, comment() + change(status="solved"), datetime(2020, 9, 30, 19, 1, 46, tzinfo=UTC)),
    ]

    found = rebuild(facts, lambda pk, start, end: business_seconds({1: first, 2: second}.get(pk, ALWAYS), start, end))

    assert (found.reply_business, found.first_resolution_business, found.requester_wait_business) == (960, 960, 960)


@given(ACTS, st.integers(0, 12))
def test_fold_when_a_bot_says_something_then_no_figure_changes(acts, place):
    whole = course(acts)
    at = whole[min(place, len(whole) - 1)].at
    position = max(index for index, audit in enumerate(whole) if audit.at <= at) + 1
    said = AuditFacts(None, comment("agent", automatic=True) + comment("rule"), at)

    assert rebuild([*whole[:position], said, *whole[position:]], office) == rebuild(whole, office)
