"""Mails from files: a folder of .eml files, a Maildir, an mbox, or one mail."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from sportello.desk.actions import inbox
from sportello.desk.actions.inbox import Delivery
from sportello.desk.errors import Refused
from sportello.desk.models import InboundMail

BATCH_MAILS = 100
BATCH_BYTES = 16 * 1024 * 1024
# "From rita@rossi.example Wed Mar  4 12:00:00 2026": the line that begins each mail of an mbox.
_FROM = re.compile(rb"From \S.* \d{1,2}:\d\d(?::\d\d)? .*\d{4}\b")
_QUOTED_FROM = re.compile(rb">+From ")


def import_path(path: Path) -> list[int]:
    """Record every mail of a folder, a Maildir, an mbox or a single file. Returns their numbers in the ledger.

    Each is recorded once a call; a mail that the desk knows already is told by its identity when it is taken in. Mails
    are recorded in portions, so an interrupted import keeps what it had. Raises OSError for what cannot be read.
    """
    return _record(_mails_of(path), InboundMail.Source.FOLDER)


def import_stream(stream: BinaryIO) -> list[int]:
    """Record the mail, or the mbox, that a command hands over. Returns their numbers in the ledger."""
    return _record(_split(stream), InboundMail.Source.COMMAND)


def _record(mails: Iterator[tuple[bytes, str]], source: InboundMail.Source) -> list[int]:
    """Raises Refused at a mail that is larger than the desk takes; what came before it is recorded."""
    recorded: list[int] = []
    batch: list[Delivery] = []
    size = 0
    for raw, name in mails:
        if len(raw) > settings.MAIL_MAX_BYTES:
            inbox.record(batch)
            megabytes = settings.MAIL_MAX_BYTES // (1024 * 1024)
            raise Refused(_("A mail is larger than %(megabytes)s MB.") % {"megabytes": megabytes})
        batch.append(Delivery(raw, source, {"file": name} if name else {}))
        size += len(raw)
        if len(batch) == BATCH_MAILS or size > BATCH_BYTES:
            recorded += inbox.record(batch)
            batch, size = [], 0
    return recorded + inbox.record(batch)


def _mails_of(path: Path) -> Iterator[tuple[bytes, str]]:
    if path.is_dir():
        for each in _mail_files(path):
            yield each.read_bytes(), each.name
    else:
        with path.open("rb") as stream:
            yield from ((raw, path.name) for raw, _name in _split(stream))


def _mail_files(folder: Path) -> list[Path]:
    maildir = [folder / "new", folder / "cur"]
    if all(part.is_dir() for part in maildir):
        return [file for part in maildir for file in _files(part)]
    return [file for file in _files(folder) if file.suffix.lower() == ".eml"]


def _files(folder: Path) -> list[Path]:
    """Its files in the order of their names, hidden ones left out."""
    with os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_file() and not entry.name.startswith("."))


def _split(stream: BinaryIO) -> Iterator[tuple[bytes, str]]:
    """The mails of an mbox, one by one; all of it when it is no mbox. Empty input holds none."""
    lines: list[bytes] = []
    mbox = blank = False
    for number, line in enumerate(stream):
        if (number == 0 or (mbox and blank)) and _FROM.match(line):
            if mbox:
                yield b"".join(lines[:-1]), ""  # The blank line before it belongs to the mbox.
            mbox, lines = True, []
            continue
        blank = not line.strip(b"\r\n")
        # mboxrd: what looked like such a line inside a mail got a ">".
        lines.append(line[1:] if mbox and _QUOTED_FROM.match(line) else line)
    if lines:
        yield b"".join(lines[:-1] if mbox and blank else lines), ""
