"""Which jobs somebody sees."""

from django.db.models import QuerySet

from ..models import Job, JobItem, User
from .gate import one, staff


def jobs(person: User) -> "QuerySet[Job]":
    """The jobs that this member of the staff has started, all of them for an administrator; newest first."""
    staff(person)
    found = Job.objects.all() if person.is_admin else Job.objects.filter(actor=person)
    return found.order_by("-id")


def get_job(person: User, job_id: int) -> Job:
    """With its actor, what it undoes and what undid it. Raises Missing."""
    return one(jobs(person).filter(pk=job_id).select_related("actor", "undoes", "undone_by"))


def job_items(person: User, job: Job) -> "QuerySet[JobItem]":
    """What a job did to each ticket; those that somebody has put out of his own sight too: it names no more of them."""
    return JobItem.objects.filter(job__in=jobs(person).filter(pk=job.pk)).order_by("ticket")
