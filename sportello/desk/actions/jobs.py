"""Jobs: work on many rows that an agent started, done by the worker in short pieces. docs/algorithms/jobs.md"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from django.db import transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import translation
from django.utils.translation import gettext as _

from sportello.kit import claims, clock

from ..errors import Missing, Stale
from ..models import Job, JobItem, User
from ..words import JobState, NoticeKind
from . import configuration, notifications

log = structlog.get_logger()
Item = TypeVar("Item")

WAITING = (JobState.QUEUED, JobState.RUNNING)
# SQLite takes a partial index (job_waiting) only where the statement itself says what the index does.
IS_WAITING = RawSQL("desk_job.state IN ('queued', 'running')", (), output_field=BooleanField())
# Others wait so long for what a piece holds: their mail, their page.
PIECE_SECONDS = 0.1
# A page waits so long for a job that may be a small one.
WATCHED_SECONDS = 1.0
GIVE_UP_AFTER = 10
KEPT = timedelta(days=30)

# By kind: does the next piece of a job, inside its transaction, and counts on job.done and job.failed (job.total and
# job.result are kept too); True when there is more. Each kind is entered by its own module, which the
# worker imports (config/jobs.py).
KINDS: dict[str, Callable[[Job], bool]] = {}


def start(kind: str, arguments: Mapping[str, Any], *, actor: User, total: int, undoes: Job | None = None) -> Job:
    """A job that the worker will do in the actor's name. arguments: JSON, what its kind needs; total: how many rows."""
    assert kind in KINDS, kind
    return Job.objects.create(
        kind=kind, arguments=dict(arguments), actor=actor, total=total, undoes=undoes, created_at=clock.now()
    )


def step() -> bool:
    """Do the next piece of the job that has come least far, so that a small one never waits for a large one.

    True when there was one: call again at once.
    """
    return _step(Job.objects.filter(kind__in=KINDS))


def press_on(job: Job, *, seconds: float) -> Job:
    """Do pieces of this job here and now, for about so long at most, while its actor looks on: he is not told its end.

    Returns it as it is then; the worker has it, or goes on with it.
    """
    until = time.perf_counter() + seconds
    while _step(Job.objects.filter(pk=job.pk), watched=True) and time.perf_counter() < until:
        pass
    return Job.objects.get(pk=job.pk)


def in_time(items: Iterable[Item]) -> Iterator[Item]:
    """The first items, at least one, as far as the time of one piece goes."""
    until = time.perf_counter() + PIECE_SECONDS
    for item in items:
        yield item
        if time.perf_counter() > until:
            return


def stop(job_id: int, *, actor: User) -> None:
    """Do no more of it; what is done stays done. Raises Stale when it has ended, Missing."""
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).select_related("actor").filter(pk=job_id).first()
        if job is None:
            raise Missing
        if job.state not in WAITING:
            raise Stale(_("This has ended already."))
        # Whoever is at a piece of it loses the lease, and with it the piece.
        _end(job, JobState.STOPPED, by=actor)
        job.claimed_by, job.claimed_until = "", None
        job.save(update_fields=["state", "ended_at", "claimed_by", "claimed_until"])


def purge() -> bool:
    """Forget one job that ended long ago, with its items. True when there was one: call again at once."""
    old = Job.objects.filter(ended_at__lt=clock.now() - KEPT).order_by("id").values_list("pk", flat=True).first()
    if old is None:
        return False
    with transaction.atomic():
        JobItem.objects.filter(job=old).delete()
        Job.objects.filter(pk=old).delete()
    return True


def _step(jobs: "QuerySet[Job]", *, watched: bool = False) -> bool:
    ready = jobs.filter(IS_WAITING).select_related("actor").order_by("done", "id")
    for job in claims.claim(ready, 1):
        _work_at(job, watched)
        return True
    return False


def _work_at(job: Job, watched: bool) -> None:
    """A piece and the progress it makes, together or not at all."""
    if job.attempts > GIVE_UP_AFTER:  # Each time whoever did it died of it.
        _put_back(job, job.last_error)
        return
    try:
        with translation.override(job.actor.language or configuration.current().desk.language), transaction.atomic():
            if KINDS[job.kind](job):
                _keep(job, state=JobState.RUNNING)
            else:
                _end(job, JobState.DONE, by=job.actor if watched else None)
                _keep(job, state=job.state, ended_at=job.ended_at)
    except claims.LeaseLost:
        return  # Somebody stopped it, or has it now.
    except Exception as error:
        log.exception("job failed", job=job.pk, kind=job.kind)
        _put_back(job, f"{type(error).__name__}: {error}")


def _keep(job: Job, **values: Any) -> None:
    counted = {name: getattr(job, name) for name in ("done", "failed", "total", "result")}
    claims.finish(job, attempts=0, last_error="", **counted, **values)


def _end(job: Job, state: JobState, *, by: User | None = None) -> None:
    """Its last state, of which its actor is told where it is not by himself."""
    job.state, job.ended_at = state, clock.now()
    said = {"job": job.pk, "kind": job.kind, "state": str(state), "done": job.done, "failed": job.failed}
    notifications.tell([job.actor_id], NoticeKind.JOB, author=by, values=said)


def _put_back(job: Job, error: str) -> None:
    """The piece failed: try it again a little later, or give up."""
    with transaction.atomic():
        ours = Job.objects.select_for_update().filter(pk=job.pk, claimed_by=job.claimed_by).first()
        if ours is None:
            return
        ours.claimed_by, ours.claimed_until, ours.last_error = "", None, error[:500]
        if job.attempts >= GIVE_UP_AFTER:
            _end(ours, JobState.FAILED)
        else:
            ours.claimed_until = clock.now() + timedelta(seconds=min(60, 2**job.attempts))
        ours.save(update_fields=["claimed_by", "claimed_until", "last_error", "state", "ended_at"])
