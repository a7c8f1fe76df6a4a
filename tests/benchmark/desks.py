"""Invented desks and their files."""

from dataclasses import replace
from datetime import UTC, datetime

from sportello.benchmark.file import Figures, File, rounded, sign
from sportello.benchmark.profile import Profile

NOW = datetime(2026, 11, 5, 8, tzinfo=UTC)
PROFILE = Profile("software", "10-49", "business", "IT")


def figures(**changed: object) -> Figures:
    measured = {
        "num_new_tickets": 1050,
        "num_solved_tickets": 1033,
        "num_active_agents": 4,
        "replies_per_ticket": (1.9, 1050),
        "first_reply_time_in_minutes_mean": (228.4, 1003),
        "first_reply_time_in_minutes_median": (51.0, 1003),
        "first_reply_time_in_minutes_mean_business": (70.2, 1003),
        "first_reply_time_in_minutes_median_business": (22.0, 1003),
        "one_touch_percentage": (0.605, 1033),
        "satisfaction_rating": (0.972, 216),
        "response_rate": (0.262, 824),
    }
    return rounded({**measured, **changed})


def a_file(month: str = "2026-10", profile: Profile = PROFILE, **changed: object) -> File:
    same = figures(**changed)
    return File(month, datetime(2026, 11, 2, 6, 30, tzinfo=UTC), profile, same, same)


def key(number: int) -> bytes:
    """The private key of the desk with this number."""
    return number.to_bytes(32)


def sent(file: File, number: int = 1, **changed: object) -> bytes:
    return sign(replace(file, **changed), key(number)).as_bytes()
