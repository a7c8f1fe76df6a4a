"""A desk with a month behind it."""

import pytest

from tests.reports.lived_month import Life, november, set_up


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    return tmp_path


@pytest.fixture
def desk(mailbox):
    return set_up()


@pytest.fixture
def life():
    return Life()


@pytest.fixture
def lived(desk, life, anna, ada, rita, sam):
    return november(life, anna, ada, rita, sam)
