"""Chromium for tests that also ask the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from playwright.sync_api import Playwright, sync_playwright


@contextmanager
def playwright_beside_django() -> Iterator[Playwright]:
    """Playwright, while the test goes on with its own connection to the database.

    Inside Playwright a loop runs, and Django keeps connections for each context: it would open another one there, and
    the next test would find that one again, to the database of the test before.
    """
    connection = connections["default"]
    with sync_playwright() as playwright:
        connections["default"] = connection
        yield playwright
