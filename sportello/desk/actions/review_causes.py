"""Verbs on the list of causes that a desk tells apart when it reviews bad votes."""

from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from ..errors import Invalid, Missing
from ..models import User, VoteCause
from ..rules.satisfaction_reviews import CAUSES
from . import rule_rows

KIND = "vote_cause"
MOST = 30
LONGEST = 80


def every() -> dict[str, str]:
    """What each cause is called in the active language, also those out of use, in their order."""
    rows = list(VoteCause.objects.order_by("position", "id"))
    return {it.key: it.title or str(CAUSES.get(it.key, it.key)) for it in rows} if rows else _usual()


def usable() -> dict[str, str]:
    """The same without those out of use."""
    retired = set(VoteCause.objects.filter(active=False).values_list("key", flat=True))
    return {key: title for key, title in every().items() if key not in retired}


def _usual() -> dict[str, str]:
    return {key: str(title) for key, title in CAUSES.items()}


def add(title: str, *, actor: User) -> VoteCause:
    """One more at the end. Raises Invalid("title")."""
    with transaction.atomic():
        _write_down()
        title = _read(title)
        if VoteCause.objects.filter(active=True).count() >= MOST:
            raise Invalid("title", _("A desk has %(most)s causes at most.") % {"most": MOST})
        position = max(VoteCause.objects.values_list("position", flat=True), default=-1) + 1
        row = VoteCause.objects.create(key=f"own_{uuid4().hex[:12]}", title=title, position=position)
        rule_rows.log(KIND, row.pk, None, _export(row), actor)
        return row


def change(key: str, *, title: str | None = None, active: bool | None = None, actor: User) -> VoteCause:
    """Rename it (for all languages), take it out of use, or use it again. What was found by it stays.

    Raises Invalid("title"), Missing.
    """
    with transaction.atomic():
        _write_down()
        row = VoteCause.objects.select_for_update().filter(key=key).first()
        if row is None:
            raise Missing
        before = _export(row)
        if title is not None and title.strip() != str(CAUSES.get(key, "")):
            row.title = _read(title, but=row)
        row.active = row.active if active is None else active
        if _export(row) != before:
            row.save(update_fields=["title", "active"])
            rule_rows.log(KIND, row.pk, before, _export(row), actor)
        return row


def _write_down() -> None:
    """A desk that begins to arrange its causes begins with the usual ones."""
    if not VoteCause.objects.exists():
        rows = [VoteCause(key=key, position=position) for position, key in enumerate(CAUSES)]
        VoteCause.objects.bulk_create(rows, ignore_conflicts=True)


def _read(title: str, but: VoteCause | None = None) -> str:
    title = " ".join(title.replace("\0", "").split())
    if not title:
        raise Invalid("title", _("It needs a name."))
    if len(title) > LONGEST:
        raise Invalid("title", _("At most %(limit)s characters, please.") % {"limit": LONGEST})
    taken = {name.casefold() for key, name in every().items() if but is None or key != but.key}
    if title.casefold() in taken:
        raise Invalid("title", _("There is one of this name already."))
    return title


def _export(row: VoteCause) -> dict[str, object]:
    return {"title": row.title or str(row.key), "active": row.active}
