"""Whom the bad votes come from, on whose help they are, what those tickets have in common: ranked by what is certain.

Counts are those of the facts, so that they are the same as on every page; the order is desk.rules.satisfaction's.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.rules import satisfaction as rules
from sportello.desk.rules import satisfaction_words
from sportello.desk.rules.satisfaction import Concentration, Standing, Voter
from sportello.desk.rules.texts import in_language
from sportello.reports import charts
from sportello.reports.charts import About, Intervals, Point, Unit
from sportello.reports.figures import answer
from sportello.reports.figures.dimensions import OWN_FIELD, find
from sportello.reports.figures.query import Query
from sportello.reports.figures.source import Source
from sportello.reports.satisfaction import BAD, VOTES

from . import asked
from .named import names_of

VOTER = ("requester", "organization")
MOST_VOTERS, MOST_RANKED, MOST_SMALL = 100_000, 10, 8
# What tickets can have in common, beside the desk's own fields of these kinds.
TOPICS = ("tag", "type", "channel", "priority", "form")
OWN_TOPICS = ("tagger", "multiselect", "checkbox")
Key = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Apart:
    """Whoever gave too few votes to be ranked."""

    name: str
    said: str
    href: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """chart: the drawing with its table, "" where nobody is ranked. small: too few votes, some bad. content: how many
    without a bad vote."""

    key: str
    title: str
    drawing: Intervals | None
    chart: str
    small: tuple[Apart, ...]
    more_small: int
    content: int

    @property
    def is_empty(self) -> bool:
        """Nobody voted badly."""
        return not self.chart and not self.small


@dataclass(frozen=True, slots=True)
class Circle:
    """Who the bad votes come from, in words."""

    sentence: str
    background: str
    href: str


class Rankings:
    """query: the board's, without dimensions. All questions are asked of one source."""

    def __init__(self, source: Source, agent: User, query: Query, topic: str) -> None:
        self.query, self.topic = replace(query, measures=(VOTES, BAD)), topic
        self.sees_customers = access.sees_every_ticket(agent)
        rows = self._asked(source, agent, VOTER, MOST_VOTERS)
        self.voters = [Voter(cell[0], cell[1], bad, n) for cell, bad, n in rows if cell[0] is not None]
        self.counted: dict[str, Mapping[Hashable, tuple[int, int]]] = {}
        if self.sees_customers:
            self.counted["customer"] = _as_keys(rules.counts(self.voters, "customer"), "customer")
            self.counted["requester"] = _as_keys(rules.counts(self.voters, "person"), "requester")
        for by in ("agent", "group", topic):
            cells = self._asked(source, agent, (by,), MOST_VOTERS)
            self.counted[by] = {(by, cell[0]): (bad, n) for cell, bad, n in cells if cell[0] not in (None, "")}
        self.rankings = {by: rules.ranked(counted) for by, counted in self.counted.items()}
        self.name = names_of(agent, map(dimension, self._named()))

    def _asked(self, source: Source, agent: User, by: tuple[str, ...], most: int) -> list[tuple[Any, int, int]]:
        table = answer.ask(source, replace(self.query, dimensions=by), actor_id=agent.pk, most=most)
        return [(row.cell, row.figures[BAD].n, row.figures[VOTES].n) for row in table.rows if row.figures[VOTES].n]

    def _named(self) -> Iterable[Key]:
        for ranking in self.rankings.values():
            yield from (it.key for it in _shown(ranking.ranked) + _shown(ranking.small))  # type: ignore[misc]

    def behind(self, key: Key) -> str:
        """The tickets of the bad votes of one."""
        by, value = key
        if by != "person":
            return asked.behind(replace(self.query, dimensions=(by,)), BAD, (value,))
        return asked.behind(replace(self.query, dimensions=VOTER), BAD, (value, None))

    def circle(self) -> Circle | None:
        """None without a vote."""
        found, language = rules.concentration_among(self.voters), get_language() or "en"
        if not found.all_votes:
            return None
        background = satisfaction_words.background(found, language)
        return Circle(satisfaction_words.sentence(found, language), background, self._of_circle(found))

    def _of_circle(self, found: Concentration) -> str:
        if not found.part or not self.sees_customers:
            return asked.behind(self.query, BAD) if found.bad else ""
        if found.people == 1:
            return self.behind(("requester", found.requesters[0]))
        return self.behind(("organization", found.organization))

    def shown(self) -> list[Ranked]:
        titles = {
            "customer": _("Bad votes by customer"),
            "requester": _("Bad votes by person"),
            "group": _("Bad votes by group"),
            "agent": _("Bad votes by agent"),
        }
        found = [self._ranked(by, title) for by, title in titles.items() if by in self.rankings]
        return [it for it in found if not it.is_empty]

    def of_topic(self) -> Ranked:
        title = _("What the tickets have in common: %(topic)s") % {"topic": topic_label(self.topic)}
        return self._ranked(self.topic, title)

    def _ranked(self, by: str, title: str) -> Ranked:
        ranking = self.rankings[by]
        shown = _shown(ranking.ranked)
        points = tuple(self._point(it) for it in shown)
        bad, n = sum(it.bad for it in self.voters), sum(it.n for it in self.voters)
        reference = Point(_("all"), bad / n) if n and points else None
        heading = _("Customer") if by == "customer" else topic_label(by)
        about = About(f"satisfaction-by-{_slug(by)}", title, heading, Unit.SHARE)
        drawing = Intervals(about, points, reference) if points else None
        small = [it for it in ranking.small if it.bad]
        return Ranked(
            key=by,
            title=title,
            drawing=drawing,
            chart=charts.figure(drawing) if drawing else "",
            small=tuple(self._apart(it) for it in small[:MOST_SMALL]),
            more_small=max(0, len(small) - MOST_SMALL),
            content=sum(not it.bad for it in (*ranking.ranked, *ranking.small)),
        )

    def _point(self, it: Standing) -> Point:
        key: Key = it.key  # type: ignore[assignment]
        return Point(self._called(key), it.share, it.n, self.behind(key), it.low, it.high)

    def _apart(self, it: Standing) -> Apart:
        key: Key = it.key  # type: ignore[assignment]
        said = _("%(bad)s of %(n)s") % {"bad": it.bad, "n": it.n}
        return Apart(self._called(key), said, self.behind(key))

    def _called(self, key: Key) -> str:
        name = self.name(*dimension(key))
        return name[:1].upper() + name[1:]


def topics(agent: User) -> dict[str, str]:
    """What he can ask for as a topic, with its name; own fields only who sees every ticket."""
    own = configuration.current().custom_fields.values() if access.sees_every_ticket(agent) else ()
    fields = [f"{OWN_FIELD}{it.id}" for it in own if it.of == "ticket" and it.active and it.kind in OWN_TOPICS]
    return {key: topic_label(key) for key in (*TOPICS, *fields)}


def topic_label(key: str) -> str:
    if key.startswith(OWN_FIELD):
        field = configuration.current().custom_fields[int(key.removeprefix(OWN_FIELD))]
        return in_language(field.title, get_language() or "en")
    return str(find(key).label)


def _as_keys(counted: Mapping[Hashable, tuple[int, int]], by: str) -> dict[Hashable, tuple[int, int]]:
    """By dimension and value, as the facts know them; a customer is one already."""
    return {key if by == "customer" else (by, key): value for key, value in counted.items()}


def _shown(standings: Iterable[Standing]) -> list[Standing]:
    """Whom a bad vote stands against, no more than are read."""
    return [it for it in standings if it.bad][:MOST_RANKED]


def dimension(key: Key) -> Key:
    """What the facts call it: a customer without organization is a person."""
    return ("requester", key[1]) if key[0] == "person" else key


def _slug(by: str) -> str:
    return by.replace(":", "-")
