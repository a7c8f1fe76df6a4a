"""Trouble with the storage: the page says what is wrong, and that nothing was taken."""

import errno

import pytest
from django.db import OperationalError, ProgrammingError
from django.test import RequestFactory
from django.utils import translation

from sportello.web.errors import server_error


def page_after(error):
    try:
        raise error
    except type(error):
        with translation.override("en"):
            return server_error(RequestFactory().post("/tickets/1/comments"))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError("database or disk is full"), "The disk of the data folder is full."),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk of the data folder is full."),
        (OperationalError("attempt to write a readonly database"), "The data folder cannot be written to."),
        (OSError(errno.EROFS, "Read-only file system"), "The data folder cannot be written to."),
        (OperationalError("database is locked"), "The database is busy."),
        (OperationalError("unable to open database file"), "The database cannot be reached."),
        (OperationalError("connection to server at 127.0.0.1 failed"), "The database cannot be reached."),
    ],
)
def test_server_error_when_storage_is_in_trouble_says_what(error, sentence):
    response = page_after(error)

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert sentence in response.content.decode()


@pytest.mark.parametrize(
    "error", [ValueError("secret detail"), ProgrammingError("secret detail"), OSError(2, "secret detail")]
)
def test_server_error_when_it_is_our_fault_tells_no_detail(error):
    response = page_after(error)

    assert response.status_code == 500
    assert "secret detail" not in response.content.decode()
