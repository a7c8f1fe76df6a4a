"""The pages of figures: over no facts, over a random life, over a few tickets of one's own."""

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.utils import translation

from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.reports.folding import sync
from tests.reports.lived import Lived


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    return tmp_path


@pytest.fixture
def enter(db):
    """enter(person): a client signed in as this person, reading English."""

    def client_of(person):
        User.objects.filter(pk=person.pk).update(language="en")
        client = Client(headers={"accept-language": "en"})
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    yield client_of
    translation.activate("en")


@pytest.fixture(scope="module")
def lived_once(django_db_setup, django_db_blocker, tmp_path_factory):
    """A random life and its facts, lived once for a file of tests: each of them is undone on top of it."""
    folder = tmp_path_factory.mktemp("lived")
    with django_db_blocker.unblock(), override_settings(SPORTELLO_DATA=folder):
        outer = transaction.atomic()
        outer.__enter__()
        configuration.forget()
        life = Lived(seed=9)
        life.happen(80)
        sync.rebuild()
        yield life, folder
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)
        configuration.forget()


@pytest.fixture
def lived(lived_once, db, settings):
    """Two months of a random life, and its facts."""
    life, settings.SPORTELLO_DATA = lived_once
    configuration.forget()
    return life


@pytest.fixture
def patient(monkeypatch):
    """However slow the machine, the configuration is not read anew between two pages."""
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 3600.0)
