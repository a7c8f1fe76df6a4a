"""What stands under each result: the passage of its texts that fits, read only for the rows of one page."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models.functions import Left

from ..models import Attachment, AttachmentText, Comment, Organization, User
from ..rules.search_passages import Piece, Wanted, passage
from ..rules.search_terms import TICKET, USER

READ = 4_000  # Characters of each text; what stands behind them is found, and not shown.
READ_OF_FILE = 20_000
MOST_COMMENTS = 400  # For all rows of a page.


def read(kind: str, keys: Collection[int], sought: Wanted) -> dict[int, list[Piece]]:
    """The passages by key; of what the agent may see. None for those that were found by their title or tags alone."""
    if kind != TICKET:
        model = User if kind == USER else Organization
        notes = model._default_manager.filter(pk__in=keys).exclude(notes="").values_list("pk", Left("notes", READ))
        return _found({pk: [text] for pk, text in notes}, sought)
    said: dict[int, list[str]] = defaultdict(list)
    spoken = Comment.objects.filter(ticket__in=keys, side_conversation=None).order_by("-id")
    comments = spoken.values_list("ticket", Left("text", READ))
    for ticket_id, text in comments[:MOST_COMMENTS]:
        said[ticket_id].append(text)
    found = _found(said, sought)
    missing = [key for key in keys if key not in found]
    return found | _found(_in_files(missing), sought) if missing else found


def _found(texts: dict[int, list[str]], sought: Wanted) -> dict[int, list[Piece]]:
    return {key: pieces for key, said in texts.items() if (pieces := passage(said, sought))}


def _in_files(keys: Collection[int]) -> dict[int, list[str]]:
    sent = Attachment.objects.filter(comment__ticket__in=keys, comment__side_conversation=None)
    files = list(sent.values_list("comment__ticket", "digest"))
    texts = AttachmentText.objects.filter(digest__in={digest for _key, digest in files}).exclude(text="")
    words = dict(texts.values_list("digest", Left("text", READ_OF_FILE)))
    found: dict[int, list[str]] = defaultdict(list)
    for key, digest in files:
        if digest in words:
            found[key].append(words[digest])
    return found
