"""What every part of a report speaks with: the month, the language, the audience, and how things are called."""

from datetime import date
from typing import Any

from django.utils.formats import date_format

from sportello.desk.models import ReportAudience
from sportello.desk.rules import satisfaction, satisfaction_words
from sportello.reports.figures.figure import Figure

from . import amounts
from .figures import Against, Month
from .gather import before
from .phrases import MONTHS, PHRASES

TEAM, PUBLIC, ORGANIZATION = ReportAudience.TEAM, ReportAudience.PUBLIC, ReportAudience.ORGANIZATION


class Voice:
    """Its language has to be the active one."""

    def __init__(self, month: Month, language: str, audience: str) -> None:
        self.month, self.language, self.audience = month, language, audience
        self.phrases = PHRASES[language]
        self.figures = month.figures

    def say(self, key: str, **values: Any) -> str:
        said = self.phrases[key].format(**values) if values else self.phrases[key]
        return said[:1].upper() + said[1:]

    def own(self, key: str) -> str:
        """The phrase for one customer, to whom others are no measure."""
        return f"{key}_own" if self.audience == ORGANIZATION and f"{key}_own" in self.phrases else key

    def name(self, back: int = 0, *, with_year: bool = True) -> str:
        year, month = before(self.month.year, self.month.month, back)
        return month_name(year, month, self.language, with_year=with_year)

    def in_(self, back: int = 0, *, with_year: bool = True) -> str:
        name = self.name(back, with_year=with_year)
        if self.language == "en":
            return f"in {name}"
        return f"ad {name}" if name.startswith("a") else f"a {name}"

    def value(self, figure: Figure) -> str:
        return self.phrases["none"] if figure.value is None else amounts.amount(figure.value, figure.unit)

    def age(self, against: Against) -> str:
        """Said beside the value of another time: a reference of another year, a hub's desks of another month."""
        year = against.period[:4]
        if against.is_reference:
            return "" if year == str(self.month.year) else self.phrases["reference_of"].format(year=year)
        is_same = against.period == f"{self.month.year}-{self.month.month:02}"
        return "" if is_same else period_name(against.period)

    def day(self, day: str) -> str:
        return said_day(date.fromisoformat(day), self.language)

    def concentration(self) -> str:
        said = self.month.votes.concentration
        if not said:
            return ""
        found = satisfaction.Concentration(**{**said, "requesters": tuple(said["requesters"])})
        return satisfaction_words.sentence(found, self.language)


def month_name(year: int, month: int, language: str, *, with_year: bool = True) -> str:
    """“ottobre 2014”, “October”."""
    name = MONTHS[language][month - 1]
    return f"{name} {year}" if with_year else name


def period_name(period: str) -> str:
    """Of what a benchmark is: “ottobre 2014” for "2014-10", “2° trimestre 2015” for "2015-Q2", “2012”; in the active
    language."""
    language = "it" if amounts.is_italian() else "en"
    year, _dash, part = period.partition("-")
    if part.startswith("Q"):
        return PHRASES[language]["quarter"].format(number=part[1:], year=year)
    return month_name(int(year), int(part), language) if part else year


def said_day(day: date, language: str) -> str:
    """“6 ottobre”, “6 October”; in the active language."""
    said = date_format(day, "j F")
    return said if language == "en" else said.lower()
