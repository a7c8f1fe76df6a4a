"""The agents' pages from outside: a client for each persona."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from sportello.desk.actions import defaults, timers
from sportello.desk.models import View


@pytest.fixture
def enter(db):
    """enter(person): a client signed in as this person, reading English."""

    def client_of(person):
        person.language = "en"
        person.save(update_fields=["language"])
        client = Client(headers={"accept-language": "en"})
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    yield client_of
    translation.activate("en")


@pytest.fixture
def usual(db):
    """The addresses of the views of a new desk."""
    defaults.install_views("en")
    addresses = [reverse("agent:view", args=[view.pk]) for view in View.objects.order_by("position")]
    return dict(zip(("waiting", "mine", "unassigned", "unsolved", "solved"), addresses, strict=True))


@pytest.fixture
def leave(frozen_clock):
    """leave(): the ten seconds are over in which an answer can be taken back."""

    def let_the_clock_run():
        frozen_clock.shift(11)
        while timers.step():
            pass

    return let_the_clock_run
