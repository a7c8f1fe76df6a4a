"""What all kinds of rules have in common as rows: kept, ordered, dropped; a row for each change tells who and what."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Invalid, Missing, Stale
from ..models import (
    Automation,
    CustomField,
    Group,
    Macro,
    Mailbox,
    Organization,
    RuleChange,
    Schedule,
    Skill,
    SlaPolicy,
    TicketForm,
    Trigger,
    User,
    View,
    Webhook,
)
from ..rules.triggers import Action
from . import configuration

Row = TypeVar("Row", Trigger, Automation, Skill, Macro, SlaPolicy, View, CustomField, TicketForm)
Asking = TypeVar("Asking", Trigger, Automation, SlaPolicy, Skill, View)
Read = TypeVar("Read")
Found = TypeVar("Found", bound=models.Model)


def read_title(data: dict[str, Any], faults: dict[str, object]) -> str:
    title = " ".join(str(data.get("title", "")).split())[:200]
    if not title:
        faults["title"] = _("A rule needs a title.")
    return title


def read_description(data: dict[str, Any]) -> str:
    return str(data.get("description") or "").strip()[:1000]


def read(faults: dict[str, object], reader: Callable[[], Read], empty: Read, prefix: str = "") -> Read:
    """What reader reads; where it refuses, `empty`, and its faults under this prefix ("conditions.")."""
    try:
        return reader()
    except Invalid as fault:
        faults |= {f"{prefix}{place}": text for place, text in fault.fields.items()}
        return empty


def find(model: type[Found], key: int) -> Found:
    """The row, held until the end of the transaction. Raises Missing."""
    found = model._default_manager.select_for_update().filter(pk=key).first()
    if found is None:
        raise Missing
    return found


def new(model: type[Row]) -> Row:
    """A rule that stands last; not stored yet."""
    last = model._default_manager.aggregate(last=Max("position"))["last"]
    return model(created_at=clock.now(), position=0 if last is None else last + 1)


def keep(
    row: Row, kind: str, export: Callable[[Row], dict[str, Any]], before: dict[str, Any] | None, actor: User | None
) -> bool:
    """Store the rule and its change; False when nothing changed. before: as it was exported; None: it is new."""
    after = export(row)
    if before == after:
        return False
    row.updated_at = clock.now()
    row.save()
    log(kind, row.pk, before, after, actor, at=row.updated_at)
    return True


def version(row: models.Model) -> str:
    """What tells this state of a rule from what it becomes when somebody changes it."""
    return str(row.updated_at.isoformat())  # type: ignore[attr-defined]


@contextmanager
def unchanged(model: type[models.Model], key: int, seen: str) -> Iterator[None]:
    """Do what follows, which keeps the rule, only if it is still in the version that was seen.

    Raises Stale when somebody has changed it since, Missing. Nobody else changes it meanwhile.
    """
    with transaction.atomic():
        if version(find(model, key)) != seen:
            raise Stale(_("Somebody has changed this meanwhile."))
        yield


def import_list(data: object, name: str, save: Callable[[dict[str, Any]], Row]) -> list[Row]:
    """Keep rules as they were exported, {name: […]} or the bare list, after those that are there.

    All or none: raises Invalid with the place of every fault ("triggers.2.conditions.all.0.value").
    """
    items = data.get(name) if isinstance(data, dict) else data
    if not isinstance(items, list) or not items:
        raise Invalid(name, _("There is no list of rules of this kind."))
    kept: list[Row] = []
    faults: dict[str, object] = {}
    with transaction.atomic():
        for number, item in enumerate(items):
            try:
                kept.append(save(item if isinstance(item, dict) else {}))
            except Invalid as fault:
                faults |= {f"{name}.{number}.{place}": text for place, text in fault.fields.items()}
        if faults:
            raise Invalid(faults)
    return kept


def drop(row: Row, kind: str, export: Callable[[Row], dict[str, Any]], actor: User | None) -> None:
    """Gone; what it was stays in the history."""
    log(kind, row.pk, export(row), None, actor)
    row.delete()


def order(
    rows: Iterable[Row], keys: Sequence[int], kind: str, export: Callable[[Row], dict[str, Any]], actor: User | None
) -> None:
    """Put these rules into the order of keys, on the places that they have; those that are not named come after.

    Each that moved past others leaves a change that tells its place among these rules, before and after.
    """
    present = sorted(rows, key=lambda row: (row.position, row.pk))
    rank = {key: place for place, key in enumerate(keys)}
    wanted = sorted(present, key=lambda row: rank.get(row.pk, len(rank)))
    was = {row.pk: place for place, row in enumerate(present)}
    moved = _moved([was[row.pk] for row in wanted])
    last = -1
    for place, (row, free) in enumerate(zip(wanted, [row.position for row in present], strict=True)):
        last = max(last + 1, free)
        if row.position != last:
            # Not a new version of the rule: whoever is writing it may go on.
            type(row)._default_manager.filter(pk=row.pk).update(position=last)
        if place in moved:
            rule = export(row)
            log(kind, row.pk, rule | {"place": was[row.pk] + 1}, rule | {"place": place + 1}, actor)


def _moved(places: Sequence[int]) -> set[int]:
    """The fewest whose moving alone makes this order of one that ran 0, 1, 2, …; by where they stand now."""
    # The longest run of those that kept their order has stood still (patience sorting).
    ends: list[int] = []
    before: list[int | None] = []
    for now, was in enumerate(places):
        length = bisect_left(ends, was, key=places.__getitem__)
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [now]
    still: set[int] = set()
    at = ends[-1] if ends else None
    while at is not None:
        still.add(at)
        at = before[at]
    return set(range(len(places))) - still


def copy_title(title: str) -> str:
    return _("%(title)s (copy)") % {"title": title[:190]}


def missing(references: set[tuple[str, int]]) -> str:
    """Which of these rows are not there (any more), for a person; "" when all are."""
    lost, in_use = [], {"active": True}
    tables: tuple[tuple[str, type[models.Model]], ...] = (
        ("group", Group),
        ("organization", Organization),
        ("mailbox", Mailbox),
        ("schedule", Schedule),
        ("webhook", Webhook),
        ("custom_field", CustomField),
    )
    for kind, model in tables:
        wanted = {pk for name, pk in references if name == kind}
        there = model._default_manager.filter(pk__in=wanted, **(in_use if kind in ("group", "custom_field") else {}))
        lost += [f"{kind} {pk}" for pk in sorted(wanted - set(there.values_list("pk", flat=True)))]
    agents = {pk for name, pk in references if name == "agent"}
    people = {pk for name, pk in references if name == "person"}
    lost += [f"agent {pk}" for pk in sorted(agents - set(User.objects.staff().values_list("pk", flat=True)))]
    known = User.objects.filter(pk__in=people).values_list("pk", flat=True)
    return ", ".join([*lost, *(f"person {pk}" for pk in sorted(people - set(known)))])


def refuse_missing(references: set[tuple[str, int]], faults: dict[str, object], place: str) -> None:
    lost = missing(references)
    if lost:
        faults[place] = _("It names what is not there any more: %(lost)s") % {"lost": lost}


def refuse_light(actions: Iterable[Action], faults: dict[str, object]) -> None:
    """No rule gives tickets to somebody who may not answer customers."""
    now = configuration.current()
    for place, it in enumerate(actions):
        if it.field == "assignee_id" and it.value in now.agents and it.value not in now.answerers:
            faults[f"actions.{place}.value"] = configuration.cannot_be_given(now.agents[it.value].name)


def switch_off_broken(
    model: type[Asking],
    references: Callable[[Asking], set[tuple[str, int]]],
    kind: str,
    export: Callable[[Asking], dict[str, Any]],
) -> list[Asking]:
    """Switch off the rules that name what is gone, and say so on them and in their history.

    references: raises Invalid if unreadable.
    """
    off = []
    for row in model._default_manager.filter(active=True).order_by("position", "id"):
        try:
            why = missing(references(row))
        except Invalid as fault:
            why = str(fault)
        if why:
            before, now = export(row), clock.now()
            with transaction.atomic():
                changed = {"active": False, "off_because": why[:300], "updated_at": now}
                model._default_manager.filter(pk=row.pk).update(**changed)
                log(kind, row.pk, before, before | {"active": False}, None, at=now)
            off.append(row)
    return off


def log(
    kind: str,
    rule_id: int,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    actor: User | None,
    *,
    at: datetime | None = None,
) -> None:
    """Leave a change in the history. at: when the rule came into this version; now, when it stays in its own."""
    RuleChange.objects.create(
        kind=kind, rule_id=rule_id, author=actor, before=before, after=after, created_at=at or clock.now()
    )
