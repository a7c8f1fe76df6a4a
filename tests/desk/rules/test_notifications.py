"""How a notice travels to a browser."""

import json
from datetime import timedelta

import pytest

from sportello.desk.rules import notifications as rules
from sportello.desk.words import NoticeKind
from sportello.kit import web_push


@pytest.mark.parametrize("text", ["x" * 5000, "è" * 5000, "😀" * 5000, '"\\\n' * 5000, "\ud83d" * 5000, "\0" * 5000])
def test_message_when_texts_are_long_stays_below_three_kilobytes(text):
    body = rules.message(2**60, text, subject=text, ticket_id=2**60, url=f"/notices/{2**60}")

    assert len(body) <= web_push.LIMIT
    said = json.loads(body)
    assert (len(said["text"]), len(said["subject"]), said["text"][-1]) == (200, 200, "…")


def test_message_when_short_is_told_whole():
    body = rules.message(1, "Rita wrote to you", subject="", ticket_id=None, url="/notices/1")

    said = {"id": 1, "text": "Rita wrote to you", "subject": "", "ticket": None, "url": "/notices/1"}
    assert json.loads(body) == said


@pytest.mark.parametrize(
    ("kind", "urgency"),
    [
        (NoticeKind.ASSIGNED, "high"),
        (NoticeKind.CUSTOMER, "high"),
        (NoticeKind.MENTION, "high"),
        (NoticeKind.FOLLOWED, "normal"),
        (NoticeKind.NOT_SENT, "high"),
        (NoticeKind.SIDE, "normal"),
        (NoticeKind.JOB, "low"),
        ("something of tomorrow", "normal"),
    ],
)
def test_headers_spare_the_battery_for_what_can_wait(kind, urgency):
    said = rules.headers(kind, "abc", timedelta(hours=23))

    assert said == {
        "TTL": "3600",
        "Urgency": urgency,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Topic": "abc",
    }


def test_headers_when_nothing_is_replaced_name_no_topic():
    assert "Topic" not in rules.headers(NoticeKind.JOB, "", timedelta())
    assert rules.headers(NoticeKind.JOB, "", timedelta(days=2))["TTL"] == "0"


@pytest.mark.parametrize(
    ("status", "later"),
    [(None, True), (429, True), (500, True), (503, True), (201, False), (301, False), (400, False), (403, False)],
)
def test_is_later_when_it_may_go_well_another_time(status, later):
    assert rules.is_later(status) is later
