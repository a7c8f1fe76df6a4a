"""What a verb is given to say on a ticket, and how it is written down."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sportello.kit import blobs, rows

from ..models import Attachment, Comment, SideConversation, User
from ..words import Via

if TYPE_CHECKING:
    from .update import Update


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to attach. content: the bytes."""

    file_name: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says on a ticket. html: cleaned (kit.html) or empty. automatic: a machine wrote it.

    message_id, mail_id: of the incoming mail that says it. author: whose words they are, when not the actor's.
    split_from_id: the comment that they repeat.
    """

    text: str
    html: str = ""
    public: bool = True
    automatic: bool = False
    quoted_text: str = ""
    quoted_html: str = ""
    files: tuple[NewFile, ...] = ()
    message_id: str = ""
    mail_id: int | None = None
    author: User | None = None
    split_from_id: int | None = None

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.html.strip() and not self.files


def store(words: Words | None) -> list[tuple[NewFile, str]]:
    """Put the files' bytes where they stay; each with its digest. Before anything is written of the update."""
    return [(file, blobs.store(file.content)) for file in words.files] if words else []


def write(
    update: "Update",
    words: Words,
    files: list[tuple[NewFile, str]],
    *,
    author: User | None,
    side: SideConversation | None = None,
) -> Comment:
    """The row of what is said with an update, and of its files. side: where it is no part of the conversation."""
    comment = Comment(
        ticket=update.ticket,
        audit=update.audit,
        author=author,
        side_conversation=side,
        mail_id=words.mail_id,
        split_from_id=words.split_from_id,
        public=words.public,
        via=update.via if update.via in Via.values else Via.RULE,
        automatic=words.automatic,
        text=words.text,
        html=words.html,
        quoted_text=words.quoted_text,
        quoted_html=words.quoted_html,
        created_at=update.now,
    )
    rows.insert(comment)
    if files:
        Attachment.objects.bulk_create(
            Attachment(
                comment=comment,
                file_name=file.file_name[:255],
                content_type=file.content_type[:150],
                size=len(file.content),
                digest=digest,
                content_id=file.content_id[:255],
                inline=file.inline,
            )
            for file, digest in files
        )
    return comment


def write_note(update: "Update", text: str) -> None:
    """An internal note that a rule adds, in nobody's name."""
    rows.insert(
        Comment(
            ticket=update.ticket,
            audit=update.audit,
            public=False,
            via=Via.RULE,
            automatic=True,
            text=text,
            created_at=update.now,
        )
    )
