"""Lives of tickets by hand: what happened, and the facts that it comes to."""

from datetime import UTC, datetime, timedelta

import pytest

from sportello.reports.folding.hours import Change, Hours
from sportello.reports.folding.life import Audited, Life, fold
from sportello.reports.folding.schema import TABLES

OFFICE = {
    "time_zone": "Europe/Rome",
    "intervals": [[day * 1440 + 9 * 60, day * 1440 + 18 * 60] for day in range(1, 6)],
    "default": True,
    "holidays": [],
}
AGENT, OTHER, CUSTOMER = 1, 2, 9
# A Monday, 10:00 in Rome.
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def hours(*changes):
    return Hours({1: OFFICE}, changes, "Europe/Rome")


def at(minutes, *events, author=CUSTOMER, start=MONDAY):
    return Audited(start + timedelta(minutes=minutes), author, author in (AGENT, OTHER), events)


def set_to(name, value, kind="Change"):
    return {"type": kind, "field_name": name, "value": value}


def said(by, *, public=True, automatic=False):
    return {"type": "Comment", "public": public, "automatic": automatic, "by": by}


def note(code, **values):
    return {"type": "Note", "code": code, "values": values}


def opened(by="end-user", **more):
    return at(
        0,
        set_to("requester_id", CUSTOMER, "Create"),
        set_to("status", "new", "Create"),
        said(by),
        author=AGENT if by == "agent" else CUSTOMER,
        **more,
    )


def status(minutes, value, *events, author=AGENT, **more):
    return at(minutes, set_to("status", value), *events, author=author, **more)


def answered(minutes, *events, author=AGENT, **more):
    return at(minutes, said("agent"), *events, author=author, **more)


def facts(*audits, by=None):
    """Each row as a dictionary, by table."""
    found = {name: [] for name in TABLES}
    by = by or hours()
    for table, row in fold(Life(7, "email", by, {}), audits).rows.told(by):
        found[table].append(dict(zip(TABLES[table].names, row, strict=True)))
    return found


def told(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def minute(minutes, start=MONDAY):
    return int((start + timedelta(minutes=minutes)).timestamp() * 1_000_000)


REPLIES = {
    "the customer opened": ([opened(), answered(30)], [(AGENT, True, 30, 30)]),
    "an agent opened: the second public comment": (
        [opened("agent"), answered(30)],
        [(AGENT, True, 30, 30)],
    ),
    "an agent opened and nobody wrote": ([opened("agent")], []),
    "notes and machines do not answer": (
        [
            opened(),
            at(5, said("agent", public=False), author=AGENT),
            at(6, said("agent", automatic=True), author=AGENT),
            at(7, said("rule"), author=None),
            answered(8),
        ],
        [(AGENT, True, 8, 8)],
    ),
    "next reply counts from the oldest unanswered words": (
        [opened(), answered(10), at(20, said("end-user")), at(30, said("end-user")), answered(50, author=OTHER)],
        [(AGENT, True, 10, 10), (OTHER, False, 30, 30)],
    ),
    "an answer that nobody waited for ends no wait": ([opened(), answered(10), answered(20)], [(AGENT, True, 10, 10)]),
    "solved without a word ends the wait": (
        [opened(), answered(10), at(20, said("end-user")), status(30, "solved"), answered(40)],
        [(AGENT, True, 10, 10)],
    ),
    "thanks wait for nothing": (
        [opened(), answered(10, set_to("status", "solved")), at(20, said("end-user"), note("thanks")), answered(30)],
        [(AGENT, True, 10, 10)],
    ),
    "over night: 9 h open a day": ([opened(), answered(24 * 60)], [(AGENT, True, 1440, 540)]),
    "over a weekend": (
        [opened(start=MONDAY + timedelta(days=4)), answered(3 * 1440, start=MONDAY + timedelta(days=4))],
        [(AGENT, True, 4320, 540)],
    ),
}


@pytest.mark.parametrize("name", REPLIES)
def test_replied(name):
    audits, expected = REPLIES[name]

    assert told(facts(*audits)["replied"], "agent_id", "first", "calendar", "business") == expected


def test_replied_when_the_clocks_change_then_as_much_time_as_really_passed():
    # Saturday 24 October, 12:00 in Rome, to Monday 12:00: the night has an hour more. Spring: an hour less.
    autumn, spring = datetime(2026, 10, 24, 10, tzinfo=UTC), datetime(2026, 3, 28, 11, tzinfo=UTC)

    (later,) = facts(opened(start=autumn), answered(49 * 60, start=autumn))["replied"]
    (sooner,) = facts(opened(start=spring), answered(47 * 60, start=spring))["replied"]

    assert (later["calendar"], later["business"], later["arrival"]) == (49 * 60, 180, "closed_day")
    assert (sooner["calendar"], sooner["business"]) == (47 * 60, 180)
    assert later["happened_local"] - minute(0, datetime(2026, 10, 26, 12, tzinfo=UTC)) == 0


def test_replied_when_hours_were_changed_then_each_for_its_time():
    shorter = OFFICE | {"intervals": [[day * 1440 + 9 * 60, day * 1440 + 11 * 60] for day in range(1, 6)]}
    by = hours(Change(MONDAY + timedelta(days=1), 1, OFFICE, shorter))

    (row,) = facts(opened(), answered(2 * 1440 + 30), by=by)["replied"]

    # Monday 10 to 18, Tuesday 9 to 10 by the old hours and to 11 by the new ones, Wednesday 9 to 10:30.
    assert row["business"] == 8 * 60 + 120 + 90


def test_replied_when_the_desk_had_no_hours_yet_then_it_was_always_open():
    by = Hours({1: OFFICE}, [Change(MONDAY + timedelta(days=1), 1, None, OFFICE)], "Europe/Rome")

    first, second = (
        facts(opened(start=start), answered(24 * 60, start=start), by=by)["replied"][0]
        for start in (MONDAY, MONDAY + timedelta(days=1))
    )

    assert (first["business"], first["arrival"], second["business"]) == (24 * 60, "hours", 9 * 60)


SOLUTIONS = {
    "solved": ([opened(), status(30, "solved")], [(30, None, "", True, AGENT)]),
    "closed without being solved counts": ([opened(), status(30, "closed", author=None)], [(30, None, "", True, None)]),
    "reopened in another month": (
        [opened(), status(30, "solved"), status(60 * 24 * 40, "open", author=CUSTOMER)],
        [(30, 60 * 24 * 40, "reopened", True, AGENT)],
    ),
    "solved again": (
        [opened(), status(30, "solved"), status(40, "open"), status(90, "solved", author=OTHER)],
        [(30, 40, "reopened", True, AGENT), (90, None, "", False, OTHER)],
    ),
    "solved and reopened in one gesture is neither": (
        [opened(), at(30, set_to("status", "solved"), set_to("status", "new"), author=AGENT)],
        [],
    ),
    "merged later": (
        [opened(), status(30, "solved"), at(50, {"type": "Merge", "into": 8, "status": "solved"}, author=AGENT)],
        [(30, 50, "merged", True, AGENT)],
    ),
    "merged and taken out again": (
        [
            opened(),
            status(30, "solved"),
            at(50, {"type": "Merge", "into": 8, "status": "solved"}, author=AGENT),
            at(70, {"type": "Unmerge", "from": 8, "status": "solved"}, author=AGENT),
        ],
        [(30, 50, "merged", True, AGENT), (30, None, "", True, AGENT)],
    ),
    "undone": (
        [opened(), status(30, "solved"), status(35, "new", note("undone", at="…"))],
        [(30, 35, "undone", True, AGENT)],
    ),
    "its reopening undone": (
        [opened(), status(30, "solved"), status(35, "open"), status(40, "solved", note("undone", at="…"))],
        [(30, 35, "reopened", True, AGENT), (30, None, "", True, AGENT)],
    ),
    "spam is no solution": ([opened(), status(30, "closed", note("spam"))], []),
    "solved by the customer: whoever had it": (
        [opened(), at(1, set_to("assignee_id", OTHER), author=AGENT), status(30, "solved", author=CUSTOMER)],
        [(30, None, "", True, OTHER)],
    ),
    "imported: solved before it was created": (
        [opened(), status(-600, "solved", author=None)],
        [(0, None, "", True, None)],
    ),
}


@pytest.mark.parametrize("name", SOLUTIONS)
def test_solved(name):
    audits, expected = SOLUTIONS[name]

    found = facts(*audits)["solved"]

    assert told(found, "happened_at", "until_at", "ended", "first", "agent_id") == [
        (minute(at), None if until is None else minute(until), *rest) for at, until, *rest in expected
    ]
    assert all(row["calendar"] >= 0 and row["business"] >= 0 for row in found)


def test_solved_then_waits_add_up():
    found = facts(opened(), status(10, "open"), status(30, "pending"), status(70, "hold"), status(75, "solved"))

    assert told(found["solved"], "calendar", "requester_wait", "agent_wait", "agent_work", "on_hold") == [
        (75, 35, 40, 30, 5)
    ]


def test_created_when_merged_and_taken_out_then_holds_in_two_spans():
    found = facts(
        opened(),
        at(50, {"type": "Merge", "into": 8, "status": "new"}, author=AGENT),
        at(70, {"type": "Unmerge", "from": 8, "status": "new"}, author=AGENT),
    )

    assert told(found["created"], "happened_at", "since_at", "until_at") == [
        (minute(0), minute(0), minute(50)),
        (minute(0), minute(70), None),
    ]
    assert told(found["spells"], "happened_at", "until_at", "status", "entered") == [
        (minute(0), minute(50), "new", True),
        (minute(70), None, "new", True),
    ]


def test_created_when_spam_and_not_after_all_then_holds_in_two_spans():
    found = facts(opened(), status(10, "closed", note("spam")), status(20, "new", note("undone", at="…", spam="")))

    assert told(found["created"], "since_at", "until_at") == [(minute(0), minute(10)), (minute(20), None)]


@pytest.mark.parametrize(
    ("moment", "arrival"),
    [
        (datetime(2026, 11, 2, 9, tzinfo=UTC), "hours"),
        (datetime(2026, 11, 2, 20, tzinfo=UTC), "night"),
        (datetime(2026, 11, 7, 9, tzinfo=UTC), "closed_day"),
    ],
)
def test_created_then_says_how_it_arrived(moment, arrival):
    assert told(facts(opened(start=moment))["created"], "arrival") == [(arrival,)]


def test_spells_then_follow_group_and_tags():
    found = facts(
        opened(),
        at(5, set_to("group_id", 3), author=AGENT),
        at(6, set_to("tags", ["vpn"]), author=AGENT),
        status(9, "solved"),
        at(11, set_to("tags", []), author=AGENT),
    )

    assert told(found["spells"], "happened_at", "until_at", "status", "entered", "group_id", "tags") == [
        (minute(0), minute(5), "new", True, None, "[]"),
        (minute(5), minute(6), "new", False, 3, "[]"),
        (minute(6), minute(9), "new", False, 3, '["vpn"]'),
        (minute(9), None, "solved", True, 3, '["vpn"]'),
    ]


def test_touches_then_only_of_agents():
    found = facts(
        opened(),
        at(1, set_to("group_id", 3), author=None),
        at(2, set_to("priority", "high"), author=AGENT),
        answered(3),
        at(4, said("agent", public=False), author=OTHER),
        at(5, said("end-user"), author=CUSTOMER),
        at(6, said("agent", automatic=True), author=AGENT),
    )

    assert told(found["touches"], "agent_id", "comment") == [(AGENT, ""), (AGENT, "public"), (OTHER, "private")]


@pytest.mark.parametrize("code", ["time_spent", "time_removed", "vote_reviewed"])
def test_touches_when_only_something_was_written_down_then_none(code):
    alone, beside = note(code, minutes=5), set_to("priority", "high")

    found = facts(opened(), at(2, alone, author=AGENT), at(3, alone, beside, author=AGENT))

    assert told(found["touches"], "happened_at") == [(minute(3),)]


def test_touches_when_somebody_works_here_by_now_then_by_what_he_was():
    before = Audited(MONDAY + timedelta(minutes=5), OTHER, False, [set_to("priority", "high")])
    said_it = Audited(MONDAY + timedelta(minutes=6), OTHER, False, [said("agent")])

    assert told(facts(opened(), before, said_it)["touches"], "happened_at") == [(minute(6),)]


def test_handoffs_then_from_somebody_to_somebody_else():
    found = facts(
        opened(),
        at(1, set_to("assignee_id", AGENT), set_to("group_id", 3), author=AGENT),
        at(2, set_to("assignee_id", OTHER), author=AGENT),
        at(3, set_to("assignee_id", None), author=AGENT),
        at(4, set_to("group_id", 4), author=None),
    )

    assert told(found["handoffs"], "agent_id", "from_agent_id", "from_group_id") == [
        (AGENT, AGENT, None),
        (None, None, 3),
    ]


def test_votes_when_changed_then_one_row_as_it_stands():
    found = facts(
        opened(),
        status(10, "solved"),
        at(60, {"type": "SatisfactionRating", "score": "offered", "assignee_id": AGENT, "about": ""}, author=None),
        at(70, {"type": "SatisfactionRating", "score": "good", "about": "", "comment": ""}),
        at(80, {"type": "SatisfactionRating", "score": "bad", "about": "waiting", "comment": "Tardi."}),
    )

    assert told(found["votes"], "happened_at", "rated_at", "score", "about", "commented", "changes", "solved_at") == [
        (minute(60), minute(70), "bad", "waiting", True, 1, minute(10))
    ]
    assert told(found["votes"], "agent_id") == [(AGENT,)]


def rated(minutes, score, about="", comment=""):
    return at(minutes, {"type": "SatisfactionRating", "score": score, "about": about, "comment": comment})


def reviewed(minutes, about):
    return at(minutes, note("vote_reviewed", about=about, proposed_by=OTHER, reason="…"), author=AGENT)


REVIEWS = {
    "never": ([rated(70, "bad")], ("", None, None)),
    "as two found": ([rated(70, "bad"), reviewed(80, "product")], ("product", 80, None)),
    "found again": (
        [rated(70, "bad"), reviewed(80, "product"), reviewed(90, "rule")],
        ("rule", 90, None),
    ),
    "as he said, after all": ([rated(70, "bad"), reviewed(80, "product"), reviewed(90, "")], ("", 90, None)),
    "he says something else: found about another vote": (
        [rated(70, "bad"), reviewed(80, "product"), rated(90, "bad", "waiting")],
        ("", None, 90),
    ),
    "he turns it: found about another vote": (
        [rated(70, "bad"), reviewed(80, "product"), rated(90, "good")],
        ("", None, 90),
    ),
    "other words alone change nothing of it": (
        [rated(70, "bad"), reviewed(80, "product"), rated(90, "bad", comment="Tardi.")],
        ("product", 80, 90),
    ),
}


@pytest.mark.parametrize("name", REVIEWS)
def test_votes_when_reviewed(name):
    audits, (about, found_at, changed_at) = REVIEWS[name]
    asked = {"type": "SatisfactionRating", "score": "offered", "assignee_id": AGENT, "about": ""}

    found = facts(opened(), status(10, "solved"), at(60, asked, author=None), *audits)["votes"]

    times = (None if it is None else minute(it) for it in (found_at, changed_at))
    assert told(found, "reviewed_about", "reviewed_at", "changed_at") == [(about, *times)]


def test_corrections_then_what_was_told_of_an_earlier_time():
    asked = {"type": "SatisfactionRating", "score": "offered", "assignee_id": AGENT, "about": ""}
    late = note("contact", contact="call", at=MONDAY.isoformat(), written_at=(MONDAY + timedelta(days=3)).isoformat())
    at_once = note("contact", contact="call", at=MONDAY.isoformat(), written_at=MONDAY.isoformat())

    found = facts(
        opened(),
        at(1, said("end-user"), late, author=OTHER),
        at(1, said("end-user"), at_once, author=OTHER),
        status(10, "solved"),
        at(60, asked, author=None),
        rated(70, "good"),
        rated(80, "bad"),
        reviewed(90, "product"),
    )

    assert told(found["corrections"], "kind", "happened_at", "written_at", "agent_id") == [
        ("contact", minute(1), minute(3 * 1440), OTHER),
        ("vote_given", minute(60), minute(70), AGENT),
        ("vote_changed", minute(70), minute(80), AGENT),
        ("vote_reviewed", minute(70), minute(90), AGENT),
    ]
