from datetime import timedelta

import pytest
import time_machine
from django.test import RequestFactory

from sportello.kit import clock
from sportello.web.setup.links import HERE, VALID, may_set_up, setup_url

LOCAL = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("client", "host", "public_url", "headers", "may"),
    [
        ("127.0.0.1", "127.0.0.1:8000", LOCAL, {}, True),
        ("127.0.0.1", "localhost:8000", LOCAL, {}, True),
        ("::1", "[::1]:8000", "http://localhost:8000", {}, True),
        ("192.0.2.4", "localhost:8000", LOCAL, {}, False),
        ("127.0.0.1", "desk.example.org", LOCAL, {}, False),
        ("127.0.0.1", "localhost.evil.example", LOCAL, {}, False),
        ("127.0.0.1", "127.0.0.1:8000", "https://desk.example.org", {}, False),
        ("127.0.0.1", "127.0.0.1:8000", LOCAL, {"X-Forwarded-For": "203.0.113.9"}, False),
        ("127.0.0.1", "127.0.0.1:8000", LOCAL, {"Via": "1.1 proxy"}, False),
        ("", "127.0.0.1:8000", LOCAL, {}, False),
    ],
)
def test_may_set_up_without_a_link_only_at_the_machine_itself(settings, client, host, public_url, headers, may):
    settings.PUBLIC_URL = public_url
    request = RequestFactory().get("/", REMOTE_ADDR=client, headers={"Host": host, **headers})

    assert may_set_up(request, HERE) is may


def test_may_set_up_with_the_printed_link_from_anywhere_for_a_week(settings):
    settings.PUBLIC_URL = "https://desk.example.org"
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9")
    url = setup_url()
    token = url.split("/")[-2]

    fresh = may_set_up(request, token)
    with time_machine.travel(clock.now() + VALID + timedelta(seconds=2)):
        old = may_set_up(request, token)

    assert url.startswith("https://desk.example.org/setup/")
    assert (fresh, old, may_set_up(request, token + "x")) == (True, False, False)
