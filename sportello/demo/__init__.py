"""A desk that looks alive: three months of invented people and requests, lived through the verbs like any other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

from django.db import transaction
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from sportello.desk.actions import configuration
from sportello.kit import clock
from sportello.kit.terminal import _

from .cast import DEMO_AGENT_ADDRESS

__all__ = ["DEMO_AGENT_ADDRESS", "build"]

Progressed = Callable[[int, int], None]
SPAN = timedelta(days=92)
TICKETS = 275


def build(progress: Progressed | None = None, *, tickets: int = TICKETS, span: timedelta = SPAN) -> None:
    """Fill an empty desk, whole or not at all: one transaction. The same moment gives the same desk.

    progress: called with (done, all); by default a bar when stderr is a terminal. No mail is left to send: what was
    written is kept in the outbox.
    """
    from .story import Story

    now = clock.now().replace(second=0, microsecond=0)
    with transaction.atomic(), nullcontext(progress) if progress else _bar() as say:
        Story(now=now, span=span, tickets=tickets).live(say)
    configuration.forget()


@contextmanager
def _bar() -> Iterator[Progressed]:
    """A progress bar on stderr, or nothing where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(_("Filling the demo desk"), total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
