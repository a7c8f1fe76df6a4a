from datetime import timedelta

import pytest
import time_machine
from django.test import RequestFactory

from sportello.web.session import limits
from sportello.web.session.limits import Limit, client_of


def test_limit_when_spent_refuses_until_the_period_is_over():
    limit = Limit(2, timedelta(minutes=10))

    with time_machine.travel("2026-03-04T12:00:00Z", tick=False) as traveller:
        first = [limit.allows("a"), limit.allows("a"), limit.allows("a"), limit.allows("b")]
        traveller.shift(timedelta(minutes=10))
        later = [limit.allows("a"), limit.allows("a"), limit.allows("a")]

    assert first == [True, True, False, True]
    assert later == [True, True, False]


def test_limit_when_many_keys_are_tried_stays_small(monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 3)
    limit = Limit(1, timedelta(minutes=10))

    with time_machine.travel("2026-03-04T12:00:00Z", tick=False) as traveller:
        for key in "abc":
            limit.allows(key)
        traveller.shift(timedelta(minutes=11))
        limit.allows("d")

    assert set(limit._spent) == {"d"}


@pytest.mark.parametrize(
    ("address", "forwarded", "proxied", "client"),
    [
        ("192.0.2.7", "", False, "192.0.2.7"),
        ("192.0.2.7", "203.0.113.9", False, "192.0.2.7"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9", True, "203.0.113.9"),
        ("127.0.0.1", "", True, "127.0.0.1"),
        ("2001:db8:1:2:aaaa::1", "", False, "2001:db8:1:2::/64"),
        ("nonsense:", "", False, "nonsense:"),
    ],
)
def test_client_of_believes_a_proxy_only_where_there_is_one(settings, address, forwarded, proxied, client):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if proxied else None
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert client_of(RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)) == client
