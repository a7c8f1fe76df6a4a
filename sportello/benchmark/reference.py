"""Reference sets that ship inside: figures that others published, with their sources. They are no cohort of a hub.

A source gives single values, rarely a percentile: of any other value than the one it speaks of there is none.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .distribution import NO_STANDING, How, Standing

FOLDER = Path(__file__).parent / "references"
# All votes of all desks in one pot: large desks decide. Not comparable with a median over desks.
POOLED = "pooled"


@dataclass(frozen=True, slots=True)
class Known:
    """From low up to high (not included), the values that the source prints as one: it beats this share of desks."""

    low: float
    high: float
    beaten: float


@dataclass(frozen=True, slots=True)
class Reference:
    """period: "2014-10", "2013-Q2" or "2012"; scope: "all", "sector:…" or "country:…", as cohorts are called.

    key: the vendor's, also such as no hub publishes; method: "vendor" or POOLED; value: minutes, a share, a count.
    """

    collection: str
    period: str
    scope: str
    key: str
    method: str
    value: float
    source: str
    known: Known | None = None

    def standing(self, value: float) -> Standing:
        """The place of value, where the source says so of this very value as it prints it; else none."""
        if self.known is None or not self.known.low <= value < self.known.high:
            return NO_STANDING
        return Standing(How.STATED, self.known.beaten, self.known.beaten, self.known.beaten)


@dataclass(frozen=True, slots=True)
class References:
    """label, note: in "en" and "it", shown beside the figures."""

    name: str
    label: dict[str, str]
    note: dict[str, str]
    figures: tuple[Reference, ...]


@cache
def collections() -> dict[str, References]:
    """All sets, by name: founding_month, vendor_2018, vendor_quarters."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.json"))}


def _read(path: Path) -> References:
    said = json.loads(path.read_text(encoding="utf-8"))
    figures = []
    for row in said["figures"]:
        known = row.pop("known", None)
        figures.append(Reference(collection=path.stem, known=known and Known(**known), **row))
    return References(path.stem, said["label"], said["note"], tuple(figures))


def references(key: str, *, scope: str = "all") -> Iterator[Reference]:
    """What is known of a figure, set by set, the oldest first."""
    for each in collections().values():
        yield from (it for it in sorted(each.figures, key=lambda it: it.period) if (it.key, it.scope) == (key, scope))
