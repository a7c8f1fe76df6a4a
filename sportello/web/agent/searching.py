"""What somebody types as a search, understood here and now."""

from zoneinfo import ZoneInfo

from django.utils import timezone

from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.desk.rules import search_terms
from sportello.desk.rules.kinds import Moment
from sportello.desk.rules.search_terms import Asked, Key
from sportello.kit import clock


def keys() -> dict[str, Key]:
    return search_terms.keys_of(configuration.current().fields.values())


def understood(said: str) -> Asked:
    """The search in the time zone of whoever asks."""
    zone = timezone.get_current_timezone()
    return search_terms.read(said, keys(), clock.now(), zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC"))


def moment_of(agent: User) -> Moment:
    return Moment(clock.now(), agent.pk, configuration.current().hours)
