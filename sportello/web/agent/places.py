"""Where the desk is arranged: every page of the settings, in sections; the frame and the settings' own page read it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sportello.desk.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the settings. name: of its address; says: what one does there."""

    name: str
    icon: str
    label: str | Promise
    says: str | Promise
    for_admins: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    title: str | Promise
    places: tuple[Place, ...]


SECTIONS = (
    Section(
        _("People of the desk"),
        (
            Place("team", "user-check", _("Team"), _("Who works here, with which role, how much at a time")),
            Place("roles", "shield", _("Roles"), _("What agents of one kind may do")),
            Place("groups", "users", _("Groups"), _("Who shares work, and how tickets are given out")),
            Place("skills", "star", _("Skills"), _("What not everybody can do")),
        ),
    ),
    Section(
        pgettext_lazy("pages", "Mail"),
        (
            Place("mailboxes", "mailbox", _("Mailboxes"), _("The addresses of the desk, in and out")),
            Place("protocol", "route", _("Protocol"), _("The four mails, their times and texts"), for_admins=False),
            Place("outbox", "send", _("Outbox"), _("What the desk wrote, and what became of it"), for_admins=False),
            Place(
                "ledger",
                "scroll-text",
                _("Ledger"),
                _("Every mail that came in, by what became of it"),
                for_admins=False,
            ),
            Place("breakers", "zap-off", _("Breakers"), _("Who writes too much and is held"), for_admins=False),
        ),
    ),
    Section(
        _("Rules"),
        (
            Place("macros", "list-checks", _("Macros"), _("Texts and changes in one gesture"), for_admins=False),
            Place("triggers", "workflow", _("Triggers"), _("What happens when a ticket changes")),
            Place("automations", "timer", _("Automations"), _("What happens when time passes")),
            Place("policies", "gauge", _("SLA policies"), _("What is promised, to whom")),
            Place("schedules", "clock", _("Schedules"), _("When the desk is open")),
            Place("webhooks", "zap", _("Webhooks"), _("Other programs that rules call")),
        ),
    ),
    Section(
        _("Tickets"),
        (
            Place(
                "custom_fields", "sliders-horizontal", _("Fields"), _("What the desk wants to know besides the usual")
            ),
            Place("ticket_forms", "layers", _("Forms"), _("What is asked for a kind of request")),
            Place("review_causes", "thumbs-down", _("Bad votes"), _("Why votes are bad, and until when to look")),
            Place("tags", "tags", _("Tags"), _("Rename, bring together, take away")),
        ),
    ),
    Section(
        _("Desk"),
        (
            Place("brand", "palette", _("Brand"), _("Name, logo and colour, for customers too")),
            Place("benchmark", "handshake", _("Comparison"), _("What leaves the desk to compare it with others")),
            Place("changes", "history", _("Changes"), _("Who arranged what, and when")),
        ),
    ),
)


def sections_for(agent: User) -> Iterator[tuple[Section, list[Place]]]:
    """The sections with the pages that this agent may open."""
    for section in SECTIONS:
        found = [place for place in section.places if agent.is_admin or not place.for_admins]
        if found:
            yield section, found
