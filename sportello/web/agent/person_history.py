"""Who changed what of a person or an organization, as sentences."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.models import RuleChange, User
from sportello.desk.rules import custom_fields
from sportello.desk.rules.texts import in_language
from sportello.web.agent.prepared import prepared

CHANGES = 30
LONGEST = 120
MERGES = ("merged", "merged_into", "unmerged", "unmerged_from")
_LANGUAGES: dict[Any, str] = dict(settings.LANGUAGES)


def of_person(agent: User, user_id: int) -> list[SimpleNamespace]:
    """For agent/_person_changes.html, newest first: author, at, sentences."""
    return _told(_of_person(agent, user_id))


def of_organization(agent: User, organization_id: int) -> list[SimpleNamespace]:
    """As of_person."""
    return _told(_of_organization(agent, organization_id))


@prepared
def _of_person(agent: User, user_id: int) -> QuerySet[RuleChange]:
    return access.person_changes(agent, user_id).select_related("author")[:CHANGES]


@prepared
def _of_organization(agent: User, organization_id: int) -> QuerySet[RuleChange]:
    return access.organization_changes(agent, organization_id).select_related("author")[:CHANGES]


def _told(changes: list[RuleChange]) -> list[SimpleNamespace]:
    return [
        SimpleNamespace(author=it.author, at=it.created_at, sentences=sentences)
        for it in changes
        if (sentences := list(sentences_of(it)))
    ]


def sentences_of(change: RuleChange) -> Iterator[str]:
    before, after = change.before or {}, change.after or {}
    if change.before is None and change.kind == "organization":
        yield _("Added")
        return
    if change.kind != "person":
        yield from _merges(change.kind, after)
    labels = _labels()
    places = {key: place for place, key in enumerate(labels)}  # A database keeps them in an order of its own.
    for name, value in sorted(after.items(), key=lambda it: places.get(it[0].rpartition(".")[2], len(places))):
        key = name.removeprefix("organization.")
        if change.kind == "person" or (change.kind == "organization" and key == name):
            of = custom_fields.USER if change.kind == "person" else custom_fields.ORGANIZATION
            yield _own(of, name, before.get(name), value)
        elif key in labels:
            had, has = (_LANGUAGES.get(it, it) if key == "language" else it for it in (before.get(name), value))
            yield _change(labels[key], had, has)


def _merges(kind: str, after: dict[str, Any]) -> Iterator[str]:
    # What has no point in the history of an organization is one of its own fields.
    said = {name: after.get(f"organization.{name}" if kind == "organization" else name) for name in MERGES}
    if merged := said["merged"]:
        same = _("%(name)s turned out to be the same person")
        if kind == "organization":
            same = _("%(name)s turned out to be the same organization")
        yield same % {"name": merged["name"]}
    if into := said["merged_into"]:
        yield _("Merged into %(name)s") % {"name": into["name"]}
    if parted := said["unmerged"] or said["unmerged_from"]:
        yield _("Parted again from %(name)s") % {"name": parted["name"]}


def _labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "phone": _("Phone"),
        "language": _("Language"),
        "time_zone": _("Time zone"),
        "notes": _("Notes"),
        "surveys": _("Surveys"),
        "organization": _("Organization"),
        "group": _("Group"),
        "shared_tickets": _("Shared requests"),
        "domains": _("Mail domains"),
        "tags": _("Tags"),
        "addresses": _("Addresses"),
    }


def _change(label: str, had: Any, has: Any) -> str:
    if isinstance(has, list):
        came = [f"+{it}" for it in has if it not in (had or [])]
        went = [f"−{it}" for it in had or [] if it not in has]
        return f"{label}: {', '.join([*came, *went]) or ', '.join(has)}"
    return f"{label}: {_shown(had)} → {_shown(has)}"


def _own(of: str, key: str, had: Any, has: Any) -> str:
    language, own = get_language() or "en", configuration.current().custom_fields.values()
    # A field of tickets may have the same key.
    field = next((it for it in own if (it.of, it.key) == (of, key)), None)
    if field is None:
        return f"{key}: {_shown(had)} → {_shown(has)}"
    was, now = (custom_fields.shown(field, custom_fields.stored(field, it), language) for it in (had, has))
    return f"{in_language(field.title, language)}: {_shown(was)} → {_shown(now)}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = " ".join(str(value).split()) if value else "–"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
