"""The tables of facts: the one place where their columns stand, with what they mean for whoever reads them.

Every row is an event with its time and the ticket as it was then; what customers did with articles belongs to no
ticket. Types are DuckDB's; PostgreSQL and ClickHouse have the same under other names (reports.figures.dialects). Times
are UTC; `…_local` are those of the desk's wall clock, so that no reader needs a time zone.
"""

from dataclasses import dataclass
from functools import cached_property

ID, TIME, TEXT, INTEGER, FLAG, DAY = "BIGINT", "TIMESTAMP", "VARCHAR", "INTEGER", "BOOLEAN", "DATE"
TEXTS, TEXT_BY_TEXT = "VARCHAR[]", "MAP(VARCHAR, VARCHAR)"
# Another number than that of the files: they are thrown away and built anew.
VERSION = 4
# Another number than that of a report that was written down: its figures are counted by other definitions now.
DEFINED = 3


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """meaning: what one row is. own: the columns beside those that all tables of tickets have."""

    name: str
    meaning: str
    own: tuple[Column, ...]
    of_tickets: bool = True

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return (*COMMON, *self.own) if self.of_tickets else self.own

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


COMMON = (
    Column("ticket_id", ID, "the ticket"),
    Column("happened_at", TIME, "when, UTC"),
    Column("happened_local", TIME, "the same on the desk's wall clock"),
    Column("agent_id", ID, "the agent who is credited; empty: nobody"),
    Column("group_id", ID, "the ticket's group then"),
    Column("organization_id", ID, "the ticket's organization then"),
    Column("requester_id", ID, "whose request it was then; somebody who was merged into another person is that one"),
    Column("channel", TEXT, "where the ticket came from"),
    Column("priority", TEXT, "low, normal, high, urgent or empty, then"),
    Column("type", TEXT, "question, incident, problem, task or empty, then"),
    Column("form_id", ID, "the ticket's form then"),
    Column("tags", TEXTS, "its tags then, in order"),
    Column("fields", TEXT_BY_TEXT, "what stood in its own fields then, by the field's id; several options with blanks"),
)
# What a later event takes back, and what comes back after that, is never overwritten: it has a span in which it holds.
SPAN = (
    Column(
        "since_at", TIME, "since when it holds: `happened_at`, or when it came back (unmerged, not spam after all), UTC"
    ),
    Column("since_local", TIME, "the same on the desk's wall clock"),
    Column("until_at", TIME, "when it ceased to hold, UTC; empty: it holds"),
    Column("until_local", TIME, "the same on the desk's wall clock"),
)
ARRIVAL = Column("arrival", TEXT, "hours: it came while the desk was open; night: on such a day, outside; closed_day")
# In minutes, rounded down once.
CLOCKS = ("calendar", "business")
WAITS = ("requester_wait", "agent_wait", "agent_work", "on_hold")

TABLES = {
    table.name: table
    for table in (
        Table(
            "created",
            "A ticket was created. Holds until it is merged into another or marked as spam.",
            (
                *SPAN,
                Column("by_agent", FLAG, "an agent wrote the first words"),
                ARRIVAL,
                Column(
                    "contact",
                    TEXT,
                    "it began with a direct contact: how he reached an agent past the desk; empty: it did not",
                ),
            ),
        ),
        Table(
            "replied",
            "A public reply of an agent ended a wait. agent_id: who replied.",
            (
                Column("first", FLAG, "the first reply; otherwise to the oldest unanswered words of the customer"),
                Column("asked_at", TIME, "when that wait began: the creation, or those words, UTC"),
                Column("calendar", INTEGER, "minutes of the wait"),
                Column("business", INTEGER, "those in which the desk was open, by the hours in force at each time"),
                Column("by_last_schedule", INTEGER, "those by the schedule that the ticket had when it was answered"),
                ARRIVAL,
            ),
        ),
        Table(
            "solved",
            "A ticket came to be solved or closed, and holds until it leaves. agent_id: who solved.",
            (
                *SPAN,
                Column("ended", TEXT, "why it ceased to hold: reopened, merged, spam, undone, redone; empty: it holds"),
                Column("first", FLAG, "the ticket's first solution"),
                Column("calendar", INTEGER, "minutes since the creation"),
                Column("business", INTEGER, "those in which the desk was open"),
                *(Column(name, INTEGER, f"minutes of {name.replace('_', ' ')} so far") for name in WAITS),
                *(Column(f"{name}_business", INTEGER, "those in which the desk was open") for name in WAITS),
                Column("replies", INTEGER, "public replies of agents so far"),
                Column("repliers", INTEGER, "different agents among them"),
                Column("assignee_stations", INTEGER, "agents who have had it"),
                Column("group_stations", INTEGER, "groups that have had it"),
                Column("reopens", INTEGER, "how often it had left solved before"),
            ),
        ),
        Table(
            "spells",
            "A ticket was in a status, without a change of the other columns. agent_id: who had it.",
            (
                Column("until_at", TIME, "when that ended, UTC; empty: it is so now"),
                Column("until_local", TIME, "the same on the desk's wall clock"),
                Column("status", TEXT, "its status"),
                Column("entered", FLAG, "the stay in the status begins with this row"),
                Column("created_at", TIME, "when the ticket was created, UTC"),
            ),
        ),
        Table(
            "touches",
            "An agent changed a ticket or wrote on it. No rule, no automatic reply, not the opening, no notice that "
            "time was written down or a vote reviewed.",
            (Column("comment", TEXT, "public, private or empty: what was written"),),
        ),
        Table(
            "handoffs",
            "A ticket went from one agent or group to another. agent_id: who did it; empty: a rule.",
            (
                Column("from_agent_id", ID, "who had it; empty: it did not go from agent to agent"),
                Column("from_group_id", ID, "the group that had it; empty: it did not go from group to group"),
            ),
        ),
        Table(
            "votes",
            "A customer was asked for a vote. agent_id, group_id: whose solution it was, whatever happened since.",
            (
                Column("rated_at", TIME, "when he first voted, UTC; empty: not yet"),
                Column("rated_local", TIME, "the same on the desk's wall clock"),
                Column("score", TEXT, "offered, good or bad, as it stands now"),
                Column("about", TEXT, "what a bad vote is about: help, product, waiting, rule, other; empty: not said"),
                Column("reviewed_about", TEXT, "what two of the desk found that it is about; empty: what `about` says"),
                Column("reviewed_at", TIME, "when they did, UTC; empty: no review holds"),
                Column("commented", FLAG, "he wrote something"),
                Column("changes", INTEGER, "how often he changed between good and bad"),
                Column("changed_at", TIME, "when he last changed anything of his vote, UTC; empty: never"),
                Column("solved_at", TIME, "the solution he was asked about, UTC"),
            ),
        ),
        Table(
            "sla",
            "A promise was kept or missed, at that moment. agent_id: who had the ticket.",
            (
                *SPAN,
                Column("policy_id", ID, "whose promise"),
                Column("metric", TEXT, "what was promised: first_reply_time, …"),
                Column("target", INTEGER, "minutes promised"),
                Column("in_business", FLAG, "in business hours"),
                Column("achieved", FLAG, "kept"),
                Column("spent", INTEGER, "minutes it took, until then"),
            ),
        ),
        Table(
            "contacts",
            "A customer reached an agent past the desk. agent_id: who wrote it down.",
            (Column("kind", TEXT, "call, in_person, message, mail"),),
        ),
        Table(
            "spent",
            "Time that an agent wrote down; at noon of the day it is for.",
            (Column("minutes", INTEGER, "how long"), Column("day", DAY, "the day, in the agent's time zone")),
        ),
        Table(
            "corrections",
            "Something was told later of a time that was over, and changed its figures. happened_at: the time that it "
            "is about: the vote, the offer of a vote just given, the contact, noon of the day of time spent.",
            (
                Column("kind", TEXT, "vote_given, vote_changed, vote_reviewed, contact, time_written or time_removed"),
                Column("written_at", TIME, "when it was told, UTC"),
            ),
        ),
        Table(
            "readings",
            "A customer did something with an article of the help center. It belongs to no ticket, and to nobody.",
            (
                *COMMON[1:3],
                Column("article_id", ID, "the article"),
                Column(
                    "kind",
                    TEXT,
                    "shown (beside the form of a request), opened (its page), helped, not_helped (answered at its "
                    "end), avoided (it made the request needless) or written (the request was sent all the same)",
                ),
                Column("language", TEXT, "the language it was shown in: it, en"),
                Column("visit", TEXT, "a random word for as long as a window of the browser was open"),
            ),
            of_tickets=False,
        ),
    )
}
# Folded ticket by ticket; the others are logs, copied row by row.
OF_TICKETS = {name: table for name, table in TABLES.items() if table.of_tickets}


def described() -> str:
    """The tables as a page of documentation (docs/facts-tables.md is this, word for word)."""
    lines = ["# The tables of facts", "", __doc__.split("\n\n", 1)[1].strip().replace("\n", " "), ""]
    lines += ["Columns of every table of tickets:", "", *_rows(COMMON), ""]
    for table in TABLES.values():
        alone = "" if table.of_tickets else " These are all its columns."
        lines += [f"## {table.name}", "", table.meaning + alone, "", *_rows(table.own), ""]
    return "\n".join(lines)


def _rows(columns: tuple[Column, ...]) -> list[str]:
    rows = [f"| `{column.name}` | {column.type} | {column.meaning} |" for column in columns]
    return ["| column | type | meaning |", "|---|---|---|", *rows]
