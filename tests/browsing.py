"""Chromium for tests that also ask the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from playwright.sync_api import Error, Page, Playwright, sync_playwright


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


def wait_for(page: Page, expression: str, arg: Any = None, seconds: float = 30) -> None:
    """Poll until the JavaScript expression is true in the page.

    Playwright's own wait_for_function asks by eval within the page, which our CSP refuses unless the first answer is
    yes.
    """
    deadline = time.monotonic() + seconds
    while not _holds(page, expression, arg):
        assert time.monotonic() < deadline, f"waited {seconds} s for {expression}"
        page.wait_for_timeout(20)


def _holds(page: Page, expression: str, arg: Any) -> bool:
    try:
        return bool(page.evaluate(expression, arg))
    except Error as error:
        if "context was destroyed" not in error.message:
            raise
        return False  # Another page is coming: that one will be asked.
