"""A person as a row that somebody changes: held, compared, kept with who changed what (RuleChange "user")."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Missing, Refused, Stale
from ..models import User
from . import configuration, rule_rows

KIND = "user"
COLUMNS = ("name", "phone", "language", "time_zone", "notes", "surveys")
TAG_LIMIT = 100


def export(person: User) -> dict[str, Any]:
    """The person as the history keeps him. addresses: the primary one first."""
    return {
        **{name: getattr(person, name) for name in COLUMNS},
        "organization": person.organization.name if person.organization_id and person.organization else None,
        "tags": sorted(person.tags.values_list("tag", flat=True)),
        "addresses": list(person.identities.order_by("-primary", "id").values_list("address", flat=True)),
    }


def held(person_id: int) -> User:
    """The person, held until the end of the transaction. Raises Missing."""
    # no_key: a mail of his that comes in meanwhile may point to his row.
    found = User.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if found is None:
        raise Missing
    return found


def refuse_staff(person: User, actor: User | None) -> None:
    """Whoever could change a colleague's address could sign in as him. Raises Refused. actor: None is the desk."""
    if person.is_staff_member and actor is not None and not actor.is_admin:
        raise Refused(_("Only an administrator changes somebody who works here."))


@contextmanager
def changing(person_id: int, *, actor: User | None) -> Iterator[User]:
    """Inside, set columns of the person and rows of his: they are kept with their history, all or nothing.

    Raises Missing, Refused (refuse_staff), Stale when he turned out to be somebody else.
    """
    with transaction.atomic():
        person = held(person_id)
        if person.merged_into_id:
            raise Stale(_("This person has been merged into another one."))
        refuse_staff(person, actor)
        before = export(person)
        yield person
        keep(person, before, actor)
    if person.is_staff_member:
        configuration.forget()


def keep(person: User, before: dict[str, Any], actor: User | None, **more: Any) -> None:
    """Write the person and what has changed since `before`. more: what else the history tells of it."""
    after = export(person)
    changed = [name for name in after if after[name] != before[name]]
    if changed or more:
        person.updated_at = clock.now()
        person.save()
        was, now = ({name: it[name] for name in changed} for it in (before, after))
        rule_rows.log(KIND, person.pk, was, now | more, actor)


def read_tag(tag: str) -> str:
    return "_".join(tag.lower().split())[:TAG_LIMIT]


def read_tags(tags: str) -> set[str]:
    """The tags in a line: "vip, hotel" or "vip hotel"."""
    return {read_tag(it) for it in tags.replace("\x00", "").replace(",", " ").split()}
