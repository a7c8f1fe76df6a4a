"""The words of attachments, read by the worker beside the index of searches: a file may take seconds, words must not.

Each content is read once, however often it is sent; what cannot be read is kept with the reason.
"""

from django.db.models import Exists, Max, OuterRef

from sportello.kit import blobs, clock, file_text

from ..models import Attachment, AttachmentText, SearchState
from . import indexing

NAME = "attachments"


def step() -> bool:
    """Read the next files, and write the documents of their tickets. True: there was something to do.

    A crash in between costs the reading of one file once more.
    """
    state, _made = SearchState.objects.get_or_create(pk=NAME, defaults={"position": _beginning()})
    columns = ("comment__ticket", "digest", "content_type", "file_name")
    found, position = indexing.follow(Attachment, state.position["new"], clock.now(), *columns)
    if found:
        # Beside other workers: whatever two of them read comes out the same.
        _read(found)
        SearchState.objects.filter(pk=NAME).update(position=state.position | {"new": position})
        return True
    return _read_old(state)


def _beginning() -> dict[str, object]:
    last = Attachment.objects.aggregate(last=Max("pk"))["last"] or 0
    return {"new": {"after": last, "gaps": {}}, "old": last}


def _read_old(state: SearchState) -> bool:
    """Those that were there before, from the newest on."""
    if not state.position["old"]:
        return False
    known = AttachmentText.objects.filter(digest=OuterRef("digest"))
    older = Attachment.objects.filter(~Exists(known), pk__lte=state.position["old"]).order_by("-pk")
    rows = list(older.values_list("pk", "comment__ticket", "digest", "content_type", "file_name")[:20])
    _read([row[1:] for row in rows])
    below = rows[-1][0] - 1 if rows else 0
    SearchState.objects.filter(pk=NAME).update(position=state.position | {"old": below})
    return True


def _read(found: list[tuple[int, str, str, str]]) -> None:
    known = AttachmentText.objects.filter(digest__in={it[1] for it in found}).values_list("digest", "reason")
    reasons = dict(known)
    for _ticket_id, digest, content_type, file_name in found:
        if digest not in reasons:
            read = file_text.read(blobs.path_of(digest), content_type, file_name)
            AttachmentText.objects.update_or_create(
                digest=digest, defaults={"text": read.text, "reason": read.reason, "created_at": clock.now()}
            )
            reasons[digest] = read.reason
    for ticket_id in dict.fromkeys(it[0] for it in found if not reasons[it[1]]):
        indexing.refresh(ticket_id)
