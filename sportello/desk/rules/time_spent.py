"""Time that somebody spent, as people write it. Pure."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

LONGEST = 24 * 60  # minutes: of one day there is no more.

_HOURS = r"h|hr|hrs|hour|hours|ora|ore|o"
_MINUTES = r"m|min|mins|minute|minutes|minuto|minuti|'"
_NUMBER = r"[0-9]{1,4}(?:[.,][0-9]{1,2})?"
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])")
_WRITTEN = re.compile(
    rf"(?:(?P<hours>{_NUMBER})\s*(?:{_HOURS})\.?)?\s*(?:e|and|,|\+)?\s*"
    rf"(?:(?P<minutes>[0-9]{{1,4}})\s*(?:(?P<unit>{_MINUTES})\.?)?)?"
)


class Unreadable(ValueError):
    """Not a time; the text is for whoever wrote it."""


def read(text: str) -> int:
    """Whole minutes of "90", "1h 20m", "1:30", "1,5 h", "2 ore e 15", "45 min". Raises Unreadable."""
    said = " ".join(text.lower().split())
    minutes = _minutes(said)
    if minutes is None:
        raise Unreadable(_("Write a time like 90, 1:30, 1h 20m or 1.5 h."))
    if not 0 < minutes <= LONGEST:
        raise Unreadable(_("Between one minute and 24 hours, please."))
    return minutes


def _minutes(said: str) -> int | None:
    if clock := _CLOCK.fullmatch(said):
        return int(clock[1]) * 60 + int(clock[2])
    found = _WRITTEN.fullmatch(said)
    if found is None or not (found["hours"] or found["minutes"]):
        return None
    hours = Decimal((found["hours"] or "0").replace(",", "."))
    minutes = int(found["minutes"] or 0)
    if found["hours"] and found["minutes"] and minutes > 59:
        return None
    return int((hours * 60).to_integral_value(ROUND_HALF_UP)) + minutes


def shown(minutes: int) -> str:
    """ "1 h 20 min": the same in every language of the desk."""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "")))
