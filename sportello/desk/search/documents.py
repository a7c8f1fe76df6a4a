"""What is found of a ticket, a person, an organization: read from the database as documents of the index.

Whoever changes what they hold counts on in `standing.FORMS`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sportello.kit import phones

from ..models import (
    Attachment,
    AttachmentText,
    Comment,
    Identity,
    Organization,
    OrganizationDomain,
    OrganizationTag,
    Tagging,
    Ticket,
    TicketFieldValue,
    User,
    UserTag,
)
from ..rules.search_terms import ORGANIZATION, TICKET, USER
from .index import Document


def read(kind: str, keys: Collection[int]) -> list[Document]:
    """The documents of those of these rows that there are; of a person, only who is active; of an organization, only
    which did not turn out to be another one."""
    return {TICKET: _tickets, USER: _people, ORGANIZATION: _organizations}[kind](keys)


def _tickets(keys: Collection[int]) -> list[Document]:
    columns = ("id", "subject", "requester", "requester__name", "organization__name")
    found = list(Ticket.objects.filter(pk__in=keys).values_list(*columns))
    addresses = _by_owner(Identity.objects.filter(user__in={row[2] for row in found}).values_list("user", "address"))
    tags = _by_owner(Tagging.objects.filter(ticket__in=keys).values_list("ticket", "tag"))
    values = _by_owner(TicketFieldValue.objects.filter(ticket__in=keys).values_list("ticket", "value", "text"))
    files = _by_owner(
        Attachment.objects.filter(comment__ticket__in=keys, comment__side_conversation=None)
        .order_by("id")
        .values_list("comment__ticket", "file_name", "digest")
    )
    digests = {digest for names in files.values() for _name, digest in names}
    read_files = dict(AttachmentText.objects.filter(digest__in=digests).values_list("digest", "text"))
    said: dict[int, list[str]] = defaultdict(list)
    comments = Comment.objects.filter(ticket__in=keys, side_conversation=None).order_by("id")
    for ticket_id, text, quoted in comments.values_list("ticket", "text", "quoted_text"):
        # What later messages quote stands above them; what the first one quotes stands nowhere else.
        said[ticket_id] += [text] if ticket_id in said else [text, quoted]
    return [
        Document(
            pk,
            head=(subject,),
            body=(*said[pk], *dict.fromkeys(read_files.get(digest, "") for _name, digest in files[pk])),
            about=(
                requester,
                organization or "",
                *(address for (address,) in addresses[requester_id]),
                *(tag for (tag,) in tags[pk]),
                *(name for name, _digest in files[pk]),
                *(text or value for value, text in values[pk]),
            ),
        )
        for pk, subject, requester_id, requester, organization in found
    ]


def _people(keys: Collection[int]) -> list[Document]:
    columns = ("id", "name", "phone", "notes", "organization__name")
    found = User.objects.filter(pk__in=keys, active=True).values_list(*columns)
    addresses = _by_owner(Identity.objects.filter(user__in=keys).values_list("user", "address"))
    tags = _by_owner(UserTag.objects.filter(user__in=keys).values_list("user", "tag"))
    return [
        Document(
            pk,
            # A number is asked for with its blanks and without, and by any of its digits.
            head=(name, *(address for (address,) in addresses[pk]), phone, *phones.endings(phone)),
            body=(notes,),
            about=(organization or "", *(tag for (tag,) in tags[pk])),
        )
        for pk, name, phone, notes, organization in found
    ]


def _organizations(keys: Collection[int]) -> list[Document]:
    found = Organization.objects.filter(pk__in=keys, merged_into=None).values_list("id", "name", "notes")
    domains = _by_owner(OrganizationDomain.objects.filter(organization__in=keys).values_list("organization", "domain"))
    tags = _by_owner(OrganizationTag.objects.filter(organization__in=keys).values_list("organization", "tag"))
    return [
        Document(pk, head=(name,), body=(notes,), about=(*(it for (it,) in domains[pk]), *(it for (it,) in tags[pk])))
        for pk, name, notes in found
    ]


def _by_owner(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for owner, *rest in rows:
        found[owner].append(tuple(rest))
    return found
