"""What a log may know of a request: its method, route and status; of an error: its kind and place."""

import io
import logging
import logging.config
from urllib.parse import urlsplit

import pytest
from django.test import Client

from sportello.config.settings import LOGGING
from sportello.desk import links
from sportello.desk.models import User


@pytest.fixture
def written():
    """What the desk's handler writes, as the settings say."""
    formatter = LOGGING["formatters"][LOGGING["handlers"]["stderr"]["formatter"]]
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logging.config.DictConfigurator(LOGGING).configure_formatter({**formatter}))
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)


def lines(written):
    """The lines without their time."""
    return [line.split(" ", 2)[2] for line in written.getvalue().splitlines()]


def test_log_when_a_signed_link_is_refused_has_its_route_only(client, ticket, rita, written):
    path = urlsplit(links.request_url(ticket.pk, rita.pk)).path

    client.post(f"{path}/comments", {"text": ""})
    client.get(f"{path}/nothing")
    client.put(path)

    assert lines(written) == [
        "WARNING django.request POST /r/<str:token>/comments 422",
        "WARNING django.request GET no page 404",
        "WARNING django.request PUT /r/<str:token> 405",
    ]


def test_log_when_a_page_breaks_has_the_kind_and_place_of_the_error(ticket, rita, written):
    User.objects.filter(pk=rita.pk).update(time_zone="Nowhere/hunter2")

    Client(raise_request_exception=False).get(urlsplit(links.request_url(ticket.pk, rita.pk)).path)

    (line,) = lines(written)
    assert line.startswith("ERROR django.request GET /r/<str:token> 500 error='ZoneInfoNotFoundError at doors.py:")
    assert "hunter2" not in line


def test_log_when_a_request_is_suspicious_quotes_nothing(client, db, settings, written):
    settings.ALLOWED_HOSTS = ["desk.example.org"]

    response = client.get("/sign-in", headers={"host": "hunter2.example"})

    assert response.status_code == 400
    assert "django.security.DisallowedHost" in written.getvalue()
    assert "hunter2" not in written.getvalue()
