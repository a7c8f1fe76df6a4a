"""Bodies that stay JSON whatever a customer writes, and the signature."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules import letters
from sportello.desk.rules.kinds import Unreadable
from sportello.desk.rules.webhooks import GIVE_UP_AFTER, fill, headers, line, read_body, state_after, write

NOW = datetime(2026, 3, 2, 9, 5, 7, tzinfo=UTC)
BODY = '{"text": "{{ ticket.title | truncate: 13 }}!", "deep": [{"who": "{% if agent.name %}x{% endif %}"}], "n": 1.5}'


def read(body):
    return read_body(body, letters.check)


@pytest.mark.parametrize("body", ["", "  ", None, 7])
def test_read_body_when_empty_is_the_usual_one(body):
    assert read(body) == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"id": {{ ticket.id }}}', "quotation marks"),
        ('{"text": "{{ ticket.titel }}"}', "ticket.title"),
        ('{"text": "{% if %}"}', "cannot be read"),
        ("{", "line 1"),
        ('{"n": NaN}', "no JSON"),
        ("[" * 9000, "no JSON"),
        ('"' + "x" * 10_000 + '"', "longer"),
    ],
)
def test_read_body_when_wrong_is_refused(body, said):
    with pytest.raises(Unreadable, match=said):
        read(body)


def test_fill_fills_every_text_and_nothing_else():
    filled = fill(read(BODY), {"ticket": {"title": "La stampante"}, "agent": {"name": ""}})

    assert json.loads(filled) == {"text": "La stampante!", "deep": [{"who": ""}], "n": 1.5}


@given(st.text(max_size=30) | st.sampled_from(['"', "\\", '\\"}, {"a": "', "{{ desk.name }}"]))
def test_fill_whatever_a_customer_writes_stays_inside_its_text(title):
    values = {"ticket": {"title": title}, "desk": {"name": "secret"}}

    filled = json.loads(fill('{"a": "[{{ ticket.title }}]", "b": "{{ ticket.title | truncate: 5 }}"}', values))

    assert set(filled) == {"a", "b"}
    plain = title.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    assert filled["a"] == f"[{plain}]"


def test_write_when_half_a_character_is_still_utf_8():
    assert write({"a": "\ud83d"}).encode() == b'{"a": "?"}'


def test_headers_are_signed_as_the_vendor_signs():
    sent = headers("s3cret", '{"a": "è"}', NOW, webhook_id=7, call="7-12")

    expected = hmac.new(b"s3cret", b'2026-03-02T09:05:07Z{"a": "\xc3\xa8"}', hashlib.sha256).digest()
    assert sent["X-Zendesk-Webhook-Signature"] == base64.b64encode(expected).decode()
    assert sent["X-Zendesk-Webhook-Signature-Timestamp"] == "2026-03-02T09:05:07Z"
    assert (sent["Idempotency-Key"], sent["X-Zendesk-Webhook-Id"]) == ("7-12", "7")


@pytest.mark.parametrize(
    ("status", "young", "old"),
    [
        (200, "sent", "sent"),
        (204, "sent", "sent"),
        (None, "queued", "failed"),
        (429, "queued", "failed"),
        (500, "queued", "failed"),
        (503, "queued", "failed"),
        (301, "failed", "failed"),
        (400, "failed", "failed"),
        (410, "failed", "failed"),
    ],
)
def test_state_after_an_answer(status, young, old):
    assert (state_after(status, timedelta(0)), state_after(status, GIVE_UP_AFTER)) == (young, old)


def test_line_is_short_and_has_nothing_unseen():
    assert line("a\r\n\0b" + "x" * 900) == "a b" + "x" * 497
