"""Make a message a ticket of its own, and put it back. docs/algorithms/merging.md"""

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import blobs

from .. import families
from ..errors import Missing, Stale
from ..models import Audit, Comment, Ticket, User
from . import configuration, merging, tickets
from .comments import NewFile, Words


@configuration.afresh
def split(comment_id: int, *, subject: str, actor: User, via: str, requester: User | None = None) -> Ticket:
    """Open a ticket with what stands in a comment; the comment stays where it is. Both histories say so.

    requester: by default whoever wrote it, or the ticket's requester where an agent did. Every clock counts from when
    it was written: the customer has waited since then. Raises Missing, Invalid("subject").
    """
    comment = (
        Comment.objects.select_related("ticket__group", "ticket__requester", "author", "mail")
        .filter(pk=comment_id, side_conversation=None)
        .first()
    )
    if comment is None:
        raise Missing
    source, author = comment.ticket, comment.author
    if requester is None:
        requester = source.requester if author is None or author.is_staff_member else author
    with transaction.atomic():
        made = tickets.open_ticket(
            requester=requester,
            subject=subject,
            words=_words(comment),
            actor=actor,
            via=via,
            channel=comment.via,
            group=source.group if source.group and source.group.active else None,
            mailbox_id=source.mailbox_id,
            silent=comment.automatic,
            at=comment.created_at,
        )
        tickets.notice(made.pk, "split_from", actor=actor, via=via, ticket=source.pk)
        tickets.notice(source.pk, "split", actor=actor, via=via, ticket=made.pk)
    return made


def _words(comment: Comment) -> Words:
    return Words(
        text=comment.text,
        html=comment.html,
        public=comment.public,
        automatic=comment.automatic,
        quoted_text=comment.quoted_text,
        quoted_html=comment.quoted_html,
        files=tuple(
            NewFile(file.file_name, file.content_type, blobs.read(file.digest), file.content_id, file.inline)
            for file in comment.attachments.order_by("id")
        ),
        # The customer's mail program keeps the answers where he wrote.
        message_id=comment.mail.message_id if comment.mail else "",
        author=comment.author,
        # The first of all who repeat each other: so that one ticket shows them once.
        split_from_id=comment.split_from_id or comment.pk,
    )


def unsplit(ticket_id: int, *, actor: User, via: str) -> Audit:
    """Merge a ticket that was split back into where it came from; what it repeats is shown once.

    Raises Stale when it was not split, or when either is closed.
    """
    into_id = origin_of(ticket_id)
    if into_id is None:
        raise Stale(_("Request #%(id)s was not split from another.") % {"id": ticket_id})
    return merging.merge(ticket_id, into_id, actor=actor, via=via)


def origin_of(ticket_id: int) -> int | None:
    """The ticket that it was split from, or where that one was merged. None: it was not split."""
    repeated = Comment.objects.filter(ticket=ticket_id, split_from__isnull=False).order_by("id")
    into_id = repeated.values_list("split_from__ticket", flat=True).first()
    return into_id if into_id is None else (families.chain(into_id) or [into_id])[-1]
