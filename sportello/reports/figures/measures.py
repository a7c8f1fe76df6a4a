"""The registry: everything that is measured. docs/measures.md is written from it."""

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from sportello.reports.folding.schema import OF_TICKETS

from .durations import DURATIONS
from .figure import AGENTS, EVENTS, PER_TICKET, TICKETS, TOTAL_MINUTES
from .helpcenter import READ
from .measure import (
    ANY,
    DISTINCT,
    FOUNDING,
    MEAN,
    OWN,
    QUOTIENT,
    STOCK,
    SUM,
    UNTIL,
    VENDOR,
    Measure,
    counted,
    shared,
)
from .satisfaction import PROMISED, VOTED

REQUESTS, SOLUTIONS, WORK = _("Requests"), _("Solutions"), _("Work")
# The same person asks again so soon: the first contact has not solved it.
AGAIN_DAYS = 7
# Filled in by answer.py: whether its requester opened another ticket within AGAIN_DAYS and the period.
CAME_BACK = "{came_back}"
STRICT = f"replies = 1 AND assignee_stations <= 1 AND reopens = 0 AND NOT {CAME_BACK}"


_REQUESTS = (
    counted(
        "num_new_tickets",
        REQUESTS,
        _("Created"),
        _("Tickets created in the period; not merged into another nor marked as spam before its end."),
        "created",
    ),
    shared(
        "num_new_tickets_outside_hours",
        REQUESTS,
        _("Created outside business hours"),
        _("Of the created: while the desk was closed."),
        "created",
        "arrival <> 'hours'",
    ),
    shared(
        "new_tickets_night",
        REQUESTS,
        _("Created at night"),
        _("Of the created: on a day on which the desk opens, while it was closed."),
        "created",
        "arrival = 'night'",
    ),
    shared(
        "new_tickets_closed_day",
        REQUESTS,
        _("Created on a closed day"),
        _("Of the created: on a day on which the desk does not open, as at weekends."),
        "created",
        "arrival = 'closed_day'",
    ),
    shared(
        "new_tickets_by_agents",
        REQUESTS,
        _("Opened by agents"),
        _("Of the created: an agent wrote the first words."),
        "created",
        "by_agent",
    ),
    Measure(
        "backlog",
        TICKETS,
        REQUESTS,
        _("Backlog"),
        _("Tickets that are not solved at the end of the period; not those merged into another or marked as spam."),
        VENDOR,
        STOCK,
        table="spells",
        where="status NOT IN ('solved', 'closed')",
        held=ANY,
        better="lower",
    ),
    counted(
        "num_direct_contacts",
        REQUESTS,
        _("Direct contacts"),
        _("How often a customer reached an agent past the desk."),
        "contacts",
        FOUNDING,
        unit=EVENTS,
        better="lower",
    ),
    shared(
        "direct_contact_percentage",
        REQUESTS,
        _("Begun past the desk"),
        _("Of the created: those that began with a direct contact."),
        "created",
        "contact <> ''",
        better="lower",
    ),
)
_SOLUTIONS = (
    counted(
        "num_solved_tickets",
        SOLUTIONS,
        _("Solved"),
        _("Tickets whose solution lies in the period and holds at its end: not reopened, merged, undone or spam."),
        "solved",
    ),
    counted(
        "num_closed_tickets",
        SOLUTIONS,
        _("Closed"),
        _("Tickets that came to be closed in the period, spam and what was merged apart."),
        "spells",
        where="status = 'closed' AND entered",
        held=ANY,
    ),
    counted(
        "num_reopened_tickets",
        SOLUTIONS,
        _("Reopenings"),
        _("Solutions that the period took back: the ticket was reopened. They count for whoever had solved."),
        "solved",
        where="ended = 'reopened'",
        clock=UNTIL,
        held=ANY,
        unit=EVENTS,
        better="lower",
    ),
    shared(
        "one_touch_percentage",
        SOLUTIONS,
        _("Solved at first contact (fewer than two replies)"),
        _("Of the solved: with fewer than two public agent replies, so without a reply too."),
        "solved",
        "replies < 2",
        VENDOR,
        better="higher",
    ),
    shared(
        "one_reply_percentage",
        SOLUTIONS,
        _("Solved with exactly one reply"),
        _("Of the solved: with exactly one public agent reply."),
        "solved",
        "replies = 1",
        VENDOR,
        better="higher",
    ),
    shared(
        "first_contact_strict_percentage",
        SOLUTIONS,
        _("Solved at first contact (strictly)"),
        _(
            "Of the solved: with exactly one public reply, one agent, never reopened, and no other ticket of the same "
            "person in the 7 days that followed, as far as they lie in the period."
        ),
        "solved",
        STRICT,
        FOUNDING,
        better="higher",
    ),
    shared(
        "reopened_percentage",
        SOLUTIONS,
        _("Reopened"),
        _("Of the solved: reopened at least once before."),
        "solved",
        "reopens > 0",
        VENDOR,
        better="lower",
    ),
    shared(
        "reassigned_percentage",
        SOLUTIONS,
        _("Through several hands"),
        _("Of the solved: more than one agent had it."),
        "solved",
        "assignee_stations > 1",
        VENDOR,
        better="lower",
    ),
    Measure(
        "replies_per_ticket",
        PER_TICKET,
        SOLUTIONS,
        _("Replies per ticket"),
        _("Public agent replies of the solved, on average."),
        OWN,
        MEAN,
        table="solved",
        value="replies",
        better="lower",
    ),
)
_WORK = (
    counted(
        "num_touches",
        WORK,
        _("Updates by agents"),
        _("How often an agent changed a ticket or wrote on it. Rules and automatic replies never count."),
        "touches",
        unit=EVENTS,
    ),
    counted(
        "num_public_comments",
        WORK,
        _("Public replies"),
        _("Updates by agents with words for the customer."),
        "touches",
        where="comment = 'public'",
        unit=EVENTS,
    ),
    counted(
        "num_notes",
        WORK,
        _("Internal notes"),
        _("Updates by agents with an internal note."),
        "touches",
        where="comment = 'private'",
        unit=EVENTS,
    ),
    counted(
        "num_handoffs",
        WORK,
        _("Handed on"),
        _("How often a ticket went from an agent or a group to another one."),
        "handoffs",
        OWN,
        unit=EVENTS,
        better="lower",
    ),
    *(
        Measure(
            key, PER_TICKET, WORK, label, definition, source, QUOTIENT, of=(of, "num_solved_tickets"), better="lower"
        )
        for key, label, definition, source, of in (
            (
                "touches_per_ticket",
                _("Updates by agents per solved ticket"),
                _("Updates by agents in the period to tickets solved in it."),
                OWN,
                "num_touches",
            ),
            (
                "handoffs_per_ticket",
                _("Handed on per solved ticket"),
                _("How often tickets were handed on in the period, to tickets solved in it."),
                OWN,
                "num_handoffs",
            ),
        )
    ),
    Measure(
        "num_active_agents",
        AGENTS,
        WORK,
        _("Active agents"),
        _("Agents who changed a ticket or wrote on one in the period, each counted once."),
        OWN,
        DISTINCT,
        table="touches",
        value="agent_id",
    ),
    Measure(
        "time_spent_in_minutes",
        TOTAL_MINUTES,
        WORK,
        _("Time spent"),
        _("Time that agents wrote down for days of the period, all of it."),
        OWN,
        SUM,
        table="spent",
        value="minutes",
    ),
)
MEASURES: dict[str, Measure] = {
    measure.key: measure for measure in (*_REQUESTS, *_SOLUTIONS, *DURATIONS, *_WORK, *VOTED, *PROMISED, *READ)
}


def is_of_tickets(key: str) -> bool:
    """Whether tickets stand behind a measure; else it can be neither filtered nor opened."""
    return all(MEASURES[it].table in OF_TICKETS for it in MEASURES[key].of or (key,))


def described() -> str:
    """The measures as a page of documentation (docs/measures.md is this, word for word)."""
    lines = ["# Measures", "", INTRODUCTION, ""]
    section = ""
    with translation.override("en"):
        for measure in MEASURES.values():
            if str(measure.section) != section:
                section = str(measure.section)
                lines += [f"## {section}", "", "| key | definition | unit | source |", "|---|---|---|---|"]
            lines.append(f"| `{measure.key}` | {measure.definition} | {measure.unit} | {measure.source} |")
            if _is_last(measure):
                lines.append("")
    return "\n".join(lines)


def _is_last(measure: Measure) -> bool:
    of_section = [it for it in MEASURES.values() if it.section == measure.section]
    return of_section[-1] is measure


INTRODUCTION = """Every figure that Sportello gives, as it is counted over the [facts](facts-tables.md); how and why:
[algorithms/facts.md](algorithms/facts.md). A period is from its first instant to the first one after it, in the desk's
time zone; where figures are split by time, each bucket is a period. Durations are whole minutes, percentiles lie
between two ranks by proportion, shares come with Wilson's 95 % interval, and with fewer than 10 cases a share or a
duration is *too few to judge*. Source: **vendor** is the vendor's public documentation, **founding** the two texts that
the project starts from."""
