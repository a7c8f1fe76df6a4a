"""Verbs on drafts: what an agent writes on a ticket is kept as he types it.

How it is sent: actions/sending. docs/algorithms/drafts.md
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from sportello.kit import blobs, clock

from ..errors import Invalid, Missing, Stale
from ..models import Draft, DraftFile, Timer, User
from ..rules.drafts import LEFT
from ..words import TimerState
from . import tickets
from .comments import NewFile

# What a note is made of that is written beside an answer on its way; in Draft.fields, under this name.
BESIDE = "beside"
NOTE = ("public", "text", "html", "status", "macro_id", "changes", "fields", "seen", "version")


class ChangedElsewhere(Stale):
    """The draft was changed by another tab or device since. draft: as it is kept now."""

    code = "changed_elsewhere"

    def __init__(self, draft: Draft) -> None:
        super().__init__(_("You changed this text in another tab or on another device."))
        self.draft = draft


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a composer. html: as kit.html_written gives it. status: set with it; "": stays.

    changes: what stays ticked of a macro, lines of rules.macros. fields: the desk's own by id, as somebody says them.
    """

    text: str = ""
    html: str = ""
    public: bool = True
    status: str = ""
    macro_id: int | None = None
    changes: tuple[str, ...] = ()
    fields: Mapping[int, Any] = field(default_factory=dict)

    @property
    def says_nothing(self) -> bool:
        return not (self.text.strip() or self.html or self.status or self.changes or self.macro_id)


def keep(ticket_id: int, written: Written, *, actor: User, seen: int = 0, version: int | None = None) -> Draft:
    """Keep what the agent has typed so far. version: of the draft that he changes; None: whatever is there.

    While an answer of his waits to leave, a note is kept beside it. Raises ChangedElsewhere, Stale for another answer.
    """
    with transaction.atomic():
        draft = own(ticket_id, actor)
        if not written.public and leaving(draft):
            return _keep_beside(draft, written, seen, version)
        refuse_leaving(draft)
        if version is not None and not written.public and draft.public and BESIDE in draft.fields:
            raise ChangedElsewhere(draft)  # The note was begun beside the answer, which was taken back in another tab.
        refuse_changed(draft, written, version)
        if draft.pk is None and written.says_nothing:
            return draft  # Whoever only looks leaves nothing.
        write(draft, written, seen or draft.seen)
    return draft


def attach(ticket_id: int, file: NewFile, *, actor: User) -> DraftFile:
    """Put a file to the draft. inline: a picture, which the text may then show by its content id.

    Raises Invalid("attachments") when all of them are more than a mail may carry, Stale while an answer is leaving.
    """
    digest = blobs.store(file.content)
    with transaction.atomic():
        draft = own(ticket_id, actor)
        refuse_leaving(draft)
        if draft.pk is None:
            write(draft, Written(), 0)
        return add_file(draft, file, digest)


def add_file(draft: Draft, file: NewFile, digest: str) -> DraftFile:
    """digest: of its bytes, which are stored already. Raises Invalid("attachments")."""
    had = draft.files.aggregate(size=Sum("size"))["size"] or 0
    if had + len(file.content) > settings.MAIL_MAX_BYTES:
        limit = {"name": file.file_name, "limit": filesizeformat(settings.MAIL_MAX_BYTES)}
        raise Invalid("attachments", _("%(name)s is too large: a mail carries %(limit)s at most.") % limit)
    return DraftFile.objects.create(
        draft=draft,
        file_name=file.file_name[:255],
        content_type=file.content_type[:150],
        size=len(file.content),
        digest=digest,
        content_id=f"{secrets.token_hex(8)}@sportello" if file.inline else "",
        inline=file.inline,
        created_at=clock.now(),
    )


def detach(ticket_id: int, file_id: int, *, actor: User) -> None:
    """Take a file from the draft. Raises Missing, Stale while it is leaving."""
    with transaction.atomic():
        draft = own(ticket_id, actor)
        refuse_leaving(draft)
        if draft.pk is None or not draft.files.filter(pk=file_id).delete()[0]:
            raise Missing


def discard(ticket_id: int, *, actor: User) -> None:
    """Throw the draft away; of an answer that is leaving only the note beside it. Idempotent. Raises Stale while an
    answer is leaving that has none.
    """
    with transaction.atomic():
        draft = own(ticket_id, actor)
        if beside(draft) and leaving(draft):
            put_beside(draft, None)
            return
        refuse_leaving(draft)
        if draft.pk is not None:
            end(draft)


def take_over(ticket_id: int, author_id: int, *, actor: User) -> Draft:
    """What somebody who works here no more had not sent becomes the actor's own draft, files too.

    Raises Stale where another was quicker, and while the actor writes something else on the ticket.
    """
    with transaction.atomic():
        mine = own(ticket_id, actor)
        refuse_leaving(mine)
        if mine.pk and (mine.text.strip() or mine.html or mine.changes or mine.fields or mine.files.exists()):
            raise Stale(_("You are writing something else here: send it or throw it away first."))
        left = Draft.objects.select_for_update(of=("self",)).filter(ticket=ticket_id, author=author_id)
        draft = left.filter(stopped_because=LEFT, author__active=False).first()
        if draft is None:
            raise Stale(_("Somebody else has taken it over already."))
        if mine.pk:
            mine.delete()
        draft.author, draft.version, draft.updated_at = actor, draft.version + 1, clock.now()
        draft.fields = without_beside(draft.fields)  # What he had only begun stays his alone.
        draft.stopped_because, draft.stopped_by, draft.stopped_detail, draft.stopped_at = "", None, "", None
        draft.save()
    return draft


def own(ticket_id: int, actor: User) -> Draft:
    """His draft, held; a new one that is not written yet where there is none."""
    his = Draft.objects.select_for_update().filter(author=actor, ticket=ticket_id)
    found = his.first()
    if found is None:
        tickets.lock(ticket_id)  # Two tabs begin at once: the second finds what the first began.
        found = his.first()
    return found or Draft(author=actor, ticket_id=ticket_id, created_at=clock.now())


def leaving(draft: Draft) -> Timer | None:
    """The clock that it waits for, when it has been sent and has not left."""
    return Timer.objects.filter(draft=draft, state=TimerState.WAITING).first() if draft.pk else None


def refuse_leaving(draft: Draft) -> None:
    if leaving(draft):
        raise Stale(_("Your answer is on its way already: take it back to change it."))


def refuse_changed(draft: Draft, written: Written, version: int | None) -> None:
    """Another tab must not lose its words silently; what is the same, or empty, is no loss."""
    if version is None or draft.version in (0, version):
        return
    if draft.text.strip() and (draft.text, draft.html) != (written.text, written.html):
        raise ChangedElsewhere(draft)


def beside(answer: Draft) -> Draft | None:
    """The note that its author began while the answer waited; it has no row of its own yet."""
    kept = _kept_beside(answer).get(BESIDE)
    times = {"created_at": answer.created_at, "updated_at": answer.updated_at}
    return Draft(author_id=answer.author_id, ticket_id=answer.ticket_id, **times, **kept) if kept else None


def put_beside(answer: Draft, note: Draft | None) -> None:
    """Keep the note with the answer; None: there is none any more."""
    kept = {BESIDE: {name: getattr(note, name) for name in NOTE}} if note else {}
    answer.fields = {**without_beside(answer.fields), **kept}
    answer.save(update_fields=["fields"])


def without_beside(fields: dict[str, Any]) -> dict[str, Any]:
    """The desk's own fields alone."""
    return {name: value for name, value in fields.items() if name != BESIDE}


def end(draft: Draft) -> None:
    """It has been said, or thrown away: the note that was begun meanwhile is the draft now."""
    note = beside(draft)
    draft.delete()
    if note:
        note.save()


def _kept_beside(answer: Draft) -> dict[str, Any]:
    return {BESIDE: answer.fields[BESIDE]} if BESIDE in answer.fields else {}


def _keep_beside(answer: Draft, written: Written, seen: int, version: int | None) -> Draft:
    note = beside(answer) or Draft(author_id=answer.author_id, ticket_id=answer.ticket_id)
    refuse_changed(note, written, version)
    if fill(note, written, seen or note.seen):
        note.version += 1
    put_beside(answer, None if written.says_nothing else note)
    return note


def fill(draft: Draft, written: Written, seen: int) -> bool:
    """Whether anything changed but `seen`."""
    columns: dict[str, Any] = {
        "public": written.public,
        "text": written.text,
        "html": written.html,
        "status": written.status,
        "macro_id": written.macro_id,
        "changes": list(written.changes),
        "fields": {**{str(pk): value for pk, value in written.fields.items()}, **_kept_beside(draft)},
    }
    changed = any(getattr(draft, name) != value for name, value in columns.items())
    for name, value in (*columns.items(), ("seen", seen)):
        setattr(draft, name, value)
    return changed


def write(draft: Draft, written: Written, seen: int) -> None:
    """Keep it; its version counts what changed."""
    if fill(draft, written, seen) or draft.pk is None:
        draft.version += 1
        draft.updated_at = clock.now()
    draft.save()
