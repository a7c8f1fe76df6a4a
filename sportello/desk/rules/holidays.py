"""The world's public holidays by name, from the `holidays` library, offline. Italy's parts have their patron saints."""

from datetime import date
from functools import cache, lru_cache

# What the table has room for; the library knows four parts of countries by longer names.
LONGEST_CODE = 10


@cache
def countries() -> tuple[str, ...]:
    """The countries whose holidays are known, by ISO code: "IT"."""
    import holidays  # slow to load, and many desks never ask

    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


@cache
def subdivisions(country: str) -> dict[str, str]:
    """The parts of a country that have days of their own, {"RM": "Roma"}, by name. Empty for an unknown country."""
    import holidays

    if country not in countries():
        return {}
    known = holidays.country_holidays(country)
    names = known.get_subdivision_aliases()
    # The longest name is the one that is written out; of two that differ by an accent, the last has it.
    found = {code: max(reversed([code, *names.get(code, ())]), key=len) for code in known.subdivisions}
    return {code: found[code] for code in sorted(found, key=found.__getitem__) if len(code) <= LONGEST_CODE}


@lru_cache(maxsize=256)
def named_days(country: str, subdivision: str, year: int, language: str) -> dict[date, str]:
    """The public holidays of a year, oldest first, named in language where the library has it, else in the country's.

    Empty for a place that it does not know.
    """
    import holidays

    if country not in countries() or (subdivision and subdivision not in subdivisions(country)):
        return {}
    known = holidays.country_holidays(country)
    fitting = [name for name in known.supported_languages if name.partition("_")[0] == language]
    # The country's own English before another's. Without any, not None: that means the language of the machine.
    names = next(
        (name for name in fitting if name.endswith(f"_{country}")), next(iter(fitting), known.default_language)
    )
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=year, expand=False, language=names)
    return dict(sorted(days.items()))
