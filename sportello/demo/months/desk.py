"""What is told of a desk before its months are lived: who works there, who asks, what bad votes are about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sportello.desk.actions.reviews import Finding
from sportello.desk.words import About

from .plan import Month, Shape


@dataclass(frozen=True, slots=True)
class Customer:
    """A company that asks. kind: as of the scenes; people: their names."""

    name: str
    domain: str
    kind: str
    language: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A bad vote and what its review makes of it. about: as the customer says; reviewed: as two people find.

    subject, text, solution: of the request, where it is not just any. past_the_desk: it came by a call to a personal
    number.
    """

    comment: str
    about: str = ""
    finding: Finding | None = None
    reviewed: About | None = None
    reason: str = ""
    subject: str = ""
    text: str = ""
    solution: str = ""
    past_the_desk: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk and the months it is to have lived. staff: (name, language), the first is its administrator.

    bad: of a (year, month) the indexes of the people whose votes are bad; complaints: what the bad votes say, by
    month, else the ones of (0, 0) in turn. by_mail: the share of requests that come by mail.
    texts: how the files of what people ask begin, as in scenes.choose.
    """

    name: str
    domain: str
    phone: str
    groups: tuple[str, str]
    staff: tuple[tuple[str, str], ...]
    intervals: list[list[int]]
    country: str
    customers: tuple[Customer, ...]
    months: tuple[Month, ...]
    shape: Shape
    seed: int
    by_mail: float
    complaints: Mapping[tuple[int, int], tuple[Complaint, ...]]
    bad: Mapping[tuple[int, int], list[int]] = field(default_factory=dict)
    texts: str = ""

    def complaint(self, year: int, month: int, nth: int) -> Complaint:
        """The nth bad vote of a month."""
        of_month = self.complaints.get((year, month))
        if of_month:
            return of_month[nth]
        usual = self.complaints[0, 0]
        return usual[(5 * month + nth) % len(usual)]
