"""Which jobs somebody sees."""

from django.db.models import QuerySet

from ..models import Job, User
from .gate import one, staff


def jobs(person: User) -> "QuerySet[Job]":
    """The jobs that this member of the staff has started, all of them for an administrator; newest first."""
    staff(person)
    found = Job.objects.all() if person.is_admin else Job.objects.filter(actor=person)
    return found.order_by("-id")


def get_job(person: User, job_id: int) -> Job:
    """Raises Missing."""
    return one(jobs(person).filter(pk=job_id).select_related("actor", "undoes"))
