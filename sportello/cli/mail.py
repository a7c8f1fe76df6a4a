"""`sportello mail …`: mails into the desk, and what became of them."""

import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from sportello.cli.session import As, Json, open_desk, person, table, tell
from sportello.kit.terminal import _

app = typer.Typer(help="Hand mails to the desk, and see what became of them.", no_args_is_help=True)

TEMPORARY_FAILURE = 75  # sysexits(3): a mail server that pipes mails to us keeps the mail and tries again


@app.command()
def receive(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE|MBOX|FOLDER]…", help="Without one, a mail is read from the input."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in mails: from the input, a file, an mbox, a maildir or a folder of files. The running desk reads them.

    A mail is stored durably before this command ends with 0; 75 means: keep it and try again.
    """
    open_desk()
    from django.conf import settings
    from django.db import DatabaseError

    from sportello.desk.actions import inbox
    from sportello.desk.errors import Refused
    from sportello.desk.models import InboundMail

    ids: list[int] = []
    source = InboundMail.Source.COMMAND if not sources else InboundMail.Source.FOLDER
    try:
        for raw in _mails(sources or []):
            if len(raw) > settings.MAIL_MAX_BYTES:
                megabytes = settings.MAIL_MAX_BYTES // (1024 * 1024)
                raise Refused(_("A mail is larger than {megabytes} MB.").format(megabytes=megabytes))
            ids += inbox.record([inbox.Delivery(raw, source)])
    except DatabaseError as error:
        print(_("The mail could not be stored: {error}").format(error=error), file=sys.stderr)
        raise SystemExit(TEMPORARY_FAILURE) from None
    tell({"received": ids}, _("{count} mails received.").format(count=len(ids)), as_json=as_json)


def _mails(sources: list[Path]) -> Iterator[bytes]:
    """The raw mails, one after the other; the original files stay as they are."""
    if not sources:
        yield sys.stdin.buffer.read()
    for path in sources:
        if path.is_dir() and (path / "cur").is_dir():
            maildir = mailbox.Maildir(path, create=False)
            for key in sorted(maildir.keys()):
                yield maildir.get_bytes(key)
        elif path.is_dir():
            for file in sorted(each for each in path.iterdir() if each.is_file()):
                yield file.read_bytes()
        elif path.open("rb").read(5) == b"From ":
            box = mailbox.mbox(path, create=False)
            for key in box.keys():  # noqa: SIM118  a mailbox iterates over its mails
                yield box.get_bytes(key)
        else:
            yield path.read_bytes()


@app.command()
def status(as_json: Json = False) -> None:
    """Count what has come in, and what became of it."""
    open_desk()
    from sportello.desk.actions import inbox
    from sportello.desk.words import MailState

    ledger = inbox.ledger()
    lines = [{"n": ledger["received"], "what": _("received")}]
    for state in MailState:
        lines.append({"n": ledger["states"][state], "what": f"  {state.label}"})
        lines += [{"n": n, "what": f"    {reason}"} for reason, n in sorted(ledger["reasons"].get(state, {}).items())]
    tell(ledger, table(lines, ("n", "what")), as_json=as_json)


@app.command()
def replay(
    number: Annotated[int, typer.Argument(metavar="MAIL", help="Number of the mail in the ledger.")],
    as_: As,
    as_json: Json = False,
) -> None:
    """Read a held, ignored or failed mail again, with today's rules."""
    open_desk()
    from sportello.desk import access
    from sportello.desk.actions import inbox

    actor = person(as_)
    access.get_inbound_mail(actor, number)
    inbox.replay(number, actor=actor)
    tell({"replayed": number}, _("Mail {number} will be read again.").format(number=number), as_json=as_json)
