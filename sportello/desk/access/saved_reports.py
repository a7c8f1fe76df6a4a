"""Reports that were saved: whose they are, and who else finds them."""

from django.db.models import Q, QuerySet

from ..errors import Missing
from ..models import SavedReport, User
from ..words import Permission
from .gate import may, one


def saved_reports(person: User) -> "QuerySet[SavedReport]":
    """His own and those that others share, by name."""
    if not may(person, Permission.REPORTS):
        raise Missing
    return SavedReport.objects.filter(Q(owner=person) | Q(shared=True)).order_by("name", "id")


def get_saved_report(person: User, report_id: int, *, to: str = "view") -> SavedReport:
    """The report, for a person who may `to` "view" or "edit" it. Raises Missing."""
    found = one(saved_reports(person).filter(pk=report_id).select_related("owner", "mailing"))
    if to == "edit" and not may_change_report(person, found):
        raise Missing
    return found


def may_change_report(person: User, report: SavedReport) -> bool:
    """His own; what is shared, an administrator too."""
    return report.owner_id == person.pk or (report.shared and person.is_admin)
