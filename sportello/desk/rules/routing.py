"""Who is given a ticket: in turn, by load or by skill, never beyond his capacity. Pure; docs/algorithms/routing.md"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..errors import Invalid
from ..words import Status, Via

IN_TURN, LOAD, SKILL = "round_robin", "load", "skill"
AUTOMATIC = (IN_TURN, LOAD, SKILL)
# What asks for an agent's hands now. What waits for the customer or for others fills nobody's day.
COUNTED = (Status.NEW, Status.OPEN)
# The kinds of work that a capacity tells apart, and how people call them.
WORK = {
    Via.EMAIL.value: gettext_lazy("Mail and forms"),
    Via.CHAT.value: gettext_lazy("Chat"),
    Via.VOICE.value: pgettext_lazy("a channel", "Phone"),
}
MOST = 1000
NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Member:
    """An agent of the group who is here. capacity, load: open tickets at once by kind of work, allowed and had."""

    id: int
    agent_id: int
    last_assigned_at: datetime | None = None
    capacity: Mapping[str, int] = field(default_factory=dict)
    load: Mapping[str, int] = field(default_factory=dict)

    def has_room(self, work: str) -> bool:
        limit = self.capacity.get(work)
        return limit is None or self.load.get(work, 0) < limit


def work_of(channel: str) -> str:
    """The kind of work that a ticket of this channel is: whatever is written and can wait counts as mail."""
    return channel if channel in WORK else Via.EMAIL.value


def choose(mode: str, members: Iterable[Member], work: str, needs: Iterable[Collection[int]] = ()) -> Member | None:
    """Who is given a ticket of this kind of work; None: nobody here has room, or nobody has the skills.

    mode: one of AUTOMATIC. needs: for each skill that the ticket needs, the agents who have it (mode SKILL only). In
    turn: whoever has waited longest for a ticket; else whoever has fewest open ones, among equals in turn.
    """
    wanted = list(needs) if mode == SKILL else []
    free = [it for it in members if it.has_room(work) and all(it.agent_id in agents for agents in wanted)]
    return min(free, key=lambda it: _rank(it, mode), default=None)


def _rank(member: Member, mode: str) -> tuple[int, datetime, int]:
    busy = 0 if mode == IN_TURN else sum(member.load.values())
    return busy, member.last_assigned_at or NEVER, member.id


def read_capacity(data: Mapping[str, Any]) -> dict[str, int]:
    """Open tickets at once by kind of work, {"email": 10}; what is empty is no limit, 0 is none at all.

    Raises Invalid with the place of each fault: "capacity.email".
    """
    faults: dict[str, object] = {}
    found = {}
    for work, said in data.items():
        text = str("" if said is None else said).strip()
        if work not in WORK:
            faults[f"capacity.{work}"] = _("There is no such kind of work.")
        elif text and (not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) > MOST):
            faults[f"capacity.{work}"] = _("Write a whole number from 0 to %(most)s.") % {"most": MOST}
        elif text:
            found[work] = int(text)
    if faults:
        raise Invalid(faults)
    return found
