"""Distributions as files: what a hub answers, what is carried by hand to a desk without a network. The same JSON.

{"version": 1, "source": …, "publications": [{"month", "cohort", "group", "distributions": [{"key", "method", "desks",
"quantiles": [[share, value], …]}]}]}. Shares 0 to 1; values as in the files of desks: minutes, shares, counts.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import steps
from .distribution import MINIMUM, Distribution
from .file import load, read_month
from .operation import AXES, Group
from .profile import WORDS
from .publication import EVERYBODY, OPERATION, Publication
from .refusals import Refused
from .series import BY_NAME

VERSION = 1
LIMIT = 4 * 1024 * 1024  # bytes; a month of 50 cohorts has some 300,000
MOST_PUBLICATIONS = 300  # each is a row on the desk that keeps it; a month of every country has fewer
_LONGEST_SOURCE, _LONGEST_GROUP = 200, 4


@dataclass(frozen=True, slots=True)
class Collection:
    """source: who says so, as it is shown beside each number."""

    source: str
    publications: tuple[Publication, ...]


def as_bytes(collection: Collection) -> bytes:
    """The file."""
    publications = [publication_as_json(each) for each in collection.publications]
    whole = {"version": VERSION, "source": collection.source, "publications": publications}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def publication_as_json(publication: Publication) -> dict[str, Any]:
    """A publication as it stands in the file."""
    return {
        "month": publication.month,
        "cohort": publication.cohort,
        "group": None if publication.group is None else [list(each) for each in publication.group.bounds],
        "distributions": [
            {
                "key": each.key,
                "method": each.method,
                "desks": each.desks,
                "quantiles": [list(quantile) for quantile in each.quantiles],
            }
            for each in publication.distributions
        ],
    }


def read(octets: bytes) -> Collection:
    """The distributions in a file. Raises Refused at the first thing that is wrong."""
    whole = load(octets, LIMIT)
    said = _object(whole, ("version", "source", "publications"), "version, source, publications")
    if type(said["version"]) is not int or said["version"] != VERSION:
        raise Refused("unknown_version", str(said["version"])[:20])
    source = said["source"]
    if not isinstance(source, str) or not source.isprintable() or not 0 < len(source) <= _LONGEST_SOURCE:
        raise Refused("wrong_shape", "source")
    listed = _list(said["publications"], "publications")
    if len(listed) > MOST_PUBLICATIONS:
        raise Refused("out_of_range", "publications")
    publications = tuple(publication(each) for each in listed)
    if len({(each.month, each.cohort) for each in publications}) < len(publications):
        raise Refused("wrong_shape", "cohort")
    return Collection(source, publications)


def publication(said: Any) -> Publication:
    """One publication out of its JSON. Raises Refused."""
    said = _object(said, ("month", "cohort", "group", "distributions"), "publications")
    month, cohort = read_month(said["month"]), said["cohort"]
    kind, _, name = cohort.partition(":") if isinstance(cohort, str) else ("", "", "")
    is_known = cohort == EVERYBODY or name in WORDS.get(kind, ()) or (kind == OPERATION and _is_group(name))
    if not is_known or (said["group"] is not None) != (kind == OPERATION):
        raise Refused("unknown_word", "cohort")
    group = Group(name, _bounds(said["group"])) if kind == OPERATION else None
    distributions = tuple(_distribution(each) for each in _list(said["distributions"], "distributions"))
    if not distributions:
        raise Refused("wrong_shape", "distributions")
    return Publication(month, cohort, distributions, group)


def _is_group(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) <= _LONGEST_GROUP


def _bounds(said: Any) -> tuple[tuple[float | None, float | None], ...]:
    pairs = _list(said, "group")
    if len(pairs) != len(AXES) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise Refused("wrong_shape", "group")
    return tuple((_edge(low, axis), _edge(high, axis)) for axis, (low, high) in zip(AXES, pairs, strict=True))


def _edge(said: Any, axis: steps.Steps) -> float | None:
    return None if said is None else _step(said, axis, "group")


def _distribution(said: Any) -> Distribution:
    said = _object(said, ("key", "method", "desks", "quantiles"), "distributions")
    key, method, desks = said["key"], said["method"], said["desks"]
    series = BY_NAME.get((key, method)) if isinstance(key, str) and isinstance(method, str) else None
    if series is None:
        raise Refused("unknown_word", "key")
    if type(desks) is not int or desks < MINIMUM:
        raise Refused("out_of_range", f"{key}.desks")
    quantiles = []
    for pair in _list(said["quantiles"], f"{key}.quantiles"):
        if not isinstance(pair, list) or len(pair) != 2 or type(pair[0]) is not float or not 0 < pair[0] < 1:
            raise Refused("wrong_shape", f"{key}.quantiles")
        quantiles.append((pair[0], _step(pair[1], series.steps, f"{key}.quantiles")))
    shares, values = [share for share, _ in quantiles], [value for _, value in quantiles]
    if shares != sorted(set(shares)) or values != sorted(values) or 0.5 not in shares:
        raise Refused("wrong_shape", f"{key}.quantiles")
    return Distribution(key, method, desks, tuple(quantiles))


def _step(said: Any, of: steps.Steps, where: str) -> float:
    if type(said) not in (int, float):
        raise Refused("wrong_shape", where)
    if not of[0] <= said <= of[-1]:  # not true of NaN and infinity either
        raise Refused("out_of_range", where)
    try:
        return of[steps.index(of, said)]
    except ValueError:
        raise Refused("too_exact", where) from None


def _object(said: Any, keys: Sequence[str], where: str) -> dict[str, Any]:
    if not isinstance(said, dict) or set(said) != set(keys):
        raise Refused("wrong_shape", where)
    return said


def _list(said: Any, where: str) -> list[Any]:
    if not isinstance(said, list):
        raise Refused("wrong_shape", where)
    return said
