"""Who leaves with a merge that is undone, and who then waits; what clocks make of it."""

from datetime import UTC, datetime, timedelta

import pytest

from sportello.desk.rules.history import describe
from sportello.desk.rules.merging import MERGED, who_leaves, who_waits
from sportello.desk.rules.protocol import Case, Steps, resume
from sportello.desk.rules.schedules import ALWAYS
from sportello.desk.rules.sla_history import happenings
from sportello.desk.words import Status, TimerKind

AT = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)


def merged(source, *people, waiting=None):
    values = {"ticket": source, "cc": list(people)}
    return {"type": "Note", "code": "merged", "values": {**values, **({"waiting": waiting} if waiting else {})}}


def unmerged(source):
    return {"type": "Note", "code": "unmerged", "values": {"ticket": source}}


def ccs(*people):
    return {"type": "Change", "field_name": "cc_ids", "value": list(people)}


LEAVING = {
    "brought by it alone": ([[merged(7, 1), ccs(1)]], {1}),
    "there before": ([[ccs(1)], [merged(7, 1)]], set()),
    "brought by two": ([[merged(7, 1), ccs(1)], [merged(8, 1)]], set()),
    "the other one has gone already": ([[merged(7, 1), ccs(1)], [merged(8, 1)], [unmerged(8)]], {1}),
    "put back by hand": ([[merged(7, 1), ccs(1)], [ccs()], [ccs(1)]], set()),
    "taken out by hand": ([[merged(7, 1), ccs(1)], [ccs()]], set()),
    "somebody else was put there by hand": ([[merged(7, 1), ccs(1)], [ccs(1, 2)]], {1}),
    "merged a second time": ([[merged(7, 1), ccs(1)], [unmerged(7), ccs()], [merged(7, 1), ccs(1)]], {1}),
}


@pytest.mark.parametrize("case", LEAVING)
def test_who_leaves_when(case):
    audits, expected = LEAVING[case]

    assert who_leaves(audits, 7, "cc") == expected


def at(minutes):
    return AT + timedelta(minutes=minutes)


def wait(before, came):
    return [at(before).isoformat() if before is not None else None, at(came).isoformat()]


WAITING = {
    "nobody else waited": ([[merged(7, waiting=wait(None, 5))]], at(5), None),
    "somebody waited longer": ([[merged(7, waiting=wait(1, 5))]], at(1), at(1)),
    "somebody has waited less": ([[merged(7, waiting=wait(9, 5))]], at(5), at(9)),
    "another merge waits on": ([[merged(7, waiting=wait(9, 5))], [merged(8, waiting=wait(5, 7))]], at(5), at(7)),
    "the other went first": (
        [[merged(7, waiting=wait(9, 5))], [merged(8, waiting=wait(5, 2))], [unmerged(8)]],
        at(5),
        at(9),
    ),
    "answered since": ([[merged(7, waiting=wait(None, 5))]], None, None),
    "answered, and written since": ([[merged(7, waiting=wait(None, 5))]], at(30), at(30)),
}


@pytest.mark.parametrize("case", WAITING)
def test_who_waits_when(case):
    audits, now, expected = WAITING[case]

    assert who_waits(audits, 7, now) == expected


RESUMED = {
    "solved": (Case("solved", told=True), {TimerKind.CLOSE: at(48 * 60)}),
    "nobody has told the customer": (Case("new"), {TimerKind.TAKEN_CHARGE: at(10)}),
    "he was told": (Case("open", told=True), {}),
    "opened by a machine": (Case("new", silent=True), {}),
}


@pytest.mark.parametrize("case", RESUMED)
def test_resume_when(case):
    before, expected = RESUMED[case]

    verdict = resume(before, now=AT, steps=Steps())

    assert (dict(verdict.start), verdict.send, verdict.stop) == (expected, "", ())


def test_sla_history_when_merged_then_the_clocks_see_a_time_that_is_nobodys():
    events = [
        (at(0), [{"type": "Create", "field_name": "status", "value": "new"}]),
        (at(1), [{"type": "Merge", "into": 7, "status": "new"}]),
        (at(2), [{"type": "Unmerge", "from": 7, "status": "new"}]),
    ]

    assert [it.status for it in happenings(events, lambda _pk: ALWAYS)] == [Status.NEW, MERGED, Status.NEW]


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ({"type": "Merge", "into": 7}, "Merged into #7"),
        ({"type": "Unmerge", "from": 7}, "Taken back out of #7"),
        (merged(7), "#7 was merged into this one"),
        ({"type": "Change", "field_name": "problem_id", "value": 7}, "Incident of problem #7"),
        ({"type": "Change", "field_name": "problem_id", "value": None}, "No incident of a problem"),
    ],
)
def test_describe_when_linked(event, sentence):
    assert describe(event, lambda _kind, _pk: "") == sentence
