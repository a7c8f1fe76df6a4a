"""What a report of the month holds: values only, so that it can be kept as JSON and read again years later. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sportello.reports.figures.figure import Figure

# Of what is written down; as_json and read go together.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Against:
    """The benchmark of a figure. labels, methods: by language. beaten: the share of desks that it is better than.

    low, high: between which shares it lies, where it is not known to the point; all None: the source does not say.
    """

    value: float
    labels: Mapping[str, str]
    methods: Mapping[str, str]
    period: str
    beaten: float | None = None
    low: float | None = None
    high: float | None = None
    desks: int | None = None
    is_reference: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of the month, of the month before, of the one before that, and what it stands beside."""

    now: Figure
    before: Figure
    earlier: Figure
    against: Against | None = None

    @property
    def change(self) -> float | None:
        """Against the month before, of the unrounded values; None where one is missing."""
        if self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value

    @property
    def difference(self) -> float | None:
        """Against the benchmark, of the unrounded values; None where there is none, or too few cases."""
        if self.against is None or self.now.value is None or self.now.is_small:
            return None
        return self.now.value - self.against.value

    @property
    def may_be_chance(self) -> bool:
        """Whether the benchmark of a share lies within the share's interval: the difference says nothing then."""
        if self.difference is None or self.against is None or self.now.low is None or self.now.high is None:
            return False
        return self.now.low <= self.against.value <= self.now.high


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one agent, organization or requester; id None and name "": what belongs to nobody."""

    id: int | None
    name: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Lines, the most telling first. left_out: how many more there are."""

    lines: tuple[Line, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A bad vote of the month. about: as it counts; said: as the voter said. cause, outcome: as its review found, ""
    where it has not yet. day: ISO, on the desk's calendar."""

    ticket_id: int
    subject: str
    requester: str
    organization: str
    agent: str
    day: str
    comment: str
    said: str
    about: str
    is_done: bool
    cause: str = ""
    cause_text: str = ""
    outcome: str = ""
    outcome_text: str = ""


@dataclass(frozen=True, slots=True)
class Dissatisfied:
    """How many of somebody's votes of three months are bad, with Wilson's interval."""

    name: str
    organization: str
    bad: int
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Change:
    """Something of the desk that was changed `times` in the month, at last on a day (ISO). kind: as in the history.

    what: "new", "changed" or "gone".
    """

    kind: str
    title: str
    what: str
    times: int
    day: str
    author: str


@dataclass(frozen=True, slots=True)
class Votes:
    """Who the bad votes of three months come from. concentration: rules.satisfaction.Concentration as JSON, with the
    names of its people and of their organization."""

    concentration: Mapping[str, Any] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    organization: str = ""
    ranking: tuple[Dissatisfied, ...] = ()


@dataclass(frozen=True, slots=True)
class Month:
    """A month at the desk, in the desk's time zone: of the whole desk, or of one organization (organization_id).

    figures: by the key of the measure. bad_about: bad votes by what they are about, "" where nobody said. direct:
    tickets begun past the desk, by words.Contact. is_over: false while the month still runs. is_behind: not all that
    happened in it was in the facts yet. facts_version: with another one, definitions may be others.
    """

    year: int
    month: int
    desk: str
    time_zone: str
    is_over: bool
    is_behind: bool
    facts_version: int
    figures: Mapping[str, Compared]
    organization_id: int | None = None
    organization: str = ""
    bad_about: Mapping[str, int] = field(default_factory=dict)
    direct: Mapping[str, int] = field(default_factory=dict)
    agents: Breakdown = Breakdown()
    organizations: Breakdown = Breakdown()
    requesters: Breakdown = Breakdown()
    cases: tuple[Case, ...] = ()
    votes: Votes = Votes()
    changes: tuple[Change, ...] = ()


def as_json(month: Month) -> dict[str, Any]:
    """The report as JSON values; keys of figures are the vendor's benchmark keys where it has one."""
    return {"version": VERSION, **asdict(month)}


def read(stored: Mapping[str, Any]) -> Month:
    """From what as_json gave."""
    values = {key: value for key, value in stored.items() if key != "version"}
    votes = values["votes"]
    ranking = tuple(Dissatisfied(**it) for it in votes["ranking"])
    return Month(
        **values
        | {
            "figures": {key: _compared(it) for key, it in values["figures"].items()},
            **{name: _breakdown(values[name]) for name in ("agents", "organizations", "requesters")},
            "cases": tuple(Case(**it) for it in values["cases"]),
            "changes": tuple(Change(**it) for it in values["changes"]),
            "votes": Votes(votes["concentration"], tuple(votes["people"]), votes["organization"], ranking),
        }
    )


def _compared(stored: Mapping[str, Any]) -> Compared:
    against = stored["against"]
    now, before, earlier = (Figure(**stored[name]) for name in ("now", "before", "earlier"))
    return Compared(now, before, earlier, against and Against(**against))


def _breakdown(stored: Mapping[str, Any]) -> Breakdown:
    lines = (
        Line(it["id"], it["name"], {key: Figure(**figure) for key, figure in it["figures"].items()})
        for it in stored["lines"]
    )
    return Breakdown(tuple(lines), stored["left_out"])
