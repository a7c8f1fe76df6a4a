"""Verbs on saved reports: keep a question under a name, change it, drop it; who they are for. docs/explorer.md"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from sportello.desk.errors import Invalid
from sportello.desk.models import SavedReport, User
from sportello.kit import clock

from .explorer import question
from .explorer.question import Question

MOST_NAME, MOST_DESCRIPTION = 120, 1_000


def save(data: Mapping[str, Any], *, actor: User, report: SavedReport | None = None) -> SavedReport:
    """Keep a question: {"name", "description", "shared", "pinned", "asked"}; of a report that there is, what is given.

    The actor owns what is new. Raises Invalid("name" | "description" | those of a question).
    """
    kept = report or SavedReport(owner=actor, created_at=clock.now())
    if "name" in data or report is None:
        kept.name = " ".join(str(data.get("name", "")).replace("\0", "").split())
        if not kept.name or len(kept.name) > MOST_NAME:
            raise Invalid("name", _("A name of at most %(most)s letters, please.") % {"most": MOST_NAME})
    if "description" in data:
        kept.description = str(data["description"]).replace("\0", "").strip()
        if len(kept.description) > MOST_DESCRIPTION:
            raise Invalid("description", _("At most %(most)s letters, please.") % {"most": MOST_DESCRIPTION})
    for name in ("shared", "pinned"):
        if name in data:
            setattr(kept, name, bool(data[name]))
    if "asked" in data or report is None:
        asked = question.read(data.get("asked"))
        asked.before(asked.query())
        kept.asked = asked.kept()
    kept.updated_at = clock.now()
    kept.save()
    return kept


def drop(report: SavedReport) -> None:
    """It is gone, with the mails that it was to go out by."""
    report.delete()


def question_of(report: SavedReport) -> Question:
    """What it asks. Raises Invalid for what cannot be read any more."""
    return question.read(report.asked)
