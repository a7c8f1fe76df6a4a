"""The four-mail protocol by tables of cases: which mail, which clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.protocol import REPLY, Case, Closing, SolvedMail, Steps, follow, on_close_due, survey_refusal
from sportello.desk.words import FINISHED, Status, Step, TimerKind

NOW = datetime(2026, 3, 4, 10, 32, tzinfo=UTC)
IN_TWO_DAYS = NOW + timedelta(hours=48)
DEFAULT = Steps()
# The first mail has gone out.
TOLD = {"told": True, "has_assignee": True}
OPEN, SOLVED, CLOSED = (Case(status, **TOLD) for status in (Status.OPEN, Status.SOLVED, Status.CLOSED))

CASES = {
    "opened, nobody has it: the clock of the first mail": (
        None,
        Case(Status.NEW),
        {},
        ("", {TimerKind.TAKEN_CHARGE: NOW + timedelta(minutes=10)}, ()),
    ),
    "opened and assigned at once: the first mail at once": (
        None,
        Case(Status.OPEN, has_assignee=True),
        {},
        (Step.TAKEN_CHARGE, {}, (TimerKind.TAKEN_CHARGE,)),
    ),
    "opened by an agent with words: his words are the mail": (
        None,
        Case(Status.NEW),
        {"answered": True},
        (REPLY, {}, (TimerKind.TAKEN_CHARGE,)),
    ),
    "opened by automatic mail: nothing": (None, Case(Status.NEW, silent=True), {}, ("", {}, ())),
    "assigned for the first time: the first mail": (
        Case(Status.NEW),
        Case(Status.OPEN, has_assignee=True),
        {},
        (Step.TAKEN_CHARGE, {}, (TimerKind.TAKEN_CHARGE,)),
    ),
    "assigned again: no second first mail": (OPEN, OPEN, {}, ("", {}, ())),
    "taken and answered at once: the answer travels in the first mail": (
        Case(Status.NEW),
        Case(Status.OPEN, has_assignee=True),
        {"answered": True},
        (Step.TAKEN_CHARGE, {}, (TimerKind.TAKEN_CHARGE,)),
    ),
    "answered later: a reply": (OPEN, OPEN, {"answered": True}, (REPLY, {}, (TimerKind.TAKEN_CHARGE,))),
    "solved: the mail and the clock of the close": (
        OPEN,
        SOLVED,
        {"answered": True},
        (Step.SOLVED, {TimerKind.CLOSE: IN_TWO_DAYS}, (TimerKind.TAKEN_CHARGE,)),
    ),
    "solved at once, before the first mail: the solved mail alone": (
        Case(Status.NEW),
        Case(Status.SOLVED, has_assignee=True),
        {"answered": True},
        (Step.SOLVED, {TimerKind.CLOSE: IN_TWO_DAYS}, (TimerKind.TAKEN_CHARGE,)),
    ),
    "answered while solved: a reply, the clock goes on": (
        SOLVED,
        SOLVED,
        {"answered": True},
        (REPLY, {}, (TimerKind.TAKEN_CHARGE,)),
    ),
    "closed by its clock: the mail and the clock of the survey": (
        SOLVED,
        CLOSED,
        {},
        (Step.CLOSED, {TimerKind.SURVEY: IN_TWO_DAYS}, (TimerKind.CLOSE, TimerKind.TAKEN_CHARGE)),
    ),
    "confirmed: no mail about what the customer did himself": (
        SOLVED,
        CLOSED,
        {"confirmed": True},
        ("", {TimerKind.SURVEY: IN_TWO_DAYS}, (TimerKind.CLOSE, TimerKind.TAKEN_CHARGE)),
    ),
    "reopened: both clocks stop": (SOLVED, OPEN, {}, ("", {}, (TimerKind.CLOSE, TimerKind.SURVEY))),
    "silent and solved: the clock runs without a mail": (
        Case(Status.OPEN, silent=True),
        Case(Status.SOLVED, silent=True),
        {},
        ("", {TimerKind.CLOSE: IN_TWO_DAYS}, (TimerKind.TAKEN_CHARGE,)),
    ),
    "silent and answered by a person: the answer goes": (
        Case(Status.OPEN, silent=True),
        Case(Status.OPEN, silent=True),
        {"answered": True},
        (REPLY, {}, (TimerKind.TAKEN_CHARGE,)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_follow_when(case):
    before, after, what, expected = CASES[case]

    verdict = follow(before, after, **{"answered": False, "confirmed": False} | what, now=NOW, steps=DEFAULT)

    assert (verdict.send, dict(verdict.start), verdict.stop) == expected
    assert not verdict.offer_rating


OFF = {
    "first mail off, taken and answered: a plain reply": (
        Steps(taken_charge=False),
        Case(Status.NEW),
        Case(Status.OPEN, has_assignee=True),
        True,
        (REPLY, ()),
    ),
    "first mail off, opened: no clock": (Steps(taken_charge=False), None, Case(Status.NEW), False, ("", ())),
    "solved mail off, with words: a plain reply, the clock runs": (
        Steps(solved=False),
        OPEN,
        SOLVED,
        True,
        (REPLY, (TimerKind.CLOSE,)),
    ),
    "solved mail off, no words: only the clock": (Steps(solved=False), OPEN, SOLVED, False, ("", (TimerKind.CLOSE,))),
    "closed mail off: only the clock of the survey": (
        Steps(closed=False),
        SOLVED,
        CLOSED,
        False,
        ("", (TimerKind.SURVEY,)),
    ),
    "survey off: the last mail is that of the close": (
        Steps(survey=False),
        SOLVED,
        CLOSED,
        False,
        (Step.CLOSED, ()),
    ),
    "survey in the solved mail: none after the close": (
        Steps(survey_with_solved=True),
        SOLVED,
        CLOSED,
        False,
        (Step.CLOSED, ()),
    ),
}


@pytest.mark.parametrize("case", OFF)
def test_follow_when_a_step_is_off(case):
    steps, before, after, answered, expected = OFF[case]

    verdict = follow(before, after, answered=answered, confirmed=False, now=NOW, steps=steps)

    assert (verdict.send, tuple(verdict.start)) == expected


@pytest.mark.parametrize(
    ("steps", "offered"),
    [
        (Steps(survey_with_solved=True), True),
        (Steps(survey_with_solved=True, survey=False), False),
        (Steps(survey_with_solved=True, solved=False), False),
        (Steps(), False),
    ],
)
def test_follow_when_survey_travels_with_solved_then_offered_only_in_a_mail_that_goes(steps, offered):
    verdict = follow(OPEN, SOLVED, answered=True, confirmed=False, now=NOW, steps=steps)

    assert verdict.offer_rating is offered


STEPS = st.builds(Steps, *[st.booleans(), st.integers(0, 99), *[st.booleans()] * 2, st.integers(1, 99), st.booleans()])
CASE = st.builds(Case, st.sampled_from(list(Status)), st.booleans(), st.booleans(), st.booleans())


@given(st.none() | CASE, CASE, st.booleans(), st.booleans(), STEPS)
def test_follow_whatever_happens_then_clocks_agree_with_the_status(before, after, answered, confirmed, steps):
    verdict = follow(before, after, answered=answered, confirmed=confirmed, now=NOW, steps=steps)

    assert not set(verdict.start) & set(verdict.stop) - {TimerKind.TAKEN_CHARGE}
    assert TimerKind.CLOSE not in verdict.start or after.status == Status.SOLVED
    assert TimerKind.SURVEY not in verdict.start or after.status == Status.CLOSED
    assert TimerKind.TAKEN_CHARGE not in verdict.start or after.status not in FINISHED
    assert verdict.send != Step.TAKEN_CHARGE or not after.told
    assert not (after.silent and verdict.send in Step.values)
    assert all(due_at >= NOW for due_at in verdict.start.values())


def mail(hours_ago=None, *, refused=False, bounced=False):
    return SolvedMail(NOW - timedelta(hours=hours_ago) if hours_ago is not None else None, refused, bounced)


@pytest.mark.parametrize(
    ("solved_mail", "expected"),
    [
        (None, (Closing.CLOSE, None)),
        (mail(48), (Closing.CLOSE, None)),
        (mail(48 - 4 / 60), (Closing.CLOSE, None)),
        (mail(40), (Closing.WAIT, NOW + timedelta(hours=8))),
        (mail(), (Closing.WAIT, NOW + timedelta(minutes=15))),
        (mail(48, bounced=True), (Closing.TELL_AGENT, None)),
        (mail(refused=True), (Closing.TELL_AGENT, None)),
    ],
    ids=["none was to be sent", "told in time", "the queue's seconds", "told late", "on its way", "bounced", "refused"],
)
def test_on_close_due_when(solved_mail, expected):
    assert on_close_due(solved_mail, now=NOW, steps=DEFAULT) == expected


ASKED = {"wants_surveys": True, "reachable": True, "already_voted": False, "asked_last_month": 0, "steps": DEFAULT}


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({}, ""),
        ({"asked_last_month": 3}, ""),
        ({"asked_last_month": 4}, "asked_enough"),
        ({"wants_surveys": False}, "opted_out"),
        ({"reachable": False}, "unreachable"),
        ({"already_voted": True}, "already_voted"),
        ({"steps": Steps(survey=False), "already_voted": True}, "survey_off"),
    ],
)
def test_survey_refusal_when(what, reason):
    assert survey_refusal(**ASKED | what) == reason


def test_steps_when_read_from_what_another_version_stored_then_defaults_fill_in():
    read = Steps.read({"close_hours": 72, "a_step_of_the_future": True})

    assert read == Steps(close_hours=72)
    assert Steps.read(read.as_json()) == read


@pytest.mark.parametrize(("name", "limits"), Steps.LIMITS.items())
def test_steps_when_outside_their_limits_then_named(name, limits):
    lowest, highest = limits

    assert Steps(**{name: lowest}).problems() == Steps(**{name: highest}).problems() == {}
    assert Steps(**{name: lowest - 1}).problems() == Steps(**{name: highest + 1}).problems() == {name: limits}
