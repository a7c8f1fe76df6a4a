"""Verbs on a tag wherever it is: rename it, bring two together, take it away. Each ticket keeps its audit."""

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from ..errors import Invalid, Missing
from ..models import Automation, Job, JobItem, Macro, SlaPolicy, Tagging, Trigger, User, View
from ..words import Status, Via
from . import bulk, jobs, rule_rows, tickets

KIND = "tag"
RULES: tuple[type[models.Model], ...] = (Trigger, Automation, SlaPolicy, View, Macro)
LONGEST = 100


def fold(tag: str) -> str:
    """A tag as it is kept: one word, lower case. Raises Invalid("tag")."""
    folded = tag.strip().lower()
    if not folded or len(folded) > LONGEST or any(it.isspace() or it == "," for it in folded):
        raise Invalid("tag", _("A tag is one word, without spaces and commas."))
    return folded


def rename(tag: str, new: str, *, actor: User) -> Job:
    """Put the new tag in the place of this one, on every ticket that is not closed, as a job; where the new one is in
    use already, the two become one. Raises Invalid("tag"), Missing.
    """
    new = fold(new)
    if new == tag:
        raise Invalid("tag", _("This is its name already."))
    return _start(tag, new, actor)


def drop(tag: str, *, actor: User) -> Job:
    """Take the tag from every ticket that is not closed, as a job. Raises Missing."""
    return _start(tag, "", actor)


def _start(tag: str, new: str, actor: User) -> Job:
    carrying = Tagging.objects.filter(tag=tag)
    if not carrying.exists():
        raise Missing
    total = carrying.exclude(ticket__status=Status.CLOSED).count()
    job = jobs.start(KIND, {"tag": tag, "new": new}, actor=actor, total=total)
    before, after = {"tag": tag, "tickets": total}, {"tag": new} if new else None
    rule_rows.log(KIND, job.pk, before, after and before | after, actor)
    return job


def _change_piece(job: Job) -> bool:
    tag, new = job.arguments["tag"], job.arguments["new"]
    left = Tagging.objects.filter(tag=tag, ticket__gt=job.result.get("after", 0)).exclude(ticket__status=Status.CLOSED)
    keys = list(left.order_by("ticket").values_list("ticket", flat=True)[:200])
    change = tickets.Change(remove_tags=(tag,), add_tags=(new,) if new else ())
    items = []
    for key in jobs.in_time(keys):
        done = bulk.attempt(lambda key=key: tickets.update(key, change, actor=job.actor, via=Via.WEB), job)  # type: ignore[misc]
        job.failed += bool(done[1])
        job.done += not done[1]
        items.append(JobItem(job=job, ticket_id=key, audit=done[0], error=done[1]))
        job.result = {**job.result, "after": key}
    JobItem.objects.bulk_create(items)
    return bool(keys)


jobs.KINDS[KIND] = _change_piece


def naming(tag: str) -> list[str]:
    """The titles of the rules in use whose conditions or actions speak of this tag: they go on doing so."""
    found = []
    for model in RULES:
        for row in model._default_manager.filter(active=True):
            parts = [*(getattr(row, "conditions", None) or {}).values(), getattr(row, "actions", None) or []]
            speaking = [it for part in parts for it in part if "tags" in str(it.get("field", ""))]
            if any(tag in _words(it.get("value")) for it in speaking):
                found.append(str(row))
    return found


def _words(value: Any) -> list[str]:
    return (value if isinstance(value, str) else json.dumps(value)).replace(",", " ").replace('"', " ").split()
