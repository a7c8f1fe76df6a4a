"""A desk that looks alive: three months of invented people and requests, lived through the verbs like any other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from django.db import transaction

from sportello.desk.actions import configuration
from sportello.desk.errors import Refused
from sportello.desk.models import Organization, User
from sportello.desk.words import Role
from sportello.kit import clock
from sportello.kit.terminal import _

from .cast import DEMO_AGENT_ADDRESS

if TYPE_CHECKING:
    from .months.desk import Desk

__all__ = ["DEMO_AGENT_ADDRESS", "DESKS", "build", "build_published"]

Progressed = Callable[[int, int], None]
SPAN = timedelta(days=92)
TICKETS = 275
# Desks whose months hold published figures, by what `sportello demo` calls them: where they are told of.
DESKS = {"wubook": "hotel_software", "farnedi": "it_services"}  # house: a name that must not appear


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


def signs_in() -> User | None:
    """Whom the demo lets in: its first administrator."""
    return User.objects.staff().filter(role=Role.ADMIN).order_by("pk").first()


def build_published(name: str, progress: Progressed | None = None) -> None:
    """Fill an empty desk with the months that one of DESKS has published, whole or not at all.

    progress: as for build. Raises Refused where the desk is not empty.
    """
    from .months.living import Living

    refuse_used()
    desk = _told(name)
    with transaction.atomic(), nullcontext(progress) if progress else _bar() as say:
        Living(desk).live(say)
    configuration.forget()


def last_month(name: str) -> str:
    """The month that was published, as 2014-10."""
    month = _told(name).months[-1]
    return f"{month.year}-{month.number:02d}"


def _told(name: str) -> "Desk":
    desk: Desk = import_module(f"{__name__}.months.{DESKS[name]}").DESK
    return desk


def refuse_used() -> None:
    """Raises Refused where somebody has begun to use this desk: nothing is mixed with what is invented."""
    if User.objects.exists() or Organization.objects.exists():
        raise Refused(
            _("This desk is not empty; a demo begins with an empty one: SPORTELLO_DATA=a-new-folder sportello demo …")
        )


@contextmanager
def _bar() -> Iterator[Progressed]:
    """A progress bar on stderr, or nothing where nobody looks."""
    from rich.console import Console  # The processes of a desk do without.
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(_("Filling the demo desk"), total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
