"""What a person does with a report that is a draft: publishes it, takes it back, sends it to an organization's people.

Nothing of this ever happens by itself.
"""

import secrets
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sportello.desk import links
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.models import MonthlyReport, MonthlySending, User
from sportello.kit import clock, tokens
from sportello.reports import mails, paper

from . import figures, kept, mailing
from .figures import Month
from .report import write
from .sheet import Sheet
from .voice import ORGANIZATION, PUBLIC, TEAM
from .writing import ensure

MOST_WORDS = 5_000
PURPOSE = "month"


def word(year: int, month: int, audience: str, organization_id: int | None, *, foreword: str, language: str) -> None:
    """Somebody's own words before the figures, and the language in which it is sent or published.

    Raises Invalid("foreword" | "month"), Missing for the team's: it is no draft, Stale when somebody has it already.
    """
    if audience == TEAM:
        raise Missing
    foreword = "\n".join(foreword.splitlines())  # Browsers send two characters at a line's end.
    if len(foreword) > MOST_WORDS:
        raise Invalid("foreword", _("These are too many words: at most 5,000 characters."))
    report = ensure(year, month, audience, organization_id)
    with transaction.atomic():
        report = MonthlyReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if report.key or report.sendings.exists():
            raise Stale(_("It is published or sent already: it stays as it is."))
        MonthlyReport.objects.filter(pk=report.pk).update(foreword=foreword.strip(), language=language)


def publish(year: int, month: int, language: str, *, actor: User) -> MonthlyReport:
    """Give the month's report for customers an address that anybody can read; once more: the one that it has."""
    report = ensure(year, month, PUBLIC)
    with transaction.atomic():
        report = MonthlyReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if not report.key:
            report.key, report.published_at, report.published_by = secrets.token_urlsafe(12), clock.now(), actor
            report.language = language
            report.save(update_fields=["key", "published_at", "published_by", "language"])
    return report


def withdraw(year: int, month: int) -> None:
    """Take the public page back: its address leads nowhere any more, also when it is published again."""
    MonthlyReport.objects.filter(year=year, month=month, audience=PUBLIC).update(
        key="", published_at=None, published_by=None
    )


def public_url(report: MonthlyReport) -> str:
    return links.public_url(f"/published/{report.pk}.{report.key}.{tokens.mark(PURPOSE, [report.pk, report.key])}")


def published(token: str) -> MonthlyReport:
    """The report of a public address. Raises Missing for one that is not, or is not any more."""
    number, _dot, rest = token.partition(".")
    key, _dot, mark = rest.rpartition(".")
    if not (number.isdecimal() and len(number) < 19 and key and tokens.is_mark(mark, PURPOSE, [int(number), key])):
        raise Missing
    report = MonthlyReport.objects.filter(pk=int(number), audience=PUBLIC, key=key).first()
    if report is None:
        raise Missing
    return report


def sheet_of(report: MonthlyReport, language: str = "") -> Sheet:
    """As the report is read outside: as it was written down, in its own language."""
    return write(_told(report), language or report.language, report.audience, foreword=report.foreword)


def _told(report: MonthlyReport) -> Month:
    """To an organization whose people do not see each other's requests only its figures are told."""
    month = figures.read(report.figures)
    if report.organization and not report.organization.shared_tickets:
        month = kept.without_names(month)
    return month


def contacts(organization_id: int) -> list[User]:
    """The people of an organization to whom its report can be sent."""
    people = User.objects.filter(organization=organization_id, active=True, merged_into=None)
    return [it for it in people.order_by("name", "id")[:500] if it.email]


def send(year: int, month: int, organization_id: int, people: Iterable[int], *, language: str, actor: User) -> int:
    """Send an organization's report to these of its people. Returns to how many: to each it goes once.

    Raises paper.Busy.
    """
    report = ensure(year, month, ORGANIZATION, organization_id)
    wanted, had, sent = set(people), sendings(report), 0
    new = [it for it in contacts(organization_id) if it.pk in wanted and it.pk not in had]
    if not new:
        return 0
    with paper.place():
        mail = mailing.compose(_told(report), language, ORGANIZATION, foreword=report.foreword)
    for person in new:
        try:
            with transaction.atomic():
                MonthlySending.objects.create(report=report, recipient=person, sender=actor, sent_at=clock.now())
                mails.queue(mail, mailing.STEP, person)
        except IntegrityError:
            continue
        sent += 1
    return sent


def sendings(report: MonthlyReport) -> dict[int, MonthlySending]:
    """To whom it went, by person."""
    return {it.recipient_id: it for it in report.sendings.select_related("recipient", "sender")}
