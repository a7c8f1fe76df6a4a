"""What a verb is given to say on a ticket."""

from dataclasses import dataclass

from ..models import User


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

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.html.strip() and not self.files
