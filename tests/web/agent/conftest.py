"""The agents' pages from outside: a client for each persona."""

import pytest
from django.test import Client
from django.utils import translation


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
