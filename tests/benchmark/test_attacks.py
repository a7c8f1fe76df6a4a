"""Attacks on what is published: somebody wants to read a desk out of it. docs/algorithms/benchmark.md

Where worlds are small enough every one is tried: few steps, and other desks that do not change at all from month to
month and are known not to, which is the worst case for a desk that joins or leaves.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.benchmark.distribution import distribution
from sportello.benchmark.file import NAMES, Figure, steps_of
from sportello.benchmark.publication import publish, shift
from sportello.benchmark.series import Series
from sportello.benchmark.steps import MINUTES, index, moved
from tests.benchmark.desks import PROFILE, a_file

Values = tuple[float, ...]
Sight = tuple[tuple[float, float], ...]
SHIFTS = (-1, 0, 1)


@dataclass(frozen=True)
class World(Series):
    """A series with steps 0 … size - 1."""

    size: int = 6

    @property
    def steps(self):
        return tuple(range(self.size))


@cache
def seen(values: Values, size: int) -> Sight:
    """What everybody sees of desks with these values, moved already."""
    return distribution(World("x", "y", True, size=size), values).quantiles


def shifted(value: int, size: int) -> dict[int, int]:
    return {by: int(moved(range(size), value, by)) for by in SHIFTS}


def worlds(desks: int, size: int) -> Iterator[Values]:
    """Of the others, as they are counted: their own shifts do not help the victim, so they are granted."""
    return combinations_with_replacement(range(size), desks)


@pytest.mark.parametrize(("others", "size"), [(10, 6), (11, 5), (14, 5), (24, 4), (25, 4), (50, 3)])
def test_attack_when_a_desk_joins_or_leaves_two_publications_leave_its_value_open(others, size):
    """Joining is read forwards, leaving backwards: the same pairs are seen."""
    possible = defaultdict(set)
    for rest in worlds(others, size):
        without = seen(rest, size)
        for value in range(size):
            for counted in shifted(value, size).values():
                possible[without, seen(tuple(sorted((*rest, counted))), size)].add(value)

    assert min(len(values) for values in possible.values()) >= 2


@pytest.mark.parametrize(("others", "size"), [(9, 5), (24, 3)])
def test_attack_when_a_desk_takes_the_place_of_another_both_values_stay_open(others, size):
    left, joined = defaultdict(set), defaultdict(set)
    for rest in worlds(others, size):
        after = {value: seen(tuple(sorted((*rest, value))), size) for value in range(size)}
        for old in range(size):
            for new in range(size):
                for old_counted in shifted(old, size).values():
                    for new_counted in shifted(new, size).values():
                        pair = after[old_counted], after[new_counted]
                        left[pair].add(old)
                        joined[pair].add(new)

    assert min(len(values) for values in (*left.values(), *joined.values())) >= 2


def sent_at(places: dict[str, int]) -> dict[str, object]:
    """Figures that stand at these places among the steps."""
    values = {name: steps_of(name)[place] for name, place in places.items()}
    return {name: value if name.startswith("num_") else (value, 500) for name, value in values.items()}


@settings(max_examples=30)
@given(st.data())
def test_attack_by_all_the_others_together_for_ever_leaves_neighbouring_steps_open(data):
    """Every other desk, every shift but the victim's, every month and cohort: two victims cannot be told apart.

    Of two steps that are neighbours one is what the victim sent; its shift decides which, and only the hub knows it.
    """
    others = {f"{number:03}": a_file(num_new_tickets=10 * number) for number in range(data.draw(st.integers(9, 35)))}
    lower = {name: data.draw(st.integers(1, len(steps_of(name)) - 3), name) for name in NAMES}
    higher = {name: place + 1 for name, place in lower.items()}
    own = {name: data.draw(st.sampled_from((0, 1)), f"shift of {name}") for name in NAMES}

    def everything(places: dict[str, int], by: dict[str, int]) -> list[object]:
        months = []
        for month in ("2026-09", "2026-10"):
            files = {**others, "victim": a_file(month=month, **sent_at(places))}
            months.append(publish(month, files, lambda desk, key: by[key] if desk == "victim" else len(key) % 3 - 1))
        return months

    assert everything(lower, own) == everything(higher, {name: by - 1 for name, by in own.items()})


def test_attack_with_both_windows_of_one_figure_sees_one_shift():
    by = shift(b"a secret")
    files = {f"{number:03}": a_file(satisfaction_rating=(0.9, 500)) for number in range(10)}

    (everybody, *_) = publish("2026-10", files, by)

    both = [each.quantiles for each in everybody.distributions if each.key == "satisfaction_rating"]
    assert len(both) == 2
    assert both[0] == both[1]


def test_attack_with_figures_that_a_desk_has_equal_sees_one_shift():
    """A desk that is open day and night, and solves what comes in: of two moves of one step the step would be read."""
    by = shift(b"a secret")

    for desk in map(str, range(50)):
        for kind in ("mean", "median"):
            key = f"first_reply_time_in_minutes_{kind}"
            assert by(desk, f"{key}_business") == by(desk, key)
        assert by(desk, "num_new_tickets") == by(desk, "num_solved_tickets")
    assert {by(desk, "satisfaction_rating") for desk in map(str, range(50))} == set(SHIFTS)


def test_attack_with_calendar_and_business_hours_of_a_desk_that_never_closes_finds_equal_quantiles():
    files = {
        f"{number:03}": a_file(
            first_reply_time_in_minutes_mean=(30 * number, 500),
            first_reply_time_in_minutes_mean_business=(30 * number, 500),
        )
        for number in range(1, 13)
    }

    (everybody, *_) = publish("2026-10", files, shift(b"a secret"))

    found = [
        each.quantiles
        for each in everybody.distributions
        if each.key.removesuffix("_business") == "first_reply_time_in_minutes_mean"
    ]
    assert len(found) == 3
    assert len(set(found)) == 1


def test_attack_by_the_hub_itself_gains_the_step_and_nothing_finer():
    told = {a_file(first_reply_time_in_minutes_mean=(minutes, 500)) for minutes in (211, 239.4, 268)}

    assert len(told) == 1
    for figures in (next(iter(told)).calendar_month, next(iter(told)).last_28_days):
        for name in NAMES:
            figure = getattr(figures, name)
            assert (figure.value if isinstance(figure, Figure) else figure) in steps_of(name)


@given(st.lists(st.sampled_from(MINUTES), min_size=9, max_size=60))
def test_attack_by_an_extreme_value_finds_nothing_of_it(others):
    """Below the second lowest and above the second highest all values look alike."""
    series = World("x", "y", True, size=len(MINUTES))
    known = sorted(index(MINUTES, value) for value in others)

    assert len({distribution(series, [*known, value]).quantiles for value in range(known[1] + 1)}) == 1
    assert len({distribution(series, [*known, value]).quantiles for value in range(known[-2], series.size)}) == 1


def published(*profiles) -> set[str]:
    files = {f"{number:03}": a_file(profile=profile) for number, profile in enumerate(profiles)}
    return {each.cohort for each in publish("2026-10", files, shift(b"a secret"))}


RETAIL, HOSTING = replace(PROFILE, sector="retail"), replace(PROFILE, sector="hosting")


def test_attack_by_differencing_everybody_and_the_sectors_finds_the_last_sector_kept_back():
    """40 desks: 28 of one sector, 11 of another, one of a third. Everybody minus both would be that one."""
    found = published(*[PROFILE] * 28, *[RETAIL] * 11, HOSTING)

    assert {name for name in found if name.startswith("sector:")} == {"sector:software"}


def test_attack_by_differencing_a_sector_and_a_country_finds_the_country_kept_back():
    """All of the sector but one are in Italy, and so are all of the others: the difference would be that one."""
    abroad = replace(PROFILE, country="FR")

    found = published(*[PROFILE] * 14, abroad, *[replace(RETAIL, country="FR")] * 14)

    assert "sector:software" in found
    assert not {name for name in found if name.startswith("country:")}


def test_attack_by_a_profile_of_its_own_finds_no_cohort_with_the_victim_in_it():
    """Nine desks invented by one attacker share a country with the tenth; the tenth's step stays its own."""
    victim = replace(PROFILE, country="SM")
    files = {f"{number:03}": a_file(profile=victim) for number in range(9)} | {"victim": a_file(profile=victim)}

    told = {
        (value, own): publish(
            "2026-10",
            files | {"victim": a_file(profile=victim, satisfaction_rating=(value, 500))},
            lambda desk, key, own=own: own if desk == "victim" else 0,
        )
        for value in (0.93, 0.95, 0.97)
        for own in SHIFTS
    }

    assert told[0.93, 1] == told[0.95, 0] == told[0.97, -1]
