"""What is compared, by which method: the vendor's, so that old figures compare, and our own. Both are shown by name."""

from dataclasses import dataclass

from sportello.kit.terminal import gettext_noop

from . import steps
from .file import Figure, File, steps_of

VENDOR, OWN = "vendor", "own"
METHODS = {
    VENDOR: gettext_noop("Each desk's mean, then the median over desks; all hours of the last 28 days of the month."),
    OWN: gettext_noop(
        "Each desk's figure (a median for medians, a mean for means), then the median over desks; the calendar month."
    ),
}
CALENDAR, BUSINESS = "calendar", "business"


@dataclass(frozen=True, slots=True)
class Series:
    """key: of the figure, as in the file. lower_is_better: None where neither is. hours: which count, or ""."""

    key: str
    method: str
    lower_is_better: bool | None
    hours: str = ""

    @property
    def steps(self) -> steps.Steps:
        return steps_of(self.key)

    def of(self, file: File) -> float | None:
        """A desk's value, None when the desk has none that can be judged."""
        figures = file.last_28_days if self.method == VENDOR else file.calendar_month
        found: Figure | int | None = getattr(figures, self.key)
        return found.value if isinstance(found, Figure) else found


ALL = (
    Series("num_new_tickets", VENDOR, None),
    Series("first_reply_time_in_minutes_mean", VENDOR, True, CALENDAR),
    Series("one_touch_percentage", VENDOR, False),
    Series("satisfaction_rating", VENDOR, False),
    Series("num_new_tickets", OWN, None),
    Series("num_solved_tickets", OWN, None),
    Series("first_reply_time_in_minutes_mean", OWN, True, CALENDAR),
    Series("first_reply_time_in_minutes_median", OWN, True, CALENDAR),
    Series("first_reply_time_in_minutes_mean_business", OWN, True, BUSINESS),
    Series("first_reply_time_in_minutes_median_business", OWN, True, BUSINESS),
    Series("one_touch_percentage", OWN, False),
    Series("satisfaction_rating", OWN, False),
    Series("response_rate", OWN, False),
)
BY_NAME = {(each.key, each.method): each for each in ALL}
