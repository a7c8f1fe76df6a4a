"""A desk that looks alive: three months of invented people and requests, lived through the verbs like any other."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

from django.db import transaction
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from sportello.desk.actions import configuration
from sportello.kit import clock
from sportello.kit.terminal import _

from .cast import DEMO_AGENT_ADDRESS

__all__ = ["DEMO_AGENT_ADDRESS", "build"]

SPAN = timedelta(days=92)
TICKETS = 300


def build(
    progress: Callable[[int, int], None] | None = None, *, tickets: int = TICKETS, span: timedelta = SPAN
) -> None:
    """Fill an empty desk, whole or not at all: one transaction. The same moment gives the same desk.

    progress: called with (done, all); by default a bar when stderr is a terminal. No mail is left to send: what was
    written is kept in the outbox.
    """
    from .story import Story

    now = clock.now().replace(second=0, microsecond=0)
    with transaction.atomic(), nullcontext() if progress else _bar() as bar:
        Story(now=now, span=span, tickets=tickets).live(progress or bar)
    configuration.forget()


class _bar:
    """A progress bar on stderr, or nothing where nobody looks."""

    def __enter__(self) -> Callable[[int, int], None]:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self.progress.start()
        task = self.progress.add_task(_("Filling the demo desk"), total=None)
        return lambda done, whole: self.progress.update(task, completed=done, total=whole)

    def __exit__(self, *_error: object) -> None:
        self.progress.stop()
