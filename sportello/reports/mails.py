"""A report as a mail, with its drawings as pictures in the text and files beside it, on its way into the outbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import structlog

from sportello.desk.actions import configuration, letters
from sportello.desk.models import OutgoingFile, User
from sportello.desk.rules.letters import Letter
from sportello.kit import blobs

from . import paper

log = structlog.get_logger()
PICTURE_WIDTH = 536


@dataclass(frozen=True, slots=True)
class File:
    """size: bytes; digest: of kit.blobs. content_id: of a picture that the mail shows; alt: the same for who cannot see
    it."""

    name: str
    content_type: str
    size: int
    digest: str
    content_id: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """As it goes to everybody who reads this language and may see as much."""

    language: str
    letter: Letter
    files: tuple[File, ...] = ()


def stored(name: str, content_type: str, content: bytes, content_id: str = "", alt: str = "") -> File:
    """Its bytes are kept from now on: before the transaction that queues the mail."""
    return File(name, content_type, len(content), blobs.store(content), content_id, alt)


def pictures(drawn: Iterable[paper.Picture]) -> list[File]:
    """Without those that cannot be drawn: a mail goes all the same."""
    made = []
    for place, picture in enumerate(drawn):
        try:
            content = paper.png(picture, 2 * PICTURE_WIDTH)
        except paper.Unprintable as error:
            log.warning("picture not drawn", why=str(error)[:200])
            continue
        made.append(stored(f"{place + 1}.png", paper.PNG, content, f"chart-{place}@sportello", picture.alt))
    return made


def image(file: File) -> str:
    """A picture in the HTML of a mail."""
    return (
        f'<img src="cid:{file.content_id}" alt="{escape(file.alt)}" width="{PICTURE_WIDTH}" '
        f'style="display:block;width:100%;max-width:{PICTURE_WIDTH}px;height:auto;border:0;margin:0 0 16px;'
        'background:#ffffff">'
    )


def queue(mail: Mail, step: str, person: User, once: str | None = None) -> None:
    """Into the outbox; within a transaction. once: as of OutgoingMail."""
    known = configuration.current()
    files = [
        OutgoingFile(
            file_name=it.name,
            content_type=it.content_type,
            size=it.size,
            digest=it.digest,
            content_id=it.content_id,
            inline=bool(it.content_id),
        )
        for it in mail.files
    ]
    letters.queue_letter(
        mail.letter, step, person, person.email or "", mail.language, known, known.mailbox(), files, once
    )
