"""Every event and every reason has words, in both languages' source."""

import re
from pathlib import Path

import pytest

from sportello.channels.email import receive
from sportello.desk.rules import history
from sportello.desk.words import Score, Step, TimerKind

NAMES = {("user", 7): "Anna", ("group", 3): "Support"}


def describe(event):
    return history.describe(event, lambda kind, number: NAMES.get((kind, number), ""))


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"type": "Change", "field_name": "status", "value": "solved", "previous_value": "open"}, "Status: Solved"),
        ({"type": "Change", "field_name": "assignee_id", "value": 7}, "Assigned to Anna"),
        ({"type": "Change", "field_name": "assignee_id", "value": None}, "Assigned to nobody"),
        ({"type": "Change", "field_name": "group_id", "value": 3}, "Group: Support"),
        ({"type": "Change", "field_name": "group_id", "value": None}, "No group"),
        ({"type": "Change", "field_name": "priority", "value": "urgent"}, "Priority: Urgent"),
        ({"type": "Change", "field_name": "priority", "value": None}, "No priority"),
        ({"type": "Change", "field_name": "type", "value": "incident"}, "Type: Incident"),
        ({"type": "Change", "field_name": "type", "value": ""}, "No type"),
        ({"type": "Change", "field_name": "subject", "value": "Toner"}, "Subject: Toner"),
        ({"type": "Change", "field_name": "tags", "value": ["a", "b"]}, "Tags: a, b"),
        ({"type": "Change", "field_name": "tags", "value": []}, "No tags"),
        ({"type": "Change", "field_name": "cc_ids", "value": [7]}, "In copy: Anna"),
        ({"type": "Change", "field_name": "cc_ids", "value": []}, "In copy: nobody"),
        ({"type": "Change", "field_name": "follower_ids", "value": [7]}, "Followed by Anna"),
        ({"type": "Create", "field_name": "subject", "value": "Toner"}, ""),
        ({"type": "Comment", "public": True}, ""),
        ({"type": "Notification", "step": Step.SOLVED, "recipients": [7]}, "Mail “Solved” to Anna"),
        ({"type": "SatisfactionRating", "score": Score.OFFERED, "about": ""}, "Asked for a vote"),
        ({"type": "SatisfactionRating", "score": Score.GOOD, "about": ""}, "Vote: good"),
        (
            {"type": "SatisfactionRating", "score": Score.BAD, "about": "product"},
            "Vote: bad (the product or the equipment)",
        ),
        ({"type": "Rule", "rel": "trigger", "title": "Raise"}, "The trigger “Raise” acted"),
        ({"type": "Rule", "rel": "automation", "title": "Raise"}, "The automation “Raise” acted"),
    ],
)
def test_describe_an_event(event, words):
    assert describe(event) == words


@pytest.mark.parametrize(
    ("code", "values", "words"),
    [
        ("follow_up", {"ticket": 12}, "Follows up request #12"),
        (
            "not_reached",
            {"address": "a@b.example", "why": "5.1.1"},
            "The customer was not reached at a@b.example: 5.1.1. The request was not closed.",
        ),
        (
            "survey_skipped",
            {"reason": "asked_enough"},
            "No satisfaction request: the person was asked often enough this month",
        ),
        (
            "notices_capped",
            {"address": "a@b.example", "limit": 30},
            "Rules wrote to a@b.example 30 times within an hour: this mail was not sent",
        ),
        ("timer_cancelled", {"kind": TimerKind.CLOSE}, "Stopped: “closes”"),
        ("timer_cancelled", {"kind": TimerKind.AUTOMATION, "title": "Remind"}, "Stopped: “Remind”"),
        (
            "rule_refused",
            {"rel": "automation", "title": "Raise", "why": "gone"},
            "The automation “Raise” could not do all of it: gone",
        ),
    ],
)
def test_note_fills_in_what_happened(code, values, words):
    assert history.note(code, values) == words


def test_every_note_of_the_verbs_has_words():
    verbs = Path(history.__file__).parents[1] / "actions"
    found = re.findall(
        r'\.note\(\s*"(\w+)"|notice\([\w.]+, "(\w+)"', "".join(file.read_text() for file in verbs.glob("*.py"))
    )
    codes = {first or second for first, second in found}

    assert codes >= {"thanks", "confirmed", "bounced"}
    assert [code for code in sorted(codes) if history.note(code, {}) == code] == []


def test_every_reason_of_a_mail_has_words():
    code = Path(receive.__file__).read_text() + (Path(receive.__file__).parent / "automatic.py").read_text()
    reasons = set(re.findall(r'held\("(\w+)"|HELD, "(\w+)"|IGNORED, "(\w+)"|FAILED, "(\w+)"|return "([\w-]+)"', code))
    codes = {"".join(found) for found in reasons} | set(receive.ANSWERS_OF_MACHINES)

    assert codes >= {"stranger", "breaker", "forged", "list"}
    assert [code for code in sorted(codes) if history.mail_reason(code) == code] == []
