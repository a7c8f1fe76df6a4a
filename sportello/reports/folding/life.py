"""A ticket's audits, one at a time, into rows of facts. Pure. Definitions: docs/algorithms/facts.md, schema.py.

What a later audit takes back is not overwritten: its row gets the time from which it does not hold any more.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sportello.desk.rules.custom_fields import id_of
from sportello.desk.words import FINISHED, Score, Status

from .hours import Hours
from .rows import OWN, Event, Rows, Span, State, micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
CLOCKED = {
    "requester_wait": (Status.NEW, Status.OPEN, Status.HOLD),
    "agent_wait": (Status.PENDING,),
    "agent_work": (Status.NEW, Status.OPEN),
    "on_hold": (Status.HOLD,),
}
# Notices about a ticket on which nobody worked just then.
BOOKKEEPING = {"time_spent", "time_removed", "vote_reviewed"}
COLUMNS = {"group_id", "organization_id", "requester_id", "priority", "type", "form_id"}


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit. author_id: None where a rule acted; is_staff: the author worked here then."""

    at: datetime
    author_id: int | None
    is_staff: bool
    events: Sequence[Mapping[str, Any]]


class Life:
    """One ticket. merged: by column (requester_id, organization_id), the one that one has been merged into. Feed `add`
    oldest first; rows: what came."""

    def __init__(self, ticket_id: int, channel: str, hours: Hours, merged: Mapping[str, Mapping[int, int]]) -> None:
        self._hours, self._merged = hours, merged
        self.rows = Rows(ticket_id, channel)
        self.status, self.assignee, self.gone = "", None, ""
        self.at = self.created_at = self.since = _EPOCH
        self._opening = True
        self._schedules: list[tuple[datetime, int | None]] = []
        self._stays: dict[str, list[int]] = {}
        self._assignees: list[int] = []
        self._groups: list[int] = []
        self._repliers: set[int | None] = set()
        self._replies = self._reopens = 0
        self._asked: datetime | None = None
        self._created: Span | None = None
        self._solution: Span | None = None
        self._spell: Span | None = None
        self._vote: dict[str, Any] | None = None
        # The ticket after each audit, for what is told of it elsewhere (promises, time written down).
        self.states: list[tuple[int, State]] = []
        self.taken_back: list[tuple[Event, str]] = []

    # --- one audit ------------------------------------------------------------------------------------------------

    def add(self, audit: Audited) -> None:
        """One more audit. One that is older than the last (imported) counts as of the same time."""
        at = self.at = max(self.at, audit.at)
        if self._opening:
            self.created_at = self.since = at
            self._schedules = [(at, None)]
        notes = {event["code"]: event.get("values") or {} for event in audit.events if event["type"] == "Note"}
        was_agent, was_group = self.assignee, self.rows.group_id
        status, moved, comment = self._read(audit.events)
        if self._opening:
            self._open(audit, comment, notes)
        else:
            self._work(audit, comment, was_agent, was_group)
        if comment is not None and not self._opening:
            self._say(audit, comment)
        self._go(audit, notes, status, moved)
        self._hear(comment, notes)
        if "contact" in notes:
            self._reach(audit, notes["contact"])
        for event in audit.events:
            if event["type"] == "SatisfactionRating":
                self._rate(event)
        if "vote_reviewed" in notes and self._vote is not None:
            self._vote |= {"reviewed_about": notes["vote_reviewed"].get("about") or "", "reviewed_at": micros(at)}
            self._correct("vote_reviewed", self._vote["rated_at"])
        if "day" in notes.get("time_removed", ()):
            self.taken_back.append((self._event(audit.author_id), notes["time_removed"]["day"]))
        self.states.append((micros(at), self.rows.ticket(self.assignee)))
        self._opening = False

    def _read(self, events: Iterable[Mapping[str, Any]]) -> tuple[str, str, Mapping[str, Any] | None]:
        """Take in the fields; what the status came to be, that after a merge or its end, and what was said."""
        status, moved, comment = "", "", None
        for event in events:
            kind = event["type"]
            if kind in ("Create", "Change"):
                if event["field_name"] == "status":
                    status = event["value"]
                else:
                    self._change(event["field_name"], event["value"])
            elif kind == "Comment":
                comment = event
            elif kind in ("Merge", "Unmerge"):
                moved = Status.CLOSED if kind == "Merge" else event["status"]
        return status, moved, comment

    def _event(self, agent_id: int | None) -> Event:
        return self.rows.event(micros(self.at), agent_id)

    def _change(self, name: str, value: Any) -> None:
        rows = self.rows
        if name == "assignee_id":
            self.assignee = value
            if value is not None and value not in self._assignees:
                self._assignees.append(value)
        elif name == "schedule_id":
            self._schedules.append((self.at, value))
        elif name == "tags":
            rows.tags = json.dumps(value or [], ensure_ascii=False)
        elif name in COLUMNS:
            if name == "group_id" and value is not None and value not in self._groups:
                self._groups.append(value)
            setattr(rows, name, self._today(name, value) if name in self._merged else value)
        elif own := id_of(name):
            rows.fill(own, _plain(value))

    def _today(self, column: str, key: int | None) -> int | None:
        return self._merged.get(column, {}).get(key, key) if key else key

    def _open(self, audit: Audited, comment: Mapping[str, Any] | None, notes: Mapping[str, Any]) -> None:
        own = {
            "by_agent": comment is not None and comment["by"] == "agent",
            "arrival": self._hours.arrival(self.at),
            "contact": notes["contact"].get("contact", "") if "contact" in notes else "",
        }
        self._created = self.rows.begin("created", self._event(None), own)

    def _work(
        self, audit: Audited, comment: Mapping[str, Any] | None, was_agent: int | None, was_group: int | None
    ) -> None:
        if self._is_by_agent(audit, comment):
            written = "" if comment is None or comment.get("by") != "agent" else _kind(comment)
            self.rows.add("touches", self._event(audit.author_id), written)
        from_agent = was_agent if was_agent and self.assignee and was_agent != self.assignee else None
        from_group = was_group if was_group and self.rows.group_id not in (None, was_group) else None
        if from_agent or from_group:
            who = audit.author_id if audit.is_staff else None
            self.rows.add("handoffs", self._event(who), from_agent, from_group)

    def _is_by_agent(self, audit: Audited, comment: Mapping[str, Any] | None) -> bool:
        if audit.author_id is None or (comment is not None and comment.get("automatic")):
            return False
        if comment is not None and comment["by"] == "agent":
            return True
        if not audit.is_staff or self._today("requester_id", audit.author_id) == self.rows.requester_id:
            return False
        return any(event.get("code") not in BOOKKEEPING for event in audit.events)

    def _reach(self, audit: Audited, contact: Mapping[str, Any]) -> None:
        self.rows.add("contacts", self._event(audit.author_id), contact.get("contact", ""))
        written = micros(datetime.fromisoformat(contact["written_at"])) if "written_at" in contact else micros(self.at)
        if written > micros(self.at):
            self.rows.add("corrections", self._event(audit.author_id), "contact", written)

    # --- words ----------------------------------------------------------------------------------------------------

    def _say(self, audit: Audited, comment: Mapping[str, Any]) -> None:
        if comment["by"] != "agent" or not comment["public"] or comment.get("automatic"):
            return
        first = self._replies == 0
        self._replies += 1
        self._repliers.add(audit.author_id)
        asked = self.created_at if first else self._asked
        self._asked = None
        if asked is None:
            return
        business = self._business(asked, self.at)
        is_one = len(self._schedules) == 1
        last = business if is_one else self._hours.business(self._schedules[-1][1], asked, self.at)
        self.rows.add(
            "replied",
            self._event(audit.author_id),
            first,
            micros(asked),
            _seconds(asked, self.at) // 60,
            business // 60,
            last // 60,
            self._hours.arrival(asked),
        )

    def _hear(self, comment: Mapping[str, Any] | None, notes: Mapping[str, Any]) -> None:
        """The customer waits for an answer from his oldest unanswered words on, as long as the ticket is not solved."""
        if self.status in FINISHED or self.gone:
            self._asked = None
        elif comment is None or comment["by"] != "end-user" or not comment["public"] or comment.get("automatic"):
            return
        elif not self._opening and "thanks" not in notes and self._asked is None:
            self._asked = self.at

    # --- statuses -------------------------------------------------------------------------------------------------

    def _go(self, audit: Audited, notes: Mapping[str, Any], status: str, moved: str) -> None:
        """What became of the ticket: only where the update left it counts; solved and reopened at once is neither."""
        was, was_gone = self.status, self.gone
        if moved:
            self.gone = "merged" if moved == Status.CLOSED and not was_gone else ""
            status = moved
        elif "spam" in notes:
            self.gone = "spam"
        elif "undone" in notes and was_gone == "spam":
            self.gone = ""
        if status and status != was:
            self._stay(was)
            self.status, self.since = status, self.at
        if self.gone != was_gone:
            self._vanish_or_return(was)
        elif self.status != was:
            self._solve_or_reopen(audit, notes, was)
        self._follow(was, was_gone)

    def _vanish_or_return(self, was: str) -> None:
        at = micros(self.at)
        assert self._created is not None
        if self.gone:
            self._created.end(at)
            if self._solution and self._solution.holds:
                self._solution.end(at, ended=self.gone)
            return
        self._created = self._created.again(at)
        if self.status in FINISHED and self._solution:
            self._solution = self._solution.again(at)

    def _solve_or_reopen(self, audit: Audited, notes: Mapping[str, Any], was: str) -> None:
        is_solved, was_solved = self.status in FINISHED, was in FINISHED
        at = micros(self.at)
        if is_solved and not was_solved:
            if "undone" in notes and self._solution:  # Its reopening was undone.
                self._solution = self._solution.again(at)
            elif "undone" not in notes:
                self._solve(audit)
        elif was_solved and not is_solved and self._solution and self._solution.holds:
            if "undone" in notes:
                self._solution.end(at, ended="undone")
            else:
                self._solution.end(at, ended="redone" if "redone" in notes else "reopened")
                self._reopens += "redone" not in notes

    def _solve(self, audit: Audited) -> None:
        own: dict[str, Any] = {
            "ended": "",
            "first": not any(span.own["ended"] != "undone" for span in self.rows.spans["solved"]),
            "calendar": _seconds(self.created_at, self.at) // 60,
            "business": self._business(self.created_at, self.at) // 60,
        }
        for suffix, which in (("", 0), ("_business", 1)):
            for name, statuses in CLOCKED.items():
                own[name + suffix] = sum(self._stays[it][which] for it in statuses if it in self._stays) // 60
        own |= {
            "replies": self._replies,
            "repliers": len(self._repliers - {None}),
            "assignee_stations": len(self._assignees),
            "group_stations": len(self._groups),
            "reopens": self._reopens,
        }
        author = audit.author_id
        is_own = author is None or self._today("requester_id", author) == self.rows.requester_id
        solver = self.assignee if is_own else author
        self._solution = self.rows.begin("solved", self._event(solver), own)

    def _stay(self, status: str) -> None:
        """Add up the stay in a status that ends now."""
        if any(status in statuses for statuses in CLOCKED.values()):
            pair = self._stays.setdefault(status, [0, 0])
            pair[0] += _seconds(self.since, self.at)
            pair[1] += self._business(self.since, self.at)

    def _follow(self, was: str, was_gone: str) -> None:
        """The spell that goes on, or ends and gives way to another."""
        at = micros(self.at)
        entered = self.status != was or self.gone != was_gone
        now = self.rows.ticket(self.assignee)
        unsolved = self.status not in FINISHED
        if self._spell and not entered and (self._spell.event.ticket == now or not unsolved):
            return
        if self._spell:
            self._spell.end(at)
            self._spell = None
        if not self.gone and self.status:
            own = {"status": self.status, "entered": entered, "created_at": micros(self.created_at)}
            self._spell = self.rows.begin("spells", self._event(self.assignee), own)

    def _business(self, start: datetime, end: datetime) -> int:
        """Business seconds, by each schedule that the ticket had for its time."""
        if len(self._schedules) == 1:
            return self._hours.business(self._schedules[0][1], start, end)
        untils = [since for since, _schedule in self._schedules[1:]] + [end]
        return sum(
            self._hours.business(schedule, max(start, since), min(end, until))
            for (since, schedule), until in zip(self._schedules, untils, strict=True)
            if max(start, since) < min(end, until)
        )

    # --- votes ----------------------------------------------------------------------------------------------------

    def _rate(self, event: Mapping[str, Any]) -> None:
        if self._vote is None:  # Frozen now: a later reassignment changes nothing.
            solved_at = self._solution.event.at if self._solution else None
            self._vote = dict.fromkeys(OWN["votes"]) | {"changes": 0, "reviewed_about": "", "solved_at": solved_at}
            self.rows.survey(self._event(event.get("assignee_id")), self._vote)
        vote, score, now = self._vote, event["score"], micros(self.at)
        said = {"score": score, "about": event.get("about") or "", "commented": bool(event.get("comment"))}
        if score != Score.OFFERED:
            if vote["rated_at"] is None:
                vote["rated_at"] = now
                self._correct("vote_given", self.rows.surveys[-1][0].at)
            elif any(vote[name] != value for name, value in said.items()):
                vote["changed_at"] = now
                vote["changes"] += vote["score"] != score
                self._correct("vote_changed", vote["rated_at"])
        if (vote["score"], vote["about"]) != (score, said["about"]):  # It was found about another vote.
            vote |= {"reviewed_about": "", "reviewed_at": None}
        vote |= said

    def _correct(self, kind: str, of: int | None) -> None:
        """Something is told now of a vote, or of its offer, and credited as that is."""
        if of is not None:
            self.rows.add("corrections", Event(of, self.rows.surveys[-1][0].ticket), kind, micros(self.at))


def fold(life: Life, audits: Iterable[Audited]) -> Life:
    """All audits of a ticket, oldest first."""
    for audit in audits:
        life.add(audit)
    return life


def _kind(comment: Mapping[str, Any]) -> str:
    return "public" if comment["public"] else "private"


def _plain(value: Any) -> str:
    """A value of an own field as text: several options with blanks between, nothing for an empty one."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)


def _seconds(start: datetime, end: datetime) -> int:
    """Elapsed seconds, cut like business seconds: business time is never more."""
    return max(0, (end - _EPOCH) // _SECOND - (start - _EPOCH) // _SECOND)
