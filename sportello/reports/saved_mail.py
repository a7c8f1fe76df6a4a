"""The worker's part of saved reports by mail: what is due is asked, written and put into the outbox, once."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import transaction
from django.utils import translation

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.errors import Invalid
from sportello.desk.models import ReportMailing, User
from sportello.desk.rules.conditions import Conditions
from sportello.kit import claims, clock

from . import mails, saved, saved_letter
from .explorer.grid import Namer
from .explorer.question import Question
from .figures import source
from .folding import store
from .mails import Mail
from .saved_mailing import may_read, next_after

log = structlog.get_logger()
STEP = "report"
# A report that fails so often waits for its next day.
ATTEMPTS = 5
Names = Callable[[User, list[tuple[str, object]]], Namer]
Filters = Callable[[User, Conditions], str]


def step(names: Names, filters: Filters) -> bool:
    """Send the report that has been due longest. True when there was one: call again at once.

    names, filters: how values and filters are told to a reader.
    """
    due = ReportMailing.objects.filter(stopped=False, next_at__lte=clock.now()).order_by("next_at", "id")
    found = claims.claim(due.select_related("report__owner__custom_role"), 1)
    if not found:
        return False
    (mailing,) = found
    with claims.held(found):
        _send(mailing, names, filters)
    return True


def _send(mailing: ReportMailing, names: Names, filters: Filters) -> None:
    if mailing.attempts > ATTEMPTS:  # It has taken so many workers with it that did not live to say so.
        log.error("report given up", mailing=mailing.pk)
        _finish(mailing, next_at=_next(mailing), attempts=0, last_error="given up")
        return
    try:
        asked = saved.question_of(mailing.report)
        asked.query()
        told = _mails(mailing, asked, names, filters) if may_read(mailing.report.owner) else None
    except Invalid as refusal:
        _finish(mailing, stopped=True, last_error=refusal.sentence[:500])
        return
    except store.Missing:
        _finish(mailing, next_at=claims.retry_at(1, clock.now()), attempts=0)
        return
    except Exception as error:  # One report that cannot be made must not keep the others back.
        log.exception("report not written", mailing=mailing.pk)
        is_over, failed = mailing.attempts >= ATTEMPTS, type(error).__name__
        again = _next(mailing) if is_over else claims.retry_at(mailing.attempts, clock.now())
        _finish(mailing, next_at=again, attempts=0 if is_over else mailing.attempts, last_error=failed)
        return
    if told is None:
        _finish(mailing, stopped=True)
        return
    try:
        with transaction.atomic():
            # Whoever lost the lease sends nothing: somebody else does.
            claims.finish(mailing, next_at=_next(mailing), last_at=clock.now(), attempts=0, last_error="")
            for person, mail in told:
                mails.queue(mail, STEP, person, _once(mailing, person))
    except claims.LeaseLost:
        log.warning("lease lost", mailing=mailing.pk)


def _finish(mailing: ReportMailing, **values: object) -> None:
    try:
        claims.finish(mailing, **values)
    except claims.LeaseLost:
        log.warning("lease lost", mailing=mailing.pk)


def _next(mailing: ReportMailing) -> datetime:
    zone = configuration.current().desk.time_zone
    return next_after(mailing.rhythm, mailing.day, mailing.hour, clock.now(), zone)


def _mails(mailing: ReportMailing, asked: Question, names: Names, filters: Filters) -> list[tuple[User, Mail]]:
    """A mail for each who may still read it. Each reads what he would see on the page."""
    facts, known = source.own(), configuration.current()
    made: dict[tuple[str, bool, int], Mail] = {}
    told = []
    for person in mailing.recipients.select_related("custom_role").order_by("id"):
        if not _may_have(mailing, asked, person):
            continue
        language = person.language or known.desk.language
        who = person.pk if asked.asks_who_looks() else 0
        like = (language, access.sees_every_ticket(person), who)
        if like not in made:
            with translation.override(language):
                made[like] = saved_letter.write(mailing, asked, facts, person, names, filters)
        told.append((person, made[like]))
    return told


def _may_have(mailing: ReportMailing, asked: Question, person: User) -> bool:
    report = mailing.report
    finds_it = report.shared or report.owner_id == person.pk
    sees_it = access.sees_every_ticket(person) or not asked.names_customers()
    return bool(person.email) and may_read(person) and finds_it and sees_it


def _once(mailing: ReportMailing, person: User) -> str:
    """A second line of defence: the same report of the same day goes to nobody twice."""
    return f"report:{mailing.pk}:{int(mailing.next_at.timestamp())}:{person.pk}"
