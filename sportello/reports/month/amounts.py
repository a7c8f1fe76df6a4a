"""Amounts as a letter says them, in the active language: hours and minutes in full, differences as they were taken."""

import math

from django.utils.translation import get_language

from sportello.reports.charts.words import DAY, DAYS_FROM, HOUR, NBSP, number
from sportello.reports.figures.figure import MINUTES, SHARE, TOTAL_MINUTES


def is_italian() -> bool:
    return (get_language() or "").startswith("it")


def amount(value: float, unit: str) -> str:
    """“3,8 ore”, “38 minuti”, “60,5 %”, “1.033”."""
    if unit == SHARE:
        return percent(value)
    if unit not in (MINUTES, TOTAL_MINUTES):
        return number(value)
    return _time(value, 1)


def difference(value: float, unit: str) -> str:
    """Without its sign: “19,00 ore”, “12 minuti”, “20,8 punti”; "" for what rounds to nothing."""
    size = abs(value)
    if unit == SHARE:
        said = f"{number(100 * size, 1)}{NBSP}{_word(100 * size, 'punto', 'punti', 'point', 'points', 1)}"
    elif unit in (MINUTES, TOTAL_MINUTES):
        said = _time(size, 2)
    else:
        said = number(size)
    return said if any(digit in "123456789" for digit in said) else ""


def percent(value: float, decimals: int = 1) -> str:
    """“60,5 %”; all and none are whole."""
    return f"{number(100 * value, 0 if value in (0, 1) else decimals)}{NBSP}%"


def outward(low: float, high: float) -> tuple[float, float]:
    """Two bounds in whole per cent, the lower one down and the upper one up: so rounded, they still hold."""
    return math.floor(round(100 * low, 6)) / 100, math.ceil(round(100 * high, 6)) / 100


def the(value: float, decimals: int = 1) -> str:
    """In Italian with its article: “il 54 %”, “l'80,9 %”, “lo 0,4 %”; else the per cent alone."""
    return _with_article(value, decimals, ("il ", "l'", "lo "))


def of_the(value: float, decimals: int = 1) -> str:
    """In Italian “del 93,6 %”, “dell'80,9 %”, “dello 0,4 %”; else the per cent alone."""
    return _with_article(value, decimals, ("del ", "dell'", "dello "))


def _with_article(value: float, decimals: int, articles: tuple[str, str, str]) -> str:
    said = percent(value, decimals)
    if not is_italian():
        return said
    whole = int(round(100 * value, decimals))
    # As they are read aloud: otto, undici, ottanta; uno; zero.
    vowel = whole in (1, 8, 11) or 80 <= whole < 90
    return articles[1 if vowel else 2 if whole == 0 else 0] + said


def _time(minutes: float, decimals: int) -> str:
    """What would be rounded to 60 minutes is an hour; up to four days hours compare better."""
    if minutes >= DAYS_FROM:
        days = minutes / DAY
        return f"{number(days, 1)}{NBSP}{_word(days, 'giorno', 'giorni', 'day', 'days', 1)}"
    return _minutes(minutes) if round(minutes) < HOUR else _hours(minutes, decimals)


def _hours(minutes: float, decimals: int) -> str:
    value = minutes / HOUR
    return f"{number(value, decimals)}{NBSP}{_word(value, 'ora', 'ore', 'hour', 'hours', decimals)}"


def _minutes(minutes: float) -> str:
    return f"{number(minutes)}{NBSP}{_word(minutes, 'minuto', 'minuti', 'minute', 'minutes', 0)}"


def _word(value: float, one: str, many: str, one_english: str, many_english: str, decimals: int) -> str:
    is_one = round(value, decimals) == 1
    if is_italian():
        return one if is_one else many
    return one_english if is_one and not decimals else many_english
