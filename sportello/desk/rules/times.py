"""Dates and times as a person of each language writes them. Pure; for mails, which ask no active language."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

MONTHS = {
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def day(at: datetime, language: str, time_zone: str) -> str:
    """As in “22 novembre 2026”."""
    return day_of(at.astimezone(ZoneInfo(time_zone)), language)


def day_of(on: date, language: str) -> str:
    """The same of a date."""
    return f"{on.day} {MONTHS.get(language, MONTHS['en'])[on.month - 1]} {on.year}"


def moment(at: datetime, language: str, time_zone: str) -> str:
    """As in “22 novembre 2026, 10:32”."""
    return f"{day(at, language, time_zone)}, {at.astimezone(ZoneInfo(time_zone)):%H:%M}"
