"""What the merge of two people and that of two organizations have in common: rows point to the other, and back again.

The history of the source (RuleChange) keeps as `moved` what is given back when they are parted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

from ..errors import Missing
from ..models import Automation, Organization, RuleChange, User, View
from ..rules.conditions import Condition
from . import configuration

PIECE = 500
Moved = dict[str, Any]
One = TypeVar("One", User, Organization)


@dataclass(frozen=True, slots=True)
class OwnFields:
    """The desk's own fields of people, or of organizations. read, fill: of field_values."""

    read: Callable[[int], dict[int, Any]]
    fill: Callable[..., Any]


def both(held: Callable[[int], One], one_id: int, other_id: int) -> tuple[One, One]:
    """Both, held; in the order of their ids, whoever is merged into whom."""
    found = {pk: held(pk) for pk in sorted({one_id, other_id})}
    return found[one_id], found[other_id]


def hold(found: "models.QuerySet[Any]") -> list[int]:
    """Hold these rows, a piece at a time, in the order of their keys. Gives the keys."""
    keys = keys_of(found)
    for piece in pieces(keys):
        rows = found.model._default_manager.select_for_update(no_key=True).filter(pk__in=piece)
        list(rows.order_by("pk").values_list("pk"))
    return keys


def keys_of(found: "models.QuerySet[Any]") -> list[int]:
    return list(found.order_by("pk").values_list("pk", flat=True))


def pieces(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[start : start + PIECE] for start in range(0, len(keys), PIECE))


def point(
    model: type[models.Model], keys: Sequence[int], where: dict[str, Any] | None = None, **columns: models.Model
) -> None:
    """Make these rows, as far as they are like `where`, point to somebody else."""
    for piece in pieces(keys):
        model._default_manager.filter(pk__in=piece, **(where or {})).update(**columns)


# --- tags, notes, columns, own fields ---------------------------------------------------------------------------------


def move_tags(source: One, into: One) -> Moved:
    tags = list(source.tags.order_by("tag").values_list("tag", flat=True))
    added = sorted(set(tags) - set(into.tags.values_list("tag", flat=True)))
    source.tags.all().delete()
    for tag in added:
        into.tags.create(tag=tag)
    return {"tags": tags, "tags_added": added}


def give_tags_back(source: One, into: One, moved: Moved) -> None:
    into.tags.filter(tag__in=moved["tags_added"]).delete()
    for tag in moved["tags"]:
        source.tags.get_or_create(tag=tag)


def join_notes(source: One, into: One) -> list[str]:
    was = into.notes
    if source.notes and source.notes not in into.notes:
        into.notes = "\n\n".join(filter(None, (into.notes, source.notes)))
    return [was, into.notes]


def fill_columns(source: One, into: One, columns: Iterable[str]) -> dict[str, list[Any]]:
    """What the other has not. By column: what he had, what he has now."""
    filled = {name: getattr(source, name) for name in columns if getattr(source, name) and not getattr(into, name)}
    was = {name: getattr(into, name) for name in filled}
    for name, value in filled.items():
        setattr(into, name, value)
    return {name: [was[name], value] for name, value in filled.items()}


def empty_columns(into: One, moved: Moved) -> None:
    was, became = moved["notes"]
    if into.notes == became:
        into.notes = was
    for name, (had, has) in moved["columns"].items():
        if getattr(into, name) == has:
            setattr(into, name, had)


def fill_fields(source: One, into: One, fields: OwnFields, actor: User) -> dict[str, Any]:
    """The own fields that are empty, from the source's; those not in use any more stay with the source."""
    own, present = configuration.current().custom_fields, fields.read(into.pk)
    offered = fields.read(source.pk)
    filled = {pk: value for pk, value in offered.items() if pk not in present and own[pk].active}
    if filled:
        fields.fill(into.pk, filled, actor=actor)
    return {str(pk): None for pk in filled}


def empty_fields(into: One, moved: Moved, fields: OwnFields, actor: User) -> None:
    own = configuration.current().custom_fields
    emptied = {int(pk): None for pk in moved["fields"] if int(pk) in own and own[int(pk)].active}
    if emptied:
        fields.fill(into.pk, emptied, actor=actor)


# --- afterwards -------------------------------------------------------------------------------------------------------


def record(kind: str, source_id: int, key: str = "moved") -> Moved:
    """What the history of the source keeps of its last merge. Raises Missing."""
    for it in RuleChange.objects.filter(kind=kind, rule_id=source_id).order_by("-id"):
        if it.after and key in it.after:
            return dict(it.after[key])
    raise Missing


def late(model: type[models.Model], column: str) -> list[tuple[int, int]]:
    """Rows that still came to somebody who was merged: their keys, and to whom. A piece of them."""
    found = model._default_manager.filter(**{f"{column}__merged_into__isnull": False})
    return list(found.values_list("pk", column)[:PIECE])


def look_anew(beginning: str) -> None:
    """Views and automations that ask for a field whose name begins so look at all tickets again."""

    def asks(asked: Iterable[Condition]) -> bool:
        return any(it.field.name.startswith(beginning) for it in asked)

    now = configuration.current()
    views = [it.id for it in now.views.rules if asks(it.kept or ())]
    automations = [it.id for it in now.automations.rules if asks(it.conditions)]
    View.objects.filter(pk__in=views).update(filled_to=0)
    Automation.objects.filter(pk__in=automations).update(armed_to=0)
