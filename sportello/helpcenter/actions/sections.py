"""Verbs on the sections that articles stand in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.desk.actions import rule_rows
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import User
from sportello.desk.rules import texts
from sportello.desk.rules.kinds import Unreadable

from ..models import Section

KIND = "help_section"
LONGEST = 80


def add(title: texts.Text, *, actor: User) -> Section:
    """A new section, the last. title: for all readers, or {"it": …, "en": …}. Raises Invalid("title")."""
    read = _read(title)
    with transaction.atomic():
        # Rows with a place as rules are, though no rules; so below.
        found = rule_rows.new(Section)  # type: ignore[type-var]
        found.title = read
        rule_rows.keep(found, KIND, _export, None, actor)  # type: ignore[type-var]
    return found


def rename(section_id: int, title: texts.Text, *, actor: User, seen: str | None = None) -> Section:
    """Called so from now on. seen: the version that was renamed (rule_rows.version): Stale when it is another.

    Raises Invalid("title"), Missing.
    """
    read = _read(title)
    with transaction.atomic():
        found = rule_rows.find(Section, section_id)
        if seen is not None and rule_rows.version(found) != seen:
            raise Stale(_("Somebody has changed this meanwhile."))
        before, found.title = _export(found), read
        rule_rows.keep(found, KIND, _export, before, actor)  # type: ignore[type-var]
    return found


def order(section_ids: Sequence[int], *, actor: User) -> None:
    """Put the sections into this order; those that are not named come after."""
    with transaction.atomic():
        rows = list(Section.objects.select_for_update())
        rule_rows.order(rows, section_ids, KIND, _export, actor)  # type: ignore[type-var]


def remove(section_id: int, *, actor: User) -> None:
    """Gone. Raises Missing, Refused while an article stands in it, an archived one too."""
    with transaction.atomic():
        found = rule_rows.find(Section, section_id)
        if found.articles.exists():
            raise Refused(_("Articles stand in it: move them into another section first."))
        rule_rows.drop(found, KIND, _export, actor)  # type: ignore[type-var]


def _read(title: object) -> texts.Text:
    if isinstance(title, Mapping) and set(title) - {*texts.LANGUAGES, ""}:
        raise Invalid("title", _("Write a text, or one for each language."))
    try:
        read = texts.read(title, longest=LONGEST)
    except Unreadable as fault:
        raise Invalid("title", str(fault)) from None
    if not read:
        raise Invalid("title", _("It needs a name."))
    return read


def _export(found: Section) -> dict[str, Any]:
    return {"title": found.title}
