"""Send the month's file to the hub and fetch what it publishes, for a desk that has joined. No other is ever called.

The file is made on the third day of the month and sent once; when the hub cannot be reached, later again, until it
takes no more files for the month.
"""

from contextlib import suppress

import structlog
from django.conf import settings
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from sportello.benchmark import client
from sportello.benchmark.file import read
from sportello.benchmark.refusals import Refused
from sportello.desk.actions import benchmark
from sportello.desk.errors import Refused as NotTaken
from sportello.desk.models import BenchmarkMembership, BenchmarkSending
from sportello.desk.words import SendState
from sportello.kit import claims, clock, outward, secrets
from sportello.reports import benchmark_file
from sportello.reports.folding.store import Missing

log = structlog.get_logger()
# So many months are fetched of a hub that has published for long.
MOST_MONTHS = 24
QUEUED = RawSQL("state = 'queued'", (), output_field=BooleanField())


def step() -> bool:
    """Make, send and fetch what is due. True when there was something: call again at once."""
    found = benchmark.membership()
    if found is None or not found.joined_at:
        return False
    _make(found)
    return any([_send(), _fetch(found)])


def _make(found: BenchmarkMembership) -> None:
    """The file of the month that is due, once."""
    month = benchmark_file.due()
    if not month or benchmark.has_sending(month, found.hub):
        return
    try:
        signed = benchmark_file.build(found, month)
    except Missing:  # The facts are being folded for the first time.
        return
    except secrets.Unreadable:
        log.error("benchmark file not signed: the desk's key has changed")
        return
    with suppress(NotTaken):
        benchmark.queue(signed)


def _send() -> bool:
    waiting = BenchmarkSending.objects.filter(QUEUED, state=SendState.QUEUED, due_at__lte=clock.now())
    due = claims.claim(waiting.order_by("due_at", "id"), 1)
    for sending in due:
        with claims.held(due), suppress(claims.LeaseLost):
            _attempt(sending)
    return bool(due)


def _attempt(sending: BenchmarkSending) -> None:
    try:
        signed = read(sending.file.encode(), clock.now())
        if not claims.extend([sending]):  # The desk has left this hub meanwhile: that takes back what waits.
            return
        benchmark.mark_sent(sending, client.send(sending.hub, signed, private=settings.WEBHOOK_PRIVATE))
    except Refused as refused:
        benchmark.mark_failed(sending, str(refused), code=refused.code)
    except outward.Unreachable as error:
        benchmark.mark_failed(sending, str(error))
    except outward.Refused as error:
        benchmark.mark_failed(sending, str(error), hopeless=True)


def _fetch(found: BenchmarkMembership) -> bool:
    if found.ask_at is not None and found.ask_at > clock.now():
        return False
    error = ""
    try:
        months = client.months(found.hub, private=settings.WEBHOOK_PRIVATE)[:MOST_MONTHS]
        for month in sorted(set(months) - benchmark.known_months(found.hub)):
            try:
                benchmark.keep(client.fetch(found.hub, month, private=settings.WEBHOOK_PRIVATE), hub=found.hub)
            except Refused as refused:  # One that is wrong keeps no other back.
                error = str(refused)
    except (Refused, outward.Refused, outward.Unreachable) as refused:
        error = str(refused)
    except Exception as broken:  # Not asked again at once, whatever the hub made of it.
        log.exception("publications not kept")
        error = type(broken).__name__
    benchmark.mark_asked(found.hub, error)
    return True
