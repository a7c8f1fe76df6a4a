"""When things happen: the hours of the days of a week."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from . import letters
from .canvas import Canvas
from .paints import HEAT
from .series import About, Cell, Table, Unfit, Unit, check_href, check_number
from .words import value_text, weekdays

HOURS = 24


@dataclass(frozen=True, slots=True)
class HeatMap:
    """24 hours by 7 weekdays, the number in each cell, the week in the order of the language.

    values, hrefs: by weekday (Monday is 0) and hour. What is missing is zero.
    """

    about: About
    values: Mapping[tuple[int, int], float]
    hrefs: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for (day, hour), value in self.values.items():
            if day not in range(7) or hour not in range(HOURS):
                raise Unfit(f"weekday {day}, hour {hour}: 0 to 6, 0 to 23")
            check_number(value, f"value of weekday {day}, hour {hour}")
            if value < 0:
                raise Unfit(f"value of weekday {day}, hour {hour}: below zero")
        for place, href in self.hrefs.items():
            check_href(href, str(place))

    def draw(self, canvas: Canvas) -> None:
        days = weekdays()
        high = max(self.values.values(), default=0.0) or 1.0
        # A narrow sheet stands the day on its end.
        upright = canvas.is_narrow
        left = 30.0 if upright else max(letters.width(short, 11) for _day, _name, short in days) + 10
        columns, rows = (7, HOURS) if upright else (HOURS, 7)
        wide = (canvas.width - left) / columns
        tall, top = (17, 20) if upright else (28, 20)
        canvas.height = top + tall * rows + 34
        for nth, (_day, _name, short) in enumerate(days):
            if upright:
                canvas.text(left + wide * (nth + 0.5), 12, short, "tick", anchor="middle", size=11)
            else:
                canvas.text(left - 8, top + tall * (nth + 0.5) + 4, short, "tick", anchor="end", size=11)
        for hour in range(HOURS):
            if upright:
                canvas.text(left - 8, top + tall * (hour + 0.5) + 4, f"{hour:02}", "tick", anchor="end", size=11)
            else:
                canvas.text(left + wide * (hour + 0.5), 12, f"{hour:02}", "tick", anchor="middle", size=11)
        for nth, (day, name, _short) in enumerate(days):
            for hour in range(HOURS):
                column, row = (nth, hour) if upright else (hour, nth)
                x, y = left + wide * column, top + tall * row
                self._cell(canvas, (day, hour), name, (x, y, wide, tall), high)
        self._key(canvas, left, top + tall * rows + 12, high)

    def _cell(
        self, canvas: Canvas, place: tuple[int, int], name: str, box: tuple[float, float, float, float], high: float
    ) -> None:
        x, y, wide, tall = box
        value = self.values.get(place, 0.0)
        step = step_of(value, high)
        said = value_text(value, self.about.unit)
        title = f"{name}, {place[1]:02}–{place[1] + 1:02}: {said}"
        if not value and not self.hrefs.get(place):
            canvas.rect(x + 1, y + 1, wide - 2, tall - 2, "cell", ' fill="none"')
            return
        with canvas.mark(title, self.hrefs.get(place, "")):
            canvas.heat(x + 1, y + 1, wide - 2, tall - 2, step)
            if not step:
                canvas.rect(x + 1, y + 1, wide - 2, tall - 2, "cell", ' fill="none"')
        short = said if letters.width(said, 10) <= wide - 2 else self._shorter(value)
        if value and letters.width(short, 10) <= wide - 2:
            with canvas.over():
                role = "on" if step == len(HEAT) - 1 else "ink"
                canvas.text(x + wide / 2, y + tall / 2 + 3.5, short, role, anchor="middle", size=10, gap=0)

    def _shorter(self, value: float) -> str:
        """A count in thousands; other units do not stand in a small cell."""
        if self.about.unit is not Unit.COUNT or value < 1000:
            return ""
        return f"{round(value / 1000)}k" if value < 1_000_000 else ""

    def _key(self, canvas: Canvas, left: float, y: float, high: float) -> None:
        """From none to the highest, in the tones of the cells."""
        size = 16
        low_said, high_said = value_text(0, self.about.unit), value_text(high, self.about.unit)
        x = left + letters.width(low_said, 11) + 6
        canvas.text(left, y + 12, low_said, "tick", size=11)
        for step in range(1, len(HEAT)):
            canvas.heat(x, y + 2, size, 12, step)
            x += size + 2
        canvas.text(x + 4, y + 12, high_said, "tick", size=11)

    @property
    def is_empty(self) -> bool:
        return not any(self.values.values())

    def table(self) -> Table:
        days = weekdays()
        rows = tuple(
            (
                Cell(f"{hour:02}–{hour + 1:02}"),
                *(
                    Cell(
                        value_text(self.values.get((day, hour), 0.0), self.about.unit), self.hrefs.get((day, hour), "")
                    )
                    for day, _name, _short in days
                ),
            )
            for hour in range(HOURS)
        )
        return Table(self.about.title, (self.about.heading, *(short for _day, _name, short in days)), rows)

    def summary(self) -> str:
        names = {day: name for day, name, _short in weekdays()}
        (day, hour), value = max(self.values.items(), key=lambda item: item[1])
        return _("Most on {day} from {start} to {end}: {value}.").format(
            day=names[day], start=f"{hour:02}", end=f"{hour + 1:02}", value=value_text(value, self.about.unit)
        )


def step_of(value: float, high: float) -> int:
    """Which tone: 0 for none, then four equal parts up to the highest."""
    if value <= 0:
        return 0
    parts = len(HEAT) - 1
    return min(parts, int(value / high * parts * (1 - 1e-12)) + 1)
