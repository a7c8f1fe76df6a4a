"""What stands on a ticket's page beside the conversation, each part from its own module."""

from collections.abc import Callable
from typing import Any

from sportello.desk.models import Ticket, User
from sportello.web.agent import person_votes, reviews, side_panel, tasks, ticket_time, told

# Each gives what its templates (templates/agent/_side_….html) show, under names of its own.
PANELS: tuple[Callable[[User, Ticket], dict[str, Any]], ...] = (
    person_votes.panel,
    reviews.panel,
    tasks.panel,
    ticket_time.panel,
    side_panel.panel,
    told.panel,
)


def panels_of(agent: User, ticket: Ticket) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for panel in PANELS:
        found |= panel(agent, ticket)
    return found
