"""Reviews of bad votes: who looks at one until when, the usual causes, and its history in words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from ..words import About, Outcome
from .schedules import Schedule, add_business, business_seconds

# A desk that has not arranged its own tells these apart; each is called in the language of whoever reads.
CAUSES: dict[str, Promise] = {
    "slow": pgettext_lazy("cause of a bad vote", "We were too slow"),
    "unsolved": pgettext_lazy("cause of a bad vote", "Not solved, or not for long"),
    "unclear": pgettext_lazy("cause of a bad vote", "We explained it badly"),
    "manner": pgettext_lazy("cause of a bad vote", "The way we spoke"),
    "handed_on": pgettext_lazy("cause of a bad vote", "Handed from one to the other"),
    "expectation": pgettext_lazy("cause of a bad vote", "The customer expected something else"),
    "equipment": pgettext_lazy("cause of a bad vote", "The product or the equipment"),
    "past_the_desk": pgettext_lazy("cause of a bad vote", "Asked past the desk"),
    "mistake": pgettext_lazy("cause of a bad vote", "Voted by mistake"),
}
# After so many closed days the deadline comes all the same.
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could look at a bad vote. open: how many he has open already."""

    id: int
    is_admin: bool
    is_in_group: bool
    is_away: bool
    open: int


def choose_owner(candidates: Iterable[Candidate], voted_id: int | None) -> int | None:
    """Whoever leads: an administrator of the group, else another one, else a colleague of the group, else any.

    Nobody judges himself where there is anybody else. Among equals whoever is here, then who has fewest.
    """
    order = sorted(
        candidates,
        key=lambda it: (it.id == voted_id, not it.is_admin, not it.is_in_group, it.is_away, it.open, it.id),
    )
    return order[0].id if order else None


def due_after(schedule: Schedule, at: datetime, days: int) -> datetime:
    """When the desk closes on the last of the next `days` days that it is open, the day of `at` not counted."""
    zone = ZoneInfo(schedule.time_zone)
    day, left = at.astimezone(zone).date(), days
    for _day in range(MOST_DAYS):
        day += timedelta(days=1)
        start = datetime.combine(day, time(), zone)
        opened = business_seconds(schedule, start, datetime.combine(day + timedelta(days=1), time(), zone))
        left -= opened > 0
        if opened and left <= 0:
            closes = add_business(schedule, start, opened)
            assert closes is not None
            return closes
    return at + timedelta(days=days)


def told(kind: str, values: Mapping[str, Any]) -> str:
    """What happened to a review, in the active language."""
    about = {name: _about(values[name]) for name in ("about", "previous") if values.get(name)}
    sentences = {
        "opened": _("Opened: a bad vote came in"),
        "reopened": _("Opened again"),
        "voted_again": _("The customer voted bad again, or says something else: opened again"),
        "said_more": _("The customer changed what the bad vote says"),
        "withdrawn": _("The customer changed the vote to good"),
        "overdue": _("The deadline has passed"),
        "worked": _("Written down"),
        "remark": _("Remark"),
        "closed": _("Done: %(outcome)s") % {"outcome": _outcome(values.get("outcome", ""))},
        "given": _("Given to %(name)s") % {"name": values.get("name", "")},
        "proposed": _("Proposes that it is about: %(about)s") % {"about": about.get("about", "")},
        "confirmed": _("Confirmed: it is about %(about)s") % {"about": about.get("about", "")},
        "declined": _("Not confirmed"),
        "taken_back": _("Took the proposal back"),
        "reset": _("What it is about counts again as the customer says: the vote has changed"),
    }
    return sentences.get(kind, kind)


def _about(value: str) -> str:
    return str(About(value).label) if value in About.values else value


def _outcome(value: str) -> str:
    return str(Outcome(value).label) if value in Outcome.values else value
